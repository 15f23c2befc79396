//! Proposing states: every move of a run goes to the rules of the core, and what they say is then stored. Nothing here
//! decides whether a move is right.

use tidegate_core::{
    FlowView, LogLevel, Policy, Proposal, Run, RunKind, SlotsView, State, StateType, StoreError,
    StoreErrorKind, Verdict, Write, transition,
};

use crate::engine::{Execution, LiveRun};
use crate::error::{Error, Result};
use crate::names;

impl Execution {
    /// Judges a state, and lets the run enter it or what the rules put in its place.
    pub(super) fn propose(&self, state: State) -> Verdict {
        self.live.judge(&mut self.live.record_mut(), state, self.slots.view())
    }
}

impl LiveRun {
    /// Judges a state for a record of this run, and lets the record enter it or what the rules put in its place.
    pub(super) fn judge(&self, record: &mut Run, state: State, slots: SlotsView<'_>) -> Verdict {
        let flow = self.flow().filter(|_| self.kind() == RunKind::Task).map(|flow| flow.record());
        let view = match &flow {
            // Hooks of an ended flow run may call tasks.
            Some(flow) if !flow.has_ended() => {
                FlowView::Some { state: flow.state(), run_count: flow.run_count }
            }
            Some(_) | None => FlowView::None,
        };
        let now = state.timestamp;
        let roll = if state.is_failed() { names::roll() } else { 0.0 };
        let proposal = Proposal { state, policy: Policy::Core, flow: view, slots, roll };
        transition(record, proposal, now)
    }
}

impl Execution {
    /// The first state of the run.
    pub(super) fn enter_pending(&mut self) -> Result<()> {
        match self.propose(State::pending(self.live.engine().now())) {
            Verdict::Reject(rejection) => Err(self.refused(&rejection.reason)),
            Verdict::Accept | Verdict::Replace(_) | Verdict::Wait(_) => Ok(()),
        }
    }

    /// Lets the run enter RUNNING; whether it has, or is paused with its flow run. The body of a flow starts when that is durable; a
    /// task's RUNNING rides along with the next write that someone waits for.
    pub(super) async fn enter_running(&mut self) -> Result<bool> {
        loop {
            let now = self.live.engine().now();
            let running = match self.live.kind() {
                RunKind::Flow if self.live.record().is_terminal() => State::rerunning(now),
                RunKind::Flow | RunKind::Task => State::running(now),
            };
            if self.live.kind() == RunKind::Flow && self.live.is_paused() {
                // It was suspended, and is resumed.
                let _ = self.propose(State::resuming(now, now));
            }
            match self.propose(running) {
                Verdict::Accept | Verdict::Replace(_) => break,
                Verdict::Wait(until) => {
                    // Slots are for those who run.
                    self.release_slots();
                    self.wait_until(until).await;
                    self.take_slots().await?;
                }
                Verdict::Reject(rejection) => return Err(self.may_not_run(&rejection.reason)),
            }
        }
        let state_type = self.live.record().state().map(State::state_type);
        match (state_type, self.live.kind()) {
            (Some(StateType::Running), RunKind::Flow) => {
                self.record_acknowledged().await?;
                Ok(true)
            }
            (Some(StateType::Running), RunKind::Task) => {
                self.record_soon().await?;
                Ok(true)
            }
            (Some(StateType::Paused), RunKind::Task) => {
                self.record_soon().await?;
                Ok(false)
            }
            (Some(_) | None, _) => {
                Err(self.refused("the rules put another state in the place of RUNNING"))
            }
        }
    }

    /// Gives the store what it does not know yet, and waits only while its queue is full.
    pub(super) async fn record_soon(&mut self) -> Result<()> {
        let Some(write) = self.unrecorded() else { return Ok(()) };
        let Some(store) = self.live.engine().store() else { return Ok(()) };
        let room = store.put(write);
        self.live.engine().feed().recorded();
        room.await.map_err(|error| self.not_recorded(error))
    }

    /// Gives the store what it does not know yet, and waits until it is durable.
    pub(super) async fn record_acknowledged(&mut self) -> Result<()> {
        let Some(write) = self.unrecorded() else { return Ok(()) };
        let Some(store) = self.live.engine().store() else { return Ok(()) };
        let acknowledged = store.put_acknowledged(write);
        self.live.engine().feed().recorded();
        if self.ended {
            // Stored together with the end, and whoever waits for them need not wait for that.
            self.release_slots();
        }
        acknowledged.await.map_err(|error| self.not_recorded(error))
    }

    /// Gives the store what it does not know yet, has nobody own the run from then on, and waits until that is durable.
    pub(super) async fn release_acknowledged(&mut self) -> Result<()> {
        let mut write = self.unrecorded();
        if let Some(Write::Advance(advance)) = &mut write {
            advance.release = true;
        }
        self.live.record_mut().lease = None;
        let (Some(write), Some(store)) = (write, self.live.engine().store()) else { return Ok(()) };
        let acknowledgement = store.put_acknowledged(write);
        self.live.engine().feed().recorded();
        acknowledgement.await.map_err(|error| self.not_recorded(error))
    }

    fn not_recorded(&self, error: StoreError) -> Error {
        if let (StoreErrorKind::LeaseEnded, Some(claim)) = (error.kind(), &self.claim) {
            claim.lost();
        }
        Error::store(Some(self.live.label()), error)
    }

    /// Says that the run begins.
    pub(super) fn announce(&self) {
        let parent = self.live.around();
        let (level, parent) = match (self.live.kind(), parent) {
            (RunKind::Flow, parent) => (LogLevel::Info, parent),
            (RunKind::Task, _) => (LogLevel::Debug, None),
        };
        let Some(logger) = self.live.logger_at(level) else { return };
        let (name, definition) = (self.live.name(), self.live.definition().name());
        match (self.live.kind(), parent) {
            (RunKind::Flow, None) if self.recorded.is_some() => logger
                .engine_info(format_args!("Resuming flow run '{name}' for flow '{definition}'")),
            (RunKind::Flow, None) => {
                logger
                    .engine_info(format_args!("Created flow run '{name}' for flow '{definition}'"));
            }
            (RunKind::Flow, Some(parent)) => parent
                .logger()
                .info(format_args!("Beginning subflow run '{name}' for flow '{definition}'")),
            (RunKind::Task, _) => {
                logger.debug(format_args!("Created task run '{name}' for task '{definition}'"));
            }
        }
    }

    /// Ends a run that may not run, unless it has ended.
    fn may_not_run(&mut self, reason: &str) -> Error {
        if self.live.record().is_terminal() {
            return self.refused(reason);
        }
        self.crash(reason);
        match self.live.state() {
            Some(state) => Error::ended(self.live.label(), state, None),
            None => self.refused(reason),
        }
    }

    pub(super) fn refused(&self, reason: &str) -> Error {
        let label = self.live.label();
        match self.live.state() {
            Some(state) => Error::ended(label, state, Some(Error::msg(reason).into_cause())),
            None => Error::configuration(format!("{label} cannot start: {reason}")),
        }
    }
}
