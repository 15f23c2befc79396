//! A flow run that runs nowhere has nothing to wind down: it is cancelled at once.

use super::rule::{Decision, From, Move, Rule};
use crate::{Effects, State, StateData, StateType, StateTypes};

pub(super) const RULE: Rule = Rule {
    name: "bypass_cancelling_flow_runs_with_no_infra",
    from: From::Types(StateTypes::of(&[StateType::Scheduled, StateType::Paused])),
    to: StateTypes::of(&[StateType::Cancelling]),
    decide,
};

fn decide(proposed: &Move<'_>) -> Decision {
    let Some(from) = proposed.from else { return Decision::PASS };
    let scheduled = from.state_type() == StateType::Scheduled;
    let suspended = matches!(from.data, StateData::Paused { reschedule: true, .. });
    let nowhere = proposed.run.infrastructure_pid.is_none() || from.name == "Resuming";
    let reason = match (scheduled, suspended) {
        (true, _) if nowhere => "Scheduled flow run has no infrastructure to terminate.",
        (_, true) => "Suspended flow run has no infrastructure to terminate.",
        (true | false, false) => return Decision::PASS,
    };
    Decision::Replace { state: State::cancelled(proposed.now), effects: Effects::NONE, reason }
}
