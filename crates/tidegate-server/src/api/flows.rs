//! Flows: making one known by its name, reading and listing them.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use tidegate_core::{Definition, DefinitionRecord, RunKind, RunQuery, Timestamp};

use super::extract::{Body, Id, Limit, Page, Path, or_default};
use super::filter::FlowFilter;
use super::select::{Filters, Selection};
use super::shape::{self, Flow};
use crate::error::ApiError;
use crate::flows;
use crate::route::{Route, Scope};
use crate::state::AppState;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post("/api/flows/", Scope::Run, create)
            .makes::<Flow<'_>>("Makes a flow known by its name, or gives the one that is."),
        Route::post("/api/flows/filter", Scope::Read, filter)
            .gives::<Vec<Flow<'_>>>("The flows that match."),
        Route::post("/api/flows/count", Scope::Read, count).gives::<u64>("How many flows match."),
        Route::post("/api/flows/paginate", Scope::Read, paginate)
            .gives::<shape::Page<Flow<'_>>>("A page of the flows that match."),
        Route::get("/api/flows/name/{name}", Scope::Read, by_name)
            .gives::<Flow<'_>>("The flow of a name."),
        Route::post("/api/flows/bulk_delete", Scope::Run, stays)
            .refuses("Deletes flows, which stay on record."),
        Route::patch("/api/flows/{id}", Scope::Run, update)
            .does(StatusCode::NO_CONTENT, "Gives a flow other tags."),
        Route::delete("/api/flows/{id}", Scope::Run, delete)
            .refuses("Deletes a flow, which stays on record."),
        Route::get("/api/flows/{id}", Scope::Read, read).gives::<Flow<'_>>("A flow."),
    ]
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct FlowCreate {
    name: String,
    #[serde(default)]
    tags: Vec<String>,
    /// Prefect's clients tell how they were made; nobody asks for it.
    #[serde(default)]
    #[expect(dead_code, reason = "known, and left out")]
    labels: Option<Value>,
}

/// The order of flows in an answer.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum FlowSort {
    CreatedDesc,
    UpdatedDesc,
    #[default]
    NameAsc,
    NameDesc,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct ListBody {
    #[serde(deserialize_with = "or_default")]
    sort: FlowSort,
    #[serde(deserialize_with = "or_default")]
    offset: usize,
    #[serde(deserialize_with = "or_default")]
    page: Page,
    limit: Limit,
    #[serde(flatten)]
    filters: Filters,
}

async fn create(
    State(state): State<AppState>,
    Body(body): Body<FlowCreate>,
) -> Result<Response, ApiError> {
    let banned = |c: char| matches!(c, '/' | '%' | '&' | '>' | '<');
    if body.name.is_empty() || body.name.contains(banned) {
        let why = "String should match pattern '^[^/%&><]+$'";
        return Err(ApiError::invalid(&["body", "name"], why, "string_pattern_mismatch"));
    }
    let (flow, is_new) = flows::ensure(&state, &body.name, body.tags).await?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(Flow::of(&flow, state.now()))).into_response())
}

async fn read(State(state): State<AppState>, id: Id) -> Result<Response, ApiError> {
    let flow = flows::by_id(&state, id.0).await?.ok_or(ApiError::NotFound("Flow"))?;
    Ok(Json(Flow::of(&flow, state.started())).into_response())
}

