//! Pausing and suspending a flow run. The body asks, and the attempt answers, since only it moves the run: a pause is a state that the
//! body waits in, a suspension ends the attempt once no task is under way. It never decides whether a run may pause.
//!
//! ```text
//!   body ── Ask ──> Pausing ──> Execution::attempt_flow ──> Paused, Running     the body goes on with the answer
//!                      │  └──────────────────────────────> Suspended           the body is dropped, and runs again when resumed
//!                    gate: whether calls in the flow run begin, wait or turn back
//! ```

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU8, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tidegate_core::{State, StateType, Timestamp};
use tokio::sync::{Notify, oneshot};

use crate::engine::LiveRun;
use crate::error::{Error, Result};

/// What is asked of the attempt of a flow run, and what the calls in it go by.
#[derive(Debug, Default)]
pub(crate) struct Pausing {
    asks: Mutex<VecDeque<Ask>>,
    asked: Notify,
    /// How many pauses the attempt has come to.
    pauses: AtomicU32,
    gate: AtomicU8,
    /// How many calls in the flow run are under way.
    under_way: AtomicUsize,
    /// Any of these has changed, or the state of the flow run.
    changed: Notify,
}

/// What becomes of a call that would begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gate {
    /// It begins, as far as the state of the flow run lets it.
    Open,
    /// It waits: the flow run is about to be suspended.
    Closing,
    /// It does not begin any more: the flow run is suspended.
    Closed,
}

/// What is asked of the attempt of a flow run.
#[derive(Debug)]
pub(super) enum Ask {
    /// To enter this state.
    Pause(Box<State>, Answer),
    /// To go on with the body, as at this time.
    GoOn(Timestamp, Option<Answer>),
    /// To be suspended in this state, by the body. Answered only if it may not.
    Suspend(Box<State>, Answer),
}

pub(super) type Answer = oneshot::Sender<Result<()>>;

/// A flow run that is paused by its body, which goes on when this is dropped at the latest.
pub(crate) struct Pause {
    live: Arc<LiveRun>,
    over: bool,
}

impl Pausing {
    /// What becomes of a call that would begin, which is counted as under way unless it is told to wait.
    pub(super) fn begin_call(&self, is_nested: impl FnOnce() -> bool) -> bool {
        // Counted before it is asked: whoever closes the gate then sees one or the other.
        self.under_way.fetch_add(1, Ordering::SeqCst);
        // What is called in a task that is under way is part of it.
        let begins = self.gate() == Gate::Open || is_nested();
        if !begins {
            self.end_call();
        }
        begins
    }

    /// A call that had begun is over.
    pub(super) fn end_call(&self) {
        let before = self.under_way.fetch_sub(1, Ordering::SeqCst);
        if before == 1 && self.gate() != Gate::Open {
            self.changed.notify_waiters();
        }
    }

    /// The state of the flow run has changed.
    pub(super) fn moved_on(&self) {
        self.changed.notify_waiters();
    }

    fn gate(&self) -> Gate {
        match self.gate.load(Ordering::SeqCst) {
            0 => Gate::Open,
            1 => Gate::Closing,
            _ => Gate::Closed,
        }
    }

    pub(super) fn set_gate(&self, gate: Gate) {
        self.gate.store(gate as u8, Ordering::SeqCst);
        self.changed.notify_waiters();
    }

    /// Whether the flow run is suspended, and what waits in it turns back.
    pub(super) fn is_closed(&self) -> bool {
        self.gate() == Gate::Closed
    }

    /// The key of the next pause: how many there were in this attempt, beginning with 1.
    pub(crate) fn next_key(&self) -> String {
        (self.pauses.fetch_add(1, Ordering::Relaxed) + 1).to_string()
    }

    /// A new attempt begins.
    pub(super) fn begin_attempt(&self) {
        self.pauses.store(0, Ordering::Relaxed);
    }

