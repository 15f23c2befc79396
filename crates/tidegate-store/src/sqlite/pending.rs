//! Writes that are not stored yet, one entry a subject: what is put about a run or a lease that waits already joins what waits.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use tidegate_core::Write;
use uuid::Uuid;

/// Writes in the order in which their subjects were first written about.
#[derive(Debug, Default)]
pub(super) struct Pending {
    writes: Vec<Write>,
    by_subject: HashMap<Uuid, usize>,
}

/// Why a write cannot join what waits already about its subject.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Contradiction {
    /// The run is recorded already.
    AlreadyBegun,
    /// The run has moved on from where the write takes it up.
    DoesNotFollow,
}

impl Pending {
    pub(super) fn len(&self) -> usize {
        self.writes.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.writes.is_empty()
    }

    pub(super) fn writes(&self) -> &[Write] {
        &self.writes
    }

    /// How many runs are begun, and how many move on.
    pub(super) fn counts(&self) -> (usize, usize) {
        let begun = self.writes.iter().filter(|write| matches!(write, Write::Begin(_))).count();
        (begun, self.writes.len() - begun)
    }

    /// Whether a write about this subject would join another.
    pub(super) fn contains(&self, subject: Uuid) -> bool {
        self.by_subject.contains_key(&subject)
    }

    pub(super) fn add(&mut self, write: Write) -> Result<(), Contradiction> {
        match self.by_subject.entry(write.subject()) {
            Entry::Vacant(entry) => {
                entry.insert(self.writes.len());
                self.writes.push(write);
                Ok(())
            }
            Entry::Occupied(entry) => join(&mut self.writes[*entry.get()], write),
        }
    }

    /// Puts back what could not be stored, before what was added since.
    pub(super) fn put_back(&mut self, mut older: Self) {
        for write in self.writes.drain(..) {
            // A run that was begun before is not begun again: the second time was put after the first and is dropped.
            let _ = older.add(write);
        }
        *self = older;
    }
}

fn join(older: &mut Write, newer: Write) -> Result<(), Contradiction> {
    match (older, newer) {
        (_, Write::Begin(_)) => return Err(Contradiction::AlreadyBegun),
        (Write::Begin(run), Write::Advance(advance)) => {
            if advance.after != run.states.len() {
                return Err(Contradiction::DoesNotFollow);
            }
            advance.apply_to(run);
        }
        (Write::Advance(older), Write::Advance(newer)) => {
            if newer.after != older.after + older.states.len() {
                return Err(Contradiction::DoesNotFollow);
            }
            older.absorb(*newer);
        }
        (Write::TakeLease(lease), Write::RenewLease { expires, .. }) => lease.expires = expires,
        (older, newer) => *older = newer,
    }
    Ok(())
}
