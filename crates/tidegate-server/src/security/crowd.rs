//! How many of something a caller has at once: connections, or streams that stay open. It counts, and closes nothing.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

/// How many each caller has.
#[derive(Debug)]
pub(crate) struct Crowd<K>(Arc<Mutex<HashMap<K, usize>>>);

/// One of those that a caller has; it is given back when this is dropped.
#[derive(Debug)]
pub(crate) struct Place<K: Eq + Hash> {
    crowd: Arc<Mutex<HashMap<K, usize>>>,
    who: K,
}

impl<K> Default for Crowd<K> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<K: Copy + Eq + Hash> Crowd<K> {
    /// One more for a caller, unless they have so many already or there are so many in all.
    pub(crate) fn enter(&self, who: K, each: usize, all: usize) -> Option<Place<K>> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = counts.get(&who).copied().unwrap_or_default();
        // Callers that have none are not in the map, so there are never more of them than places.
        if own >= each || counts.values().sum::<usize>() >= all {
            return None;
        }
        counts.insert(who, own + 1);
        Some(Place { crowd: Arc::clone(&self.0), who })
    }
}

impl<K: Eq + Hash> Drop for Place<K> {
    fn drop(&mut self) {
        let mut counts = self.crowd.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.who) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.who);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_so_many_and_all_have_so_many() {
        let crowd = Crowd::default();
        let mut held = vec![crowd.enter(1, 2, 3).unwrap(), crowd.enter(1, 2, 3).unwrap()];
        assert!(crowd.enter(1, 2, 3).is_none());
        held.push(crowd.enter(2, 2, 3).unwrap());
        assert!(crowd.enter(2, 2, 3).is_none());
        held.remove(0);
        held.push(crowd.enter(2, 2, 3).unwrap());
        drop(held);
        assert!(crowd.0.lock().unwrap().is_empty());
    }
}
