//! What was put, and the stage the store is in: the side of the writer that callers see. Every call takes a lock for a
//! moment; none waits for the database, but for one that stores a single run or does a small act itself.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tidegate_core::{
    Acknowledgement, Acknowledger, Durability, LogRecord, Room, RunId, StoreError, StoreErrorKind,
    Write,
};
use uuid::Uuid;

use super::act::Act;
use super::error::{closed, does_not_follow, lease_ended};
use super::gathering::Gathering;
use super::keeper::Keeper;
use super::options::Options;
use super::pending::Contradiction;
use super::queue::{Batch, InFlight, Queue};
use super::work::Work;

/// After so long without work the thread brings the log into the database and sleeps until it is woken.
pub(super) const IDLE_AFTER: Duration = Duration::from_millis(500);

/// After so many runs stored without the thread, one is left to it. If more is put before that one is stored, then those
/// who put do not wait for each other, and batches are faster; if not, the next ones are stored at once again.
const AT_ONCE_IN_A_ROW: u32 = 64;

/// What the thread shares with those who put.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) place: Arc<str>,
    pub(super) options: Options,
    pub(super) state: Mutex<State>,
    pub(super) wake: Condvar,
    /// Locked by whoever stores; none once the store is closed. Never waited for with `state` locked.
    pub(super) keeper: Mutex<Option<Keeper>>,
    pub(super) dropped_logs: AtomicU64,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) queue: Queue,
    pub(super) thread: ThreadState,
    /// A batch is being stored, by the thread or by who waits for it. Until it is, no other is taken.
    pub(super) storing: bool,
    /// What that batch changes.
    in_flight: InFlight,
    /// How many runs in a row were stored by who waited for them.
    at_once: u32,
    /// When the last batch was stored, or failed to be.
    pub(super) worked: Instant,
    /// Who may come for the next batch.
    pub(super) gathering: Gathering,
    /// Why the last batch was not stored.
    pub(super) failing: Option<StoreError>,
    pub(super) stage: Stage,
}

/// Whether a put has to wake the thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ThreadState {
    /// It will look at the queue before it rests again.
    Working,
    /// It rests until something becomes due.
    Resting,
    /// It rests a moment until all are there who may come for the next batch.
    Gathering,
    /// It rests until it is woken.
    Asleep,
}

