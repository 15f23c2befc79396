//! What is asked of the rules. A proposal never says what will come of it.

use crate::{State, Timestamp};

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
    /// Of a task run that is to run: what is known of the slots that its tags take.
    pub slots: SlotsView<'a>,
    /// A uniformly random number in `0.0..1.0`, for the jitter of a retry delay.
    pub roll: f64,
}

impl Proposal<'_> {
    /// A proposal under the core rules, for a run that has no flow run and the slots it needs, with a roll in the middle.
    ///
    /// ```
    /// use tidegate_core::{Clock, Policy, Proposal, State};
    ///
    /// let state = State::crashed(Clock::system().now());
    /// let forced = Proposal { policy: Policy::Force, ..Proposal::new(state) };
    /// ```
    #[must_use]
    pub const fn new(state: State) -> Self {
        Self {
            state,
            policy: Policy::Core,
            flow: FlowView::None,
            slots: SlotsView::Taken,
            roll: 0.5,
        }
    }
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

/// What is known of the slots that a task run needs under the concurrency limits on its tags.
#[derive(Clone, Copy, Debug, Default)]
pub enum SlotsView<'a> {
    /// They are taken, or it needs none.
    #[default]
    Taken,
    /// A limit has no room.
    Full {
        /// When to ask again.
        until: Timestamp,
    },
    /// A limit lets nobody pass.
    Closed {
        /// Its name.
        limit: &'a str,
    },
}
