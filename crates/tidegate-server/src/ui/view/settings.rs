//! What the server tells of itself.

use std::time::Duration;

use maud::{Markup, html};
use tidegate_core::{StoreInfo, Timestamp};

use crate::ui::frame::KEYS;
use crate::ui::{part, words};

/// What the page shows.
#[derive(Debug)]
pub(in crate::ui) struct Settings {
    pub(in crate::ui) store: StoreInfo,
    pub(in crate::ui) dropped_logs: u64,
    pub(in crate::ui) asks_who_calls: bool,
    /// Where it listens.
    pub(in crate::ui) address: String,
    /// Whether it can keep the secrets of blocks.
    pub(in crate::ui) keeps_secrets: bool,
    /// How long the store took to answer.
    pub(in crate::ui) answered: Duration,
    pub(in crate::ui) started: Timestamp,
    pub(in crate::ui) now: Timestamp,
}

/// The page.
pub(in crate::ui) fn show(settings: &Settings) -> Markup {
    let Settings {
        store,
        dropped_logs,
        asks_who_calls,
        address,
        keeps_secrets,
        answered,
        started,
        now,
    } = settings;
    html! {
        div.head { h1 { "Settings" } }
        div.wide {
            table.fields.settings {
                tbody {
                    tr { th scope="row" { "Version" } td { (env!("CARGO_PKG_VERSION")) } }
                    tr { th scope="row" { "Running since" } td { (part::ago(*now, *started)) } }
                    tr { th scope="row" { "Health" } td { "the store answers, now in " span.num { (words::duration(*answered)) } } }
                    tr { th scope="row" { "Listens on" } td.mono { (address) } }
                    tr { th scope="row" { "API of Prefect's clients" } td { code { "PREFECT_API_URL=http://" (address) "/api" } } }
                    tr { th scope="row" { "Store" } td.mono { (store.location) } }
                    tr { th scope="row" { "Version of its schema" } td { (store.schema_version) } }
                    tr { th scope="row" { "Used by other processes" } td { @if store.shared { "it may be" } @else { "no" } } }
                    tr { th scope="row" { "Log lines dropped" } td { (words::number(*dropped_logs)) } }
                    tr { th scope="row" { "Asks who calls" } td { @if *asks_who_calls { "yes" } @else { "no: only programs of this machine reach it" } } }
                    tr { th scope="row" { "Secrets of blocks" } td { @if *keeps_secrets { "are sealed before they are stored" } @else { "cannot be kept: no vault was given to this server" } } }
                    tr { th scope="row" { "Times are shown in" } td { span data-zone { "UTC" } } }
                }
            }
        }
        section {
            h2 { "Keys" }
            dl.facts {
                @for (key, what) in KEYS {
                    div { dt { kbd { (key) } } dd { (what) } }
                }
            }
        }
    }
}
