//! Whether an engine still begins attempts, and how many attempts of tasks are under way. It stops nothing by force.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::sync::Notify;

use crate::engine::LiveRun;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Activity {
    stopping: AtomicBool,
    tasks: AtomicUsize,
    idle: Notify,
}

/// An attempt of a task is under way, until this is dropped. It holds the run and not the engine, whose count of references is
/// everybody's.
pub(super) struct Busy(Arc<LiveRun>);

impl Busy {
    /// Begins an attempt of a task; never, once the engine is stopping, so that a flow which goes on does not get further.
    pub(super) async fn begin(run: &Arc<LiveRun>) -> Self {
        let activity = run.engine().activity();
        // Counted before it is asked: whoever stops the engine then sees one or the other.
        activity.tasks.fetch_add(1, Ordering::SeqCst);
        let busy = Self(Arc::clone(run));
        if activity.stopping.load(Ordering::SeqCst) {
            drop(busy);
            return std::future::pending().await;
        }
        busy
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let activity = self.0.engine().activity();
        if activity.tasks.fetch_sub(1, Ordering::SeqCst) == 1
            && activity.stopping.load(Ordering::SeqCst)
        {
            activity.idle.notify_waiters();
        }
    }
}

impl Activity {
    /// Begins no further attempt; how many are under way.
    pub(super) fn stop(&self) -> usize {
        self.stopping.store(true, Ordering::SeqCst);
        self.tasks.load(Ordering::SeqCst)
    }

    /// Whether no further attempt begins.
    pub(super) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

    /// Waits until no attempt of a task is under way.
    pub(super) async fn idle(&self) {
        loop {
            let idle = self.idle.notified();
            if self.tasks.load(Ordering::SeqCst) == 0 {
                return;
            }
            idle.await;
        }
    }
}
