//! The store in a file: a writer thread, reader threads, and at [`Durability::Process`] a thread that syncs. It ties them
//! together and ends them in order.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tidegate_core::{Durability, StoreError, StoreErrorKind};

use super::database::Database;
use super::intake::Shared;
use super::keeper::Keeper;
use super::open;
use super::options::Options;
use super::reader::Readers;
use super::wal::Syncer;

/// How long dropping a store that was not closed may block.
const PATIENCE: Duration = Duration::from_secs(5);

/// An open file with its threads.
#[derive(Debug)]
pub(super) struct FileStore {
    pub(super) writer: Arc<Shared>,
    pub(super) readers: Readers,
    /// Makes backups, which may take minutes, so that questions are answered meanwhile.
    pub(super) copier: Readers,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl FileStore {
    pub(super) fn open(path: &Path, options: &Options) -> Result<Self, StoreError> {
        let place: Arc<str> = path.display().to_string().into();
        let connection = open::writer(path, &place, options)?;
        let database = Database::new(connection, Arc::clone(&place));
        let no_thread = |error: std::io::Error| {
            StoreError::new(
                StoreErrorKind::Unopenable,
                format!("no thread could be started to write {place} ({error})"),
            )
            .caused_by(error)
        };
        let syncer = match options.durability {
            Durability::Process => Some(Syncer::start(path).map_err(no_thread)?),
            Durability::Full | Durability::None => None,
        };
        let keeper = Keeper::new(database, syncer, options.busy_timeout);
        let writer = Arc::new(Shared::new(Arc::clone(&place), options.clone(), keeper));
        let thread = std::thread::Builder::new()
            .name("tidegate-write".to_owned())
            .spawn({
                let writer = Arc::clone(&writer);
                move || writer.run()
            })
            .map_err(no_thread)?;
        let one = Options { readers: 1, ..options.clone() };
        let copier = Readers::new(path.to_owned(), Arc::clone(&place), one);
        let readers = Readers::new(path.to_owned(), place, options.clone());
        Ok(Self { writer, readers, copier, thread: Mutex::new(Some(thread)) })
    }

    /// Readers end first, so that the writer's connection is the last and takes the write-ahead log away.
    pub(super) async fn close(&self) -> Result<(), StoreError> {
        self.copier.close().await;
        self.readers.close().await;
        let result = self.writer.close().await;
        self.join();
        result
    }

    /// The thread has nothing left to do, or is given up.
    fn join(&self) {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}

impl Drop for FileStore {
    fn drop(&mut self) {
        self.copier.close_blocking();
        self.readers.close_blocking();
        if self.writer.close_within(PATIENCE) {
            self.join();
        } else {
            tracing::error!(
                "a store that was dropped is still writing; close it before the end of the program"
            );
        }
    }
}
