//! What can be chosen about a store. Every choice has a default that is right for most.

use std::path::PathBuf;
use std::time::Duration;

use tidegate_core::{Durability, StoreError};

use super::location::Location;

/// How a store is opened.
///
/// ```
/// use tidegate_core::Durability;
/// use tidegate_store::Options;
///
/// let options = Options::from_url("sqlite:runs.db")?.durability(Durability::Process);
/// assert_eq!(options.queue_capacity, 4096);
/// # Ok::<(), tidegate_core::StoreError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// Where the database is.
    pub location: Location,
    /// What an acknowledged write survives. In memory, nothing does.
    pub durability: Durability,
    /// How many runs may have writes that are not stored yet before [`Room`](tidegate_core::Room) holds writers back, and
    /// before writes are refused while storing fails.
    pub queue_capacity: usize,
    /// How many log lines may wait to be stored before further ones are dropped.
    pub log_capacity: usize,
    /// How long a write that nobody waits for may stay out of the database.
    pub commit_window: Duration,
    /// How long log lines may.
    pub log_window: Duration,
    /// How long to wait for another process that has the database locked.
    pub busy_timeout: Duration,
    /// How many threads answer questions; they are started when there are questions.
    pub readers: usize,
    /// How large the file may grow, in bytes; beyond, the disk counts as full.
    pub max_size: Option<u64>,
    /// The name of the SQLite VFS that every connection to a file goes through, for tests of faults; none means the usual one.
    /// The file is made, and at [`Durability::Process`] its `-wal` is synced, without it.
    pub vfs: Option<String>,
}

impl Options {
    /// A store in a file, which is made if there is none.
    #[must_use]
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self::at(Location::File(path.into()))
    }

    /// A store in memory, for tests.
    #[must_use]
    pub fn memory() -> Self {
        Self::at(Location::Memory)
    }

    /// A store at a URL: `sqlite:path`, `sqlite:///absolute/path` or `sqlite::memory:`.
    ///
    /// # Errors
    ///
    /// The URL is of another kind, names no file, or has parameters.
    pub fn from_url(url: &str) -> Result<Self, StoreError> {
        url.parse().map(Self::at)
    }

    /// The same options with this durability.
    #[must_use]
    pub fn durability(mut self, durability: Durability) -> Self {
        self.durability = durability;
        self
    }

    /// The same options with values that would stop the store brought into the range where it works.
    pub(super) fn workable(mut self) -> Self {
        self.queue_capacity = self.queue_capacity.max(1);
        self.readers = self.readers.max(1);
        self.commit_window = self.commit_window.max(Duration::from_millis(1));
        self.busy_timeout = self.busy_timeout.min(Duration::from_secs(24 * 60 * 60));
        self
    }

    fn at(location: Location) -> Self {
        Self {
            location,
            durability: Durability::default(),
            queue_capacity: 4096,
            log_capacity: 16_384,
            commit_window: Duration::from_millis(20),
            log_window: Duration::from_millis(200),
            busy_timeout: Duration::from_secs(5),
            readers: 2,
            max_size: None,
            vfs: None,
        }
    }
}
