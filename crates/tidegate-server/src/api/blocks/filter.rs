//! Which types, schemas and documents of blocks are asked for.

use std::collections::HashSet;

use schemars::JsonSchema;
use serde::Deserialize;
use tidegate_core::{
    BlockDocument, BlockDocumentQuery, BlockSchema, BlockSchemaId, BlockSchemaQuery, BlockType,
    BlockTypeId, BlockTypeQuery,
};
use uuid::Uuid;

use crate::api::filter::{AnyOf, Named, Operator, is_part_of};
use crate::error::ApiError;
use crate::state::AppState;

/// Prefect's `BlockTypeFilter`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct TypeFilter {
    name: Option<Like>,
    slug: Option<AnyOf<String>>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct Like {
    like_: Option<String>,
}

impl TypeFilter {
    fn matches(&self, block_type: &BlockType) -> bool {
        let like = self.name.as_ref().and_then(|name| name.like_.as_ref());
        Operator::And
            .of(&[
                like.map(|like| is_part_of(like, &block_type.name)),
                self.slug.as_ref().and_then(|slug| slug.holds(|slug| *slug == block_type.slug)),
            ])
            .unwrap_or(true)
    }
}

/// Prefect's `BlockSchemaFilter`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct SchemaFilter {
    operator: Operator,
    block_type_id: Option<AnyOf<Uuid>>,
    block_capabilities: Option<All>,
    id: Option<AnyOf<Uuid>>,
    version: Option<AnyOf<String>>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct All {
    all_: Option<Vec<String>>,
}

impl SchemaFilter {
    fn matches(&self, schema: &BlockSchema) -> bool {
        let all = self.block_capabilities.as_ref().and_then(|asked| asked.all_.as_ref());
        self.operator
            .of(&[
                self.block_type_id
                    .as_ref()
                    .and_then(|ids| ids.holds(|id| id == schema.block_type_id.as_uuid())),
                all.map(|all| all.iter().all(|each| schema.capabilities.contains(each))),
                self.id.as_ref().and_then(|ids| ids.holds(|id| id == schema.id.as_uuid())),
                self.version
                    .as_ref()
                    .and_then(|versions| versions.holds(|version| *version == schema.version)),
            ])
            .unwrap_or(true)
    }
}

/// Prefect's `BlockDocumentFilter`. Anonymous documents are left out unless it says otherwise.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct DocumentFilter {
    operator: Operator,
    id: Option<AnyOf<Uuid>>,
    is_anonymous: Option<Is>,
    block_type_id: Option<AnyOf<Uuid>>,
    name: Option<Named>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct Is {
    eq_: Option<bool>,
}

impl Default for DocumentFilter {
    fn default() -> Self {
        Self {
            operator: Operator::default(),
            id: None,
            is_anonymous: Some(Is { eq_: Some(false) }),
            block_type_id: None,
            name: None,
        }
    }
}

impl DocumentFilter {
    fn matches(&self, document: &BlockDocument) -> bool {
        let anonymous = self.is_anonymous.as_ref().and_then(|is| is.eq_);
        self.operator
            .of(&[
                self.id.as_ref().and_then(|ids| ids.holds(|id| id == document.id.as_uuid())),
                anonymous.map(|anonymous| anonymous == document.is_anonymous),
                self.block_type_id
                    .as_ref()
                    .and_then(|ids| ids.holds(|id| id == document.block_type_id.as_uuid())),
                self.name.as_ref().and_then(|name| name.holds(&document.name)),
            ])
            .unwrap_or(true)
    }
}

/// What is asked of documents, and of their types and schemas.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(super) struct Filters {
    block_documents: Option<DocumentFilter>,
    block_types: Option<TypeFilter>,
    block_schemas: Option<SchemaFilter>,
}

/// The types that match, by slug; of which a schema matches, if something is asked of schemas.
pub(super) async fn types(
    state: &AppState,
    asked: Option<&TypeFilter>,
    of_schemas: Option<&SchemaFilter>,
) -> Result<Vec<BlockType>, ApiError> {
    let mut types = state.store().block_types(BlockTypeQuery::default()).await?;
    types.retain(|block_type| asked.is_none_or(|asked| asked.matches(block_type)));
    if let Some(of_schemas) = of_schemas {
        let schemas = schemas(state, Some(of_schemas)).await?;
        let with: HashSet<BlockTypeId> =
            schemas.iter().map(|schema| schema.block_type_id).collect();
        types.retain(|block_type| with.contains(&block_type.id));
    }
    Ok(types)
}

/// The schemas that match, newest first.
pub(super) async fn schemas(
    state: &AppState,
    asked: Option<&SchemaFilter>,
) -> Result<Vec<BlockSchema>, ApiError> {
    let mut schemas = state.store().block_schemas(BlockSchemaQuery::default()).await?;
    schemas.retain(|schema| asked.is_none_or(|asked| asked.matches(schema)));
    Ok(schemas)
}

/// The documents that match, by the slugs of their types and by name.
pub(super) async fn documents(
    state: &AppState,
    filters: &Filters,
) -> Result<Vec<BlockDocument>, ApiError> {
    let query = BlockDocumentQuery { anonymous: true, ..BlockDocumentQuery::default() };
    let mut documents = state.store().block_documents(query).await?;
    let of_default = DocumentFilter::default();
    let asked = filters.block_documents.as_ref().unwrap_or(&of_default);
    documents.retain(|document| asked.matches(document));
    if filters.block_types.is_some() {
        let types = types(state, filters.block_types.as_ref(), None).await?;
        let these: HashSet<BlockTypeId> = types.iter().map(|block_type| block_type.id).collect();
        documents.retain(|document| these.contains(&document.block_type_id));
    }
    if filters.block_schemas.is_some() {
        let schemas = schemas(state, filters.block_schemas.as_ref()).await?;
        let these: HashSet<BlockSchemaId> = schemas.iter().map(|schema| schema.id).collect();
        documents.retain(|document| these.contains(&document.block_schema_id));
    }
    Ok(documents)
}
