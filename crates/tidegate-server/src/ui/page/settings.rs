//! What the server tells of itself.

use axum::extract::State;

use super::Page;
use crate::state::AppState;
use crate::ui::frame::{Frame, Place};
use crate::ui::view::settings::{self, Settings};

/// `GET /settings`
pub(in crate::ui) async fn show(State(state): State<AppState>) -> Page {
    let began = state.now();
    state.store().limits(vec![String::new()]).await?;
    let settings = Settings {
        answered: (state.now() - began).to_std().unwrap_or_default(),
        address: state.config().address.to_string(),
        keeps_secrets: state.config().vault.is_some(),
        store: state.store().info(),
        dropped_logs: state.store().dropped_logs(),
        asks_who_calls: state.config().asks_who_calls(),
        started: state.started(),
        now: state.now(),
    };
    Ok(Frame::new(&state, "Settings", Place::Settings).around(&settings::show(&settings)))
}
