//! The first page: is anything wrong, what is running, what comes next.

use maud::{Markup, html};
use tidegate_core::{Run, StateType, Timestamp};

use super::activity::{self, Bucket};
use super::runs::{FIRST_RUN, first_line};
use crate::ui::filter::Filter;
use crate::ui::span::Span;
use crate::ui::{mark, part, words};

/// What the dashboard shows.
#[derive(Debug)]
pub(in crate::ui) struct Dashboard<'a> {
    pub(in crate::ui) span: Span,
    /// How many flow runs of the span are in which state.
    pub(in crate::ui) counts: &'a [(StateType, u64)],
    pub(in crate::ui) buckets: &'a [Bucket],
    /// Failed, crashed, paused, or late; newest first.
    pub(in crate::ui) needy: &'a [Run],
    pub(in crate::ui) running: &'a [Run],
    pub(in crate::ui) next: &'a [Run],
    /// Whether the store has ever seen a run.
    pub(in crate::ui) any: bool,
    pub(in crate::ui) now: Timestamp,
}

/// The page.
pub(in crate::ui) fn show(page: &Dashboard<'_>) -> Markup {
    let Dashboard { span, counts, buckets, needy, running, next, any, now } = *page;
    html! {
        div.head {
            h1 { "Dashboard" }
            nav.tail.segments aria-label="Span" {
                @for each in Span::ALL {
                    a href={ "/?span=" (each.as_str()) } aria-current=[(each == span).then_some("true")] { (each.as_str()) }
                }
            }
        }
        div #now data-part {
            @if any {
                (numbers(span, counts))
            } @else {
                (part::empty("Nothing has run on this store yet", "Run a flow of your program, and this page shows what became of it.", Some(FIRST_RUN)))
            }
        }
        @if any {
            section #activity data-part aria-label="Activity" {
                div.bar { h2 { "Flow runs of " (span.words()) } span.tail { (activity::keys(counts.iter().filter(|(_, count)| *count > 0).map(|(state, _)| *state))) } }
                (activity::show(buckets))
            }
            div.pair {
                section #needy data-part {
                    h2 { "Needs you" }
                    (list(needy, now, "Nothing is wrong: no run of this span failed, crashed, is late or waits for an answer."))
                }
                section #running data-part {
                    h2 { "Running now" }
                    (list(running, now, "Nothing is running."))
                    @if !next.is_empty() { h2 { "Next" } (list(next, now, "")) }
                }
            }
        }
    }
}

fn numbers(span: Span, counts: &[(StateType, u64)]) -> Markup {
    html! {
        div.counts {
            @for (state, count) in counts {
                a href=(Filter { states: vec![*state], span: Some(span), ..Filter::default() }.url("/runs")) {
                    (mark::named(*state, state.default_name()))
                    span.num.zero[*count == 0] { (words::number(*count)) }
                }
            }
        }
    }
}

fn list(runs: &[Run], now: Timestamp, nothing: &str) -> Markup {
    html! {
        @if runs.is_empty() {
            p.soft { (nothing) }
        } @else {
            div.wide {
                table.folds {
                    thead.sr { tr { th { "Run" } th { "State" } th { "When" } } }
                    tbody {
                        @for run in runs {
                            tr {
                                td.first {
                                    a.name href=(part::run_url(run.id)) { (run.name) }
                                    " " span.soft { (run.definition.name) }
                                    @if let Some(message) = run.state().filter(|state| state.is_terminal()).and_then(|state| state.message.as_deref()) {
                                        span.sub { (first_line(message)) }
                                    }
                                }
                                td.tight { (mark::of(run)) }
                                td.tight.right {
                                    @match (run.end_time, run.start_time, run.next_scheduled_start_time) {
                                        (Some(end), ..) => { (part::ago(now, end)) }
                                        (None, _, Some(at)) => { (part::ago(now, at)) }
                                        (None, ..) => { (part::elapsed(run, now)) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
