//! Log lines of a run.

use maud::{Markup, html};
use tidegate_core::{LogLevel, LogRecord, RunId};

use crate::ui::part;

/// How many lines a page shows.
pub(in crate::ui) const LINES: u64 = 500;

/// Log lines as the page of a run shows them.
#[derive(Debug)]
pub(in crate::ui) struct Logs<'a> {
    pub(in crate::ui) run: RunId,
    pub(in crate::ui) at_least: LogLevel,
    /// Oldest first.
    pub(in crate::ui) lines: &'a [LogRecord],
    /// How many newer ones were left out.
    pub(in crate::ui) offset: u64,
    /// The names of the task runs that wrote some, by their ids.
    pub(in crate::ui) names: &'a [(RunId, String)],
    /// Whether more may come.
    pub(in crate::ui) going_on: bool,
}

/// The lines, with what narrows them.
pub(in crate::ui) fn show(logs: &Logs<'_>) -> Markup {
    let Logs { run, at_least, lines, offset, names, going_on } = *logs;
    let url = |level: LogLevel, offset: u64| {
        format!("/runs/{run}?tab=logs&level={}&from={offset}", level.as_str())
    };
    let levels = [LogLevel::Trace, LogLevel::Info, LogLevel::Warning, LogLevel::Error];
    let full = lines.len() as u64 == LINES;
    html! {
        section {
            div.bar {
                nav.segments aria-label="Level" {
                    @for level in levels {
                        a href=(url(level, 0)) aria-current=[(level == at_least).then_some("true")] { (level_word(level)) }
                    }
                }
                span.tail.bar {
                    @if full { a href=(url(at_least, offset + LINES)) { "Older lines" } }
                    @if offset > 0 { a href=(url(at_least, offset.saturating_sub(LINES))) { "Newer lines" } }
                    @if offset == 0 && going_on { button #follow type="button" aria-pressed="true" { "Follow" } }
                }
            }
            @if lines.is_empty() {
                (part::empty(
                    if going_on { "No lines yet" } else { "No lines" },
                    "Whatever the code says with tracing macros, run_logger() or, under #[flow(log_prints)], println! is kept here.",
                    Some("tracing::info!(city, \"fetched\");"),
                ))
            } @else {
                div.log #log data-part tabindex="0" role="log" aria-label="Log lines" {
                    @for (index, line) in lines.iter().enumerate() { (show_line(line, index, names)) }
                }
            }
        }
    }
}

fn show_line(line: &LogRecord, index: usize, names: &[(RunId, String)]) -> Markup {
    let level = line.level.as_str();
    let from = line.task_run_id.and_then(|id| names.iter().find(|(known, _)| *known == id));
    html! {
        div.line #{ "L" (index + 1) } {
            (part::clock(line.timestamp))
            span class={ "l-" (level.to_lowercase()) } { (level) }
            span.text {
                @if let Some((id, name)) = from { a.from href=(part::run_url(*id)) { (name) } " " }
                (visible(&line.message))
                @if !line.fields.is_empty() {
                    span.from { @for (name, value) in &line.fields { " " (name) "=" (value.to_string()) } }
                }
            }
        }
    }
}

/// A text whose control characters can be seen.
pub(in crate::ui) fn visible(text: &str) -> Markup {
    let hidden = |c: char| c.is_control() && !matches!(c, '\n' | '\t') || is_bidi(c);
    html! {
        @for piece in text.split_inclusive(hidden) {
            @let last = piece.chars().next_back().filter(|c| hidden(*c));
            @if let Some(character) = last {
                (piece[..piece.len() - character.len_utf8()])
                span.control title={ "U+" (format!("{:04X}", character as u32)) } { (picture(character)) }
            } @else {
                (piece)
            }
        }
    }
}

/// Characters that would turn the direction of what follows.
fn is_bidi(character: char) -> bool {
    matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A control character as programs write it.
fn picture(character: char) -> String {
    character.escape_default().to_string()
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
