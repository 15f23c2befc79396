//! What a rule is: a name, the moves it has a say in, and a pure function. What the rules say is in their own files.

use crate::{Effect, Effects, FlowView, Run, SlotsView, State, StateType, StateTypes, Timestamp};

/// One rule.
#[derive(Debug)]
pub(super) struct Rule {
    /// What it is called, in verdicts too: the name of its module or function.
    pub(super) name: &'static str,
    /// The states it is asked about when a run leaves them.
    pub(super) from: From,
    /// The types of proposed states it is asked about.
    pub(super) to: StateTypes,
    /// What it says.
    pub(super) decide: fn(&Move<'_>) -> Decision,
}

/// The states that a move begins in.
#[derive(Clone, Copy, Debug)]
pub(super) enum From {
    /// A state of one of these types.
    Types(StateTypes),
    /// Any state, or none yet.
    Anything,
}

impl Rule {
    /// Whether it has a say in a move between these types.
    pub(super) const fn applies(&self, from: Option<StateType>, to: StateType) -> bool {
        let leaves = match (self.from, from) {
            (From::Anything, _) => true,
            (From::Types(types), Some(from)) => types.contains(from),
            (From::Types(_), None) => false,
        };
        leaves && self.to.contains(to)
    }
}

/// All that a rule may look at.
#[derive(Debug)]
pub(super) struct Move<'a> {
    /// The run as it is.
    pub(super) run: &'a Run,
    /// The state it is in.
    pub(super) from: Option<&'a State>,
    /// The proposed state, with what earlier rules did to it.
    pub(super) to: &'a State,
    /// The flow run of a task run.
    pub(super) flow: FlowView<'a>,
    /// The slots of a task run.
    pub(super) slots: SlotsView<'a>,
    /// See [`Proposal::roll`](crate::Proposal::roll).
    pub(super) roll: f64,
    /// The time.
    pub(super) now: Timestamp,
    /// The run count that earlier rules left.
    pub(super) run_count: u32,
}

/// What a rule says.
#[derive(Debug)]
pub(super) enum Decision {
    /// No objection; if the run enters the state, these effects are to happen.
    Pass(Effects),
    /// Another state is entered instead.
    Replace {
        /// That state.
        state: State,
        /// What else is to happen.
        effects: Effects,
        /// Why.
        reason: &'static str,
    },
    /// The run keeps its state, which the proposer should go by.
    Reject(String),
    /// The run keeps its state, and the proposer should give up.
    Abort(String),
    /// Not before this time.
    Wait(Timestamp),
}

impl Decision {
    /// No objection, no effect.
    pub(super) const PASS: Self = Self::Pass(Effects::NONE);

    /// No objection, and one effect.
    pub(super) const fn pass_with(effects: &[Effect]) -> Self {
        Self::Pass(Effects::of(effects))
    }
}
