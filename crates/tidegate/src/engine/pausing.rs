//! Pausing and suspending a flow run. Whoever wants it asks, and the attempt sees to it, since only it moves the run: a pause is a state
//! that the body waits in, a suspension ends the attempt once no call is under way. It never decides whether a run may pause.
//!
//! ```text
//!   body ── Ask ──────────> Pausing ─┐
//!   RequestKind::Suspend ─> Control ─┴─> Execution::see_to ──> Paused, Running     the body goes on with the answer
//!                              │                     └───────> Suspended           the body is dropped, and runs again when resumed
//!                            Gate: whether calls in the flow run begin, wait or turn back
//! ```

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tidegate_core::{RequestKind, RunKind, State, StateType, Timestamp, Write};
use tokio::sync::oneshot;

use crate::engine::control::Gate;
use crate::engine::{LiveRun, waiting};
use crate::error::{Error, Result};
use crate::transaction::Transaction;

/// What the body of a flow run asks of its attempt, and how much is under way in it.
#[derive(Debug, Default)]
pub(crate) struct Pausing {
    asks: Mutex<VecDeque<Ask>>,
    /// How many pauses the attempt has come to.
    pauses: AtomicU32,
    /// How much in the flow run is under way, as [`Kind`] counts it.
    under_way: AtomicU64,
    /// A call waits at the gate.
    is_waited_at: AtomicBool,
}

/// What is counted as under way: tasks in the lower half of one number, what is no task in the upper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub(super) enum Kind {
    /// An attempt of a task.
    Task = 1,
    /// A subflow, or a transaction.
    Other = 1 << 32,
}

impl Kind {
    pub(super) fn of(kind: RunKind) -> Self {
        match kind {
            RunKind::Task => Self::Task,
            RunKind::Flow => Self::Other,
        }
    }
}

/// What the body of a flow asks of its attempt.
#[derive(Debug)]
pub(super) enum Ask {
    /// To enter this state.
    Pause(Box<State>, Answer),
    /// To go on with the body, as at this time.
    GoOn(Timestamp, Option<Answer>),
    /// To be suspended in this state. Answered only if it may not.
    Suspend(Box<State>, Answer),
}

pub(super) type Answer = oneshot::Sender<Result<()>>;

/// A flow run that is paused by its body, which goes on when this is dropped at the latest.
pub(crate) struct Pause {
    live: Arc<LiveRun>,
    over: bool,
}

impl Pausing {
    /// The key of the next pause: how many there were in this attempt, beginning with 1.
    pub(crate) fn next_key(&self) -> String {
        (self.pauses.fetch_add(1, Ordering::Relaxed) + 1).to_string()
    }

    /// A new attempt begins, which has asked for nothing.
    pub(super) fn begin_attempt(&self) {
        // Whoever asks is numbered before.
        if self.pauses.load(Ordering::Relaxed) > 0 {
            self.pauses.store(0, Ordering::Relaxed);
            self.asks().clear();
        }
    }

    /// What is asked next.
    pub(super) fn next_ask(&self) -> Option<Ask> {
        self.asks().pop_front()
    }

    /// Whether no call is under way.
    pub(super) fn is_quiet(&self) -> bool {
        self.under_way.load(Ordering::SeqCst) == 0
    }

    /// How many attempts of tasks are under way.
    pub(super) fn tasks(&self) -> usize {
        let tasks = self.under_way.load(Ordering::SeqCst) & u64::from(u32::MAX);
        usize::try_from(tasks).unwrap_or(usize::MAX)
    }

    /// The gate is about to be closed, and nobody waits there.
    pub(super) fn begin_closing(&self) {
        self.is_waited_at.store(false, Ordering::SeqCst);
    }

    /// Whether a call waits at the gate.
    pub(super) fn is_waited_at(&self) -> bool {
        self.is_waited_at.load(Ordering::SeqCst)
    }

