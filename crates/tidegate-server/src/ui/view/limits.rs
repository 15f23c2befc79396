//! Concurrency limits: how many slots each has, who holds them and since when.

use maud::{Markup, html};
use tidegate_core::{ConcurrencyLimit, LimitUse, RunId, SlotHolder, Timestamp};

use crate::ui::{part, words};

/// A limit, and who holds slots of it.
#[derive(Debug)]
pub(in crate::ui) struct Limit {
    pub(in crate::ui) used: LimitUse,
    pub(in crate::ui) holders: Vec<SlotHolder>,
}

/// The page; `names` are those of the runs that hold slots.
pub(in crate::ui) fn show(limits: &[Limit], names: &[(RunId, String)], now: Timestamp) -> Markup {
    html! {
        div.head { h1 { "Concurrency limits" } }
        div #limits data-part {
            @if limits.is_empty() {
                (part::empty(
                    "No limits yet",
                    "A limit says how much may go on at once under a name. One named tag:http holds for every task run that carries the tag http.",
                    Some("engine.concurrency_limits().set(ConcurrencyLimit::for_tag(\"http\", 3)).await?;"),
                ))
            } @else {
                div.wide {
                    table.folds {
                        thead { tr { th { "Limit" } th { "Slots" } th { "Taken" } th { "Held by" } } }
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
    html! {
        tr {
            td.first {
                b { (name) }
                @if let Some(tag) = ConcurrencyLimit::tag_of_name(name) { span.sub { "task runs with the tag " (tag) } }
                @if !active { span.sub { "not active: it limits nothing" } }
                @if *slot_decay_per_second > 0.0 { span.sub { "time gives back " (slot_decay_per_second) " slots a second" } }
            }
            td { (squares(u64::from(*slots), taken)) }
            td.tight.num { (words::number(taken)) " of " (words::number(u64::from(*slots))) }
            td {
                @if limit.holders.is_empty() { span.soft { "nobody" } }
                @for holder in &limit.holders {
                    span.sub {
                        @match holder.run_id {
                            Some(id) => { a href=(part::run_url(id)) { (name_of(id, names)) } }
                            None => { "code outside of runs" }
                        }
                        @if holder.slots > 1 { " ×" (holder.slots) }
                        ", since " (part::ago(now, holder.since))
                    }
                }
            }
        }
    }
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
                rect.held x="1" y="1" width=(format!("{:.1}", 158.0 * taken as f64 / slots as f64)) height="10" rx="2" {}
            }
        }
    }
}
