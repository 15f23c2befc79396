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
    let runs_nowhere = proposed.run.infrastructure_pid.is_none() || from.name == "Resuming";
    let suspended = matches!(from.data, StateData::Paused { reschedule: true, .. });
    let reason = if from.state_type() == StateType::Scheduled && runs_nowhere {
        "Scheduled flow run has no infrastructure to terminate."
    } else if suspended {
        "Suspended flow run has no infrastructure to terminate."
    } else {
        return Decision::PASS;
    };
    Decision::Replace { state: State::cancelled(proposed.now), effects: Effects::NONE, reason }
}
