//! Asking an engine for the blocks it has recorded, and for their types. What is secret in them stays sealed.

use tidegate_core::{
    BlockDocument, BlockDocumentId, BlockDocumentQuery, BlockSchema, BlockSchemaQuery, BlockType,
    BlockTypeQuery,
};

use crate::engine::Engine;
use crate::error::{Error, Result};

/// A question for recorded blocks. Made by [`Engine::blocks`].
///
/// ```
/// use serde::{Deserialize, Serialize};
/// use tidegate::schemars::{self, JsonSchema};
/// use tidegate::{Block, Engine};
///
/// #[derive(Serialize, Deserialize, JsonSchema, Block)]
/// struct Login {
///     user: String,
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> tidegate::Result<()> { tidegate::testing::run_async(async {
/// Login { user: "ada".into() }.save("work").await?;
/// let blocks = Engine::current()?.blocks().of_type("login").list().await?;
/// assert_eq!(blocks[0].name, "work");
/// assert_eq!(blocks[0].data["user"], "ada");
/// # Ok(()) }).await }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a question does nothing until it is asked with `list`"]
pub struct Blocks {
    engine: Engine,
    query: BlockDocumentQuery,
}

impl Engine {
    /// The blocks it has recorded, by type and name.
    pub fn blocks(&self) -> Blocks {
        Blocks { engine: self.clone(), query: BlockDocumentQuery::default() }
    }

    /// The types of blocks it has recorded, by slug.
    ///
    /// # Errors
    ///
    /// The store cannot be read, or the engine has none.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn block_types(&self) -> Result<Vec<BlockType>> {
        let store = self.require_store()?;
        store
            .block_types(BlockTypeQuery::default())
            .await
            .map_err(|error| Error::store(None, error))
    }

    /// The schemas that a type of blocks has had, newest first.
    ///
    /// # Errors
    ///
    /// The store cannot be read, or the engine has none.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn block_schemas(&self, block_type: &BlockType) -> Result<Vec<BlockSchema>> {
        let store = self.require_store()?;
        let query =
            BlockSchemaQuery { block_type_id: Some(block_type.id), ..BlockSchemaQuery::default() };
        store.block_schemas(query).await.map_err(|error| Error::store(None, error))
    }
}

impl Blocks {
    /// The block of this id.
    pub fn id(mut self, id: BlockDocumentId) -> Self {
        self.query.ids.push(id);
        self
    }

    /// Blocks of the type of this slug.
    pub fn of_type(mut self, slug: impl Into<String>) -> Self {
        self.query.block_type_slug = Some(slug.into());
        self
    }

    /// Blocks of this name; said twice, of either.
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.query.names.push(name.into());
        self
    }

    /// Blocks that can do this, such as `notify`; said twice, both.
    pub fn that_can(mut self, capability: impl Into<String>) -> Self {
        self.query.capabilities.push(capability.into());
        self
    }

    /// Blocks that this one is part of.
    pub fn referring_to(mut self, id: BlockDocumentId) -> Self {
        self.query.referring_to = Some(id);
        self
    }

    /// Also those that were saved without a name.
    pub fn with_anonymous(mut self) -> Self {
        self.query.anonymous = true;
        self
    }

    /// At most this many.
    pub fn limit(mut self, limit: u64) -> Self {
        self.query.limit = Some(limit);
        self
    }

    /// Leaving out the first so many.
    pub fn offset(mut self, offset: u64) -> Self {
        self.query.offset = offset;
        self
    }

    /// The blocks that match.
    ///
    /// # Errors
    ///
    /// The store cannot be read, or the engine has none.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn list(self) -> Result<Vec<BlockDocument>> {
        let store = self.engine.require_store()?;
        store.block_documents(self.query).await.map_err(|error| Error::store(None, error))
    }
}
