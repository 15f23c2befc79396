//! A run for programs: in a list in short, by itself with every state.

use serde::Serialize;
use tidegate_core::{Parameters, Run, RunId, RunKind, State, StateType, Timestamp};

/// A run in a list.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct RunSummary {
    pub(in crate::cli) id: RunId,
    pub(in crate::cli) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::cli) flow_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::cli) task_name: Option<String>,
    pub(in crate::cli) state_type: Option<StateType>,
    pub(in crate::cli) state_name: Option<String>,
    pub(in crate::cli) state_message: Option<String>,
    pub(in crate::cli) state_timestamp: Option<Timestamp>,
    /// The flow run that it was called in.
    pub(in crate::cli) flow_run_id: Option<RunId>,
    pub(in crate::cli) tags: Vec<String>,
    pub(in crate::cli) created: Timestamp,
    pub(in crate::cli) expected_start_time: Option<Timestamp>,
    pub(in crate::cli) start_time: Option<Timestamp>,
    pub(in crate::cli) end_time: Option<Timestamp>,
    /// In seconds.
    pub(in crate::cli) total_run_time: f64,
    pub(in crate::cli) run_count: u32,
}

/// A run by itself.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct RunDetails {
    #[serde(flatten)]
    pub(in crate::cli) summary: RunSummary,
    pub(in crate::cli) task_run_id: Option<RunId>,
    pub(in crate::cli) root_flow_run_id: Option<RunId>,
    pub(in crate::cli) flow_version: Option<String>,
    pub(in crate::cli) next_scheduled_start_time: Option<Timestamp>,
    pub(in crate::cli) max_retries: u32,
    pub(in crate::cli) parameters: Parameters,
    pub(in crate::cli) states: Vec<StateRecord>,
}

/// A state that a run was in.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct StateRecord {
    #[serde(rename = "type")]
    pub(in crate::cli) state_type: StateType,
    pub(in crate::cli) name: String,
    pub(in crate::cli) message: Option<String>,
    pub(in crate::cli) timestamp: Timestamp,
}

impl RunSummary {
    pub(in crate::cli) fn of(run: &Run) -> Self {
        let name_of = |kind| (run.kind() == kind).then(|| run.definition.name.clone());
        let state = run.state();
        Self {
            id: run.id,
            name: run.name.clone(),
            flow_name: name_of(RunKind::Flow),
            task_name: name_of(RunKind::Task),
            state_type: state.map(State::state_type),
            state_name: state.map(|state| state.name.to_string()),
            state_message: state.and_then(|state| state.message.as_ref().map(ToString::to_string)),
            state_timestamp: state.map(|state| state.timestamp),
            flow_run_id: run.flow_run_id,
            tags: run.tags.clone(),
            created: run.created,
            expected_start_time: run.expected_start_time,
            start_time: run.start_time,
            end_time: run.end_time,
            total_run_time: run.total_run_time.as_secs_f64(),
            run_count: run.run_count,
        }
    }
}

impl RunDetails {
    pub(in crate::cli) fn of(run: &Run) -> Self {
        Self {
            summary: RunSummary::of(run),
            task_run_id: run.task_run_id,
            root_flow_run_id: run.root_flow_run_id,
            flow_version: run.definition.version.clone(),
            next_scheduled_start_time: run.next_scheduled_start_time,
            max_retries: run.policy.retry.retries(),
            parameters: run.parameters.clone(),
            states: run.states.iter().map(StateRecord::of).collect(),
        }
    }
}

impl StateRecord {
    pub(in crate::cli) fn of(state: &State) -> Self {
        Self {
            state_type: state.state_type(),
            name: state.name.to_string(),
            message: state.message.as_ref().map(ToString::to_string),
            timestamp: state.timestamp,
        }
    }
}
