//! What came of a proposed state.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tidegate_core::{Timestamp, Verdict};

use super::state;
use crate::change::Moved;

/// The answer with Prefect's `OrchestrationResult`; 201 if the run has another state than before.
pub(crate) fn orchestration(moved: &Moved, now: Timestamp) -> Response {
    let status = if moved.written { StatusCode::CREATED } else { StatusCode::OK };
    (status, Json(orchestration_result(moved, now))).into_response()
}

/// Prefect's `OrchestrationResult`.
pub(crate) fn orchestration_result(moved: &Moved, now: Timestamp) -> Value {
    let reason = moved.reason();
    let (status, details) = match &moved.verdict {
        Verdict::Accept => ("ACCEPT", json!({ "type": "accept_details" })),
        Verdict::Replace(_) => ("REJECT", json!({ "type": "reject_details", "reason": reason })),
        Verdict::Reject(rejection) if rejection.abort => {
            ("ABORT", json!({ "type": "abort_details", "reason": reason }))
        }
        Verdict::Reject(_) => ("REJECT", json!({ "type": "reject_details", "reason": reason })),
        Verdict::Wait(until) => {
            // Rounded up, so that whoever waits so long need not wait again.
            let seconds = ((*until - now).num_milliseconds().max(0) + 999) / 1000;
            ("WAIT", json!({ "type": "wait_details", "delay_seconds": seconds, "reason": null }))
        }
    };
    let current = state::current(&moved.run).map(|(_, state)| state);
    json!({ "state": current, "status": status, "details": details })
}
