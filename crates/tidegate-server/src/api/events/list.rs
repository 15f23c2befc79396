//! Which events there are, page by page. A page is found again by a token that says all that was asked and where the page before it
//! ended, so nothing of it is kept here.

use std::borrow::Cow;
use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::HOST;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tidegate_core::{EventId, EventQuery, EventRecord, Order, Resource, Timestamp};
use uuid::Uuid;

use super::filter::EventFilter;
use crate::api::extract::{Body, Query};
use crate::error::ApiError;
use crate::state::AppState;

/// How many events one answer lists at most.
const PAGE: usize = 50;

/// How many events are asked of the store at once.
const CHUNK: u64 = 500;

/// Up to how many events the total is counted.
const COUNTED: usize = 5000;

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(super) struct ListBody {
    filter: Option<EventFilter>,
    #[schemars(range(max = 50))]
    limit: Option<usize>,
}

/// Where a page begins, as the one before it says.
#[derive(Debug, Deserialize, Serialize)]
struct Token {
    filter: EventFilter,
    limit: usize,
    total: usize,
    after: Place,
}

/// The place of an event among others: when it happened, and its id.
type Place = (Timestamp, Uuid);

#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct NextPage {
    #[serde(rename = "page-token")]
    page_token: String,
}

pub(super) async fn filter(
    State(state): State<AppState>,
    headers: HeaderMap,
    Body(body): Body<ListBody>,
) -> Result<Response, ApiError> {
    let limit = body.limit.unwrap_or(PAGE);
    if limit > PAGE {
        let why = "Input should be less than or equal to 50";
        return Err(ApiError::invalid(&["body", "limit"], why, "less_than_equal"));
    }
    let mut filter = body.filter.unwrap_or_default();
    filter.settle(state.now());
    let mut found = find(&state, &filter, None, COUNTED.max(limit + 1)).await?;
    let total = found.len();
    let more = total > limit;
    found.truncate(limit);
    page(&headers, found, more, filter, limit, total)
}

pub(super) async fn next(
    State(state): State<AppState>,
    headers: HeaderMap,
    Query(query): Query<NextPage>,
) -> Result<Response, ApiError> {
    let bytes =
        STANDARD.decode(&query.page_token).or_else(|_| URL_SAFE_NO_PAD.decode(&query.page_token));
    let token: Option<Token> = bytes.ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let Token { filter, limit, total, after } = token.ok_or_else(|| {
        ApiError::Forbidden("the page token is not one that this server has given".into())
    })?;
    let limit = limit.min(PAGE);
    let mut found = find(&state, &filter, Some(after), limit + 1).await?;
    let more = found.len() > limit;
    found.truncate(limit);
    page(&headers, found, more, filter, limit, total)
}

fn page(
    headers: &HeaderMap,
    found: Vec<EventRecord>,
    more: bool,
    filter: EventFilter,
    limit: usize,
    total: usize,
) -> Result<Response, ApiError> {
    let next = match found.last() {
        Some(last) if more => {
            let token = Token { filter, limit, total, after: place(last) };
            let text = serde_json::to_vec(&token).map_err(|_| ApiError::Internal)?;
            let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
            let token = URL_SAFE_NO_PAD.encode(text);
            Some(format!("http://{host}/api/events/filter/next?page-token={token}"))
        }
        Some(_) | None => None,
    };
    let events = found.iter().map(Event::of).collect();
    Ok(Json(Events { events, total, next_page: next }).into_response())
}

fn place(event: &EventRecord) -> Place {
    (event.occurred, *event.id.as_uuid())
}

/// The events that are asked for, in order, of those that come after a place; at most so many.
pub(super) async fn find(
    state: &AppState,
    filter: &EventFilter,
    after: Option<Place>,
    limit: usize,
) -> Result<Vec<EventRecord>, ApiError> {
    let mut found = Vec::new();
    each(state, filter, after, |event| {
        found.push(event);
        found.len() < limit
    })
    .await?;
    found.truncate(limit);
    Ok(found)
}

/// Hands each event that is asked for to `take`, in order, until that wants no more. What is asked of the store next begins where the
/// last answer ended, so that no answer is large.
pub(super) async fn each(
    state: &AppState,
    filter: &EventFilter,
    mut after: Option<Place>,
    mut take: impl FnMut(EventRecord) -> bool,
) -> Result<(), ApiError> {
    let mut chunk = CHUNK;
    loop {
        let mut query = EventQuery { limit: Some(chunk), ..filter.query() };
        let order = query.order;
        if let Some((occurred, _)) = after {
            match order {
                Order::OldestFirst => query.since = Some(occurred),
                Order::NewestFirst => query.before = Some(occurred + TimeDelta::microseconds(1)),
            }
        }
        let events = state.store().events(query).await?;
        let count = events.len() as u64;
        let mut went_on = false;
        for event in events {
            let own = place(&event);
            let comes_after = after.is_none_or(|after| match order {
                Order::OldestFirst => own > after,
                Order::NewestFirst => own < after,
            });
            if comes_after {
                (after, went_on) = (Some(own), true);
                if filter.matches(&event) && !take(event) {
                    return Ok(());
                }
            }
        }
        if count < chunk {
            return Ok(());
        }
        if !went_on {
            // More happened in one instant than one answer tells.
            chunk = chunk.saturating_mul(2);
        }
    }
}

/// Some of the events that are asked for: Prefect's `EventPage`.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Events<'a> {
    events: Vec<Event<'a>>,
    /// How many there are, as far as they were counted.
    total: usize,
    /// Where the next are.
    next_page: Option<String>,
}

/// An event: Prefect's `ReceivedEvent`. A resource is its labels, of which `prefect.resource.id` is one.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Event<'a> {
    id: EventId,
    occurred: Timestamp,
    received: Timestamp,
    event: &'a str,
    #[schemars(with = "BTreeMap<String, String>")]
    resource: &'a Resource,
    #[schemars(with = "Vec<BTreeMap<String, String>>")]
    related: &'a [Resource],
    #[schemars(with = "Map<String, Value>")]
    payload: Cow<'a, Value>,
    follows: Option<EventId>,
}

impl<'a> Event<'a> {
    pub(super) fn of(record: &'a EventRecord) -> Self {
        let payload = if record.payload.is_null() {
            Cow::Owned(Value::Object(Map::new()))
        } else {
            Cow::Borrowed(&record.payload)
        };
        Self {
            id: record.id,
            occurred: record.occurred,
            received: record.occurred,
            event: &record.event,
            resource: &record.resource,
            related: &record.related,
            payload,
            follows: record.follows,
        }
    }
}
