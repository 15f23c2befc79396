//! Task runs: making, reading, listing and moving them. Prefect's clients make few of them here; of most they tell by events.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};
use tidegate_core::graph::Upstream;
use tidegate_core::{
    Advance, CallPlace, Definition, Policy, Proposal, Run, RunKind, Timestamp, Write, transition,
};
use uuid::Uuid;

use super::extract::{Body, Id};
use super::flow_runs::{ListBody, PageBody, SetState, sorted};
use super::ids;
use super::select::{Filters, Selection};
use super::shape::{self, OrchestrationResult, PolicyBody, StateCreate, TaskRun};
use crate::change;
use crate::error::ApiError;
use crate::route::{Route, Scope};
use crate::state::AppState;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post("/api/task_runs/", Scope::Run, create)
            .makes::<TaskRun<'_>>("Makes a task run, or gives the one of these keys."),
        Route::post("/api/task_runs/filter", Scope::Read, filter)
            .gives::<Vec<TaskRun<'_>>>("The task runs that match."),
        Route::post("/api/task_runs/count", Scope::Read, count)
            .gives::<u64>("How many task runs match."),
        Route::post("/api/task_runs/paginate", Scope::Read, paginate)
            .gives::<shape::Page<TaskRun<'_>>>("A page of the task runs that match."),
        Route::get("/api/task_runs/{id}", Scope::Read, read).gives::<TaskRun<'_>>("A task run."),
        Route::patch("/api/task_runs/{id}", Scope::Run, update)
            .does(StatusCode::NO_CONTENT, "Renames a task run."),
        Route::delete("/api/task_runs/{id}", Scope::Run, delete)
            .does(StatusCode::NO_CONTENT, "Deletes a task run."),
        Route::post("/api/task_runs/{id}/set_state", Scope::Run, set_state)
            .makes::<OrchestrationResult<'_>>("Proposes a state to the rules."),
    ]
}

/// Prefect's `TaskRunCreate`, and what its clients tell of a task run in an event.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct TaskRunBody {
    #[serde(default)]
    id: Option<Uuid>,
    #[serde(default)]
    pub(super) state: Option<StateCreate>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    pub(super) flow_run_id: Option<Uuid>,
    task_key: String,
    dynamic_key: String,
    #[serde(default)]
    task_version: Option<String>,
    #[serde(default)]
    empirical_policy: PolicyBody,
    #[serde(default)]
    pub(super) tags: Vec<String>,
    #[serde(default)]
    task_inputs: Map<String, Value>,
}

impl TaskRunBody {
    /// The task run that it tells of, in no state yet.
    pub(super) async fn into_run(
        self,
        state: &AppState,
        id: Option<Uuid>,
        now: Timestamp,
    ) -> Result<Run, ApiError> {
        let flow_run = self.flow_run_id.map(Into::into);
        let id = id.or(self.id).map(Into::into);
        let id = id.unwrap_or_else(|| ids::task_run(flow_run, &self.task_key, &self.dynamic_key));
        let mut definition = Definition::new(RunKind::Task, name_of(&self.task_key));
        definition.key = self.task_key;
        definition.version = self.task_version;
        let name = self.name.unwrap_or_else(|| format!("{}-{}", definition.name, self.dynamic_key));
        let mut run = Run::new(Arc::new(definition), name, now);
        run.id = id;
        run.flow_run_id = flow_run;
        if let Some(flow_run) = flow_run {
            // The client may tell of a run before its flow run is here, and then that is the outermost.
            let parent = state.store().run(flow_run).await?;
            run.root_flow_run_id = parent.and_then(|run| run.root_flow_run_id).or(Some(flow_run));
        }
        run.tags = sorted(self.tags);
        run.place = place(&self.dynamic_key, &self.task_inputs);
        run.parameters = self.task_inputs.keys().map(|name| (name.clone(), Value::Null)).collect();
        let policy = self.empirical_policy.apply_to(&mut run.policy);
        policy.map_err(|error| {
            ApiError::invalid(&["body", "empirical_policy"], error.to_string(), "value_error")
        })?;
        Ok(run)
    }
}

/// The name in a task key, which is a name and a hash.
fn name_of(task_key: &str) -> &str {
    let is_hash = |text: &str| text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let name = task_key.rsplit_once('-').filter(|(name, hash)| !name.is_empty() && is_hash(hash));
    name.map_or(task_key, |(name, _)| name)
}

