//! Taking events. One that tells of a task run moves that run, as its client says: it alone knows. Others are recorded as they are.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use tidegate_core::{
    EventRecord, Policy, Proposal, Run, RunId, RunKind, State, StoreErrorKind, Write, transition,
};

use super::{EventBody, resource};
use crate::api::shape::StateCreate;
use crate::api::task_runs::TaskRunBody;
use crate::change::advance_by;
use crate::error::ApiError;
use crate::state::AppState;

/// What the ids of task runs begin with where they are resources.
const TASK_RUN: &str = "prefect.task-run.";

/// What the ids of flow runs begin with where they are resources.
const FLOW_RUN: &str = "prefect.flow-run.";

/// How many runs are kept in mind. Above that, all are asked for again.
const KNOWN_AT_MOST: usize = 1024;

/// Takes the events of one client, which come in order.
#[derive(Debug)]
pub(super) struct Taker {
    state: AppState,
    /// The task runs that have not ended, so that the store need not be asked for what has just been put.
    known: HashMap<RunId, Run>,
}

/// What an event about a task run carries.
#[derive(Debug, Deserialize, JsonSchema)]
struct Payload {
    validated_state: StateCreate,
    task_run: TaskRunBody,
}

impl Taker {
    pub(super) fn new(state: AppState) -> Self {
        Self { state, known: HashMap::new() }
    }

    /// Takes one. It is durable after [`flush`](Self::flush).
    pub(super) async fn take(&mut self, event: EventBody) -> Result<(), ApiError> {
        let subject = event.resource.get(tidegate_core::RESOURCE_ID).map(String::as_str);
        let task_run: Option<RunId> =
            subject.and_then(|id| id.strip_prefix(TASK_RUN)).and_then(|id| id.parse().ok());
        let told = task_run.filter(|_| event.event.starts_with(TASK_RUN)).and_then(|id| {
            let payload = Payload::deserialize(&event.payload).ok()?;
            Some((id, payload))
        });
        match told {
            Some((id, payload)) => self.move_task_run(id, payload, &event).await,
            None => self.record(event).await,
        }
    }

    /// Waits until everything that was taken is durable.
    pub(super) async fn flush(&self) -> Result<(), ApiError> {
        Ok(self.state.store().flush().await?)
    }

    async fn record(&self, event: EventBody) -> Result<(), ApiError> {
        let run_of = |prefix: &str| {
            let mut labels = std::iter::once(&event.resource).chain(&event.related);
            labels.find_map(|labels| related_run(labels, prefix))
        };
        let (flow_run_id, task_run_id) = (run_of(FLOW_RUN), run_of(TASK_RUN));
        let record = EventRecord {
            id: event.id.into(),
            occurred: event.occurred,
            event: event.event,
            resource: resource(event.resource),
            related: event.related.into_iter().map(resource).collect(),
            payload: event.payload,
            follows: event.follows.map(Into::into),
            flow_run_id,
            task_run_id,
        };
        Ok(self.state.store().put(Write::Event(Box::new(record))).await?)
    }

    async fn move_task_run(
        &mut self,
        id: RunId,
        payload: Payload,
        event: &EventBody,
    ) -> Result<(), ApiError> {
        let Payload { validated_state, mut task_run } = payload;
        let proposed = validated_state.into_state(event.occurred);
        let store = self.state.store();
        let known = match self.known.remove(&id) {
            Some(run) => Some(run),
            None => store.run(id).await?,
        };
        let before = match known {
            Some(run) => run,
            None => {
                let related = event.related.iter().find_map(|labels| related_run(labels, FLOW_RUN));
                task_run.flow_run_id =
                    task_run.flow_run_id.or(related.map(|id: RunId| *id.as_uuid()));
                let run =
                    task_run.into_run(&self.state, Some(*id.as_uuid()), event.occurred).await?;
                let mut begun = run.clone();
                enter(&mut begun, proposed);
                store.put(Write::Begin(Box::new(begun.clone()))).await?;
                self.keep(begun);
                return Ok(());
            }
        };
        if before.kind() != RunKind::Task || crate::change::is_owned(&self.state, &before) {
            return Ok(());
        }
        // A client that has lost its connection tells again what may not have arrived.
        let is_told =
            |state: &State| state.timestamp == proposed.timestamp && state.name == proposed.name;
        if before.states.iter().any(is_told) {
            self.keep(before);
            return Ok(());
        }
        let mut after = before.clone();
        enter(&mut after, proposed);
        let mut advance = advance_by(&before, &after);
        if !task_run.tags.is_empty() && before.tags != task_run.tags {
            let tags = crate::api::flow_runs::sorted(std::mem::take(&mut task_run.tags));
            advance.tags = Some(tags);
        }
        match store.put(Write::Advance(Box::new(advance))).await {
            Ok(()) => {
                self.keep(after);
                Ok(())
            }
            // Somebody else has moved it on: what is on record counts.
            Err(error) if error.kind() == StoreErrorKind::Fenced => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Keeps a run in mind until it has ended.
    fn keep(&mut self, run: Run) {
        if run.is_terminal() {
            return;
        }
        if self.known.len() >= KNOWN_AT_MOST {
            self.known.clear();
        }
        self.known.insert(run.id, run);
    }
}

/// Enters the state that a client says it has entered. The books are kept here.
fn enter(run: &mut Run, state: State) {
    let now = state.timestamp;
    transition(run, Proposal { policy: Policy::Force, ..Proposal::new(state) }, now);
}

/// The run that a resource is, if it is one of this kind.
fn related_run(labels: &std::collections::BTreeMap<String, String>, prefix: &str) -> Option<RunId> {
    labels.get(tidegate_core::RESOURCE_ID)?.strip_prefix(prefix)?.parse().ok()
}

/// An event from the text of a message.
pub(super) fn parse(text: &str) -> Result<EventBody, serde_json::Error> {
    let value: Value = serde_json::from_str(text)?;
    EventBody::deserialize(value)
}
