//! A flow run that has ended may run again, but not lose a result; its pauses and retries then start anew.

use super::prevent_result_data_loss::reject_loss_of_result;
use super::rule::{Decision, From, Move, Rule};
use crate::{Effect, StateType, StateTypes};

pub(super) const RULE: Rule = Rule {
    name: "handle_flow_terminal_state_transitions",
    from: From::Types(StateTypes::TERMINAL),
    to: StateTypes::ALL,
    decide,
};

/// What no run that has ended may become.
pub(super) const NEVER: StateTypes =
    StateTypes::of(&[StateType::Cancelling, StateType::Paused, StateType::Crashed]);

fn decide(proposed: &Move<'_>) -> Decision {
    let Some(from) = proposed.from else { return Decision::PASS };
    let to = proposed.to.state_type();
    if NEVER.contains(to) {
        let from = from.state_type();
        return Decision::Abort(format!("Run is already in terminal state {from}."));
    }
    if to.is_terminal() {
        return reject_loss_of_result(from, proposed.to);
    }
    if from.is_completed() && from.keeps_result() {
        return Decision::Reject("Run is already COMPLETED.".into());
    }
    if to != StateType::Scheduled {
        return Decision::pass_with(&[Effect::ResetPauses, Effect::ClearRetryType]);
    }
    if !proposed.run.can_be_started_again() {
        return Decision::Abort("Cannot reschedule a run without an associated deployment.".into());
    }
    Decision::pass_with(&[Effect::ResetPauses, Effect::RetryByReschedule])
}
