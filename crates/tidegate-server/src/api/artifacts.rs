//! Artifacts: making, reading, listing and changing them.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tidegate_core::{
    ArtifactId, ArtifactQuery, ArtifactRecord, ArtifactType, Order, RunId, Timestamp, Write,
    is_artifact_key,
};
use uuid::Uuid;

use super::extract::{Body, Id, Limit, Path, or_default};
use super::filter::{OneOf, Operator, is_part_of};
use super::shape::Object;
use crate::error::ApiError;
use crate::route::{Route, Scope};
use crate::state::AppState;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post("/api/artifacts/", Scope::Run, create).makes::<Artifact>("Makes an artifact."),
        Route::post("/api/artifacts/filter", Scope::Read, filter)
            .gives::<Vec<Artifact>>("The artifacts that match."),
        Route::post("/api/artifacts/count", Scope::Read, count)
            .gives::<u64>("How many artifacts match."),
        Route::post("/api/artifacts/latest/filter", Scope::Read, latest_filter).gives::<Vec<
            ArtifactCollection,
        >>(
            "The latest artifacts of their keys that match.",
        ),
        Route::post("/api/artifacts/latest/count", Scope::Read, latest_count)
            .gives::<u64>("How many latest artifacts of their keys match."),
        Route::get("/api/artifacts/{id}", Scope::Read, read).gives::<Artifact>("An artifact."),
        Route::get("/api/artifacts/{id}/latest", Scope::Read, latest)
            .gives::<Artifact>("The latest artifact of a key."),
        Route::patch("/api/artifacts/{id}", Scope::Run, update)
            .does(StatusCode::NO_CONTENT, "Changes what an artifact says."),
        Route::delete("/api/artifacts/{id}", Scope::Run, delete)
            .does(StatusCode::NO_CONTENT, "Deletes an artifact."),
    ]
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ArtifactCreate {
    #[serde(default)]
    key: Option<String>,
    #[serde(default, rename = "type")]
    artifact_type: Option<ArtifactType>,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    data: Value,
    /// Known, and left out.
    #[serde(default, rename = "metadata_")]
    _metadata: Option<Value>,
    #[serde(default)]
    flow_run_id: Option<Uuid>,
    #[serde(default)]
    task_run_id: Option<Uuid>,
}

async fn create(
    State(state): State<AppState>,
    Body(body): Body<ArtifactCreate>,
) -> Result<(StatusCode, Json<Artifact>), ApiError> {
    if body.key.as_deref().is_some_and(|key| !is_artifact_key(key)) {
        let why = "Artifact key must only contain lowercase letters, numbers, and dashes.";
        return Err(ApiError::invalid(&["body", "key"], why, "value_error"));
    }
    let now = state.now();
    let record = ArtifactRecord {
        id: ArtifactId::new(),
        key: body.key,
        artifact_type: body.artifact_type.unwrap_or(ArtifactType::Markdown),
        data: body.data,
        description: body.description,
        flow_run_id: body.flow_run_id.map(Into::into),
        task_run_id: body.task_run_id.map(Into::into),
        created: now,
        updated: now,
    };
    state.store().put_acknowledged(Write::Artifact(Box::new(record.clone()))).await?;
    Ok((StatusCode::CREATED, Json(record.into())))
}

async fn find(state: &AppState, id: Id) -> Result<ArtifactRecord, ApiError> {
    let query = ArtifactQuery { id: Some(id.0.into()), ..ArtifactQuery::default() };
    state.store().artifacts(query).await?.pop().ok_or(ApiError::NotFound("Artifact"))
}

async fn read(State(state): State<AppState>, id: Id) -> Result<Json<Artifact>, ApiError> {
    Ok(Json(find(&state, id).await?.into()))
}

async fn latest(
    State(state): State<AppState>,
    Path(key): Path<String>,
) -> Result<Json<Artifact>, ApiError> {
    let query = ArtifactQuery { key: Some(key), latest: true, ..ArtifactQuery::default() };
    let found = state.store().artifacts(query).await?.pop();
    Ok(Json(found.ok_or(ApiError::NotFound("Artifact"))?.into()))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ArtifactUpdate {
    #[serde(default)]
    data: Option<Value>,
    #[serde(default)]
    description: Option<String>,
    #[serde(default, rename = "metadata_")]
    _metadata: Option<Value>,
}

async fn update(
    State(state): State<AppState>,
    id: Id,
    Body(body): Body<ArtifactUpdate>,
) -> Result<StatusCode, ApiError> {
    let mut record = find(&state, id).await?;
    if let Some(data) = body.data {
        record.data = data;
    }
    if body.description.is_some() {
        record.description = body.description;
    }
    record.updated = state.now();
    state.store().put_acknowledged(Write::Artifact(Box::new(record))).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn delete(State(state): State<AppState>, id: Id) -> Result<StatusCode, ApiError> {
    if state.store().delete_artifact(id.0.into()).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::NotFound("Artifact"))
    }
}

/// Prefect's `ArtifactFilter`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct ArtifactFilter {
    operator: Operator,
    id: Option<OneOf<Uuid>>,
    latest_id: Option<OneOf<Uuid>>,
    key: Option<Key>,
    flow_run_id: Option<OneOf<Uuid>>,
    task_run_id: Option<OneOf<Uuid>>,
    #[serde(rename = "type")]
    artifact_type: Option<OneOf<String>>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct Key {
    any_: Option<Vec<String>>,
    like_: Option<String>,
    exists_: Option<bool>,
}

