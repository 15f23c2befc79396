//! What is changed about blocks, and what came of it. Every answer says why nothing was changed, so that whoever asked can say what to
//! do next.

use serde::{Deserialize, Serialize};

use super::{BlockDocument, BlockDocumentId, BlockSchema, BlockSchemaId, BlockType, BlockTypeId};

/// A change of what is recorded of blocks, made in one transaction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlockChange {
    /// A type and a schema of it are there from now on. A type of the same slug is brought up to date and keeps its id and the time it
    /// was made; so does a schema of the same type and checksum.
    Register {
        /// The type.
        block_type: Box<BlockType>,
        /// The schema, whose type is that one, whatever its id says.
        schema: Box<BlockSchema>,
    },
    /// A type is there from now on, whether or not it has a schema yet. One of the same slug is brought up to date and keeps its id and the
    /// time it was made.
    PutType(Box<BlockType>),
    /// A document is there that was not: neither its id nor its name among those of its type.
    Create(Box<BlockDocument>),
    /// The document of this id has other data. Its name, its type and the time it was made stay.
    Replace(Box<BlockDocument>),
    /// The document of this id has these data, in which the same is sealed with another key, if it was last saved when this one was: what was
    /// saved since stays. Nothing else of it changes.
    Reseal(Box<BlockDocument>),
    /// A document is deleted, unless others refer to it.
    DeleteDocument(BlockDocumentId),
    /// A schema is deleted, unless its type is protected or documents are of it.
    DeleteSchema(BlockSchemaId),
    /// A type is deleted with its schemas and its documents, unless it is protected or documents of other types refer to one of them.
    DeleteType(BlockTypeId),
}

/// What came of a change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlockAnswer {
    /// It was made.
    Done,
    /// Type and schema are there under these ids.
    Registered {
        /// The type.
        block_type: BlockTypeId,
        /// The schema.
        schema: BlockSchemaId,
    },
    /// Its type has a document of that name, with this id.
    Exists(BlockDocumentId),
    /// What was to be changed is not there; or, of a document, its type or its schema.
    Missing,
    /// The document refers to this one, which is not there.
    Dangling(BlockDocumentId),
    /// These documents refer to what was to be deleted, or are of it.
    Referenced(Vec<BlockDocumentId>),
    /// The type is protected.
    Protected,
}
