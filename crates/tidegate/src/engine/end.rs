//! How a run ends that was called off: CANCELLING, as soon as it is asked, and CANCELLED, when nothing of it is under way any more. What
//! it had at hand is dropped; a thread is waited for. It never takes a run for cancelled that had ended before.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tidegate_core::{State, StateType, Write};

use crate::engine::Execution;
use crate::engine::control::{HoldUp, winds_down};
use crate::error::Result;
use crate::log::seconds;

/// So long a function may go on after it was asked to end, before a line says so.
const PATIENCE: Duration = Duration::from_secs(5);

impl Execution {
    /// The attempt is called off: it is dropped at once, unless a thread is under way in it.
    pub(super) async fn wind_down<F: Future>(&mut self, attempt: Pin<&mut F>) {
        self.enter_cancelling().await;
        self.live.call_off_inside();
        if self.live.control().is_held_up() {
            if self.live.control().is_in_sync_body() {
                self.hold_up = Some(HoldUp::of(Arc::clone(&self.live)));
            }
            self.call_cancellation_hooks().await;
            self.wait_for_threads(attempt).await;
        }
    }

    /// Goes on with the attempt until no thread is under way in it.
    async fn wait_for_threads<F: Future>(&self, mut attempt: Pin<&mut F>) {
        let live = &self.live;
        if !live.control().is_in_sync_body() {
            let goes_on = live.control().until(|control| (!control.is_held_up()).then_some(()));
            tokio::select! {
                _ = attempt.as_mut() => {}
                () = goes_on => {}
            }
            return;
        }
        if tokio::time::timeout(PATIENCE, attempt.as_mut()).await.is_ok() {
            return;
        }
        live.logger().warning(format_args!(
            "The function of '{}' was asked to end {} second(s) ago and goes on: a thread cannot be stopped, so the run stays \
             CANCELLING until it returns; have it ask `tidegate::runtime::is_cancelled()` now and then",
            live.definition().name(),
            seconds(PATIENCE)
        ));
        attempt.await;
    }

    /// Ends it as CANCELLED, unless it has ended before it was asked.
    pub(super) async fn end_called_off(&mut self) -> Result<()> {
        if self.live.record().is_terminal() {
            let state = self.live.state().expect("a run that has ended has a state");
            return self.ended_in(state, None);
        }
        self.enter_cancelling().await;
        self.live.call_off_inside();
        self.call_cancellation_hooks().await;
        self.join_nursery().await;
        let state = State::cancelled(self.live.engine().now()).message(self.live.why_called_off());
        let _ = self.propose(state.clone());
        let entered = self.live.state().unwrap_or(state);
        self.ended_in(entered, None)
    }

    /// A run that has begun tells at once that it winds down.
    async fn enter_cancelling(&mut self) {
        if !self.propose_cancelling() {
            return;
        }
        if let Some(write) = self.unrecorded() {
            self.put_or_say(write).await;
        }
    }

    /// Gives the store what nobody waits for; a line says if it does not take it.
    pub(super) async fn put_or_say(&self, write: Write) {
        if let Some(store) = self.live.engine().store()
            && let Err(error) = store.put(write).await
        {
            self.live.logger().error(format_args!("{error}"));
        }
    }

    /// Whether it is CANCELLING now and was not before. A run that has not begun, or waits for its next attempt, has nothing to wind down.
    pub(super) fn propose_cancelling(&mut self) -> bool {
        let winds_down = winds_down(&self.live.record());
        if winds_down {
            let now = self.live.engine().now();
            let state = State::cancelling(now).message(self.live.why_called_off());
            let _ = self.propose(state);
        }
        winds_down
    }

    /// What was asked of a run that has ended is not open any more.
    pub(super) async fn end_requests(&self) {
        while let Some((id, ())) = self.live.control().take(|_| Some(())) {
            self.put_or_say(Write::EndRequest(id)).await;
        }
    }

    /// As [`end_requests`](Self::end_requests), from where nothing can be awaited.
    pub(super) fn end_requests_later(&self) {
        while let Some((id, ())) = self.live.control().take(|_| Some(())) {
            if let Some(store) = self.live.engine().store() {
                drop(store.put(Write::EndRequest(id)));
            }
        }
    }

    async fn call_cancellation_hooks(&mut self) {
        let entered = self.live.record().state().map(State::state_type);
        if entered == Some(StateType::Cancelling) && !self.told_of_cancellation {
            self.told_of_cancellation = true;
            self.call_hooks(StateType::Cancelling).await;
        }
    }
}
