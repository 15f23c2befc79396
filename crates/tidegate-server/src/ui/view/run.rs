//! What flow runs and task runs have in common on their pages: title, facts, what went wrong, tabs, parameters.

use maud::{Markup, html};
use serde_json::Value;
use tidegate_core::{LogRecord, Run, RunKind, State, StateResult, StateType, Timestamp};

use super::logs::visible;
use crate::change::Again;
use crate::ui::filter::Filter;
use crate::ui::{mark, part, words};

/// The parts of a page of which one is shown at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ui) enum Tab {
    Logs,
    Tasks,
    Parameters,
    Artifacts,
    History,
}

impl Tab {
    const ALL: [Self; 5] =
        [Self::Logs, Self::Tasks, Self::Parameters, Self::Artifacts, Self::History];

    /// The tab that is named so; the first, if none is.
    pub(in crate::ui) fn of(name: &str) -> Self {
        Self::ALL.into_iter().find(|tab| tab.as_str() == name).unwrap_or(Self::Logs)
    }

    pub(in crate::ui) const fn as_str(self) -> &'static str {
        match self {
            Self::Logs => "logs",
            Self::Tasks => "tasks",
            Self::Parameters => "parameters",
            Self::Artifacts => "artifacts",
            Self::History => "history",
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::Logs => "Logs",
            Self::Tasks => "Tasks",
            Self::Parameters => "Parameters and result",
            Self::Artifacts => "Artifacts",
            Self::History => "History",
        }
    }
}

/// The tabs; `calls` is how many runs were called in it.
pub(in crate::ui) fn tabs(run: &Run, here: Tab, calls: u64) -> Markup {
    html! {
        nav.tabs #tabs data-part aria-label="About this run" {
            @for tab in Tab::ALL {
                a href={ "/runs/" (run.id) "?tab=" (tab.as_str()) "#tabs" } aria-current=[(tab == here).then_some("true")] {
                    (tab.title())
                    @if tab == Tab::Tasks && calls > 0 { " " span.num { (words::number(calls)) } }
                    @if tab == Tab::History { " " span.num { (run.states.len()) } }
                }
            }
        }
    }
}

/// Name and state, and what can be done.
pub(in crate::ui) fn head(run: &Run, parent: Option<&Run>, actions: &Markup) -> Markup {
    html! {
        nav.crumb aria-label="Where this is" {
            a href="/runs" { "Runs" }
            @if let Some(parent) = parent { " / " a href=(part::run_url(parent.id)) { (parent.name) } }
            " / " @match run.kind() { RunKind::Flow => "flow run", RunKind::Task => "task run" }
        }
        div.head #head data-part {
            h1 { (run.name) }
            span.state.big { (mark::of(run)) }
            (actions)
        }
    }
}

/// Facts about a run in one row.
pub(in crate::ui) fn facts(run: &Run, now: Timestamp) -> Markup {
    let flow = Filter { flow: Some(run.definition.name.clone()), ..Filter::default() };
    html! {
        dl.facts #facts data-part {
            div {
                dt { @match run.kind() { RunKind::Flow => "Flow", RunKind::Task => "Task" } }
                dd {
                    @match run.kind() {
                        RunKind::Flow => { a href=(flow.url("/runs")) { (run.definition.name) } }
                        RunKind::Task => { (run.definition.name) }
                    }
                }
            }
            div { dt { "Duration" } dd { (part::elapsed(run, now)) } }
            div { dt { "Started" } dd { (part::maybe_ago(now, run.start_time)) } }
            @if let Some(end) = run.end_time { div { dt { "Ended" } dd { (part::ago(now, end)) } } }
            @if let Some(next) = run.next_scheduled_start_time { div { dt { "Next start" } dd { (part::ago(now, next)) } } }
            div { dt { "Attempts" } dd.num { (run.run_count) } }
            @if !run.tags.is_empty() { div { dt { "Tags" } dd { (part::tags(&run.tags)) } } }
            div { dt { "Id" } dd { (part::id(run.id)) } }
        }
    }
}

/// Where a failure began, and the log lines before it.
#[derive(Debug)]
pub(in crate::ui) struct Cause<'a> {
    /// The call that failed, if it was not the run itself.
    pub(in crate::ui) call: Option<&'a Run>,
    pub(in crate::ui) lines: &'a [LogRecord],
    /// Who would run it again.
    pub(in crate::ui) again: Again,
}

