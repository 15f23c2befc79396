//! What was put and is not on the server yet, and who waits for it. Every call takes a lock for a moment; nothing here sends anything.

use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tidegate_core::store::{Change, Changed};
use tidegate_core::{
    Acknowledgement, Acknowledger, LogRecord, Room, RoomMaker, StoreError, StoreErrorKind, Write,
};
use tokio::sync::{Notify, oneshot};

use crate::options::Options;

/// So many changes go into one batch at most.
const CHANGES_IN_A_BATCH: usize = 1024;

/// So many changes are sent, whether or not somebody waits.
const WORTH_A_BATCH: usize = 256;

/// So many log lines go along with a batch.
const LOGS_IN_A_BATCH: usize = 1024;

/// What those who put share with who sends.
#[derive(Debug)]
pub(crate) struct Queue {
    pub(crate) place: Arc<str>,
    pub(crate) options: Options,
    state: Mutex<State>,
    /// Wakes who sends.
    pub(crate) wake: Notify,
    dropped_logs: AtomicU64,
}

#[derive(Debug, Default)]
struct State {
    changes: VecDeque<Queued>,
    logs: VecDeque<LogRecord>,
    rooms: Vec<RoomMaker>,
    waiting: Vec<Waiting>,
    /// How many changes and log lines were ever put.
    put: Count,
    /// How many of them were answered.
    done: Count,
    /// Whether there were log lines, and no changes, when it was last looked.
    logs_seen: bool,
    trouble: Option<Outage>,
    stage: Stage,
}

#[derive(Clone, Copy, Debug, Default)]
struct Count {
    changes: u64,
    logs: u64,
}

/// Someone who waits until so much was answered.
#[derive(Debug)]
struct Waiting {
    until: Count,
    acknowledger: Acknowledger,
}

/// Since when the server cannot be reached, and why.
#[derive(Clone, Debug)]
pub(crate) struct Outage {
    pub(crate) since: Instant,
    pub(crate) error: StoreError,
}

#[derive(Debug, Default)]
enum Stage {
    #[default]
    Open,
    /// Takes nothing more, and sends what there is until then.
    Closing {
        until: Instant,
        waiting: Vec<Acknowledger>,
    },
    Closed(Result<(), StoreError>),
}

/// A change that is not answered yet.
pub(crate) struct Queued {
    pub(crate) change: Change,
    /// When it was put.
    pub(crate) at: Instant,
    pub(crate) answer: Answer,
}

/// Who is told what came of a change.
#[derive(Debug)]
pub(crate) enum Answer {
    Nobody,
    Writer(Acknowledger),
    Asker(oneshot::Sender<Result<Changed, StoreError>>),
}

/// What goes into one batch.
#[derive(Debug, Default)]
pub(crate) struct Load {
    pub(crate) changes: Vec<Queued>,
    pub(crate) logs: Vec<LogRecord>,
}

/// What there is to do.
pub(crate) enum Turn {
    Send(Load),
    /// Until something is put, or for so long.
    Rest(Option<Duration>),
    /// The queue is closing, and empty.
    End,
}

impl Queue {
    pub(crate) fn new(place: Arc<str>, options: Options) -> Self {
        let (state, wake) = (Mutex::default(), Notify::new());
        Self { place, options, state, wake, dropped_logs: AtomicU64::new(0) }
    }

    pub(crate) fn put(&self, write: Write) -> Room {
        let mut state = self.lock();
        if !state.is_open() {
            return Room::now(Err(self.closed()));
        }
        state.add(Change::Write(write), Answer::Nobody);
        let room = if state.changes.len() < self.options.queue_capacity {
            Room::now(Ok(()))
        } else {
            let (maker, room) = Room::later();
            state.rooms.push(maker);
            room
        };
        drop(state);
        self.wake.notify_one();
        room
    }

    pub(crate) fn put_acknowledged(&self, write: Write) -> Acknowledgement {
        let mut state = self.lock();
        if !state.is_open() {
            return Acknowledgement::now(Err(self.closed()));
        }
        // Whoever renews a lease has other things to do than to wait for the server, and comes again soon.
        if let Some(Outage { error, .. }) = &state.trouble
            && let Write::RenewLease { id, expires } = &write
        {
            let (error, id, expires) = (error.clone(), *id, *expires);
            if !state.renew_later(id, expires) {
                state.add(Change::Write(write), Answer::Nobody);
            }
            return Acknowledgement::now(Err(error));
        }
        let (acknowledger, acknowledgement) = Acknowledgement::later();
        state.add(Change::Write(write), Answer::Writer(acknowledger));
        drop(state);
        self.wake.notify_one();
        acknowledgement
    }

