//! The writing connection with what goes along with a commit: the sync that follows and the checkpoint that is due at
//! some time. It is used by one thread at a time and knows nothing of who waits.

use std::time::Duration;

use tidegate_core::StoreError;

use super::act::Act;
use super::database::{Database, Refusals};
use super::queue::Batch;
use super::wal::{Checkpoints, Syncer};

/// See the module.
#[derive(Debug)]
pub(super) struct Keeper {
    database: Database,
    syncer: Option<Syncer>,
    checkpoints: Checkpoints,
    busy_timeout: Duration,
}

/// How long to wait for another process that has the database locked.
#[derive(Clone, Copy, Debug)]
pub(super) enum Patience {
    /// As long as the options say.
    Usual,
    /// Not at all: the caller must not block.
    None,
}

impl Keeper {
    pub(super) fn new(database: Database, syncer: Option<Syncer>, busy_timeout: Duration) -> Self {
        Self { database, syncer, checkpoints: Checkpoints::default(), busy_timeout }
    }

    /// Stores a batch in one transaction.
    pub(super) fn store(
        &mut self,
        batch: &mut Batch,
        patience: Patience,
    ) -> Result<Refusals, StoreError> {
        let Batch { pending, acts, work, logs, waiting: _ } = batch;
        let writes = pending.writes();
        if writes.is_empty() && logs.is_empty() && acts.is_empty() && work.is_none() {
            return Ok(Refusals::new());
        }
        let changes = self.database.connection().total_changes();
        let worked = work.is_some();
        let refusals = match patience {
            Patience::Usual => self.database.store(writes, acts, logs, work.as_mut())?,
            Patience::None => {
                self.database.wait_for_locks(Duration::ZERO)?;
                let stored = self.database.store(writes, acts, logs, work.as_mut());
                self.database.wait_for_locks(self.busy_timeout)?;
                stored?
            }
        };
        let (begun, advanced) = pending.counts();
        // What work changes is its own affair, and may be much.
        let changed = self.database.connection().total_changes().saturating_sub(changes);
        let by_work = if worked { usize::try_from(changed).unwrap_or(usize::MAX) } else { 0 };
        self.checkpoints.committed(begun + logs.len(), advanced + by_work);
        self.checkpoints.acted(acts.iter().map(Act::pages).sum());
        if let Some(syncer) = &self.syncer {
            syncer.committed();
        }
        Ok(refusals)
    }

    /// Makes what was stored as durable as it will be.
    pub(super) fn sync(&self) -> Result<(), StoreError> {
        self.syncer.as_ref().map_or(Ok(()), Syncer::sync)
    }

    /// See [`Checkpoints::make_if_due`].
    pub(super) fn checkpoint_if_due(&mut self, idle: bool) {
        self.checkpoints.make_if_due(self.database.connection(), idle);
    }

    /// Syncs what is left and lets go of the files.
    pub(super) fn close(self) -> Result<(), StoreError> {
        drop(self.syncer);
        self.database.close()
    }
}
