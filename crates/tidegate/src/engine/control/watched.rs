//! A future of a run that ends when the run is called off: because it was asked to cancel, or a run around it was. What becomes of
//! the run then is for `end.rs`.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;
use tidegate_core::RunKind;

use super::roster::Listed;
use crate::engine::LiveRun;

/// The run was called off, so what it was at was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) struct CalledOff;

/// Why an attempt is not polled for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) enum Interrupted {
    /// The run was called off.
    CalledOff,
    /// There is something to see to first.
    Asked {
        /// Whether the attempt was polled before.
        begun: bool,
    },
}

pin_project! {
    /// The whole life of a run, but for its end.
    ///
    /// It is no select: a run that never waits costs a look at a mark, and one that waits is put in the roster once.
    pub(in crate::engine) struct Watched<F> {
        #[pin]
        life: F,
        live: Arc<LiveRun>,
        // Of a task run that waits. A flow run is in the roster from the first.
        listed: Option<Listed>,
        waits: bool,
    }
}

impl<F> Watched<F> {
    pub(in crate::engine) fn new(live: Arc<LiveRun>, life: F) -> Self {
        Self { life, live, listed: None, waits: false }
    }
}

impl<F: Future> Future for Watched<F> {
    type Output = Result<F::Output, CalledOff>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let control = this.live.control();
        if *this.waits {
            control.register(context.waker());
        }
        loop {
            let called_off = this.live.is_called_off();
            // An attempt looks for itself, since it may have to wait for a thread.
            if called_off && !control.is_attempting() {
                return Poll::Ready(Err(CalledOff));
            }
            if let Poll::Ready(output) = this.life.as_mut().poll(context) {
                return Poll::Ready(Ok(output));
            }
            if called_off && !control.is_attempting() {
                // The attempt ended by itself just now.
                continue;
            }
            if *this.waits {
                return Poll::Pending;
            }
            *this.waits = true;
            control.register(context.waker());
            if this.live.kind() == RunKind::Task {
                *this.listed = Some(Listed::of(this.live));
            }
            // Whoever called it off or asked something since did not know whom to wake.
            if called_off == this.live.is_called_off() && !control.is_asked() {
                return Poll::Pending;
            }
        }
    }
}

impl LiveRun {
    /// A future in the attempt of this run that ends when the run is called off.
    pub(in crate::engine) async fn unless_called_off<F: Future + Unpin>(
        &self,
        mut future: F,
    ) -> Result<F::Output, CalledOff> {
        // The task that polls the run is woken by then.
        std::future::poll_fn(|context| {
            if self.is_called_off() {
                return Poll::Ready(Err(CalledOff));
            }
            Pin::new(&mut future).poll(context).map(Ok)
        })
        .await
    }

    /// As [`unless_called_off`](Self::unless_called_off), and until there is something for the attempt to see to.
    pub(in crate::engine) async fn unless_interrupted<F: Future + Unpin>(
        &self,
        mut future: F,
    ) -> Result<F::Output, Interrupted> {
        let mut begun = false;
        std::future::poll_fn(|context| {
            if self.is_called_off() {
                return Poll::Ready(Err(Interrupted::CalledOff));
            }
            if self.control().is_asked() {
                return Poll::Ready(Err(Interrupted::Asked { begun }));
            }
            begun = true;
            match Pin::new(&mut future).poll(context) {
                Poll::Ready(output) => Poll::Ready(Ok(output)),
                // The body itself may have asked.
                Poll::Pending if self.control().is_asked() => {
                    Poll::Ready(Err(Interrupted::Asked { begun }))
                }
                Poll::Pending => Poll::Pending,
            }
        })
        .await
    }
}