    fn asks(&self) -> MutexGuard<'_, VecDeque<Ask>> {
        self.asks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LiveRun {
    /// Of a flow run: whether a call in it begins, which is then under way. One that is part of what is under way already always does.
    pub(super) fn begin_call(&self, kind: Kind, is_part: impl FnOnce() -> bool) -> bool {
        let Some(pausing) = self.pausing() else { return true };
        // Counted before it is asked: whoever closes the gate then sees one or the other.
        pausing.under_way.fetch_add(kind as u64, Ordering::SeqCst);
        let begins = self.control().gate() == Gate::Open || is_part();
        if !begins {
            pausing.is_waited_at.store(true, Ordering::SeqCst);
            self.end_call(kind);
        }
        begins
    }

    /// Of a flow run: a call in it that was under way is over.
    pub(super) fn end_call(&self, kind: Kind) {
        let Some(pausing) = self.pausing() else { return };
        let before = pausing.under_way.fetch_sub(kind as u64, Ordering::SeqCst);
        if before == kind as u64 && self.control().gate() != Gate::Open {
            self.control().ask();
        }
        if before & u64::from(u32::MAX) == 1 && kind == Kind::Task {
            self.engine().activity().may_be_idle();
        }
    }

    /// Pauses this flow run, whose body is asking.
    ///
    /// # Cancel safety
    ///
    /// When the future is dropped, the run goes on.
    pub(crate) async fn pause(self: &Arc<Self>, state: State) -> Result<Pause> {
        let mut pause = Pause { live: Arc::clone(self), over: false };
        let paused = self.ask(|answer| Ask::Pause(Box::new(state), answer)).await;
        pause.over = paused.is_err();
        paused.map(|()| pause)
    }

    /// Suspends this flow run, whose body is asking and will be dropped. Returns only if it may not be suspended, or to a body that
    /// cannot be dropped because a thread runs it.
    pub(crate) async fn suspend(self: &Arc<Self>, state: State) -> Error {
        match self.ask(|answer| Ask::Suspend(Box::new(state), answer)).await {
            Err(error) if self.control().gate() == Gate::Open => error,
            Ok(()) | Err(_) => self.is_suspended(),
        }
    }

    /// Asks the attempt, and waits for its answer.
    async fn ask(&self, ask: impl FnOnce(Answer) -> Ask) -> Result<()> {
        let Some(pausing) = self.pausing() else {
            return Err(Error::configuration(format!(
                "{} cannot pause: only flow runs can",
                self.label()
            )));
        };
        let (answer, answered) = oneshot::channel();
        pausing.asks().push_back(ask(answer));
        self.control().ask();
        answered.await.unwrap_or_else(|_| {
            Err(Error::configuration(format!("{} cannot pause: its attempt is over", self.label())))
        })
    }

    /// Waits until someone says that this flow run, which is paused, was resumed. Whether it was is on record. An error when it is called
    /// off, for a body that cannot be dropped then because a thread runs it.
    pub(crate) async fn resumed(&self) -> Result<()> {
        let resumed = |kind: &RequestKind| matches!(kind, RequestKind::Resume { .. }).then_some(());
        let resumed = self.control().until(|control| {
            let request = control.take(|request| resumed(&request.kind));
            request.map(|(id, ())| Some(id)).or_else(|| self.is_called_off().then_some(None))
        });
        let Some(request) = resumed.await else {
            let state = State::cancelled(self.engine().now()).message(self.why_called_off());
            return Err(Error::ended(self.label(), state, None));
        };
        match self.engine().store() {
            Some(store) => {
                let ended = store.put(Write::EndRequest(request)).await;
                ended.map_err(|error| Error::store(Some(self.label()), error))
            }
            None => Ok(()),
        }
    }

    /// Waits until a call in this flow run may begin; an error when none does any more.
    pub(super) async fn wait_to_go_on(&self) -> Result<()> {
        let is_suspended = self.control().until(|control| match control.gate() {
            Gate::Open => (!self.is_paused()).then_some(false),
            Gate::Closing => None,
            Gate::Closed => Some(true),
        });
        if waiting(is_suspended).await { Err(self.is_suspended()) } else { Ok(()) }
    }

    pub(super) fn is_paused(&self) -> bool {
        self.record().state().is_some_and(|state| state.state_type() == StateType::Paused)
    }

    /// Of a flow run that is suspended: what calls in it are given that do not begin any more.
    pub(super) fn turns_back(&self) -> Option<Error> {
        (self.control().gate() == Gate::Closed).then(|| self.is_suspended())
    }

    /// What stops calls in a flow run that is suspended.
    fn is_suspended(&self) -> Error {
        Error::ended(self.label(), State::suspended(self.engine().now()), None)
    }

    /// Why this flow run cannot be suspended from where it is.
    pub(crate) fn cannot_be_suspended(&self) -> Option<String> {
        if self.flow().is_some() || self.record().task_run_id.is_some() {
            let instead = "Pause it instead, or suspend the flow that calls it";
            return Some(format!("Cannot suspend subflows. {instead}"));
        }
        let in_transaction = Transaction::open_of(self).is_some();
        in_transaction.then(|| IN_TRANSACTION.to_owned())
    }

    /// Whether it was called in something that counts as under way: a task, or a transaction.
    pub(super) fn is_part(&self) -> bool {
        self.record().task_run_id.is_some()
            || Transaction::open_of(self).is_some_and(|transaction| transaction.is_nested())
    }
}

/// Why code in a transaction cannot suspend its flow run.
pub(crate) const IN_TRANSACTION: &str =
    "it is in a transaction, which its process must see to its end";

/// Why a flow run that cannot be called again from its record is not suspended.
pub(crate) fn never_resumed(why: String) -> String {
    format!("it could not be resumed, since {why}")
}

/// Something in the body of a flow run is under way that is no call and has to end before the run is suspended; until this is dropped.
pub(crate) struct UnderWay(Option<Arc<LiveRun>>);

impl UnderWay {
    /// Begins once the flow run may go on.
    pub(crate) async fn begin(flow: Option<Arc<LiveRun>>) -> Result<Self> {
        if let Some(flow) = &flow {
            while !flow.begin_call(Kind::Other, || false) {
                flow.wait_to_go_on().await?;
            }
        }
        Ok(Self(flow))
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        if let Some(flow) = &self.0 {
            flow.end_call(Kind::Other);
        }
    }
}

impl Pause {
    /// Lets the body go on, as at this time.
    pub(crate) async fn end(mut self, at: Timestamp) -> Result<()> {
        self.over = true;
        self.live.ask(|answer| Ask::GoOn(at, Some(answer))).await
    }
}

/// Nobody waits any more for what the run is paused for.
impl Drop for Pause {
    fn drop(&mut self) {
        if let Some(pausing) = self.live.pausing().filter(|_| !self.over) {
            pausing.asks().push_back(Ask::GoOn(self.live.engine().now(), None));
            self.live.control().ask();
        }
    }
}
