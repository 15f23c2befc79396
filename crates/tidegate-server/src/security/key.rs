//! API keys: made once and told once, kept as a hash with a name and a scope. Where the hashes are kept is the business of the caller.

use std::fmt;
use std::str::FromStr;

use tidegate_core::{ApiKeyRecord, KeyScope, Timestamp};

use crate::route::Scope;

/// What every key begins with, so that those who search files for secrets find it.
const PREFIX: &str = "tgk_";

/// A key as the server knows it. Written as text it is a line of a file of keys: name, scope and hash.
///
/// ```
/// use tidegate_server::{ApiKey, Scope};
///
/// let (key, token) = ApiKey::create("laptop", Scope::Run)?;
/// assert!(token.starts_with("tgk_"));
/// assert_eq!(key.to_string().parse::<ApiKey>()?, key);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey {
    name: String,
    scope: Scope,
    hash: blake3::Hash,
}

/// There can be no such key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidApiKey {
    /// The name would not be one word of a line.
    #[error("a key has a name of letters, digits, `-`, `_` and `.`; this one is `{0}`")]
    Name(String),
    /// Keys are for reading, for running or for everything.
    #[error("`{0}` is not the scope of a key; write read, run or admin")]
    Scope(String),
    /// The line is not one that was written for a key.
    #[error("a line of the file of keys is `name scope hash`; this one is something else")]
    Line,
    /// The system gives no random bytes.
    #[error("the system gives no random bytes to make a key of")]
    Random,
}

impl ApiKey {
    /// A new key, and the text that its holder sends. That text is kept nowhere, so it is told now or never.
    ///
    /// # Errors
    ///
    /// The name has other characters than letters, digits, `-`, `_` and `.`; the scope is [`Scope::Open`], which needs no key; the system
    /// gives no random bytes.
    pub fn create(name: impl Into<String>, scope: Scope) -> Result<(Self, String), InvalidApiKey> {
        let name = name.into();
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|_| InvalidApiKey::Random)?;
        let token = format!("{PREFIX}{}", blake3::Hash::from_bytes(bytes).to_hex());
        let key = Self::checked(name, scope, blake3::hash(token.as_bytes()))?;
        Ok((key, token))
    }

    fn checked(name: String, scope: Scope, hash: blake3::Hash) -> Result<Self, InvalidApiKey> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if name.is_empty() || !name.chars().all(allowed) {
            return Err(InvalidApiKey::Name(name));
        }
        if scope == Scope::Open {
            return Err(InvalidApiKey::Scope(scope.to_string()));
        }
        Ok(Self { name, scope, hash })
    }

    /// What people call it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What its holder may do.
    #[must_use]
    pub fn scope(&self) -> Scope {
        self.scope
    }

    /// As it is kept in a store, made now. A server that has the store looks there by itself.
    #[must_use]
    pub fn to_record(&self, now: Timestamp) -> Option<ApiKeyRecord> {
        let scope = match self.scope {
            Scope::Open => return None,
            Scope::Read => KeyScope::Read,
            Scope::Run => KeyScope::Run,
            Scope::Admin => KeyScope::Admin,
        };
        ApiKeyRecord::new(&self.name, scope, *self.hash.as_bytes(), now).ok()
    }

    /// Whether this is the text of it. Hashes are compared in constant time.
    pub(crate) fn is(&self, token: &str) -> bool {
        self.hash == blake3::hash(token.as_bytes())
    }
}

impl fmt::Display for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.name, self.scope, self.hash.to_hex())
    }
}

/// Without the hash.
impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiKey({} {})", self.name, self.scope)
    }
}

impl FromStr for ApiKey {
    type Err = InvalidApiKey;

    fn from_str(line: &str) -> Result<Self, Self::Err> {
        let mut words = line.split_whitespace();
        let (Some(name), Some(scope), Some(hash), None) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            return Err(InvalidApiKey::Line);
        };
        let scope = scope.parse().map_err(|_| InvalidApiKey::Scope(scope.to_owned()))?;
        let hash = blake3::Hash::from_hex(hash).map_err(|_| InvalidApiKey::Line)?;
        Self::checked(name.to_owned(), scope, hash)
    }
}
