//! Moving, renaming and deleting a flow run.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};
use tidegate_core::{Advance, Run, State as RunState, StoreErrorKind, Write};

use super::create::sorted;
use super::find;
use crate::api::extract::{Body, Id};
use crate::api::shape::{OrchestrationResult, PolicyBody, StateCreate};
use crate::change;
use crate::error::ApiError;
use crate::state::AppState;

#[derive(Debug, Deserialize, JsonSchema)]
pub(in crate::api) struct SetState {
    pub(in crate::api) state: StateCreate,
    #[serde(default)]
    pub(in crate::api) force: bool,
}

pub(super) async fn set_state(
    State(state): State<AppState>,
    id: Id,
    Body(body): Body<SetState>,
) -> Result<Response, ApiError> {
    let run = find(&state, id).await?;
    let propose = |now| body.state.clone().of_flow_run().into_state(now);
    let moved = change::move_on(&state, run, propose, body.force).await?;
    Ok(OrchestrationResult::answer(&moved, state.now()))
}

/// Prefect's `FlowRunUpdate`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct FlowRunUpdate {
    name: Option<String>,
    flow_version: Option<String>,
    parameters: Option<Map<String, Value>>,
    empirical_policy: Option<PolicyBody>,
    tags: Option<Vec<String>>,
    infrastructure_pid: Option<String>,
    job_variables: Option<Value>,
}

pub(super) async fn update(
    State(state): State<AppState>,
    id: Id,
    Body(body): Body<FlowRunUpdate>,
) -> Result<StatusCode, ApiError> {
    let mut tries = 0;
    loop {
        let run = find(&state, id).await?;
        if change::is_owned(&state, &run) {
            let why = "the run is owned by a process that lives, which alone changes it";
            return Err(ApiError::Conflict(why.into()));
        }
        let advance = changed(&run, &body)?;
        match state.store().put_acknowledged(Write::Advance(Box::new(advance))).await {
            Ok(()) => return Ok(StatusCode::NO_CONTENT),
            Err(error) if error.kind() == StoreErrorKind::Fenced && tries < 8 => tries += 1,
            Err(error) => return Err(error.into()),
        }
    }
}

fn changed(run: &Run, body: &FlowRunUpdate) -> Result<Advance, ApiError> {
    let mut advance = Advance::since(run, run.states.len());
    advance.lease = None;
    advance.name.clone_from(&body.name);
    advance.tags = body.tags.clone().map(sorted);
    advance.infrastructure_pid.clone_from(&body.infrastructure_pid);
    advance.parameters = body.parameters.clone().map(|parameters| Box::new(parameters.into()));
    if let Some(policy) = &body.empirical_policy {
        let mut own = run.policy.clone();
        policy.apply_to(&mut own).map_err(|error| {
            ApiError::invalid(&["body", "empirical_policy"], error.to_string(), "value_error")
        })?;
        advance.policy = Some(Box::new(own));
    }
    Ok(advance)
}

pub(super) async fn delete(State(state): State<AppState>, id: Id) -> Result<StatusCode, ApiError> {
    let run = find(&state, id).await?;
    gone(&state, &run).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Deletes a flow run, which is cancelled before if nobody runs it.
pub(super) async fn gone(state: &AppState, run: &Run) -> Result<(), ApiError> {
    if !run.has_ended() && !change::is_owned(state, run) {
        // Nobody runs it, so nobody is surprised.
        change::set_state(state, run.id, RunState::cancelled, true).await?;
    }
    change::delete(state, run).await
}

/// Clients tell how a run was made; nobody asks for it, so that it is taken and left out.
pub(super) async fn label(
    State(state): State<AppState>,
    id: Id,
    Body(_labels): Body<Map<String, Value>>,
) -> Result<StatusCode, ApiError> {
    find(&state, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
