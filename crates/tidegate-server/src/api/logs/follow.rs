//! The socket on which log lines come as they are stored, by whatever process.

use axum::extract::State;
use axum::extract::ws::WebSocket;
use axum::response::Response;
use serde_json::json;

use super::{Log, LogFilter};
use crate::api::extract::Upgrade;
use crate::api::socket::{Source, follow, open, wanted};
use crate::error::ApiError;
use crate::route::Scope;
use crate::security::{Caller, Who};
use crate::state::AppState;

/// How many lines are looked at at once.
const CHUNK: u64 = 500;

pub(super) async fn logs_out(
    State(state): State<AppState>,
    caller: axum::Extension<Caller>,
    who: axum::Extension<Who>,
    upgrade: Upgrade,
) -> Response {
    open(state, *caller, *who, Scope::Read, upgrade, serve)
}

async fn serve(socket: WebSocket, state: AppState) {
    // Lines that come while the client says what it wants are not missed.
    let place = state.store().new_logs(None, 0).await.ok().map(|(_, place)| place);
    let Some((socket, asked)) = wanted::<LogFilter>(socket, &state).await else { return };
    follow(socket, state, Said { filter: asked.filter, place }).await;
}

/// The lines that come.
#[derive(Debug)]
struct Said {
    filter: LogFilter,
    /// After which the next come; none until it is known.
    place: Option<u64>,
}

impl Source for Said {
    async fn next(&mut self, state: &AppState) -> Result<(Vec<String>, bool), ApiError> {
        let (lines, place) = state.store().new_logs(self.place, CHUNK).await?;
        self.place = Some(place);
        let asked = lines.iter().filter(|line| self.filter.matches(line));
        let messages =
            asked.map(|line| json!({ "type": "log", "log": Log::of(line) }).to_string()).collect();
        Ok((messages, lines.len() as u64 == CHUNK))
    }
}
