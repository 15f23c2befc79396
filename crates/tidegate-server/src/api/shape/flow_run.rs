//! A flow run.

use serde_json::{Map, Value, json};
use tidegate_core::{Run, State, Timestamp};

use super::{policy, state};
use crate::api::ids;

/// Prefect's `FlowRunResponse`.
pub(crate) fn flow_run(run: &Run, now: Timestamp) -> Value {
    let mut fields = times(run, now);
    let (state_id, current) = state::current(run).unzip();
    let own = json!({
        "id": run.id,
        "created": run.created,
        "updated": run.state().map_or(run.created, |state| state.timestamp),
        "name": run.name,
        "flow_id": ids::flow(&run.definition.name),
        "state_id": state_id,
        "deployment_id": run.deployment_id,
        "deployment_version": null,
        "work_queue_id": null,
        "work_queue_name": null,
        "flow_version": run.definition.version,
        "parameters": run.parameters,
        "idempotency_key": null,
        "context": {},
        "empirical_policy": policy::of_flow_run(&run.policy),
        "tags": run.tags,
        "labels": {},
        "parent_task_run_id": run.task_run_id,
        "auto_scheduled": false,
        "infrastructure_document_id": null,
        "infrastructure_pid": run.infrastructure_pid,
        "created_by": null,
        "work_pool_id": null,
        "work_pool_name": null,
        "state": current,
        "job_variables": {},
    });
    if let Value::Object(own) = own {
        fields.extend(own);
    }
    Value::Object(fields)
}

/// What flow runs and task runs have in common: names of states, counters and times.
pub(super) fn times(run: &Run, now: Timestamp) -> Map<String, Value> {
    let fields = json!({
        "state_type": run.state().map(State::state_type),
        "state_name": run.state().map(|state| &state.name),
        "run_count": run.run_count,
        "expected_start_time": run.expected_start_time,
        "next_scheduled_start_time": run.next_scheduled_start_time,
        "start_time": run.start_time,
        "end_time": run.end_time,
        "total_run_time": run.total_run_time.as_secs_f64(),
        "estimated_run_time": run.estimated_run_time(now).as_secs_f64(),
        "estimated_start_time_delta": run.lateness(now).as_secs_f64(),
    });
    match fields {
        Value::Object(fields) => fields,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Map::new()
        }
    }
}
