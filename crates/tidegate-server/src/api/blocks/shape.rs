//! Types, schemas and documents of blocks as Prefect shows them.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use tidegate_core::{BlockSchema, BlockType};

use crate::block::{Loaded, Referenced};

/// Prefect's `BlockType`.
pub(super) fn block_type(block_type: &BlockType) -> Value {
    json!({
        "id": block_type.id,
        "created": block_type.created,
        "updated": block_type.updated,
        "name": block_type.name,
        "slug": block_type.slug,
        "logo_url": block_type.logo_url,
        "documentation_url": block_type.documentation_url,
        "description": block_type.description,
        "code_example": block_type.code_example,
        "is_protected": block_type.is_protected,
    })
}

/// Prefect's `BlockSchema`.
pub(super) fn schema(schema: &BlockSchema, of_type: Option<&BlockType>) -> Value {
    json!({
        "id": schema.id,
        "created": schema.created,
        "updated": schema.updated,
        "checksum": schema.checksum,
        "fields": schema.fields,
        "block_type_id": schema.block_type_id,
        "block_type": of_type.map(block_type),
        "capabilities": schema.capabilities,
        "version": schema.version,
    })
}

/// Prefect's `BlockDocument`.
pub(super) fn document(loaded: &Loaded) -> Value {
    let Loaded { document, block_type: of_type, schema: by, data, references } = loaded;
    json!({
        "id": document.id,
        "created": document.created,
        "updated": document.updated,
        "name": document.name,
        "data": data,
        "block_schema_id": document.block_schema_id,
        "block_schema": schema(by, Some(of_type)),
        "block_type_id": document.block_type_id,
        "block_type_name": of_type.name,
        "block_type": block_type(of_type),
        "block_document_references": referenced(references),
        "is_anonymous": document.is_anonymous,
    })
}

fn referenced(references: &BTreeMap<String, Referenced>) -> Map<String, Value> {
    let shown = |reference: &Referenced| {
        let Referenced { document, block_type: of_type, references } = reference;
        json!({ "block_document": {
            "id": document.id,
            "name": document.name,
            "block_type": block_type(of_type),
            "is_anonymous": document.is_anonymous,
            "block_document_references": referenced(references),
        }})
    };
    references.iter().map(|(name, referenced)| (name.clone(), shown(referenced))).collect()
}
