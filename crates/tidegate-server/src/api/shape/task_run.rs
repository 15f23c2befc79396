//! A task run.

use serde_json::{Map, Value, json};
use tidegate_core::graph::Upstream;
use tidegate_core::{Run, Timestamp};

use super::{flow_run, policy, state};

/// Prefect's `TaskRun`.
pub(crate) fn task_run(run: &Run, now: Timestamp) -> Value {
    let mut fields = flow_run::times(run, now);
    let (state_id, current) = state::current(run).unzip();
    let own = json!({
        "id": run.id,
        "created": run.created,
        "updated": run.state().map_or(run.created, |state| state.timestamp),
        "name": run.name,
        "flow_run_id": run.flow_run_id,
        "task_key": run.definition.key,
        "dynamic_key": dynamic_key(run),
        "cache_key": null,
        "cache_expiration": null,
        "task_version": run.definition.version,
        "empirical_policy": policy::of_task_run(&run.policy),
        "tags": run.tags,
        "labels": {},
        "state_id": state_id,
        "task_inputs": inputs(run),
        "flow_run_run_count": run.flow_run_run_count,
        "state": current,
    });
    if let Value::Object(own) = own {
        fields.extend(own);
    }
    Value::Object(fields)
}

/// What tells a call of a task from others in its flow run.
fn dynamic_key(run: &Run) -> String {
    run.place.as_ref().map_or_else(|| run.id.to_string(), |place| place.number.to_string())
}

/// Which runs it was given the results of. Prefect says of which argument; here it is known for the call as a whole.
fn inputs(run: &Run) -> Value {
    let mut inputs = Map::new();
    for (name, _) in run.parameters.iter() {
        inputs.insert(name.to_owned(), json!([]));
    }
    let upstream: Vec<Value> = run
        .place
        .iter()
        .flat_map(|place| &place.upstream)
        .filter_map(|upstream| match upstream {
            Upstream::Run(id) => Some(json!({ "input_type": "task_run", "id": id })),
            Upstream::Calls(_) => None,
        })
        .collect();
    if !upstream.is_empty() {
        inputs.insert("upstream".to_owned(), json!(upstream));
    }
    Value::Object(inputs)
}
