//! What can go wrong with a store. Never what went wrong with a run.

use serde::{Deserialize, Serialize};

use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// A store could not do what it was asked to. Cheap to clone: one failed batch has many waiters.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct StoreError {
    kind: StoreErrorKind,
    message: Arc<str>,
    #[source]
    source: Option<Arc<dyn Error + Send + Sync>>,
}

/// Which kind of trouble a store is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// The database cannot be opened or created where it should be.
    Unopenable,
    /// The file belongs to another program.
    Foreign,
    /// The database was written by a newer Tidegate.
    Newer,
    /// The database is damaged.
    Damaged,
    /// The disk is full.
    DiskFull,
    /// Reading or writing failed.
    Io,
    /// Another process held the database for too long.
    Busy,
    /// The store was closed.
    Closed,
    /// The lease of the writer has ended, so what it owned is not its own any more.
    LeaseEnded,
    /// Another owns the run, or has moved it on.
    Fenced,
    /// There is something already where something new was to be.
    Exists,
    /// The store cannot do this at all.
    Unsupported,
    /// Anything else.
    Other,
}

impl StoreError {
    /// An error whose message says what happened, to what, and what to do next.
    #[must_use]
    pub fn new(kind: StoreErrorKind, message: impl fmt::Display) -> Self {
        Self { kind, message: message.to_string().into(), source: None }
    }

    /// The same error with its cause.
    #[must_use]
    pub fn caused_by(mut self, source: impl Error + Send + Sync + 'static) -> Self {
        self.source = Some(Arc::new(source));
        self
    }

    /// Which kind of trouble it is.
    #[must_use]
    pub fn kind(&self) -> StoreErrorKind {
        self.kind
    }
}

/// What is left of an error on its way to another process: what it says, but not its cause.
#[derive(Serialize, Deserialize)]
struct Told<'a> {
    kind: StoreErrorKind,
    message: std::borrow::Cow<'a, str>,
}

impl Serialize for StoreError {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Told { kind: self.kind, message: (&*self.message).into() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for StoreError {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Told { kind, message } = Told::deserialize(deserializer)?;
        Ok(Self::new(kind, message))
    }
}