    /// Has a change made that somebody waits for the answer of.
    pub(crate) fn change(
        &self,
        change: Change,
    ) -> Result<oneshot::Receiver<Result<Changed, StoreError>>, StoreError> {
        let mut state = self.lock();
        if !state.is_open() {
            return Err(self.closed());
        }
        let (sender, answer) = oneshot::channel();
        state.add(change, Answer::Asker(sender));
        drop(state);
        self.wake.notify_one();
        Ok(answer)
    }

    pub(crate) fn put_logs(&self, records: Vec<LogRecord>) {
        let mut state = self.lock();
        let room = match state.stage {
            Stage::Open => self.options.log_capacity.saturating_sub(state.logs.len()),
            Stage::Closing { .. } | Stage::Closed(_) => 0,
        };
        let dropped = records.len().saturating_sub(room);
        state.put.logs += (records.len() - dropped) as u64;
        state.logs.extend(records.into_iter().take(room));
        drop(state);
        self.dropped_logs.fetch_add(dropped as u64, Ordering::Relaxed);
        self.wake.notify_one();
    }

    pub(crate) fn dropped_logs(&self) -> u64 {
        self.dropped_logs.load(Ordering::Relaxed)
    }

    /// Resolves once every change that was put before is answered; with log lines or without.
    pub(crate) fn answered(&self, with_logs: bool) -> Acknowledgement {
        let mut state = self.lock();
        match &state.stage {
            Stage::Open => {}
            Stage::Closing { .. } => return Acknowledgement::now(Err(self.closed())),
            Stage::Closed(Ok(())) if with_logs => return Acknowledgement::now(Ok(())),
            Stage::Closed(_) => return Acknowledgement::now(Err(self.closed())),
        }
        let logs = if with_logs { state.put.logs } else { 0 };
        let until = Count { changes: state.put.changes, logs };
        if state.done.reaches(until) {
            return Acknowledgement::now(Ok(()));
        }
        let (acknowledger, acknowledgement) = Acknowledgement::later();
        state.waiting.push(Waiting { until, acknowledger });
        drop(state);
        self.wake.notify_one();
        acknowledgement
    }

    /// Takes nothing more; resolves once everything is on the server, or was given up after so long without one.
    pub(crate) fn close(&self, within: Duration) -> Acknowledgement {
        let mut state = self.lock();
        let (acknowledger, acknowledgement) = Acknowledgement::later();
        match &mut state.stage {
            Stage::Open => {
                let until = Instant::now() + within;
                state.stage = Stage::Closing { until, waiting: vec![acknowledger] };
            }
            Stage::Closing { waiting, .. } => waiting.push(acknowledger),
            Stage::Closed(result) => return Acknowledgement::now(result.clone()),
        }
        drop(state);
        self.wake.notify_one();
        acknowledgement
    }

    pub(crate) fn is_open(&self) -> bool {
        self.lock().is_open()
    }

    /// What the one who sends does next.
    pub(crate) fn next(&self) -> Turn {
        let mut state = self.lock();
        let closing = !state.is_open();
        if state.changes.is_empty() && state.logs.is_empty() {
            return if closing { Turn::End } else { Turn::Rest(None) };
        }
        let oldest = state.changes.front().map(|queued| queued.at.elapsed());
        let rest = self.options.window.saturating_sub(oldest.unwrap_or_default());
        let urgent = closing
            || state.changes.len() >= WORTH_A_BATCH
            || state.logs.len() >= LOGS_IN_A_BATCH
            || state.is_awaited();
        let is_due = match oldest {
            Some(_) => rest.is_zero(),
            // Log lines alone wait from when they were seen first.
            None => std::mem::replace(&mut state.logs_seen, true),
        };
        if !urgent && !is_due {
            return Turn::Rest(Some(rest.max(Duration::from_millis(1))));
        }
        state.logs_seen = false;
        let changes = state.changes.len().min(CHANGES_IN_A_BATCH);
        let logs = state.logs.len().min(LOGS_IN_A_BATCH);
        Turn::Send(Load {
            changes: state.changes.drain(..changes).collect(),
            logs: state.logs.drain(..logs).collect(),
        })
    }

    /// Puts back changes that have found no place in a batch, before those that came since.
    pub(crate) fn put_back(&self, changes: Vec<Queued>) {
        let mut state = self.lock();
        for queued in changes.into_iter().rev() {
            state.changes.push_front(queued);
        }
    }

