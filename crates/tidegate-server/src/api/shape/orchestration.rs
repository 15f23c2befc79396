//! What came of a proposed state.

use std::borrow::Cow;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;
use tidegate_core::{Timestamp, Verdict};

use super::State;
use crate::change::Moved;

/// What came of a proposed state: Prefect's `OrchestrationResult`.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct OrchestrationResult<'a> {
    state: Option<State<'a>>,
    status: Outcome,
    details: Details<'a>,
}

/// Whether a proposed state was taken.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Outcome {
    Accept,
    Reject,
    Abort,
    Wait,
}

/// Why a proposed state was not taken.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "type")]
enum Details<'a> {
    #[serde(rename = "accept_details")]
    Accept {},
    #[serde(rename = "reject_details")]
    Reject { reason: Option<Cow<'a, str>> },
    #[serde(rename = "abort_details")]
    Abort { reason: Option<Cow<'a, str>> },
    #[serde(rename = "wait_details")]
    Wait { delay_seconds: i64, reason: Option<Cow<'a, str>> },
}

impl<'a> OrchestrationResult<'a> {
    pub(crate) fn of(moved: &'a Moved, now: Timestamp) -> Self {
        let reason = moved.reason();
        let (status, details) = match &moved.verdict {
            Verdict::Accept => (Outcome::Accept, Details::Accept {}),
            Verdict::Reject(rejection) if rejection.abort => {
                (Outcome::Abort, Details::Abort { reason })
            }
            Verdict::Replace(_) | Verdict::Reject(_) => {
                (Outcome::Reject, Details::Reject { reason })
            }
            Verdict::Wait(until) => {
                // Rounded up, so that whoever waits so long need not wait again.
                let delay_seconds = ((*until - now).num_milliseconds().max(0) + 999) / 1000;
                (Outcome::Wait, Details::Wait { delay_seconds, reason })
            }
        };
        Self { state: State::current(&moved.run), status, details }
    }

    /// The answer; 201 if the run has another state than before.
    pub(crate) fn answer(moved: &'a Moved, now: Timestamp) -> Response {
        let status = if moved.written { StatusCode::CREATED } else { StatusCode::OK };
        (status, Json(Self::of(moved, now))).into_response()
    }
}
