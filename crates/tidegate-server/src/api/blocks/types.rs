//! Types of blocks. Programs and clients make their own; none belongs to the server.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Deserialize;
use tidegate_core::{BlockChange, BlockType, BlockTypeId, BlockTypeQuery, is_block_name};

use super::filter::{self, SchemaFilter, TypeFilter};
use super::shape::BlockType as Shown;
use crate::api::extract::{Body, Id, Limit, Path, or_default};
use crate::block;
use crate::error::ApiError;
use crate::state::AppState;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TypeCreate {
    name: String,
    slug: String,
    #[serde(default)]
    logo_url: Option<String>,
    #[serde(default)]
    documentation_url: Option<String>,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    code_example: Option<String>,
}

pub(super) async fn create(
    State(state): State<AppState>,
    Body(body): Body<TypeCreate>,
) -> Result<Response, ApiError> {
    if body.name.to_lowercase().starts_with("prefect") {
        let why = "Block type names beginning with 'Prefect' are reserved.";
        return Err(ApiError::Forbidden(why.into()));
    }
    if body.name.is_empty() || body.name.contains(['/', '%', '&', '>', '<']) {
        let why = "String should match pattern '^[^/%&><]+$'";
        return Err(ApiError::invalid(&["body", "name"], why, "string_pattern_mismatch"));
    }
    if !is_block_name(&body.slug) {
        let why = "slug must only contain lowercase letters, numbers, and dashes.";
        return Err(ApiError::invalid(&["body", "slug"], why, "value_error"));
    }
    let known = BlockTypeQuery { slugs: vec![body.slug.clone()], ..BlockTypeQuery::default() };
    if !state.store().block_types(known).await?.is_empty() {
        return Err(ApiError::Conflict(format!(
            "Block type with name \"{}\" already exists",
            body.name
        )));
    }
    let now = state.now();
    let slug = body.slug.clone();
    let made = BlockType {
        id: BlockTypeId::new(),
        name: body.name,
        slug: body.slug,
        logo_url: body.logo_url,
        documentation_url: body.documentation_url,
        description: body.description,
        code_example: body.code_example,
        is_protected: false,
        created: now,
        updated: now,
    };
    state.store().change_blocks(BlockChange::PutType(Box::new(made))).await?;
    // Of several who make it at once, one has made it.
    let made = block::type_of_slug(&state, &slug).await?;
    Ok((StatusCode::CREATED, Json(Shown::from(&made))).into_response())
}

async fn find(state: &AppState, id: Id) -> Result<BlockType, ApiError> {
    let query = BlockTypeQuery { ids: vec![id.0.into()], ..BlockTypeQuery::default() };
    state.store().block_types(query).await?.pop().ok_or(ApiError::NotFound("Block type"))
}

pub(super) async fn read(State(state): State<AppState>, id: Id) -> Result<Response, ApiError> {
    Ok(Json(Shown::from(&find(&state, id).await?)).into_response())
}

pub(super) async fn by_slug(
    State(state): State<AppState>,
    Path(slug): Path<String>,
) -> Result<Response, ApiError> {
    Ok(Json(Shown::from(&block::type_of_slug(&state, &slug).await?)).into_response())
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct TypeUpdate {
    logo_url: Option<String>,
    documentation_url: Option<String>,
    description: Option<String>,
    code_example: Option<String>,
}

pub(super) async fn update(
    State(state): State<AppState>,
    id: Id,
    Body(body): Body<TypeUpdate>,
) -> Result<StatusCode, ApiError> {
    let mut block_type = find(&state, id).await?;
    let TypeUpdate { logo_url, documentation_url, description, code_example } = body;
    for (field, new) in [
        (&mut block_type.logo_url, logo_url),
        (&mut block_type.documentation_url, documentation_url),
        (&mut block_type.description, description),
        (&mut block_type.code_example, code_example),
    ] {
        if new.is_some() {
            *field = new;
        }
    }
    block_type.updated = state.now();
    state.store().change_blocks(BlockChange::PutType(Box::new(block_type))).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn delete(State(state): State<AppState>, id: Id) -> Result<StatusCode, ApiError> {
    block::delete_type(&state, id.0.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Clients ask for the types that Prefect's server has of itself. Here each comes with whoever uses it first.
pub(super) async fn install() -> Json<()> {
    Json(())
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(super) struct ListBody {
    block_types: Option<TypeFilter>,
    block_schemas: Option<SchemaFilter>,
    #[serde(deserialize_with = "or_default")]
    offset: usize,
    limit: Limit,
}

pub(super) async fn filter(
    State(state): State<AppState>,
    Body(body): Body<ListBody>,
) -> Result<Response, ApiError> {
    let ListBody { block_types, block_schemas, offset, limit } = body;
    let types = filter::types(&state, block_types.as_ref(), block_schemas.as_ref()).await?;
    let page = types.iter().skip(offset).take(limit.0 as usize);
    let shown: Vec<Shown<'_>> = page.map(Shown::from).collect();
    Ok(Json(shown).into_response())
}
