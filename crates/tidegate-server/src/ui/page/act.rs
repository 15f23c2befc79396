//! What people do to a run from its page. A form is answered by the page it was on, as it is then.

use axum::extract::{Path, State};
use axum::response::Redirect;
use tidegate_core::{Request, RequestKind, Write};

use super::run::find;
use crate::state::AppState;
use crate::ui::part;
use crate::ui::trouble::Trouble;

/// `POST /runs/{id}/cancel`: its owner is asked, who sees it within a second.
pub(in crate::ui) async fn cancel(
    State(state): State<AppState>,
    Path(id): Path<String>,
) -> Result<Redirect, Trouble> {
    let run = find(&state, &id).await?;
    if run.has_ended() {
        let name = &run.name;
        return Err(Trouble::Refused(format!(
            "The run {name} has ended already, so there is nothing to cancel."
        )));
    }
    let request = Request::new(run.id, RequestKind::Cancel, state.now());
    state.store().put_acknowledged(Write::Request(Box::new(request))).await?;
    Ok(Redirect::to(&part::run_url(run.id)))
}
