//! Writes that are not stored yet. What is put about a run that is not begun yet joins what begins it, if both are under one lease;
//! likewise the renewals of a lease. Everything else is stored by itself, in the order in which it was put: of two advances of a run
//! that is on record the first may have to be refused, and must not take the second with it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use tidegate_core::{LeaseId, Write};
use uuid::Uuid;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Pending {
    writes: Vec<Write>,
    last: Subjects,
    /// The leases that end with these writes.
    released: Vec<LeaseId>,
}

/// The place of the last write about each subject.
pub(super) type Subjects = HashMap<Uuid, usize>;

/// Why a write cannot follow on what waits already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Contradiction {
    /// The run is recorded already.
    AlreadyBegun,
    /// The run has moved on from where the write takes it up.
    DoesNotFollow,
    /// The lease it is written under ends before.
    LeaseEnded,
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

    /// How many runs are begun, and how many other writes there are.
    pub(super) fn counts(&self) -> (usize, usize) {
        let begun = self.writes.iter().filter(|write| matches!(write, Write::Begin(_))).count();
        (begun, self.writes.len() - begun)
    }

    /// Whether a write about this subject would join another.
    pub(super) fn contains(&self, subject: Uuid) -> bool {
        self.last.contains_key(&subject)
    }

    /// Whether a run reads otherwise once these are stored: one is about it, or a lease ends.
    pub(super) fn may_change(&self, run: Uuid) -> bool {
        self.contains(run) || self.ends_leases()
    }

    /// Whether a lease ends, so that runs which nothing here is about are read as nobody's.
    pub(super) fn ends_leases(&self) -> bool {
        !self.released.is_empty()
    }

    /// Lends out what the writes are about while they are being stored, which nobody asks these for meanwhile.
    pub(super) fn lend_subjects(&mut self) -> Subjects {
        std::mem::take(&mut self.last)
    }

    /// Takes back what was lent, since the writes were not stored.
    pub(super) fn take_back(&mut self, lent: Subjects) {
        self.last = lent;
    }

    /// Adds a write; the answer is the place of what it has become part of.
    pub(super) fn add(&mut self, write: Write) -> Result<usize, Contradiction> {
        if !self.released.is_empty() && is_under(&write, &self.released) {
            return Err(Contradiction::LeaseEnded);
        }
        if let Write::ReleaseLease(id) = write {
            self.released.push(id);
        }
        let next = self.writes.len();
        match self.last.entry(write.subject()) {
            Entry::Vacant(entry) => {
                entry.insert(next);
                self.writes.push(write);
                Ok(next)
            }
            Entry::Occupied(mut entry) => match join(&mut self.writes[*entry.get()], write)? {
                None => Ok(*entry.get()),
                Some(apart) => {
                    entry.insert(next);
                    self.writes.push(apart);
                    Ok(next)
                }
            },
        }
    }

    /// Puts back what could not be stored, before what was added since; the answer is what has become of each of the latter.
    pub(super) fn put_back(
        &mut self,
        mut older: Self,
    ) -> Vec<(Uuid, Result<usize, Contradiction>)> {
        let newer = self.writes.drain(..);
        let moved = newer.map(|write| (write.subject(), older.add(write))).collect();
        *self = older;
        moved
    }
}

/// Whether the write needs one of these leases to hold.
fn is_under(write: &Write, leases: &[LeaseId]) -> bool {
    let lease = match write {
        Write::Begin(run) => run.lease,
        Write::Advance(advance) => advance.lease,
        Write::TakeLease(lease) => Some(lease.id),
        Write::RenewLease { id, .. } => Some(*id),
        Write::Cache { lease, .. } | Write::Transaction { lease, .. } => *lease,
        Write::Define(_)
        | Write::Artifact(_)
        | Write::Input { .. }
        | Write::Event(_)
        | Write::ReleaseLease(_)
        | Write::Unlock { .. }
        | Write::ReleaseSlots(_)
        | Write::Request(_)
        | Write::EndRequest(_) => None,
    };
    lease.is_some_and(|lease| leases.contains(&lease))
}

/// Makes one write of two, or gives the newer back if it has to stay apart.
fn join(older: &mut Write, newer: Write) -> Result<Option<Write>, Contradiction> {
    match (older, newer) {
        (Write::Begin(_) | Write::Advance(_), Write::Begin(_)) => {
            return Err(Contradiction::AlreadyBegun);
        }
        (Write::Begin(run), Write::Advance(advance))
            if run.lease == advance.lease && !advance.release =>
        {
            if advance.after != run.states.len() {
                return Err(Contradiction::DoesNotFollow);
            }
            advance.apply_to(run);
        }
        (Write::TakeLease(lease), Write::RenewLease { expires, .. }) => lease.expires = expires,
        (Write::RenewLease { expires: older, .. }, Write::RenewLease { expires, .. }) => {
            *older = expires;
        }
        (Write::Artifact(older), Write::Artifact(newer)) => *older = newer,
        (
            Write::Transaction { record: older, lease },
            Write::Transaction { record: newer, lease: under },
        ) if *lease == under => *older = newer,
        (_, newer) => return Ok(Some(newer)),
    }
    Ok(None)
}
