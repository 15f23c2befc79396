//! Running a flow run again that has ended and did not complete. This server runs no code: the program that it is part of does, if it has the
//! flow; or else whoever starts what is scheduled.

use tidegate_core::{Run, State, StateType};

use super::{Moved, owned, set_state};
use crate::error::ApiError;
use crate::state::AppState;

/// Who runs a flow run again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Again {
    /// The program that this server is part of, at once.
    Here,
    /// Whoever starts the runs of its deployment, or has its flow and takes up runs.
    Elsewhere,
    /// Nobody can but the program that ran it.
    Nobody,
}

/// Who would run this flow run again.
pub(crate) fn who_runs_again(state: &AppState, run: &Run) -> Again {
    if state.config().owner.as_ref().is_some_and(|owner| owner.can_run_again(run)) {
        Again::Here
    } else if run.can_be_started_again() {
        Again::Elsewhere
    } else {
        Again::Nobody
    }
}

/// Has a flow run go on from what failed.
pub(crate) async fn run_again(state: &AppState, run: Run) -> Result<Moved, ApiError> {
    let is_completed = run.state().is_some_and(|state| state.state_type() == StateType::Completed);
    if !run.is_terminal() || is_completed || super::is_owned(state, &run) {
        return Ok(Moved::rejected(
            run,
            "again",
            "Only a run that has ended and did not complete is retried",
        ));
    }
    match (who_runs_again(state, &run), &state.config().owner) {
        (Again::Here, Some(owner)) => {
            owner.run_again(run.id);
            owned::moved(state, run).await
        }
        (Again::Here | Again::Elsewhere, _) => {
            set_state(state, run.id, |now| State::awaiting_retry(now, now), false).await
        }
        (Again::Nobody, _) => {
            let why = format!(
                "Nobody but the program that ran {} can run it again: its arguments cannot be read from the record, and it has no deployment.",
                run.name
            );
            Ok(Moved::rejected(run, "again", &why))
        }
    }
}
