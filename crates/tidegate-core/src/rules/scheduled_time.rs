//! A scheduled run does not start before its time, and remembers it when it is submitted early.

use super::rule::{Decision, From, Move, Rule};
use crate::{Effect, State, StateType, StateTypes};

pub(super) const COPY_SCHEDULED_TIME: Rule = Rule {
    name: "copy_scheduled_time",
    from: From::Types(StateTypes::of(&[StateType::Scheduled])),
    to: StateTypes::of(&[StateType::Pending]),
    decide: copy_scheduled_time,
};

pub(super) const WAIT_FOR_SCHEDULED_TIME: Rule = Rule {
    name: "wait_for_scheduled_time",
    from: From::Types(StateTypes::of(&[StateType::Scheduled, StateType::Pending])),
    to: StateTypes::of(&[StateType::Running]),
    decide: wait_for_scheduled_time,
};

fn copy_scheduled_time(proposed: &Move<'_>) -> Decision {
    if proposed.to.scheduled_time().is_some() {
        return Decision::PASS;
    }
    Decision::pass_with(&[Effect::CopyScheduledTime])
}

fn wait_for_scheduled_time(proposed: &Move<'_>) -> Decision {
    match proposed.from.and_then(State::scheduled_time) {
        Some(scheduled_time) if scheduled_time > proposed.now => Decision::Wait(scheduled_time),
        Some(_) | None => Decision::PASS,
    }
}
