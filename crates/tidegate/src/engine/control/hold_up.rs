//! Functions on the blocking pool that a run waits for. A thread cannot be stopped, so a run that is called off ends when they return. It
//! stops nothing.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::{APART, IN_SYNC_BODY};
use crate::engine::LiveRun;

/// The run cannot be dropped, nor those that it is awaited in place by, until this is.
pub(in crate::engine) struct HoldUp(Arc<LiveRun>);

impl HoldUp {
    pub(in crate::engine) fn of(live: Arc<LiveRun>) -> Self {
        each_in_place(&live, |each| {
            each.control().held_up.fetch_add(1, Ordering::SeqCst);
        });
        Self(live)
    }
}

impl Drop for HoldUp {
    fn drop(&mut self) {
        each_in_place(&self.0, |each| {
            let control = each.control();
            control.held_up.fetch_sub(1, Ordering::SeqCst);
            if control.is_called_off() {
                control.wake();
            }
        });
    }
}

/// A function of the run is under way on the blocking pool, until this is dropped.
pub(in crate::engine) struct SyncBody(HoldUp);

impl SyncBody {
    pub(in crate::engine) fn begin(live: Arc<LiveRun>) -> Self {
        live.control().mark(IN_SYNC_BODY);
        Self(HoldUp::of(live))
    }
}

impl Drop for SyncBody {
    fn drop(&mut self) {
        self.0.0.control().marks.fetch_and(!IN_SYNC_BODY, Ordering::SeqCst);
    }
}

/// The run, and those around it that cannot be dropped without it.
fn each_in_place(live: &Arc<LiveRun>, mut tell: impl FnMut(&LiveRun)) {
    let mut next = Some(live);
    while let Some(each) = next {
        tell(each);
        next = each.around().filter(|_| !each.control().has(APART));
    }
}
