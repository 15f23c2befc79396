//! What the server tells of itself.

use maud::{Markup, html};
use tidegate_core::{StoreInfo, Timestamp};

use crate::ui::{part, words};

/// What the page shows.
#[derive(Debug)]
pub(in crate::ui) struct Settings {
    pub(in crate::ui) store: StoreInfo,
    pub(in crate::ui) dropped_logs: u64,
    pub(in crate::ui) asks_who_calls: bool,
    pub(in crate::ui) started: Timestamp,
    pub(in crate::ui) now: Timestamp,
}

/// The page.
pub(in crate::ui) fn show(settings: &Settings) -> Markup {
    let Settings { store, dropped_logs, asks_who_calls, started, now } = settings;
    html! {
        div.head { h1 { "Settings" } }
        div.wide {
            table {
                tbody {
                    tr { th scope="row" { "Version" } td { (env!("CARGO_PKG_VERSION")) } }
                    tr { th scope="row" { "Running since" } td { (part::ago(*now, *started)) } }
                    tr { th scope="row" { "Store" } td.mono { (store.location) } }
                    tr { th scope="row" { "Version of its schema" } td { (store.schema_version) } }
                    tr { th scope="row" { "Used by other processes" } td { @if store.shared { "it may be" } @else { "no" } } }
                    tr { th scope="row" { "Log lines dropped" } td { (words::number(*dropped_logs)) } }
                    tr { th scope="row" { "Asks who calls" } td { @if *asks_who_calls { "yes" } @else { "no: only programs of this machine reach it" } } }
                    tr { th scope="row" { "Times are shown in" } td { span data-zone { "UTC" } } }
                }
            }
        }
        section {
            h2 { "Keys" }
            dl.facts {
                @for (key, what) in [("/", "search"), ("g d", "dashboard"), ("g r", "runs"), ("g f", "flows"), ("j k", "next and last row"), ("enter", "open it"), ("+ - 0", "zoom the graph")] {
                    div { dt { code { (key) } } dd { (what) } }
                }
            }
        }
    }
}
