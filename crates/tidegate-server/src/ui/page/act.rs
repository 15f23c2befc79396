//! What people do to runs. A form is answered by the page it was on, as it is then; what could not be done is said.

use axum::extract::{Form, Path, State as Given};
use axum::response::Redirect;
use tidegate_core::{Run, State, Verdict};

use super::run::find;
use crate::change::{self, Moved};
use crate::error::ApiError;
use crate::state::AppState;
use crate::ui::part;
use crate::ui::trouble::Trouble;

/// `POST /runs/{id}/cancel`: its owner is asked, who sees it within a second; without one it ends here.
pub(in crate::ui) async fn cancel(
    Given(state): Given<AppState>,
    Path(id): Path<String>,
) -> Result<Redirect, Trouble> {
    let run = find(&state, &id).await?;
    accepted(cancelled(&state, &run).await?)?;
    Ok(Redirect::to(&part::run_url(run.id)))
}

/// `POST /runs/{id}/retry`: it is scheduled for now, and begins when somebody who has its flow starts it.
pub(in crate::ui) async fn retry(
    Given(state): Given<AppState>,
    Path(id): Path<String>,
) -> Result<Redirect, Trouble> {
    let run = find(&state, &id).await?;
    if !run.can_be_started_again() {
        let name = &run.name;
        return Err(Trouble::Refused(format!(
            "Nobody but the program that ran {name} can run it again: its arguments cannot be read from the record, and it has no deployment."
        )));
    }
    let again = |now| State::awaiting_retry(now, now);
    accepted(change::set_state(&state, run.id, again, false).await?)?;
    Ok(Redirect::to(&part::run_url(run.id)))
}

/// `POST /runs/{id}/delete`: with everything made inside it.
pub(in crate::ui) async fn delete(
    Given(state): Given<AppState>,
    Path(id): Path<String>,
) -> Result<Redirect, Trouble> {
    let run = find(&state, &id).await?;
    change::delete(&state, &run).await?;
    Ok(Redirect::to("/runs"))
}

/// `POST /runs/chosen`: one thing is done to several runs. Those that it cannot be done to are named, and the others are done.
pub(in crate::ui) async fn chosen(
    Given(state): Given<AppState>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Redirect, Trouble> {
    let what = super::value(&pairs, "act").unwrap_or_default();
    let mut left = Vec::new();
    for (_, id) in pairs.iter().filter(|(key, _)| key == "run") {
        let run = find(&state, id).await?;
        let done = match what {
            "cancel" => cancelled(&state, &run).await.map_err(Trouble::from).and_then(accepted),
            "delete" => change::delete(&state, &run).await.map_err(Trouble::from),
            _ => return Err(Trouble::Refused("Say what is to be done: cancel or delete.".into())),
        };
        match done {
            Ok(()) => {}
            Err(Trouble::Refused(why)) => left.push(format!("{}: {why}", run.name)),
            Err(other) => return Err(other),
        }
    }
    if left.is_empty() {
        return Ok(Redirect::to("/runs"));
    }
    Err(Trouble::Refused(format!("Not done to these, but to all others. {}", left.join("; "))))
}

async fn cancelled(state: &AppState, run: &Run) -> Result<Moved, ApiError> {
    if run.has_ended() {
        return Err(ApiError::Conflict(
            "it has ended already, so there is nothing to cancel".into(),
        ));
    }
    change::cancel(state, run).await
}

/// Whether the rules let it happen.
fn accepted(moved: Moved) -> Result<(), Trouble> {
    match moved.verdict {
        Verdict::Accept | Verdict::Replace(_) | Verdict::Wait(_) => Ok(()),
        Verdict::Reject(rejection) => Err(Trouble::Refused(rejection.reason)),
    }
}