/// What went wrong, if anything did; where it began, the lines before, and what to do next.
pub(in crate::ui) fn trouble(run: &Run, cause: &Cause<'_>) -> Markup {
    let wrong =
        |state: &&State| matches!(state.state_type(), StateType::Failed | StateType::Crashed);
    let Some(state) = run.state().filter(wrong) else { return html! { div #trouble data-part {} } };
    let Cause { call, lines, again } = cause;
    let message =
        |state: &State| plain(state.message.as_deref().unwrap_or("It says no more.")).to_owned();
    html! {
        div #trouble data-part {
            section.trouble.crash[state.state_type() == StateType::Crashed] aria-label="What went wrong" {
                @if let Some(call) = call && let Some(failed) = call.state() {
                    p {
                        @match call.kind() { RunKind::Task => "Task run ", RunKind::Flow => "Subflow run " }
                        a href=(part::run_url(call.id)) { (call.name) } " ended as " (failed.name)
                        @if call.run_count > 1 { " after " (call.run_count) " attempts" }
                        @if let Some(end) = call.end_time { " at " (part::clock(end)) }
                        ":"
                    }
                    pre.message { (visible(&message(failed))) }
                    @if message(state) != message(failed) && state.message.is_some() { p.soft { (visible(&message(state))) } }
                } @else {
                    pre.message { (visible(&message(state))) }
                }
                @if !lines.is_empty() {
                    div.last-lines role="group" aria-label="The log lines before" {
                        @for line in *lines {
                            span.line { (part::clock(line.timestamp)) " " span class={ "l-" (line.level.as_str().to_lowercase()) } { (line.level) } " " (visible(&line.message)) }
                        }
                    }
                }
                p.next { b { "Next: " } (advice(run, state, *call, *again)) }
            }
        }
    }
}

/// A message without what all of them begin with, which the page says in its own words.
pub(in crate::ui) fn plain(message: &str) -> &str {
    let known = ["Flow run encountered an exception: ", "Task run encountered an exception: "];
    known.iter().find_map(|start| message.strip_prefix(start)).unwrap_or(message)
}

/// What to do about it.
fn advice(run: &Run, state: &State, call: Option<&Run>, again: Again) -> Markup {
    let subject = call.unwrap_or(run);
    html! {
        @match (state.state_type(), &*state.name) {
            (StateType::Crashed, _) => "its process was not allowed to finish it. Look at what stopped that: memory, a kill, a restart of the machine. "
            (_, "TimedOut") => "find what took so long, or give it more time with timeout_seconds. "
            (_, "Panicked") => "the code panicked: the message says where. "
            (..) => "mend what the message says. "
        }
        a href={ (part::run_url(subject.id)) "?tab=logs#tabs" } { "All its log lines" } ". "
        @if run.kind() == RunKind::Flow {
            @if again != Again::Nobody { "Then retry it: calls that completed are not made again." }
            @else { "Then start its program again: nobody else can run it from its record." }
        }
    }
}

/// What a run was called with, and what became of its result.
pub(in crate::ui) fn parameters(run: &Run) -> Markup {
    html! {
        section {
            @if run.parameters.is_empty() {
                (part::empty("No parameters", "It was called without arguments.", None))
            } @else {
                div.wide {
                    table {
                        thead { tr { th { "Parameter" } th { "Type" } th { "Value" } } }
                        tbody {
                            @for (name, value) in run.parameters.iter() {
                                tr {
                                    td.mono { (name) }
                                    td.mono.soft { (type_of(run, name)) }
                                    td {
                                        @match pretty(value) {
                                            text if text.contains('\n') => { pre.code { (text) } }
                                            text => { code.value { (text) } }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
            h2 { "Result" }
            p { (result(run)) }
            @if run.state().is_some_and(|state| state.name == "Cached") {
                p { "It was in the cache: an earlier run with the same cache key made it." }
            }
        }
    }
}

fn type_of(run: &Run, name: &str) -> String {
    let known = run.definition.parameters.iter().find(|parameter| parameter.name == name);
    known.map(|parameter| parameter.type_name.clone()).unwrap_or_default()
}

/// Where a result is, and how large. What it is, is not shown: it may be a secret.
fn result(run: &Run) -> Markup {
    let kept = run.state().and_then(|state| state.result.as_ref());
    html! {
        @match kept {
            Some(StateResult::Recorded { json }) => { "Kept in the record of the run: " (words::number(json.len() as u64)) " bytes of JSON." }
            Some(StateResult::Persisted { reference }) => {
                "Kept in the storage " code { (reference.storage) } " under " code { (reference.key) } ": " (words::number(reference.size)) " bytes."
            }
            Some(StateResult::Unpersisted) => { "Existed in the memory of its process only." }
            None => { span.soft { "None is kept." } }
        }
    }
}

/// JSON as people read it: texts without quotes, the rest indented.
pub(in crate::ui) fn pretty(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string())
        }
    }
}
