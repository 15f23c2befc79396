//! Making a flow run. What a client makes belongs to nobody: each of its moves is proposed by the client and judged here.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};
use tidegate_core::{
    Definition, Policy, Proposal, Run, RunId, State as RunState, StoreErrorKind, Timestamp, Write,
    transition,
};
use uuid::Uuid;

use crate::api::extract::Body;
use crate::api::ids;
use crate::api::shape::{FlowRun, PolicyBody, StateCreate};
use crate::error::ApiError;
use crate::flows;
use crate::state::AppState;

/// Prefect's `FlowRunCreate`. What we keep nothing of is known all the same.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "fields that are known, and left out")]
pub(super) struct FlowRunCreate {
    flow_id: Uuid,
    #[serde(default)]
    state: Option<StateCreate>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    flow_version: Option<String>,
    #[serde(default)]
    parameters: Map<String, Value>,
    #[serde(default)]
    context: Option<Value>,
    #[serde(default)]
    parent_task_run_id: Option<Uuid>,
    #[serde(default)]
    infrastructure_document_id: Option<Uuid>,
    #[serde(default)]
    empirical_policy: PolicyBody,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    labels: Option<Value>,
    #[serde(default)]
    idempotency_key: Option<String>,
    #[serde(default)]
    work_pool_name: Option<String>,
    #[serde(default)]
    work_queue_name: Option<String>,
    #[serde(default)]
    job_variables: Option<Value>,
    #[serde(default)]
    deployment_id: Option<Uuid>,
}

pub(super) async fn create(
    State(state): State<AppState>,
    Body(body): Body<FlowRunCreate>,
) -> Result<Response, ApiError> {
    let flow = flows::by_id(&state, body.flow_id).await?.ok_or_else(|| {
        ApiError::Conflict(
            "there is no flow of this id: make it known first, with POST /flows/".into(),
        )
    })?;
    let now = state.now();
    let name = body.name.filter(|name| !name.is_empty()).unwrap_or_else(generated_name);
    let mut run = Run::new(of_version(flow, body.flow_version), name, now);
    if let Some(key) = &body.idempotency_key {
        run.id = ids::idempotent_flow_run(&run.definition.name, key);
        if let Some(known) = state.store().run(run.id).await? {
            return Ok(answer(StatusCode::OK, &known, now));
        }
    }
    run.root_flow_run_id = Some(run.id);
    if let Some(parent) = body.parent_task_run_id {
        let parent: RunId = parent.into();
        let Some(called_in) = state.store().run(parent).await? else {
            return Err(ApiError::Conflict(
                "there is no task run of the id parent_task_run_id".into(),
            ));
        };
        run.task_run_id = Some(parent);
        run.flow_run_id = called_in.flow_run_id;
        run.root_flow_run_id = called_in.root_flow_run_id.or(Some(run.id));
    }
    run.deployment_id = body.deployment_id.map(Into::into);
    run.parameters = body.parameters.into();
    run.tags = sorted(body.tags);
    body.empirical_policy.apply_to(&mut run.policy).map_err(|error| {
        ApiError::invalid(&["body", "empirical_policy"], error.to_string(), "value_error")
    })?;
    let first = body.state.map_or_else(|| RunState::pending(now), |first| first.into_state(now));
    transition(&mut run, Proposal { policy: Policy::Force, ..Proposal::new(first) }, now);
    match state.store().put_acknowledged(Write::Begin(Box::new(run.clone()))).await {
        Ok(()) => Ok(answer(StatusCode::CREATED, &run, now)),
        // Of several who ask with one key, one makes the run.
        Err(error) if body.idempotency_key.is_some() && error.kind() != StoreErrorKind::Closed => {
            let known = state.store().run(run.id).await?.ok_or(error)?;
            Ok(answer(StatusCode::OK, &known, now))
        }
        Err(error) => Err(error.into()),
    }
}

fn answer(status: StatusCode, run: &Run, now: Timestamp) -> Response {
    (status, Json(FlowRun::of(run, now))).into_response()
}

/// A flow as it is in this version.
fn of_version(flow: Arc<Definition>, version: Option<String>) -> Arc<Definition> {
    if version.is_none() || flow.version == version {
        return flow;
    }
    Arc::new(Definition { version, ..Definition::clone(&flow) })
}

/// Two words, as `noisy-raccoon`.
fn generated_name() -> String {
    petname::petname(2, "-").unwrap_or_else(|| "unnamed".to_owned())
}

/// Tags as records have them: sorted and without repetition.
pub(in crate::api) fn sorted(mut tags: Vec<String>) -> Vec<String> {
    tags.sort();
    tags.dedup();
    tags
}
