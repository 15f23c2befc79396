//! A task runs only while its flow run does; while the flow run is paused, the task is too.

use super::rule::{Decision, From, Move, Rule};
use crate::{Effects, FlowView, State, StateData, StateType, StateTypes};

pub(super) const RULE: Rule = Rule {
    name: "prevent_running_tasks_from_stopped_flows",
    from: From::Anything,
    to: StateTypes::of(&[StateType::Running]),
    decide,
};

fn decide(proposed: &Move<'_>) -> Decision {
    let flow = match proposed.flow {
        FlowView::None => return Decision::PASS,
        FlowView::Some { state, .. } => state.map(|state| &state.data),
    };
    match flow {
        Some(StateData::Running) => Decision::PASS,
        Some(StateData::Paused { timeout, reschedule, .. }) => {
            let (timeout, reschedule) = (*timeout, *reschedule);
            let data = StateData::Paused { timeout, reschedule, key: None };
            Decision::Replace {
                state: State::new("NotReady", data, proposed.now),
                effects: Effects::NONE,
                reason: "The flow is paused, new tasks can execute after resuming the flow run.",
            }
        }
        None
        | Some(
            StateData::Scheduled { .. }
            | StateData::Pending { .. }
            | StateData::Completed
            | StateData::Failed { .. }
            | StateData::Cancelled
            | StateData::Crashed
            | StateData::Cancelling,
        ) => Decision::Abort("The enclosing flow must be running to begin task execution.".into()),
    }
}
