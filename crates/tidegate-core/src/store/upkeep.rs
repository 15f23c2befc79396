//! What keeps a store in good order, as data: which runs are no longer wanted, and what deleting them has come to.

use serde::{Deserialize, Serialize};

use std::sync::Arc;

use crate::{ResultReference, RunId, Timestamp};

/// Which top-level runs are no longer wanted: those that are too old, and those that are too many. By default none are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Expired {
    /// Those that ended before this time.
    pub ended_before: Option<Timestamp>,
    /// Those that ended, but for so many of the newest, by the time of their making. Runs that have not ended count.
    pub beyond_newest: Option<u64>,
    /// This one, if it has ended.
    pub run: Option<RunId>,
    /// Of all these, those stay that ended at this time or later: the last of their log lines may be on the way.
    pub ended_lately: Option<Timestamp>,
}

/// What was deleted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Deleted {
    /// How many runs, task runs and subflow runs included.
    pub runs: u64,
    /// How many log lines.
    pub log_lines: u64,
    /// The results in result storages that these runs told of. Left out is what a run had cached or has taken from another, because
    /// further runs may tell of it.
    pub results: Vec<(RunId, Arc<ResultReference>)>,
    /// Whether there is more to delete.
    pub more: bool,
}

/// What becomes of what is there already: a file where a backup is to be, or an input of the same key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IfExists {
    /// It stays, and nothing is written.
    #[default]
    Refuse,
    /// What is new takes its place, at once and whole.
    Replace,
}
