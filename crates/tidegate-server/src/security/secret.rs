//! A password as the server keeps it: hashed, so that neither a log nor a dump of memory tells it, and compared in a time that says
//! nothing of it.

use std::fmt;

/// A `user:password` that is not kept itself.
#[derive(Clone)]
pub(crate) struct Secret {
    hash: blake3::Hash,
    has_user: bool,
}

impl Secret {
    pub(crate) fn of(text: &str) -> Self {
        Self { hash: blake3::hash(text.as_bytes()), has_user: text.contains(':') }
    }

    /// Whether it has the form `user:password`.
    pub(crate) fn has_user(&self) -> bool {
        self.has_user
    }

    /// Whether it is this. Hashes are compared in constant time.
    pub(crate) fn is(&self, text: &str) -> bool {
        self.hash == blake3::hash(text.as_bytes())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("**********")
    }
}
