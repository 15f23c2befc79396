//! The parts of a request as handlers need them: a body, an id. What is wrong with one is told as Prefect tells it.

use std::borrow::Cow;

use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{self, FromRequest, FromRequestParts, RawPathParams, Request};
use axum::http::request::Parts;
use bytes::Bytes;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use serde_path_to_error::Segment;
use uuid::Uuid;

use crate::config::Config;
use crate::error::{ApiError, Problem};

/// A body that is JSON. One that is left out is an object without fields.
#[derive(Debug)]
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let bytes = Bytes::from_request(request, state).await.map_err(|_| ApiError::TooLarge)?;
        let json: &[u8] = if bytes.is_empty() { b"{}" } else { &bytes };
        parse(json).map(Self)
    }
}

/// A value from JSON, or what is wrong with it and where.
pub(crate) fn parse<T: DeserializeOwned>(json: &[u8]) -> Result<T, ApiError> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().iter().map(|segment| match segment {
            Segment::Seq { index } => json!(index),
            Segment::Map { key } => json!(key),
            Segment::Enum { variant } => json!(variant),
            Segment::Unknown => json!("?"),
        });
        let loc = std::iter::once(json!("body")).chain(path).collect();
        let inner = error.inner();
        let kind = if inner.is_data() { "value_error" } else { "json_invalid" };
        let problem = Problem { loc, msg: inner.to_string(), kind };
        let body = serde_json::from_slice(json).unwrap_or(Value::Null);
        ApiError::Invalid { problems: vec![problem], body }
    })?;
    deserializer
        .end()
        .map_err(|error| ApiError::invalid(&["body"], error.to_string(), "json_invalid"))?;
    Ok(value)
}

/// The first part of a path that varies, which is an id.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Id(pub(crate) Uuid);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let no_id =
            || ApiError::invalid(&["path", "id"], "Input should be a valid UUID", "uuid_parsing");
        let params = RawPathParams::from_request_parts(parts, state).await.map_err(|_| no_id())?;
        let (_, text) = params.iter().next().ok_or_else(no_id)?;
        Uuid::parse_str(text).map(Self).map_err(|_| no_id())
    }
}

/// What varies in a path.
#[derive(Debug)]
pub(crate) struct Path<T>(pub(crate) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let path = extract::Path::from_request_parts(parts, state).await;
        path.map(|extract::Path(path)| Self(path))
            .map_err(|error| ApiError::invalid(&["path"], error.body_text(), "value_error"))
    }
}

/// What stands behind the question mark.
#[derive(Debug)]
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let query = extract::Query::from_request_parts(parts, state).await;
        query
            .map(|extract::Query(query)| Self(query))
            .map_err(|error| ApiError::invalid(&["query"], error.body_text(), "value_error"))
    }
}

/// A connection that becomes a socket.
#[derive(Debug)]
pub(crate) struct Upgrade(pub(crate) WebSocketUpgrade);

impl<S: Send + Sync> FromRequestParts<S> for Upgrade {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let upgrade = WebSocketUpgrade::from_request_parts(parts, state).await;
        upgrade.map(Self).map_err(|error| {
            let why = error.body_text();
            ApiError::BadRequest(format!(
                "this is the address of a socket, for ws:// or wss://: {why}"
            ))
        })
    }
}

/// A field that is `null` is as one that is left out.
pub(crate) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// How many records are asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit(pub(crate) u64);

impl Default for Limit {
    fn default() -> Self {
        Self(Config::PAGE_LIMIT)
    }
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let most = Config::PAGE_LIMIT;
        match Option::<i64>::deserialize(deserializer)? {
            None => Ok(Self::default()),
            Some(limit) => match u64::try_from(limit) {
                Ok(limit) if limit <= most => Ok(Self(limit)),
                Ok(_) => Err(D::Error::custom(format!(
                    "Invalid limit: must be less than or equal to {most}."
                ))),
                Err(_) => {
                    Err(D::Error::custom("Invalid limit: must be greater than or equal to 0."))
                }
            },
        }
    }
}

/// Which page is asked for, counted from 1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Page(pub(crate) u64);

impl Default for Page {
    fn default() -> Self {
        Self(1)
    }
}

impl<'de> Deserialize<'de> for Page {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u64::deserialize(deserializer)? {
            0 => Err(D::Error::custom("Input should be greater than or equal to 1")),
            page => Ok(Self(page)),
        }
    }
}

/// A whole number from `least` on, and to `most` if there is such.
fn number(least: u64, most: Option<u64>, otherwise: u64) -> Schema {
    let mut schema = json_schema!({ "type": "integer", "minimum": least, "default": otherwise });
    if let Some(most) = most {
        schema.insert("maximum".into(), most.into());
    }
    schema
}

impl JsonSchema for Limit {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Limit".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        number(0, Some(Config::PAGE_LIMIT), Config::PAGE_LIMIT)
    }
}

impl JsonSchema for Page {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Page".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        number(1, None, 1)
    }
}
