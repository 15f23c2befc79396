//! Results that are kept to be found again by other runs. What makes up a key, and who may use what is found, is the business of
//! the engine.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{RunId, StateResult, Timestamp};

/// What finds a cached result: a hash of everything the result depends on, as the policy of its task says.
///
/// Opaque: only equality means something.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CacheKey([u8; 32]);

impl CacheKey {
    /// The key of these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The first half of its bytes.
    pub(crate) fn half(self) -> [u8; 16] {
        let mut half = [0; 16];
        half.copy_from_slice(&self.0[..16]);
        half
    }
}

impl fmt::Display for CacheKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for CacheKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CacheKey({self})")
    }
}

/// The result of a run, to be taken by others that would compute the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CacheEntry {
    /// What finds it.
    pub key: CacheKey,
    /// The run that computed it.
    pub run_id: RunId,
    /// The result, or where it is.
    pub result: StateResult,
    /// When it was computed.
    pub created: Timestamp,
    /// From when on it counts for nothing.
    pub expires: Option<Timestamp>,
}

impl CacheEntry {
    /// Whether it counts for nothing any more.
    #[must_use]
    pub fn has_expired(&self, now: Timestamp) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }
}
