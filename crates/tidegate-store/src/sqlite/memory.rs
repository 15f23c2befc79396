//! The store in memory: every write is stored where it is put, before `put` returns, so that tests with paused time always
//! take the same course. It has no threads and no queue.

use std::sync::{Arc, Mutex, PoisonError};

use tidegate_core::{LogRecord, StoreError, Write};

use super::act::Act;
use super::database::Database;
use super::error::closed;
use super::open;

/// A database in memory; none once it is closed.
#[derive(Debug)]
pub(super) struct Memory(Mutex<Option<Database>>);

impl Memory {
    pub(super) fn open() -> Result<Self, StoreError> {
        Ok(Self(Mutex::new(Some(Database::new(open::memory()?, Arc::from("memory"))))))
    }

    pub(super) fn with<T>(
        &self,
        action: impl FnOnce(&mut Database) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut database = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        database.as_mut().map_or_else(|| Err(closed("memory")), action)
    }

    pub(super) fn put(&self, write: Write) -> Result<(), StoreError> {
        let refusals = self.with(|database| database.store(&[write], &mut [], &[]))?;
        refusals.into_iter().next().map_or(Ok(()), |(_, error)| Err(error))
    }

    pub(super) fn act(&self, mut act: Act) {
        let done = self.with(|database| database.store(&[], std::slice::from_mut(&mut act), &[]));
        act.answer(done.map(drop));
    }

    pub(super) fn put_logs(&self, records: &[LogRecord]) -> Result<(), StoreError> {
        self.with(|database| database.store(&[], &mut [], records)).map(drop)
    }

    pub(super) fn close(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}
