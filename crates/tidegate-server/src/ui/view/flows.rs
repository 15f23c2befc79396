//! Flows: each with its last runs as a strip, how often it succeeds, and how long it takes.

use std::time::Duration;

use maud::{Markup, html};
use tidegate_core::{DefinitionRecord, Run, StateType, Timestamp};

use super::runs::FIRST_RUN;
use crate::ui::filter::Filter;
use crate::ui::{mark, part, words};

/// How many of its last runs the strip of a flow shows.
pub(in crate::ui) const STRIP: u64 = 30;

/// A flow, and its last runs, newest first.
#[derive(Debug)]
pub(in crate::ui) struct Flow {
    pub(in crate::ui) record: DefinitionRecord,
    pub(in crate::ui) last: Vec<Run>,
    /// When its next run is to begin.
    pub(in crate::ui) next: Option<Timestamp>,
}

/// The page.
pub(in crate::ui) fn show(flows: &[Flow], now: Timestamp) -> Markup {
    html! {
        div.head { h1 { "Flows" } }
        div #flows data-part {
            @if flows.is_empty() {
                (part::empty("No flows yet", "A flow is known here once it has run.", Some(FIRST_RUN)))
            } @else {
                div.wide {
                    table.folds {
                        thead {
                            tr {
                                th { "Flow" } th { "Last " (STRIP) " runs" } th.right { "Succeeded" } th.right { "p50" } th.right { "p95" } th { "Last run" } th { "Next" }
                            }
                        }
                        tbody { @for flow in flows { (row(flow, is_shared(flow, flows), now)) } }
                    }
                }
            }
        }
    }
}

/// Whether another flow has its name.
fn is_shared(flow: &Flow, flows: &[Flow]) -> bool {
    let name = |flow: &Flow| flow.record.definition.name.clone();
    flows.iter().filter(|each| name(each) == name(flow)).count() > 1
}

/// A flow; of one that is not the only one of its name, where its code is.
fn row(flow: &Flow, shared: bool, now: Timestamp) -> Markup {
    let definition = &flow.record.definition;
    let runs = Filter { flow: Some(definition.name.clone()), ..Filter::default() };
    let mut times: Vec<Duration> = flow
        .last
        .iter()
        .filter(|run| run.has_ended())
        .filter_map(|run| words::elapsed(run, now))
        .collect();
    times.sort_unstable();
    html! {
        tr {
            td.first {
                a.name href=(runs.url("/runs")) title=(definition.key) { (definition.name) }
                @if let Some(about) = &definition.description { span.sub { (part::prose(&super::runs::first_line(about))) } }
                @if shared { span.sub.mono { (definition.key) } }
            }
            td { (strip(&flow.last, now)) }
            td.right.num data-label="Succeeded" { (rate(&flow.last)) }
            td.right.num data-label="p50" { (share(&times, 50)) }
            td.right.num data-label="p95" { (share(&times, 95)) }
            td.tight {
                @match (flow.last.first(), &flow.record.last_run) {
                    (Some(last), _) => {
                        (mark::of(last)) " "
                        span.soft { a href=(part::run_url(last.id)) { (part::ago(now, last.start_time.unwrap_or(last.created))) } }
                    }
                    (None, Some(_)) => { span.soft { "none yet" } }
                    (None, None) => { span.soft { "deleted" } }
                }
            }
            td.tight data-label="Next" {
                @match flow.next {
                    Some(next) if next < mark::late_before(now) => { (mark::named(StateType::Scheduled, "Late")) " " span.soft { (part::ago(now, next)) } }
                    Some(next) => { (part::ago(now, next)) }
                    None => {}
                }
            }
        }
    }
}

/// A bar for each run, the newest on the right: its height is how long it took beside the others, its colour its state.
fn strip(last: &[Run], now: Timestamp) -> Markup {
    let took = |run: &Run| words::elapsed(run, now).unwrap_or_default().as_secs_f64();
    let longest = last.iter().map(took).fold(0.0, f64::max).max(1e-6);
    let place = |index: usize| (last.len() - 1 - index) as f64 * 5.3;
    html! {
        svg.strip viewBox="0 0 160 24" role="img" aria-label={ (last.len()) " runs" } {
            @for (index, run) in last.iter().enumerate() {
                @let state = run.state().map_or(StateType::Pending, tidegate_core::State::state_type);
                @let height = 4.0 + took(run) / longest * 20.0;
                a href=(part::run_url(run.id)) tabindex="-1" {
                    title { (run.name) " · " (state.default_name()) " · " (words::duration(words::elapsed(run, now).unwrap_or_default())) }
                    rect class={ "f-" (mark::class(state)) } x=(format!("{:.1}", place(index))) y=(format!("{:.1}", 24.0 - height)) width="4" height=(format!("{height:.1}")) {}
                    @if matches!(state, StateType::Failed | StateType::Crashed) {
                        // Told without its colour too: a notch.
                        rect x=(format!("{:.1}", place(index) + 1.2)) y="20" width="1.600" height="3" fill="var(--on-state)" {}
                    }
                }
            }
        }
    }
}

/// How many of those that ended completed.
fn rate(last: &[Run]) -> String {
    let ended = last.iter().filter(|run| run.is_terminal()).count();
    let completed = last
        .iter()
        .filter(|run| run.state().is_some_and(tidegate_core::State::is_completed))
        .count();
    let rate = (completed * 100).checked_div(ended);
    rate.map_or_else(|| "–".to_owned(), |rate| format!("{rate}% of {ended}"))
}

/// So many percent took no longer than this.
fn share(times: &[Duration], percent: usize) -> String {
    words::share(times, percent).map_or_else(|| "–".to_owned(), words::duration)
}
