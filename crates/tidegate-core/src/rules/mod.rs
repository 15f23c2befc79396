//! The rules: what may follow what. Every move of every run is judged here, by one ordered list of pure
//! functions; no rule does I/O, reads a clock or changes a run.
//!
//! ```text
//!   Run ──────┐
//!   Proposal ─┼─> judge ──> Judgement ──> transition ──> Run, with its books kept ──> Verdict
//!   now ──────┘     │            (state, effects)
//!                   └─ rules_for(kind, policy): [rule, rule, rule, ...]
//! ```

mod effect;
mod proposal;
mod rule;
mod table;
#[cfg(test)]
mod tests;
mod verdict;

mod bypass_cancelling_flow_runs_with_no_infra;
mod enforce_cancelling_to_cancelled_transition;
mod ensure_only_scheduled_flows_marked_late;
mod handle_flow_terminal_state_transitions;
mod handle_pausing_flows;
mod handle_resuming_paused_flows;
mod handle_task_terminal_state_transitions;
mod prevent_duplicate_transitions;
mod prevent_pending_transitions;
mod prevent_result_data_loss;
mod prevent_running_tasks_from_stopped_flows;
mod rename_reruns;
mod retry_failed_runs;
mod scheduled_time;
mod secure_task_concurrency_slots;
mod update_flow_run_tracker_on_tasks;

use crate::{Run, State, Timestamp};

pub use effect::{Effect, Effects};
pub use proposal::{FlowView, Policy, Proposal, SlotsView};
pub use verdict::{Judgement, Rejection, Replacement, Verdict};

use rule::{Decision, Move};
use table::rules_for;

/// Says what would come of a proposal, and changes nothing. [`transition`] acts on it.
///
/// The rules are asked in order, each if the run's state and the proposed state are of its types. The first that turns
/// the proposal down, replaces it or makes it wait has the last word, and what earlier rules wanted to happen to the
/// run is forgotten.
///
/// ```
/// use std::sync::Arc;
/// use tidegate_core::{Clock, Definition, Judgement, Proposal, Run, RunKind, State, judge};
///
/// let now = Clock::system().now();
/// let run = Run::new(Arc::new(Definition::new(RunKind::Flow, "pipeline")), "calm-otter", now);
/// let judgement = judge(&run, Proposal::new(State::paused(now)), now);
/// let Judgement::Reject(rejection) = judgement else { panic!("it has no state to pause in") };
/// assert_eq!(rejection.reason, "Cannot pause flows with no state.");
/// ```
#[must_use]
pub fn judge(run: &Run, proposal: Proposal<'_>, now: Timestamp) -> Judgement {
    let Proposal { mut state, policy, flow, slots, roll } = proposal;
    let from = run.state();
    let from_type = from.map(State::state_type);
    let to_type = state.state_type();
    let mut effects = Effects::NONE;

    for rule in rules_for(run.kind(), policy) {
        if !rule.applies(from_type, to_type) {
            continue;
        }
        let run_count = effects.run_count_of(run);
        let proposed = Move { run, from, to: &state, flow, slots, roll, now, run_count };
        match (rule.decide)(&proposed) {
            Decision::Pass(wanted) => {
                wanted.apply_to_state(&mut state, from);
                effects = effects.and(wanted);
            }
            Decision::Replace { state, effects, reason } => {
                let replacement = Replacement { rule: rule.name, reason };
                return Judgement::Enter { state, effects, replacement: Some(replacement) };
            }
            Decision::Reject(reason) => {
                return Judgement::Reject(Rejection { rule: rule.name, reason, abort: false });
            }
            Decision::Abort(reason) => {
                return Judgement::Reject(Rejection { rule: rule.name, reason, abort: true });
            }
            Decision::Wait(until) => return Judgement::Wait(until),
        }
    }
    Judgement::Enter { state, effects, replacement: None }
}

/// Judges a proposal and, unless it is turned down or has to wait, lets the run enter the state and keeps its books.
///
/// ```
/// use std::sync::Arc;
/// use tidegate_core::{Clock, Definition, Proposal, Run, RunKind, State, Verdict, transition};
///
/// let now = Clock::system().now();
/// let mut run = Run::new(Arc::new(Definition::new(RunKind::Task, "fetch")), "fetch-0", now);
/// for state in [State::pending(now), State::running(now), State::completed(now)] {
///     assert_eq!(transition(&mut run, Proposal::new(state), now), Verdict::Accept);
/// }
/// assert!(run.is_terminal());
/// assert_eq!(run.run_count, 1);
/// ```
///
/// # The legal moves
///
#[doc = include_str!("moves.md")]
pub fn transition(run: &mut Run, proposal: Proposal<'_>, now: Timestamp) -> Verdict {
    let flow = proposal.flow;
    match judge(run, proposal, now) {
        Judgement::Enter { state, effects, replacement } => {
            effects.apply_to_run(run, &state, flow);
            run.enter(state);
            replacement.map_or(Verdict::Accept, Verdict::Replace)
        }
        Judgement::Reject(rejection) => Verdict::Reject(rejection),
        Judgement::Wait(until) => Verdict::Wait(until),
    }
}
