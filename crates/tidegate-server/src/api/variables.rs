//! Variables: making, reading, listing and changing them, by id and by name.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tidegate_core::{
    InvalidVariable, Timestamp, VariableAnswer, VariableChange, VariableId, VariableKey,
    VariableQuery, VariableRecord, VariableUpdate,
};
use uuid::Uuid;

use super::extract::{Body, Id, Limit, Path, or_default};
use super::filter::{AnyOf, Named, Operator, TagFilter};
use crate::error::ApiError;
use crate::route::{Route, Scope};
use crate::state::AppState;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post("/api/variables/", Scope::Run, create).makes::<Variable>("Makes a variable."),
        Route::post("/api/variables/filter", Scope::Read, filter)
            .gives::<Vec<Variable>>("The variables that match."),
        Route::post("/api/variables/count", Scope::Read, count)
            .gives::<u64>("How many variables match."),
        Route::get("/api/variables/name/{name}", Scope::Read, by_name)
            .gives::<Variable>("The variable of a name."),
        Route::patch("/api/variables/name/{name}", Scope::Run, update_by_name)
            .does(StatusCode::NO_CONTENT, "Changes the variable of a name."),
        Route::delete("/api/variables/name/{name}", Scope::Run, delete_by_name)
            .does(StatusCode::NO_CONTENT, "Deletes the variable of a name."),
        Route::get("/api/variables/{id}", Scope::Read, read).gives::<Variable>("A variable."),
        Route::patch("/api/variables/{id}", Scope::Run, update)
            .does(StatusCode::NO_CONTENT, "Changes a variable."),
        Route::delete("/api/variables/{id}", Scope::Run, delete)
            .does(StatusCode::NO_CONTENT, "Deletes a variable."),
    ]
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct VariableCreate {
    name: String,
    value: Value,
    #[serde(default)]
    tags: Vec<String>,
}

fn invalid(error: &InvalidVariable) -> ApiError {
    ApiError::invalid(&["body"], error.to_string(), "value_error")
}

fn done(answer: VariableAnswer) -> Result<VariableRecord, ApiError> {
    match answer {
        VariableAnswer::Done(record) => Ok(record),
        VariableAnswer::Exists(record) => {
            Err(ApiError::Conflict(format!("Variable '{}' already exists", record.name)))
        }
        VariableAnswer::NotFound => Err(ApiError::NotFound("Variable")),
    }
}

async fn create(
    State(state): State<AppState>,
    Body(body): Body<VariableCreate>,
) -> Result<(StatusCode, Json<Variable>), ApiError> {
    let mut record = VariableRecord::new(body.name, body.value, state.now());
    record.tags = body.tags;
    record.check().map_err(|error| invalid(&error))?;
    let made = done(state.store().change_variable(VariableChange::Create(record)).await?)?;
    Ok((StatusCode::CREATED, Json(made.into())))
}

async fn find(state: &AppState, query: VariableQuery) -> Result<Json<Variable>, ApiError> {
    let found = state.store().variables(query).await?.pop();
    Ok(Json(found.ok_or(ApiError::NotFound("Variable"))?.into()))
}

async fn read(State(state): State<AppState>, id: Id) -> Result<Json<Variable>, ApiError> {
    find(&state, VariableQuery { id: Some(id.0.into()), ..VariableQuery::default() }).await
}

async fn by_name(
    State(state): State<AppState>,
    Path(name): Path<String>,
) -> Result<Json<Variable>, ApiError> {
    find(&state, VariableQuery { names: vec![name], ..VariableQuery::default() }).await
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct UpdateBody {
    name: Option<String>,
    value: Option<Value>,
    tags: Option<Vec<String>>,
}

async fn change(
    state: &AppState,
    key: VariableKey,
    body: UpdateBody,
) -> Result<StatusCode, ApiError> {
    let update = VariableUpdate { name: body.name, value: body.value, tags: body.tags };
    update.check(&key).map_err(|error| invalid(&error))?;
    let change = VariableChange::Update { key, update, now: state.now() };
    done(state.store().change_variable(change).await?)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn update(
    State(state): State<AppState>,
    id: Id,
    Body(body): Body<UpdateBody>,
) -> Result<StatusCode, ApiError> {
    change(&state, VariableKey::Id(id.0.into()), body).await
}

async fn update_by_name(
    State(state): State<AppState>,
    Path(name): Path<String>,
    Body(body): Body<UpdateBody>,
) -> Result<StatusCode, ApiError> {
    change(&state, VariableKey::Name(name), body).await
}

async fn gone(state: &AppState, key: VariableKey) -> Result<StatusCode, ApiError> {
    done(state.store().change_variable(VariableChange::Delete(key)).await?)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn delete(State(state): State<AppState>, id: Id) -> Result<StatusCode, ApiError> {
    gone(&state, VariableKey::Id(id.0.into())).await
}

async fn delete_by_name(
    State(state): State<AppState>,
    Path(name): Path<String>,
) -> Result<StatusCode, ApiError> {
    gone(&state, VariableKey::Name(name)).await
}

/// Prefect's `VariableFilter`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct VariableFilter {
    operator: Operator,
    id: Option<AnyOf<Uuid>>,
    name: Option<Named>,
    tags: Option<TagFilter>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum VariableSort {
    CreatedDesc,
    UpdatedDesc,
    NameDesc,
    #[default]
    NameAsc,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct ListBody {
    variables: Option<VariableFilter>,
    #[serde(deserialize_with = "or_default")]
    sort: VariableSort,
    #[serde(deserialize_with = "or_default")]
    offset: usize,
    limit: Limit,
}

async fn matching(
    state: &AppState,
    asked: Option<VariableFilter>,
) -> Result<Vec<VariableRecord>, ApiError> {
    let VariableFilter { operator, id, name, tags } = asked.unwrap_or_default();
    let mut found = state.store().variables(VariableQuery::default()).await?;
    found.retain(|record| {
        let conditions = [
            id.as_ref().and_then(|ids| ids.holds(|id| id == record.id.as_uuid())),
            name.as_ref().and_then(|name| name.holds(&record.name)),
            tags.as_ref().and_then(|tags| tags.holds(&record.tags)),
        ];
        operator.of(&conditions).unwrap_or(true)
    });
    Ok(found)
}

async fn filter(
    State(state): State<AppState>,
    Body(body): Body<ListBody>,
) -> Result<Json<Vec<Variable>>, ApiError> {
    let mut found = matching(&state, body.variables).await?;
    match body.sort {
        VariableSort::NameAsc => {}
        VariableSort::NameDesc => found.reverse(),
        VariableSort::CreatedDesc => found.sort_by_key(|record| std::cmp::Reverse(record.created)),
        VariableSort::UpdatedDesc => found.sort_by_key(|record| std::cmp::Reverse(record.updated)),
    }
    let page = found.into_iter().skip(body.offset).take(body.limit.0 as usize);
    Ok(Json(page.map(Variable::from).collect()))
}

async fn count(
    State(state): State<AppState>,
    Body(body): Body<ListBody>,
) -> Result<Json<usize>, ApiError> {
    Ok(Json(matching(&state, body.variables).await?.len()))
}

/// A variable: Prefect's `Variable`.
#[derive(Debug, Serialize, JsonSchema)]
struct Variable {
    id: VariableId,
    created: Timestamp,
    updated: Timestamp,
    name: String,
    value: Value,
    tags: Vec<String>,
}

impl From<VariableRecord> for Variable {
    fn from(record: VariableRecord) -> Self {
        let VariableRecord { id, created, updated, name, value, tags, .. } = record;
        Self { id, created, updated, name, value, tags }
    }
}
