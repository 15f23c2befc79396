//! Whether an engine still begins attempts, and how many attempts of tasks are under way. Those in a flow run are counted there, so that
//! each is counted once. It stops nothing by force.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tidegate_core::RunKind;
use tokio::sync::Notify;

use crate::engine::control::Roster;
use crate::engine::pausing::Kind;
use crate::engine::{Engine, LiveRun};

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Activity {
    stopping: AtomicBool,
    /// Attempts of tasks outside of flow runs.
    tasks: AtomicUsize,
    idle: Notify,
}

/// An attempt is under way, until this is dropped. It holds the run and not the engine, whose count of references is everybody's.
pub(super) struct Busy(Arc<LiveRun>);

impl Busy {
    /// Begins an attempt; none when its flow run is about to be suspended, so that it has to wait. One of a task never begins once the
    /// engine is stopping, so that a flow which goes on does not get further.
    pub(super) async fn begin(run: &Arc<LiveRun>) -> Option<Self> {
        // Counted before it is asked: whoever stops the engine then sees one or the other.
        match (run.flow(), run.kind()) {
            (Some(flow), kind) => {
                if !flow.begin_call(Kind::of(kind), || run.is_part()) {
                    return None;
                }
            }
            (None, RunKind::Task) => {
                run.engine().activity().tasks.fetch_add(1, Ordering::SeqCst);
            }
            (None, RunKind::Flow) => {}
        }
        let busy = Self(Arc::clone(run));
        if run.kind() == RunKind::Task && run.engine().activity().is_stopping() {
            drop(busy);
            return std::future::pending().await;
        }
        Some(busy)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        match (self.0.flow(), self.0.kind()) {
            (Some(flow), kind) => flow.end_call(Kind::of(kind)),
            (None, RunKind::Task) => {
                let activity = self.0.engine().activity();
                if activity.tasks.fetch_sub(1, Ordering::SeqCst) == 1 {
                    activity.may_be_idle();
                }
            }
            (None, RunKind::Flow) => {}
        }
    }
}

impl Activity {
    /// Whether no further attempt begins.
    pub(super) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

    /// Where no attempt of a task is under way any more.
    pub(super) fn may_be_idle(&self) {
        if self.is_stopping() {
            self.idle.notify_waiters();
        }
    }
}

impl Engine {
    /// Begins no further attempt; how many of tasks are under way.
    pub(super) fn begin_nothing(&self) -> usize {
        self.activity().stopping.store(true, Ordering::SeqCst);
        self.tasks_under_way()
    }

    /// Waits until no attempt of a task is under way.
    pub(super) async fn idle(&self) {
        loop {
            let idle = self.activity().idle.notified();
            if self.tasks_under_way() == 0 {
                return;
            }
            idle.await;
        }
    }

    fn tasks_under_way(&self) -> usize {
        self.activity().tasks.load(Ordering::SeqCst) + tasks_inside(self.roster())
    }
}

/// How many attempts of tasks are under way in the flow runs of a roster, and in what those have called.
fn tasks_inside(roster: &Roster) -> usize {
    let inside = |live: &Arc<LiveRun>| {
        let own = live.pausing().map_or(0, |pausing| pausing.tasks());
        own + live.called().map_or(0, tasks_inside)
    };
    roster.all().iter().map(inside).sum()
}
