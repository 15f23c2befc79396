//! Concurrency limits on the task runs of a tag, as Prefect had them first (`/concurrency_limits`). They are the limits called `tag:x`,
//! under another shape.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::Deserialize;
use tidegate_core::{ConcurrencyLimit, LimitChange, LimitUse};

use super::extract::{Body, Id, Limit, Path, or_default};
use super::ids;
use super::shape::TagLimit;
use crate::error::ApiError;
use crate::route::{Route, Scope};
use crate::state::AppState;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post("/api/concurrency_limits/", Scope::Run, create)
            .makes::<TagLimit>("Makes or changes the limit on the task runs of a tag."),
        Route::post("/api/concurrency_limits/filter", Scope::Read, filter)
            .gives::<Vec<TagLimit>>("The limits on tags."),
        Route::get("/api/concurrency_limits/tag/{tag}", Scope::Read, read)
            .gives::<TagLimit>("The limit on a tag."),
        Route::delete("/api/concurrency_limits/tag/{tag}", Scope::Run, delete)
            .does(StatusCode::OK, "Deletes the limit on a tag."),
        Route::get("/api/concurrency_limits/{id}", Scope::Read, read_by_id)
            .gives::<TagLimit>("A limit on a tag."),
        Route::delete("/api/concurrency_limits/{id}", Scope::Run, delete_by_id)
            .does(StatusCode::OK, "Deletes a limit on a tag."),
    ]
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct LimitCreate {
    tag: String,
    concurrency_limit: u32,
}

/// Makes the limit of a tag, or gives the one that is there another number of slots.
async fn create(
    State(state): State<AppState>,
    Body(body): Body<LimitCreate>,
) -> Result<(StatusCode, Json<TagLimit>), ApiError> {
    let limit = ConcurrencyLimit::for_tag(&body.tag, body.concurrency_limit);
    limit
        .check()
        .map_err(|error| ApiError::invalid(&["body"], error.to_string(), "value_error"))?;
    let now = state.now();
    let is_new = state.store().change_limit(LimitChange::Create(limit.clone()), now).await?;
    if !is_new {
        state.store().change_limit(LimitChange::Update(limit), now).await?;
    }
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(shown(&state, &find(&state, &body.tag).await?).await?)))
}

async fn find(state: &AppState, tag: &str) -> Result<LimitUse, ApiError> {
    let name = ConcurrencyLimit::name_for_tag(tag);
    let mut found = state.store().limits(vec![name]).await?;
    found.pop().ok_or(ApiError::NotFound("Concurrency limit"))
}

async fn read(
    State(state): State<AppState>,
    Path(tag): Path<String>,
) -> Result<Json<TagLimit>, ApiError> {
    Ok(Json(shown(&state, &find(&state, &tag).await?).await?))
}

async fn delete(
    State(state): State<AppState>,
    Path(tag): Path<String>,
) -> Result<StatusCode, ApiError> {
    let name = find(&state, &tag).await?.limit.name;
    state.store().change_limit(LimitChange::Delete(name), state.now()).await?;
    Ok(StatusCode::OK)
}

/// The limit of this id, if it is one of a tag.
async fn find_by_id(state: &AppState, id: Id) -> Result<LimitUse, ApiError> {
    let limits = state.store().limits(Vec::new()).await?;
    let mut of_tags = limits
        .into_iter()
        .filter(|limit| ConcurrencyLimit::tag_of_name(&limit.limit.name).is_some());
    of_tags
        .find(|limit| ids::limit(&limit.limit.name) == id.0)
        .ok_or(ApiError::NotFound("Concurrency limit"))
}

async fn read_by_id(State(state): State<AppState>, id: Id) -> Result<Json<TagLimit>, ApiError> {
    Ok(Json(shown(&state, &find_by_id(&state, id).await?).await?))
}

async fn delete_by_id(State(state): State<AppState>, id: Id) -> Result<StatusCode, ApiError> {
    let name = find_by_id(&state, id).await?.limit.name;
    state.store().change_limit(LimitChange::Delete(name), state.now()).await?;
    Ok(StatusCode::OK)
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct ListBody {
    #[serde(deserialize_with = "or_default")]
    offset: usize,
    limit: Limit,
}

async fn filter(
    State(state): State<AppState>,
    Body(body): Body<ListBody>,
) -> Result<Json<Vec<TagLimit>>, ApiError> {
    let limits = state.store().limits(Vec::new()).await?;
    let of_tags =
        limits.iter().filter(|limit| ConcurrencyLimit::tag_of_name(&limit.limit.name).is_some());
    let mut answer = Vec::new();
    for limit in of_tags.skip(body.offset).take(body.limit.0 as usize) {
        answer.push(shown(&state, limit).await?);
    }
    Ok(Json(answer))
}

async fn shown(state: &AppState, limit: &LimitUse) -> Result<TagLimit, ApiError> {
    let holders = state.store().slot_holders(limit.limit.name.clone()).await?;
    Ok(TagLimit::of(limit, &holders, state.started()))
}
