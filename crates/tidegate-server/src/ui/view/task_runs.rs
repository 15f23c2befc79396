//! The calls of a flow run as a list: what its graph shows, for keyboards and screen readers.

use maud::{Markup, html};
use tidegate_core::{Run, RunId, RunKind, StateType, Timestamp};

use super::runs::first_line;
use crate::ui::part::{self, Pager};
use crate::ui::{mark, words};

/// How many a page lists.
pub(in crate::ui) const PAGE: u64 = 100;

/// A page of the calls of a flow run.
#[derive(Debug)]
pub(in crate::ui) struct Calls<'a> {
    pub(in crate::ui) of: RunId,
    pub(in crate::ui) runs: &'a [Run],
    pub(in crate::ui) counts: &'a [(StateType, u64)],
    pub(in crate::ui) state: Option<StateType>,
    pub(in crate::ui) offset: u64,
    pub(in crate::ui) now: Timestamp,
}

/// The list.
pub(in crate::ui) fn show(calls: &Calls<'_>) -> Markup {
    let Calls { of, runs, counts, state, offset, now } = *calls;
    let url = |state: Option<StateType>, from: u64| {
        let state = state.map(|state| format!("&state={}", state.as_str())).unwrap_or_default();
        format!("/runs/{of}?tab=tasks{state}&from={from}#tabs")
    };
    let all: u64 = counts.iter().map(|(_, count)| count).sum();
    let total = state.map_or(all, |state| {
        counts.iter().filter(|(each, _)| *each == state).map(|(_, count)| count).sum()
    });
    html! {
        section #calls data-part {
            @if all == 0 {
                (part::empty("No calls", "Tasks and flows that are called in its body appear here.", None))
            } @else {
                nav.states aria-label="State" {
                    a.chip href=(url(None, 0)) aria-current=[state.is_none().then_some("true")] { "All " span.num { (words::number(all)) } }
                    @for (each, count) in counts.iter().filter(|(_, count)| *count > 0) {
                        a.chip href=(url(Some(*each), 0)) aria-current=[(state == Some(*each)).then_some("true")] {
                            (mark::named(*each, each.default_name())) span.num { (words::number(*count)) }
                        }
                    }
                }
                div.wide {
                    table.folds {
                        thead { tr { th { "Run" } th { "State" } th { "Of" } th { "Started" } th.right { "Duration" } th.right { "Attempts" } } }
                        tbody { @for run in runs { (row(run, now)) } }
                    }
                }
                (Pager { total: Some(total), offset, here: runs.len() as u64, size: PAGE, one: "call" }.show(|from| url(state, from)))
            }
        }
    }
}

fn row(run: &Run, now: Timestamp) -> Markup {
    html! {
        tr {
            td.first {
                a.name href=(part::run_url(run.id)) { (run.name) }
                @if let Some(message) = run.state().filter(|state| state.is_failed()).and_then(|state| state.message.as_deref()) {
                    span.sub { (first_line(message)) }
                }
            }
            td.tight { (mark::of(run)) }
            td.soft { (run.definition.name) @if run.kind() == RunKind::Flow { " (flow)" } }
            td.tight { (part::maybe_ago(now, run.start_time)) }
            td.tight.right { (part::elapsed(run, now)) }
            td.tight.right.num data-label="Attempts" { (run.run_count) }
        }
    }
}
