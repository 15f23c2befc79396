//! One attempt at the body of a flow: it is polled, and what it asks for meanwhile is answered: to pause, to go on, to be suspended. It
//! never decides whether it may.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tidegate_core::{Judgement, Proposal, State, StateData, Timestamp, Verdict, judge};

use crate::engine::attempt::{Outcome, attempt};
use crate::engine::pausing::{Answer, Ask, Gate};
use crate::engine::{Attempted, Execution};
use crate::error::{Error, Result};

/// A suspension that is on its way.
struct Suspension {
    state: Box<State>,
    /// Kept until the body is dropped: it waits for it.
    _answer: Answer,
}

impl Execution {
    /// Polls the body of a flow until it ends, or is to be suspended in this state.
    pub(super) async fn attempt_flow(
        &mut self,
        future: BoxFuture<'_, Attempted>,
        limit: Option<Duration>,
    ) -> Result<Outcome, Box<State>> {
        let live = Arc::clone(&self.live);
        let Some(pausing) = live.pausing() else {
            return Ok(attempt(future, limit, Arc::clone(&self.context)).await);
        };
        pausing.begin_attempt();
        let mut attempt = pin!(attempt(future, limit, Arc::clone(&self.context)));
        let mut suspension: Option<Suspension> = None;
        loop {
            while let Some(ask) = pausing.next_ask() {
                self.answer(ask, &mut suspension).await;
            }
            let outcome = tokio::select! {
                biased;
                outcome = &mut attempt => Some(outcome),
                () = pausing.asked() => continue,
                () = pausing.quiet(), if suspension.is_some() => None,
            };
            // What the body asked for last comes before its end.
            while let Some(ask) = pausing.next_ask() {
                self.answer(ask, &mut suspension).await;
            }
            if let (Some(_), None | Some(Outcome::Returned)) = (&suspension, &outcome)
                && let Some(suspension) = suspension.take()
            {
                pausing.set_gate(Gate::Closed);
                return Err(suspension.state);
            }
            if let Some(outcome) = outcome {
                pausing.set_gate(Gate::Open);
                return Ok(outcome);
            }
        }
    }

    async fn answer(&mut self, ask: Ask, suspension: &mut Option<Suspension>) {
        match ask {
            Ask::Pause(state, answer) => {
                let paused = self.pause(*state).await;
                // Whoever has asked may be gone, and has then asked to go on.
                let _ = answer.send(paused);
            }
            Ask::GoOn(at, answer) => {
                let gone_on = self.go_on(at).await;
                if let Some(answer) = answer {
                    let _ = answer.send(gone_on);
                }
            }
            Ask::Suspend(state, answer) => match self.may_enter(&state) {
                Ok(()) => self.close_gate(state, answer, suspension),
                Err(error) => {
                    let _ = answer.send(Err(error));
                }
            },
        }
    }

    async fn pause(&mut self, state: State) -> Result<()> {
        self.enter(state)?;
        self.live
            .logger()
            .info("Pausing flow, execution will continue when this flow run is resumed.");
        self.record_acknowledged().await
    }

    /// Goes on from a pause. A run that is not paused goes on anyway.
    async fn go_on(&mut self, at: Timestamp) -> Result<()> {
        let timeout = match self.live.state().map(|state| state.data) {
            Some(StateData::Paused { timeout, .. }) => timeout,
            Some(
                StateData::Scheduled { .. }
                | StateData::Pending { .. }
                | StateData::Running
                | StateData::Completed
                | StateData::Failed { .. }
                | StateData::Cancelled
                | StateData::Crashed
                | StateData::Cancelling,
            )
            | None => return Ok(()),
        };
        // What its timeout means for the body is the body's business.
        self.enter(State::running(timeout.map_or(at, |timeout| at.min(timeout))))?;
        let recorded = self.record_acknowledged().await;
        if let Some(pausing) = self.live.pausing() {
            pausing.moved_on();
        }
        recorded
    }

    fn close_gate(
        &mut self,
        state: Box<State>,
        answer: Answer,
        suspension: &mut Option<Suspension>,
    ) {
        self.live.logger().info(
            "Suspending flow run, execution will be rescheduled when this flow run is resumed.",
        );
        *suspension = Some(Suspension { state, _answer: answer });
        if let Some(pausing) = self.live.pausing() {
            pausing.set_gate(Gate::Closing);
        }
    }

    fn may_enter(&self, state: &State) -> Result<()> {
        let record = self.live.record();
        match judge(&record, Proposal::new(state.clone()), state.timestamp) {
            Judgement::Enter { .. } => Ok(()),
            Judgement::Reject(rejection) => {
                Err(Error::configuration(format!("{}: {}", self.live.label(), rejection.reason)))
            }
            Judgement::Wait(until) => Err(Error::configuration(format!(
                "{} may not enter that state before {until}",
                self.live.label()
            ))),
        }
    }

    fn enter(&self, state: State) -> Result<()> {
        match self.propose(state) {
            Verdict::Accept | Verdict::Replace(_) => Ok(()),
            Verdict::Reject(rejection) => Err(self.refused(&rejection.reason)),
            Verdict::Wait(until) => Err(self.refused(&format!("not before {until}"))),
        }
    }

    /// Ends an attempt that is suspended: what was submitted and is under way ends first, and then nobody owns the run until it is
    /// resumed.
    pub(super) async fn end_suspended(&mut self, state: State) -> Result<()> {
        if let Some(submitted) = self.live.nursery() {
            submitted.join().await;
        }
        let now = self.live.engine().now();
        if let Err(error) = self.enter(State { timestamp: now, ..state }) {
            self.give_up(&error);
            return Err(error);
        }
        self.ended = true;
        let Some(state) = self.live.state() else { return Ok(()) };
        let line = self.live.finished(&state);
        line.store();
        self.release_acknowledged().await?;
        line.print();
        self.claim = None;
        Err(Error::ended(self.live.label(), state, None))
    }
}
