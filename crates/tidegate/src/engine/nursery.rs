//! What a flow run, or an engine, has started and must see end. Nothing that is started here outlives its owner unseen.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tokio_util::task::TaskTracker;

/// The futures that someone has started, joined before the owner ends and dropped when the owner is. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Nursery(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    tracker: TaskTracker,
    stop: CancellationToken,
}

impl Nursery {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Inner { tracker: TaskTracker::new(), stop: CancellationToken::new() }))
    }

    /// Runs a future until it ends or the nursery is stopped, whichever is first.
    pub(crate) fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) {
        let nursery = Arc::clone(&self.0);
        self.0.tracker.spawn(Stoppable { future, nursery, stopped: None });
    }

    /// Runs a function on the blocking pool. It cannot be stopped, only waited for.
    pub(crate) fn spawn_blocking<R: Send + 'static>(
        &self,
        function: impl FnOnce() -> R + Send + 'static,
    ) -> tokio::task::JoinHandle<R> {
        self.0.tracker.spawn_blocking(function)
    }

    /// How much of what was started has not ended.
    pub(crate) fn len(&self) -> usize {
        self.0.tracker.len()
    }

    /// Waits for everything that was started.
    pub(crate) async fn join(&self) {
        let tracker = &self.0.tracker;
        if !tracker.is_empty() {
            tracker.close();
            Box::pin(tracker.wait()).await;
            tracker.reopen();
        }
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

impl<F: Future<Output = ()>> Future for Stoppable<F> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        if this.nursery.stop.is_cancelled() || this.future.poll(context).is_ready() {
            return Poll::Ready(());
        }
        if this.stopped.is_none() {
            *this.stopped = Some(Box::pin(this.nursery.stop.clone().cancelled_owned()));
        }
        this.stopped.as_mut().map_or(Poll::Pending, |stopped| stopped.as_mut().poll(context))
    }
}
