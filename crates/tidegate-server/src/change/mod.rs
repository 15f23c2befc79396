//! How runs are moved from outside. Who owns a run is its only writer while it lives, so it is asked; a run that nobody owns is moved
//! here, by the same rules. Nothing here speaks HTTP.

mod owned;
mod set_state;

#[allow(unused_imports, reason = "the pages cancel runs")]
pub(crate) use owned::cancel;
pub(crate) use set_state::{Moved, advance_by, move_on, set_state};

use tidegate_core::{Expired, Run};

use crate::error::ApiError;
use crate::state::AppState;

/// How many records one step of a deletion takes with it.
const STEP: u64 = 1000;

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
