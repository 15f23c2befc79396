//! The same proposal made twice counts once, so that a caller who did not get an answer may ask again.

use super::rule::{Decision, From, Move, Rule};
use crate::StateTypes;

pub(super) const RULE: Rule = Rule {
    name: "prevent_duplicate_transitions",
    from: From::Types(StateTypes::ALL),
    to: StateTypes::ALL,
    decide,
};

fn decide(proposed: &Move<'_>) -> Decision {
    let Some(from) = proposed.from else { return Decision::PASS };
    if proposed.to.transition_id.is_some() && proposed.to.transition_id == from.transition_id {
        return Decision::Reject("This run has already made this state transition.".into());
    }
    Decision::PASS
}
