//! What every page has around it: the menu, the search, the store and its health.

use axum::response::Html;
use maud::{DOCTYPE, Markup, html};

use super::assets;
use crate::state::AppState;

/// The places of the menu, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Dashboard,
    Runs,
    Flows,
    Limits,
    Variables,
    Blocks,
    Artifacts,
    Events,
    Settings,
}

impl Place {
    const ALL: [(Self, &'static str, &'static str); 9] = [
        (Self::Dashboard, "Dashboard", "/"),
        (Self::Runs, "Runs", "/runs"),
        (Self::Flows, "Flows", "/flows"),
        (Self::Limits, "Limits", "/limits"),
        (Self::Variables, "Variables", "/variables"),
        (Self::Blocks, "Blocks", "/blocks"),
        (Self::Artifacts, "Artifacts", "/artifacts"),
        (Self::Events, "Events", "/events"),
        (Self::Settings, "Settings", "/settings"),
    ];
}

/// A page without its body.
#[derive(Debug)]
pub(super) struct Frame {
    title: String,
    here: Option<Place>,
    live: Option<String>,
    store: String,
    dropped: u64,
}

impl Frame {
    /// A page of this title, below this place of the menu.
    pub(super) fn new(state: &AppState, title: impl Into<String>, here: Place) -> Self {
        let (store, dropped) = (state.store().info().location, state.store().dropped_logs());
        Self { title: title.into(), here: Some(here), live: None, store, dropped }
    }

    /// A page that says that something went wrong, for which no store is asked.
    pub(super) fn of_trouble(title: impl Into<String>) -> Self {
        Self { title: title.into(), here: None, live: None, store: String::new(), dropped: 0 }
    }

    /// The stream at this address says when the page has changed.
    pub(super) fn live(mut self, url: impl Into<String>) -> Self {
        self.live = Some(url.into());
        self
    }

    /// The page.
    pub(super) fn around(&self, body: &Markup) -> Html<String> {
        Html(self.markup(body).into_string())
    }

    fn markup(&self, body: &Markup) -> Markup {
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (self.title) " · Tidegate" }
                    link rel="icon" type="image/svg+xml" href=(assets::icon());
                    @for url in assets::styles() { link rel="stylesheet" href=(url); }
                    @for url in assets::scripts() { script src=(url) {} }
                }
                body data-live=[self.live.as_deref()] {
                    a.skip href="#main" { "Skip to content" }
                    div.shell {
                        header.side {
                            a.brand href="/" { (brand()) "Tidegate" }
                            form.find role="search" action="/search" {
                                input #find type="search" name="q" placeholder="Find a run  /" aria-label="Find a run by name, flow, id or tag";
                            }
                            nav.menu aria-label="Main" {
                                @for (place, name, url) in Place::ALL {
                                    a href=(url) aria-current=[(self.here == Some(place)).then_some("page")] { (name) }
                                }
                            }
                            (self.foot())
                        }
                        main #main tabindex="-1" { (body) }
                    }
                    (keys())
                }
            }
        }
    }

    fn foot(&self) -> Markup {
        html! {
            footer.foot {
                @if !self.store.is_empty() { span.place title=(self.store) { b { "Store" } (self.store.rsplit('/').next().unwrap_or_default()) } }
                @if self.dropped > 0 {
                    span.place { b { "Log lines dropped" } (super::words::number(self.dropped)) }
                }
                span.place { b { "Times in" } span data-zone { "UTC" } }
                @if self.live.is_some() { span #live role="status" { "As of now" } }
                span.bar {
                    button.plain #theme type="button" data-scripted hidden { "Light or dark" }
                    button.plain #show-keys type="button" data-scripted hidden { "Keys" }
                }
            }
        }
    }
}

/// What the keys do, as they are listed.
pub(super) const KEYS: [(&str, &str); 10] = [
    ("/", "search"),
    ("g d", "dashboard"),
    ("g r", "runs"),
    ("g f", "flows"),
    ("g b", "blocks"),
    ("j k", "next and last row"),
    ("enter", "open the row"),
    ("x", "tick the row"),
    ("esc", "close what is open, leave the field"),
    ("?", "this list"),
];

fn keys() -> Markup {
    html! {
        dialog.keys-help #keys aria-labelledby="keys-title" {
            h2 #keys-title { "Keys" }
            dl { @for (key, what) in KEYS { dt { kbd { (key) } } dd { (what) } } }
            form method="dialog" { button type="submit" { "Close" } }
        }
    }
}

fn brand() -> Markup {
    html! {
        svg viewBox="0 0 20 20" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.800" stroke-linecap="round" {
            path d="M3 2v16M10 2v16M17 2v16" {}
            path d="M1 13q2.250-2.800 4.500 0t4.500 0 4.500 0 4.500 0" stroke-opacity=".55" {}
        }
    }
}
