//! Blocks: typed configuration that is kept outside of the code, by name, with its secrets sealed. What a block does is its own business;
//! nothing here knows one.
//!
//! ```text
//!   struct ── #[derive(Block)] ──> trait Block, and an entry among the types of the program (registration)
//!
//!   save:  value ── seal: what is secret ──> data ── change_blocks ──> BlockDocument, of a BlockType, by a BlockSchema (describe)
//!   load:  BlockDocument and those it refers to ── reference: each in its place, opened ──> data ── read ──> value
//! ```

mod any;
mod call;
mod capability;
mod delete;
mod describe;
mod load;
mod nested;
mod program;
mod query;
mod read;
mod reference;
mod registration;
mod save;
mod seal;

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tidegate_core::{BlockDocumentId, IfExists};

use crate::error::{Error, Result};

pub use any::{AnyBlock, load_any};
pub use call::BlockCall;
pub use capability::{Capabilities, Credentials, JobResult, Notify, ReadPath, RunJob, WritePath};
pub use nested::Nested;
pub use program::types;
pub use query::Blocks;
#[doc(hidden)]
pub use registration::BlockRegistration;
pub use seal::masked;
#[allow(unused_imports, reason = "what changes keys calls it")]
pub(crate) use seal::{keyring, reseal};

#[doc = include_str!("block.md")]
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
    /// Whether the type is kept from being deleted.
    const PROTECTED: bool;
    /// The version of the package that it is in.
    const VERSION: &'static str;
    /// What its blocks can do.
    const CAPABILITIES: Capabilities;

    /// Saves it under a name that its type has not yet, of lower-case letters, digits and dashes. Its type is recorded with it.
    ///
    /// # Errors
    ///
    /// There is a block of that name, or the name has other characters; something in it is secret and there is no key to seal it with;
    /// or the store cannot write, or the engine has none.
    ///
    /// # Cancel safety
    ///
    /// Dropped once it was polled, it may be saved or not.
    fn save(&self, name: &str) -> BlockCall<'_, BlockDocumentId> {
        let name = name.to_owned();
        BlockCall::new(move |engine| {
            Box::pin(async move { save::save(&engine, self, &name, IfExists::Refuse).await })
        })
    }

    /// Saves it under a name, in the place of what is there, which keeps its id: what refers to it has the new one from now on.
    ///
    /// # Errors
    ///
    /// As those of [`save`](Block::save), but for a block of that name.
    ///
    /// # Cancel safety
    ///
    /// Dropped once it was polled, it may be saved or not; it is not saved in part.
    fn save_overwrite(&self, name: &str) -> BlockCall<'_, BlockDocumentId> {
        let name = name.to_owned();
        BlockCall::new(move |engine| {
            Box::pin(async move { save::save(&engine, self, &name, IfExists::Replace).await })
        })
    }

    /// Saves it under a name that is made up, which lists leave out.
    ///
    /// # Errors
    ///
    /// As those of [`save`](Block::save), but for the name.
    ///
    /// # Cancel safety
    ///
    /// Dropped once it was polled, it may be saved or not.
    fn save_anonymous(&self) -> BlockCall<'_, BlockDocumentId> {
        BlockCall::new(move |engine| {
            Box::pin(async move { save::save_anonymous(&engine, self).await })
        })
    }

    /// The block of this name, which may be written `slug/name`.
    ///
    /// # Errors
    ///
    /// There is none. It was saved when its type was another, and a field stands in the way, which is named. Something in it is secret and
    /// was sealed with a key that is not there. The store cannot be read, or the engine has none.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    fn load(name: &str) -> BlockCall<'static, Self> {
        let name = name.to_owned();
        BlockCall::new(move |engine| {
            Box::pin(async move { Ok(load::load(&engine, &name).await?.0) })
        })
    }

    /// Deletes the block of this name.
    ///
    /// # Errors
    ///
    /// There is none, or it is part of other blocks; or the store cannot write, or the engine has none.
    ///
    /// # Cancel safety
    ///
    /// Dropped once it was polled, the block may be deleted or not.
    fn delete(name: &str) -> BlockCall<'static, ()> {
        let name = name.to_owned();
        BlockCall::new(move |engine| {
            Box::pin(async move {
                let name = load::name_of::<Self>(&name)?;
                engine.delete_block(&format!("{}/{name}", Self::SLUG)).await
            })
        })
    }

    /// Records the type and its schema, as saving a block of it does.
    ///
    /// # Errors
    ///
    /// The store cannot write, or the engine has none.
    ///
    /// # Cancel safety
    ///
    /// Dropped once it was polled, the type may be recorded or not.
    fn register() -> BlockCall<'static, ()> {
        BlockCall::new(|engine| Box::pin(async move { save::register::<Self>(&engine).await }))
    }
}

/// The slug and the name in `slug/name`.
fn address(address: &str) -> Result<(&str, &str)> {
    address.split_once('/').ok_or_else(|| {
        Error::configuration(format!(
            "`{address}` does not say of which type the block is: write `slug/name`, such as `slack-webhook/alerts`"
        ))
    })
}
