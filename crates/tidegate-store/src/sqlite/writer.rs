//! The one writer of an open file: a thread that takes what was put, stores it as one transaction and tells who waits.
//! While it does, more is put, and becomes the next transaction.
//!
//! ```text
//!   put, put_logs ──────────┐ wakes the thread only out of its sleep
//!   put_acknowledged, reads ┴──> Queue ──> Batch ──> transaction ──> answers ──> checkpoint, if due
//!                                  ^                      │
//!                                  └──── put back <── failed
//! ```

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tidegate_core::{
    Acknowledgement, Acknowledger, LogRecord, Room, RunId, StoreError, StoreErrorKind, Write,
};

use super::database::{Database, Refusals};
use super::error::closed;
use super::options::Options;
use super::pending::AlreadyBegun;
use super::queue::{Batch, Queue, Waiting};
use super::wal::{Checkpoints, Syncer};

/// After so long without work the thread brings the log into the database and sleeps until it is woken.
const IDLE_AFTER: Duration = Duration::from_millis(500);

/// How long after a failure to try again, if nobody asks sooner.
const RETRY_AFTER: Duration = Duration::from_millis(250);

/// What the thread shares with those who put.
#[derive(Debug)]
pub(super) struct Shared {
    place: Arc<str>,
    options: Options,
    state: Mutex<State>,
    wake: Condvar,
    dropped_logs: AtomicU64,
}

#[derive(Debug)]
struct State {
    queue: Queue,
    thread: ThreadState,
    /// A batch is being stored.
    storing: bool,
    /// Why the last batch was not stored.
    failing: Option<StoreError>,
    stage: Stage,
}

/// Whether a put has to wake the thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ThreadState {
    /// It will look at the queue before it rests again.
    Working,
    /// It rests until something becomes due.
    Resting,
    /// It rests until it is woken.
    Asleep,
}

#[derive(Debug)]
enum Stage {
    Open,
    /// Takes nothing more, and stores what there is.
    Closing(Vec<Acknowledger>),
    Closed(Result<(), StoreError>),
}

impl Shared {
    pub(super) fn new(place: Arc<str>, options: Options) -> Self {
        let state = State {
            queue: Queue::default(),
            thread: ThreadState::Working,
            storing: false,
            failing: None,
            stage: Stage::Open,
        };
        Self {
            place,
            options,
            state: Mutex::new(state),
            wake: Condvar::new(),
            dropped_logs: AtomicU64::new(0),
        }
    }

    pub(super) fn put(&self, write: Write) -> Room {
        let mut state = self.lock();
        if let Err(error) = state.accept(write, &self.place, &self.options) {
            return Room::now(Err(error));
        }
        let room = if state.queue.len() < self.options.queue_capacity {
            Room::now(Ok(()))
        } else if let Some(error) = &state.failing {
            Room::now(Err(error.clone()))
        } else {
            let (maker, room) = Room::later();
            state.queue.wait_for_room(maker);
            room
        };
        self.wake_for(state);
        room
    }

    pub(super) fn put_acknowledged(&self, write: Write) -> Acknowledgement {
        let run = write.run_id();
        let mut state = self.lock();
        if let Err(error) = state.accept(write, &self.place, &self.options) {
            return Acknowledgement::now(Err(error));
        }
        let (acknowledger, acknowledgement) = Acknowledgement::later();
        state.queue.wait_for_write(run, acknowledger);
        self.wake_for(state);
        acknowledgement
    }

    pub(super) fn put_logs(&self, records: Vec<LogRecord>) {
        let mut state = self.lock();
        let dropped = match state.stage {
            Stage::Open => state.queue.put_logs(records, self.options.log_capacity),
            Stage::Closing(_) | Stage::Closed(_) => records.len() as u64,
        };
        self.wake_for(state);
        self.dropped_logs.fetch_add(dropped, Ordering::Relaxed);
    }

    pub(super) fn dropped_logs(&self) -> u64 {
        self.dropped_logs.load(Ordering::Relaxed)
    }

    /// Resolves once a read sees every write put before.
    pub(super) fn fresh(&self) -> Acknowledgement {
        let mut state = self.lock();
        match &state.stage {
            Stage::Open => {}
            Stage::Closing(_) | Stage::Closed(_) => {
                return Acknowledgement::now(Err(closed(&self.place)));
            }
        }
        if !state.storing && !state.queue.has_writes() {
            return Acknowledgement::now(Ok(()));
        }
        let (acknowledger, acknowledgement) = Acknowledgement::later();
        state.queue.wait_to_read(acknowledger);
        self.wake_for(state);
        acknowledgement
    }

