//! How far a flow run is with the calls that it made itself.

use maud::{Markup, html};
use tidegate_core::{CallCount, RunId, StateType};

use crate::ui::{mark, words};

/// How many calls a flow run has made so far, and what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::ui) struct Progress {
    pub(in crate::ui) all: u64,
    pub(in crate::ui) done: u64,
    /// Those that failed or crashed.
    pub(in crate::ui) failed: u64,
}

impl Progress {
    /// Those of a flow run, from the counts of several.
    pub(in crate::ui) fn of(flow_run: RunId, counts: &[CallCount]) -> Self {
        let mut progress = Self::default();
        for count in counts.iter().filter(|count| count.flow_run_id == flow_run) {
            progress.all += count.calls;
            match count.state_type {
                StateType::Completed => progress.done += count.calls,
                StateType::Failed | StateType::Crashed => progress.failed += count.calls,
                StateType::Scheduled
                | StateType::Pending
                | StateType::Running
                | StateType::Cancelled
                | StateType::Paused
                | StateType::Cancelling => {}
            }
        }
        progress
    }

    /// A bar beside the numbers, for a run that goes on.
    pub(in crate::ui) fn bar(self) -> Markup {
        let Self { all, done, .. } = self;
        html! {
            @if all > 0 {
                progress max=(all) value=(done) aria-label={ (done) " of " (all) " calls completed" } {}
                " " span.num.soft { (words::number(done)) "/" (words::number(all)) }
            }
        }
    }

    /// The numbers alone, for a list: one where all are done.
    pub(in crate::ui) fn numbers(self) -> Markup {
        let Self { all, done, failed } = self;
        html! {
            @if all == 0 {
                span.soft { "–" }
            } @else if done == all {
                span.num { (words::number(all)) }
            } @else {
                span.num { (words::number(done)) span.soft { "/" (words::number(all)) } }
                @if failed > 0 { " " (mark::named(StateType::Failed, &format!("{} failed", words::number(failed)))) }
            }
        }
    }
}
