//! What people do to runs. A form is answered by the page it was on, as it is then; what could not be done is said, and what cannot be
//! undone is typed.

use axum::extract::{Form, Path, State as Given};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::html;
use tidegate_core::{Run, RunQuery, State, StateData, Verdict};

use super::run::find;
use super::value;
use crate::change::{self, Moved};
use crate::error::ApiError;
use crate::state::AppState;
use crate::ui::frame::{Frame, Place};
use crate::ui::part;
use crate::ui::trouble::Trouble;
use crate::ui::view::confirm::{self, Confirm};
use crate::ui::words::several;

/// How many of the runs that something would be done to are named.
const NAMED: usize = 10;

type Pairs = Form<Vec<(String, String)>>;

/// `POST /runs/{id}/cancel`: its owner is asked, who sees it within a second; without one it ends here.
pub(in crate::ui) async fn cancel(
    Given(state): Given<AppState>,
    Path(id): Path<String>,
) -> Result<Redirect, Trouble> {
    let run = find(&state, &id).await?;
    accepted(cancelled(&state, &run).await?)?;
    Ok(Redirect::to(&part::run_url(run.id)))
}

/// `POST /runs/{id}/suspend`: its owner is asked; it leaves its process, and goes on when somebody resumes it.
pub(in crate::ui) async fn suspend(
    Given(state): Given<AppState>,
    Path(id): Path<String>,
) -> Result<Redirect, Trouble> {
    let run = find(&state, &id).await?;
    let suspended = |now| {
        let data = StateData::Paused { timeout: None, reschedule: true, key: None };
        State::new("Suspended", data, now)
    };
    accepted(change::set_state(&state, run.id, suspended, false).await?)?;
    Ok(Redirect::to(&part::run_url(run.id)))
}

/// `POST /runs/{id}/retry`: the program that this server is part of runs it again, if it has its flow; or else it is scheduled for now.
pub(in crate::ui) async fn retry(
    Given(state): Given<AppState>,
    Path(id): Path<String>,
) -> Result<Redirect, Trouble> {
    let run = find(&state, &id).await?;
    let url = part::run_url(run.id);
    accepted(change::run_again(&state, run).await?)?;
    Ok(Redirect::to(&url))
}

/// `POST /runs/{id}/delete`: with everything made inside it, if its name is typed.
pub(in crate::ui) async fn delete(
    Given(state): Given<AppState>,
    Path(id): Path<String>,
    Form(pairs): Pairs,
) -> Result<Response, Trouble> {
    let run = find(&state, &id).await?;
    let typed = value(&pairs, "typed");
    if typed != Some(&*run.name) {
        let calls = state.store().count_runs(inside(&run)).await?;
        let what = html! {
            p { "It goes with its " (several(calls, "call")) ", all log lines and artifacts of them. This cannot be undone." }
        };
        let confirm = Confirm {
            title: &format!("Delete {}?", run.name),
            what,
            action: &format!("{}/delete", part::run_url(run.id)),
            values: &[],
            verb: "Delete this run",
            typed: Some((&run.name, "its name", typed.is_some())),
            back: &part::run_url(run.id),
        };
        return Ok(asked(&state, &confirm, typed.is_some()));
    }
    change::delete(&state, &run).await?;
    Ok(Redirect::to("/runs").into_response())
}

/// What is done to several runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deed {
    Cancel,
    Delete,
}

