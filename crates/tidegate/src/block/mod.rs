//! Blocks: typed configuration that is kept outside of the code, by name, with its secrets sealed. What a block does is its own business;
//! nothing here knows one.

mod capability;
mod delete;
mod load;
mod save;

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tidegate_core::{BlockDocumentId, IfExists};

use crate::error::Result;

pub use capability::{Capabilities, Credentials, JobResult, Notify, ReadPath, RunJob, WritePath};

/// A struct whose values are kept by name. Derived, never written by hand.
pub trait Block: Serialize + DeserializeOwned + JsonSchema + Send + Sync + 'static {
    /// What people call the type.
    const TYPE_NAME: &'static str;
    /// What names the type in `slug/name`.
    const SLUG: &'static str;
    /// What it is for.
    const DESCRIPTION: Option<&'static str>;
    /// Where its picture is.
    const LOGO_URL: Option<&'static str>;
    /// Where more is written about it.
    const DOCUMENTATION_URL: Option<&'static str>;
    /// How it is used.
    const CODE_EXAMPLE: Option<&'static str>;
    /// Whether the type stays though somebody deletes it.
    const PROTECTED: bool;
    /// The version of the package that it is in.
    const VERSION: &'static str;
    /// What its blocks can do.
    const CAPABILITIES: Capabilities;

    /// Saves it under a name that its type has not yet.
    fn save(&self, name: &str) -> impl Future<Output = Result<BlockDocumentId>> + Send {
        save::save(self, name, IfExists::Refuse)
    }

    /// Saves it under a name, in the place of what is there.
    fn save_overwrite(&self, name: &str) -> impl Future<Output = Result<BlockDocumentId>> + Send {
        save::save(self, name, IfExists::Replace)
    }

    /// The block of this name, which may be written `slug/name`.
    fn load(name: &str) -> impl Future<Output = Result<Self>> + Send {
        load::load(name)
    }

    /// Deletes the block of this name.
    fn delete(name: &str) -> impl Future<Output = Result<()>> + Send {
        delete::delete::<Self>(name)
    }

    /// Records the type and its schema, as saving does.
    fn register() -> impl Future<Output = Result<()>> + Send {
        save::register::<Self>()
    }
}
