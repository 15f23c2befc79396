//! What an attempt at the body of a flow is interrupted for: to pause, to go on, to be suspended, to be cancelled. It never decides
//! whether it may.

use std::pin::{Pin, pin};
use std::sync::Arc;

use tidegate_core::{
    Judgement, Proposal, RequestKind, RequestQuery, State, StateData, StoreError, Timestamp,
    Verdict, Write, judge,
};

use crate::engine::attempt::{Outcome, Stopped};
use crate::engine::control::{ASKED_TO_CANCEL, CalledOff, Gate, Interrupted, cancelled};
use crate::engine::pausing::{Answer, Ask, never_resumed};
use crate::engine::{Execution, LiveRun};
use crate::error::{Error, Result};

/// A suspension that is on its way.
struct Suspension {
    state: Box<State>,
    /// Of those in the body that have asked for it: kept until that is dropped, since they wait for it.
    answers: Vec<Answer>,
}

impl Execution {
    /// Goes on with an attempt that was interrupted, until it ends or is given up.
    pub(super) async fn see_to<F: Future<Output = Outcome>>(
        &mut self,
        mut attempt: Pin<&mut F>,
        interrupted: Interrupted,
    ) -> Result<Outcome, Stopped> {
        let live = Arc::clone(&self.live);
        let (mut interrupted, mut has_begun) = (interrupted, false);
        let mut suspension = None;
        loop {
            match interrupted {
                Interrupted::CalledOff => {
                    self.wind_down(attempt).await;
                    return Err(Stopped::CalledOff);
                }
                Interrupted::Asked { begun } => {
                    has_begun |= begun;
                    self.answer(&mut suspension).await;
                }
            }
            if let Some(suspension) =
                suspension.take_if(|suspension| live.may_be_dropped(suspension, has_begun))
            {
                live.control().set_gate(Gate::Closed);
                return Err(self.end_thread(attempt, suspension).await);
            }
            match live.unless_interrupted(attempt.as_mut()).await {
                Ok(outcome) => return self.settle(outcome, suspension).await,
                Err(again) => interrupted = again,
            }
        }
    }

    /// What was submitted and is under way ends before its flow run is suspended.
    async fn end_what_is_under_way(&self, state: Box<State>) -> Stopped {
        match self.live.unless_called_off(pin!(self.join_nursery())).await {
            Ok(()) => Stopped::Suspended(state),
            Err(CalledOff) => Stopped::CalledOff,
        }
    }

    /// A body that is not async cannot be dropped. Whatever it asks for from now on gives an error, so it comes to its end.
    async fn end_thread<F: Future<Output = Outcome>>(
        &mut self,
        mut attempt: Pin<&mut F>,
        suspension: Suspension,
    ) -> Stopped {
        let live = Arc::clone(&self.live);
        let Suspension { state, answers } = suspension;
        drop(answers);
        while live.control().is_in_sync_body() {
            match live.unless_interrupted(attempt.as_mut()).await {
                Ok(_) => break,
                Err(Interrupted::Asked { .. }) => {
                    live.control().heard();
                    while live.pausing().and_then(|pausing| pausing.next_ask()).is_some() {}
                }
                Err(Interrupted::CalledOff) => {
                    self.wind_down(attempt).await;
                    return Stopped::CalledOff;
                }
            }
        }
        self.end_what_is_under_way(state).await
    }

    /// What was asked for last comes before the end of an attempt.
    pub(super) async fn settle_asked(&mut self, outcome: Outcome) -> Result<Outcome, Stopped> {
        self.settle(outcome, None).await
    }

    async fn settle(
        &mut self,
        outcome: Outcome,
        mut suspension: Option<Suspension>,
    ) -> Result<Outcome, Stopped> {
        if self.live.is_called_off() {
            // It is cancelled in the state it is in: its thread was faster to see that.
            return Err(Stopped::CalledOff);
        }
        self.answer(&mut suspension).await;
        match (&outcome, suspension) {
            (Outcome::Returned, Some(suspension)) => {
                self.live.control().set_gate(Gate::Closed);
                Err(self.end_what_is_under_way(suspension.state).await)
            }
            (
                Outcome::Returned
                | Outcome::Failed(_)
                | Outcome::Panicked(_)
                | Outcome::TimedOut(_)
                | Outcome::Committed
                | Outcome::Refused(_),
                _,
            ) => {
                self.live.control().set_gate(Gate::Open);
                Ok(outcome)
            }
        }
    }

    /// Answers whatever was asked.
    async fn answer(&mut self, suspension: &mut Option<Suspension>) {
        let live = Arc::clone(&self.live);
        live.control().heard();
        while let Some(ask) = live.pausing().and_then(|pausing| pausing.next_ask()) {
            self.answer_body(ask, suspension).await;
        }
        if suspension.is_none()
            && let Some(request) = live.control().request(&RequestKind::Suspend)
        {
            // The keys that its body numbers its own pauses by stay free.
            let key = Some(request.as_uuid().to_string());
            let data = StateData::Paused { timeout: None, reschedule: true, key };
            let state = Box::new(State { data, ..State::suspended(live.engine().now()) });
            match self.may_be_suspended().and_then(|()| self.may_enter(&state)) {
                Ok(()) => self.close_gate(state, suspension),
                Err(error) => self.refuse_suspension(&error).await,
            }
        }
    }

