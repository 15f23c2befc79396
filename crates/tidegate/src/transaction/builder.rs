//! Describing a transaction: its key and how it is committed. It does nothing until it is given a body.

use super::{CommitMode, TransactionHook};
use crate::isolation::IsolationLevel;

/// A transaction without a body yet: see [the module](mod@crate::transaction).
pub fn transaction() -> TransactionBuilder {
    TransactionBuilder {
        key: None,
        commit_mode: None,
        isolation_level: None,
        overwrite: false,
        write_on_commit: true,
        on_commit: Vec::new(),
        on_rollback: Vec::new(),
    }
}

/// A transaction that has not been given its body. Made by [`transaction`].
#[derive(Clone, Debug)]
#[must_use = "a transaction does nothing until it is given a body with `run` and awaited"]
pub struct TransactionBuilder {
    pub(super) key: Option<String>,
    pub(super) commit_mode: Option<CommitMode>,
    pub(super) isolation_level: Option<IsolationLevel>,
    pub(super) overwrite: bool,
    pub(super) write_on_commit: bool,
    pub(super) on_commit: Vec<TransactionHook>,
    pub(super) on_rollback: Vec<TransactionHook>,
}

impl TransactionBuilder {
    /// Gives it a key, under which its staged value is kept when it is committed. One whose key is there already is committed from the start:
    /// its body asks [`is_committed`](super::Transaction::is_committed) and [`read`](super::Transaction::read).
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Says when it is committed; unset, as the one around it, or [`CommitMode::Lazy`].
    pub fn commit_mode(mut self, mode: CommitMode) -> Self {
        self.commit_mode = Some(mode);
        self
    }

    /// Says whether others may have a transaction with its key open at the same time; unset, as the one around it, or
    /// [`IsolationLevel::ReadCommitted`], which lets them.
    pub fn isolation_level(mut self, level: IsolationLevel) -> Self {
        self.isolation_level = Some(level);
        self
    }

    /// Goes on even if its key is there, and replaces what is kept under it.
    pub fn overwrite(mut self, overwrite: bool) -> Self {
        self.overwrite = overwrite;
        self
    }

    /// With `false`, its value is not kept when it is committed.
    pub fn write_on_commit(mut self, write: bool) -> Self {
        self.write_on_commit = write;
        self
    }

    /// Calls `hook` after it is committed.
    pub fn on_commit(mut self, hook: TransactionHook) -> Self {
        self.on_commit.push(hook);
        self
    }

    /// Calls `hook` when it is rolled back.
    pub fn on_rollback(mut self, hook: TransactionHook) -> Self {
        self.on_rollback.push(hook);
        self
    }
}
