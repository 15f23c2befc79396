//! Log lines of a run: a page of them, which `assets/logs.js` makes a list of all of them; and those lines as that script asks for them.

use std::collections::HashMap;

use maud::{Markup, html};
use serde::Serialize;
use tidegate_core::{LogLevel, LogRecord, RunId};

use crate::ui::ansi::{self, Piece};
use crate::ui::{part, words};

/// How many lines a page shows.
pub(in crate::ui) const LINES: u64 = 500;

/// Log lines as the page of a run shows them.
#[derive(Debug)]
pub(in crate::ui) struct Logs<'a> {
    pub(in crate::ui) run: RunId,
    pub(in crate::ui) at_least: LogLevel,
    /// Oldest first.
    pub(in crate::ui) lines: &'a [LogRecord],
    /// Which of all lines they are.
    pub(in crate::ui) which: Which,
    /// The names of the task runs that wrote some, by their ids.
    pub(in crate::ui) names: &'a [(RunId, String)],
    /// Whether more may come.
    pub(in crate::ui) going_on: bool,
}

/// Which of the lines of a run a page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ui) enum Which {
    /// The newest, but for so many.
    Last(u64),
    /// Those after the first so many, since this one, counted from 1, was asked for.
    Around(u64, u64),
}

/// The lines, with what narrows them.
pub(in crate::ui) fn show(logs: &Logs<'_>) -> Markup {
    let Logs { run, at_least, lines, which, names, going_on } = *logs;
    let full = lines.len() as u64 == LINES;
    // There is nothing to narrow, to find or to wrap.
    let none = lines.is_empty() && !going_on;
    let bare = none && at_least == LogLevel::Trace;
    let (first, asked) = match which {
        Which::Last(_) => (None, None),
        Which::Around(before, line) => (Some(before), Some(line)),
    };
    html! {
        section #logs data-url={ (part::run_url(run)) "/log.json" } data-going-on[going_on] {
            @if !bare { (tools(logs, !none)) }
            @if bare {
                (part::empty(
                    "No lines",
                    "Whatever the code says with tracing macros, run_logger() or, under #[flow(log_prints)], println! is kept here.",
                    Some("tracing::info!(city, \"fetched\");"),
                ))
            } @else if none {
                p.soft { "No line of this level. " a href=(url(run, LogLevel::Trace, 0)) { "All lines" } }
            } @else {
                div.log #log tabindex="0" role="log" aria-live="off" aria-label="Log lines" {
                    @if lines.is_empty() { p.none { "No lines yet." } }
                    @for (index, line) in lines.iter().enumerate() {
                        @let number = first.map(|first| first + index as u64 + 1);
                        (show_line(line, number, number.is_some() && number == asked, names))
                    }
                }
                p.soft.num #log-status role="status" { @if first.is_none() && full { "The newest " (words::several(LINES, "line")) } }
            }
        }
    }
}

/// What narrows the lines; where there may be `any`, also what finds among them.
fn tools(logs: &Logs<'_>, any: bool) -> Markup {
    let Logs { run, at_least, lines, which, .. } = *logs;
    let levels = [LogLevel::Trace, LogLevel::Info, LogLevel::Warning, LogLevel::Error];
    let full = lines.len() as u64 == LINES;
    html! {
        div.bar {
            nav.segments #log-level aria-label="Level" {
                @for level in levels {
                    a href=(url(run, level, 0)) data-level=(level.as_str()) aria-current=[(level == at_least).then_some("true")] { (level_word(level)) }
                }
            }
            @if any {
            form.bar data-scripted hidden role="search" {
                input #log-find type="search" placeholder="Find in the lines" aria-label="Find in the lines" autocomplete="off";
                button type="button" data-log="previous" aria-label="Previous match" { "↑" }
                button type="button" data-log="next" aria-label="Next match" { "↓" }
                span.soft.num #log-found role="status" {}
            }
            }
            span.tail.bar {
                @match which {
                    Which::Last(offset) => {
                        @if full { a data-paged href=(url(run, at_least, offset + LINES)) { "Older lines" } }
                        @if offset > 0 { a data-paged href=(url(run, at_least, offset.saturating_sub(LINES))) { "Newer lines" } }
                    }
                    Which::Around(..) => { a data-paged href=(url(run, at_least, 0)) { "The newest lines" } }
                }
                @if any {
                    button type="button" data-scripted hidden data-log="error" { "First error" }
                    button type="button" data-scripted hidden data-log="wrap" aria-pressed="true" { "Wrap" }
                    button type="button" data-scripted hidden data-log="follow" aria-pressed="true" { "Follow" }
                }
                a href={ (part::run_url(run)) "/log.txt" } download { "Download" }
            }
        }
    }
}

