//! What is looked at to say how far it has got: the flow runs that live, and what was submitted outside of them. Task runs that are awaited
//! in place are part of their flow run, and are not told apart.

use std::sync::Arc;
use std::time::Duration;

use tidegate_core::{RunId, Timestamp};

use crate::engine::control::Roster;
use crate::engine::reporter::Counts;
use crate::engine::{Engine, LiveRun};

/// See the module.
pub(super) struct Watched {
    /// None for what was submitted outside of flow runs.
    pub(super) live: Option<Arc<LiveRun>>,
    /// Of what it has submitted.
    pub(super) counts: Counts,
    /// How long it has run; of what is outside of flow runs, nobody asks.
    pub(super) age: Duration,
    /// Whether nothing else tells of it: it is no subflow.
    pub(super) is_top: bool,
}

impl Watched {
    /// What it is known by from one look to the next.
    pub(super) fn key(&self) -> Option<RunId> {
        self.live.as_ref().map(|live| live.id())
    }

    /// How many of what was submitted have not ended.
    pub(super) fn remaining(&self) -> usize {
        self.counts.submitted - self.counts.ended
    }
}

impl Engine {
    /// Whether nothing lives that could take long.
    pub(super) fn has_nothing_to_watch(&self) -> bool {
        self.roster().flows().is_empty() && {
            let outside = self.nursery().tally().counts();
            outside.ended == outside.submitted
        }
    }

    /// All that may take long, the oldest first. What was submitted outside of flow runs is counted from when nothing of it was left.
    pub(super) fn watched(&self, before: &mut Counts) -> Vec<Watched> {
        let mut watched = Vec::new();
        watch(self.roster(), true, self.now(), &mut watched);
        // Ids of runs sort by time.
        watched.sort_by_key(Watched::key);
        let outside = self.nursery().tally().counts();
        if outside.ended == outside.submitted {
            *before = outside;
        } else {
            let counts = outside.since(*before);
            watched.push(Watched { live: None, counts, age: Duration::ZERO, is_top: false });
        }
        watched
    }
}

/// The flow runs of a roster, and those inside them.
fn watch(roster: &Roster, is_top: bool, now: Timestamp, watched: &mut Vec<Watched>) {
    for live in roster.flows() {
        if let Some(called) = live.called() {
            watch(called, false, now, watched);
        }
        let Some(nursery) = live.nursery() else { continue };
        let started = live.record().start_time;
        let age = started.and_then(|started| (now - started).to_std().ok()).unwrap_or_default();
        let counts = nursery.tally().counts();
        watched.push(Watched { live: Some(live), counts, age, is_top });
    }
}
