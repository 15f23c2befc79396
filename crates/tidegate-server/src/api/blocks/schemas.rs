//! Schemas of types of blocks. A schema that a client makes is found by the checksum that the client makes of it.

use std::collections::{BTreeSet, HashMap};

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};
use tidegate_core::{
    BlockAnswer, BlockChange, BlockSchema, BlockSchemaId, BlockSchemaQuery, BlockType, BlockTypeId,
    BlockTypeQuery,
};
use uuid::Uuid;

use super::filter::{self, SchemaFilter};
use super::shape::BlockSchema as Shown;
use crate::api::extract::{Body, Id, Limit, Path, Query, or_default};
use crate::block::{self, prefect_checksum};
use crate::error::ApiError;
use crate::state::AppState;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SchemaCreate {
    #[serde(default)]
    fields: Map<String, Value>,
    block_type_id: Uuid,
    #[serde(default)]
    capabilities: Vec<String>,
    #[serde(default = "non_versioned")]
    version: String,
}

fn non_versioned() -> String {
    "non-versioned".to_owned()
}

pub(super) async fn create(
    State(state): State<AppState>,
    Body(body): Body<SchemaCreate>,
) -> Result<Response, ApiError> {
    let of_id =
        BlockTypeQuery { ids: vec![body.block_type_id.into()], ..BlockTypeQuery::default() };
    let Some(block_type) = state.store().block_types(of_id).await?.pop() else {
        return Err(ApiError::NotFound("Block type"));
    };
    check_references(&state, &body.fields).await?;
    let checksum = prefect_checksum(&body.fields);
    let query = BlockSchemaQuery {
        block_type_id: Some(block_type.id),
        checksum: Some(checksum.clone()),
        version: Some(body.version.clone()),
        ..BlockSchemaQuery::default()
    };
    if let Some(known) = state.store().block_schemas(query).await?.pop() {
        let shown = Shown::of(&known, Some(&block_type));
        return Ok((StatusCode::OK, Json(shown)).into_response());
    }
    let now = state.now();
    let schema = BlockSchema {
        id: BlockSchemaId::new(),
        checksum,
        fields: Value::Object(body.fields),
        capabilities: body.capabilities,
        version: body.version,
        block_type_id: block_type.id,
        created: now,
        updated: now,
    };
    let change = BlockChange::Register {
        block_type: Box::new(block_type.clone()),
        schema: Box::new(schema.clone()),
    };
    let id = match state.store().change_blocks(change).await? {
        BlockAnswer::Registered { schema, .. } => schema,
        BlockAnswer::Done
        | BlockAnswer::Exists(_)
        | BlockAnswer::Missing
        | BlockAnswer::Dangling(_)
        | BlockAnswer::Referenced(_)
        | BlockAnswer::Protected => return Err(ApiError::Internal),
    };
    let made = block::schema_of(&state, id).await?;
    let shown = Shown::of(&made, Some(&block_type));
    Ok((StatusCode::CREATED, Json(shown)).into_response())
}

/// Fails if a type that the schema refers to is not there.
async fn check_references(state: &AppState, fields: &Map<String, Value>) -> Result<(), ApiError> {
    let references = fields.get("block_schema_references").and_then(Value::as_object);
    let each = references.into_iter().flat_map(Map::values).flat_map(|reference| match reference {
        Value::Array(any) => any.as_slice(),
        one @ (Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Object(_)) => std::slice::from_ref(one),
    });
    let slugs: BTreeSet<&str> =
        each.filter_map(|reference| reference.get("block_type_slug")?.as_str()).collect();
    if slugs.is_empty() {
        return Ok(());
    }
    let query = BlockTypeQuery {
        slugs: slugs.iter().map(|slug| (*slug).to_owned()).collect(),
        ..BlockTypeQuery::default()
    };
    let known = state.store().block_types(query).await?;
    match slugs.iter().find(|slug| known.iter().all(|block_type| block_type.slug != **slug)) {
        None => Ok(()),
        Some(missing) => Err(ApiError::Conflict(format!(
            "Cannot create block schema because block type '{missing}' was not found. Did you forget to register the block type?"
        ))),
    }
}

async fn with_type(state: &AppState, schema: &BlockSchema) -> Result<Response, ApiError> {
    let query = BlockTypeQuery { ids: vec![schema.block_type_id], ..BlockTypeQuery::default() };
    let block_type = state.store().block_types(query).await?.pop();
    Ok(Json(Shown::of(schema, block_type.as_ref())).into_response())
}

pub(super) async fn read(State(state): State<AppState>, id: Id) -> Result<Response, ApiError> {
    with_type(&state, &block::schema_of(&state, id.0.into()).await?).await
}

#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct OfVersion {
    version: Option<String>,
}

pub(super) async fn by_checksum(
    State(state): State<AppState>,
    Path(checksum): Path<String>,
    Query(OfVersion { version }): Query<OfVersion>,
) -> Result<Response, ApiError> {
    let query = BlockSchemaQuery {
        checksum: Some(checksum),
        version,
        limit: Some(1),
        ..BlockSchemaQuery::default()
    };
    let found = state.store().block_schemas(query).await?.pop();
    with_type(&state, &found.ok_or(ApiError::NotFound("Block schema"))?).await
}

pub(super) async fn delete(State(state): State<AppState>, id: Id) -> Result<StatusCode, ApiError> {
    match state.store().change_blocks(BlockChange::DeleteSchema(id.0.into())).await? {
        BlockAnswer::Done | BlockAnswer::Registered { .. } => Ok(StatusCode::NO_CONTENT),
        BlockAnswer::Missing | BlockAnswer::Exists(_) | BlockAnswer::Dangling(_) => {
            Err(ApiError::NotFound("Block schema"))
        }
        BlockAnswer::Protected => Err(ApiError::Forbidden(
            "Block schemas for protected block types cannot be deleted.".into(),
        )),
        BlockAnswer::Referenced(documents) => Err(ApiError::Conflict(format!(
            "{} block documents are of this schema: delete them first, or save them again with another",
            documents.len()
        ))),
    }
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(super) struct ListBody {
    block_schemas: Option<SchemaFilter>,
    #[serde(deserialize_with = "or_default")]
    offset: usize,
    limit: Limit,
}

pub(super) async fn filter(
    State(state): State<AppState>,
    Body(body): Body<ListBody>,
) -> Result<Response, ApiError> {
    let schemas = filter::schemas(&state, body.block_schemas.as_ref()).await?;
    let types = state.store().block_types(BlockTypeQuery::default()).await?;
    let types: HashMap<BlockTypeId, BlockType> =
        types.into_iter().map(|block_type| (block_type.id, block_type)).collect();
    let page = schemas.iter().skip(body.offset).take(body.limit.0 as usize);
    let shown: Vec<Shown<'_>> =
        page.map(|each| Shown::of(each, types.get(&each.block_type_id))).collect();
    Ok(Json(shown).into_response())
}

/// All that blocks of some type can do.
pub(super) async fn capabilities(
    State(state): State<AppState>,
) -> Result<Json<BTreeSet<String>>, ApiError> {
    let schemas = state.store().block_schemas(BlockSchemaQuery::default()).await?;
    Ok(Json(schemas.into_iter().flat_map(|schema| schema.capabilities).collect()))
}
