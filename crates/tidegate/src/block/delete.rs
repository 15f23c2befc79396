//! Deleting blocks and their types. What others need stays, and the error says who does.

use tidegate_core::{
    BlockAnswer, BlockChange, BlockDocumentId, BlockDocumentQuery, BlockTypeQuery, Store,
};

use super::load;
use super::save::{change_blocks, unexpected};
use crate::engine::Engine;
use crate::error::{Error, Result};

impl Engine {
    /// Deletes the block `slug/name`, whose type need not be in this program.
    ///
    /// # Errors
    ///
    /// There is none, or other blocks refer to it; or the store cannot write, or the engine has none.
    ///
    /// # Cancel safety
    ///
    /// Dropped once it was polled, the block may be deleted or not.
    pub async fn delete_block(&self, address: &str) -> Result<()> {
        let store = &**self.require_store()?;
        let (slug, name) = super::address(address)?;
        let Some(document) = load::find(store, slug, name).await? else {
            return Err(load::missing(slug, name));
        };
        match change_blocks(store, BlockChange::DeleteDocument(document.id)).await? {
            BlockAnswer::Done => Ok(()),
            BlockAnswer::Missing => Err(load::missing(slug, name)),
            BlockAnswer::Referenced(others) => Err(Error::configuration(format!(
                "the block `{slug}/{name}` is part of others and cannot be deleted before them: {}",
                addresses(store, others).await?
            ))),
            answer @ (BlockAnswer::Registered { .. }
            | BlockAnswer::Exists(_)
            | BlockAnswer::Dangling(_)
            | BlockAnswer::Protected) => Err(unexpected(&answer)),
        }
    }

    /// Deletes a type of blocks by its slug, with its schemas and its blocks.
    ///
    /// # Errors
    ///
    /// There is none, it is protected, or blocks of other types refer to one of its blocks; or the store cannot write, or the engine has
    /// none.
    ///
    /// # Cancel safety
    ///
    /// Dropped once it was polled, the type may be deleted or not.
    pub async fn delete_block_type(&self, slug: &str) -> Result<()> {
        let store = &**self.require_store()?;
        let query = BlockTypeQuery { slugs: vec![slug.to_owned()], ..BlockTypeQuery::default() };
        let found = store.block_types(query).await.map_err(|error| Error::store(None, error))?;
        let missing = || {
            Error::configuration(format!(
                "no type of blocks with the slug `{slug}` is recorded: see with `Engine::block_types` which there are"
            ))
        };
        let Some(block_type) = found.first() else { return Err(missing()) };
        match change_blocks(store, BlockChange::DeleteType(block_type.id)).await? {
            BlockAnswer::Done => Ok(()),
            BlockAnswer::Missing => Err(missing()),
            BlockAnswer::Protected => Err(Error::configuration(format!(
                "the type of blocks `{slug}` belongs to a library and is protected: it cannot be deleted; delete its blocks instead"
            ))),
            BlockAnswer::Referenced(others) => Err(Error::configuration(format!(
                "the type of blocks `{slug}` cannot be deleted, since blocks of it are part of others: delete these first: {}",
                addresses(store, others).await?
            ))),
            answer @ (BlockAnswer::Registered { .. }
            | BlockAnswer::Exists(_)
            | BlockAnswer::Dangling(_)) => Err(unexpected(&answer)),
        }
    }
}

/// Where documents are, for people.
async fn addresses(store: &dyn Store, ids: Vec<BlockDocumentId>) -> Result<String> {
    let failed = |error| Error::store(None, error);
    let query = BlockDocumentQuery { ids, anonymous: true, ..BlockDocumentQuery::default() };
    let documents = store.block_documents(query).await.map_err(failed)?;
    let ids = documents.iter().map(|document| document.block_type_id).collect();
    let types = store.block_types(BlockTypeQuery { ids, ..BlockTypeQuery::default() });
    let types = types.await.map_err(failed)?;
    let addresses = documents.iter().map(|document| {
        let of_it = types.iter().find(|each| each.id == document.block_type_id);
        format!("`{}/{}`", of_it.map_or("", |each| &each.slug), document.name)
    });
    Ok(addresses.collect::<Vec<_>>().join(", "))
}
