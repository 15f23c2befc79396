//! The list of flow runs: what it shows of all, and a row for each.

use maud::{Markup, html};
use tidegate_core::{CallCount, Run, RunId, Timestamp};

use super::progress::Progress;
use super::run::plain;
use super::scatter;
use crate::ui::filter::{Filter, PAGE};
use crate::ui::mark;
use crate::ui::part::{self, Pager};
use crate::ui::span::Span;

/// What fills a store that has no runs.
pub(in crate::ui) const FIRST_RUN: &str = "#[tidegate::flow]\nasync fn hello() -> tidegate::Result<()> { Ok(()) }\n\n#[tokio::main]\nasync fn main() -> tidegate::Result<()> { hello().await }";

/// What the page of runs shows.
#[derive(Debug)]
pub(in crate::ui) struct Runs<'a> {
    pub(in crate::ui) filter: &'a Filter,
    pub(in crate::ui) runs: &'a [Run],
    /// The names of the flow runs that called some of them.
    pub(in crate::ui) callers: &'a [(RunId, String)],
    /// How many calls they made.
    pub(in crate::ui) calls: &'a [CallCount],
    pub(in crate::ui) total: u64,
    /// Those that are drawn as dots.
    pub(in crate::ui) drawn: &'a [Run],
    /// The names of flows, to choose from.
    pub(in crate::ui) flows: &'a [String],
    pub(in crate::ui) now: Timestamp,
}

/// The page.
pub(in crate::ui) fn show(page: &Runs<'_>) -> Markup {
    let Runs { filter, runs, total, drawn, flows, now, .. } = *page;
    html! {
        div.head { h1 { "Runs" } }
        (filters(filter, flows))
        div #runs data-part {
            @if runs.is_empty() {
                @if filter.narrows() {
                    section {
                        (part::empty("No run matches", "Nothing in this store is like that. Leave out a state or a name, or look further back.", None))
                        p { a.button href="/runs" { "Show all runs" } }
                    }
                } @else {
                    (part::empty("No runs yet", "Run a flow of your program on this store, and it appears here while it runs.", Some(FIRST_RUN)))
                }
            } @else {
                section {
                    (scatter::show(drawn, now))
                    (table(page))
                    (Pager { total: Some(total), offset: filter.from, here: runs.len() as u64, size: PAGE, one: "run" }
                        .show(|from| Filter { from, ..filter.clone() }.url("/runs")))
                }
            }
        }
    }
}

/// Rows of runs, each with a box to choose it by.
fn table(page: &Runs<'_>) -> Markup {
    html! {
        form #chosen method="post" action="/runs/chosen" {
            div.wide {
                table.folds {
                    thead {
                        tr {
                            th.box { input #all type="checkbox" aria-label="Choose all on this page" hidden; }
                            th { "Run" } th { "State" } th { "Flow" } th { "Started" } th.right { "Duration" } th.right { "Tasks" } th { "Tags" }
                        }
                    }
                    tbody { @for run in page.runs { (row(run, page)) } }
                }
            }
            div.bar.chosen {
                span.soft.count.num {}
                button type="submit" name="act" value="cancel" { "Cancel" }
                button.danger type="submit" name="act" value="delete" { "Delete" }
            }
        }
    }
}

fn row(run: &Run, page: &Runs<'_>) -> Markup {
    let Runs { callers, calls, now, .. } = *page;
    let flow = Filter { flow: Some(run.definition.name.clone()), ..Filter::default() };
    let failure = run.state().filter(|state| state.is_failed());
    html! {
        tr {
            td.box { input type="checkbox" name="run" value=(run.id) aria-label={ "Choose " (run.name) }; }
            td.first {
                a.name href=(part::run_url(run.id)) { (run.name) }
                @if let Some(message) = failure.and_then(|state| state.message.as_deref()) {
                    span.sub { (first_line(message)) }
                }
                @if let Some(caller) = run.flow_run_id { span.sub { "called by " (part::named_run(caller, callers)) } }
            }
            td.tight { (mark::of_now(run, now)) }
            td.named { a.soft href=(flow.url("/runs")) { (run.definition.name) } }
            td.tight { (part::maybe_ago(now, run.start_time.or(run.next_scheduled_start_time))) }
            td.tight.right { (part::elapsed(run, now)) }
            td.tight.right data-label="Tasks" { (Progress::of(run.id, calls).numbers()) }
            td { (part::tags(&run.tags)) }
        }
    }
}

/// The first line of a message, not longer than a row holds, and without what all of them begin with.
pub(in crate::ui) fn first_line(message: &str) -> String {
    let line = plain(message.lines().next().unwrap_or_default());
    if line.chars().count() <= 120 {
        return line.to_owned();
    }
    line.chars().take(119).chain(['…']).collect()
}

fn filters(filter: &Filter, flows: &[String]) -> Markup {
    html! {
        form.filters action="/runs" role="search" aria-label="Which runs are shown" {
            div.states {
                @for state in mark::ORDER {
                    @let on = filter.states.contains(&state);
                    a.chip.on[on] href=(filter.toggled(state).url("/runs")) aria-current=[on.then_some("true")] {
                        (mark::named(state, state.default_name()))
                    }
                }
            }
            @for state in &filter.states { input type="hidden" name="state" value=(state.as_str()); }
            label.grow {
                "Flow"
                input name="flow" list="flows" value=[filter.flow.as_deref()] placeholder="any" autocomplete="off";
                datalist #flows { @for flow in flows { option value=(flow) {} } }
            }
            label.grow { "Run name" input name="name" value=[filter.name.as_deref()] placeholder="any" autocomplete="off"; }
            label.grow { "Tag" input name="tag" value=[filter.tags.first()] placeholder="any" autocomplete="off"; }
            @for tag in filter.tags.iter().skip(1) { input type="hidden" name="tag" value=(tag); }
            label {
                "Made in"
                select name="span" data-at-once {
                    option value="" selected[filter.span.is_none()] { "all time" }
                    @for span in Span::ALL {
                        option value=(span.as_str()) selected[filter.span == Some(span)] { (span.words()) }
                    }
                }
            }
            @if let (Some(after), Some(before)) = (filter.after, filter.before) {
                input type="hidden" name="after" value=(part::exact(after));
                input type="hidden" name="before" value=(part::exact(before));
                a.chip.on href=(Filter { after: None, before: None, from: 0, ..filter.clone() }.url("/runs")) title="Leave this out" {
                    (part::moment(after)) " – " (part::moment(before)) " ×"
                }
            }
            @if let Some(name) = &filter.state_name {
                input type="hidden" name="state_name" value=(name);
                a.chip.on href=(Filter { state_name: None, from: 0, ..filter.clone() }.url("/runs")) title="Leave this out" { (name) " ×" }
            }
            button type="submit" { "Show" }
            @if filter.narrows() { a.button href="/runs" { "Clear" } }
        }
    }
}
