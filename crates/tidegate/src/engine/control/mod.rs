//! What others ask of a run while it lives: that it ends, that it pauses, that it goes on. It is looked at by the future of the run
//! and changes no state by itself: its owner does, by the rules.
//!
//! ```text
//!   handle.cancel() ───────────────┐
//!   Engine::cancel(id) ── Roster ──┴──> Control <── looked at by ── the future of the run (`watched`)
//!        │ not in this process             ^
//!        └── Write::Request ──> Store ── heartbeat thread, each second ── Roster
//! ```

mod cancel;
mod deliver;
mod gate;
mod hold_up;
mod roster;
mod unowned;
mod watched;

use std::sync::atomic::{AtomicU16, AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::Waker;

use futures_util::task::AtomicWaker;
use tidegate_core::{Request, RequestId, RequestKind};
use tokio::sync::Notify;

pub(crate) use cancel::ASKED_TO_CANCEL;
pub(super) use deliver::deliver_open;
pub(super) use gate::Gate;
pub(super) use hold_up::{HoldUp, SyncBody};
pub(super) use roster::{Listed, Roster};
pub(super) use unowned::winds_down;
pub(crate) use unowned::{cancelled, expired};
pub(super) use watched::{CalledOff, Interrupted, Watched};

/// What was asked of one run. Most runs are asked nothing, so there is as little of it as can be.
#[derive(Debug, Default)]
pub(crate) struct Control {
    marks: AtomicU16,
    /// How much is under way that cannot be dropped, in the run or awaited in place inside it.
    held_up: AtomicU32,
    /// Whoever polls the run.
    polled_by: AtomicWaker,
    asked: OnceLock<Box<Asked>>,
}

/// What there is of a run that was asked something, or that waits to be asked.
#[derive(Debug, Default)]
struct Asked {
    changed: Notify,
    requests: Mutex<Vec<Request>>,
}

/// It was asked to cancel.
const CANCELLED: u16 = 1;
/// A run around it was asked to cancel.
const CANCELLED_ABOVE: u16 = 1 << 1;
/// Its attempt is under way, which ends in its own way.
const ATTEMPTING: u16 = 1 << 2;
/// It is polled by a task of its own, and not by the run around it.
const APART: u16 = 1 << 3;
/// Its function is under way on a thread of the blocking pool.
const IN_SYNC_BODY: u16 = 1 << 4;
/// There is something for its attempt to see to.
const ASKED: u16 = 1 << 5;
/// It is about to be suspended, and calls in it wait.
const CLOSING: u16 = 1 << 6;
/// It is suspended, and calls in it turn back.
const CLOSED: u16 = 1 << 7;
/// It is suspended, and nobody owns it any more.
const LET_GO: u16 = 1 << 8;

impl Control {
    /// Asks the run to cancel; whether it was the first to.
    pub(crate) fn cancel(&self) -> bool {
        self.mark(CANCELLED)
    }

    /// A run around it was asked to cancel.
    pub(super) fn cancel_from_above(&self) -> bool {
        self.mark(CANCELLED_ABOVE)
    }

    /// Whether the run itself was asked to cancel.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.has(CANCELLED)
    }

    /// Whether the run or one around it was asked to cancel, as far as it was told.
    pub(super) fn is_called_off(&self) -> bool {
        self.has(CANCELLED | CANCELLED_ABOVE)
    }

    fn mark(&self, mark: u16) -> bool {
        let first = self.marks.fetch_or(mark, Ordering::SeqCst) & mark != mark;
        if first {
            self.wake();
        }
        first
    }

    fn has(&self, marks: u16) -> bool {
        self.marks.load(Ordering::SeqCst) & marks != 0
    }

    /// Has the future of the run look, and whoever waits in [`until`](Self::until).
    pub(crate) fn wake(&self) {
        self.polled_by.wake();
        if let Some(asked) = self.asked.get() {
            asked.changed.notify_waiters();
        }
    }

    fn register(&self, waker: &Waker) {
        self.polled_by.register(waker);
    }

    /// Says whether an attempt is under way.
    pub(super) fn set_attempting(&self, attempting: bool) {
        if attempting {
            self.marks.fetch_or(ATTEMPTING, Ordering::Relaxed);
        } else {
            self.marks.fetch_and(!ATTEMPTING, Ordering::Relaxed);
        }
    }

    fn is_attempting(&self) -> bool {
        self.has(ATTEMPTING)
    }

    /// The run is polled by a task of its own.
    pub(crate) fn set_apart(&self) {
        self.marks.fetch_or(APART, Ordering::Relaxed);
    }

    /// Whether something is under way in it that cannot be dropped.
    pub(super) fn is_held_up(&self) -> bool {
        self.held_up.load(Ordering::SeqCst) > 0
    }

    /// Whether that is its own function.
    pub(super) fn is_in_sync_body(&self) -> bool {
        self.has(IN_SYNC_BODY)
    }

    /// Whether there is something to look at in [`take`](Self::take).
    pub(super) fn was_asked(&self) -> bool {
        self.asked.get().is_some()
    }

    fn asked(&self) -> &Asked {
        self.asked.get_or_init(Box::default)
    }

    /// Waits until there is what `look` looks for; it looks again whenever something was asked.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub(crate) async fn until<R>(&self, mut look: impl FnMut(&Self) -> Option<R>) -> R {
        let asked = self.asked();
        loop {
            let changed = asked.changed.notified();
            if let Some(found) = look(self) {
                return found;
            }
            changed.await;
        }
    }

    /// Hands a request to the run. One that it has already is not handed to it twice.
    pub(crate) fn deliver(&self, request: Request) {
        let mark = match request.kind {
            RequestKind::Cancel => CANCELLED,
            RequestKind::Suspend => ASKED,
            RequestKind::Resume { .. } => 0,
        };
        let is_new = {
            let mut requests = self.requests();
            let is_new = requests.iter().all(|known| known.id != request.id);
            if is_new {
                requests.push(request);
            }
            is_new
        };
        if is_new && !self.mark(mark) {
            self.wake();
        }
    }

    /// The first request of this kind, which stays.
    pub(super) fn request(&self, kind: &RequestKind) -> Option<RequestId> {
        let requests = lock(&self.asked.get()?.requests);
        requests.iter().find(|request| request.kind == *kind).map(|request| request.id)
    }

    /// Takes the first request that `choose` makes something of. Whoever acts on it ends it, with `Write::EndRequest`.
    pub(crate) fn take<R>(
        &self,
        choose: impl FnMut(&Request) -> Option<R>,
    ) -> Option<(RequestId, R)> {
        let mut choose = choose;
        let asked = self.asked.get()?;
        let mut requests = lock(&asked.requests);
        let (place, chosen) = requests
            .iter()
            .enumerate()
            .find_map(|(place, request)| Some((place, choose(request)?)))?;
        Some((requests.remove(place).id, chosen))
    }

    fn requests(&self) -> MutexGuard<'_, Vec<Request>> {
        lock(&self.asked().requests)
    }
}

/// What this lock guards is changed by functions that leave it whole even when they panic.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
