//! What a flow run, or an engine, has started and must see end. Nothing that is started here outlives its owner unseen.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use pin_project_lite::pin_project;
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tokio_util::task::TaskTracker;

use crate::engine::Workers;
use crate::engine::reporter::{Counted, Tally};

/// The futures that someone has started, joined before the owner ends and dropped when the owner is. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Nursery(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    tracker: TaskTracker,
    stop: CancellationToken,
    /// Others that were stopped, and may not have dropped everything yet.
    stopped: Mutex<Vec<Nursery>>,
    /// Of the runs that were submitted.
    tally: Tally,
}

impl Nursery {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Inner {
            tracker: TaskTracker::new(),
            stop: CancellationToken::new(),
            stopped: Mutex::default(),
            tally: Tally::default(),
        }))
    }

    /// Runs a future until it ends or the nursery is stopped, whichever is first.
    pub(crate) fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) {
        self.0.tracker.spawn(self.stoppable(future));
    }

    /// As [`spawn`](Self::spawn), for a run that was submitted and is counted: by itself, or by what runs it instead.
    pub(crate) fn spawn_run<O: Counted>(
        &self,
        workers: Option<&Workers>,
        run: impl Future<Output = O> + Send + 'static,
    ) {
        self.0.tally.submitted();
        let run = self.stoppable(run);
        match workers {
            None => drop(self.0.tracker.spawn(run)),
            Some(workers) => workers.run_async(Box::pin(self.0.tracker.track_future(run))),
        }
    }

    fn stoppable<F: Future>(&self, future: F) -> Stoppable<F> {
        Stoppable { future, nursery: Arc::clone(&self.0), stopped: None }
    }

    /// Of the runs that were submitted.
    pub(crate) fn tally(&self) -> &Tally {
        &self.0.tally
    }

    /// Has a runner run a function. It cannot be stopped, only waited for.
    pub(crate) fn run_by<R: Send + 'static>(
        &self,
        workers: &Workers,
        function: impl FnOnce() -> R + Send + 'static,
    ) -> oneshot::Receiver<R> {
        let (ended, end) = oneshot::channel();
        let token = self.0.tracker.token();
        let runtime = Handle::current();
        workers.run_sync(Box::new(move || {
            let _inside = runtime.enter();
            // That nobody waits for it any more is no matter of the function.
            let _ = ended.send(function());
            drop(token);
        }));
        end
    }

    /// Runs a function on the blocking pool. It cannot be stopped, only waited for.
    pub(crate) fn spawn_blocking<R: Send + 'static>(
        &self,
        function: impl FnOnce() -> R + Send + 'static,
    ) -> tokio::task::JoinHandle<R> {
        self.0.tracker.spawn_blocking(function)
    }

    /// Waits for everything that was started, and for what others still have to drop.
    pub(crate) async fn join(&self) {
        let tracker = &self.0.tracker;
        loop {
            if !tracker.is_empty() {
                tracker.close();
                Box::pin(tracker.wait()).await;
                tracker.reopen();
            }
            let next = self.stopped().last().cloned();
            let Some(stopped) = next else { break };
            Box::pin(stopped.join()).await;
            self.stopped().retain(|other| !Arc::ptr_eq(&other.0, &stopped.0));
        }
    }

    /// Has [`join`](Self::join) wait for another that was stopped: its futures are dropped by whoever polls them, which takes a moment,
    /// and their runs are recorded then.
    pub(crate) fn adopt(&self, other: &Self) {
        let mut stopped = self.stopped();
        stopped.retain(|other| !other.is_idle());
        if !other.is_idle() {
            stopped.push(other.clone());
        }
    }

    fn is_idle(&self) -> bool {
        self.0.tracker.is_empty() && self.stopped().is_empty()
    }

    fn stopped(&self) -> MutexGuard<'_, Vec<Self>> {
        self.0.stopped.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Drops every future that has not ended.
    pub(crate) fn stop(&self) {
        self.0.stop.cancel();
    }
}

pin_project! {
    /// A future that ends when it does or when its nursery is stopped.
    ///
    /// It is not an async block, which would hold the future twice over, and it asks to be woken by the stop only once it
    /// has to wait, which many short runs never do; what that takes is boxed, so that it is not there before.
    struct Stoppable<F> {
        #[pin]
        future: F,
        nursery: Arc<Inner>,
        stopped: Option<Pin<Box<WaitForCancellationFutureOwned>>>,
    }
}

impl<F: Future<Output: Counted>> Future for Stoppable<F> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        if this.nursery.stop.is_cancelled() {
            return Poll::Ready(());
        }
        if let Poll::Ready(end) = this.future.poll(context) {
            end.count(&this.nursery.tally);
            return Poll::Ready(());
        }
        if this.stopped.is_none() {
            *this.stopped = Some(Box::pin(this.nursery.stop.clone().cancelled_owned()));
        }
        this.stopped.as_mut().map_or(Poll::Pending, |stopped| stopped.as_mut().poll(context))
    }
}
