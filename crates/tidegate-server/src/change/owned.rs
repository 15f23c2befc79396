//! What is asked of an owner that lives. It sees a request within a second; whoever asked waits a little longer than that for what
//! comes of it.

use std::time::Duration;

use tidegate_core::{Request, RequestKind, Run, State, StateData, Verdict, Write};

use super::Moved;
use crate::error::ApiError;
use crate::state::AppState;

/// How often it is looked whether the owner has acted.
const LOOK: Duration = Duration::from_millis(100);

/// How often it is looked at most.
const LOOKS: usize = 25;

/// Asks the owner of a run for what was proposed, if it can be asked for.
pub(super) async fn ask(state: &AppState, run: Run, proposed: &State) -> Result<Moved, ApiError> {
    let kind = match &proposed.data {
        StateData::Cancelling | StateData::Cancelled => RequestKind::Cancel,
        StateData::Paused { .. } => RequestKind::Suspend,
        StateData::Scheduled { .. }
        | StateData::Pending { .. }
        | StateData::Running
        | StateData::Completed
        | StateData::Failed { .. }
        | StateData::Crashed => {
            let reason = "The run is owned by a process that lives, which alone moves it on; it can be asked to cancel or to pause";
            return Ok(Moved::rejected(run, "owner", reason));
        }
    };
    let asked = Request::new(run.id, kind, state.now());
    request(state, run, asked).await
}

/// Puts a request about a run to its owner, and waits for what comes of it.
pub(super) async fn request(
    state: &AppState,
    run: Run,
    request: Request,
) -> Result<Moved, ApiError> {
    let here = state.config().owner.as_ref().is_some_and(|owner| owner.ask(&request));
    if !here {
        state.store().put_acknowledged(Write::Request(Box::new(request))).await?;
    }
    moved(state, run).await
}

/// Waits until whoever was asked has moved a run on.
pub(super) async fn moved(state: &AppState, run: Run) -> Result<Moved, ApiError> {
    for _ in 0..LOOKS {
        tokio::time::sleep(LOOK).await;
        let Some(now) = state.store().run(run.id).await? else { break };
        if now.states.len() > run.states.len() {
            return Ok(Moved { run: now, verdict: Verdict::Accept, written: true });
        }
    }
    let until = state.now() + Duration::from_secs(1);
    Ok(Moved { run, verdict: Verdict::Wait(until), written: false })
}

/// Ends a run as CANCELLED: by its owner, or here if it has none.
pub(crate) async fn cancel(state: &AppState, run: &Run) -> Result<Moved, ApiError> {
    super::set_state(state, run.id, State::cancelling, false).await
}
