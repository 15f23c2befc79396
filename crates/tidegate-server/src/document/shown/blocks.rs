//! Blocks, as answers show them. Nothing here is ever made.

use schemars::JsonSchema;
use tidegate_core::Timestamp;
use uuid::Uuid;

use super::Object;

/// A type of blocks.
#[derive(JsonSchema)]
pub(crate) struct BlockType {
    id: Uuid,
    created: Timestamp,
    updated: Timestamp,
    name: String,
    slug: String,
    logo_url: Option<String>,
    documentation_url: Option<String>,
    description: Option<String>,
    code_example: Option<String>,
    is_protected: bool,
}

/// What the blocks of a type look like.
#[derive(JsonSchema)]
pub(crate) struct BlockSchema {
    id: Uuid,
    created: Timestamp,
    updated: Timestamp,
    /// The name of a hash function, and the hash of the fields.
    checksum: String,
    /// A JSON Schema.
    fields: Object,
    block_type_id: Uuid,
    block_type: Option<BlockType>,
    capabilities: Vec<String>,
    version: String,
}

/// A block that was saved.
#[derive(JsonSchema)]
pub(crate) struct BlockDocument {
    id: Uuid,
    created: Timestamp,
    updated: Timestamp,
    name: String,
    /// Its fields, with secrets masked unless they were asked for, and blocks that it refers to in their places.
    data: Object,
    block_schema_id: Uuid,
    block_schema: BlockSchema,
    block_type_id: Uuid,
    block_type_name: String,
    block_type: BlockType,
    /// Which blocks its fields refer to.
    block_document_references: Object,
    is_anonymous: bool,
}
