//! What was put and is not stored yet, who waits for it, and when it has to be stored. It never stores anything: it is
//! a plain value, and its owner looks at it under a lock.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::Instant;

use tidegate_core::{Acknowledger, LogRecord, RoomMaker, StoreError, Write};
use uuid::Uuid;

use super::act::Act;
use super::options::Options;
use super::pending::{Contradiction, Pending, Subjects};
use super::work::Work;

/// With so many runs waiting they are stored, whether or not somebody waits.
const WORTH_A_BATCH: usize = 1024;

/// How many log lines go into one transaction with writes, so that they do not hold up who waits for those.
const LOGS_IN_A_BATCH: usize = 1024;

/// So many writes that nobody waits for do not hold up one who waits for an act.
const A_FEW_WRITES: usize = 16;

/// An act that changes so many pages is over as soon as a thread has been woken.
const A_FEW_PAGES: usize = 4;

/// So many log lines do not hold up one who waits for a single run.
const A_FEW_LOGS: usize = 16;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Queue {
    pending: Pending,
    acts: Vec<Act>,
    works: VecDeque<Work>,
    waiting: Waiting,
    rooms: Vec<RoomMaker>,
    logs: VecDeque<LogRecord>,
    /// When the oldest write was put.
    oldest: Option<Instant>,
    /// When the oldest log line was put.
    oldest_log: Option<Instant>,
}

/// Those who wait for a batch.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    /// For the write at this place to be durable.
    writers: Vec<(usize, Acknowledger)>,
    /// For everything before to be there to be read.
    readers: Vec<Acknowledger>,
    /// For everything before to be durable, log lines too.
    flushes: Vec<Acknowledger>,
}

/// A write that cannot follow on what was put back before it, and who waits for it.
#[derive(Debug)]
pub(super) struct Contradicted {
    pub(super) subject: Uuid,
    pub(super) contradiction: Contradiction,
    pub(super) writers: Vec<Acknowledger>,
}

/// What goes into one transaction.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) pending: Pending,
    /// Done after the writes.
    pub(super) acts: Vec<Act>,
    /// Done after the writes, with no act beside it.
    pub(super) work: Option<Work>,
    pub(super) logs: Vec<LogRecord>,
    pub(super) waiting: Waiting,
}

/// What a batch that is being stored changes.
#[derive(Debug, Default)]
pub(super) struct InFlight {
    subjects: Subjects,
    /// It may change any run.
    anything: bool,
}

impl InFlight {
    /// Whether a run may read otherwise once it is stored.
    pub(super) fn may_change(&self, run: Uuid) -> bool {
        self.anything || self.subjects.contains_key(&run)
    }
}

impl Queue {
    /// How many runs have writes waiting.
    pub(super) fn len(&self) -> usize {
        self.pending.len()
    }

    /// How many wait for writes.
    pub(super) fn writers(&self) -> usize {
        self.waiting.writers.len()
    }

    pub(super) fn contains(&self, subject: Uuid) -> bool {
        self.pending.contains(subject)
    }

    /// Whether a run may read otherwise once this is stored.
    pub(super) fn may_change(&self, run: Uuid) -> bool {
        self.pending.may_change(run) || !self.acts.is_empty() || !self.works.is_empty()
    }

    pub(super) fn has_writes(&self) -> bool {
        !self.pending.is_empty() || !self.acts.is_empty() || !self.works.is_empty()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pending.is_empty()
            && self.acts.is_empty()
            && self.works.is_empty()
            && self.logs.is_empty()
            && self.waiting.is_empty()
    }

    /// Takes a write; the answer is its place, for who waits for it.
    pub(super) fn put(&mut self, write: Write) -> Result<usize, Contradiction> {
        if self.oldest.is_none() {
            self.oldest = Some(Instant::now());
        }
        self.pending.add(write)
    }

    /// Has an act done with the next batch.
    pub(super) fn add_act(&mut self, act: Act) {
        self.acts.push(act);
    }

    /// Has work done after everything that was put before. Each goes into a transaction of its own, so that others wait for one
    /// at a time.
    pub(super) fn add_work(&mut self, work: Work) {
        self.works.push_back(work);
    }

