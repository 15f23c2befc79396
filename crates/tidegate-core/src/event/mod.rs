//! Events: what happened, to what, and when. The changes of state are events that are made from the records of runs, so they cost
//! nothing beyond those; others are emitted by user code and recorded by themselves. Nothing here reacts to one.

mod of_states;
mod query;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::id::identifier;
use crate::{RunId, RunKind, Timestamp};

pub use of_states::state_events;
pub use query::EventQuery;

identifier! {
    /// The id of an event.
    EventId
}

/// The label that every resource has: what it is.
pub const RESOURCE_ID: &str = "prefect.resource.id";

/// The label that says what a related resource has to do with an event.
pub const RESOURCE_ROLE: &str = "prefect.resource.role";

/// The label that holds the name of a resource.
pub const RESOURCE_NAME: &str = "prefect.resource.name";

/// Something that events are about, as labels. One of them is [`RESOURCE_ID`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Resource(BTreeMap<String, String>);

impl Resource {
    /// The resource of this id, such as `city.rome`.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self(BTreeMap::from([(RESOURCE_ID.to_owned(), id.into())]))
    }

    /// The run of this id, as events name it: `prefect.flow-run.<id>`.
    #[must_use]
    pub fn of_run(kind: RunKind, id: RunId) -> Self {
        Self::new(format!("{}{id}", prefix(kind)))
    }

    /// With one more label, or another value of it.
    #[must_use]
    pub fn label(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.0.insert(name.into(), value.into());
        self
    }

    /// What it has to do with the event that it is related to: `flow-run`, `tag`.
    #[must_use]
    pub fn role(self, role: impl Into<String>) -> Self {
        self.label(RESOURCE_ROLE, role)
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &str {
        self.get(RESOURCE_ID).unwrap_or_default()
    }

    /// The value of one of its labels.
    #[must_use]
    pub fn get(&self, label: &str) -> Option<&str> {
        self.0.get(label).map(String::as_str)
    }

    /// Its labels.
    pub fn labels(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }
}

/// An event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventRecord {
    /// Its id. That of a change of state is always the same one.
    pub id: EventId,
    /// When it happened.
    pub occurred: Timestamp,
    /// What happened: `prefect.flow-run.Completed`, or a name that user code has given.
    pub event: String,
    /// What it happened to.
    pub resource: Resource,
    /// What else has to do with it, each with a role.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<Resource>,
    /// What else there is to say.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub payload: Value,
    /// The event that it is known to come after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follows: Option<EventId>,
    /// The flow run in which it happened.
    pub flow_run_id: Option<RunId>,
    /// The task run in which it happened.
    pub task_run_id: Option<RunId>,
}

/// What the names of the events of a run begin with, and its id as a resource too.
const fn prefix(kind: RunKind) -> &'static str {
    match kind {
        RunKind::Flow => "prefect.flow-run.",
        RunKind::Task => "prefect.task-run.",
    }
}
