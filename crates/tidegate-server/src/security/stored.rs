//! The API keys that are kept in the store, as far as the server has seen them. It looks again once what it knows is a second old, so that
//! a new key is good and a deleted one is not within that time, and requests do not each ask the store.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tidegate_core::{ApiKeyRecord, Store, StoreError, StoreErrorKind, Timestamp};

use crate::route::Scope;

/// How old it may be what is known.
const FRESH: Duration = Duration::from_secs(1);

/// The keys of a store.
#[derive(Debug, Default)]
pub(crate) struct StoredKeys(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    keys: Option<Arc<[ApiKeyRecord]>>,
    looked: Timestamp,
    /// Whether there ever were any. A server whose last key is deleted does not become open to everyone.
    were_any: bool,
}

impl StoredKeys {
    /// Looks which keys there are, unless that is known well enough.
    pub(crate) async fn refresh(
        &self,
        store: &dyn Store,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        {
            let mut known = self.known();
            if known.keys.is_some() {
                let age = (now - known.looked).abs().to_std().unwrap_or(Duration::MAX);
                if age < FRESH {
                    return Ok(());
                }
                // Others go on with what is known meanwhile.
                known.looked = now;
            }
        }
        let found = match store.api_keys().await {
            // One that keeps no keys has none.
            Err(error) if error.kind() == StoreErrorKind::Unsupported => Ok(Vec::new()),
            found => found,
        };
        let mut known = self.known();
        match found {
            Ok(keys) => {
                known.were_any |= !keys.is_empty();
                known.keys = Some(keys.into());
                known.looked = now;
                Ok(())
            }
            Err(error) if known.keys.is_some() => {
                tracing::warn!(target: "tidegate::server", "the keys cannot be looked at now, and are as they were: {error}");
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Whether there are keys, or were any.
    pub(crate) fn were_any(&self) -> bool {
        self.known().were_any
    }

    /// Whether a key lets anyone in.
    pub(crate) fn is_any_good(&self, now: Timestamp) -> bool {
        self.known().keys.iter().flat_map(|keys| keys.iter()).any(|key| key.is_good(now))
    }

    /// What the holder of this key may do. Hashes are compared in constant time.
    pub(super) fn scope_of(&self, token: &str, now: Timestamp) -> Option<Scope> {
        let keys = self.known().keys.clone()?;
        let hash = blake3::hash(token.as_bytes());
        let key = keys.iter().find(|key| hash == blake3::Hash::from_bytes(key.hash))?;
        key.is_good(now).then(|| key.scope.into())
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
