//! Saving and deleting documents. What is secret by the schema is sealed before it goes to the store, and a secret that comes back masked
//! stays what it was.

use serde_json::{Map, Value};
use tidegate_core::{
    BlockAnswer, BlockChange, BlockDocument, BlockDocumentId, BlockSchema, BlockSchemaId,
    BlockTypeId, block_references, is_block_name,
};

use super::{TYPE_SLUG, load, places, vault};
use crate::error::ApiError;
use crate::state::AppState;

/// A block that is to be made.
#[derive(Clone, Debug)]
pub(crate) struct NewBlock {
    /// Its name; one is made up for an anonymous block that has none.
    pub(crate) name: Option<String>,
    /// Its schema, and so its type.
    pub(crate) schema: BlockSchemaId,
    /// Its data, with secrets as they are and with references to blocks that were saved.
    pub(crate) data: Map<String, Value>,
    pub(crate) is_anonymous: bool,
}

/// What is to be changed of a block.
#[derive(Clone, Debug)]
pub(crate) struct BlockUpdate {
    /// Its data; a secret that is masked stays what it was.
    pub(crate) data: Map<String, Value>,
    /// Whether fields that the data has not stay what they were.
    pub(crate) merge: bool,
    /// Its schema, if that changes; one of the same type.
    pub(crate) schema: Option<BlockSchemaId>,
}

/// Saves a block under a name that its type has not yet.
pub(crate) async fn create(state: &AppState, block: NewBlock) -> Result<BlockDocument, ApiError> {
    let NewBlock { name, schema, data, is_anonymous } = block;
    let id = BlockDocumentId::new();
    let name = match name {
        Some(name) => name,
        None if is_anonymous => format!("anonymous-{id}"),
        None => {
            let why = "Names must be provided for block documents.";
            return Err(ApiError::invalid(&["body", "name"], why, "value_error"));
        }
    };
    if !is_block_name(&name) {
        let why = "name must only contain lowercase letters, numbers, and dashes.";
        return Err(ApiError::invalid(&["body", "name"], why, "value_error"));
    }
    let schema = load::schema_of(state, schema).await?;
    let data = cleaned(data, &schema, &Map::new())?;
    let data = vault::seal(state, id, data.clone(), places::secrets(&schema.fields, &data)).await?;
    let now = state.now();
    let document = BlockDocument {
        id,
        name,
        data,
        block_schema_id: schema.id,
        block_type_id: schema.block_type_id,
        is_anonymous,
        created: now,
        updated: now,
    };
    let change = BlockChange::Create(Box::new(document.clone()));
    done(state.store().change_blocks(change).await?)?;
    Ok(document)
}

/// Changes a block, which keeps its id: what refers to it has the new one from now on.
pub(crate) async fn update(
    state: &AppState,
    id: BlockDocumentId,
    change: BlockUpdate,
) -> Result<(), ApiError> {
    let document = load::by_id(state, id).await?;
    let BlockUpdate { data, merge, schema } = change;
    let schema = load::schema_of(state, schema.unwrap_or(document.block_schema_id)).await?;
    if schema.block_type_id != document.block_type_id {
        let why = "Must migrate block document to a block schema of the same block type.";
        return Err(ApiError::BadRequest(why.into()));
    }
    let mut data = cleaned(data, &schema, &document.data)?;
    if merge {
        let mut merged = document.data.clone();
        merged.extend(data);
        data = merged;
    }
    let places = places::secrets(&schema.fields, &data);
    let data = vault::seal(state, id, data, places).await?;
    let changed =
        BlockDocument { data, block_schema_id: schema.id, updated: state.now(), ..document };
    let within = load::gather(state, std::slice::from_ref(&changed)).await?;
    let is_outer = |other: &BlockDocument| block_references(&other.data).contains(&id);
    if within.values().any(is_outer) {
        return Err(ApiError::BadRequest(format!(
            "the block `{}` would be part of itself: a block in it refers to it",
            changed.name
        )));
    }
    done(state.store().change_blocks(BlockChange::Replace(Box::new(changed))).await?)
}

/// Deletes a block that no other refers to.
pub(crate) async fn delete(state: &AppState, id: BlockDocumentId) -> Result<(), ApiError> {
    done(state.store().change_blocks(BlockChange::DeleteDocument(id)).await?)
}

/// Deletes a type with its schemas and blocks.
pub(crate) async fn delete_type(state: &AppState, id: BlockTypeId) -> Result<(), ApiError> {
    match state.store().change_blocks(BlockChange::DeleteType(id)).await? {
        BlockAnswer::Missing => Err(ApiError::NotFound("Block type")),
        BlockAnswer::Protected => {
            Err(ApiError::Forbidden("protected block types cannot be deleted.".into()))
        }
        answer @ (BlockAnswer::Done
        | BlockAnswer::Registered { .. }
        | BlockAnswer::Exists(_)
        | BlockAnswer::Dangling(_)
        | BlockAnswer::Referenced(_)) => done(answer),
    }
}

/// The data as it is recorded, but for its secrets: masks are replaced by what is sealed in their places in `known`.
fn cleaned(
    mut data: Map<String, Value>,
    schema: &BlockSchema,
    known: &Map<String, Value>,
) -> Result<Map<String, Value>, ApiError> {
    // Of which type it is, its document says.
    data.remove(TYPE_SLUG);
    if data.values().any(places::holds_sealed) {
        let why = "an object with the one field `$sealed` stands for a secret that is kept: call that field otherwise";
        return Err(ApiError::invalid(&["body", "data"], why, "value_error"));
    }
    let places = places::secrets(&schema.fields, &data);
    let (mut data, known) = (Value::Object(data), Value::Object(known.clone()));
    for place in places {
        let Some(value) = data.pointer_mut(&place) else { continue };
        if !places::is_mask(value) {
            continue;
        }
        *value = known.pointer(&place).cloned().ok_or_else(|| {
            let path = place[1..].replace('/', ".");
            let why = format!("`{path}` is a mask, and there is no secret in that place that it could stand for: write the secret itself");
            ApiError::invalid(&["body", "data"], why, "value_error")
        })?;
    }
    match data {
        Value::Object(data) => Ok(data),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Err(ApiError::Internal)
        }
    }
}

fn done(answer: BlockAnswer) -> Result<(), ApiError> {
    match answer {
        BlockAnswer::Done | BlockAnswer::Registered { .. } => Ok(()),
        BlockAnswer::Exists(_) => Err(ApiError::Conflict("Block already exists".into())),
        BlockAnswer::Missing => Err(ApiError::NotFound("Block document")),
        BlockAnswer::Dangling(other) => Err(ApiError::BadRequest(format!(
            "it refers to the block document {other}, which is not there"
        ))),
        BlockAnswer::Referenced(others) => Err(ApiError::Conflict(format!(
            "other blocks refer to it ({}): save those again without it first",
            others.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        ))),
        BlockAnswer::Protected => {
            Err(ApiError::Forbidden("what belongs to a protected block type stays.".into()))
        }
    }
}
