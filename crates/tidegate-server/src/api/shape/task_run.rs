//! A task run.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use tidegate_core::graph::Upstream;
use tidegate_core::{Run, RunId, Timestamp};
use uuid::Uuid;

use super::policy::TaskRunPolicy;
use super::times::Times;
use super::{Object, State};

/// A task run: Prefect's `TaskRun`.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct TaskRun<'a> {
    id: RunId,
    created: Timestamp,
    updated: Timestamp,
    name: &'a str,
    flow_run_id: Option<RunId>,
    task_key: &'a str,
    /// What tells a call of a task from others in its flow run.
    dynamic_key: String,
    cache_key: Option<&'a str>,
    cache_expiration: Option<Timestamp>,
    task_version: Option<&'a str>,
    empirical_policy: TaskRunPolicy,
    tags: &'a [String],
    labels: Object,
    state_id: Option<Uuid>,
    /// Which runs each argument came from.
    task_inputs: BTreeMap<&'a str, Vec<TaskInput>>,
    flow_run_run_count: u32,
    state: Option<State<'a>>,
    #[serde(flatten)]
    times: Times<'a>,
}

/// A task run whose result was given to another.
#[derive(Debug, Serialize, JsonSchema)]
struct TaskInput {
    input_type: InputType,
    id: RunId,
}

/// What is given to a task.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum InputType {
    TaskRun,
}

impl<'a> TaskRun<'a> {
    /// A task run as it is at this time.
    pub(crate) fn of(run: &'a Run, now: Timestamp) -> Self {
        let state = State::current(run);
        let number = run.place.as_ref().map(|place| place.number.to_string());
        Self {
            id: run.id,
            created: run.created,
            updated: run.state().map_or(run.created, |state| state.timestamp),
            name: &run.name,
            flow_run_id: run.flow_run_id,
            task_key: &run.definition.key,
            dynamic_key: number.unwrap_or_else(|| run.id.to_string()),
            cache_key: None,
            cache_expiration: None,
            task_version: run.definition.version.as_deref(),
            empirical_policy: TaskRunPolicy::of(&run.policy),
            tags: &run.tags,
            labels: Object::new(),
            state_id: state.as_ref().map(State::id),
            task_inputs: inputs(run),
            flow_run_run_count: run.flow_run_run_count,
            state,
            times: Times::of(run, now),
        }
    }
}

/// Which runs it was given the results of. Prefect says of which argument; here it is known for the call as a whole.
fn inputs(run: &Run) -> BTreeMap<&str, Vec<TaskInput>> {
    let mut inputs: BTreeMap<&str, Vec<TaskInput>> =
        run.parameters.iter().map(|(name, _)| (name, Vec::new())).collect();
    let upstream: Vec<TaskInput> = run
        .place
        .iter()
        .flat_map(|place| &place.upstream)
        .filter_map(|upstream| match upstream {
            Upstream::Run(id) => Some(TaskInput { input_type: InputType::TaskRun, id: *id }),
            Upstream::Calls(_) => None,
        })
        .collect();
    if !upstream.is_empty() {
        inputs.insert("upstream", upstream);
    }
    inputs
}
