//! Blocks as they are recorded: types, the schemas that a type has had, and documents, which are values of a type under a name. Nothing
//! here seals a secret or knows a type of the program.

mod change;
mod checksum;
mod query;
mod sealed;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Timestamp;
use crate::id::identifier;

pub use change::{BlockAnswer, BlockChange};
pub use checksum::block_schema_checksum;
pub use query::{BlockDocumentQuery, BlockSchemaQuery, BlockTypeQuery};
pub use sealed::{
    push_json_pointer, replace_sealed_in_block, sealed_block_place, sealed_block_value,
    sealed_in_block,
};

identifier! {
    /// The id of a type of blocks.
    BlockTypeId
}

identifier! {
    /// The id of a schema of a type of blocks.
    BlockSchemaId
}

identifier! {
    /// The id of a block that was saved. It stays when the block is saved again under its name.
    BlockDocumentId
}

/// A type of blocks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BlockType {
    /// Its id.
    pub id: BlockTypeId,
    /// What people call it: `Slack Webhook`.
    pub name: String,
    /// What names it in an address: `slack-webhook`.
    pub slug: String,
    /// Where its picture is.
    pub logo_url: Option<String>,
    /// Where more is written about it.
    pub documentation_url: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// How it is used.
    pub code_example: Option<String>,
    /// Whether it stays, since it belongs to a library.
    pub is_protected: bool,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last changed.
    pub updated: Timestamp,
}

/// What the documents of a type looked like at some time: a JSON Schema.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BlockSchema {
    /// Its id.
    pub id: BlockSchemaId,
    /// What tells it from other schemas of its type, see [`block_schema_checksum`].
    pub checksum: String,
    /// The JSON Schema; under `secret_fields` it has the dotted paths of what is secret.
    pub fields: Value,
    /// What blocks of it can do: `notify`.
    pub capabilities: Vec<String>,
    /// The version of the library that it is of.
    pub version: String,
    /// Its type.
    pub block_type_id: BlockTypeId,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last changed.
    pub updated: Timestamp,
}

/// A block that was saved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BlockDocument {
    /// Its id.
    pub id: BlockDocumentId,
    /// Its name, of which its type has one.
    pub name: String,
    /// Its fields. What is secret is sealed, and blocks that were saved themselves are [referred to](block_references).
    pub data: Map<String, Value>,
    /// The schema that it was saved with.
    pub block_schema_id: BlockSchemaId,
    /// Its type.
    pub block_type_id: BlockTypeId,
    /// Whether its name was made up, so that lists leave it out.
    pub is_anonymous: bool,
    /// When it was first saved.
    pub created: Timestamp,
    /// When it was last saved.
    pub updated: Timestamp,
}

/// What stands for a block that was saved, in the data of another: `{"$ref": {"block_document_id": id}}`.
#[must_use]
pub fn block_reference(id: BlockDocumentId) -> Value {
    serde_json::json!({ "$ref": { "block_document_id": id } })
}

/// The block that a value stands for, if it stands for one.
#[must_use]
pub fn referenced_block(value: &Value) -> Option<BlockDocumentId> {
    let reference = value.as_object().filter(|object| object.len() == 1)?.get("$ref")?;
    let id = reference.as_object()?.get("block_document_id")?;
    id.as_str()?.parse().ok()
}

/// The blocks that a document refers to, each once.
#[must_use]
pub fn block_references(data: &Map<String, Value>) -> Vec<BlockDocumentId> {
    let mut found = Vec::new();
    data.values().for_each(|value| collect(value, &mut found));
    found.sort_unstable();
    found.dedup();
    found
}

fn collect(value: &Value, found: &mut Vec<BlockDocumentId>) {
    if let Some(id) = referenced_block(value) {
        found.push(id);
        return;
    }
    match value {
        Value::Object(fields) => fields.values().for_each(|value| collect(value, found)),
        Value::Array(values) => values.iter().for_each(|value| collect(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Whether the text can be the slug of a type or the name of a document: lower-case letters, digits and dashes.
#[must_use]
pub fn is_block_name(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !name.is_empty() && name.len() <= 255 && name.chars().all(allowed)
}

#[cfg(test)]
mod tests;
