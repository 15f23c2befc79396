//! Blocks as the API and the pages keep them: saved, loaded and deleted, with what is secret sealed by the vault. Nothing here
//! speaks HTTP, and no secret is stored or shown as it is unless it is asked for.
//!
//! ```text
//!   save:  data ── places: what is secret by its schema ── vault: sealed for the document and its place ──> BlockDocument
//!   load:  BlockDocument and those it refers to ── masked, or opened ──> Loaded
//! ```

mod checksum;
mod load;
mod places;
mod save;
mod vault;

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use tidegate_core::{BlockDocument, BlockSchema, BlockType};

pub(crate) use checksum::prefect_checksum;
pub(crate) use load::{by_id, by_name, load, load_all, schema_of, type_of_slug};
pub(crate) use places::masked;
pub(crate) use save::{BlockUpdate, NewBlock, create, delete, delete_type, update};

/// What is shown in the place of a secret, as in Prefect.
pub(crate) const MASK: &str = "********";

/// The field of a block inside of another that says what type it has.
const TYPE_SLUG: &str = "block_type_slug";

/// What becomes of secrets when a block is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Secrets {
    /// A [mask](MASK) is in their places.
    Masked,
    /// They are opened, for which the server needs a vault.
    Opened,
}

/// A document with all that belongs to it.
#[derive(Clone, Debug)]
pub(crate) struct Loaded {
    /// The document as it is recorded: sealed, and with references.
    pub(crate) document: BlockDocument,
    pub(crate) block_type: BlockType,
    pub(crate) schema: BlockSchema,
    /// Its data, with what it refers to in its place, and with secrets masked or opened.
    pub(crate) data: Map<String, Value>,
    /// What its fields refer to.
    pub(crate) references: BTreeMap<String, Referenced>,
}

/// A document that another refers to.
#[derive(Clone, Debug)]
pub(crate) struct Referenced {
    pub(crate) document: BlockDocument,
    pub(crate) block_type: BlockType,
    pub(crate) references: BTreeMap<String, Self>,
}
