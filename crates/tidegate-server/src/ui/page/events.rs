//! Events.

use axum::extract::State;
use tidegate_core::EventQuery;

use super::{Page, Pairs, offset, run, value};
use crate::state::AppState;
use crate::ui::frame::{Frame, Place};
use crate::ui::view::events::{self, Events, PAGE};

/// `GET /events`
pub(in crate::ui) async fn show(State(state): State<AppState>, pairs: Pairs) -> Page {
    let (offset, prefix) = (offset(&pairs), value(&pairs, "prefix").unwrap_or_default());
    let prefixes = [prefix].into_iter().filter(|prefix| !prefix.is_empty()).map(str::to_owned);
    let query = EventQuery {
        prefixes: prefixes.collect(),
        limit: Some(PAGE),
        offset,
        ..EventQuery::default()
    };
    let found = state.store().events(query).await?;
    let names = run::names(&state, found.iter().filter_map(events::place).collect()).await?;
    let page = Events { events: &found, names: &names, prefix, offset, now: state.now() };
    Ok(Frame::new(&state, "Events", Place::Events).around(&events::show(&page)))
}
