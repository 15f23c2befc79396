//! What goes wrong in a block. It names the block and what to do, and never a URL, a password or anything else that is secret.

use std::error::Error as StdError;
use std::fmt;

/// A block could not do what it was asked for.
///
/// A run that fails by it gives it back: `error.downcast_ref::<tidegate_blocks::Error>()`.
#[derive(Debug)]
#[non_exhaustive]
pub struct Error {
    block: &'static str,
    kind: Kind,
    message: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// What is in the block has no meaning, or what it was asked for.
    Invalid,
    /// An address is not public, and only public ones are allowed.
    #[cfg(feature = "http")]
    PrivateAddress,
    /// The time was up.
    #[cfg(feature = "http")]
    TimedOut,
    /// A service answered with this status.
    #[cfg(feature = "http")]
    Status(u16),
    /// There is nothing under the path.
    #[cfg(any(feature = "bucket", feature = "local-file-system"))]
    NotFound,
    /// A process ended with this code, or without one by a signal.
    #[cfg(feature = "shell")]
    Exit(Option<i32>),
    /// Anything else that the other side says, or that keeps it from saying something.
    Other,
}

impl Error {
    pub(crate) fn new(block: &'static str, kind: Kind, message: impl fmt::Display) -> Self {
        Self { block, kind, message: message.to_string(), source: None }
    }

    pub(crate) fn caused_by(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Whether what is in the block has no meaning, or what it was asked for: trying again does not help.
    #[must_use]
    pub fn is_invalid(&self) -> bool {
        self.kind == Kind::Invalid
    }

    /// Whether the block may not reach an address, because it is not one of the public internet.
    #[must_use]
    pub fn is_private_address(&self) -> bool {
        #[cfg(feature = "http")]
        return self.kind == Kind::PrivateAddress;
        #[cfg(not(feature = "http"))]
        false
    }

    /// Whether the service did not answer in time.
    #[must_use]
    pub fn is_timed_out(&self) -> bool {
        #[cfg(feature = "http")]
        return self.kind == Kind::TimedOut;
        #[cfg(not(feature = "http"))]
        false
    }

    /// Whether there is nothing under the path that was read.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        #[cfg(any(feature = "bucket", feature = "local-file-system"))]
        return self.kind == Kind::NotFound;
        #[cfg(not(any(feature = "bucket", feature = "local-file-system")))]
        false
    }

    /// The HTTP status by which a service has refused.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        #[cfg(feature = "http")]
        if let Kind::Status(status) = self.kind {
            return Some(status);
        }
        None
    }

    /// The exit code of a process that has failed. One that a signal ended has none.
    #[must_use]
    pub fn exit_code(&self) -> Option<i32> {
        #[cfg(feature = "shell")]
        if let Kind::Exit(code) = self.kind {
            return code;
        }
        None
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.block, self.message)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
