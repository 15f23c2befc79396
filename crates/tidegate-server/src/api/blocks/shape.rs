//! Types, schemas and documents of blocks as Prefect shows them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};
use tidegate_core::{
    BlockDocumentId, BlockSchema as Schema, BlockSchemaId, BlockType as Type, BlockTypeId,
    Timestamp,
};

use crate::block::{Loaded, Referenced};

/// A type of blocks: Prefect's `BlockType`.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct BlockType<'a> {
    id: BlockTypeId,
    created: Timestamp,
    updated: Timestamp,
    name: &'a str,
    slug: &'a str,
    logo_url: Option<&'a str>,
    documentation_url: Option<&'a str>,
    description: Option<&'a str>,
    code_example: Option<&'a str>,
    is_protected: bool,
}

impl<'a> From<&'a Type> for BlockType<'a> {
    fn from(block_type: &'a Type) -> Self {
        Self {
            id: block_type.id,
            created: block_type.created,
            updated: block_type.updated,
            name: &block_type.name,
            slug: &block_type.slug,
            logo_url: block_type.logo_url.as_deref(),
            documentation_url: block_type.documentation_url.as_deref(),
            description: block_type.description.as_deref(),
            code_example: block_type.code_example.as_deref(),
            is_protected: block_type.is_protected,
        }
    }
}

/// What the blocks of a type look like: Prefect's `BlockSchema`.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct BlockSchema<'a> {
    id: BlockSchemaId,
    created: Timestamp,
    updated: Timestamp,
    /// The name of a hash function, and the hash of the fields.
    checksum: &'a str,
    /// A JSON Schema.
    #[schemars(with = "Map<String, Value>")]
    fields: &'a Value,
    block_type_id: BlockTypeId,
    block_type: Option<BlockType<'a>>,
    capabilities: &'a [String],
    version: &'a str,
}

impl<'a> BlockSchema<'a> {
    pub(super) fn of(schema: &'a Schema, of_type: Option<&'a Type>) -> Self {
        Self {
            id: schema.id,
            created: schema.created,
            updated: schema.updated,
            checksum: &schema.checksum,
            fields: &schema.fields,
            block_type_id: schema.block_type_id,
            block_type: of_type.map(BlockType::from),
            capabilities: &schema.capabilities,
            version: &schema.version,
        }
    }
}

/// A block that was saved: Prefect's `BlockDocument`.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct BlockDocument<'a> {
    id: BlockDocumentId,
    created: Timestamp,
    updated: Timestamp,
    name: &'a str,
    /// Its fields, with secrets masked unless they were asked for, and blocks that it refers to in their places.
    data: &'a Map<String, Value>,
    block_schema_id: BlockSchemaId,
    block_schema: BlockSchema<'a>,
    block_type_id: BlockTypeId,
    block_type_name: &'a str,
    block_type: BlockType<'a>,
    /// Which blocks its fields refer to.
    block_document_references: BTreeMap<&'a str, Reference<'a>>,
    is_anonymous: bool,
}

impl<'a> From<&'a Loaded> for BlockDocument<'a> {
    fn from(loaded: &'a Loaded) -> Self {
        let Loaded { document, block_type, schema, data, references } = loaded;
        Self {
            id: document.id,
            created: document.created,
            updated: document.updated,
            name: &document.name,
            data,
            block_schema_id: document.block_schema_id,
            block_schema: BlockSchema::of(schema, Some(block_type)),
            block_type_id: document.block_type_id,
            block_type_name: &block_type.name,
            block_type: block_type.into(),
            block_document_references: referenced(references),
            is_anonymous: document.is_anonymous,
        }
    }
}

/// What a field refers to.
#[derive(Debug, Serialize, JsonSchema)]
struct Reference<'a> {
    block_document: ReferencedDocument<'a>,
}

/// A block that another refers to.
#[derive(Debug, Serialize, JsonSchema)]
struct ReferencedDocument<'a> {
    id: BlockDocumentId,
    name: &'a str,
    block_type: BlockType<'a>,
    is_anonymous: bool,
    block_document_references: BTreeMap<&'a str, Reference<'a>>,
}

impl<'a> From<&'a Referenced> for Reference<'a> {
    fn from(block: &'a Referenced) -> Self {
        let Referenced { document, block_type, references } = block;
        Self {
            block_document: ReferencedDocument {
                id: document.id,
                name: &document.name,
                block_type: block_type.into(),
                is_anonymous: document.is_anonymous,
                block_document_references: referenced(references),
            },
        }
    }
}

fn referenced(references: &BTreeMap<String, Referenced>) -> BTreeMap<&str, Reference<'_>> {
    references.iter().map(|(name, block)| (&**name, block.into())).collect()
}
