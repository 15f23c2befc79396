//! What is done to many flow runs at once. What cannot be done to one of them does not keep it from the others.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use axum::response::Response;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tidegate_core::{Run, RunId, RunKind};

use super::change::gone;
use crate::api::extract::Body;
use crate::api::filter::FlowRunFilter;
use crate::api::select::{Filters, RunSort, Selection};
use crate::api::shape::{OrchestrationResult, StateCreate};
use crate::change;
use crate::error::ApiError;
use crate::state::AppState;

/// How many runs one request is about at most.
const AT_MOST: u64 = 50;

/// How many runs one request is about.
#[derive(Clone, Copy, Debug)]
pub(in crate::api) struct Bulk(pub(in crate::api) u64);

impl Default for Bulk {
    fn default() -> Self {
        Self(AT_MOST)
    }
}

impl JsonSchema for Bulk {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "BulkLimit".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": ["integer", "null"], "minimum": 1, "maximum": AT_MOST })
    }
}

impl<'de> Deserialize<'de> for Bulk {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Option::<u64>::deserialize(deserializer)? {
            None => Ok(Self::default()),
            Some(limit @ 1..=AT_MOST) => Ok(Self(limit)),
            Some(_) => Err(serde::de::Error::custom(format!(
                "Input should be greater than or equal to 1 and less than or equal to {AT_MOST}"
            ))),
        }
    }
}

async fn asked(
    state: &AppState,
    flow_runs: Option<FlowRunFilter>,
    limit: Bulk,
) -> Result<Vec<Run>, ApiError> {
    let filters = Filters { flow_runs, ..Filters::default() };
    Selection::new(RunKind::Flow, filters).list(state, RunSort::default(), 0, limit.0).await
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct DeleteBody {
    flow_runs: Option<FlowRunFilter>,
    limit: Bulk,
}

/// What was deleted.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Deleted {
    deleted: Vec<RunId>,
}

/// Deletes those that can be; their ids.
pub(super) async fn delete(
    State(state): State<AppState>,
    Body(body): Body<DeleteBody>,
) -> Result<Json<Deleted>, ApiError> {
    let mut deleted = Vec::new();
    for run in asked(&state, body.flow_runs, body.limit).await? {
        match gone(&state, &run).await {
            Ok(()) => deleted.push(run.id),
            // It goes with the run that called it, or has not ended.
            Err(ApiError::Conflict(_) | ApiError::NotFound(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Json(Deleted { deleted }))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SetStateBody {
    #[serde(default)]
    flow_runs: Option<FlowRunFilter>,
    state: StateCreate,
    #[serde(default)]
    force: bool,
    #[serde(default)]
    limit: Bulk,
}

/// What came of a state that was proposed to many flow runs.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Results<'a> {
    results: Vec<FlowRunResult<'a>>,
}

/// What came of a state that was proposed to a flow run.
#[derive(Debug, Serialize, JsonSchema)]
struct FlowRunResult<'a> {
    flow_run_id: RunId,
    #[serde(flatten)]
    result: OrchestrationResult<'a>,
}

/// Proposes a state to each; what came of it.
pub(super) async fn set_state(
    State(state): State<AppState>,
    Body(body): Body<SetStateBody>,
) -> Result<Response, ApiError> {
    let mut moves = Vec::new();
    for run in asked(&state, body.flow_runs, body.limit).await? {
        let propose = |now| body.state.clone().of_flow_run().into_state(now);
        match change::set_state(&state, run.id, propose, body.force).await {
            Ok(moved) => moves.push((run.id, moved, state.now())),
            // Somebody has deleted it meanwhile.
            Err(ApiError::NotFound(_)) => {}
            Err(error) => return Err(error),
        }
    }
    let results = moves.iter().map(|(flow_run_id, moved, now)| FlowRunResult {
        flow_run_id: *flow_run_id,
        result: OrchestrationResult::of(moved, *now),
    });
    Ok(Json(Results { results: results.collect() }).into_response())
}
