//! What the rules answer. An answer never acts by itself.

use crate::{Effects, State, Timestamp};

/// What came of a proposal. The state the run has now is [`Run::state`](crate::Run::state).
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// The run has entered the proposed state.
    Accept,
    /// The run has entered another state instead.
    Replace(Replacement),
    /// The run keeps its state.
    Reject(Rejection),
    /// Not yet, and the run keeps its state: propose it again at this time.
    Wait(Timestamp),
}

/// What would come of a proposal: a [`Verdict`] before anything has happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Judgement {
    /// The run may enter a state.
    Enter {
        /// The state.
        state: State,
        /// What else is to happen to the run.
        effects: Effects,
        /// Why the state is not the one that was proposed, if it is not.
        replacement: Option<Replacement>,
    },
    /// The run keeps its state.
    Reject(Rejection),
    /// Not yet: propose it again at this time.
    Wait(Timestamp),
}

/// Why a run entered another state than the proposed one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// The rule that decided.
    pub rule: &'static str,
    /// Why, for people.
    pub reason: &'static str,
}

/// Why a proposal was turned down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// The rule that decided.
    pub rule: &'static str,
    /// Why, for people.
    pub reason: String,
    /// Whether the proposer should give up (Prefect's ABORT) and not just go by the current state (REJECT).
    pub abort: bool,
}
