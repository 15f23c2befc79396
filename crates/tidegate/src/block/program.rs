//! The types of blocks of this program, for who has only their slugs: a command line, a form. It asks a store only to save.

use serde_json::Value;
use tidegate_core::{BlockDocumentId, BlockSchema, BlockType, IfExists};

use super::registration;
use crate::engine::Engine;
use crate::error::Result;

/// The types of blocks of this program, each with its schema, as they are when they are recorded for the first time; by slug.
///
/// # Errors
///
/// The engine to ask for the time cannot be opened.
pub fn types() -> Result<Vec<(BlockType, BlockSchema)>> {
    let now = Engine::current()?.now();
    Ok(registration::all().iter().map(|registration| registration.describe(now)).collect())
}

/// Records all the types of this program, as saving a block does with its own; gives their slugs.
///
/// # Errors
///
/// The store cannot write, or the engine has none.
///
/// # Cancel safety
///
/// Dropped once it was polled, some may be recorded.
pub async fn register_all() -> Result<Vec<&'static str>> {
    let all = registration::all();
    for registration in &all {
        registration.register().await?;
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
/// use tidegate::{Block, block};
///
/// #[derive(Serialize, Deserialize, JsonSchema, Block)]
/// struct Login {
///     user: String,
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> tidegate::Result<()> { tidegate::testing::run_async(async {
/// block::save_json("login/work", json!({"user": "ada"}), IfExists::Refuse).await?;
/// assert_eq!(Login::load("work").await?.user, "ada");
/// let refused = block::save_json("login/other", json!({"usr": "ada"}), IfExists::Refuse).await;
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
pub async fn save_json(address: &str, data: Value, if_exists: IfExists) -> Result<BlockDocumentId> {
    let (slug, name) = super::address(address)?;
    registration::find(slug)?.save(data, name, if_exists).await
}
