//! A run that fails while retries are left waits for its next attempt instead. Whether and when there is one is decided
//! by [`RetryPolicy::next_delay`](crate::RetryPolicy::next_delay) alone.

use super::rule::{Decision, From, Move, Rule};
use crate::{Effect, Effects, Failure, State, StateData, StateType, StateTypes};

pub(super) const RETRY_FAILED_FLOWS: Rule = Rule {
    name: "retry_failed_flows",
    from: From::Types(StateTypes::of(&[StateType::Running])),
    to: StateTypes::of(&[StateType::Failed]),
    decide: retry_failed_flows,
};

pub(super) const RETRY_FAILED_TASKS: Rule = Rule {
    name: "retry_failed_tasks",
    from: From::Types(StateTypes::of(&[StateType::Running])),
    to: StateTypes::of(&[StateType::Failed]),
    decide: retry_failed_tasks,
};

fn retry_failed_flows(proposed: &Move<'_>) -> Decision {
    match next_attempt(proposed) {
        Some(state) => Decision::Replace {
            state,
            effects: Effects::of(&[Effect::ResetPauses, Effect::RetryInProcess]),
            reason: "Retrying",
        },
        None => Decision::pass_with(&[Effect::ClearRetryType]),
    }
}

fn retry_failed_tasks(proposed: &Move<'_>) -> Decision {
    match next_attempt(proposed) {
        Some(state) => Decision::Replace { state, effects: Effects::NONE, reason: "Retrying" },
        None => Decision::PASS,
    }
}

/// The state in which the run waits for its next attempt, if there is one. It keeps what the failure had to say.
fn next_attempt(proposed: &Move<'_>) -> Option<State> {
    let StateData::Failed { retriable } = proposed.to.data else { return None };
    let failure = Failure { retriable, roll: proposed.roll };
    let delay = proposed.run.policy.retry.next_delay(proposed.run_count, &failure)?;
    Some(State {
        message: proposed.to.message.clone(),
        result: proposed.to.result.clone(),
        ..State::awaiting_retry(proposed.now + delay, proposed.now)
    })
}
