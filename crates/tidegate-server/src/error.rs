//! What goes wrong with a request, as the answers that Prefect's clients know. It never tells of the store more than its caller may
//! know: the rest goes to the log.

use std::time::Duration;

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::{HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};
use tidegate_core::{StoreError, StoreErrorKind};

/// Why a request is not done.
#[derive(Debug)]
pub(crate) enum ApiError {
    /// There is no such thing.
    NotFound(&'static str),
    /// The request is not well made.
    Invalid { problems: Vec<Problem>, body: Value },
    /// It is refused as it is.
    BadRequest(String),
    /// It contradicts what is there.
    Conflict(String),
    /// Nobody may do this who has not said who they are.
    Unauthorized,
    /// This caller may not do this.
    Forbidden(String),
    /// There is no such route, or not with this method.
    NoRoute(StatusCode),
    /// The body is too large.
    TooLarge,
    /// There is no room now.
    Locked { detail: String, retry_after_seconds: f64 },
    /// This caller asks too often, or has too many streams.
    TooMany { detail: String, retry_after: Duration },
    /// It was there, and is not any more.
    Gone(String),
    /// The server was not given what it needs for this.
    NotConfigured(String),
    /// The answer did not begin within this time.
    TookTooLong(Duration),
    /// The store cannot answer now.
    Unavailable,
    /// Anything else.
    Internal,
}

/// What is wrong with one part of a request.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Problem {
    /// Where: `["body", "flow_runs", "limit"]`.
    pub(crate) loc: Vec<Value>,
    pub(crate) msg: String,
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
}

/// Why a request is not done, as it is answered.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Refusal<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exception_message: Option<&'a str>,
}

/// What is wrong with a request, as it is answered.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct InvalidRequest {
    exception_message: &'static str,
    exception_detail: Vec<Problem>,
    request_body: Value,
}

impl ApiError {
    /// One part of the request is wrong.
    pub(crate) fn invalid(loc: &[&str], msg: impl Into<String>, kind: &'static str) -> Self {
        let loc = loc.iter().map(|part| json!(part)).collect();
        let problems = vec![Problem { loc, msg: msg.into(), kind }];
        Self::Invalid { problems, body: Value::Null }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        let kind = error.kind();
        match kind {
            StoreErrorKind::Exists => return Self::Conflict(error.to_string()),
            StoreErrorKind::Fenced | StoreErrorKind::LeaseEnded => {
                let why = "another has moved the run on meanwhile: ask for it again";
                return Self::Conflict(why.into());
            }
            StoreErrorKind::Busy
            | StoreErrorKind::DiskFull
            | StoreErrorKind::Io
            | StoreErrorKind::Closed => {
                tracing::warn!(target: "tidegate::server", "the store cannot answer now: {error}");
                return Self::Unavailable;
            }
            StoreErrorKind::Unopenable
            | StoreErrorKind::Foreign
            | StoreErrorKind::Newer
            | StoreErrorKind::Damaged
            | StoreErrorKind::Unsupported
            | StoreErrorKind::Other
            | _ => {}
        }
        tracing::error!(target: "tidegate::server", "the store cannot answer: {error}");
        Self::Internal
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let detail = |status: StatusCode, detail: &str| {
            (status, Json(Refusal { detail: Some(detail), exception_message: None }))
                .into_response()
        };
        let message = |status: StatusCode, text: &str| {
            (status, Json(Refusal { detail: None, exception_message: Some(text) })).into_response()
        };
        match self {
            Self::NotFound(what) => detail(StatusCode::NOT_FOUND, &format!("{what} not found")),
            Self::Invalid { problems, body } => {
                let answer = InvalidRequest {
                    exception_message: "Invalid request received.",
                    exception_detail: problems,
                    request_body: body,
                };
                (StatusCode::UNPROCESSABLE_ENTITY, Json(answer)).into_response()
            }
            Self::BadRequest(text) => detail(StatusCode::BAD_REQUEST, &text),
            Self::Conflict(text) => detail(StatusCode::CONFLICT, &text),
            Self::Unauthorized => {
                let mut response = message(StatusCode::UNAUTHORIZED, "Unauthorized");
                let ask = HeaderValue::from_static("Basic realm=\"Tidegate\", charset=\"UTF-8\"");
                response.headers_mut().insert(WWW_AUTHENTICATE, ask);
                response
            }
            Self::Forbidden(text) => detail(StatusCode::FORBIDDEN, &text),
            Self::NoRoute(status) => {
                detail(status, status.canonical_reason().unwrap_or("No such route"))
            }
            Self::TooLarge => detail(
                StatusCode::PAYLOAD_TOO_LARGE,
                "the body of a request has 1 MiB at most: send it in parts",
            ),
            Self::Locked { detail: text, retry_after_seconds } => {
                let mut response = detail(StatusCode::LOCKED, &text);
                let seconds = HeaderValue::from_str(&format!("{retry_after_seconds:.1}"));
                response.headers_mut().extend(seconds.ok().map(|value| (RETRY_AFTER, value)));
                response
            }
            Self::TooMany { detail: text, retry_after } => {
                let mut response = detail(StatusCode::TOO_MANY_REQUESTS, &text);
                // In whole seconds, and never none: who asks again at once asks in vain.
                let seconds = retry_after.as_millis().div_ceil(1000).max(1).to_string();
                let value = HeaderValue::from_str(&seconds).ok();
                response.headers_mut().extend(value.map(|value| (RETRY_AFTER, value)));
                response
            }
            Self::Gone(text) => detail(StatusCode::GONE, &text),
            Self::NotConfigured(text) => detail(StatusCode::NOT_IMPLEMENTED, &text),
            Self::TookTooLong(limit) => detail(
                StatusCode::GATEWAY_TIMEOUT,
                &format!(
                    "this took longer than {limit:?} and was given up: ask for less, by a time, a state, a flow or a name"
                ),
            ),
            Self::Unavailable => {
                let mut response = message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable");
                response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
                response
            }
            Self::Internal => message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"),
        }
    }
}
