//! Concurrency limits: how many slots each has, who holds them and since when, and who waits.

use maud::{Markup, html};
use tidegate_core::{ConcurrencyLimit, LimitUse, Run, RunId, SlotHolder, Timestamp};

use crate::ui::form::{self, Form};
use crate::ui::words::encoded;
use crate::ui::{part, words};

/// How many holders and waiting runs are named.
pub(in crate::ui) const NAMED: usize = 12;

/// A limit, who holds slots of it, and who waits for one.
#[derive(Debug)]
pub(in crate::ui) struct Limit {
    pub(in crate::ui) used: LimitUse,
    pub(in crate::ui) holders: Vec<SlotHolder>,
    /// Task runs that have its tag and have not begun, while it is full; the one that waits longest first.
    pub(in crate::ui) waiting: Vec<Run>,
}

/// The page; `names` are those of the runs that hold slots.
pub(in crate::ui) fn show(limits: &[Limit], names: &[(RunId, String)], now: Timestamp) -> Markup {
    html! {
        div.head {
            h1 { "Concurrency limits" }
            span.tail { a.button.main href="/limits/new" { "New limit" } }
        }
        div #limits data-part {
            @if limits.is_empty() {
                (part::empty(
                    "No limits yet",
                    "A limit says how much may go on at once under a name. One on a tag holds for every task run that carries the tag.",
                    Some("engine.concurrency_limits().set(ConcurrencyLimit::for_tag(\"http\", 3)).await?;"),
                ))
            } @else {
                div.wide {
                    table.folds {
                        thead { tr { th { "Limit" } th { "Slots" } th { "Held by" } th { "Waiting" } th { span.sr { "Actions" } } } }
                        tbody { @for limit in limits { (row(limit, names, now)) } }
                    }
                }
            }
        }
    }
}

fn row(limit: &Limit, names: &[(RunId, String)], now: Timestamp) -> Markup {
    let ConcurrencyLimit { name, limit: slots, active, slot_decay_per_second } = &limit.used.limit;
    let taken = limit.used.occupied(now);
    let tag = ConcurrencyLimit::tag_of_name(name);
    html! {
        tr {
            td.first {
                a.name href={ "/limits/edit?name=" (encoded(name)) } { (tag.unwrap_or(name)) }
                span.sub { @match tag { Some(_) => "task runs with this tag", None => "code that asks for it by name" } }
                @if !active { span.sub { "not active: it limits nothing" } }
                @if *slot_decay_per_second > 0.0 { span.sub { "time gives back " (slot_decay_per_second) " slots a second" } }
            }
            td {
                @if *slots == 0 && taken == 0 {
                    span.soft { "closed: it has no slots" }
                } @else {
                    (squares(u64::from(*slots), taken))
                    span.sub.num { (words::number(taken)) " of " (words::number(u64::from(*slots))) " taken" }
                }
            }
            td data-label="Held by" {
                @if limit.holders.is_empty() { span.soft { "nobody" } }
                @for holder in limit.holders.iter().take(NAMED) {
                    span.sub {
                        @match holder.run_id {
                            Some(id) => { a href=(part::run_url(id)) { (name_of(id, names)) } }
                            None => { "code outside of runs" }
                        }
                        @if holder.slots > 1 { " ×" (holder.slots) }
                        ", since " (part::ago(now, holder.since))
                    }
                }
                (more(limit.holders.len()))
            }
            td data-label="Waiting" {
                @if limit.waiting.is_empty() {
                    // A run is on record once it begins, so who waits for its first slot may not be.
                    span.soft { @if taken < u64::from(*slots) { "nobody" } @else { "nobody on record" } }
                }
                @for run in limit.waiting.iter().take(NAMED) {
                    span.sub { a href=(part::run_url(run.id)) { (run.name) } ", since " (part::ago(now, run.created)) }
                }
                (more(limit.waiting.len()))
            }
            td.tight.right { a href={ "/limits/delete?name=" (encoded(name)) } aria-label={ "Delete the limit " (name) } { "Delete" } }
        }
    }
}

fn more(all: usize) -> Markup {
    html! { @if all > NAMED { span.sub.soft { "and " (all - NAMED) " more" } } }
}

fn name_of(id: RunId, names: &[(RunId, String)]) -> String {
    names
        .iter()
        .find(|(known, _)| *known == id)
        .map_or_else(|| id.to_string(), |(_, name)| name.clone())
}

/// A square for each slot, filled where it is taken; of many slots, one bar.
fn squares(slots: u64, taken: u64) -> Markup {
    let label = format!("{taken} of {slots} taken");
    html! {
        @if slots <= 20 {
            svg.slots width=(slots.max(1) * 16) height="12" role="img" aria-label=(label) {
                @for index in 0..slots {
                    rect class=(if index < taken { "held" } else { "free" }) x=(index * 16 + 1) y="1" width="10" height="10" rx="2" {}
                }
            }
        } @else {
            svg.slots width="160" height="12" role="img" aria-label=(label) {
                rect.free x="1" y="1" width="158" height="10" rx="2" {}
                rect.held x="1" y="1" width=(format!("{:.1}", 158.0 * (taken as f64 / slots as f64).min(1.0))) height="10" rx="2" {}
            }
        }
    }
}

/// The page that makes a limit, or changes the one of this name.
pub(in crate::ui) fn edit(name: Option<&str>, form: &Form<'_>) -> Markup {
    let action = match name {
        Some(name) => format!("/limits/edit?name={}", encoded(name)),
        None => "/limits/new".to_owned(),
    };
    html! {
        nav.crumb aria-label="Where this is" { a href="/limits" { "Limits" } " / " @match name { Some(_) => "edit", None => "new" } }
        div.head { h1 { @match name { Some(name) => { "Edit " (name) } None => { "New limit" } } } }
        form.form #limit-form method="post" action=(action) novalidate data-form {
            (form.show(&[], &action))
            div.row {
                button.main type="submit" name="act" value="save" { @match name { Some(_) => "Save", None => "Create limit" } }
                a.button href="/limits" { "Cancel" }
                span.tail { (form::other_way(form)) }
            }
        }
    }
}
