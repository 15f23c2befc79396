//! Only a flow run that waits for its time can be late for it, and only once.

use super::rule::{Decision, From, Move, Rule};
use crate::{StateType, StateTypes};

pub(super) const RULE: Rule = Rule {
    name: "ensure_only_scheduled_flows_marked_late",
    from: From::Types(StateTypes::ALL),
    to: StateTypes::of(&[StateType::Scheduled]),
    decide,
};

fn decide(proposed: &Move<'_>) -> Decision {
    let Some(from) = proposed.from else { return Decision::PASS };
    if proposed.to.name != "Late" {
        return Decision::PASS;
    }
    if from.state_type() != StateType::Scheduled {
        return Decision::Reject("Only scheduled flows can be marked late.".into());
    }
    if from.name == "Late" {
        return Decision::Reject("This flow run is already marked late.".into());
    }
    Decision::PASS
}
