//! Events, newest first.

use maud::{Markup, html};
use tidegate_core::{EventRecord, RESOURCE_NAME, RunId, Timestamp};

use super::run::pretty;
use crate::ui::mark;
use crate::ui::part::{self, Pager};
use crate::ui::words::encoded;

/// How many a page lists.
pub(in crate::ui) const PAGE: u64 = 50;

/// What the page of events shows.
#[derive(Debug)]
pub(in crate::ui) struct Events<'a> {
    pub(in crate::ui) events: &'a [EventRecord],
    /// The names of the runs in which they happened.
    pub(in crate::ui) names: &'a [(RunId, String)],
    /// What the names of those that are shown begin with; empty for all.
    pub(in crate::ui) prefix: &'a str,
    pub(in crate::ui) offset: u64,
    pub(in crate::ui) now: Timestamp,
}

/// The page.
pub(in crate::ui) fn show(page: &Events<'_>) -> Markup {
    let Events { events, names, prefix, offset, now } = *page;
    let kinds =
        [("", "All"), ("prefect.flow-run.", "Flow runs"), ("prefect.task-run.", "Task runs")];
    html! {
        div.head { h1 { "Events" } }
        form.filters action="/events" {
            nav.segments aria-label="Kind" {
                @for (start, word) in kinds {
                    a href={ "/events?prefix=" (start) } aria-current=[(prefix == start).then_some("true")] { (word) }
                }
            }
            label.grow { "Name begins with" input name="prefix" value=(prefix) placeholder="any" autocomplete="off"; }
            button type="submit" { "Show" }
        }
        div #events data-part {
            @if events.is_empty() {
                (part::empty("No events", "Each change of state is one, and so is what code emits.", Some("emit_event(\"city.measured\", \"city.rome\").await?;")))
            } @else {
                div.wide {
                    table.folds {
                        thead { tr { th { "Event" } th { "About" } th { "In" } th { "When" } } }
                        tbody { @for event in events { (row(event, names, now)) } }
                    }
                }
                (Pager { total: None, offset, here: events.len() as u64, size: PAGE, one: "event" }
                    .show(|from| format!("/events?prefix={}&from={from}", encoded(prefix))))
            }
        }
    }
}

/// The name of an event: of a change of state, the state and what has changed.
fn named(name: &str) -> Markup {
    let parts = [("prefect.flow-run.", "flow run"), ("prefect.task-run.", "task run")];
    let found = parts.iter().find_map(|(start, kind)| Some((name.strip_prefix(start)?, *kind)));
    let known = found.and_then(|(state, kind)| Some((state, kind, mark::type_of_name(state)?)));
    html! {
        @match known {
            Some((state, kind, state_type)) => { span title=(name) { (mark::named(state_type, state)) " " span.soft { (kind) } } }
            None => { (name) }
        }
    }
}

/// The run that an event is about, if it is about one.
fn subject(event: &EventRecord) -> Option<RunId> {
    let kinds = ["prefect.flow-run.", "prefect.task-run."];
    let id = kinds.iter().find_map(|kind| event.resource.id().strip_prefix(kind))?;
    id.parse().ok()
}

/// The run in which an event happened, where that is not what it is about.
pub(in crate::ui) fn place(event: &EventRecord) -> Option<RunId> {
    let own = subject(event);
    [event.flow_run_id, event.task_run_id].into_iter().flatten().find(|run| Some(*run) != own)
}

fn row(event: &EventRecord, names: &[(RunId, String)], now: Timestamp) -> Markup {
    let about = event.resource.get(RESOURCE_NAME).unwrap_or_else(|| event.resource.id());
    html! {
        tr {
            td.first {
                @if event.payload.is_null() {
                    (named(&event.event))
                } @else {
                    details { summary { (named(&event.event)) } pre.code { (pretty(&event.payload)) } }
                }
            }
            td {
                @match subject(event) {
                    Some(run) => { a.name href=(part::run_url(run)) { (about) } }
                    None => { (about) @if about != event.resource.id() { span.sub.mono { (event.resource.id()) } } }
                }
            }
            td { @if let Some(run) = place(event) { span.soft { (part::named_run(run, names)) } } }
            td.tight { (part::ago(now, event.occurred)) }
        }
    }
}
