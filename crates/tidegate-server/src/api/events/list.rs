//! Which events there are.

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use tidegate_core::{EventQuery, EventRecord, Order, Timestamp};
use uuid::Uuid;

use crate::api::extract::Body;
use crate::error::ApiError;
use crate::state::AppState;

/// How many events one answer lists at most.
const PAGE: u64 = 50;

/// Prefect's `EventFilter`, as far as it is known here.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct EventFilter {
    occurred: Occurred,
    event: Option<Name>,
    resource: Option<ResourceFilter>,
    related: Option<OneOrMany>,
    any_resource: Option<Value>,
    id: IdFilter,
    text: Option<Value>,
    order: EventOrder,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Occurred {
    since: Option<Timestamp>,
    until: Option<Timestamp>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Name {
    prefix: Option<Vec<String>>,
    name: Option<Vec<String>>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct ResourceFilter {
    id: Option<Vec<String>>,
    id_prefix: Option<Vec<String>>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
enum OneOrMany {
    One(ResourceFilter),
    Many(Vec<ResourceFilter>),
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct IdFilter {
    id: Option<Vec<Uuid>>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
enum EventOrder {
    Asc,
    #[default]
    Desc,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(super) struct ListBody {
    filter: Option<EventFilter>,
    limit: Option<u64>,
}

pub(super) async fn filter(
    State(state): State<AppState>,
    Body(body): Body<ListBody>,
) -> Result<Json<Value>, ApiError> {
    let limit = body.limit.unwrap_or(PAGE);
    if limit > PAGE {
        let why = "Input should be less than or equal to 50";
        return Err(ApiError::invalid(&["body", "limit"], why, "less_than_equal"));
    }
    let asked = body.filter.unwrap_or_default();
    if asked.any_resource.is_some_and(|asked| !asked.is_null())
        || asked.text.is_some_and(|asked| !asked.is_null())
    {
        let why = "events are not found by any_resource or text here: ask by event, resource, related, id and occurred";
        return Err(ApiError::invalid(&["body", "filter"], why, "value_error"));
    }
    let mut query = EventQuery { limit: Some(limit), ..EventQuery::default() };
    query.since = asked.occurred.since;
    query.before = asked.occurred.until;
    if let Some(Name { prefix, name }) = asked.event {
        query.names = name.unwrap_or_default();
        query.prefixes = prefix.unwrap_or_default();
    }
    if let Some(ResourceFilter { id, id_prefix }) = asked.resource {
        query.resources = id.unwrap_or_default();
        query.resource_prefixes = id_prefix.unwrap_or_default();
    }
    let related = match asked.related {
        Some(OneOrMany::One(one)) => vec![one],
        Some(OneOrMany::Many(many)) => many,
        None => Vec::new(),
    };
    query.related = related.into_iter().flat_map(|each| each.id.unwrap_or_default()).collect();
    query.order = match asked.order {
        EventOrder::Asc => Order::OldestFirst,
        EventOrder::Desc => Order::NewestFirst,
    };
    let ids = asked.id.id.unwrap_or_default();
    let mut events = Vec::new();
    if ids.is_empty() {
        events = state.store().events(query).await?;
    } else {
        for id in ids {
            let one = EventQuery { id: Some(id.into()), ..query.clone() };
            events.extend(state.store().events(one).await?);
        }
    }
    let shown: Vec<Value> = events.iter().map(event).collect();
    // How many there are beyond these is not counted; whoever wants those before asks by `occurred.until`.
    Ok(Json(json!({ "total": shown.len(), "events": shown, "next_page": null })))
}

/// Prefect's `ReceivedEvent`.
fn event(record: &EventRecord) -> Value {
    let payload = if record.payload.is_null() { json!({}) } else { record.payload.clone() };
    json!({
        "id": record.id,
        "occurred": record.occurred,
        "received": record.occurred,
        "event": record.event,
        "resource": record.resource,
        "related": record.related,
        "payload": payload,
        "follows": record.follows,
    })
}
