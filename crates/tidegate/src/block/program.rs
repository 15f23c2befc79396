//! The types of blocks of this program, for who has only their slugs: a command line, a form. What is done with one is the business of
//! `registration`.

use serde_json::Value;
use tidegate_core::{BlockDocumentId, BlockSchema, BlockType, Clock, IfExists};

use super::registration;
use crate::engine::Engine;
use crate::error::Result;

/// The types of blocks of this program, each with its schema, as they are when they are recorded for the first time; by slug.
///
/// ```
/// use serde::{Deserialize, Serialize};
/// use tidegate::Block;
/// use tidegate::schemars::{self, JsonSchema};
///
/// #[derive(Serialize, Deserialize, JsonSchema, Block)]
/// struct Printer {
///     room: String,
/// }
///
/// let types = tidegate::block::types();
/// let (_, schema) = types.iter().find(|(block_type, _)| block_type.slug == "printer").unwrap();
/// assert_eq!(schema.fields["properties"]["room"]["type"], "string");
/// ```
#[must_use]
pub fn types() -> Vec<(BlockType, BlockSchema)> {
    let now = Clock::system().now();
    registration::all().iter().map(|registration| registration.describe(now)).collect()
}

impl Engine {
    /// Records all types of blocks of this program, as saving a block does with its own; gives their slugs.
    ///
    /// # Errors
    ///
    /// The store cannot write, or the engine has none.
    ///
    /// # Cancel safety
    ///
    /// Dropped once it was polled, some may be recorded.
    pub async fn register_block_types(&self) -> Result<Vec<&'static str>> {
        let all = registration::all();
        for registration in &all {
            registration.register(self).await?;
        }
        Ok(all.iter().map(|registration| registration.slug()).collect())
    }

    /// Saves the block `slug/name` that `data` is, in which secrets are plain; its type must be in this program.
    ///
    /// ```
    /// use serde::{Deserialize, Serialize};
    /// use serde_json::json;
    /// use tidegate::schemars::{self, JsonSchema};
    /// use tidegate::store::IfExists;
    /// use tidegate::{Block, Engine};
    ///
    /// #[derive(Serialize, Deserialize, JsonSchema, Block)]
    /// struct Gateway {
    ///     user: String,
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> tidegate::Result<()> { tidegate::testing::run_async(async {
    /// let engine = Engine::current()?;
    /// engine.save_block("gateway/main", json!({"user": "ada"}), IfExists::Refuse).await?;
    /// assert_eq!(Gateway::load("main").await?.user, "ada");
    ///
    /// let refused = engine.save_block("gateway/other", json!({"usr": "ada"}), IfExists::Refuse).await;
    /// assert!(refused.unwrap_err().to_string().contains("the field `user` is missing"));
    /// # Ok(()) }).await }
    /// ```
    ///
    /// # Errors
    ///
    /// There is no such type in this program, or the data is no block of it; otherwise as those of [`Block::save`](super::Block::save).
    ///
    /// # Cancel safety
    ///
    /// Dropped once it was polled, it may be saved or not.
    pub async fn save_block(
        &self,
        address: &str,
        data: Value,
        if_exists: IfExists,
    ) -> Result<BlockDocumentId> {
        let (slug, name) = super::address(address)?;
        registration::find(slug)?.save(self, data, name, if_exists).await
    }
}
