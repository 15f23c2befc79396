//! How runs are moved from outside. Who owns a run is its only writer while it lives, so it is asked; a run that nobody owns is moved
//! here, by the same rules. Nothing here speaks HTTP.

mod again;
mod owned;
mod pause;
mod set_state;

pub(crate) use again::{Again, run_again, who_runs_again};
pub(crate) use owned::cancel;
pub(crate) use pause::resume;
pub(crate) use pause::{Question, question};
pub(crate) use set_state::{Moved, advance_by, move_on, set_state};

use tidegate_core::{Expired, Run};

use crate::error::ApiError;
use crate::state::AppState;

/// How many records one step of a deletion takes with it.
const STEP: u64 = 1000;

/// Whether a process that lives has this run under way, and so is the only one to write about it.
pub(crate) fn is_owned(state: &AppState, run: &Run) -> bool {
    let here = |id| state.config().owner.as_ref().is_some_and(|owner| owner.owns(id));
    !run.has_ended()
        && (run.lease.is_some() || [Some(run.id), run.flow_run_id].into_iter().flatten().any(here))
}

/// Deletes a top-level run with everything made inside it.
pub(crate) async fn delete(state: &AppState, run: &Run) -> Result<(), ApiError> {
    if run.flow_run_id.is_some() || run.task_run_id.is_some() {
        return Err(ApiError::Conflict(
            "the run is part of another, so it goes when that does: delete the flow run at the top"
                .into(),
        ));
    }
    let expired = Expired { run: Some(run.id), ..Expired::default() };
    loop {
        let deleted = state.store().delete_runs(expired, STEP).await?;
        if state.store().run(run.id).await?.is_none() {
            return Ok(());
        }
        if !deleted.more {
            return Err(ApiError::Conflict(
                "the run, or something made inside it, has not ended: cancel it first".into(),
            ));
        }
    }
}