    pub(super) fn wait_for_write(&mut self, place: usize, acknowledger: Acknowledger) {
        self.waiting.writers.push((place, acknowledger));
    }

    pub(super) fn wait_to_read(&mut self, acknowledger: Acknowledger) {
        self.waiting.readers.push(acknowledger);
    }

    pub(super) fn wait_for_flush(&mut self, acknowledger: Acknowledger) {
        self.waiting.flushes.push(acknowledger);
    }

    pub(super) fn wait_for_room(&mut self, room: RoomMaker) {
        self.rooms.push(room);
    }

    /// Takes as many lines as there is room for; how many are too many is the answer.
    pub(super) fn put_logs(&mut self, records: Vec<LogRecord>, capacity: usize) -> u64 {
        let room = capacity.saturating_sub(self.logs.len());
        let dropped = records.len().saturating_sub(room);
        self.logs.extend(records.into_iter().take(room));
        if self.oldest_log.is_none() && !self.logs.is_empty() {
            self.oldest_log = Some(Instant::now());
        }
        dropped as u64
    }

    /// Whether all there is to store is one run, which one waits for, and a few log lines.
    pub(super) fn is_one_awaited_write(&self) -> bool {
        let Waiting { writers, readers, flushes } = &self.waiting;
        self.pending.len() == 1
            && self.acts.is_empty()
            && self.works.is_empty()
            && self.logs.len() <= A_FEW_LOGS
            && writers.len() == 1
            && readers.is_empty()
            && flushes.is_empty()
    }

    /// Whether all there is to wait for is one small act, beside a few writes and log lines.
    pub(super) fn is_one_small_act(&self) -> bool {
        let [act] = &self.acts[..] else { return false };
        act.pages() <= A_FEW_PAGES
            && self.pending.len() <= A_FEW_WRITES
            && self.works.is_empty()
            && self.logs.len() <= A_FEW_LOGS
            && self.waiting.is_empty()
    }

    /// Whether somebody waits for a batch.
    pub(super) fn is_awaited(&self) -> bool {
        !self.waiting.is_empty() || !self.acts.is_empty() || !self.works.is_empty()
    }

    /// Whether somebody waits, or enough has come together, so that a batch is stored now.
    pub(super) fn is_urgent(&self, options: &Options) -> bool {
        self.is_awaited()
            || !self.rooms.is_empty()
            || self.pending.len() >= WORTH_A_BATCH.min(options.queue_capacity)
    }

    /// When a batch is stored though nobody waits for it.
    pub(super) fn due(&self, options: &Options) -> Option<Instant> {
        let writes = self.oldest.map(|oldest| oldest + options.commit_window);
        let logs = self.oldest_log.map(|oldest| oldest + options.log_window);
        [writes, logs].into_iter().flatten().min()
    }

    /// Takes a batch, which makes room.
    pub(super) fn take(&mut self) -> Batch {
        let all_logs = !self.waiting.flushes.is_empty();
        let lines = if all_logs { self.logs.len() } else { self.logs.len().min(LOGS_IN_A_BATCH) };
        let logs = self.logs.drain(..lines).collect();
        if self.logs.is_empty() {
            self.oldest_log = None;
        }
        self.oldest = None;
        let acts = std::mem::take(&mut self.acts);
        let work = if acts.is_empty() { self.works.pop_front() } else { None };
        Batch {
            pending: std::mem::take(&mut self.pending),
            acts,
            work,
            logs,
            waiting: std::mem::take(&mut self.waiting),
        }
    }

    /// The work that is not done yet, when none will be done any more.
    pub(super) fn take_works(&mut self) -> VecDeque<Work> {
        std::mem::take(&mut self.works)
    }

    /// Who waits for room, once there is some.
    pub(super) fn take_rooms(&mut self, options: &Options) -> Vec<RoomMaker> {
        if self.pending.len() < options.queue_capacity {
            std::mem::take(&mut self.rooms)
        } else {
            Vec::new()
        }
    }

    /// Who waits for room, whether or not there is some.
    pub(super) fn take_all_rooms(&mut self) -> Vec<RoomMaker> {
        std::mem::take(&mut self.rooms)
    }