/// Which runs a call was given the results of, and its number where the client counts.
fn place(dynamic_key: &str, inputs: &Map<String, Value>) -> Option<Box<CallPlace>> {
    let mut place = CallPlace::numbered(dynamic_key.parse().unwrap_or(0));
    for input in inputs.values().filter_map(Value::as_array).flatten() {
        let id = input.get("id").and_then(Value::as_str).and_then(|id| id.parse().ok());
        if let Some(id) = id
            && !place.upstream.contains(&Upstream::Run(id))
        {
            place.upstream.push(Upstream::Run(id));
        }
    }
    Some(Box::new(place))
}

pub(super) async fn find(state: &AppState, id: Id) -> Result<Run, ApiError> {
    let run = state.store().run(id.0.into()).await?;
    run.filter(|run| run.kind() == RunKind::Task).ok_or(ApiError::NotFound("Task"))
}

async fn create(
    State(state): State<AppState>,
    Body(mut body): Body<TaskRunBody>,
) -> Result<Response, ApiError> {
    let now = state.now();
    let first = body.state.take();
    let mut run = body.into_run(&state, None, now).await?;
    if let Some(known) = state.store().run(run.id).await? {
        return Ok((StatusCode::OK, Json(TaskRun::of(&known, now))).into_response());
    }
    if let Some(first) = first {
        let proposal = Proposal { policy: Policy::Force, ..Proposal::new(first.into_state(now)) };
        transition(&mut run, proposal, now);
    }
    state.store().put_acknowledged(Write::Begin(Box::new(run.clone()))).await?;
    Ok((StatusCode::CREATED, Json(TaskRun::of(&run, now))).into_response())
}

async fn read(State(state): State<AppState>, id: Id) -> Result<Response, ApiError> {
    let run = find(&state, id).await?;
    Ok(Json(TaskRun::of(&run, state.now())).into_response())
}

async fn filter(
    State(state): State<AppState>,
    Body(body): Body<ListBody>,
) -> Result<Response, ApiError> {
    let ListBody { sort, offset, limit, filters } = body;
    let runs = Selection::new(RunKind::Task, filters).list(&state, sort, offset, limit.0).await?;
    let now = state.now();
    let shown: Vec<TaskRun<'_>> = runs.iter().map(|run| TaskRun::of(run, now)).collect();
    Ok(Json(shown).into_response())
}

async fn count(
    State(state): State<AppState>,
    Body(filters): Body<Filters>,
) -> Result<Json<u64>, ApiError> {
    Ok(Json(Selection::new(RunKind::Task, filters).count(&state).await?))
}

async fn paginate(
    State(state): State<AppState>,
    Body(body): Body<PageBody>,
) -> Result<Response, ApiError> {
    let PageBody { sort, page, limit, filters } = body;
    let selection = Selection::new(RunKind::Task, filters);
    let count = selection.count(&state).await?;
    let runs = selection.list(&state, sort, (page.0 - 1).saturating_mul(limit.0), limit.0).await?;
    let now = state.now();
    let results: Vec<TaskRun<'_>> = runs.iter().map(|run| TaskRun::of(run, now)).collect();
    Ok(Json(shape::Page::of(results, count, limit.0, page)).into_response())
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct TaskRunUpdate {
    name: Option<String>,
}

async fn update(
    State(state): State<AppState>,
    id: Id,
    Body(body): Body<TaskRunUpdate>,
) -> Result<StatusCode, ApiError> {
    let run = find(&state, id).await?;
    let mut advance = Advance::since(&run, run.states.len());
    advance.lease = None;
    advance.name = body.name;
    state.store().put_acknowledged(Write::Advance(Box::new(advance))).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn delete(State(state): State<AppState>, id: Id) -> Result<StatusCode, ApiError> {
    change::delete(&state, &find(&state, id).await?).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn set_state(
    State(state): State<AppState>,
    id: Id,
    Body(body): Body<SetState>,
) -> Result<Response, ApiError> {
    let run = find(&state, id).await?;
    let propose = |now| body.state.clone().into_state(now);
    let moved = change::move_on(&state, run, propose, body.force).await?;
    Ok(OrchestrationResult::answer(&moved, state.now()))
}
