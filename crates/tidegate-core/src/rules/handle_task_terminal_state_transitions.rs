//! A task run that has ended may run again, with all its retries, unless its result is kept.

use super::handle_flow_terminal_state_transitions::NEVER;
use super::rule::{Decision, From, Move, Rule};
use crate::{Effect, FlowView, StateType, StateTypes};

pub(super) const RULE: Rule = Rule {
    name: "handle_task_terminal_state_transitions",
    from: From::Types(StateTypes::TERMINAL),
    to: StateTypes::ALL,
    decide,
};

fn decide(proposed: &Move<'_>) -> Decision {
    let Some(from) = proposed.from else { return Decision::PASS };
    if NEVER.contains(proposed.to.state_type()) {
        return Decision::Abort(format!("Run is already {}.", from.state_type()));
    }
    if from.is_completed() && from.keeps_result() {
        return Decision::Reject("This run is already completed.".into());
    }
    if proposed.to.is_terminal() {
        return Decision::PASS;
    }
    if proposed.to.state_type() == StateType::Running && flow_run_was_retried(proposed) {
        return Decision::pass_with(&[Effect::ResetRunCount, Effect::NameRetrying]);
    }
    Decision::pass_with(&[Effect::ResetRunCount])
}

/// Whether the flow run has begun an attempt since the task run last ran.
fn flow_run_was_retried(proposed: &Move<'_>) -> bool {
    match proposed.flow {
        FlowView::Some { run_count, .. } => proposed.run.flow_run_run_count < run_count,
        FlowView::None => false,
    }
}
