//! Only a running flow run can be paused, each pause fires once, and only a flow run that can be started again and is no subflow
//! can be suspended.

use super::rule::{Decision, From, Move, Rule};
use crate::{Effect, State, StateData, StateType, StateTypes};

pub(super) const RULE: Rule = Rule {
    name: "handle_pausing_flows",
    from: From::Anything,
    to: StateTypes::of(&[StateType::Paused]),
    decide,
};

fn decide(proposed: &Move<'_>) -> Decision {
    let StateData::Paused { reschedule, key, .. } = &proposed.to.data else {
        return Decision::PASS;
    };
    let verb = if proposed.to.name == "Suspended" { "suspend" } else { "pause" };
    let Some(from) = proposed.from.map(State::state_type) else {
        return Decision::Abort(format!("Cannot {verb} flows with no state."));
    };
    if from != StateType::Running {
        return Decision::Reject(format!("Cannot {verb} flows that are not currently running."));
    }
    if key.as_ref().is_some_and(|key| proposed.run.policy.pause_keys.contains(key)) {
        return Decision::Reject(format!("This {verb} has already fired."));
    }
    if *reschedule && proposed.run.flow_run_id.is_some() {
        return Decision::Abort(format!("Cannot {verb} subflows."));
    }
    if *reschedule && !proposed.run.can_be_started_again() {
        return Decision::Abort(format!("Cannot {verb} flows without a deployment."));
    }
    Decision::pass_with(&[Effect::RememberPauseKey])
}
