//! What is done while the server cannot be reached: it is told of, at first and then less and less often, and tried again after a pause that
//! grows. It knows nothing of what is sent.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tidegate_core::StoreError;
use tidegate_core::store::ClientId;
use tokio::time::timeout;

use crate::queue::{Outage, Queue};

/// After the first failure, and at most.
const PAUSES: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(5));

/// A connection that breaks is no outage: one is told of when it has lasted so long.
const TELL_AFTER: Duration = Duration::from_secs(1);

/// When an outage is told of again, after it was told of first; and at most.
const TELL_AGAIN: (Duration, Duration) = (Duration::from_secs(60), Duration::from_secs(3600));

/// See the module.
#[derive(Debug)]
pub(crate) struct Outages {
    queue: Arc<Queue>,
    pauses: Pauses,
    /// A number of this program, so that those who wait for one server do not all come back at once.
    spread: u32,
    told: Option<Instant>,
    tell_after: Duration,
}

/// How long to wait before each try.
#[derive(Debug)]
pub(crate) struct Pauses(Duration);

impl Outages {
    pub(crate) fn new(queue: Arc<Queue>) -> Self {
        let spread = u32::from(ClientId::new().as_uuid().as_bytes()[15]);
        let (pauses, tell_after) = (Pauses::default(), TELL_AGAIN.0);
        Self { queue, pauses, spread, told: None, tell_after }
    }

    /// The server was reached.
    pub(crate) fn over(&mut self) {
        let Some(Outage { since, .. }) = self.queue.works() else { return };
        if self.told.is_some() {
            tracing::info!(
                target: "tidegate::remote",
                "the server {} is there again after {:.1?}; what was kept is recorded",
                self.queue.place,
                since.elapsed()
            );
        }
        (self.pauses, self.told, self.tell_after) = (Pauses::default(), None, TELL_AGAIN.0);
    }

    /// The server cannot be reached. Waits for the next try, `after` so long at least if the server has said so; fails when the queue is
    /// closing and has waited long enough.
    pub(crate) async fn wait(
        &mut self,
        error: StoreError,
        after: Option<Duration>,
    ) -> Result<(), StoreError> {
        self.queue.fails(&error);
        self.tell(&error);
        if self.queue.gives_up() {
            return Err(error);
        }
        let pause = self.pauses.next().max(after.unwrap_or_default()).min(PAUSES.1);
        let until = Instant::now() + pause * (192 + self.spread / 2) / 256;
        let was_open = self.queue.is_open();
        loop {
            let left = until.saturating_duration_since(Instant::now());
            // Whoever closes the queue does not wait for the next try.
            if left.is_zero() || was_open != self.queue.is_open() {
                break;
            }
            let _ = timeout(left, self.queue.wake.notified()).await;
        }
        self.queue.wake.notify_one();
        Ok(())
    }

    /// Says that the server cannot be reached, unless that is new or was said lately.
    fn tell(&mut self, error: &StoreError) {
        let lasts = self.queue.outage().is_some_and(|outage| outage.since.elapsed() >= TELL_AFTER);
        if lasts && self.told.is_none_or(|told| told.elapsed() >= self.tell_after) {
            if self.told.is_some() {
                self.tell_after = (self.tell_after * 2).min(TELL_AGAIN.1);
            }
            self.told = Some(Instant::now());
            tracing::warn!(target: "tidegate::remote", "{error}");
        }
    }
}

impl Pauses {
    /// How long to wait this time.
    pub(crate) fn next(&mut self) -> Duration {
        let next = self.0;
        self.0 = (next * 2).min(PAUSES.1);
        next
    }
}

impl Default for Pauses {
    fn default() -> Self {
        Self(PAUSES.0)
    }
}
