//! What seals secrets and opens them, for whoever keeps blocks without knowing where keys are. Nothing here encrypts anything.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// What seals secrets and opens them. It is shared by threads, and never shows a key.
///
/// Both may block for a while: the keys may be read from a file, or printed by a command that waits for a person. Call them where blocking
/// is fine.
pub trait Vault: fmt::Debug + Send + Sync {
    /// Encrypts. The text opens only as `bound_to` the same, so that what is copied to another place does not open there.
    ///
    /// # Errors
    ///
    /// There is no key, which says how to make one; or the system gives no random bytes.
    fn seal(&self, bound_to: &str, plain: &[u8]) -> Result<String, VaultError>;

    /// Decrypts what [`seal`](Self::seal) gave.
    ///
    /// # Errors
    ///
    /// There is no key, or not the one that it was sealed with; or it was changed, or is bound to another place.
    fn open(&self, bound_to: &str, sealed: &str) -> Result<Vec<u8>, VaultError>;
}

/// A vault could not do what it was asked to. What it says tells what to do, and has no secret in it.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct VaultError {
    message: Arc<str>,
    #[source]
    source: Option<Arc<dyn Error + Send + Sync>>,
}

impl VaultError {
    /// An error whose message says what happened and what to do next.
    #[must_use]
    pub fn new(message: impl fmt::Display) -> Self {
        Self { message: message.to_string().into(), source: None }
    }

    /// The same error with its cause.
    #[must_use]
    pub fn caused_by(mut self, source: impl Error + Send + Sync + 'static) -> Self {
        self.source = Some(Arc::new(source));
        self
    }
}
