//! The first page: is anything wrong, what is running, what comes next.

use std::time::Duration;

use maud::{Markup, html};
use tidegate_core::{Run, StateType, Timestamp};

use super::activity::{self, Bucket};
use super::progress::Progress;
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
    /// Paused, late, failed or crashed.
    pub(in crate::ui) needy: &'a [Needy],
    pub(in crate::ui) running: &'a [Going],
    pub(in crate::ui) next: &'a [Run],
    pub(in crate::ui) slow: &'a [Slow],
    /// Since when failed and crashed runs are listed, if somebody has seen those before.
    pub(in crate::ui) seen: Option<Timestamp>,
    /// Whether the store has ever seen a run.
    pub(in crate::ui) any: bool,
    pub(in crate::ui) now: Timestamp,
}

/// A run that needs somebody.
#[derive(Debug)]
pub(in crate::ui) struct Needy {
    pub(in crate::ui) run: Run,
    /// How many more of its flow failed or crashed before it.
    pub(in crate::ui) alike: u64,
}

/// A run that goes on, and how far its calls are.
#[derive(Debug)]
pub(in crate::ui) struct Going {
    pub(in crate::ui) run: Run,
    pub(in crate::ui) progress: Progress,
}

/// How long the runs of a flow take.
#[derive(Debug)]
pub(in crate::ui) struct Slow {
    pub(in crate::ui) flow: String,
    pub(in crate::ui) p50: Duration,
    pub(in crate::ui) p95: Duration,
    pub(in crate::ui) runs: u64,
}

/// The page.
pub(in crate::ui) fn show(page: &Dashboard<'_>) -> Markup {
    let Dashboard { span, counts, buckets, running, next, slow, any, now, .. } = *page;
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
                div.bar { h2 { "Flow runs of " (span.words()) } span.tail { (activity::keys(counts.iter().filter(|(state, count)| *count > 0 && *state != StateType::Scheduled).map(|(state, _)| *state))) } }
                (activity::show(buckets))
            }
            div.pair {
                (needs_you(page))
                div.stack {
                    section #running data-part {
                        h2 { "Now" }
                        (going(running, now))
                    }
                    @if !next.is_empty() {
                        section #next data-part { h2 { "Next" } (list(next.iter().map(|run| (run, None)), now)) }
                    }
                    @if !slow.is_empty() {
                        section #slow data-part { h2 { "Slowest flows" } (slowest(slow)) }
                    }
                }
            }
        }
    }
}

fn needs_you(page: &Dashboard<'_>) -> Markup {
    let Dashboard { span, needy, seen, now, .. } = *page;
    let wrong = |needy: &Needy| {
        needy.run.state().is_some_and(|state| {
            matches!(state.state_type(), StateType::Failed | StateType::Crashed)
        })
    };
    html! {
        section #needy data-part {
            div.bar {
                h2 { "Needs you" }
                @if let Some(seen) = seen {
                    span.soft { "failed since you looked " (part::ago(now, seen)) ". " a href={ "/?span=" (span.as_str()) "&seen=all" } { "All of " (span.words()) } }
                }
                @if needy.iter().any(wrong) {
                    form.tail method="post" action="/seen" { button.plain type="submit" { "I have seen these" } }
                }
            }
            @if needy.is_empty() {
                p.soft {
                    @if seen.is_some() { "Nothing has failed or crashed since, and nothing is late or waits for an answer." }
                    @else { "Nothing is wrong: no run of this span failed or crashed, and none is late or waits for an answer." }
                }
            } @else {
                (list(needy.iter().map(|needy| (&needy.run, alike(needy, span))), now))
            }
        }
    }
}

/// Where the others of its flow are that went the same way.
fn alike(needy: &Needy, span: Span) -> Option<Markup> {
    let filter = Filter {
        flow: Some(needy.run.definition.name.clone()),
        states: vec![StateType::Failed, StateType::Crashed],
        span: Some(span),
        ..Filter::default()
    };
    (needy.alike > 0).then(|| {
        html! { a href=(filter.url("/runs")) { "and " (words::number(needy.alike)) " more of this flow" } }
    })
}

fn going(running: &[Going], now: Timestamp) -> Markup {
    html! {
        @if running.is_empty() {
            p.soft { "Nothing is running." }
        } @else {
            div.wide {
                table.folds {
                    thead.sr { tr { th { "Run" } th { "State" } th { "Calls" } th { "Elapsed" } } }
                    tbody {
                        @for Going { run, progress } in running {
                            tr {
                                td.first { a.name href=(part::run_url(run.id)) { (run.name) } " " span.soft { (run.definition.name) } }
                                td.tight { (mark::of(run)) }
                                td.tight { (progress.bar()) }
                                td.tight.right { (part::elapsed(run, now)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn slowest(slow: &[Slow]) -> Markup {
    let longest =
        slow.iter().map(|slow| slow.p95).max().unwrap_or_default().as_secs_f64().max(1e-9);
    html! {
        div.wide {
            table.folds {
                thead { tr { th { "Flow" } th { span.sr { "p95 beside the others" } } th.right { "p50" } th.right { "p95" } th.right { "Runs" } } }
                tbody {
                    @for each in slow {
                        tr {
                            td.first { a.name href=(Filter { flow: Some(each.flow.clone()), ..Filter::default() }.url("/runs")) { (each.flow) } }
                            td { svg.length viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" { rect width=(format!("{:.1}", each.p95.as_secs_f64() / longest * 100.0)) height="8" {} } }
                            td.tight.right.num data-label="p50" { (words::duration(each.p50)) }
                            td.tight.right.num data-label="p95" { (words::duration(each.p95)) }
                            td.tight.right.num.soft data-label="Runs" { (words::number(each.runs)) }
                        }
                    }
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

/// Runs in rows, with what is to be said below each.
fn list<'a>(runs: impl Iterator<Item = (&'a Run, Option<Markup>)>, now: Timestamp) -> Markup {
    html! {
            div.wide {
                table.folds {
                    thead.sr { tr { th { "Run" } th { "State" } th { "When" } } }
                    tbody {
                        @for (run, more) in runs {
                            tr {
                                td.first {
                                    a.name href=(part::run_url(run.id)) { (run.name) }
                                    " " span.soft { (run.definition.name) }
                                    @if run.state().is_some_and(|state| state.state_type() == StateType::Paused) {
                                        span.sub { "waits for an answer. " a href={ (part::run_url(run.id)) "#asked" } { "Answer" } }
                                    }
                                    @if let Some(message) = run.state().filter(|state| state.is_terminal()).and_then(|state| state.message.as_deref()) {
                                        span.sub { (first_line(message)) }
                                    }
                                    @if let Some(more) = more { span.sub { (more) } }
                                }
                                td.tight { (mark::of_now(run, now)) }
                                td.tight.right {
                                    @match (run.end_time, run.start_time, run.next_scheduled_start_time) {
                                        (Some(end), ..) => { (part::ago(now, end)) }
                                        (None, _, Some(at)) => { (part::ago(now, at)) }
                                        (None, ..) => { (part::maybe_ago(now, run.state().map(|state| state.timestamp))) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
    }
}
