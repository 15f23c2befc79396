//! The one writer of an open file: a thread that takes what was put, stores it as one transaction and tells who waits.
//! While it does, more is put, and becomes the next transaction. Where a commit takes no sync, one who waits for a single run
//! stores it without the thread, because waking it takes longer than storing.
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
    Acknowledgement, Acknowledger, Durability, LogRecord, Room, RoomMaker, RunId, StoreError,
    StoreErrorKind, Write,
};

use super::database::Refusals;
use super::error::closed;
use super::keeper::{Keeper, Patience};
use super::options::Options;
use super::pending::AlreadyBegun;
use super::queue::{Batch, Queue, Waiting};

/// After so long without work the thread brings the log into the database and sleeps until it is woken.
const IDLE_AFTER: Duration = Duration::from_millis(500);

/// After so many runs stored without the thread, one is left to it. If more is put before that one is stored, then those
/// who put do not wait for each other, and batches are faster; if not, the next ones are stored at once again.
const AT_ONCE_IN_A_ROW: u32 = 64;

/// How long after a failure to try again, if nobody asks sooner.
const RETRY_AFTER: Duration = Duration::from_millis(250);

/// What the thread shares with those who put.
#[derive(Debug)]
pub(super) struct Shared {
    place: Arc<str>,
    options: Options,
    state: Mutex<State>,
    wake: Condvar,
    /// Locked by whoever stores; none once the store is closed. Never waited for with `state` locked.
    keeper: Mutex<Option<Keeper>>,
    dropped_logs: AtomicU64,
}

#[derive(Debug)]
struct State {
    queue: Queue,
    thread: ThreadState,
    /// A batch is being stored, by the thread or by who waits for it. Until it is, no other is taken.
    storing: bool,
    /// How many runs in a row were stored by who waited for them.
    at_once: u32,
    /// When the last batch was stored, or failed to be.
    worked: Instant,
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
    pub(super) fn new(place: Arc<str>, options: Options, keeper: Keeper) -> Self {
        let state = State {
            queue: Queue::default(),
            thread: ThreadState::Working,
            storing: false,
            at_once: 0,
            worked: Instant::now(),
            failing: None,
            stage: Stage::Open,
        };
        Self {
            place,
            options,
            state: Mutex::new(state),
            wake: Condvar::new(),
            keeper: Mutex::new(Some(keeper)),
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
        if state.may_store_at_once(&self.options) {
            state.at_once += 1;
            self.store_at_once(state);
        } else {
            state.at_once = 0;
            self.wake_for(state);
        }
        acknowledgement
    }

    /// Stores the one run that waits, unless that takes waiting for others.
    fn store_at_once(&self, mut state: MutexGuard<'_, State>) {
        let keeper = match self.keeper.try_lock() {
            Ok(keeper) => keeper,
            Err(_) => return self.wake_for(state),
        };
        let batch = state.take();
        drop(state);
        self.store(keeper, batch, Patience::None);
        self.wake_for(self.lock());
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
        let waited = self
            .wake
            .wait_timeout_while(state, patience, |state| !matches!(state.stage, Stage::Closed(_)));
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
            ThreadState::Asleep => !state.queue.is_empty() || state.worked.elapsed() < IDLE_AFTER,
        };
        if needed && !state.storing {
            state.thread = ThreadState::Working;
            drop(state);
            self.wake.notify_all();
        }
    }

    /// The body of the thread.
    pub(super) fn run(&self) {
        let _end = End(self);
        while let Some((batch, rooms)) = self.next_batch() {
            for room in rooms {
                room.give(Ok(()));
            }
            self.store(self.keeper(), batch, Patience::Usual);
            self.checkpoint(false);
        }
        let batch = self.lock().take();
        if !batch.is_empty() {
            self.store(self.keeper(), batch, Patience::Usual);
        }
        self.checkpoint(true);
        let closed = self.keeper().take().map_or(Ok(()), Keeper::close);
        let failing = self.lock().failing.clone();
        self.end(failing.map_or(closed, Err));
    }

    fn keeper(&self) -> MutexGuard<'_, Option<Keeper>> {
        self.keeper.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn checkpoint(&self, idle: bool) {
        if let Some(keeper) = &mut *self.keeper() {
            keeper.checkpoint_if_due(idle);
        }
    }

