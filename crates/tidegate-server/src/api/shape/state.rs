//! A state, as Prefect shows it and as its clients propose it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tidegate_core::{
    Run, RunId, RunKind, State as RunState, StateData, StateResult, StateType, Timestamp,
};
use uuid::Uuid;

use super::Object;
use crate::api::ids;

/// What a client's own account of a result is kept under: Prefect's `data`, which only its clients understand.
const DATA: &str = "prefect_data";

/// What such an account begins with.
const DATA_FIRST: &str = "{\"prefect_data\":";

/// A state as clients propose it. When it begins is said by the server.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct StateCreate {
    #[serde(rename = "type")]
    state_type: StateType,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    data: Option<Value>,
    #[serde(default)]
    state_details: Details,
}

/// Prefect's `StateDetails`, as far as we go by them.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Details {
    scheduled_time: Option<Timestamp>,
    pause_timeout: Option<Timestamp>,
    pause_reschedule: bool,
    pause_key: Option<String>,
    retriable: Option<bool>,
    transition_id: Option<Uuid>,
}

impl StateCreate {
    /// As it is proposed of a flow run. Prefect's clients say of each failure that it is not to be retried, and mean nothing by it: whether
    /// a flow run is, its policy says.
    pub(crate) fn of_flow_run(mut self) -> Self {
        self.state_details.retriable = None;
        self
    }

    /// The state, beginning at this time.
    pub(crate) fn into_state(self, at: Timestamp) -> RunState {
        let Details {
            scheduled_time,
            pause_timeout,
            pause_reschedule,
            pause_key,
            retriable,
            transition_id,
        } = self.state_details;
        let data = match self.state_type {
            StateType::Scheduled => {
                StateData::Scheduled { scheduled_time: scheduled_time.unwrap_or(at) }
            }
            StateType::Pending => StateData::Pending { scheduled_time },
            StateType::Running => StateData::Running,
            StateType::Completed => StateData::Completed,
            StateType::Failed => StateData::Failed { retriable },
            StateType::Cancelled => StateData::Cancelled,
            StateType::Crashed => StateData::Crashed,
            StateType::Paused => StateData::Paused {
                timeout: pause_timeout,
                reschedule: pause_reschedule,
                key: pause_key,
            },
            StateType::Cancelling => StateData::Cancelling,
        };
        let mut state = RunState::new(self.state_type.default_name(), data, at);
        if let Some(name) = self.name.filter(|name| *name != state.name) {
            state = state.named(name);
        }
        if let Some(message) = self.message {
            state = state.message(message);
        }
        state.result = self.data.filter(|data| !data.is_null()).map(result_of);
        state.transition_id = transition_id;
        state
    }
}

fn result_of(data: Value) -> StateResult {
    if data.get("type").and_then(Value::as_str) == Some("unpersisted") {
        return StateResult::Unpersisted;
    }
    StateResult::Recorded { json: json!({ DATA: data }).to_string().into() }
}

/// What a client has said of a result. What our own runs return is not told here.
fn data_of(result: Option<&StateResult>) -> Value {
    match result {
        Some(StateResult::Recorded { json }) if json.starts_with(DATA_FIRST) => {
            let value: Option<Value> = serde_json::from_str(json).ok();
            value.and_then(|mut value| value.get_mut(DATA).map(Value::take)).unwrap_or_default()
        }
        Some(StateResult::Unpersisted) => json!({ "type": "unpersisted" }),
        Some(StateResult::Recorded { .. } | StateResult::Persisted { .. }) | None => Value::Null,
    }
}

/// A state of a run: Prefect's `State`.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct State<'a> {
    id: Uuid,
    #[serde(rename = "type")]
    state_type: StateType,
    name: &'a str,
    timestamp: Timestamp,
    message: Option<&'a str>,
    /// What a client has said of a result.
    data: Value,
    state_details: StateDetails<'a>,
}

/// What else is said of a state.
#[derive(Debug, Default, Serialize, JsonSchema)]
struct StateDetails<'a> {
    flow_run_id: Option<RunId>,
    task_run_id: Option<RunId>,
    child_flow_run_id: Option<RunId>,
    scheduled_time: Option<Timestamp>,
    cache_key: Option<&'a str>,
    cache_expiration: Option<Timestamp>,
    deferred: bool,
    untrackable_result: bool,
    pause_timeout: Option<Timestamp>,
    pause_reschedule: bool,
    pause_key: Option<&'a str>,
    run_input_keyset: Option<Object>,
    refresh_cache: Option<bool>,
    retriable: Option<bool>,
    transition_id: Option<Uuid>,
    task_parameters_id: Option<Uuid>,
    traceparent: Option<&'a str>,
    deployment_concurrency_lease_id: Option<Uuid>,
}

impl<'a> State<'a> {
    /// The state at this place of a run's history, counted from 0; none beyond its end.
    pub(crate) fn at(run: &'a Run, place: usize) -> Option<Self> {
        let state = run.states.get(place)?;
        Some(Self {
            id: ids::state(run.id, place),
            state_type: state.state_type(),
            name: &state.name,
            timestamp: state.timestamp,
            message: state.message.as_deref(),
            data: data_of(state.result.as_ref()),
            state_details: StateDetails::of(run, state),
        })
    }

    /// The states of a run, oldest first.
    pub(crate) fn all(run: &'a Run) -> impl Iterator<Item = Self> {
        (0..run.states.len()).filter_map(|place| Self::at(run, place))
    }

    /// The current state of a run; none before its first.
    pub(crate) fn current(run: &'a Run) -> Option<Self> {
        Self::at(run, run.states.len().checked_sub(1)?)
    }

    pub(super) fn id(&self) -> Uuid {
        self.id
    }
}

impl<'a> StateDetails<'a> {
    fn of(run: &Run, state: &'a RunState) -> Self {
        let (flow_run_id, task_run_id) = match run.kind() {
            RunKind::Flow => (Some(run.id), None),
            RunKind::Task => (run.flow_run_id, Some(run.id)),
        };
        let details = Self {
            flow_run_id,
            task_run_id,
            scheduled_time: state.scheduled_time(),
            transition_id: state.transition_id,
            ..Self::default()
        };
        match &state.data {
            StateData::Paused { timeout, reschedule, key } => Self {
                pause_timeout: *timeout,
                pause_reschedule: *reschedule,
                pause_key: key.as_deref(),
                ..details
            },
            StateData::Failed { retriable } => Self { retriable: *retriable, ..details },
            StateData::Scheduled { .. }
            | StateData::Pending { .. }
            | StateData::Running
            | StateData::Completed
            | StateData::Cancelled
            | StateData::Crashed
            | StateData::Cancelling => details,
        }
    }
}
