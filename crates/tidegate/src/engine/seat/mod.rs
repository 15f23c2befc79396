//! The worker of a submitted task run, where the runner of its flow bounds them: taken before an attempt, lent to others while the run
//! waits for other runs, and let go of after the attempt. It decides nothing of the run.
//!
//! ```text
//!   take ──> held ── waits for a handle ──> lent ── what it waits for is there ──> in line, before those that are new ──> held
//!             └──── let_go (attempt over)             dropped instead: held at once, since a drop cannot wait
//! ```
//!
//! While anything in the run waits, it holds no worker: what it waits for may need that worker, and a run that holds one has nothing
//! to wait for but its own work.

mod line;

use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use futures_util::future::BoxFuture;
use futures_util::poll;
use tidegate_core::{RunId, RunKind};

use crate::engine::{Context, Execution};
use crate::runner::{TaskRunner, WorkKind};
use line::{Line, Rank, Worker};

/// The runner of a flow run, with the line for its workers.
#[derive(Debug)]
pub(crate) struct Workers {
    runner: Arc<dyn TaskRunner>,
    line: Option<Arc<Line>>,
}

impl Workers {
    /// For a flow run of its own.
    pub(super) fn new(runner: &Arc<dyn TaskRunner>) -> Arc<Self> {
        let line = runner.max_workers().map(Line::new);
        Arc::new(Self { runner: Arc::clone(runner), line })
    }

    /// Runs a submitted task run.
    pub(super) fn run_async(&self, work: BoxFuture<'static, ()>) {
        self.runner.run_async(work);
    }

    /// Runs the function of a submitted task run.
    pub(super) fn run_sync(&self, work: Box<dyn FnOnce() + Send>) {
        self.runner.run_sync(work);
    }

    /// What it is called.
    pub(super) fn name(&self) -> &str {
        self.runner.name()
    }
}

/// The worker of a run, held or not.
#[derive(Debug)]
pub(crate) struct Seat {
    of: RunId,
    workers: Arc<Workers>,
    line: Arc<Line>,
    inner: Mutex<Inner>,
}

/// While something waits, no worker is held.
#[derive(Debug, Default)]
struct Inner {
    worker: Option<Worker>,
    /// An attempt is under way.
    open: bool,
    /// In how many places the run waits for others.
    waits: usize,
}

impl Seat {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn take(&self) {
        let worker = self.line.take(Rank::New).await;
        let mut inner = self.lock();
        inner.open = true;
        inner.worker = Some(worker);
    }

    fn let_go(&self) {
        let mut inner = self.lock();
        inner.open = false;
        let worker = inner.worker.take();
        drop(inner);
        drop(worker);
    }

    /// Waits for others, to whom the worker is lent.
    async fn lend<F: Future>(self: Arc<Self>, future: F) -> F::Output {
        let mut future = pin!(future);
        // Most of what is asked for at last is there.
        if let Poll::Ready(output) = poll!(future.as_mut()) {
            return output;
        }
        let away = Away::begin(self);
        let output = future.await;
        away.come_back().await;
        output
    }
}

/// The run waits for others, until this is dropped.
pub(crate) struct Away {
    seat: Arc<Seat>,
    is_back: bool,
}

impl Away {
    /// Of the run that the calling code is in, if it has a worker.
    pub(crate) fn of_this_run() -> Option<Self> {
        Context::with(|context| context.seat.clone()).flatten().map(Self::begin)
    }

    fn begin(seat: Arc<Seat>) -> Self {
        let mut inner = seat.lock();
        inner.waits += 1;
        let worker = inner.worker.take();
        drop(inner);
        seat.workers.runner.lent();
        drop(worker);
        Self { seat, is_back: false }
    }

    async fn come_back(mut self) {
        let is_last = {
            let inner = self.seat.lock();
            inner.waits == 1 && inner.open
        };
        let worker = if is_last { Some(self.seat.line.take(Rank::ComesBack).await) } else { None };
        self.end(worker);
    }

    fn end(&mut self, worker: Option<Worker>) {
        self.is_back = true;
        let mut inner = self.seat.lock();
        inner.waits -= 1;
        let unused = if inner.waits == 0 && inner.open && inner.worker.is_none() {
            inner.worker = worker;
            None
        } else {
            worker
        };
        drop(inner);
        self.seat.workers.runner.taken_back();
        drop(unused);
    }
}

/// What it waited for was given up, and the code goes on at once.
impl Drop for Away {
    fn drop(&mut self) {
        if !self.is_back {
            let worker = self.seat.line.take_at_once();
            self.end(Some(worker));
        }
    }
}

/// Waits for what other runs must do, so that a bounded runner may have them do it meanwhile.
pub(crate) async fn waiting<F: Future>(future: F) -> F::Output {
    match Context::with(|context| context.seat.clone()).flatten() {
        None => future.await,
        Some(seat) => Box::pin(seat.lend(future)).await,
    }
}

impl Context {
    /// The runner that has given the innermost run its worker.
    pub(super) fn own_workers(&self) -> Option<&Arc<Workers>> {
        let seat = self.seat.as_ref()?;
        let own = self.run().is_some_and(|run| run.id() == seat.of);
        own.then_some(&seat.workers)
    }
}

impl Execution {
    /// The run is polled by a task of its own, and so it may need a worker of its own.
    pub(crate) fn set_apart(&mut self) {
        self.live.control().set_apart();
        if self.context.seat.is_none() && self.context.workers.is_none() {
            return;
        }
        let seat = match self.live.kind() {
            RunKind::Flow => None,
            RunKind::Task => self.context.workers.as_ref().and_then(|workers| {
                let kind = match self.options.takes_a_thread {
                    true => WorkKind::Sync,
                    false => WorkKind::Async,
                };
                let line = workers.line.as_ref().filter(|_| workers.runner.counts(kind))?;
                Some(Arc::new(Seat {
                    of: self.live.id(),
                    workers: Arc::clone(workers),
                    line: Arc::clone(line),
                    inner: Mutex::default(),
                }))
            }),
        };
        Arc::make_mut(&mut self.context).seat = seat;
    }

    /// Its own worker, not that of a run that awaits it in place.
    pub(super) fn own_seat(&self) -> Option<&Arc<Seat>> {
        self.context.seat.as_ref().filter(|seat| seat.of == self.live.id())
    }

    /// Takes a worker, and waits in line for it.
    pub(super) async fn sit_down(&self) {
        if let Some(seat) = self.own_seat() {
            Box::pin(seat.take()).await;
        }
    }

    /// Waits for what others must do before the body runs: its own worker is lent, or that of the run that awaits it in place.
    pub(super) async fn lending<F: Future>(&self, future: F) -> F::Output {
        match self.own_seat() {
            Some(seat) => Box::pin(Arc::clone(seat).lend(future)).await,
            None => waiting(future).await,
        }
    }

    /// Lets go of its worker.
    pub(super) fn stand_up(&self) {
        if let Some(seat) = self.own_seat() {
            seat.let_go();
        }
    }
}
