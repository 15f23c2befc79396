//! Whose turn it is to compute what is kept under a key, in this process and, where others share the store, among all of them. A turn
//! ends when it is dropped, however its run ends. Nothing here knows what is computed.
//!
//! ```text
//!   take ──> Turn ──────── lock ──> Store::lock      others in this process wait for the turn to end; other processes
//!     └────> Waiting <── dropped ──> Write::Unlock   look again and again whether the lock is free
//! ```

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tidegate_core::{CacheKey, LeaseId, StoreError, Write};
use tokio::sync::watch;

use crate::engine::Engine;

/// How often another process is asked whether its turn is over: at first, and at last.
const LOOK_AGAIN: (Duration, Duration) = (Duration::from_millis(5), Duration::from_millis(250));

/// The turns that are taken in this process.
#[derive(Debug, Default)]
pub(super) struct Turns(Mutex<HashMap<CacheKey, Waiting>>);

/// Resolves when a turn is over.
#[derive(Clone, Debug)]
pub(super) struct Waiting(watch::Receiver<()>);

/// A turn, until it is dropped.
pub(crate) struct Turn {
    engine: Engine,
    key: CacheKey,
    /// The lease under which the lock is held, or may be.
    locked_under: Option<LeaseId>,
    /// Dropped last, since it tells those who wait.
    _over: watch::Sender<()>,
}

impl Turns {
    fn lock(&self) -> MutexGuard<'_, HashMap<CacheKey, Waiting>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    /// Waits until the turn is over.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub(super) async fn over(mut self) {
        // Nothing is ever sent.
        let _ = self.0.changed().await;
    }
}

impl Turn {
    /// The turn for a key, unless another in this process has it.
    pub(super) fn take(engine: &Engine, key: CacheKey) -> Result<Self, Waiting> {
        match engine.0.turns.lock().entry(key) {
            Entry::Occupied(taken) => Err(taken.get().clone()),
            Entry::Vacant(free) => {
                let (over, waiting) = watch::channel(());
                free.insert(Waiting(waiting));
                Ok(Self { engine: engine.clone(), key, locked_under: None, _over: over })
            }
        }
    }

    /// Takes the lock among all who share the store; whether it was free.
    ///
    /// # Cancel safety
    ///
    /// When the turn is dropped after this was, the lock is free.
    pub(super) async fn lock(&mut self, lease: LeaseId) -> Result<bool, StoreError> {
        let engine = self.engine.clone();
        let Some(store) = engine.store() else { return Ok(true) };
        // Before it is asked: the answer may come when nobody waits for it any more.
        self.locked_under = Some(lease);
        store.lock(self.key, lease, engine.now()).await
    }
}

/// Waiting for a turn, a step at a time, so that whoever waits can look between the steps whether there is a result already.
pub(crate) struct Line {
    engine: Engine,
    key: CacheKey,
    /// The lease to lock under, where others share the store.
    lease: Option<LeaseId>,
    turn: Option<Turn>,
    /// Whether the lock is held, as far as one is needed.
    locked: bool,
    pause: Option<Duration>,
}

impl Line {
    pub(crate) fn new(engine: &Engine, key: CacheKey, lease: Option<LeaseId>) -> Self {
        Self { engine: engine.clone(), key, lease, turn: None, locked: false, pause: None }
    }

    /// Gets further: gives the turn, or nothing when it is time to look.
    pub(crate) async fn step(&mut self) -> Result<Option<Turn>, StoreError> {
        if self.locked {
            return Ok(self.turn.take());
        }
        let Some(turn) = &mut self.turn else {
            match Turn::take(&self.engine, self.key) {
                Ok(turn) => self.turn = Some(turn),
                Err(other) => other.over().await,
            }
            return Ok(None);
        };
        if let Some(pause) = self.pause {
            tokio::time::sleep(pause).await;
        }
        // Another turn may have ended since it was looked up, here or in another process.
        self.locked = match self.lease {
            Some(lease) => turn.lock(lease).await?,
            None => true,
        };
        let next = self.pause.map_or(LOOK_AGAIN.0, |pause| 2 * pause);
        self.pause = Some(next.min(LOOK_AGAIN.1));
        Ok(None)
    }

    /// The turn in this process, whatever others do.
    pub(super) fn into_turn(self) -> Option<Turn> {
        self.turn
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let (Some(lease), Some(store)) = (self.locked_under, self.engine.store()) {
            drop(store.put(Write::Unlock { key: self.key, lease }));
        }
        self.engine.0.turns.lock().remove(&self.key);
    }
}
