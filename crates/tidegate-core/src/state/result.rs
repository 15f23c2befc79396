//! Where the result of a state is. How results are written and read is the business of the engine.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Where the result of a run is.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum StateResult {
    /// In the record itself.
    Recorded {
        /// The result as JSON text.
        json: Arc<str>,
    },
    /// In a result storage.
    Persisted {
        /// What finds it.
        reference: Arc<ResultReference>,
    },
    /// Existed in memory only.
    Unpersisted,
}

impl StateResult {
    /// Whether others can still read it.
    #[must_use]
    pub const fn is_kept(&self) -> bool {
        match self {
            Self::Recorded { .. } | Self::Persisted { .. } => true,
            Self::Unpersisted => false,
        }
    }
}

/// Without the result itself, which may be a secret.
impl fmt::Debug for StateResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Recorded { json } => write!(f, "Recorded({} bytes)", json.len()),
            Self::Persisted { reference } => f.debug_tuple("Persisted").field(reference).finish(),
            Self::Unpersisted => f.write_str("Unpersisted"),
        }
    }
}

/// What finds a result in a result storage, and tells whether it is whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultReference {
    /// The storage, by the name it gives itself: the path of a folder, the URL of a bucket.
    pub storage: String,
    /// Its key there.
    pub key: String,
    /// What its bytes were made by, and can be read by.
    pub serializer: String,
    /// How many bytes it has.
    pub size: u64,
    /// The BLAKE3 hash of its bytes, in hexadecimal.
    pub digest: String,
}
