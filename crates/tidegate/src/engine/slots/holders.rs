//! Which runs hold slots. Others may wait for those, so what such a run asks for besides, itself or in what it calls, must not wait behind
//! them. Nothing here gives slots.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tidegate_core::RunId;

use super::line::Priority;
use crate::engine::LiveRun;

/// How often each run holds slots.
#[derive(Debug, Default)]
pub(super) struct Holders(Mutex<HashMap<RunId, usize>>);

impl Holders {
    pub(super) fn add(&self, run: RunId) {
        *self.lock().entry(run).or_default() += 1;
    }

    pub(super) fn remove(&self, run: RunId) {
        let mut runs = self.lock();
        if let Some(count) = runs.get_mut(&run) {
            *count -= 1;
            if *count == 0 {
                runs.remove(&run);
            }
        }
    }

    /// Where slots for this run are waited for.
    pub(super) fn priority(&self, run: Option<&LiveRun>) -> Priority {
        let runs = self.lock();
        let mut next = run.filter(|_| !runs.is_empty());
        while let Some(each) = next {
            if runs.contains_key(&each.id()) {
                return Priority::Holder;
            }
            next = each.around().map(|around| &**around);
        }
        Priority::InLine
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<RunId, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