/// Where the lines of this level are shown, but for so many of the newest.
fn url(run: RunId, level: LogLevel, offset: u64) -> String {
    format!("/runs/{run}?tab=logs&level={}&from={offset}", level.as_str())
}

fn show_line(
    line: &LogRecord,
    number: Option<u64>,
    chosen: bool,
    names: &[(RunId, String)],
) -> Markup {
    let from = line.task_run_id.and_then(|id| names.iter().find(|(known, _)| *known == id));
    html! {
        div.line.chosen[chosen] id=[number.map(|number| format!("L{number}"))] {
            (part::clock(line.timestamp))
            (level(line.level))
            span.text {
                @if let Some((id, name)) = from { a.from href=(part::run_url(*id)) { (name) } " " }
                (visible(&line.message))
                @if !line.fields.is_empty() { span.from { (visible(&fields(line))) } }
            }
        }
    }
}

/// A level as a letter in its colour, and as a word.
pub(in crate::ui) fn level(level: LogLevel) -> Markup {
    let word = level.as_str();
    html! { span class={ "l-" (word.to_lowercase()) } { b { (word[..1]) } " " (word) } }
}

fn fields(line: &LogRecord) -> String {
    line.fields.iter().map(|(name, value)| format!(" {name}={value}")).collect()
}

/// A text with its colours, whose control characters can be seen.
pub(in crate::ui) fn visible(text: &str) -> Markup {
    html! {
        @for Piece { class, text } in ansi::pieces(text) {
            @if class.is_empty() { (text) } @else { span class=(class) { (text) } }
        }
    }
}

fn level_word(level: LogLevel) -> &'static str {
    match level {
        LogLevel::Trace => "All",
        LogLevel::Debug => "Debug +",
        LogLevel::Info => "Info +",
        LogLevel::Warning => "Warning +",
        LogLevel::Error => "Error +",
        LogLevel::Critical => "Critical",
    }
}

/// Lines as the script asks for them.
#[derive(Debug, Serialize)]
pub(in crate::ui) struct Told {
    from: u64,
    /// Whether there are lines after these already.
    more: bool,
    lines: Vec<ToldLine>,
    /// The task runs that lines name by their place here, by id and name.
    runs: Vec<(RunId, String)>,
}

/// A line: when, in microseconds since 1970; its level by its place in [`LogLevel::ALL`]; the run that wrote it, none for the flow run
/// itself; its pieces.
#[derive(Debug, Serialize)]
struct ToldLine(i64, usize, Option<usize>, Vec<ToldPiece>);

/// A piece: a text, or a class with it.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum ToldPiece {
    Plain(String),
    As(String, String),
}

/// Lines after the first so many, oldest first.
pub(in crate::ui) fn tell(
    lines: &[LogRecord],
    from: u64,
    more: bool,
    runs: Vec<(RunId, String)>,
) -> Told {
    let places: HashMap<RunId, usize> =
        runs.iter().enumerate().map(|(place, (id, _))| (*id, place)).collect();
    let pieces = |text: &str| {
        let told = ansi::pieces(text).into_iter().map(|Piece { class, text }| match class {
            class if class.is_empty() => ToldPiece::Plain(text.into_owned()),
            class => ToldPiece::As(class, text.into_owned()),
        });
        told.collect::<Vec<_>>()
    };
    let lines = lines.iter().map(|line| {
        let level = LogLevel::ALL.iter().position(|level| *level == line.level);
        let run = line.task_run_id.and_then(|id| places.get(&id).copied());
        let mut told = pieces(&line.message);
        if !line.fields.is_empty() {
            let fields = pieces(&fields(line)).into_iter().map(|piece| match piece {
                ToldPiece::Plain(text) => ToldPiece::As("from".to_owned(), text),
                ToldPiece::As(..) => piece,
            });
            told.extend(fields);
        }
        let at = line.timestamp.timestamp_micros();
        ToldLine(at, level.unwrap_or_default(), run, told)
    });
    Told { from, more, lines: lines.collect(), runs }
}

/// A line of the file that is downloaded.
pub(in crate::ui) fn plain(line: &LogRecord, run: Option<&str>) -> String {
    let run = run.map(|run| format!("{run} - ")).unwrap_or_default();
    let (at, level) = (part::exact(line.timestamp), line.level.as_str());
    format!("{at} | {level:<8} | {run}{}{}\n", line.message, fields(line))
}
