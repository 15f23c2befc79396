//! Results in memory: for tests, and for engines that keep their records in memory. They end with the process.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::{BoxFuture, ready};

use super::ResultStorage;

/// Keeps results in memory. Its clones hold the same results.
///
/// ```
/// use tidegate::prelude::*;
/// use tidegate::MemoryStorage;
///
/// #[task]
/// async fn double(number: i32) -> i32 {
///     number * 2
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> { tidegate::testing::run_async(async {
/// let storage = MemoryStorage::new();
/// double(4).result_storage(storage.clone()).result_storage_key("four").await?;
/// assert_eq!(storage.keys(), ["four"]);
/// # Ok(()) }).await }
/// ```
#[derive(Clone)]
pub struct MemoryStorage(Arc<Inner>);

struct Inner {
    name: String,
    objects: Mutex<HashMap<String, Arc<[u8]>>>,
}

impl MemoryStorage {
    /// An empty storage, with a name of its own.
    #[must_use]
    pub fn new() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(1);
        Self::named(format!("memory:{}", COUNT.fetch_add(1, Ordering::Relaxed)))
    }

    pub(crate) fn named(name: impl Into<String>) -> Self {
        Self(Arc::new(Inner { name: name.into(), objects: Mutex::default() }))
    }

    /// The keys of what it holds, in order.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        let mut keys: Vec<String> = self.objects().keys().cloned().collect();
        keys.sort_unstable();
        keys
    }

    fn objects(&self) -> MutexGuard<'_, HashMap<String, Arc<[u8]>>> {
        self.0.objects.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemoryStorage {
    fn default() -> Self {
        Self::new()
    }
}

impl ResultStorage for MemoryStorage {
    fn name(&self) -> &str {
        &self.0.name
    }

    fn write<'a>(&'a self, key: &'a str, object: Vec<u8>) -> BoxFuture<'a, io::Result<()>> {
        self.objects().insert(key.to_owned(), object.into());
        Box::pin(ready(Ok(())))
    }

    fn read<'a>(&'a self, key: &'a str) -> BoxFuture<'a, io::Result<Option<Vec<u8>>>> {
        let object = self.objects().get(key).cloned();
        Box::pin(ready(Ok(object.map(|object| object.to_vec()))))
    }

    fn delete<'a>(&'a self, key: &'a str) -> BoxFuture<'a, io::Result<()>> {
        self.objects().remove(key);
        Box::pin(ready(Ok(())))
    }
}

/// Without the results.
impl fmt::Debug for MemoryStorage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("MemoryStorage").field(&self.0.name).finish()
    }
}
