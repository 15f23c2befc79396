//! What flow runs of clients are handed while they run, and how they go on after a pause. What an input means is the client's business.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tidegate_core::{IfExists, InputQuery, Run, RunId, RunInput, Timestamp, Write};
use uuid::Uuid;

use super::find;
use crate::api::extract::{Body, Id, Path};
use crate::api::ids;
use crate::api::shape::OrchestrationResult;
use crate::change;
use crate::error::ApiError;
use crate::state::AppState;

/// What the sender of an input is called where it is a flow run.
const FLOW_RUN: &str = "prefect.flow-run.";

#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct InputCreate {
    key: String,
    value: String,
    #[serde(default)]
    sender: Option<String>,
}

pub(super) async fn create(
    State(state): State<AppState>,
    id: Id,
    Body(body): Body<InputCreate>,
) -> Result<StatusCode, ApiError> {
    let run = find(&state, id).await?;
    let sender = body.sender.as_deref().and_then(|sender| sender.strip_prefix(FLOW_RUN));
    let input = RunInput {
        flow_run_id: run.id,
        key: body.key,
        value: serde_json::from_str(&body.value).unwrap_or(Value::String(body.value)),
        sender: sender.and_then(|id| id.parse().ok()),
        created: state.now(),
    };
    let write = Write::Input { input: Box::new(input), if_exists: IfExists::Refuse, after: None };
    state.store().put_acknowledged(write).await?;
    Ok(StatusCode::CREATED)
}

#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct FilterBody {
    prefix: String,
    #[serde(default = "one")]
    limit: usize,
    #[serde(default)]
    exclude_keys: Vec<String>,
}

const fn one() -> usize {
    1
}

pub(super) async fn filter(
    State(state): State<AppState>,
    id: Id,
    Body(body): Body<FilterBody>,
) -> Result<Json<Vec<FlowRunInput>>, ApiError> {
    let query = InputQuery { prefix: Some(body.prefix), ..InputQuery::of(id.0.into()) };
    let inputs = state.store().inputs(query).await?;
    let wanted = inputs.into_iter().filter(|input| !body.exclude_keys.contains(&input.key));
    Ok(Json(wanted.take(body.limit).map(FlowRunInput::from).collect()))
}

pub(super) async fn read(
    State(state): State<AppState>,
    Path((id, key)): Path<(Uuid, String)>,
) -> Result<Json<Value>, ApiError> {
    let query = InputQuery { key: Some(key), ..InputQuery::of(id.into()) };
    let input =
        state.store().inputs(query).await?.pop().ok_or(ApiError::NotFound("Flow run input"))?;
    Ok(Json(input.value))
}

pub(super) async fn delete(
    State(state): State<AppState>,
    Path((id, key)): Path<(Uuid, String)>,
) -> Result<StatusCode, ApiError> {
    if state.store().delete_input(id.into(), key).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::NotFound("Flow run input"))
    }
}

/// What a flow run was handed: Prefect's `FlowRunInput`.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct FlowRunInput {
    id: Uuid,
    created: Timestamp,
    updated: Timestamp,
    flow_run_id: RunId,
    key: String,
    /// JSON, as text.
    value: String,
    sender: Option<String>,
}

impl From<RunInput> for FlowRunInput {
    fn from(input: RunInput) -> Self {
        Self {
            id: ids::input(&input),
            created: input.created,
            updated: input.created,
            flow_run_id: input.flow_run_id,
            value: input.value.to_string(),
            sender: input.sender.map(|id| format!("{FLOW_RUN}{id}")),
            key: input.key,
        }
    }
}

/// Prefect's body of `resume`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(super) struct Resume {
    run_input: Option<Value>,
}

/// Lets a paused flow run go on.
pub(super) async fn resume(
    State(state): State<AppState>,
    id: Id,
    Body(body): Body<Resume>,
) -> Result<Response, ApiError> {
    let run = find(&state, id).await?;
    let moved = match change::resume(&state, &run, body.run_input).await {
        // Prefect's clients tell a person why, if it is told in this way.
        Err(ApiError::Invalid { problems, .. }) if is_of_a_client(&state, &run) => {
            let why: Vec<&str> = problems.iter().map(|problem| &*problem.msg).collect();
            let why = format!("Run input validation failed: {}", why.join("; "));
            change::Moved::rejected(run, "input", &why)
        }
        resumed => resumed?,
    };
    Ok(OrchestrationResult::answer(&moved, state.now()))
}

/// Whether a client made it, which proposes each of its moves.
fn is_of_a_client(state: &AppState, run: &Run) -> bool {
    !run.policy.restartable && !change::is_owned(state, run)
}
