//! A flow run that is being cancelled can only become Cancelled.

use super::rule::{Decision, From, Rule};
use crate::{StateType, StateTypes};

pub(super) const RULE: Rule = Rule {
    name: "enforce_cancelling_to_cancelled_transition",
    from: From::Types(StateTypes::of(&[StateType::Cancelling])),
    to: StateTypes::of(&[StateType::Cancelled]).not(),
    decide: |_| {
        Decision::Reject(
            "Cannot transition flows that are cancelling to a state other than Cancelled.".into(),
        )
    },
};