    /// So much was answered. Whoever waits for it or for room goes on.
    pub(crate) fn done(&self, changes: usize, logs: usize) {
        let mut state = self.lock();
        state.done.changes += changes as u64;
        state.done.logs += logs as u64;
        let done = state.done;
        let (over, waiting) =
            std::mem::take(&mut state.waiting).into_iter().partition(|w| done.reaches(w.until));
        state.waiting = waiting;
        let has_room = state.changes.len() < self.options.queue_capacity;
        let rooms = if has_room { std::mem::take(&mut state.rooms) } else { Vec::new() };
        drop(state);
        let over: Vec<Waiting> = over;
        for waiting in over {
            waiting.acknowledger.acknowledge(Ok(()));
        }
        for room in rooms {
            room.give(Ok(()));
        }
    }

    /// The server cannot be reached.
    pub(crate) fn fails(&self, error: &StoreError) {
        let mut state = self.lock();
        let since = state.trouble.as_ref().map_or_else(Instant::now, |outage| outage.since);
        state.trouble = Some(Outage { since, error: error.clone() });
    }

    /// The server was reached; the outage that is over, if there was one.
    pub(crate) fn works(&self) -> Option<Outage> {
        self.lock().trouble.take()
    }

    pub(crate) fn outage(&self) -> Option<Outage> {
        self.lock().trouble.clone()
    }

    /// Whether it is closing and has waited long enough.
    pub(crate) fn gives_up(&self) -> bool {
        match &self.lock().stage {
            Stage::Open => false,
            Stage::Closing { until, .. } => Instant::now() >= *until,
            Stage::Closed(_) => true,
        }
    }

    /// Closes it for good. What is left is told that it is not recorded.
    pub(crate) fn end(&self, result: Result<(), StoreError>) {
        let mut state = self.lock();
        if matches!(state.stage, Stage::Closed(_)) {
            return;
        }
        let stage = std::mem::replace(&mut state.stage, Stage::Closed(result.clone()));
        let left = std::mem::take(&mut state.changes);
        let lines = std::mem::take(&mut state.logs).len();
        let (waiting, rooms) =
            (std::mem::take(&mut state.waiting), std::mem::take(&mut state.rooms));
        drop(state);
        self.dropped_logs.fetch_add(lines as u64, Ordering::Relaxed);
        for queued in left {
            queued.answer.give(Err(self.closed()));
        }
        for waiting in waiting {
            waiting.acknowledger.acknowledge(Err(self.closed()));
        }
        for room in rooms {
            room.give(Err(self.closed()));
        }
        if let Stage::Closing { waiting, .. } = stage {
            for acknowledger in waiting {
                acknowledger.acknowledge(result.clone());
            }
        }
    }

    /// How many changes are left.
    pub(crate) fn len(&self) -> usize {
        self.lock().changes.len()
    }

    pub(crate) fn closed(&self) -> StoreError {
        StoreError::new(
            StoreErrorKind::Closed,
            format_args!("the store {} is closed; open it again to use it", self.place),
        )
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn is_open(&self) -> bool {
        matches!(self.stage, Stage::Open)
    }

    fn add(&mut self, change: Change, answer: Answer) {
        self.put.changes += 1;
        self.changes.push_back(Queued { change, at: Instant::now(), answer });
    }

    fn is_awaited(&self) -> bool {
        !self.waiting.is_empty()
            || !self.rooms.is_empty()
            || self.changes.iter().any(|queued| !matches!(queued.answer, Answer::Nobody))
    }

    /// Lets the renewal of a lease that waits already say a later time; whether there was one.
    fn renew_later(
        &mut self,
        lease: tidegate_core::LeaseId,
        later: tidegate_core::Timestamp,
    ) -> bool {
        for queued in self.changes.iter_mut().rev() {
            if let Change::Write(Write::RenewLease { id, expires }) = &mut queued.change
                && *id == lease
            {
                (*expires, queued.at) = (later, Instant::now());
                return true;
            }
        }
        false
    }
}

impl Count {
    fn reaches(self, other: Self) -> bool {
        self.changes >= other.changes && self.logs >= other.logs
    }
}

impl Answer {
    /// Tells whoever waits. Nobody waiting is fine.
    pub(crate) fn give(self, result: Result<Changed, StoreError>) {
        match self {
            Self::Nobody => {}
            Self::Writer(acknowledger) => acknowledger.acknowledge(result.map(drop)),
            Self::Asker(sender) => {
                let _ = sender.send(result);
            }
        }
    }
}

impl fmt::Debug for Queued {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queued").field("change", &self.change).finish_non_exhaustive()
    }
}
