//! A task run that runs not for the first time says so by the name of its state.

use super::rule::{Decision, From, Move, Rule};
use crate::{Effect, StateType, StateTypes};

pub(super) const RULE: Rule = Rule {
    name: "rename_reruns",
    from: From::Types(StateTypes::ALL),
    to: StateTypes::of(&[StateType::Running]),
    decide,
};

fn decide(proposed: &Move<'_>) -> Decision {
    match proposed.from {
        Some(from) if proposed.run_count > 0 && from.name == "AwaitingRetry" => {
            Decision::pass_with(&[Effect::NameRetrying])
        }
        Some(_) if proposed.run_count > 0 => Decision::pass_with(&[Effect::NameRerunning]),
        Some(_) | None => Decision::PASS,
    }
}
