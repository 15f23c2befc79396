//! Questions to a store, as data. An empty question matches everything.

use serde::{Deserialize, Serialize};

use super::RunCondition;
use crate::{
    ArtifactId, ArtifactType, LeaseId, LogLevel, RunId, RunKind, StateType, Timestamp, VariableId,
};

/// The order of answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Newest first.
    #[default]
    NewestFirst,
    /// Oldest first.
    OldestFirst,
}

/// Which runs are asked for. Every part that is set must hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunQuery {
    /// Flow runs or task runs only.
    pub kind: Option<RunKind>,
    /// Runs of the flow or task of this name.
    pub definition_name: Option<String>,
    /// Runs of this name.
    pub name: Option<String>,
    /// Runs whose ids are from the first to the last of these, in the order of their bytes.
    pub ids: Option<(RunId, RunId)>,
    /// Runs made in this flow run: its task runs and its subflow runs.
    pub flow_run_id: Option<RunId>,
    /// Runs whose current state is of one of these types; empty means any.
    pub state_types: Vec<StateType>,
    /// Runs whose current state has one of these names; empty means any.
    pub state_names: Vec<String>,
    /// Runs that carry all of these tags.
    pub tags: Vec<String>,
    /// Runs made at this time or later.
    pub created_after: Option<Timestamp>,
    /// Runs made before this time.
    pub created_before: Option<Timestamp>,
    /// Runs that started at this time or later.
    pub started_after: Option<Timestamp>,
    /// Runs that started before this time.
    pub started_before: Option<Timestamp>,
    /// What else must hold.
    pub condition: Option<RunCondition>,
    /// What they are sorted by.
    pub sort: RunSort,
    /// Which of them comes first: the last or the greatest, or the first or the least.
    pub order: Order,
    /// At most this many.
    pub limit: Option<u64>,
    /// Leaving out this many first.
    pub offset: u64,
}

/// What runs are sorted by. What a run does not have comes before whatever others have; those that are alike in it are sorted by the time
/// of their making.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunSort {
    /// The time of their making.
    #[default]
    Created,
    /// When they started, or else are to start.
    Start,
    /// When they were to start.
    ExpectedStart,
    /// When they are to go on.
    NextScheduled,
    /// When they ended.
    End,
    /// Their names.
    Name,
    /// How long it was from their start to their end.
    Duration,
}

/// Which log lines are asked for. Every part that is set must hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LogQuery {
    /// Lines of this flow run, those of its task runs included.
    pub flow_run_id: Option<RunId>,
    /// Lines of this task run.
    pub task_run_id: Option<RunId>,
    /// Lines of this level or above.
    pub at_least: Option<LogLevel>,
    /// Lines said at this time or later.
    pub since: Option<Timestamp>,
    /// Lines said before this time.
    pub before: Option<Timestamp>,
    /// Newest first instead of oldest first.
    pub newest_first: bool,
    /// At most this many.
    pub limit: Option<u64>,
    /// Leaving out this many first.
    pub offset: u64,
}

/// Which inputs of a flow run are asked for, oldest first. Every part that is set must hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InputQuery {
    /// The flow run they are for.
    pub flow_run_id: RunId,
    /// The input of this key.
    pub key: Option<String>,
    /// Inputs whose keys begin like this.
    pub prefix: Option<String>,
    /// At most this many.
    pub limit: Option<u64>,
    /// Leaving out this many first.
    pub offset: u64,
}

impl InputQuery {
    /// Every input of a flow run.
    #[must_use]
    pub fn of(flow_run_id: RunId) -> Self {
        Self { flow_run_id, key: None, prefix: None, limit: None, offset: 0 }
    }
}

/// Which artifacts are asked for. Every part that is set must hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ArtifactQuery {
    /// The artifact of this id.
    pub id: Option<ArtifactId>,
    /// Artifacts of this key.
    pub key: Option<String>,
    /// Artifacts of one of these types; empty means any.
    pub types: Vec<ArtifactType>,
    /// Artifacts that this flow run made.
    pub flow_run_id: Option<RunId>,
    /// Artifacts that this task run made.
    pub task_run_id: Option<RunId>,
    /// Of each key the newest only.
    pub latest: bool,
    /// By the time of their making.
    pub order: Order,
    /// At most this many.
    pub limit: Option<u64>,
    /// Leaving out this many first.
    pub offset: u64,
}

/// Which open requests are asked for. Every part that is set must hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RequestQuery {
    /// Requests about this run.
    pub run_id: Option<RunId>,
    /// Requests about runs that were last written under this lease.
    pub lease: Option<LeaseId>,
}

/// Which variables are asked for, by name. Every part that is set must hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct VariableQuery {
    /// The variable of this id.
    pub id: Option<VariableId>,
    /// Variables of one of these names; empty means any.
    pub names: Vec<String>,
    /// Variables in whose names this occurs.
    pub like: Option<String>,
    /// Variables that carry all of these tags.
    pub tags: Vec<String>,
    /// At most this many.
    pub limit: Option<u64>,
    /// Leaving out this many first.
    pub offset: u64,
}
