//! The events that the states of a run are, in the shape in which Prefect's server tells them.

use serde_json::{Value, json};
use uuid::{Builder, Uuid};

use super::{EventId, EventRecord, RESOURCE_NAME, Resource, prefix};
use crate::{Run, RunId, RunKind, State, StateType};

/// The events that the states of a run are, oldest first. `flow` is the name of the flow in whose run a task run was called, or of a
/// flow run itself.
///
/// ```
/// use std::sync::Arc;
/// use tidegate_core::{Clock, Definition, Run, RunKind, State, state_events};
///
/// let now = Clock::system().now();
/// let mut run = Run::new(Arc::new(Definition::new(RunKind::Flow, "nightly")), "noisy-raccoon", now);
/// run.states = vec![State::pending(now), State::running(now)];
/// let events: Vec<_> = state_events(&run, Some("nightly")).map(|event| event.event).collect();
/// assert_eq!(events, ["prefect.flow-run.Pending", "prefect.flow-run.Running"]);
/// ```
pub fn state_events<'a>(
    run: &'a Run,
    flow: Option<&'a str>,
) -> impl DoubleEndedIterator<Item = EventRecord> + 'a {
    let (flow_run_id, task_run_id) = match run.kind() {
        RunKind::Flow => (Some(run.id), None),
        RunKind::Task => (run.flow_run_id, Some(run.id)),
    };
    run.states.iter().enumerate().map(move |(place, state)| {
        let before = place.checked_sub(1).map(|before| &run.states[before]);
        EventRecord {
            id: id(run.id, place, state),
            occurred: state.timestamp,
            event: format!("{}{}", prefix(run.kind()), state.name),
            resource: resource(run, state, entered_running(&run.states[..=place])),
            related: related(run, flow, &run.tags),
            payload: payload(before, state),
            follows: before.map(|before| id(run.id, place - 1, before)),
            flow_run_id,
            task_run_id,
        }
    })
}

/// The same each time it is made: the time of the state, then the random part of the run's id with the place of the state added to it,
/// as a UUID of the version that is free for such things (8, RFC 9562).
fn id(run: RunId, place: usize, state: &State) -> EventId {
    let millis = state.timestamp.timestamp_millis().max(0).cast_unsigned();
    let random = run.as_uuid().as_u128() as u64;
    let bits = u128::from(millis) << 80 | u128::from(random.wrapping_add(place as u64));
    let uuid: Uuid = Builder::from_custom_bytes(bits.to_be_bytes()).into_uuid();
    EventId::from(uuid)
}

fn entered_running(states: &[State]) -> usize {
    states.iter().filter(|state| state.state_type() == StateType::Running).count()
}

fn resource(run: &Run, state: &State, run_count: usize) -> Resource {
    Resource::of_run(run.kind(), run.id)
        .label(RESOURCE_NAME, &*run.name)
        .label("prefect.run-count", run_count.to_string())
        .label("prefect.state-message", state.message.as_deref().unwrap_or_default())
        .label("prefect.state-name", &*state.name)
        .label("prefect.state-timestamp", state.timestamp.to_rfc3339())
        .label("prefect.state-type", state.state_type().as_str())
}

fn related(run: &Run, flow: Option<&str>, tags: &[String]) -> Vec<Resource> {
    let mut related = Vec::new();
    if let Some(flow_run) = run.flow_run_id {
        let role = match run.kind() {
            RunKind::Task => "flow-run",
            RunKind::Flow => "parent-flow-run",
        };
        related.push(Resource::of_run(RunKind::Flow, flow_run).role(role));
    }
    related.extend(flow.map(flow_resource));
    if run.kind() == RunKind::Task {
        let name = &*run.definition.name;
        let task = Resource::new(format!("prefect.task.{name}"));
        related.push(task.label(RESOURCE_NAME, name).role("task"));
    }
    related.extend(tags.iter().map(|tag| tag_resource(tag)));
    related
}

/// A flow, as a resource that is related to an event.
fn flow_resource(name: &str) -> Resource {
    Resource::new(format!("prefect.flow.{name}")).label(RESOURCE_NAME, name).role("flow")
}

/// A tag, as a resource that is related to an event.
fn tag_resource(tag: &str) -> Resource {
    Resource::new(format!("prefect.tag.{tag}")).role("tag")
}

impl EventRecord {
    /// Relates it to the run whose code emitted it, to its flow, and to the tags under which that code ran.
    pub fn relate_to(&mut self, run: &Run, flow: Option<&str>, tags: &[String]) {
        let role = match run.kind() {
            RunKind::Flow => "flow-run",
            RunKind::Task => "task-run",
        };
        let own = Resource::of_run(run.kind(), run.id).label(RESOURCE_NAME, &*run.name);
        self.related.push(own.role(role));
        self.related.extend(related(run, flow, tags));
    }
}

fn payload(before: Option<&State>, state: &State) -> Value {
    let short = |state: &State| json!({"type": state.state_type(), "name": state.name});
    let mut entered = short(state);
    if let Some(message) = &state.message {
        entered["message"] = json!(message);
    }
    json!({
        "intended": {"from": before.map(State::state_type), "to": state.state_type()},
        "initial_state": before.map(short),
        "validated_state": entered,
    })
}
