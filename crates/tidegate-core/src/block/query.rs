//! Questions for blocks, as data. An empty question matches everything, but for anonymous documents.

use serde::{Deserialize, Serialize};

use super::{BlockDocumentId, BlockSchemaId, BlockTypeId};

/// Which types of blocks are asked for, by slug. Every part that is set must hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct BlockTypeQuery {
    /// Types of one of these ids; empty means any.
    pub ids: Vec<BlockTypeId>,
    /// Types of one of these slugs; empty means any.
    pub slugs: Vec<String>,
    /// Types whose name has this in it, in small letters or large.
    pub name_like: Option<String>,
    /// At most this many.
    pub limit: Option<u64>,
    /// Leaving out this many first.
    pub offset: u64,
}

/// Which schemas are asked for, newest first. Every part that is set must hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct BlockSchemaQuery {
    /// The schema of this id.
    pub id: Option<BlockSchemaId>,
    /// Schemas of this type.
    pub block_type_id: Option<BlockTypeId>,
    /// Schemas of this checksum.
    pub checksum: Option<String>,
    /// Schemas of this version.
    pub version: Option<String>,
    /// Schemas whose blocks can do all of this.
    pub capabilities: Vec<String>,
    /// At most this many.
    pub limit: Option<u64>,
    /// Leaving out this many first.
    pub offset: u64,
}

/// Which documents are asked for, by type and name. Every part that is set must hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct BlockDocumentQuery {
    /// Documents of one of these ids; empty means any.
    pub ids: Vec<BlockDocumentId>,
    /// Documents of this type.
    pub block_type_id: Option<BlockTypeId>,
    /// Documents of the type of this slug.
    pub block_type_slug: Option<String>,
    /// Documents of one of these names; empty means any.
    pub names: Vec<String>,
    /// Documents whose name has this in it.
    pub name_like: Option<String>,
    /// Documents whose schema says that they can do all of this.
    pub capabilities: Vec<String>,
    /// Documents that refer to this one.
    pub referring_to: Option<BlockDocumentId>,
    /// Anonymous documents too, which are left out otherwise.
    pub anonymous: bool,
    /// At most this many.
    pub limit: Option<u64>,
    /// Leaving out this many first.
    pub offset: u64,
}
