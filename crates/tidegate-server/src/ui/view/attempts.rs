//! The attempts of a task run: when each was made, how it ended, and what was said in it.

use maud::{Markup, html};
use tidegate_core::{LogRecord, Run, State, StateType, Timestamp};

use super::logs::{level, visible};
use super::run::plain;
use crate::ui::{mark, part, words};

/// How many lines of an attempt are shown.
const LINES: usize = 5;

/// How wide the time of all attempts is drawn.
const WIDTH: f64 = 1000.0;

/// One attempt.
#[derive(Debug, PartialEq)]
pub(in crate::ui) struct Attempt<'a> {
    pub(in crate::ui) start: Timestamp,
    /// The state that it ended with; none while it goes on.
    pub(in crate::ui) end: Option<&'a State>,
}

/// The attempts of a run, by its states: each begins when the run enters RUNNING, and ends with the state after that.
pub(in crate::ui) fn of(run: &Run) -> Vec<Attempt<'_>> {
    let states = run.states.iter().enumerate();
    let runs = states.filter(|(_, state)| state.state_type() == StateType::Running);
    runs.map(|(at, state)| Attempt { start: state.timestamp, end: run.states.get(at + 1) })
        .collect()
}

/// The attempts with the lines that were logged in each, of `lines` that are sorted by time.
pub(in crate::ui) fn show(run: &Run, lines: &[LogRecord], now: Timestamp) -> Markup {
    let attempts = of(run);
    let (Some(first), Some(last)) = (attempts.first(), attempts.last()) else { return html! {} };
    let until = |attempt: &Attempt<'_>| attempt.end.map_or(now, |end| end.timestamp);
    let span = (until(last) - first.start).num_microseconds().unwrap_or(i64::MAX).max(1) as f64;
    let x = |at: Timestamp| {
        let since = (at - first.start).num_microseconds().unwrap_or_default() as f64;
        (since / span * WIDTH).clamp(0.0, WIDTH)
    };
    let began = attempts.iter().skip(1).map(|next| Some(next.start)).chain([None]);
    html! {
        section #attempts data-part aria-label="Attempts" {
            h2 { "Attempts" }
            svg.attempts viewBox={ "0 0 " (WIDTH) " 16" } preserveAspectRatio="none" aria-hidden="true" {
                @for attempt in &attempts {
                    @let (from, to) = (x(attempt.start), x(until(attempt)));
                    rect class={ "f-" (mark::class(outcome(attempt))) } x=(format!("{from:.1}")) y="2" width=(format!("{:.1}", (to - from).max(3.0))) height="12" {}
                }
            }
            ol.attempts {
                @for ((number, attempt), next) in attempts.iter().enumerate().zip(began) {
                    @let said = said_in(lines, attempt.start, next);
                    li {
                        div.bar {
                            b { "Attempt " (number + 1) }
                            @match attempt.end {
                                Some(end) if end.state_type() == StateType::Scheduled => { (mark::named(StateType::Failed, "Failed")) span.soft { "and tried again" } }
                                Some(end) => { (mark::state(end)) }
                                None => { (mark::of(run)) }
                            }
                            (part::moment(attempt.start))
                            span.num { (words::duration((until(attempt) - attempt.start).to_std().unwrap_or_default())) }
                            @if !said.is_empty() { span.soft { (words::several(said.len() as u64, "line")) } }
                        }
                        @if let Some(message) = attempt.end.filter(|end| !end.is_completed()).and_then(|end| end.message.as_deref()) {
                            pre.message { (visible(plain(message))) }
                        }
                        @if !said.is_empty() && (attempts.len() > 1 || attempt.end.is_some_and(|end| !end.is_completed())) {
                            pre.log.few { @for line in &said[said.len().saturating_sub(LINES)..] { (level(line.level)) "  " (visible(&line.message)) "\n" } }
                        }
                    }
                }
            }
        }
    }
}

/// How an attempt looks: one that is to be tried again has failed.
fn outcome(attempt: &Attempt<'_>) -> StateType {
    match attempt.end.map(State::state_type) {
        None => StateType::Running,
        Some(StateType::Scheduled) => StateType::Failed,
        Some(other) => other,
    }
}

fn said_in(lines: &[LogRecord], from: Timestamp, until: Option<Timestamp>) -> &[LogRecord] {
    let first = lines.partition_point(|line| line.timestamp < from);
    let last =
        until.map_or(lines.len(), |until| lines.partition_point(|line| line.timestamp < until));
    &lines[first.min(last)..last]
}

/// The runs whose handles a task run was given.
pub(in crate::ui) fn given_by(runs: &[Run], more: bool) -> Markup {
    html! {
        @if !runs.is_empty() {
            section #given-by data-part aria-label="Given by" {
                h2 { "Given by" }
                ul.given {
                    @for run in runs { li { (mark::of(run)) a href=(part::run_url(run.id)) { (run.name) } } }
                    @if more { li.soft { "and more" } }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tidegate_core::{Definition, LogLevel, RunKind};

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_timestamp(1_700_000_000 + seconds, 0).unwrap()
    }

    fn run(states: Vec<State>) -> Run {
        let definition = Arc::new(Definition::new(RunKind::Task, "fetch"));
        Run { states, ..Run::new(definition, "fetch-1", at(0)) }
    }

    #[test]
    fn an_attempt_goes_from_running_to_the_state_after_it() {
        let run = run(vec![
            State::pending(at(0)),
            State::running(at(1)),
            State::awaiting_retry(at(9), at(3)).message("HTTP 503"),
            State::retrying(at(9)),
        ]);
        let attempts = of(&run);
        let ends: Vec<_> =
            attempts.iter().map(|each| (each.start, each.end.map(|end| &*end.name))).collect();
        assert_eq!(ends, [(at(1), Some("AwaitingRetry")), (at(9), None)]);
        assert_eq!(outcome(&attempts[0]), StateType::Failed);
        assert_eq!(outcome(&attempts[1]), StateType::Running);
    }

    #[test]
    fn each_attempt_has_its_error_and_the_lines_that_were_logged_in_it() {
        let run = run(vec![
            State::running(at(1)),
            State::awaiting_retry(at(9), at(3)).message("HTTP <503>"),
            State::retrying(at(9)),
            State::failed(at(10)).message("HTTP 500"),
        ]);
        let line = |second, message: &str| LogRecord {
            flow_run_id: None,
            task_run_id: Some(run.id),
            timestamp: at(second),
            level: LogLevel::Info,
            target: String::new(),
            message: message.to_owned(),
            fields: serde_json::Map::new(),
        };
        let lines = [line(0, "before"), line(1, "first"), line(4, "waits"), line(9, "second")];
        let page = show(&run, &lines, at(20)).into_string();
        let (first, second) = page.split_once("Attempt 2").unwrap();
        assert!(first.contains("HTTP &lt;503&gt;") && second.contains("HTTP 500"), "{page}");
        assert!(first.contains("first") && first.contains("waits") && second.contains("second"));
        assert!(!page.contains("before"), "{page}");
    }

    #[test]
    fn what_never_ran_has_no_attempts() {
        assert_eq!(show(&run(vec![State::pending(at(0))]), &[], at(1)).into_string(), "");
    }
}
