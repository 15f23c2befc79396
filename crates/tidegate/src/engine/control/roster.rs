//! The runs that live, by their ids: an engine has one of what it runs at top level, and a flow run one of what it has called. A task run
//! is in it only while it waits for something, since many never do. Nothing here asks anything of them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, Weak};

use tidegate_core::RunId;

use super::lock;
use crate::engine::LiveRun;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Roster(Mutex<HashMap<RunId, Weak<LiveRun>>>);

impl Roster {
    fn lock(&self) -> MutexGuard<'_, HashMap<RunId, Weak<LiveRun>>> {
        lock(&self.0)
    }

    /// Every run in it, without what those have called.
    pub(in crate::engine) fn all(&self) -> Vec<Arc<LiveRun>> {
        self.lock().values().filter_map(Weak::upgrade).collect()
    }

    /// The run of this id, here or in what is called by those that are here.
    pub(crate) fn find(&self, id: RunId) -> Option<Arc<LiveRun>> {
        let here = self.lock().get(&id).and_then(Weak::upgrade);
        here.or_else(|| self.all().iter().find_map(|live| live.called()?.find(id)))
    }
}

/// A run is in the roster, until this is dropped.
#[derive(Debug)]
pub(crate) struct Listed(Arc<LiveRun>);

impl Listed {
    pub(crate) fn of(live: &Arc<LiveRun>) -> Self {
        live.roster().lock().insert(live.id(), Arc::downgrade(live));
        Self(Arc::clone(live))
    }
}

impl Drop for Listed {
    fn drop(&mut self) {
        let mut roster = self.0.roster().lock();
        // One that was let go of may have been taken up again.
        let is_this = |listed: &Weak<LiveRun>| std::ptr::eq(listed.as_ptr(), &raw const *self.0);
        if roster.get(&self.0.id()).is_some_and(is_this) {
            roster.remove(&self.0.id());
        }
    }
}
