//! The list of concurrency limits.

use axum::extract::State;

use super::{Page, run};
use crate::state::AppState;
use crate::ui::frame::{Frame, Place};
use crate::ui::view::limits::{self, Limit};

/// `GET /limits`
pub(in crate::ui) async fn show(State(state): State<AppState>) -> Page {
    let store = state.store();
    let mut limits = Vec::new();
    for used in store.limits(Vec::new()).await? {
        let holders = match used.held.is_empty() {
            true => Vec::new(),
            false => store.slot_holders(used.limit.name.clone()).await?,
        };
        limits.push(Limit { used, holders });
    }
    let holders = limits.iter().flat_map(|limit| &limit.holders);
    let ids = holders.filter_map(|holder| holder.run_id).collect();
    let names = run::names(&state, ids).await?;
    let frame = Frame::new(&state, "Concurrency limits", Place::Limits).live("/live");
    Ok(frame.around(&limits::show(&limits, &names, state.now())))
}