    /// Resolves once everything put before is durable, log lines too.
    pub(super) fn flush(&self) -> Acknowledgement {
        let mut state = self.lock();
        let (acknowledger, acknowledgement) = Acknowledgement::later();
        match &mut state.stage {
            Stage::Open => state.queue.wait_for_flush(acknowledger),
            Stage::Closing(waiting) => waiting.push(acknowledger),
            Stage::Closed(result) => return Acknowledgement::now(result.clone()),
        }
        self.wake_for(state);
        acknowledgement
    }

    /// Resolves once everything put before is durable and the thread has let go of the database.
    pub(super) fn close(&self) -> Acknowledgement {
        let mut state = self.lock();
        let (acknowledger, acknowledgement) = Acknowledgement::later();
        match &mut state.stage {
            Stage::Open => state.stage = Stage::Closing(vec![acknowledger]),
            Stage::Closing(waiting) => waiting.push(acknowledger),
            Stage::Closed(result) => return Acknowledgement::now(result.clone()),
        }
        drop(state);
        self.wake.notify_all();
        acknowledgement
    }

    /// Closes, and waits no longer than this; whether it is closed.
    pub(super) fn close_within(&self, patience: Duration) -> bool {
        drop(self.close());
        let state = self.lock();
        let waited = self.wake.wait_timeout_while(state, patience, |state| {
            !matches!(state.stage, Stage::Closed(_))
        });
        !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes the thread if it would not find what was put in time.
    fn wake_for(&self, mut state: MutexGuard<'_, State>) {
        let needed = match state.thread {
            ThreadState::Working => false,
            ThreadState::Resting => state.is_urgent(&self.options),
            ThreadState::Asleep => !state.queue.is_empty(),
        };
        if needed {
            state.thread = ThreadState::Working;
            drop(state);
            self.wake.notify_all();
        }
    }

    /// The body of the thread.
    pub(super) fn run(&self, mut database: Database, syncer: Option<Syncer>) {
        let _end = End(self);
        let mut checkpoints = Checkpoints::default();
        loop {
            let Some((batch, rooms)) = self.next_batch(&database, &mut checkpoints) else { break };
            for room in rooms {
                room.give(Ok(()));
            }
            let _ = self.store(&mut database, batch, &mut checkpoints, syncer.as_ref());
            checkpoints.make_if_due(database.connection(), false);
        }
        let batch = self.lock().queue.take();
        let stored = if batch.is_empty() {
            Ok(())
        } else {
            self.store(&mut database, batch, &mut checkpoints, syncer.as_ref())
        };
        checkpoints.make_if_due(database.connection(), true);
        drop(syncer);
        let result = stored.and(database.close());
        self.end(result);
    }

    /// Waits for what has to be stored; `None` when the store closes.
    fn next_batch(
        &self,
        database: &Database,
        checkpoints: &mut Checkpoints,
    ) -> Option<(Batch, Vec<tidegate_core::RoomMaker>)> {
        let worked = Instant::now();
        let mut state = self.lock();
        loop {
            if !matches!(state.stage, Stage::Open) {
                return None;
            }
            let now = Instant::now();
            let due = match (&state.failing, state.queue.due(&self.options)) {
                (Some(_), Some(_)) => Some(worked + RETRY_AFTER),
                (_, due) => due,
            };
            if state.is_urgent(&self.options) || due.is_some_and(|due| due <= now) {
                state.thread = ThreadState::Working;
                state.storing = true;
                let batch = state.queue.take();
                let rooms = state.queue.take_rooms(&self.options);
                return Some((batch, rooms));
            }
            let rest = match due {
                // What is put meanwhile may be due sooner, and does not wake the thread.
                Some(due) => (due - now).min(self.options.commit_window),
                None if now - worked < IDLE_AFTER => self.options.commit_window,
                None => {
                    drop(state);
                    checkpoints.make_if_due(database.connection(), true);
                    state = self.lock();
                    if state.queue.is_empty() && matches!(state.stage, Stage::Open) {
                        state.thread = ThreadState::Asleep;
                        state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
                        state.thread = ThreadState::Working;
                    }
                    continue;
                }
            };
            state.thread = ThreadState::Resting;
            let waited = self.wake.wait_timeout(state, rest);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
            state.thread = ThreadState::Working;
        }
    }

    /// Stores a batch and tells who waits for it, or puts it back.
    fn store(
        &self,
        database: &mut Database,
        mut batch: Batch,
        checkpoints: &mut Checkpoints,
        syncer: Option<&Syncer>,
    ) -> Result<(), StoreError> {
        let waiting = std::mem::take(&mut batch.waiting);
        let writes = batch.pending.writes();
        let stored = if writes.is_empty() && batch.logs.is_empty() {
            Ok(Refusals::new())
        } else {
            database.store(writes, &batch.logs)
        };
        match stored {
            Ok(refusals) => {
                self.stored(&batch, refusals, waiting, checkpoints, syncer);
                Ok(())
            }
            Err(error) => {
                self.failed(batch, &error, waiting);
                Err(error)
            }
        }
    }

    fn stored(
        &self,
        batch: &Batch,
        refusals: Refusals,
        waiting: Waiting,
        checkpoints: &mut Checkpoints,
        syncer: Option<&Syncer>,
    ) {
        let (begun, advanced) = batch.pending.counts();
        checkpoints.committed(begun + batch.logs.len(), advanced);
        let result = match syncer {
            Some(syncer) if waiting.for_flush() => syncer.sync(),
            Some(syncer) => {
                syncer.committed();
                Ok(())
            }
            None => Ok(()),
        };
        let recovered = {
            let mut state = self.lock();
            state.storing = false;
            state.failing.take().is_some()
        };
        if recovered {
            tracing::info!("the store {} is working again; everything kept is stored", self.place);
        }
        let refused: HashMap<RunId, StoreError> = refusals.into_iter().collect();
        for error in refused.values() {
            tracing::error!("{error}");
        }
        waiting.answer(&result, &refused);
    }

    fn failed(&self, batch: Batch, error: &StoreError, waiting: Waiting) {
        let mut state = self.lock();
        state.storing = false;
        let dropped = state.queue.put_back(batch, &self.options);
        let first = state.failing.replace(error.clone()).is_none();
        let room = if state.queue.len() < self.options.queue_capacity {
            Ok(())
        } else {
            Err(error.clone())
        };
        let rooms = state.queue.take_all_rooms();
        drop(state);
        self.dropped_logs.fetch_add(dropped, Ordering::Relaxed);
        if first {
            tracing::error!("{error}");
        }
        waiting.answer(&Err(error.clone()), &HashMap::new());
        for maker in rooms {
            maker.give(room.clone());
        }
    }

    /// Nothing is taken any more, and nobody waits in vain.
    fn end(&self, result: Result<(), StoreError>) {
        let mut state = self.lock();
        if matches!(state.stage, Stage::Closed(_)) {
            return;
        }
        let closing = std::mem::replace(&mut state.stage, Stage::Closed(result.clone()));
        let left = state.queue.take();
        let rooms = state.queue.take_all_rooms();
        drop(state);
        self.wake.notify_all();
        left.waiting.answer(&Err(closed(&self.place)), &HashMap::new());
        for room in rooms {
            room.give(Err(closed(&self.place)));
        }
        if let Stage::Closing(waiting) = closing {
            for acknowledger in waiting {
                acknowledger.acknowledge(result.clone());
            }
        }
    }
}

impl State {
    /// While storing fails, only those who wait for an answer make the thread try again before its time.
    fn is_urgent(&self, options: &Options) -> bool {
        if self.failing.is_some() {
            self.queue.is_awaited()
        } else {
            self.queue.is_urgent(options)
        }
    }

    fn accept(&mut self, write: Write, place: &str, options: &Options) -> Result<(), StoreError> {
        if !matches!(self.stage, Stage::Open) {
            return Err(closed(place));
        }
        if let Some(error) = &self.failing
            && self.queue.len() >= options.queue_capacity
            && !self.queue.contains(write.run_id())
        {
            return Err(error.clone());
        }
        self.queue.put(write).map_err(|AlreadyBegun(run)| already_begun(place, run))
    }
}

fn already_begun(place: &str, run: RunId) -> StoreError {
    StoreError::new(
        StoreErrorKind::Other,
        format!("run {run} is recorded in {place} already; a run is recorded once, and then moves on"),
    )
}

/// Should the thread panic, everyone is told that the store stopped.
struct End<'a>(&'a Shared);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.end(Err(StoreError::new(
            StoreErrorKind::Other,
            format!("the writer of {} stopped by itself; please report it", self.0.place),
        )));
    }
}