    /// Puts back a batch of which nothing was tried in earnest, with those who wait for it.
    #[must_use]
    pub(super) fn return_untried(&mut self, mut batch: Batch) -> Vec<Contradicted> {
        let waiting = std::mem::take(&mut batch.waiting);
        let newer = std::mem::replace(&mut self.acts, batch.acts);
        self.acts.extend(newer);
        let contradicted = self.restore(batch.pending, batch.logs);
        self.waiting.writers.extend(waiting.writers);
        self.waiting.readers.extend(waiting.readers);
        self.waiting.flushes.extend(waiting.flushes);
        contradicted
    }

    /// Puts back a batch that was not stored, before what was put since; how many log lines are too many is part of the answer.
    #[must_use]
    pub(super) fn put_back(
        &mut self,
        mut batch: Batch,
        options: &Options,
    ) -> (u64, Vec<Contradicted>) {
        let room = options.log_capacity.saturating_sub(self.logs.len());
        let dropped = batch.logs.len().saturating_sub(room);
        batch.logs.truncate(room);
        (dropped as u64, self.restore(batch.pending, batch.logs))
    }

    fn restore(&mut self, pending: Pending, logs: Vec<LogRecord>) -> Vec<Contradicted> {
        let now = Instant::now();
        let moved = self.pending.put_back(pending);
        let contradicted = self.waiting.follow(&moved);
        if !self.pending.is_empty() {
            self.oldest.get_or_insert(now);
        }
        for record in logs.into_iter().rev() {
            self.logs.push_front(record);
        }
        if !self.logs.is_empty() {
            self.oldest_log.get_or_insert(now);
        }
        contradicted
    }
}

impl Batch {
    /// What is being stored, for who asks meanwhile.
    pub(super) fn in_flight(&mut self) -> InFlight {
        let ends_leases = self.pending.ends_leases();
        let anything = ends_leases || !self.acts.is_empty() || self.work.is_some();
        InFlight { subjects: self.pending.lend_subjects(), anything }
    }

    /// Takes back what was told of it, since it was not stored.
    pub(super) fn turned_back(&mut self, told: InFlight) {
        self.pending.take_back(told.subjects);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pending.is_empty()
            && self.acts.is_empty()
            && self.work.is_none()
            && self.logs.is_empty()
            && self.waiting.is_empty()
    }
}

impl Waiting {
    pub(super) fn is_empty(&self) -> bool {
        self.writers.is_empty() && self.readers.is_empty() && self.flushes.is_empty()
    }

    /// How many wait for writes.
    pub(super) fn writers(&self) -> usize {
        self.writers.len()
    }

    /// Whether somebody waits for a flush.
    pub(super) fn for_flush(&self) -> bool {
        !self.flushes.is_empty()
    }

    /// Follows the writes to their new places; those that have none are the answer, with who waited for them.
    fn follow(&mut self, moved: &[(Uuid, Result<usize, Contradiction>)]) -> Vec<Contradicted> {
        let mut contradicted = BTreeMap::new();
        for (place, (subject, moved)) in moved.iter().enumerate() {
            if let Err(contradiction) = *moved {
                let writers = Vec::new();
                contradicted
                    .insert(place, Contradicted { subject: *subject, contradiction, writers });
            }
        }
        for (place, writer) in std::mem::take(&mut self.writers) {
            if let Some(contradicted) = contradicted.get_mut(&place) {
                contradicted.writers.push(writer);
            } else if let Ok(new) = moved[place].1 {
                self.writers.push((new, writer));
            }
        }
        contradicted.into_values().collect()
    }

    /// Answers everyone alike, but for those who wait for a write that was refused.
    pub(super) fn answer(
        self,
        result: &Result<(), StoreError>,
        refused: &HashMap<usize, StoreError>,
    ) {
        for (place, writer) in self.writers {
            let result =
                refused.get(&place).map_or_else(|| result.clone(), |error| Err(error.clone()));
            writer.acknowledge(result);
        }
        for other in self.readers.into_iter().chain(self.flushes) {
            other.acknowledge(result.clone());
        }
    }
}
