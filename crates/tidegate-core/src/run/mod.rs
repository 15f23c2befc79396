//! The record of a run, flow run and task run alike. It keeps the books of states, times and counters;
//! whether a state may be entered is decided in `rules`.

mod books;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{
    CallKey, CallPlace, Definition, DeploymentId, LeaseId, Parameters, RetryPolicy, RunId, RunKind,
    State, Timestamp,
};

/// A flow run or a task run: who it is, what it was given, and what has happened to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Its id.
    pub id: RunId,
    /// The flow or task it is a run of.
    pub definition: Arc<Definition>,
    /// Its name.
    pub name: String,
    /// The flow run in whose body it was called: of a subflow, the parent flow run.
    pub flow_run_id: Option<RunId>,
    /// The task run in whose body it was called, if it was called in one.
    pub task_run_id: Option<RunId>,
    /// What finds the call again when the body of its flow run runs again; none for one that cannot be found.
    pub call_key: Option<CallKey>,
    /// Where its call stands among those of its flow run; none outside flow runs.
    pub place: Option<Box<CallPlace>>,
    /// The lease it was last written under; none without an owner.
    pub lease: Option<LeaseId>,
    /// The outermost flow run; of a top-level flow run, itself.
    pub root_flow_run_id: Option<RunId>,
    /// The deployment it was made from.
    pub deployment_id: Option<DeploymentId>,
    /// What infrastructure runs it, as a worker names it.
    pub infrastructure_pid: Option<String>,
    /// Its tags, sorted and without repetition.
    pub tags: Vec<String>,
    /// What it was called with.
    pub parameters: Parameters,
    /// What its rules go by.
    pub policy: RunPolicy,
    /// When the record was made.
    pub created: Timestamp,
    /// Every state it has been in, oldest first; the last one is the current state.
    pub states: Vec<State>,
    /// How often it entered RUNNING.
    pub run_count: u32,
    /// The run count of its flow run when it last entered RUNNING.
    pub flow_run_run_count: u32,
    /// The time it has spent in RUNNING.
    pub total_run_time: Duration,
    /// When it should have started.
    pub expected_start_time: Option<Timestamp>,
    /// When it first entered RUNNING, or ended if it never did.
    pub start_time: Option<Timestamp>,
    /// When it ended; also of one that never began because something it needs did not complete.
    pub end_time: Option<Timestamp>,
    /// When it will start, while it is SCHEDULED.
    pub next_scheduled_start_time: Option<Timestamp>,
}

/// What the rules go by besides the states of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunPolicy {
    /// When and how often it is tried again.
    pub retry: RetryPolicy,
    /// Whether it is on its way from PAUSED back to RUNNING, which uses up no retry.
    pub resuming: bool,
    /// Whether it is run again after its process has died.
    pub recover: bool,
    /// Whether its body can be run again from its record, so that it can be suspended.
    pub restartable: bool,
    /// The keys of the pauses that have fired.
    pub pause_keys: Vec<String>,
    /// How its next attempt will come about.
    pub retry_type: Option<RetryType>,
}

/// How a further attempt comes about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RetryType {
    /// By its engine, in its process.
    InProcess,
    /// By being scheduled again.
    Reschedule,
}

impl Run {
    /// A run that nothing has happened to yet.
    #[must_use]
    pub fn new(definition: Arc<Definition>, name: impl Into<String>, now: Timestamp) -> Self {
        Self {
            id: RunId::new(),
            definition,
            name: name.into(),
            flow_run_id: None,
            task_run_id: None,
            call_key: None,
            place: None,
            lease: None,
            root_flow_run_id: None,
            deployment_id: None,
            infrastructure_pid: None,
            tags: Vec::new(),
            parameters: Parameters::default(),
            policy: RunPolicy::default(),
            created: now,
            states: Vec::new(),
            run_count: 0,
            flow_run_run_count: 0,
            total_run_time: Duration::ZERO,
            expected_start_time: None,
            start_time: None,
            end_time: None,
            next_scheduled_start_time: None,
        }
    }

    /// Flow run or task run.
    #[must_use]
    pub fn kind(&self) -> RunKind {
        self.definition.kind
    }

    /// Its current state; none before its first.
    #[must_use]
    pub fn state(&self) -> Option<&State> {
        self.states.last()
    }

    /// Whether something can start it again when it has left its process: its deployment, or whoever has its flow.
    #[must_use]
    pub fn can_be_started_again(&self) -> bool {
        self.deployment_id.is_some() || self.policy.restartable
    }

    /// Whether it has ended: in a terminal state, or because something it needs did not complete.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.end_time.is_some()
    }

    /// Whether its state is terminal.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        self.state().is_some_and(State::is_terminal)
    }
}
