//! What Prefect's clients, command and pages ask for that there is none of here, or not yet: they are answered as by a server of Prefect
//! on which nobody has made one, so that lists are empty. What would make one is not there.

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use uuid::Uuid;

use super::extract::{Body, Limit, Page, or_default};
use super::shape;
use crate::error::ApiError;
use crate::route::{Route, Scope};
use crate::state::AppState;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post("/api/deployments/filter", Scope::Read, none)
            .gives::<Vec<Value>>("The deployments, of which there are none."),
        Route::post("/api/deployments/count", Scope::Read, zero)
            .gives::<u64>("How many deployments there are."),
        Route::post("/api/deployments/paginate", Scope::Read, empty_page)
            .gives::<shape::Page<Value>>("A page of deployments, of which there are none."),
        Route::post("/api/deployments/get_scheduled_flow_runs", Scope::Read, none)
            .gives::<Vec<Value>>(
                "The flow runs of deployments that are due, of which there are none.",
            ),
        Route::post("/api/work_pools/filter", Scope::Read, none)
            .gives::<Vec<Value>>("The work pools, of which there are none."),
        Route::post("/api/work_pools/count", Scope::Read, zero)
            .gives::<u64>("How many work pools there are."),
        Route::post("/api/work_queues/filter", Scope::Read, none)
            .gives::<Vec<Value>>("The work queues, of which there are none."),
        Route::post("/api/automations/filter", Scope::Read, none)
            .gives::<Vec<Value>>("The automations, of which there are none."),
        Route::post("/api/automations/count", Scope::Read, zero)
            .gives::<u64>("How many automations there are."),
        Route::get("/api/automations/related-to/{resource_id}", Scope::Read, none_here)
            .gives::<Vec<Value>>("The automations that a resource has, of which there are none."),
        Route::post("/api/saved_searches/filter", Scope::Read, none)
            .gives::<Vec<Value>>("The saved searches, of which there are none."),
        Route::post("/api/task_workers/filter", Scope::Read, none)
            .gives::<Vec<Value>>("The workers of tasks, of which there are none."),
        Route::get("/api/collections/views/{view}", Scope::Read, no_collections)
            .gives::<Value>("What packages of Prefect bring, which is not known here."),
        Route::post("/api/ui/flows/count-deployments", Scope::Read, no_deployments)
            .gives::<BTreeMap<Uuid, u64>>("How many deployments each of these flows has."),
        Route::post("/api/ui/flows/next-runs", Scope::Read, no_next_runs).gives::<BTreeMap<
            Uuid,
            Option<Value>,
        >>(
            "The next run of each of these flows that a deployment makes.",
        ),
    ]
}

/// A body that is JSON; what it asks by does not matter.
async fn none(_: State<AppState>, Body(_asked): Body<Value>) -> Json<[(); 0]> {
    Json([])
}

async fn none_here() -> Json<[(); 0]> {
    Json([])
}

async fn zero(_: State<AppState>, Body(_asked): Body<Value>) -> Json<u64> {
    Json(0)
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct PageBody {
    #[serde(deserialize_with = "or_default")]
    page: Page,
    limit: Limit,
}

async fn empty_page(_: State<AppState>, Body(body): Body<PageBody>) -> Json<shape::Page<Value>> {
    Json(shape::Page::of(Vec::new(), 0, body.limit.0, body.page))
}

/// Which kinds of blocks, workers and flows packages of Prefect bring is known to Prefect.
async fn no_collections() -> Json<Map<String, Value>> {
    Json(Map::new())
}

#[derive(Debug, Deserialize, JsonSchema)]
struct OfFlows {
    flow_ids: Vec<Uuid>,
}

async fn no_deployments(
    _: State<AppState>,
    Body(body): Body<OfFlows>,
) -> Result<Json<BTreeMap<Uuid, u64>>, ApiError> {
    Ok(Json(body.flow_ids.into_iter().map(|id| (id, 0)).collect()))
}

async fn no_next_runs(
    _: State<AppState>,
    Body(body): Body<OfFlows>,
) -> Result<Json<BTreeMap<Uuid, Option<()>>>, ApiError> {
    Ok(Json(body.flow_ids.into_iter().map(|id| (id, None)).collect()))
}
