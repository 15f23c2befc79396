//! A kept result is not overwritten by one that is not kept, not even by force.

use super::rule::{Decision, From, Move, Rule};
use crate::{State, StateTypes};

pub(super) const RULE: Rule = Rule {
    name: "prevent_result_data_loss",
    from: From::Types(StateTypes::TERMINAL),
    to: StateTypes::TERMINAL,
    decide,
};

fn decide(proposed: &Move<'_>) -> Decision {
    match proposed.from {
        Some(from) => reject_loss_of_result(from, proposed.to),
        None => Decision::PASS,
    }
}

/// The answer to a state that would take the place of another, which may be COMPLETED and have a result that is kept.
pub(super) fn reject_loss_of_result(from: &State, to: &State) -> Decision {
    let both_completed = from.is_completed() && to.is_completed();
    if both_completed && from.keeps_result() && !to.keeps_result() {
        return Decision::Reject(
            "Cannot overwrite a COMPLETED state that carries persisted result data with one that \
             does not."
                .into(),
        );
    }
    Decision::PASS
}
