//! A state, as Prefect shows it and as its clients propose it.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use tidegate_core::{Run, RunKind, State, StateData, StateResult, StateType, Timestamp};
use uuid::Uuid;

use crate::api::ids;

/// What a client's own account of a result is kept under: Prefect's `data`, which only its clients understand.
const DATA: &str = "prefect_data";

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
    pub(crate) fn into_state(self, at: Timestamp) -> State {
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
        let mut state = State::new(self.state_type.default_name(), data, at);
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
        Some(StateResult::Recorded { json }) if json.starts_with(&format!("{{\"{DATA}\":")) => {
            let value: Option<Value> = serde_json::from_str(json).ok();
            value.and_then(|mut value| value.get_mut(DATA).map(Value::take)).unwrap_or_default()
        }
        Some(StateResult::Unpersisted) => json!({ "type": "unpersisted" }),
        Some(StateResult::Recorded { .. } | StateResult::Persisted { .. }) | None => Value::Null,
    }
}

/// Prefect's `State`: the state at this place of a run's history.
pub(crate) fn state(run: &Run, place: usize, state: &State) -> Value {
    let (flow_run_id, task_run_id) = match run.kind() {
        RunKind::Flow => (Some(run.id), None),
        RunKind::Task => (run.flow_run_id, Some(run.id)),
    };
    let (pause_timeout, pause_reschedule, pause_key) = match &state.data {
        StateData::Paused { timeout, reschedule, key } => (*timeout, *reschedule, key.as_deref()),
        StateData::Scheduled { .. }
        | StateData::Pending { .. }
        | StateData::Running
        | StateData::Completed
        | StateData::Failed { .. }
        | StateData::Cancelled
        | StateData::Crashed
        | StateData::Cancelling => (None, false, None),
    };
    let retriable = match state.data {
        StateData::Failed { retriable } => retriable,
        StateData::Scheduled { .. }
        | StateData::Pending { .. }
        | StateData::Running
        | StateData::Completed
        | StateData::Cancelled
        | StateData::Crashed
        | StateData::Paused { .. }
        | StateData::Cancelling => None,
    };
    json!({
        "id": ids::state(run.id, place),
        "type": state.state_type(),
        "name": state.name,
        "timestamp": state.timestamp,
        "message": state.message,
        "data": data_of(state.result.as_ref()),
        "state_details": {
            "flow_run_id": flow_run_id,
            "task_run_id": task_run_id,
            "child_flow_run_id": null,
            "scheduled_time": state.scheduled_time(),
            "cache_key": null,
            "cache_expiration": null,
            "deferred": false,
            "untrackable_result": false,
            "pause_timeout": pause_timeout,
            "pause_reschedule": pause_reschedule,
            "pause_key": pause_key,
            "run_input_keyset": null,
            "refresh_cache": null,
            "retriable": retriable,
            "transition_id": state.transition_id,
            "task_parameters_id": null,
            "traceparent": null,
            "deployment_concurrency_lease_id": null,
        },
    })
}

/// The current state of a run, with its id; nothing before its first.
pub(crate) fn current(run: &Run) -> Option<(Uuid, Value)> {
    let place = run.states.len().checked_sub(1)?;
    Some((ids::state(run.id, place), state(run, place, &run.states[place])))
}
