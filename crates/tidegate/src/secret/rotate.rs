//! Sealing anew what older keys have sealed, a document at a time. Interrupted, it has done what it has done, and goes on when it is
//! called again; it never undoes what others save meanwhile.

use tidegate_core::store::Store;
use tidegate_core::{BlockAnswer, BlockChange, BlockDocument, BlockDocumentQuery};

use crate::block;
use crate::engine::Engine;
use crate::error::{Error, Result};

/// So many documents are read at once.
const PAGE: u64 = 100;

/// What [`Engine::rotate_encryption_key`] has done.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyRotation {
    /// The id of the key that everything is sealed with now.
    pub key: String,
    /// How many blocks were sealed anew.
    pub resealed: u64,
}

impl Engine {
    /// Seals every secret that an older key has sealed with the current one, so that older keys can be thrown away.
    ///
    /// 1. Make a key, and put it before the old one: in a key file one a line, in `TIDEGATE_ENCRYPTION_KEY` with a comma between them. The
    ///    first one seals, and all of them open. Restart what uses the database.
    /// 2. Call this. It can be interrupted and called again, while blocks are used.
    /// 3. Take the old key away. Backups that were made before still need it.
    ///
    /// ```
    /// use tidegate::Engine;
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> tidegate::Result<()> {
    /// let engine = Engine::builder().database("sqlite::memory:").open()?;
    /// let rotation = engine.rotate_encryption_key().await?;
    /// assert_eq!(rotation.resealed, 0);
    /// # engine.close().await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// There is no key, or one that has sealed something is not at hand, which is named by its id; or the store cannot write, or the
    /// engine has none. What was sealed anew before stays so.
    ///
    /// # Cancel safety
    ///
    /// Dropped, what was sealed anew stays so; call it again for the rest.
    pub async fn rotate_encryption_key(&self) -> Result<KeyRotation> {
        let store = &**self.require_store()?;
        let keyring = block::keyring(store).await?;
        let mut rotation = KeyRotation { key: keyring.current().to_owned(), resealed: 0 };
        loop {
            let mut offset = 0;
            let mut resealed = 0;
            loop {
                let query = BlockDocumentQuery {
                    anonymous: true,
                    limit: Some(PAGE),
                    offset,
                    ..BlockDocumentQuery::default()
                };
                let page = store.block_documents(query).await.map_err(failed)?;
                offset += page.len() as u64;
                let is_last = (page.len() as u64) < PAGE;
                for document in page {
                    if let Some(data) = block::reseal(&document, &keyring)? {
                        resealed += reseal(store, BlockDocument { data, ..document }).await?;
                    }
                }
                if is_last {
                    break;
                }
            }
            rotation.resealed += resealed;
            // Documents that others have deleted meanwhile may have moved some from one page to another.
            if resealed == 0 {
                return Ok(rotation);
            }
        }
    }
}

/// Puts a document that was sealed anew; how many were put, since one that was saved meanwhile is sealed by whoever did.
async fn reseal(store: &dyn Store, document: BlockDocument) -> Result<u64> {
    match store.change_blocks(BlockChange::Reseal(Box::new(document))).await.map_err(failed)? {
        BlockAnswer::Done => Ok(1),
        BlockAnswer::Registered { .. }
        | BlockAnswer::Exists(_)
        | BlockAnswer::Missing
        | BlockAnswer::Dangling(_)
        | BlockAnswer::Referenced(_)
        | BlockAnswer::Protected => Ok(0),
    }
}

fn failed(error: tidegate_core::StoreError) -> Error {
    Error::store(None, error)
}
