//! A paused flow run can go on, be scheduled, be cancelled, or end; once its time is up it cannot go on.

use super::rule::{Decision, From, Move, Rule};
use crate::{Effect, Effects, State, StateData, StateType, StateTypes};

pub(super) const RULE: Rule = Rule {
    name: "handle_resuming_paused_flows",
    from: From::Types(StateTypes::of(&[StateType::Paused])),
    to: StateTypes::ALL,
    decide,
};

fn decide(proposed: &Move<'_>) -> Decision {
    let Some(State { data: StateData::Paused { timeout, reschedule, .. }, name, .. }) =
        proposed.from
    else {
        return Decision::PASS;
    };
    let to = proposed.to.state_type();
    match to {
        StateType::Running | StateType::Scheduled => {}
        // A run that ends does not resume. A suspended one that is to be cancelled never comes here.
        StateType::Completed
        | StateType::Failed
        | StateType::Cancelled
        | StateType::Crashed
        | StateType::Cancelling => return Decision::PASS,
        StateType::Pending | StateType::Paused => {
            return Decision::Reject(format!(
                "This run cannot transition to the {to} state from the PAUSED state.",
            ));
        }
    }
    let is_now = || name.to_lowercase();
    if *reschedule && !proposed.run.can_be_started_again() {
        return Decision::Reject(format!(
            "Cannot reschedule a {} flow run without a deployment.",
            is_now(),
        ));
    }
    if timeout.is_some_and(|timeout| timeout < proposed.now) {
        let message = format!("The flow was {} and never resumed.", is_now());
        return Decision::Replace {
            state: State::failed(proposed.now).message(message),
            effects: Effects::NONE,
            reason: if *reschedule {
                "The flow run suspend has timed out and can no longer resume."
            } else {
                "The flow run pause has timed out and can no longer resume."
            },
        };
    }
    Decision::pass_with(&[Effect::BeginResuming])
}
