//! Results in whatever the crate `object_store` reaches: buckets of the clouds, and what speaks like them.

use std::fmt;
use std::io;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use object_store::path::Path;
use object_store::{Error, ObjectStore, ObjectStoreExt};

use super::{ResultStorage, check_key};

/// Keeps results in an `ObjectStore`. What it promises of an object that was written is what that store promises.
///
/// ```
/// use std::sync::Arc;
///
/// use tidegate::ObjectStorage;
///
/// let store = object_store::memory::InMemory::new();
/// let storage = ObjectStorage::new("memory://results", Arc::new(store));
/// let engine = tidegate::Engine::builder().database("sqlite::memory:").result_storage(storage);
/// ```
#[derive(Clone)]
pub struct ObjectStorage {
    name: String,
    store: Arc<dyn ObjectStore>,
}

impl ObjectStorage {
    /// Keeps results in `store`. Records name it by `name`, which is best its URL: another process must give it the same.
    #[must_use]
    pub fn new(name: impl Into<String>, store: Arc<dyn ObjectStore>) -> Self {
        Self { name: name.into(), store }
    }
}

impl ResultStorage for ObjectStorage {
    fn name(&self) -> &str {
        &self.name
    }

    fn write<'a>(&'a self, key: &'a str, object: Vec<u8>) -> BoxFuture<'a, io::Result<()>> {
        Box::pin(async move {
            self.store.put(&path(key)?, object.into()).await.map_err(io::Error::from)?;
            Ok(())
        })
    }

    fn read<'a>(&'a self, key: &'a str) -> BoxFuture<'a, io::Result<Option<Vec<u8>>>> {
        Box::pin(async move {
            let found = match self.store.get(&path(key)?).await {
                Ok(found) => found.bytes().await,
                Err(error) => Err(error),
            };
            match found {
                Ok(object) => Ok(Some(object.into())),
                Err(Error::NotFound { .. }) => Ok(None),
                Err(error) => Err(error.into()),
            }
        })
    }

    fn delete<'a>(&'a self, key: &'a str) -> BoxFuture<'a, io::Result<()>> {
        Box::pin(async move {
            match self.store.delete(&path(key)?).await {
                Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
                Err(error) => Err(error.into()),
            }
        })
    }
}

fn path(key: &str) -> io::Result<Path> {
    check_key(key).map_err(|why| io::Error::new(io::ErrorKind::InvalidInput, why))?;
    Ok(Path::from(key))
}

/// Without the store, which may know credentials.
impl fmt::Debug for ObjectStorage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ObjectStorage").field(&self.name).finish()
    }
}

#[cfg(test)]
#[path = "object_store/tests.rs"]
mod tests;
