//! Flow runs: making, reading, listing and moving them.

mod bulk;
mod change;
mod create;
mod inputs;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use tidegate_core::{Run, RunKind};

use super::extract::{Body, Id, Limit, Page, or_default};
use super::select::{Filters, RunSort, Selection};
use super::shape;
pub(super) use change::SetState;
pub(super) use create::sorted;

use crate::document::shown;
use crate::error::ApiError;
use crate::route::{Route, Scope};
use crate::state::AppState;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post("/api/flow_runs/", Scope::Run, create::create)
            .makes::<shown::FlowRun>("Makes a flow run, or gives the one of this idempotency key."),
        Route::patch("/api/flow_runs/{id}", Scope::Run, change::update)
            .does(StatusCode::NO_CONTENT, "Changes what a flow run is called and is given."),
        Route::delete("/api/flow_runs/{id}", Scope::Run, change::delete)
            .does(StatusCode::NO_CONTENT, "Deletes a flow run."),
        Route::post("/api/flow_runs/{id}/set_state", Scope::Run, change::set_state)
            .makes::<shown::OrchestrationResult>("Proposes a state to the rules."),
        Route::post("/api/flow_runs/{id}/resume", Scope::Run, inputs::resume)
            .makes::<shown::OrchestrationResult>("Lets a paused flow run go on."),
        Route::post("/api/flow_runs/{id}/input", Scope::Run, inputs::create)
            .does(StatusCode::CREATED, "Hands a flow run an input."),
        Route::post("/api/flow_runs/{id}/input/filter", Scope::Read, inputs::filter).gives::<Vec<
            shown::FlowRunInput,
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
            .gives::<shown::Deleted>("Deletes the flow runs that match and can be deleted."),
        Route::post("/api/flow_runs/bulk_set_state", Scope::Run, bulk::set_state)
            .gives::<shown::Results>("Proposes a state to each of the flow runs that match."),
        Route::post("/api/flow_runs/filter", Scope::Read, filter)
            .gives::<Vec<shown::FlowRun>>("The flow runs that match."),
        Route::post("/api/flow_runs/count", Scope::Read, count)
            .gives::<u64>("How many flow runs match."),
        Route::post("/api/flow_runs/paginate", Scope::Read, paginate)
            .gives::<shown::Page<shown::FlowRun>>("A page of the flow runs that match."),
        Route::get("/api/flow_runs/{id}", Scope::Read, read).gives::<shown::FlowRun>("A flow run."),
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

async fn read(State(state): State<AppState>, id: Id) -> Result<Json<Value>, ApiError> {
    let run = find(&state, id).await?;
    Ok(Json(shape::flow_run(&run, state.now())))
}

async fn filter(
    State(state): State<AppState>,
    Body(body): Body<ListBody>,
) -> Result<Json<Vec<Value>>, ApiError> {
    let ListBody { sort, offset, limit, filters } = body;
    let selection = Selection::new(RunKind::Flow, filters);
    let runs = selection.list(&state, sort, offset, limit.0).await?;
    let now = state.now();
    Ok(Json(runs.iter().map(|run| shape::flow_run(run, now)).collect()))
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
) -> Result<Json<Value>, ApiError> {
    let PageBody { sort, page, limit, filters } = body;
    let selection = Selection::new(RunKind::Flow, filters);
    let count = selection.count(&state).await?;
    let runs = selection.list(&state, sort, (page.0 - 1).saturating_mul(limit.0), limit.0).await?;
    let now = state.now();
    let results: Vec<Value> = runs.iter().map(|run| shape::flow_run(run, now)).collect();
    let pages = count.div_ceil(limit.0.max(1));
    Ok(Json(json!({
        "results": results, "count": count, "limit": limit.0, "pages": pages, "page": page.0,
    })))
}
