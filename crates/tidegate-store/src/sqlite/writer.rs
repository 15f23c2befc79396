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
use std::sync::atomic::Ordering;
use std::sync::{MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tidegate_core::{RoomMaker, StoreError, StoreErrorKind};

use super::act::Act;
use super::database::Refusals;
use super::error::closed;
use super::intake::{IDLE_AFTER, Shared, Stage, State, ThreadState, contradicts};
use super::keeper::{Keeper, Patience};
use super::queue::{Batch, Contradicted, Waiting};

/// How long after a failure to try again, if nobody asks sooner.
const RETRY_AFTER: Duration = Duration::from_millis(250);

impl Shared {
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
        loop {
            let batch = self.lock().take();
            if batch.is_empty() {
                break;
            }
            self.store(self.keeper(), batch, Patience::Usual);
            if self.lock().failing.is_some() {
                break;
            }
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

    /// Stores the one run, or does the one act, that is waited for, unless that takes waiting for others.
    pub(super) fn store_at_once(&self, mut state: MutexGuard<'_, State>) {
        let keeper = match self.keeper.try_lock() {
            Ok(keeper) => keeper,
            Err(_) => return self.wake_for(state),
        };
        let batch = state.take();
        drop(state);
        self.store(keeper, batch, Patience::None);
        self.wake_for(self.lock());
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
                if let Some(rest) = state.rest_for_company(now) {
                    state = self.rest(state, ThreadState::Gathering, rest);
                    continue;
                }
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
            state = self.rest(state, ThreadState::Resting, rest);
        }
    }

    /// Rests for so long, or until it is woken.
    fn rest<'a>(
        &'a self,
        mut state: MutexGuard<'a, State>,
        until: ThreadState,
        rest: Duration,
    ) -> MutexGuard<'a, State> {
        state.thread = until;
        let waited = self.wake.wait_timeout(state, rest);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner).0;
        state.thread = ThreadState::Working;
        state
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
        let started = Instant::now();
        match keeper.store(&mut batch, patience) {
            Ok(refusals) => {
                for act in batch.acts {
                    act.answer(Ok(()));
                }
                if let Some(work) = batch.work.take() {
                    work.answer(Ok(()));
                }
                let waiting = std::mem::take(&mut batch.waiting);
                let synced = if waiting.for_flush() { keeper.sync() } else { Ok(()) };
                self.stored(refusals, waiting, synced, started);
            }
            Err(error) if matches!(patience, Patience::None) => {
                tracing::debug!("left to the thread: {error}");
                let acts = std::mem::take(&mut batch.acts).into_iter();
                let (untried, tried): (Vec<_>, _) = acts.partition(Act::is_untried);
                batch.acts = untried;
                for act in tried {
                    act.answer(Err(error.clone()));
                }
                let contradicted = {
                    let mut state = self.lock();
                    state.turned_back(&mut batch);
                    state.queue.return_untried(batch)
                };
                self.refuse(contradicted);
            }
            Err(error) => self.failed(batch, error),
        }
    }

    fn stored(
        &self,
        refusals: Refusals,
        waiting: Waiting,
        synced: Result<(), StoreError>,
        started: Instant,
    ) {
        let recovered = {
            let mut state = self.lock();
            state.landed();
            state.worked = Instant::now();
            let (took, still_waiting) = (state.worked - started, state.queue.writers());
            state.gathering.stored(waiting.writers(), still_waiting, took);
            state.failing.take().is_some()
        };
        if recovered {
            tracing::info!("the store {} is working again; everything kept is stored", self.place);
        }
        let refused: HashMap<usize, StoreError> = refusals.into_iter().collect();
        for error in refused.values() {
            if error.kind() == StoreErrorKind::Exists {
                // Whoever is second is told, and nothing is lost.
                tracing::debug!("{error}");
            } else {
                tracing::error!("{error}");
            }
        }
        waiting.answer(&synced, &refused);
    }

    fn failed(&self, mut batch: Batch, error: StoreError) {
        let waiting = std::mem::take(&mut batch.waiting);
        for act in batch.acts.drain(..) {
            act.answer(Err(error.clone()));
        }
        if let Some(work) = batch.work.take() {
            work.answer(Err(error.clone()));
        }
        let mut state = self.lock();
        state.turned_back(&mut batch);
        state.worked = Instant::now();
        let (dropped, contradicted) = state.queue.put_back(batch, &self.options);
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
        self.refuse(contradicted);
    }

    fn refuse(&self, contradicted: Vec<Contradicted>) {
        for Contradicted { subject, contradiction, writers } in contradicted {
            let error = contradicts(&self.place, subject, contradiction);
            tracing::error!("{error}");
            for writer in writers {
                writer.acknowledge(Err(error.clone()));
            }
        }
    }

    /// Nothing is taken any more, and nobody waits in vain.
    fn end(&self, result: Result<(), StoreError>) {
        let mut state = self.lock();
        if matches!(state.stage, Stage::Closed(_)) {
            return;
        }
        let closing = std::mem::replace(&mut state.stage, Stage::Closed(result.clone()));
        let mut left = state.queue.take();
        let mut works = state.queue.take_works();
        works.extend(left.work.take());
        let rooms = state.queue.take_all_rooms();
        drop(state);
        self.wake.notify_all();
        left.waiting.answer(&Err(closed(&self.place)), &HashMap::new());
        for act in left.acts {
            act.answer(Err(closed(&self.place)));
        }
        for work in works {
            work.answer(Err(closed(&self.place)));
        }
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
