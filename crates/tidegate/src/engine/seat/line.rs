//! The line of one flow run for the workers of its runner: who waits is woken in order, those that come back from a wait first. Nobody
//! looks again and again; a release hands the worker on.

use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

/// See the module.
#[derive(Debug)]
pub(super) struct Line {
    max: usize,
    inner: Mutex<Inner>,
}

/// While fewer are taken than there are, nobody waits.
#[derive(Debug, Default)]
struct Inner {
    taken: usize,
    coming_back: VecDeque<oneshot::Sender<Worker>>,
    new: VecDeque<oneshot::Sender<Worker>>,
}

/// Who stands in the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rank {
    /// It had a worker, and lent it while it waited for others.
    ComesBack,
    /// It has not begun.
    New,
}

/// A worker, until this is dropped.
#[derive(Debug)]
pub(super) struct Worker {
    line: Arc<Line>,
    /// Handed to somebody who had gone, so another is tried.
    refused: bool,
}

impl Line {
    pub(super) fn new(max: NonZeroUsize) -> Arc<Self> {
        Arc::new(Self { max: max.get(), inner: Mutex::default() })
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn worker(self: &Arc<Self>) -> Worker {
        Worker { line: Arc::clone(self), refused: false }
    }

    /// Takes a worker, and waits in line for it.
    ///
    /// # Cancel safety
    ///
    /// Dropped, its place in the line goes to the next.
    pub(super) async fn take(self: &Arc<Self>, rank: Rank) -> Worker {
        let handed = {
            let mut inner = self.lock();
            if inner.taken < self.max {
                inner.taken += 1;
                return self.worker();
            }
            let (hand, handed) = oneshot::channel();
            match rank {
                Rank::ComesBack => inner.coming_back.push_back(hand),
                Rank::New => inner.new.push_back(hand),
            }
            handed
        };
        handed.await.expect("the line lives as long as those in it")
    }

    /// Takes a worker though there may be none, where nothing can be awaited. Others begin when there are fewer again.
    pub(super) fn take_at_once(self: &Arc<Self>) -> Worker {
        self.lock().taken += 1;
        self.worker()
    }

    fn release(self: &Arc<Self>) {
        loop {
            let next = {
                let mut inner = self.lock();
                let next = if inner.taken > self.max {
                    None
                } else {
                    inner.coming_back.pop_front().or_else(|| inner.new.pop_front())
                };
                let Some(next) = next else {
                    inner.taken -= 1;
                    return;
                };
                next
            };
            match next.send(self.worker()) {
                Ok(()) => return,
                Err(mut worker) => worker.refused = true,
            }
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        if !self.refused {
            self.line.release();
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn line(max: usize) -> Arc<Line> {
        Line::new(NonZeroUsize::new(max).expect("not 0"))
    }

    #[test]
    fn who_waits_is_served_in_order_and_who_comes_back_first() {
        let line = line(1);
        let held = line.take(Rank::New).now_or_never().expect("free");
        let mut first = Box::pin(line.take(Rank::New));
        let mut second = Box::pin(line.take(Rank::New));
        let mut back = Box::pin(line.take(Rank::ComesBack));
        assert!(first.as_mut().now_or_never().is_none());
        assert!(second.as_mut().now_or_never().is_none());
        assert!(back.as_mut().now_or_never().is_none());
        drop(held);
        assert!(first.as_mut().now_or_never().is_none());
        drop(back.as_mut().now_or_never().expect("handed"));
        let held = first.as_mut().now_or_never().expect("handed");
        assert!(second.as_mut().now_or_never().is_none());
        drop(held);
        assert!(second.as_mut().now_or_never().is_some());
    }

    #[test]
    fn a_place_that_is_left_goes_to_the_next_even_when_it_was_just_served() {
        let line = line(1);
        let held = line.take(Rank::New).now_or_never().expect("free");
        let mut gone: Vec<_> = (0..10_000).map(|_| Box::pin(line.take(Rank::New))).collect();
        for each in &mut gone {
            assert!(each.as_mut().now_or_never().is_none());
        }
        let mut last = Box::pin(line.take(Rank::New));
        assert!(last.as_mut().now_or_never().is_none());
        let served = gone.remove(0);
        drop(gone);
        drop(held);
        drop(served);
        drop(last.as_mut().now_or_never().expect("handed"));
        assert_eq!(line.lock().taken, 0);
    }

    #[test]
    fn one_more_than_there_are_is_given_back_before_others_begin() {
        let line = line(1);
        let (held, more) =
            (line.take(Rank::New).now_or_never().expect("free"), line.take_at_once());
        let mut waits = Box::pin(line.take(Rank::New));
        assert!(waits.as_mut().now_or_never().is_none());
        drop(held);
        assert!(waits.as_mut().now_or_never().is_none());
        drop(more);
        assert!(waits.as_mut().now_or_never().is_some());
    }
}
