//! What Prefect's API is told of runs, in its shapes.

use serde_json::{Map, Value, json};
use tidegate_core::graph::Upstream;
use tidegate_core::{Run, RunId, State, StateData};

use super::kept::Kept;

/// The id of the n-th state of a run, by which one that was told already is known again.
pub(super) fn transition_id(run: RunId, number: usize) -> String {
    let salt = (number as u128 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_0c5d_3b1a_2f47);
    uuid::Uuid::from_u128(run.as_uuid().as_u128() ^ salt).to_string()
}

/// The id of the task run that stands for a subflow run in its parent.
pub(super) fn tracking_id(run: RunId) -> String {
    uuid::Uuid::from_u128(!run.as_uuid().as_u128()).to_string()
}

/// The n-th state of a run.
pub(super) fn state(run: RunId, number: usize, state: &State) -> Value {
    let mut details = Map::new();
    details.insert("transition_id".into(), transition_id(run, number).into());
    match &state.data {
        StateData::Scheduled { scheduled_time } => {
            details.insert("scheduled_time".into(), json!(scheduled_time));
        }
        StateData::Pending { scheduled_time } => {
            details.insert("scheduled_time".into(), json!(scheduled_time));
        }
        StateData::Paused { timeout, reschedule, key } => {
            details.insert("pause_timeout".into(), json!(timeout));
            details.insert("pause_reschedule".into(), json!(reschedule));
            details.insert("pause_key".into(), json!(key));
        }
        StateData::Failed { retriable } => {
            details.insert("retriable".into(), json!(retriable));
        }
        StateData::Running
        | StateData::Completed
        | StateData::Cancelled
        | StateData::Crashed
        | StateData::Cancelling => {}
    }
    json!({
        "type": state.state_type(),
        "name": state.name,
        "message": state.message,
        "state_details": details,
    })
}

/// A flow run, in its first state.
pub(super) fn flow_run(run: &Run, flow: &str, parent: Option<&str>) -> Value {
    json!({
        "flow_id": flow,
        "flow_version": run.definition.version,
        "name": run.name,
        "parameters": run.parameters,
        "tags": run.tags,
        "idempotency_key": run.id,
        "parent_task_run_id": parent,
        "state": run.states.first().map(|first| state(run.id, 0, first)),
    })
}

/// A task run, in its first state. It keeps its id, and what it depends on.
pub(super) fn task_run(run: &Run, flow_run: Option<&str>, kept: &Kept) -> Value {
    json!({
        "id": run.id,
        "flow_run_id": flow_run,
        "task_key": run.definition.key,
        "task_version": run.definition.version,
        "dynamic_key": run.id,
        "name": run.name,
        "tags": run.tags,
        "task_inputs": inputs(run, kept),
        "state": run.states.first().map(|first| state(run.id, 0, first)),
    })
}

/// The task run that stands for a subflow run in its parent.
pub(super) fn tracking(run: &Run, flow_run: &str) -> Value {
    json!({
        "id": tracking_id(run.id),
        "flow_run_id": flow_run,
        "task_key": run.definition.key,
        "dynamic_key": run.id,
        "name": run.name,
    })
}

fn inputs(run: &Run, kept: &Kept) -> Value {
    let Some(place) = &run.place else { return json!({}) };
    let beside = |first: u32, last: u32| {
        kept.runs.values().filter(move |other| {
            other.flow_run_id == run.flow_run_id
                && other.place.as_ref().is_some_and(|place| (first..=last).contains(&place.number))
        })
    };
    let named = |id: RunId| {
        let subflow = kept.remote.contains_key(&id);
        let id = if subflow { tracking_id(id) } else { id.to_string() };
        json!({ "input_type": "task_run", "id": id })
    };
    let mut after = Vec::new();
    for upstream in &place.upstream {
        match upstream {
            Upstream::Calls(calls) => {
                after.extend(beside(calls.first, calls.last).map(|run| named(run.id)));
            }
            Upstream::Run(id) => after.push(named(*id)),
        }
    }
    if after.is_empty() { json!({}) } else { json!({ "after": after }) }
}
