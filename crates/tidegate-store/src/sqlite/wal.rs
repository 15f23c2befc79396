//! The write-ahead log file beside the database: syncing it from a thread of its own, and bounding its size. It never
//! touches the database file itself: closing that file would drop the locks SQLite holds on it.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::Connection;
use tidegate_core::{StoreError, StoreErrorKind};

/// How long commits may go without a sync at [`Durability::Process`](tidegate_core::Durability::Process).
const SYNC_WITHIN: Duration = Duration::from_millis(4);

/// A checkpoint is made when the log has about this many pages.
const CHECKPOINT_AT: usize = 4096;

/// About how many rows that are added next to each other fit a page, indexes included.
const ROWS_A_PAGE: usize = 8;

/// The thread that syncs the log a few milliseconds after commits.
#[derive(Debug)]
pub(super) struct Syncer {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    path: PathBuf,
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// Something was committed since the last sync.
    dirty: bool,
    /// The thread waits until it is woken.
    asleep: bool,
    stopping: bool,
}

impl Syncer {
    pub(super) fn start(database: &Path) -> std::io::Result<Self> {
        let shared = Arc::new(Shared {
            path: log_of(database),
            state: Mutex::default(),
            wake: Condvar::new(),
        });
        let thread = std::thread::Builder::new().name("tidegate-sync".to_owned()).spawn({
            let shared = Arc::clone(&shared);
            move || shared.run()
        })?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Something was committed.
    pub(super) fn committed(&self) {
        let mut state = self.shared.lock();
        state.dirty = true;
        if std::mem::take(&mut state.asleep) {
            drop(state);
            self.shared.wake.notify_one();
        }
    }

    /// Syncs the log now.
    pub(super) fn sync(&self) -> Result<(), StoreError> {
        self.shared.sync()
    }
}

/// Syncs what is left, and ends the thread.
impl Drop for Syncer {
    fn drop(&mut self) {
        self.shared.lock().stopping = true;
        self.shared.wake.notify_one();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self) {
        loop {
            let mut state = self.lock();
            while !state.dirty && !state.stopping {
                state.asleep = true;
                state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            state.asleep = false;
            let stopping = state.stopping;
            if stopping && !state.dirty {
                return;
            }
            if !stopping {
                let waited = self.wake.wait_timeout(state, SYNC_WITHIN);
                state = waited.unwrap_or_else(PoisonError::into_inner).0;
            }
            state.dirty = false;
            drop(state);
            if let Err(error) = self.sync() {
                tracing::error!("{error}");
            }
        }
    }

    fn sync(&self) -> Result<(), StoreError> {
        let file = match OpenOptions::new().read(true).write(true).open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(self.failed(error)),
        };
        file.sync_data().map_err(|error| self.failed(error))
    }

    fn failed(&self, error: std::io::Error) -> StoreError {
        StoreError::new(
            StoreErrorKind::Io,
            format!(
                "the write-ahead log {} cannot be synced ({error}), so the last states may be lost with the power; check \
                 the disk",
                self.path.display()
            ),
        )
        .caused_by(error)
    }
}

fn log_of(database: &Path) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push("-wal");
    path.into()
}

/// Knows about how long the log is, and when to bring it into the database.
#[derive(Debug, Default)]
pub(super) struct Checkpoints {
    pages: usize,
}

impl Checkpoints {
    /// So many runs were written in one transaction.
    pub(super) fn committed(&mut self, begun: usize, advanced: usize) {
        if begun + advanced > 0 {
            self.pages =
                self.pages.saturating_add(4 + begun / ROWS_A_PAGE).saturating_add(advanced);
        }
    }

    /// Acts have changed about so many pages.
    pub(super) fn acted(&mut self, pages: usize) {
        self.pages = self.pages.saturating_add(pages);
    }

    /// Brings the log into the database, if it is long or `idle` says that nobody waits.
    pub(super) fn make_if_due(&mut self, connection: &Connection, idle: bool) {
        if self.pages < CHECKPOINT_AT && !(idle && self.pages > 0) {
            return;
        }
        self.pages = 0;
        // Others may read or write at this time; then part of the log remains for the next checkpoint.
        let result = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| {
            let (logged, done): (i64, i64) = (row.get(1)?, row.get(2)?);
            Ok(usize::try_from(logged - done).unwrap_or(0))
        });
        match result {
            Ok(remaining) => self.pages = remaining.min(CHECKPOINT_AT / 2),
            Err(error) => {
                tracing::warn!("the write-ahead log grows, as a checkpoint failed: {error}")
            }
        }
    }
}
