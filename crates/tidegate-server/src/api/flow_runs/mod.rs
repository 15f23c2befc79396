//! Flow runs: making, reading, listing and moving them.

mod bulk;
mod change;
mod create;
mod inputs;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use tidegate_core::{Run, RunKind};

use super::extract::{Body, Id, Limit, Page, or_default};
use super::select::{Filters, RunSort, Selection};
use super::shape::{self, FlowRun, OrchestrationResult};
pub(super) use change::SetState;
pub(super) use create::sorted;

use crate::error::ApiError;
use crate::route::{Route, Scope};
use crate::state::AppState;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post("/api/flow_runs/", Scope::Run, create::create)
            .makes::<FlowRun<'_>>("Makes a flow run, or gives the one of this idempotency key."),
        Route::patch("/api/flow_runs/{id}", Scope::Run, change::update)
            .does(StatusCode::NO_CONTENT, "Changes what a flow run is called and is given."),
        Route::delete("/api/flow_runs/{id}", Scope::Run, change::delete)
            .does(StatusCode::NO_CONTENT, "Deletes a flow run."),
        Route::post("/api/flow_runs/{id}/set_state", Scope::Run, change::set_state)
            .makes::<OrchestrationResult<'_>>("Proposes a state to the rules."),
        Route::post("/api/flow_runs/{id}/resume", Scope::Run, inputs::resume)
            .makes::<OrchestrationResult<'_>>("Lets a paused flow run go on."),
        Route::post("/api/flow_runs/{id}/input", Scope::Run, inputs::create)
            .does(StatusCode::CREATED, "Hands a flow run an input."),
        Route::post("/api/flow_runs/{id}/input/filter", Scope::Read, inputs::filter).gives::<Vec<
            inputs::FlowRunInput,
        >>(
            "The inputs of a flow run that match.",
        ),
        Route::get("/api/flow_runs/{id}/input/{key}", Scope::Read, inputs::read)
            .gives::<Value>("The value of an input."),
        Route::delete("/api/flow_runs/{id}/input/{key}", Scope::Run, inputs::delete)
            .does(StatusCode::NO_CONTENT, "Deletes an input."),
        Route::patch("/api/flow_runs/{id}/labels", Scope::Run, change::label)
            .does(StatusCode::NO_CONTENT, "Takes labels of a flow run, and keeps none."),
        Route::post("/api/flow_runs/bulk_delete", Scope::Run, bulk::delete)
            .gives::<bulk::Deleted>("Deletes the flow runs that match and can be deleted."),
        Route::post("/api/flow_runs/bulk_set_state", Scope::Run, bulk::set_state)
            .gives::<bulk::Results<'_>>("Proposes a state to each of the flow runs that match."),
        Route::post("/api/flow_runs/filter", Scope::Read, filter)
            .gives::<Vec<FlowRun<'_>>>("The flow runs that match."),
        Route::post("/api/flow_runs/count", Scope::Read, count)
            .gives::<u64>("How many flow runs match."),
        Route::post("/api/flow_runs/paginate", Scope::Read, paginate)
            .gives::<shape::Page<FlowRun<'_>>>("A page of the flow runs that match."),
        Route::get("/api/flow_runs/{id}", Scope::Read, read).gives::<FlowRun<'_>>("A flow run."),
    ]
}

/// What a list of runs is asked by.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(super) struct ListBody {
    #[serde(deserialize_with = "or_default")]
    pub(super) sort: RunSort,
    #[serde(deserialize_with = "or_default")]
    pub(super) offset: u64,
    pub(super) limit: Limit,
    #[serde(flatten)]
    pub(super) filters: Filters,
}

/// What a page of a list of runs is asked by.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(super) struct PageBody {
    #[serde(deserialize_with = "or_default")]
    pub(super) sort: RunSort,
    #[serde(deserialize_with = "or_default")]
    pub(super) page: Page,
    pub(super) limit: Limit,
    #[serde(flatten)]
    pub(super) filters: Filters,
}

/// The flow run of this id.
pub(in crate::api) async fn find(state: &AppState, id: Id) -> Result<Run, ApiError> {
    let run = state.store().run(id.0.into()).await?;
    run.filter(|run| run.kind() == RunKind::Flow).ok_or(ApiError::NotFound("Flow run"))
}

async fn read(State(state): State<AppState>, id: Id) -> Result<Response, ApiError> {
    let run = find(&state, id).await?;
    Ok(Json(FlowRun::of(&run, state.now())).into_response())
}

async fn filter(
    State(state): State<AppState>,
    Body(body): Body<ListBody>,
) -> Result<Response, ApiError> {
    let ListBody { sort, offset, limit, filters } = body;
    let selection = Selection::new(RunKind::Flow, filters);
    let runs = selection.list(&state, sort, offset, limit.0).await?;
    let now = state.now();
    let shown: Vec<FlowRun<'_>> = runs.iter().map(|run| FlowRun::of(run, now)).collect();
    Ok(Json(shown).into_response())
}

async fn count(
    State(state): State<AppState>,
    Body(filters): Body<Filters>,
) -> Result<Json<u64>, ApiError> {
    Ok(Json(Selection::new(RunKind::Flow, filters).count(&state).await?))
}

async fn paginate(
    State(state): State<AppState>,
    Body(body): Body<PageBody>,
) -> Result<Response, ApiError> {
    let PageBody { sort, page, limit, filters } = body;
    let selection = Selection::new(RunKind::Flow, filters);
    let count = selection.count(&state).await?;
    let runs = selection.list(&state, sort, (page.0 - 1).saturating_mul(limit.0), limit.0).await?;
    let now = state.now();
    let results: Vec<FlowRun<'_>> = runs.iter().map(|run| FlowRun::of(run, now)).collect();
    Ok(Json(shape::Page::of(results, count, limit.0, page)).into_response())
}
