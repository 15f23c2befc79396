//! The calls of a flow run: how each is found again when the body runs again, and what an earlier attempt left of it. A call is
//! numbered when it is made, not when it is first polled, so that calls which are polled in another order are found all the same.
//! Nothing here runs anything.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use tidegate_core::{CallKey, RecordedCall, RunId, TransactionRecord};

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    /// How many calls were made in this attempt of the same function with the same arguments in the same run, where there was
    /// more than none.
    made: HashMap<CallKey, u32>,
    /// What earlier attempts left and this one has not met yet.
    recorded: HashMap<CallKey, RecordedCall>,
    /// What they have recorded of transactions. The newest of a key counts.
    transactions: HashMap<CallKey, TransactionRecord>,
}

impl Calls {
    /// The key of a call that is made now. `key` is that of what is called: equal calls are told apart by how many came before.
    pub(crate) fn number(&mut self, key: CallKey) -> CallKey {
        match self.made.entry(key) {
            Entry::Vacant(entry) => {
                entry.insert(1);
                key
            }
            Entry::Occupied(mut entry) => {
                let before = *entry.get();
                *entry.get_mut() = before.saturating_add(1);
                repeated(key, before)
            }
        }
    }

    /// Whether an earlier attempt left something of a call.
    pub(crate) fn has(&self, key: CallKey) -> bool {
        self.recorded.contains_key(&key)
    }

    /// What an earlier attempt left of a call. It is given once: no two calls of an attempt have one key.
    pub(super) fn take(&mut self, key: CallKey) -> Option<RecordedCall> {
        self.recorded.remove(&key)
    }

    /// What earlier attempts have recorded of a transaction, or of that of a task run.
    pub(crate) fn transaction(&self, key: CallKey) -> Option<TransactionRecord> {
        self.transactions.get(&key).cloned()
    }

    /// A new attempt begins, which earlier ones left this for.
    pub(super) fn begin_attempt(
        &mut self,
        recorded: Vec<RecordedCall>,
        transactions: Vec<TransactionRecord>,
    ) {
        self.made.clear();
        let undone: HashSet<RunId> =
            transactions.iter().flat_map(|each| each.undone.iter().copied()).collect();
        let keyed = transactions.into_iter().filter_map(|each| Some((each.call_key?, each)));
        self.transactions = keyed.collect();
        let taken = recorded.into_iter().filter(|call| match call {
            RecordedCall::Completed(call) => !undone.contains(&call.run_id),
            RecordedCall::Other(_) => true,
        });
        self.recorded = taken.filter_map(|call| Some((call.key()?, call))).collect();
    }

    /// The names of the runs that earlier attempts left and this one has not met, at most so many, and how many there are.
    pub(super) fn not_met(&self, at_most: usize) -> (Vec<&str>, usize) {
        let mut names: Vec<_> = self.recorded.values().map(RecordedCall::name).collect();
        names.sort_unstable();
        names.truncate(at_most);
        (names, self.recorded.len())
    }
}

/// The key of a call before which so many equal ones were made.
fn repeated(key: CallKey, before: u32) -> CallKey {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&key.to_bytes());
    hasher.update(&before.to_be_bytes());
    shortened(&hasher)
}

/// The first half of a hash. Two calls of one flow run collide by chance once in 2^64 calls.
pub(super) fn shortened(hasher: &blake3::Hasher) -> CallKey {
    let mut bytes = [0; 16];
    hasher.finalize_xof().fill(&mut bytes);
    CallKey::from_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn equal_calls_are_told_apart_by_how_many_came_before() {
        let key = CallKey::from_bytes([7; 16]);
        let (mut first, mut second) = (Calls::default(), Calls::default());
        let keys: Vec<_> = (0..100).map(|_| first.number(key)).collect();
        assert_eq!(keys[0], key);
        assert!((0..100).all(|index| second.number(key) == keys[index]), "an attempt counts anew");
        let different: HashSet<_> = keys.iter().collect();
        assert_eq!(different.len(), 100);
    }
}
