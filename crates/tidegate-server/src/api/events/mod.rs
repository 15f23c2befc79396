//! Events: those that clients send, which tell of task runs too, and those that are asked for.

mod count;
mod filter;
mod follow;
mod list;
mod socket;
mod take;

use axum::extract::State;
use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use tidegate_core::{Resource, Timestamp};
use uuid::Uuid;

use super::extract::Body;
use crate::error::ApiError;
use crate::route::{Route, Scope};
use crate::state::AppState;

use take::Taker;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post("/api/events", Scope::Run, create)
            .does(StatusCode::NO_CONTENT, "Takes events. One that tells of a task run moves it."),
        Route::post("/api/events/filter", Scope::Read, list::filter)
            .gives::<list::Events<'_>>("The events that match, in pages."),
        Route::get("/api/events/filter/next", Scope::Read, list::next)
            .gives::<list::Events<'_>>("The next page of events."),
        Route::post("/api/events/count-by/{countable}", Scope::Read, count::count).gives::<Vec<
            count::EventCount,
        >>(
            "How many events match, by `day`, `time`, `event` or `resource`.",
        ),
        // A socket says who it is in its first message, so anyone may open one.
        Route::get("/api/events/in", Scope::Open, socket::events_in)
            .opens("A socket on which a client sends events."),
        Route::get("/api/events/out", Scope::Open, follow::events_out)
            .opens("A socket on which events that match come as they happen."),
    ]
}

/// Prefect's `Event`.
#[derive(Debug, Deserialize, JsonSchema)]
struct EventBody {
    occurred: Timestamp,
    event: String,
    resource: BTreeMap<String, String>,
    #[serde(default)]
    related: Vec<BTreeMap<String, String>>,
    #[serde(default)]
    payload: Value,
    id: Uuid,
    #[serde(default)]
    follows: Option<Uuid>,
}

/// A resource of these labels.
fn resource(labels: BTreeMap<String, String>) -> Resource {
    let id = labels.get(tidegate_core::RESOURCE_ID).cloned().unwrap_or_default();
    labels
        .into_iter()
        .fold(Resource::new(id), |resource, (name, value)| resource.label(name, value))
}

async fn create(
    State(state): State<AppState>,
    Body(events): Body<Vec<EventBody>>,
) -> Result<StatusCode, ApiError> {
    let mut taker = Taker::new(state);
    for event in events {
        taker.take(event).await?;
    }
    taker.flush().await?;
    Ok(StatusCode::NO_CONTENT)
}