    /// What is asked next.
    pub(super) fn next_ask(&self) -> Option<Ask> {
        self.asks().pop_front()
    }

    /// Waits until something may have been asked.
    pub(super) async fn asked(&self) {
        self.asked.notified().await;
    }

    fn asks(&self) -> MutexGuard<'_, VecDeque<Ask>> {
        self.asks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ask(&self, ask: Ask) {
        self.asks().push_back(ask);
        self.asked.notify_one();
    }

    /// Waits until no call is under way.
    pub(super) async fn quiet(&self) {
        self.until(|| self.under_way.load(Ordering::SeqCst) == 0).await;
    }

    async fn until(&self, holds: impl Fn() -> bool) {
        loop {
            let mut changed = std::pin::pin!(self.changed.notified());
            changed.as_mut().enable();
            if holds() {
                return;
            }
            changed.await;
        }
    }
}

impl LiveRun {
    /// Pauses this flow run, whose body is asking.
    ///
    /// # Cancel safety
    ///
    /// When the future is dropped, the run goes on.
    pub(crate) async fn pause(self: &Arc<Self>, state: State) -> Result<Pause> {
        let pausing = self.pausing().ok_or_else(|| self.cannot_pause())?;
        let (answer, answered) = oneshot::channel();
        let mut pause = Pause { live: Arc::clone(self), over: false };
        pausing.ask(Ask::Pause(Box::new(state), answer));
        let paused = answered.await.unwrap_or_else(|_| Err(self.is_over()));
        pause.over = paused.is_err();
        paused.map(|()| pause)
    }

    /// Suspends this flow run, whose body is asking and will be dropped. Returns only if it may not be suspended, or to a body that
    /// cannot be dropped because a thread runs it.
    pub(crate) async fn suspend(self: &Arc<Self>, state: State) -> Error {
        let Some(pausing) = self.pausing() else { return self.cannot_pause() };
        let (answer, answered) = oneshot::channel();
        pausing.ask(Ask::Suspend(Box::new(state), answer));
        match answered.await {
            Ok(Err(error)) => error,
            Ok(Ok(())) | Err(_) => self.is_suspended(),
        }
    }

    /// Waits until a call in this flow run may begin; an error when none does any more.
    pub(super) async fn wait_to_go_on(&self) -> Result<()> {
        let Some(pausing) = self.pausing() else { return Ok(()) };
        pausing
            .until(|| match pausing.gate() {
                Gate::Open => !self.is_paused(),
                Gate::Closing => false,
                Gate::Closed => true,
            })
            .await;
        if pausing.is_closed() { Err(self.is_suspended()) } else { Ok(()) }
    }

    pub(super) fn is_paused(&self) -> bool {
        self.record().state().is_some_and(|state| state.state_type() == StateType::Paused)
    }

    fn cannot_pause(&self) -> Error {
        Error::configuration(format!("{} cannot pause: only flow runs can", self.label()))
    }

    fn is_over(&self) -> Error {
        Error::configuration(format!("{} cannot pause: its attempt is over", self.label()))
    }

    /// What stops calls in a flow run that is suspended.
    fn is_suspended(&self) -> Error {
        Error::ended(self.label(), State::suspended(self.engine().now()), None)
    }
}

impl Pause {
    /// Lets the body go on, as at this time.
    pub(crate) async fn end(mut self, at: Timestamp) -> Result<()> {
        self.over = true;
        let Some(pausing) = self.live.pausing() else { return Ok(()) };
        let (answer, answered) = oneshot::channel();
        pausing.ask(Ask::GoOn(at, Some(answer)));
        answered.await.unwrap_or_else(|_| Err(self.live.is_over()))
    }
}

/// Nobody waits any more for what the run is paused for.
impl Drop for Pause {
    fn drop(&mut self) {
        if let Some(pausing) = self.live.pausing().filter(|_| !self.over) {
            pausing.ask(Ask::GoOn(self.live.engine().now(), None));
        }
    }
}
