//! Writes that are not stored yet, one entry a run: what is put about a run that waits already joins what waits.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use tidegate_core::{RunId, Write};

/// Writes in the order in which their runs were first written about.
#[derive(Debug, Default)]
pub(super) struct Pending {
    writes: Vec<Write>,
    by_run: HashMap<RunId, usize>,
}

/// The run is recorded already.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct AlreadyBegun(pub(super) RunId);

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

    /// Whether a write about this run would join another.
    pub(super) fn contains(&self, run: RunId) -> bool {
        self.by_run.contains_key(&run)
    }

    pub(super) fn add(&mut self, write: Write) -> Result<(), AlreadyBegun> {
        match self.by_run.entry(write.run_id()) {
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

fn join(older: &mut Write, newer: Write) -> Result<(), AlreadyBegun> {
    match (older, newer) {
        (_, Write::Begin(run)) => Err(AlreadyBegun(run.id)),
        (Write::Begin(run), Write::Advance(advance)) => {
            advance.apply_to(run);
            Ok(())
        }
        (Write::Advance(older), Write::Advance(newer)) => {
            older.absorb(*newer);
            Ok(())
        }
    }
}
