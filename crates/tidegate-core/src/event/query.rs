//! Which events are asked for, as data.

use serde::{Deserialize, Serialize};

use super::{EventId, EventRecord, prefix};
use crate::{Order, RunId, RunKind, Timestamp};

/// Which events are asked for. Every part that is set must hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct EventQuery {
    /// The event of this id.
    pub id: Option<EventId>,
    /// Events of one of these names, or whose name begins as one of `prefixes`; both empty means any.
    pub names: Vec<String>,
    /// See `names`.
    pub prefixes: Vec<String>,
    /// Events about one of these resources, or about one whose id begins as one of `resource_prefixes`; both empty means any.
    pub resources: Vec<String>,
    /// See `resources`.
    pub resource_prefixes: Vec<String>,
    /// Events that all of these resources are related to.
    pub related: Vec<String>,
    /// Events in this flow run: of it, of its task runs, and emitted by their code.
    pub flow_run_id: Option<RunId>,
    /// Events in this task run.
    pub task_run_id: Option<RunId>,
    /// Events that happened at this time or later.
    pub since: Option<Timestamp>,
    /// Events that happened before this time.
    pub before: Option<Timestamp>,
    /// By the time at which they happened.
    pub order: Order,
    /// At most this many.
    pub limit: Option<u64>,
    /// Leaving out this many first.
    pub offset: u64,
}

impl EventQuery {
    /// Whether this event is asked for, whatever the limit.
    #[must_use]
    pub fn matches(&self, event: &EventRecord) -> bool {
        let EventQuery {
            id,
            names,
            prefixes,
            resources,
            resource_prefixes,
            related,
            flow_run_id,
            task_run_id,
            since,
            before,
            order: _,
            limit: _,
            offset: _,
        } = self;
        id.is_none_or(|id| id == event.id)
            && is_one_of(&event.event, names, prefixes)
            && is_one_of(event.resource.id(), resources, resource_prefixes)
            && related.iter().all(|id| event.related.iter().any(|each| each.id() == id))
            && flow_run_id.is_none_or(|id| event.flow_run_id == Some(id))
            && task_run_id.is_none_or(|id| event.task_run_id == Some(id))
            && since.is_none_or(|since| event.occurred >= since)
            && before.is_none_or(|before| event.occurred < before)
    }

    /// Whether a change of state of such a run may be asked for, by its name.
    #[must_use]
    pub fn may_match_states_of(&self, kind: RunKind) -> bool {
        let all = prefix(kind);
        let nothing_said = self.names.is_empty() && self.prefixes.is_empty();
        nothing_said
            || self.names.iter().any(|name| name.starts_with(all))
            || self
                .prefixes
                .iter()
                .any(|prefix| prefix.starts_with(all) || all.starts_with(&**prefix))
    }
}

fn is_one_of(text: &str, exact: &[String], prefixes: &[String]) -> bool {
    exact.is_empty() && prefixes.is_empty()
        || exact.iter().any(|each| each == text)
        || prefixes.iter().any(|prefix| text.starts_with(&**prefix))
}