    /// Waits for what has to be stored; `None` when the store closes.
    fn next_batch(&self) -> Option<(Batch, Vec<RoomMaker>)> {
        let mut state = self.lock();
        loop {
            let now = Instant::now();
            let due = match (&state.failing, state.queue.due(&self.options)) {
                (Some(_), Some(_)) => Some(state.worked + RETRY_AFTER),
                (_, due) => due,
            };
            let idle = now.saturating_duration_since(state.worked) >= IDLE_AFTER;
            let rest = if state.storing {
                self.options.commit_window
            } else if !matches!(state.stage, Stage::Open) {
                return None;
            } else if state.is_urgent(&self.options) || due.is_some_and(|due| due <= now) {
                let batch = state.take();
                let rooms = state.queue.take_rooms(&self.options);
                return Some((batch, rooms));
            } else if let Some(due) = due {
                // What is put meanwhile may be due sooner, and does not wake the thread.
                (due - now).min(self.options.commit_window)
            } else if idle {
                drop(state);
                self.checkpoint(true);
                state = self.sleep();
                continue;
            } else {
                drop(state);
                self.checkpoint(false);
                state = self.lock();
                if state.is_urgent(&self.options) || !matches!(state.stage, Stage::Open) {
                    continue;
                }
                self.options.commit_window
            };
            state.thread = ThreadState::Resting;
            let waited = self.wake.wait_timeout(state, rest);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
            state.thread = ThreadState::Working;
        }
    }

    /// Rests until there is something to do.
    fn sleep(&self) -> MutexGuard<'_, State> {
        let mut state = self.lock();
        let idle = state.queue.is_empty()
            && !state.storing
            && state.worked.elapsed() >= IDLE_AFTER
            && matches!(state.stage, Stage::Open);
        if idle {
            state.thread = ThreadState::Asleep;
            state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.thread = ThreadState::Working;
        }
        state
    }

    /// Stores a batch and tells who waits for it, or puts it back.
    fn store(
        &self,
        mut keeper: MutexGuard<'_, Option<Keeper>>,
        mut batch: Batch,
        patience: Patience,
    ) {
        let Some(keeper) = &mut *keeper else { return };
        match keeper.store(&batch, patience) {
            Ok(refusals) => {
                let waiting = std::mem::take(&mut batch.waiting);
                let synced = if waiting.for_flush() { keeper.sync() } else { Ok(()) };
                self.stored(refusals, waiting, synced);
            }
            Err(error) if matches!(patience, Patience::None) => {
                tracing::debug!("left to the thread: {error}");
                let mut state = self.lock();
                state.storing = false;
                state.queue.return_untried(batch);
            }
            Err(error) => self.failed(batch, error),
        }
    }

    fn stored(&self, refusals: Refusals, waiting: Waiting, synced: Result<(), StoreError>) {
        let recovered = {
            let mut state = self.lock();
            state.storing = false;
            state.worked = Instant::now();
            state.failing.take().is_some()
        };
        if recovered {
            tracing::info!("the store {} is working again; everything kept is stored", self.place);
        }
        let refused: HashMap<RunId, StoreError> = refusals.into_iter().collect();
        for error in refused.values() {
            tracing::error!("{error}");
        }
        waiting.answer(&synced, &refused);
    }

    fn failed(&self, mut batch: Batch, error: StoreError) {
        let waiting = std::mem::take(&mut batch.waiting);
        let mut state = self.lock();
        state.storing = false;
        state.worked = Instant::now();
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
        waiting.answer(&Err(error), &HashMap::new());
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
    /// Whether whoever puts stores it as well: one run, at most one who waits, and no sync to wait for.
    fn may_store_at_once(&self, options: &Options) -> bool {
        options.durability != Durability::Full
            && !self.storing
            && self.failing.is_none()
            && self.at_once < AT_ONCE_IN_A_ROW
            && self.queue.is_one_awaited_write()
    }

    fn take(&mut self) -> Batch {
        self.storing = true;
        self.queue.take()
    }

    /// While storing fails, only those who wait for an answer make the thread try again before its time.
    fn is_urgent(&self, options: &Options) -> bool {
        if self.failing.is_some() { self.queue.is_awaited() } else { self.queue.is_urgent(options) }
    }

    fn accept(&mut self, write: Write, place: &str, options: &Options) -> Result<(), StoreError> {
        if !matches!(self.stage, Stage::Open) {
            return Err(closed(place));
        }
        if let Some(error) = &self.failing
            && self.queue.len() >= options.queue_capacity
            && !self.queue.contains(write.run_id())
        {
            return Err(not_taken(place, write.run_id(), error));
        }
        self.queue.put(write).map_err(|AlreadyBegun(run)| already_begun(place, run))
    }
}

fn not_taken(place: &str, run: RunId, error: &StoreError) -> StoreError {
    StoreError::new(
        error.kind(),
        format!(
            "a write about run {run} was not taken, because as many runs wait for {place} as may wait: {error}"
        ),
    )
    .caused_by(error.clone())
}

fn already_begun(place: &str, run: RunId) -> StoreError {
    StoreError::new(
        StoreErrorKind::Other,
        format!(
            "run {run} is recorded in {place} already; a run is recorded once, and then moves on"
        ),
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