#[derive(Debug)]
pub(super) enum Stage {
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
            in_flight: InFlight::default(),
            at_once: 0,
            worked: Instant::now(),
            gathering: Gathering::default(),
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
        let mut state = self.lock();
        let place = match state.accept(write, &self.place, &self.options) {
            Ok(place) => place,
            Err(error) => return Acknowledgement::now(Err(error)),
        };
        let (acknowledger, acknowledgement) = Acknowledgement::later();
        state.queue.wait_for_write(place, acknowledger);
        if state.may_store_at_once(&self.options) {
            state.at_once += 1;
            self.store_at_once(state);
        } else {
            state.at_once = 0;
            self.wake_for(state);
        }
        acknowledgement
    }

    /// Has an act done with the next batch. Closed, it is answered at once.
    pub(super) fn act(&self, act: Act) {
        let mut state = self.lock();
        if !matches!(state.stage, Stage::Open) {
            drop(state);
            return act.answer(Err(closed(&self.place)));
        }
        state.queue.add_act(act);
        if state.may_store_at_once(&self.options) {
            state.at_once += 1;
            self.store_at_once(state);
        } else {
            state.at_once = 0;
            self.wake_for(state);
        }
    }

    /// Has work done in a transaction, after what was put before. Closed, it is answered at once.
    pub(super) fn work(&self, work: Work) {
        let mut state = self.lock();
        if !matches!(state.stage, Stage::Open) {
            drop(state);
            return work.answer(Err(closed(&self.place)));
        }
        state.queue.add_work(work);
        self.wake_for(state);
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

    /// Resolves once a read sees every write put before; if one run is read, every write that may change it.
    pub(super) fn fresh(&self, run: Option<RunId>) -> Acknowledgement {
        let mut state = self.lock();
        match &state.stage {
            Stage::Open => {}
            Stage::Closing(_) | Stage::Closed(_) => {
                return Acknowledgement::now(Err(closed(&self.place)));
            }
        }
        let none_waits = !state.storing && !state.queue.has_writes();
        if none_waits || run.is_some_and(|run| !state.may_change(*run.as_uuid())) {
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

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes the thread if it would not find what was put in time.
    pub(super) fn wake_for(&self, mut state: MutexGuard<'_, State>) {
        let needed = match state.thread {
            ThreadState::Working => false,
            ThreadState::Resting => state.is_urgent(&self.options),
            ThreadState::Gathering => state.rest_for_company(Instant::now()).is_none(),
            ThreadState::Asleep => !state.queue.is_empty() || state.worked.elapsed() < IDLE_AFTER,
        };
        if needed && !state.storing {
            state.thread = ThreadState::Working;
            drop(state);
            self.wake.notify_all();
        }
    }
}

impl State {
    /// Whether whoever puts stores it as well: one run or one act, nobody else who waits, and no sync to wait for.
    fn may_store_at_once(&self, options: &Options) -> bool {
        options.durability != Durability::Full
            && !self.storing
            && self.failing.is_none()
            && self.at_once < AT_ONCE_IN_A_ROW
            && (self.queue.is_one_awaited_write() || self.queue.is_one_small_act())
    }

    /// Whether a run may read otherwise once everything put before is stored.
    fn may_change(&self, run: Uuid) -> bool {
        self.in_flight.may_change(run) || self.queue.may_change(run)
    }

    pub(super) fn take(&mut self) -> Batch {
        self.storing = true;
        self.gathering.taken(self.queue.writers());
        let mut batch = self.queue.take();
        self.in_flight = batch.in_flight();
        batch
    }

    /// The batch that was taken is stored.
    pub(super) fn landed(&mut self) {
        self.storing = false;
        self.in_flight = InFlight::default();
    }

    /// The batch that was taken is not stored, and will be put back.
    pub(super) fn turned_back(&mut self, batch: &mut Batch) {
        self.storing = false;
        batch.turned_back(std::mem::take(&mut self.in_flight));
    }

    /// How much longer the next batch waits until more come for it.
    pub(super) fn rest_for_company(&self, now: Instant) -> Option<Duration> {
        let since = now.saturating_duration_since(self.worked);
        self.gathering.rest(self.queue.writers(), since)
    }

    /// While storing fails, only those who wait for an answer make the thread try again before its time.
    pub(super) fn is_urgent(&self, options: &Options) -> bool {
        if self.failing.is_some() { self.queue.is_awaited() } else { self.queue.is_urgent(options) }
    }

    fn accept(
        &mut self,
        write: Write,
        place: &str,
        options: &Options,
    ) -> Result<usize, StoreError> {
        if !matches!(self.stage, Stage::Open) {
            return Err(closed(place));
        }
        if let Some(error) = &self.failing
            && self.queue.len() >= options.queue_capacity
            && !self.queue.contains(write.subject())
        {
            return Err(not_taken(place, write.subject(), error));
        }
        let subject = write.subject();
        self.queue.put(write).map_err(|contradiction| contradicts(place, subject, contradiction))
    }
}

/// The error of a write that cannot follow on what waits already.
pub(super) fn contradicts(place: &str, subject: Uuid, contradiction: Contradiction) -> StoreError {
    match contradiction {
        Contradiction::AlreadyBegun => already_begun(place, subject),
        Contradiction::DoesNotFollow => does_not_follow(place, subject),
        Contradiction::LeaseEnded => lease_ended(place, subject),
    }
}

fn not_taken(place: &str, run: Uuid, error: &StoreError) -> StoreError {
    StoreError::new(
        error.kind(),
        format!(
            "a write about run {run} was not taken, because as many runs wait for {place} as may wait: {error}"
        ),
    )
    .caused_by(error.clone())
}

fn already_begun(place: &str, run: Uuid) -> StoreError {
    StoreError::new(
        StoreErrorKind::Other,
        format!(
            "run {run} is recorded in {place} already; a run is recorded once, and then moves on"
        ),
    )
}
