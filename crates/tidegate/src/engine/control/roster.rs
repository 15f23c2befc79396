//! The runs that live, by their ids: an engine has one of what it runs at top level, and a flow run one of what it has called. A task run
//! is in it only while it waits for something, since many never do. Nothing here asks anything of them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, Weak};

use tidegate_core::{RunId, RunKind};

use super::lock;
use crate::engine::LiveRun;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Roster(Mutex<Lists>);

/// Task runs have a list of their own: a million of them may wait, and who looks at flow runs must not go through them.
#[derive(Debug, Default)]
struct Lists {
    flows: List,
    tasks: List,
}

type List = HashMap<RunId, Weak<LiveRun>>;

impl Lists {
    fn of(&mut self, kind: RunKind) -> &mut List {
        match kind {
            RunKind::Flow => &mut self.flows,
            RunKind::Task => &mut self.tasks,
        }
    }

    fn get(&self, id: RunId) -> Option<Arc<LiveRun>> {
        self.flows.get(&id).or_else(|| self.tasks.get(&id)).and_then(Weak::upgrade)
    }
}

impl Roster {
    fn lock(&self) -> MutexGuard<'_, Lists> {
        lock(&self.0)
    }

    /// Every run in it, without what those have called.
    pub(in crate::engine) fn all(&self) -> Vec<Arc<LiveRun>> {
        let lists = self.lock();
        lists.flows.values().chain(lists.tasks.values()).filter_map(Weak::upgrade).collect()
    }

    /// Every flow run in it, without what those have called.
    pub(in crate::engine) fn flows(&self) -> Vec<Arc<LiveRun>> {
        self.lock().flows.values().filter_map(Weak::upgrade).collect()
    }

    /// The run of this id, here or in what is called by those that are here.
    pub(crate) fn find(&self, id: RunId) -> Option<Arc<LiveRun>> {
        let here = self.lock().get(id);
        here.or_else(|| self.flows().iter().find_map(|live| live.called()?.find(id)))
    }
}

/// A run is in the roster, until this is dropped.
#[derive(Debug)]
pub(crate) struct Listed(Arc<LiveRun>);

impl Listed {
    pub(crate) fn of(live: &Arc<LiveRun>) -> Self {
        live.roster().lock().of(live.kind()).insert(live.id(), Arc::downgrade(live));
        Self(Arc::clone(live))
    }
}

impl Drop for Listed {
    fn drop(&mut self) {
        self.0.engine().take_bar(&self.0);
        let mut lists = self.0.roster().lock();
        let list = lists.of(self.0.kind());
        // One that was let go of may have been taken up again.
        let is_this = |listed: &Weak<LiveRun>| std::ptr::eq(listed.as_ptr(), &raw const *self.0);
        if list.get(&self.0.id()).is_some_and(is_this) {
            list.remove(&self.0.id());
        }
    }
}
