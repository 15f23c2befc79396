//! Waking those who wait for inputs of flow runs: at once by who sends one in this process, and from other processes by looking again
//! and again, which nobody does while nobody waits. It never looks itself.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tidegate_core::RunId;
use tokio::sync::watch;

use crate::engine::Engine;

/// How often others may have sent something: at first, and at last.
const LOOK_AGAIN: (Duration, Duration) = (Duration::from_millis(10), Duration::from_millis(500));

/// The flow runs whose inputs are waited for in this process.
#[derive(Debug, Default)]
pub(super) struct Inbox(Mutex<HashMap<RunId, watch::Sender<()>>>);

/// Waiting for the inputs of a flow run, until it is dropped.
pub(crate) struct Listener {
    engine: Engine,
    run: RunId,
    arrivals: watch::Receiver<()>,
    pause: Duration,
}

impl Inbox {
    fn lock(&self) -> MutexGuard<'_, HashMap<RunId, watch::Sender<()>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Engine {
    /// Listens for inputs of a flow run. To be called before one looks what is there.
    pub(crate) fn listen(&self, run: RunId) -> Listener {
        let arrivals = self.0.inbox.lock().entry(run).or_default().subscribe();
        Listener { engine: self.clone(), run, arrivals, pause: LOOK_AGAIN.0 }
    }

    /// Wakes those who wait for inputs of a flow run in this process.
    pub(crate) fn input_arrived(&self, run: RunId) {
        if let Some(waiting) = self.0.inbox.lock().get(&run) {
            waiting.send_replace(());
        }
    }
}

impl Listener {
    /// Waits until it is time to look.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub(crate) async fn arrival(&mut self) {
        let arrived = self.arrivals.changed();
        if self.engine.0.ownership.is_none() {
            // Nobody else has the store. The sender is kept as long as someone listens.
            let _ = arrived.await;
            return;
        }
        let _ = tokio::time::timeout(self.pause, arrived).await;
        self.pause = (2 * self.pause).min(LOOK_AGAIN.1);
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let mut inbox = self.engine.0.inbox.lock();
        if inbox.get(&self.run).is_some_and(|waiting| waiting.receiver_count() == 1) {
            inbox.remove(&self.run);
        }
    }
}
