//! The history of runs, state by state.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Deserialize;
use tidegate_core::{RunKind, RunQuery};
use uuid::Uuid;

use super::extract::{Id, Query};
use super::ids;
use super::shape::State as Shown;
use crate::error::ApiError;
use crate::route::{Route, Scope};
use crate::state::AppState;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/flow_run_states/", Scope::Read, of_flow_run)
            .gives::<Vec<Shown<'_>>>("The states of a flow run, oldest first."),
        Route::get("/api/flow_run_states/{id}", Scope::Read, flow_run_state)
            .gives::<Shown<'_>>("A state of a flow run."),
        Route::get("/api/task_run_states/", Scope::Read, of_task_run)
            .gives::<Vec<Shown<'_>>>("The states of a task run, oldest first."),
        Route::get("/api/task_run_states/{id}", Scope::Read, task_run_state)
            .gives::<Shown<'_>>("A state of a task run."),
    ]
}

#[derive(Debug, Deserialize, JsonSchema)]
struct OfRun {
    #[serde(alias = "flow_run_id", alias = "task_run_id")]
    run_id: Option<Uuid>,
}

async fn of_flow_run(state: State<AppState>, query: Query<OfRun>) -> Result<Response, ApiError> {
    history(state, query, RunKind::Flow, "flow_run_id").await
}

async fn of_task_run(state: State<AppState>, query: Query<OfRun>) -> Result<Response, ApiError> {
    history(state, query, RunKind::Task, "task_run_id").await
}

async fn history(
    State(state): State<AppState>,
    Query(query): Query<OfRun>,
    kind: RunKind,
    name: &str,
) -> Result<Response, ApiError> {
    let id = query
        .run_id
        .ok_or_else(|| ApiError::invalid(&["query", name], "Field required", "missing"))?;
    let run = state.store().run(id.into()).await?.filter(|run| run.kind() == kind);
    let states: Vec<Shown<'_>> = run.iter().flat_map(Shown::all).collect();
    Ok(Json(states).into_response())
}

async fn flow_run_state(state: State<AppState>, id: Id) -> Result<Response, ApiError> {
    one(state, id, RunKind::Flow, "State").await
}

async fn task_run_state(state: State<AppState>, id: Id) -> Result<Response, ApiError> {
    one(state, id, RunKind::Task, "State").await
}

/// The state of this id, which is looked for among the runs whose ids are like it.
async fn one(
    State(state): State<AppState>,
    id: Id,
    kind: RunKind,
    what: &'static str,
) -> Result<Response, ApiError> {
    for (first, last) in ids::runs_of_state(id.0) {
        let query = RunQuery {
            kind: Some(kind),
            ids: Some((first, last)),
            limit: Some(1000),
            ..RunQuery::default()
        };
        for run in state.store().runs(query).await? {
            let place = (0..run.states.len()).find(|place| ids::state(run.id, *place) == id.0);
            if let Some(shown) = place.and_then(|place| Shown::at(&run, place)) {
                return Ok(Json(shown).into_response());
            }
        }
    }
    Err(ApiError::NotFound(what))
}
