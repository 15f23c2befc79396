//! Blocks that were saved. Their secrets are masked; who asks for them as they are needs what making runs needs, since runs load blocks.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};
use tidegate_core::BlockDocumentQuery;
use uuid::Uuid;

use super::filter::{self, Filters};
use super::shape::BlockDocument;
use crate::api::extract::{Body, Id, Limit, Path, Query, or_default};
use crate::block::{self, BlockUpdate, NewBlock, Secrets};
use crate::error::ApiError;
use crate::route::Scope;
use crate::security::Caller;
use crate::state::AppState;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DocumentCreate {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    data: Map<String, Value>,
    block_schema_id: Uuid,
    block_type_id: Uuid,
    #[serde(default)]
    is_anonymous: bool,
}

pub(super) async fn create(
    State(state): State<AppState>,
    Body(body): Body<DocumentCreate>,
) -> Result<Response, ApiError> {
    let DocumentCreate { name, data, block_schema_id, block_type_id, is_anonymous } = body;
    let schema = block::schema_of(&state, block_schema_id.into()).await?;
    if *schema.block_type_id.as_uuid() != block_type_id {
        return Err(ApiError::BadRequest("the schema is one of another block type".into()));
    }
    let new = NewBlock { name, schema: schema.id, data, is_anonymous };
    let made = block::create(&state, new).await?;
    let made = block::load(&state, made, Secrets::Masked).await?;
    Ok((StatusCode::CREATED, Json(BlockDocument::from(&made))).into_response())
}

/// Whether secrets are told, in the query of a request.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Include {
    #[serde(default)]
    include_secrets: bool,
}

/// What becomes of secrets, if this caller may have it so.
fn secrets(caller: Caller, include_secrets: bool) -> Result<Secrets, ApiError> {
    if !include_secrets {
        return Ok(Secrets::Masked);
    }
    caller.may(Scope::Run)?;
    Ok(Secrets::Opened)
}

pub(super) async fn read(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    id: Id,
    Query(include): Query<Include>,
) -> Result<Response, ApiError> {
    let secrets = secrets(caller, include.include_secrets)?;
    let document = block::by_id(&state, id.0.into()).await?;
    let loaded = block::load(&state, document, secrets).await?;
    Ok(Json(BlockDocument::from(&loaded)).into_response())
}

pub(super) async fn by_name(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Path((slug, name)): Path<(String, String)>,
    Query(include): Query<Include>,
) -> Result<Response, ApiError> {
    let secrets = secrets(caller, include.include_secrets)?;
    let document = block::by_name(&state, &slug, &name).await?;
    let loaded = block::load(&state, document, secrets).await?;
    Ok(Json(BlockDocument::from(&loaded)).into_response())
}

pub(super) async fn of_type(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Path(slug): Path<String>,
    Query(include): Query<Include>,
) -> Result<Response, ApiError> {
    let secrets = secrets(caller, include.include_secrets)?;
    let block_type = block::type_of_slug(&state, &slug).await?;
    let query =
        BlockDocumentQuery { block_type_id: Some(block_type.id), ..BlockDocumentQuery::default() };
    let documents = state.store().block_documents(query).await?;
    let loaded = block::load_all(&state, documents, secrets).await?;
    let shown: Vec<BlockDocument<'_>> = loaded.iter().map(BlockDocument::from).collect();
    Ok(Json(shown).into_response())
}

#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum DocumentSort {
    NameDesc,
    #[default]
    NameAsc,
    BlockTypeAndNameAsc,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(super) struct ListBody {
    #[serde(flatten)]
    filters: Filters,
    #[serde(deserialize_with = "or_default")]
    include_secrets: bool,
    #[serde(deserialize_with = "or_default")]
    sort: DocumentSort,
    #[serde(deserialize_with = "or_default")]
    offset: usize,
    limit: Limit,
}

pub(super) async fn filter(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Body(body): Body<ListBody>,
) -> Result<Response, ApiError> {
    let secrets = secrets(caller, body.include_secrets)?;
    let mut found = filter::documents(&state, &body.filters).await?;
    match body.sort {
        DocumentSort::NameAsc => found.sort_by(|a, b| a.name.cmp(&b.name)),
        DocumentSort::NameDesc => found.sort_by(|a, b| b.name.cmp(&a.name)),
        DocumentSort::BlockTypeAndNameAsc => {}
    }
    let page = found.into_iter().skip(body.offset).take(body.limit.0 as usize).collect();
    let loaded = block::load_all(&state, page, secrets).await?;
    let shown: Vec<BlockDocument<'_>> = loaded.iter().map(BlockDocument::from).collect();
    Ok(Json(shown).into_response())
}

pub(super) async fn count(
    State(state): State<AppState>,
    Body(filters): Body<Filters>,
) -> Result<Json<usize>, ApiError> {
    Ok(Json(filter::documents(&state, &filters).await?.len()))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DocumentUpdate {
    #[serde(default)]
    block_schema_id: Option<Uuid>,
    #[serde(default)]
    data: Option<Map<String, Value>>,
    #[serde(default = "yes")]
    merge_existing_data: bool,
}

const fn yes() -> bool {
    true
}

pub(super) async fn update(
    State(state): State<AppState>,
    id: Id,
    Body(body): Body<DocumentUpdate>,
) -> Result<StatusCode, ApiError> {
    let DocumentUpdate { block_schema_id, data, merge_existing_data } = body;
    let merge = merge_existing_data || data.is_none();
    let data = data.unwrap_or_default();
    let change = BlockUpdate { data, merge, schema: block_schema_id.map(Into::into) };
    block::update(&state, id.0.into(), change).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn delete(State(state): State<AppState>, id: Id) -> Result<StatusCode, ApiError> {
    block::delete(&state, id.0.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}
