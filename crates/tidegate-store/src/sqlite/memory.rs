//! The store in memory: every write is stored where it is put, before `put` returns, so that tests with paused time always
//! take the same course. It has no threads and no queue.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tidegate_core::{LogRecord, StoreError, Write};

use super::act::Act;
use super::database::Database;
use super::error::closed;
use super::open;
use super::work::{Work, not_at_work};

/// A database in memory.
#[derive(Debug)]
pub(super) struct Memory {
    /// None once it is closed.
    database: Mutex<Option<Database>>,
    /// While work is done: the log lines that come from it, which must not wait for it.
    lines: Mutex<Option<Vec<LogRecord>>>,
}

impl Memory {
    pub(super) fn open() -> Result<Self, StoreError> {
        let database = Database::new(open::memory()?, Arc::from("memory"));
        Ok(Self { database: Mutex::new(Some(database)), lines: Mutex::default() })
    }

    pub(super) fn with<T>(
        &self,
        action: impl FnOnce(&mut Database) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        not_at_work("memory")?;
        let mut database = self.database.lock().unwrap_or_else(PoisonError::into_inner);
        database.as_mut().map_or_else(|| Err(closed("memory")), action)
    }

    pub(super) fn put(&self, write: Write) -> Result<(), StoreError> {
        let refusals = self.with(|database| database.store(&[write], &mut [], &[], None))?;
        refusals.into_iter().next().map_or(Ok(()), |(_, error)| Err(error))
    }

    pub(super) fn act(&self, mut act: Act) {
        let acts = std::slice::from_mut(&mut act);
        let done = self.with(|database| database.store(&[], acts, &[], None));
        act.answer(done.map(drop));
    }

    pub(super) fn work(&self, mut work: Work) {
        let done = self.with(|database| {
            *self.lines() = Some(Vec::new());
            let done = database.store(&[], &mut [], &[], Some(&mut work));
            let lines = self.lines().take().unwrap_or_default();
            if !lines.is_empty() {
                // Lines may be lost, what was done may not.
                let _ = database.store(&[], &mut [], &lines, None);
            }
            done
        });
        work.answer(done.map(drop));
    }

    pub(super) fn put_logs(&self, records: Vec<LogRecord>) -> Result<(), StoreError> {
        if let Some(lines) = &mut *self.lines() {
            lines.extend(records);
            return Ok(());
        }
        self.with(|database| database.store(&[], &mut [], &records, None)).map(drop)
    }

    fn lines(&self) -> MutexGuard<'_, Option<Vec<LogRecord>>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn close(&self) {
        self.database.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}
