//! The types of blocks of this program, by slug. `#[derive(Block)]` enters each; nothing here asks a store.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde_json::Value;
use tidegate_core::{BlockDocumentId, BlockSchema, BlockType, IfExists, Timestamp};

use super::capability::Capabilities;
use super::read::{self, Unfit};
use super::{Block, describe, save};
use crate::engine::Engine;
use crate::error::{Error, Result};

/// A block of any type.
pub(super) type Anything = Arc<dyn Any + Send + Sync>;

/// A type of blocks, and what is done with its blocks where the type is not known. Entered by `#[derive(Block)]`.
#[derive(Clone, Copy)]
pub struct BlockRegistration {
    slug: &'static str,
    capabilities: Capabilities,
    describe: fn(Timestamp) -> (BlockType, BlockSchema),
    read: fn(Value) -> std::result::Result<Anything, Unfit>,
    write: fn(&Anything) -> serde_json::Result<Value>,
    save:
        for<'a> fn(&'a Engine, Value, &'a str, IfExists) -> BoxFuture<'a, Result<BlockDocumentId>>,
    register: fn(&Engine) -> BoxFuture<'_, Result<()>>,
}

inventory::collect!(BlockRegistration);

impl BlockRegistration {
    /// The entry of a type.
    #[must_use]
    pub const fn of<B: Block>() -> Self {
        Self {
            slug: B::SLUG,
            capabilities: B::CAPABILITIES,
            describe: describe::describe::<B>,
            read: |data| Ok(Arc::new(read::read::<B>(data)?)),
            write: |block| serde_json::to_value(block.downcast_ref::<B>()),
            save: |engine, data, name, if_exists| {
                save_json::<B>(engine, data, name, if_exists).boxed()
            },
            register: |engine| save::register::<B>(engine).boxed(),
        }
    }

    /// The slug of the type.
    pub(super) fn slug(&self) -> &'static str {
        self.slug
    }

    /// What its blocks can do.
    pub(super) fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    /// What it says of itself.
    pub(super) fn describe(&self, now: Timestamp) -> (BlockType, BlockSchema) {
        (self.describe)(now)
    }

    /// The block that the data of a document is.
    pub(super) fn read(&self, data: Value) -> std::result::Result<Anything, Unfit> {
        (self.read)(data)
    }

    /// A block as JSON.
    pub(super) fn write(&self, block: &Anything) -> serde_json::Result<Value> {
        (self.write)(block)
    }

    /// Saves the block that `data` is, whose secrets are plain.
    pub(super) fn save<'a>(
        &self,
        engine: &'a Engine,
        data: Value,
        name: &'a str,
        if_exists: IfExists,
    ) -> BoxFuture<'a, Result<BlockDocumentId>> {
        (self.save)(engine, data, name, if_exists)
    }

    /// Records the type.
    pub(super) fn register<'a>(&self, engine: &'a Engine) -> BoxFuture<'a, Result<()>> {
        (self.register)(engine)
    }
}

async fn save_json<B: Block>(
    engine: &Engine,
    data: Value,
    name: &str,
    if_exists: IfExists,
) -> Result<BlockDocumentId> {
    let block = read::read::<B>(data).map_err(|unfit| {
        Error::configuration(format!("this is no block of the type `{}`: {unfit}", B::SLUG))
    })?;
    save::save(engine, &block, name, if_exists).await
}

/// The types of this program, by slug.
pub(super) fn all() -> Vec<&'static BlockRegistration> {
    let mut all: Vec<_> = inventory::iter::<BlockRegistration>().collect();
    all.sort_by_key(|registration| registration.slug);
    all
}

/// The type of this slug; an error where there is none, or more than one.
pub(super) fn find(slug: &str) -> Result<&'static BlockRegistration> {
    let mut found =
        inventory::iter::<BlockRegistration>().filter(|registration| registration.slug == slug);
    match (found.next(), found.next()) {
        (Some(only), None) => Ok(only),
        (Some(_), Some(_)) => Err(Error::configuration(format!(
            "two types of blocks of this program have the slug `{slug}`: give one of them another with `#[block(slug = \"..\")]`"
        ))),
        (None, _) => {
            let known: Vec<_> = all().iter().map(|known| format!("`{}`", known.slug)).collect();
            let known = match &*known {
                [] => "it has none".to_owned(),
                known => format!("it has {}", known.join(", ")),
            };
            Err(Error::configuration(format!(
                "this program has no type of blocks with the slug `{slug}` ({known}): use the struct that derives it somewhere in the \
                 program, or the crate that it is in"
            )))
        }
    }
}

impl fmt::Debug for BlockRegistration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("BlockRegistration").field(&self.slug).finish()
    }
}
