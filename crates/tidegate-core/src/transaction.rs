//! What is kept of a transaction of tasks: whether it was committed, and what has become of its hooks. It never decides whether one
//! is committed.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::identifier;
use crate::{CallKey, RunId, Timestamp};

identifier! {
    /// The id of a transaction.
    TransactionId
}

/// Where a transaction stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TransactionState {
    /// It is made, and not entered.
    Pending,
    /// Its body runs.
    Active,
    /// It has a value to commit.
    Staged,
    /// It is committed.
    Committed,
    /// It is rolled back.
    RolledBack,
}

impl TransactionState {
    /// The name in capitals: `ROLLED_BACK`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Active => "ACTIVE",
            Self::Staged => "STAGED",
            Self::Committed => "COMMITTED",
            Self::RolledBack => "ROLLED_BACK",
        }
    }
}

impl fmt::Display for TransactionState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What is kept of a transaction: one that is committed or rolled back and has hooks, or one of a task that has set values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TransactionRecord {
    /// Its id.
    pub id: TransactionId,
    /// The flow run it is part of.
    pub flow_run_id: Option<RunId>,
    /// The task run it belongs to, or in whose body it was made.
    pub task_run_id: Option<RunId>,
    /// What finds it again when the body of its flow run runs again; that of a task run's own is the task run's.
    pub call_key: Option<CallKey>,
    /// The key it was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// COMMITTED and ROLLED_BACK are recorded before any hook is called.
    pub state: TransactionState,
    /// When it entered that state.
    pub timestamp: Timestamp,
    /// Its values, as JSON by their names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, String>,
    /// The hooks that are called for it and for what is in it, in the order of the calls.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hooks: Vec<HookRecord>,
    /// Task runs in it that are rolled back, though their own records may not say so yet: their results count for nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undone: Vec<RunId>,
}

/// One hook of a transaction, and what has become of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HookRecord {
    /// When it is called.
    pub kind: HookKind,
    /// Its name.
    pub name: String,
    /// The task run whose hook it is; none for one of the transaction itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_run_id: Option<RunId>,
    /// What has become of it.
    pub status: HookStatus,
}

/// When a hook of a transaction is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HookKind {
    /// After the transaction is committed.
    Commit,
    /// When it is rolled back.
    Rollback,
}

impl HookKind {
    /// The word for it in lower case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Commit => "commit",
            Self::Rollback => "rollback",
        }
    }
}

/// What has become of a hook of a transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HookStatus {
    /// It was not called yet, or nothing is known of it.
    Pending,
    /// It went through.
    Done,
    /// It failed, and this is what it said.
    Failed(String),
    /// It was not called, because another before it failed.
    Skipped,
}
