//! Blocks and their types for programs, with Prefect's names for what there is. What is secret is masked.

use serde::Serialize;
use serde_json::{Map, Value};
use tidegate_core::{
    BlockDocument, BlockDocumentId, BlockSchema, BlockSchemaId, BlockType, BlockTypeId, Timestamp,
};

use crate::block::masked;

/// A block.
#[derive(Debug, Serialize)]
pub(super) struct BlockRecord {
    id: BlockDocumentId,
    name: String,
    block_type_slug: String,
    block_type_name: String,
    block_type_id: BlockTypeId,
    block_schema_id: BlockSchemaId,
    data: Map<String, Value>,
    is_anonymous: bool,
    created: Timestamp,
    updated: Timestamp,
}

impl BlockRecord {
    pub(super) fn of(document: &BlockDocument, block_type: &BlockType) -> Self {
        Self {
            id: document.id,
            name: document.name.clone(),
            block_type_slug: block_type.slug.clone(),
            block_type_name: block_type.name.clone(),
            block_type_id: block_type.id,
            block_schema_id: document.block_schema_id,
            data: masked(&document.data),
            is_anonymous: document.is_anonymous,
            created: document.created,
            updated: document.updated,
        }
    }
}

/// A type of blocks, and what its blocks look like now.
#[derive(Debug, Serialize)]
pub(super) struct TypeRecord {
    #[serde(flatten)]
    pub(super) block_type: BlockType,
    pub(super) schema: Option<BlockSchema>,
}
