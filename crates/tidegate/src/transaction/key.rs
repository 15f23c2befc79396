//! Transactions with a key: whoever commits one keeps a value under its key, which is found by those that come later, in other flow runs
//! and other processes too. They are kept where cached results are, under keys of their own.

use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use serde::de::DeserializeOwned;
use tidegate_core::{CacheEntry, CacheKey, LeaseId, RunId, StateResult, TransactionState, Write};

use super::values::{read, written};
use super::{Transaction, TransactionHook};
use crate::engine::{Engine, Line, Turn};
use crate::error::{Error, Result};
use crate::isolation::IsolationLevel;

/// The key of a transaction, and what was found under it.
pub(super) struct Keyed {
    pub(super) key: String,
    cache_key: CacheKey,
    write_on_commit: bool,
    /// What was there when the transaction was entered, unless it is overwritten.
    found: Option<CacheEntry>,
    /// Kept until it has ended, where only one may have it open.
    turn: Mutex<Option<Turn>>,
}

/// How a key is taken.
pub(super) struct Taking {
    pub(super) key: String,
    pub(super) isolation: IsolationLevel,
    pub(super) overwrite: bool,
    pub(super) write_on_commit: bool,
}

impl Taking {
    /// Looks what is under the key, and waits for others that have it open where that is asked for.
    pub(super) async fn take(self, engine: &Engine, lease: Option<LeaseId>) -> Result<Keyed> {
        let Self { key, isolation, overwrite, write_on_commit } = self;
        if engine.store().is_none() {
            return Err(Error::configuration(format!(
                "a transaction has the key '{key}', and this engine keeps no records: open it with a database"
            )));
        }
        let cache_key = crate::cache::key_of_transaction(&key);
        let mut turn = None;
        if isolation == IsolationLevel::Serializable {
            let mut line = Line::new(engine, cache_key, lease);
            while turn.is_none() {
                turn = line.step().await.map_err(|error| Error::store(None, error))?;
            }
        }
        let mut keyed =
            Keyed { key, cache_key, write_on_commit, found: None, turn: Mutex::new(turn) };
        if !overwrite {
            keyed.found = keyed.look(engine).await?;
        }
        if keyed.found.is_some() {
            keyed.end_turn();
        }
        Ok(keyed)
    }
}

impl Keyed {
    pub(super) fn is_found(&self) -> bool {
        self.found.is_some()
    }

    async fn look(&self, engine: &Engine) -> Result<Option<CacheEntry>> {
        let Some(store) = engine.store() else { return Ok(None) };
        let found = store.cached(self.cache_key).await;
        let found = found.map_err(|error| Error::store(None, error))?;
        Ok(found.filter(|entry| !entry.has_expired(engine.now())))
    }

    /// Lets others have the key.
    pub(super) fn end_turn(&self) {
        drop(self.turn.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}

impl Transaction {
    /// Gives it a value, which is kept under its key when it is committed. Of one that was found committed, nothing changes.
    ///
    /// # Errors
    ///
    /// The value cannot be written as JSON.
    pub fn stage(&self, value: impl Serialize) -> Result<()> {
        self.stage_with(value, [], [])
    }

    /// As [`stage`](Self::stage), with hooks for its rollback and for its commit.
    ///
    /// # Errors
    ///
    /// The value cannot be written as JSON.
    pub fn stage_with(
        &self,
        value: impl Serialize,
        on_rollback: impl IntoIterator<Item = TransactionHook>,
        on_commit: impl IntoIterator<Item = TransactionHook>,
    ) -> Result<()> {
        let json = written(&value).map_err(|error| {
            Error::msg(format_args!(
                "the value of the transaction {} cannot be kept: {error}",
                self.name()
            ))
        })?;
        let mut inner = self.lock();
        if inner.state != TransactionState::Committed {
            inner.staged = Some(json);
            inner.on_rollback.extend(on_rollback);
            inner.on_commit.extend(on_commit);
            if inner.state == TransactionState::Active {
                inner.state = TransactionState::Staged;
            }
        }
        Ok(())
    }

    /// Whether it is committed; one whose key was found is, from the start.
    #[must_use]
    pub fn is_committed(&self) -> bool {
        self.state() == TransactionState::Committed
    }

    /// The value that is kept under its key; none where there is none.
    ///
    /// # Errors
    ///
    /// The store cannot be asked, or the value is no `T`.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn read<T: DeserializeOwned>(&self) -> Result<Option<T>> {
        let Some(keyed) = self.0.keyed.get() else { return Ok(None) };
        let entry = keyed.look(&self.0.engine).await?;
        let Some(StateResult::Recorded { json }) = entry.map(|entry| entry.result) else {
            return Ok(None);
        };
        read(&json).map(Some).map_err(|error| {
            Error::msg(format_args!(
                "what is kept under the key '{}' is no {}: {error}",
                keyed.key,
                std::any::type_name::<T>()
            ))
        })
    }

    /// What its commit keeps under its key.
    pub(super) fn kept_value(&self) -> Option<Write> {
        let keyed = self.0.keyed.get().filter(|keyed| keyed.write_on_commit)?;
        let json = self.lock().staged.clone()?;
        let entry = CacheEntry {
            key: keyed.cache_key,
            run_id: self.0.context.run().map_or_else(RunId::new, |run| run.id()),
            result: StateResult::Recorded { json },
            created: self.0.engine.now(),
            expires: None,
        };
        Some(Write::Cache { entry: Box::new(entry), lease: self.lease() })
    }
}
