//! API keys as they are recorded: a name, what its holder may do, and a hash. Nothing here makes one or knows its text, and the text is
//! recorded nowhere.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::id::identifier;

identifier! {
    /// The id of an API key.
    ApiKeyId
}

/// How many characters the name of a key may have.
const LONGEST_NAME: usize = 255;

/// What the holder of a key may do, each with all that comes before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyScope {
    /// Look at everything that is not a secret.
    Read,
    /// Make and change runs, and what they need.
    Run,
    /// Change the settings of a server.
    Admin,
}

impl KeyScope {
    /// Every scope, the least first.
    pub const ALL: [Self; 3] = [Self::Read, Self::Run, Self::Admin];

    /// The name in small letters: `read`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Run => "run",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for KeyScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The text is not the scope of a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not the scope of a key; write read, run or admin")]
pub struct ParseKeyScopeError(String);

impl FromStr for KeyScope {
    type Err = ParseKeyScopeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|scope| scope.as_str() == text);
        found.ok_or_else(|| ParseKeyScopeError(text.to_owned()))
    }
}

/// A key as it is recorded.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKeyRecord {
    /// Its id.
    pub id: ApiKeyId,
    /// What people call it, which is the name of no other.
    pub name: String,
    /// What its holder may do.
    pub scope: KeyScope,
    /// The hash of its text.
    pub hash: [u8; 32],
    /// When it was made.
    pub created: Timestamp,
    /// Until when it is good; none for ever.
    pub expires: Option<Timestamp>,
}

/// No key can be called that.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a key has a name of 1 to {LONGEST_NAME} letters, digits, `-`, `_` and `.`; this one is `{0}`"
)]
pub struct InvalidKeyName(pub String);

impl ApiKeyRecord {
    /// A key that is made now.
    ///
    /// # Errors
    ///
    /// The name has other characters than letters, digits, `-`, `_` and `.`, or too many of them.
    pub fn new(
        name: impl Into<String>,
        scope: KeyScope,
        hash: [u8; 32],
        now: Timestamp,
    ) -> Result<Self, InvalidKeyName> {
        let name = name.into();
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if name.is_empty() || name.len() > LONGEST_NAME || !name.chars().all(allowed) {
            return Err(InvalidKeyName(name));
        }
        Ok(Self { id: ApiKeyId::new(), name, scope, hash, created: now, expires: None })
    }

    /// Whether it lets anyone in at this time.
    #[must_use]
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.expires.is_none_or(|expires| now < expires)
    }
}

/// Without the hash.
impl fmt::Debug for ApiKeyRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiKeyRecord")
            .field("id", &self.id)
            .field("name", &self.name)
            .field("scope", &self.scope)
            .field("created", &self.created)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

/// What becomes different in the keys of a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApiKeyChange {
    /// There is one more.
    Create(ApiKeyRecord),
    /// The one of this name is gone.
    Delete(String),
}

/// What came of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApiKeyAnswer {
    /// It was done; the key as it is, or was before it was deleted.
    Done(ApiKeyRecord),
    /// There is one of this name already.
    Exists,
    /// There is none of this name.
    NotFound,
}