/// `POST /runs/chosen`: one thing is done to several runs, once it is confirmed. Those that it cannot be done to are named, and the
/// others are done.
pub(in crate::ui) async fn chosen(
    Given(state): Given<AppState>,
    Form(pairs): Pairs,
) -> Result<Response, Trouble> {
    let deed = match value(&pairs, "act") {
        Some("cancel") => Deed::Cancel,
        Some("delete") => Deed::Delete,
        Some(_) | None => {
            return Err(Trouble::Refused("Say what is to be done: cancel or delete.".into()));
        }
    };
    let mut runs = Vec::new();
    for (_, id) in pairs.iter().filter(|(key, _)| key == "run") {
        runs.push(find(&state, id).await?);
    }
    if runs.is_empty() {
        return Err(Trouble::Refused("No run is chosen: tick some in the list.".into()));
    }
    let count = runs.len().to_string();
    let sure = match deed {
        Deed::Cancel => value(&pairs, "sure").is_some(),
        Deed::Delete => value(&pairs, "typed") == Some(&*count),
    };
    if !sure {
        return ask(&state, deed, &runs, &pairs).await;
    }
    let mut left = Vec::new();
    for run in &runs {
        let done = match deed {
            Deed::Cancel => cancelled(&state, run).await.map_err(Trouble::from).and_then(accepted),
            Deed::Delete => change::delete(&state, run).await.map_err(Trouble::from),
        };
        match done {
            Ok(()) => {}
            Err(Trouble::Refused(why)) => left.push(format!("{}: {why}", run.name)),
            Err(other) => return Err(other),
        }
    }
    if left.is_empty() {
        return Ok(Redirect::to("/runs").into_response());
    }
    Err(Trouble::Refused(format!("Not done to these, but to all others. {}", left.join("; "))))
}

/// Says what would happen to how many runs.
async fn ask(
    state: &AppState,
    deed: Deed,
    runs: &[Run],
    pairs: &[(String, String)],
) -> Result<Response, Trouble> {
    let mut calls = 0;
    for run in runs {
        calls += state.store().count_runs(inside(run)).await?;
    }
    let ended = runs.iter().filter(|run| run.has_ended()).count() as u64;
    let going_on = runs.len() as u64 - ended;
    let what = html! {
        p {
            @match deed {
                Deed::Cancel => {
                    (several(going_on, "run")) " and what goes on inside would be cancelled; calls that ended stay as they are."
                    @if ended > 0 { " " (several(ended, "run")) " of the chosen ended already, so nothing would happen there." }
                }
                Deed::Delete => {
                    (several(ended, "run")) " would be deleted with " (several(calls, "call")) ", all log lines and artifacts of them. This cannot be undone."
                    @if going_on > 0 { " " (several(going_on, "run")) " of the chosen have not ended: cancel them first." }
                }
            }
        }
        ul.names {
            @for run in runs.iter().take(NAMED) {
                li { a href=(part::run_url(run.id)) { (run.name) } " " span.soft { (run.definition.name) } }
            }
            @if runs.len() > NAMED { li.soft { "and " (runs.len() - NAMED) " more" } }
        }
    };
    let count = runs.len().to_string();
    let values: Vec<_> = pairs
        .iter()
        .filter(|(key, _)| key == "run" || key == "act")
        .map(|(key, text)| (&**key, &**text))
        .collect();
    let wrong = deed == Deed::Delete && value(pairs, "typed").is_some();
    let (title, verb, typed) = match deed {
        Deed::Cancel => (format!("Cancel {}?", several(going_on, "run")), "Cancel them", None),
        Deed::Delete => {
            let typed = Some((&*count, "how many runs are chosen", wrong));
            (format!("Delete {}?", several(ended, "run")), "Delete them", typed)
        }
    };
    let confirm = Confirm {
        title: &title,
        what,
        action: "/runs/chosen",
        values: &values,
        verb,
        typed,
        back: "/runs",
    };
    Ok(asked(state, &confirm, wrong))
}

fn asked(state: &AppState, confirm: &Confirm<'_>, wrong: bool) -> Response {
    let status = if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = Frame::new(state, confirm.title, Place::Runs).around(&confirm::show(confirm));
    (status, page).into_response()
}

fn inside(run: &Run) -> RunQuery {
    RunQuery { flow_run_id: Some(run.id), ..RunQuery::default() }
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
pub(super) fn accepted(moved: Moved) -> Result<(), Trouble> {
    match moved.verdict {
        Verdict::Accept | Verdict::Replace(_) | Verdict::Wait(_) => Ok(()),
        Verdict::Reject(rejection) => Err(Trouble::Refused(rejection.reason)),
    }
}
