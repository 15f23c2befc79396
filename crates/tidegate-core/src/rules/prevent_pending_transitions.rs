//! A run is submitted once: of two workers that take it, the second is stopped here.

use super::rule::{Decision, From, Move, Rule};
use crate::{Effect, StateType, StateTypes};

pub(super) const RULE: Rule = Rule {
    name: "prevent_pending_transitions",
    from: From::Types(StateTypes::of(&[
        StateType::Pending,
        StateType::Running,
        StateType::Cancelled,
        StateType::Cancelling,
    ])),
    to: StateTypes::of(&[StateType::Pending]),
    decide,
};

fn decide(proposed: &Move<'_>) -> Decision {
    let Some(from) = proposed.from else { return Decision::PASS };
    let moves_on = from.state_type() == StateType::Pending
        && proposed.to.name != from.name
        && proposed.to.name != StateType::Pending.default_name();
    if moves_on {
        return Decision::pass_with(&[Effect::CopyScheduledTime]);
    }
    Decision::Abort(format!(
        "This run is in a {} state and cannot transition to a PENDING state.",
        from.state_type(),
    ))
}