async fn by_name(
    State(state): State<AppState>,
    Path(name): Path<String>,
) -> Result<Response, ApiError> {
    let flow = flows::by_id(&state, super::ids::flow(&name)).await?;
    let flow = flow.ok_or(ApiError::NotFound("Flow"))?;
    Ok(Json(Flow::of(&flow, state.started())).into_response())
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct FlowUpdate {
    tags: Option<Vec<String>>,
}

/// Gives a flow other tags. A program that has the flow says its own when it next runs it for the first time.
async fn update(
    State(state): State<AppState>,
    id: Id,
    Body(body): Body<FlowUpdate>,
) -> Result<StatusCode, ApiError> {
    let flow = flows::by_id(&state, id.0).await?.ok_or(ApiError::NotFound("Flow"))?;
    if let Some(tags) = body.tags.filter(|tags| *tags != flow.tags) {
        flows::tag(&state, &flow, tags).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

async fn delete(State(state): State<AppState>, id: Id) -> Result<StatusCode, ApiError> {
    flows::by_id(&state, id.0).await?.ok_or(ApiError::NotFound("Flow"))?;
    stays().await
}

/// A flow is what runs are of, in the programs that have it, and is not deleted.
async fn stays() -> Result<StatusCode, ApiError> {
    Err(ApiError::Conflict(
        "a flow belongs to the programs that run it and stays on record: delete its runs instead (`POST /api/flow_runs/bulk_delete`)"
            .into(),
    ))
}

/// The flows that are asked for, one of each name.
async fn matching(state: &AppState, filters: Filters) -> Result<Vec<DefinitionRecord>, ApiError> {
    let Filters { flows, flow_runs, task_runs, .. } = filters;
    let asked = flows.unwrap_or_default();
    let with_runs = flow_runs.is_some() || task_runs.is_some();
    let mut by_name: BTreeMap<String, DefinitionRecord> = BTreeMap::new();
    for record in state.store().definitions(RunKind::Flow).await? {
        let newer = |known: &DefinitionRecord| last_made(known) >= last_made(&record);
        if is_asked(&asked, &record.definition)
            && !by_name.get(&record.definition.name).is_some_and(newer)
        {
            by_name.insert(record.definition.name.clone(), record);
        }
    }
    if with_runs {
        let runs = Filters { flow_runs, task_runs, ..Filters::default() };
        let asked = Selection::new(RunKind::Flow, runs).query(state).await?;
        let mut without = Vec::new();
        for name in by_name.keys() {
            let Some(query) = asked.clone() else { return Ok(Vec::new()) };
            let one = RunQuery { definition_name: Some(name.clone()), limit: Some(1), ..query };
            if state.store().runs(one).await?.is_empty() {
                without.push(name.clone());
            }
        }
        without.iter().for_each(|name| drop(by_name.remove(name)));
    }
    Ok(by_name.into_values().collect())
}

fn is_asked(filter: &FlowFilter, flow: &Definition) -> bool {
    filter.matches(flow)
}

async fn listed(
    state: &AppState,
    sort: FlowSort,
    filters: Filters,
) -> Result<Vec<DefinitionRecord>, ApiError> {
    let mut flows = matching(state, filters).await?;
    match sort {
        FlowSort::NameAsc => {}
        FlowSort::NameDesc => flows.reverse(),
        FlowSort::CreatedDesc | FlowSort::UpdatedDesc => {
            flows.sort_by_key(|flow| std::cmp::Reverse(last_made(flow)))
        }
    }
    Ok(flows)
}

/// When the newest run of a flow was made.
fn last_made(record: &DefinitionRecord) -> Option<Timestamp> {
    record.last_run.as_ref().map(|run| run.created)
}

fn shown<'a>(state: &AppState, flow: &'a DefinitionRecord) -> Flow<'a> {
    Flow::of(&flow.definition, last_made(flow).unwrap_or(state.started()))
}

async fn filter(
    State(state): State<AppState>,
    Body(body): Body<ListBody>,
) -> Result<Response, ApiError> {
    let flows = listed(&state, body.sort, body.filters).await?;
    let listed = flows.iter().skip(body.offset).take(body.limit.0 as usize);
    let shown: Vec<Flow<'_>> = listed.map(|flow| shown(&state, flow)).collect();
    Ok(Json(shown).into_response())
}

async fn count(
    State(state): State<AppState>,
    Body(filters): Body<Filters>,
) -> Result<Json<usize>, ApiError> {
    Ok(Json(matching(&state, filters).await?.len()))
}

async fn paginate(
    State(state): State<AppState>,
    Body(body): Body<ListBody>,
) -> Result<Response, ApiError> {
    let flows = listed(&state, body.sort, body.filters).await?;
    let (count, limit) = (flows.len() as u64, body.limit.0);
    let skipped = (body.page.0 - 1).saturating_mul(limit) as usize;
    let listed = flows.iter().skip(skipped).take(limit as usize);
    let results: Vec<Flow<'_>> = listed.map(|flow| shown(&state, flow)).collect();
    Ok(Json(shape::Page::of(results, count, limit, body.page)).into_response())
}