    async fn answer_body(&mut self, ask: Ask, suspension: &mut Option<Suspension>) {
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
                Ok(()) => {
                    let is_first = suspension.as_ref().is_none_or(|known| known.answers.is_empty());
                    if is_first {
                        // What the body asks for says what it waits for.
                        self.close_gate(state, suspension);
                    }
                    if let Some(suspension) = suspension {
                        suspension.answers.push(answer);
                    }
                }
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
        // Calls in it may begin again, and what was asked for meanwhile may be seen to.
        self.live.control().ask();
        self.live.control().wake();
        recorded
    }

    fn close_gate(&self, state: Box<State>, suspension: &mut Option<Suspension>) {
        if suspension.is_none() {
            self.live.logger().info(
                "Suspending flow run, execution will be rescheduled when this flow run is resumed.",
            );
        }
        if let Some(pausing) = self.live.pausing() {
            pausing.begin_closing();
        }
        *suspension = Some(Suspension { state, answers: Vec::new() });
        self.live.control().set_gate(Gate::Closing);
    }

    /// Says why a run goes on that was asked from outside to be suspended. One that is paused is asked again when it goes on.
    async fn refuse_suspension(&self, error: &Error) {
        if self.live.is_paused() {
            return;
        }
        let is_suspend = |kind: &RequestKind| (*kind == RequestKind::Suspend).then_some(());
        while let Some((id, ())) = self.live.control().take(|request| is_suspend(&request.kind)) {
            self.live.logger().warning(format_args!(
                "It was asked to be suspended, and goes on instead: {error}"
            ));
            self.put_or_say(Write::EndRequest(id)).await;
        }
    }

    /// Whether it can be suspended from where it is, and be resumed then.
    pub(super) fn may_be_suspended(&self) -> Result<()> {
        let live = &self.live;
        live.cannot_be_suspended()
            .or_else(|| live.not_restartable().map(never_resumed))
            .map_or(Ok(()), |why| {
                Err(Error::configuration(format!("{} cannot be suspended: {why}", live.label())))
            })?;
        live.record_mut().policy.restartable = true;
        Ok(())
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

    /// Ends the life of a run that is suspended in this state: nobody owns it until it is resumed.
    pub(super) async fn end_suspended(&mut self, state: State) -> Result<()> {
        let now = self.live.engine().now();
        if let Err(error) = self.enter(State { timestamp: now, ..state }) {
            self.give_up(&error);
            return Err(error);
        }
        self.ended = true;
        let Some(state) = self.live.state() else { return Ok(()) };
        let line = self.live.finished(&state);
        line.store();
        self.release_slots();
        self.release_acknowledged().await?;
        line.print();
        self.claim = None;
        let state = self.let_go(state).await?;
        Err(Error::ended(self.live.label(), state, None))
    }

    /// Sees to what was asked while it was suspended, since nobody does after. A run that was asked to cancel meanwhile is cancelled.
    async fn let_go(&mut self, state: State) -> Result<State> {
        self.listed = None;
        let live = &self.live;
        live.control().let_go();
        let is_cancel = |kind: &RequestKind| *kind == RequestKind::Cancel;
        while let Some((id, ())) =
            live.control().take(|request| (!is_cancel(&request.kind)).then_some(()))
        {
            self.put_or_say(Write::EndRequest(id)).await;
        }
        let cancelled = self.cancel_let_go().await;
        let cancelled = cancelled.map_err(|error| Error::store(Some(self.live.label()), error))?;
        Ok(cancelled.unwrap_or(state))
    }

    /// Cancels a run that nobody owns any more, if it was asked to cancel before; its last state then.
    async fn cancel_let_go(&self) -> Result<Option<State>, StoreError> {
        let (live, engine) = (&self.live, self.live.engine());
        let Some(store) = engine.store() else { return Ok(None) };
        let query = RequestQuery { run_id: Some(live.id()), ..RequestQuery::default() };
        let requests = store.requests(query).await?;
        let mut cancels = requests.iter().map(|request| &request.kind);
        if !live.control().is_cancelled() && !cancels.any(|kind| *kind == RequestKind::Cancel) {
            return Ok(None);
        }
        let Some(run) = store.run(live.id()).await? else { return Ok(None) };
        if let Some(write) = cancelled(run, engine.now(), ASKED_TO_CANCEL) {
            store.put_acknowledged(write).await?;
        }
        for request in requests {
            store.put(Write::EndRequest(request.id)).await?;
        }
        Ok(store.run(live.id()).await?.and_then(|run| run.state().cloned()))
    }
}

impl LiveRun {
    /// Whether nothing of this flow run is under way that has to end before its body is dropped. A body that has not asked for that is at
    /// a call of a task, or has not begun.
    fn may_be_dropped(&self, suspension: &Suspension, has_begun: bool) -> bool {
        self.pausing().is_none_or(|pausing| {
            let at_a_call = !has_begun || !suspension.answers.is_empty() || pausing.is_waited_at();
            at_a_call && pausing.is_quiet()
        })
    }
}