impl ArtifactFilter {
    fn matches(&self, record: &ArtifactRecord) -> bool {
        let flow_run = record.flow_run_id.map(|id| *id.as_uuid());
        let task_run = record.task_run_id.map(|id| *id.as_uuid());
        let key = self.key.as_ref().and_then(|asked| {
            let own = record.key.as_deref();
            let any = asked.any_.as_ref();
            Operator::And.of(&[
                any.map(|any| any.iter().any(|each| Some(&**each) == own)),
                asked.like_.as_ref().map(|like| own.is_some_and(|own| is_part_of(like, own))),
                asked.exists_.map(|exists| exists == own.is_some()),
            ])
        });
        let own = record.id.as_uuid();
        let conditions = [
            self.id.as_ref().and_then(|ids| ids.holds(|id| id == own)),
            self.latest_id.as_ref().and_then(|ids| ids.holds(|id| id == own)),
            key,
            self.flow_run_id.as_ref().and_then(|ids| ids.holds(|id| Some(*id) == flow_run)),
            self.task_run_id.as_ref().and_then(|ids| ids.holds(|id| Some(*id) == task_run)),
            self.artifact_type
                .as_ref()
                .and_then(|types| types.holds(|each| each == record.artifact_type.as_str())),
        ];
        self.operator.of(&conditions).unwrap_or(true)
    }

    /// What the store is asked; the filter is asked of each record all the same.
    fn query(&self, latest: bool) -> ArtifactQuery {
        let mut query = ArtifactQuery { latest, ..ArtifactQuery::default() };
        if self.operator.is_and() {
            let only = |filter: &Option<OneOf<Uuid>>| match filter
                .as_ref()
                .and_then(|ids| ids.any_.as_deref())
            {
                Some([id]) => Some((*id).into()),
                Some(_) | None => None,
            };
            query.flow_run_id = only(&self.flow_run_id);
            query.task_run_id = only(&self.task_run_id);
        }
        query
    }
}

#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum ArtifactSort {
    CreatedDesc,
    UpdatedDesc,
    #[default]
    IdDesc,
    KeyDesc,
    KeyAsc,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct ListBody {
    #[serde(deserialize_with = "or_default")]
    sort: ArtifactSort,
    #[serde(deserialize_with = "or_default")]
    offset: usize,
    limit: Limit,
    #[serde(deserialize_with = "or_default")]
    artifacts: ArtifactFilter,
}

async fn matching(
    state: &AppState,
    asked: &ArtifactFilter,
    latest: bool,
) -> Result<Vec<ArtifactRecord>, ApiError> {
    let query = ArtifactQuery { order: Order::NewestFirst, ..asked.query(latest) };
    let mut found = state.store().artifacts(query).await?;
    found.retain(|record| asked.matches(record));
    Ok(found)
}

async fn listed(
    state: &AppState,
    body: ListBody,
    latest: bool,
) -> Result<Vec<ArtifactRecord>, ApiError> {
    let mut found = matching(state, &body.artifacts, latest).await?;
    match body.sort {
        ArtifactSort::CreatedDesc | ArtifactSort::IdDesc => {}
        ArtifactSort::UpdatedDesc => found.sort_by_key(|record| std::cmp::Reverse(record.updated)),
        ArtifactSort::KeyAsc => found.sort_by(|a, b| a.key.cmp(&b.key)),
        ArtifactSort::KeyDesc => found.sort_by(|a, b| b.key.cmp(&a.key)),
    }
    Ok(found.into_iter().skip(body.offset).take(body.limit.0 as usize).collect())
}

async fn filter(
    State(state): State<AppState>,
    Body(body): Body<ListBody>,
) -> Result<Json<Vec<Artifact>>, ApiError> {
    let found = listed(&state, body, false).await?;
    Ok(Json(found.into_iter().map(Artifact::from).collect()))
}

async fn count(
    State(state): State<AppState>,
    Body(body): Body<ListBody>,
) -> Result<Json<usize>, ApiError> {
    Ok(Json(matching(&state, &body.artifacts, false).await?.len()))
}

async fn latest_filter(
    State(state): State<AppState>,
    Body(body): Body<ListBody>,
) -> Result<Json<Vec<ArtifactCollection>>, ApiError> {
    let found = listed(&state, body, true).await?;
    Ok(Json(found.into_iter().map(ArtifactCollection::from).collect()))
}

async fn latest_count(
    State(state): State<AppState>,
    Body(body): Body<ListBody>,
) -> Result<Json<usize>, ApiError> {
    Ok(Json(matching(&state, &body.artifacts, true).await?.len()))
}

/// An artifact: Prefect's `Artifact`.
#[derive(Debug, Serialize, JsonSchema)]
struct Artifact {
    id: ArtifactId,
    created: Timestamp,
    updated: Timestamp,
    key: Option<String>,
    #[serde(rename = "type")]
    artifact_type: ArtifactType,
    description: Option<String>,
    data: Value,
    metadata_: Option<Object>,
    flow_run_id: Option<RunId>,
    task_run_id: Option<RunId>,
}

impl From<ArtifactRecord> for Artifact {
    fn from(record: ArtifactRecord) -> Self {
        Self {
            id: record.id,
            created: record.created,
            updated: record.updated,
            key: record.key,
            artifact_type: record.artifact_type,
            description: record.description,
            data: record.data,
            metadata_: None,
            flow_run_id: record.flow_run_id,
            task_run_id: record.task_run_id,
        }
    }
}

/// The latest artifact of a key: Prefect's `ArtifactCollection`.
#[derive(Debug, Serialize, JsonSchema)]
struct ArtifactCollection {
    latest_id: ArtifactId,
    #[serde(flatten)]
    artifact: Artifact,
}

impl From<ArtifactRecord> for ArtifactCollection {
    fn from(record: ArtifactRecord) -> Self {
        Self { latest_id: record.id, artifact: record.into() }
    }
}
