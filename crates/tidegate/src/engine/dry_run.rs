//! Dry runs, which find out what a flow calls. The code of the flow and of its subflows runs; a task gives a stand-in for its value. Nothing
//! is tried again, cached, kept as a result or told to hooks.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use erased_serde::Deserializer;
use tidegate_core::graph::GraphBuilder;
use tidegate_core::{Graph, Run, RunKind, State, StateData, Timestamp};
use tokio::sync::Notify;

use crate::engine::attempt::{Outcome, Stopped};
use crate::engine::execution::Life;
use crate::engine::{Body, Execution, Panic};
use crate::error::{Error, Result};
use crate::log::seconds;
use crate::result::MadeUp;

/// A flow that calls more than this goes on for ever, since no stand-in tells it to end.
const MOST_CALLS: usize = 100_000;

/// What a dry run has found out so far.
#[derive(Debug, Default)]
pub(crate) struct DryRun {
    found: Mutex<Found>,
    stopped: Notify,
}

#[derive(Debug, Default)]
struct Found {
    /// What was called, the flow itself first.
    calls: Vec<Run>,
    /// Why it cannot go on.
    trouble: Option<Error>,
}

impl DryRun {
    /// What this lock guards is changed by functions that leave it whole even when they panic.
    fn lock(&self) -> MutexGuard<'_, Found> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, call: Run) -> Result<()> {
        let mut found = self.lock();
        if let Some(trouble) = &found.trouble {
            return Err(trouble.clone());
        }
        if found.calls.len() > MOST_CALLS {
            return Err(Error::configuration(format!(
                "the flow has made {MOST_CALLS} calls in a dry run, and would go on: it waits for a value that no stand-in has; say \
                 `viz_return_value = ..` at the task that gives it"
            )));
        }
        found.calls.push(call);
        Ok(())
    }

    /// It cannot go on, whatever the flow makes of the error: who waits for it is given the time to see that.
    async fn stop(&self, trouble: Error) -> Error {
        self.lock().trouble.get_or_insert_with(|| trouble.clone());
        self.stopped.notify_one();
        tokio::task::yield_now().await;
        trouble
    }

    /// Why it could not go on, as soon as it cannot.
    pub(crate) async fn stopped(&self) -> Error {
        loop {
            let stopped = self.stopped.notified();
            if let Some(trouble) = self.trouble() {
                return trouble;
            }
            stopped.await;
        }
    }

    /// Why it could not go on.
    pub(crate) fn trouble(&self) -> Option<Error> {
        self.lock().trouble.clone()
    }

    /// What was found; none where the flow was not even begun.
    pub(crate) fn graph(&self, now: Timestamp) -> Option<Graph> {
        let found = self.lock();
        let (flow, calls) = found.calls.split_first()?;
        let mut graph = GraphBuilder::new(flow);
        calls.iter().for_each(|call| graph.add(call));
        Some(graph.build(now))
    }
}

impl Execution {
    /// The life of a run in a dry run.
    pub(super) async fn perform_dry(&mut self, body: &mut dyn Body) -> Result<()> {
        let engine = self.live.engine().clone();
        let dry_run = engine.dry_run().expect("it was asked whether this is a dry run");
        let waited = match self.prospect.take() {
            Some(prospect) => self.wait_for_upstream(*prospect, body).await,
            None => None,
        };
        let call = called(&self.live.record());
        if let Some(trouble) = dry_run.add(call).err().or_else(|| self.trouble.take()) {
            return Err(dry_run.stop(trouble).await);
        }
        match waited {
            None => {}
            Some(Life::Ended(end, _)) => return end,
            Some(Life::GivenUp(error)) => return Err(error),
            Some(Life::CalledOff | Life::Suspended(_)) => return self.end_called_off().await,
        }
        let now = self.live.engine().now();
        let _ = self.propose(State::running(now));
        let outcome = match (Panic::catch_sync(|| body.stand_in()), self.live.kind()) {
            (Ok(true), _) => Outcome::Returned,
            (Ok(false), RunKind::Flow) => match self.attempt(body).await {
                Ok(outcome) => outcome,
                // Nothing is suspended in a dry run.
                Err(Stopped::CalledOff | Stopped::Suspended(_)) => {
                    return self.end_called_off().await;
                }
            },
            (Ok(false), RunKind::Task) => {
                let mut made_up = <dyn Deserializer<'_>>::erase(MadeUp::default());
                match body.restore(&mut made_up) {
                    Ok(()) => Outcome::Returned,
                    Err(why) => return Err(dry_run.stop(self.no_stand_in(&why)).await),
                }
            }
            (Err(panic), _) => Outcome::Panicked(panic),
        };
        self.join_submitted(&outcome).await;
        self.end_dry(outcome)
    }

    fn no_stand_in(&self, why: &erased_serde::Error) -> Error {
        let name = self.live.definition().name();
        Error::configuration(format!(
            "task '{name}' does not run in a dry run, and nothing can stand in for its result: {why}; say `viz_return_value = ..` at \
             the task, which gives the value in its place"
        ))
    }

    fn end_dry(&mut self, outcome: Outcome) -> Result<()> {
        let now = self.live.engine().now();
        let (mut state, cause) = match outcome {
            Outcome::Returned | Outcome::Committed => (State::completed(now), None),
            Outcome::Failed(error) => {
                (State::failed(now).message(error.root_text()), Some(error.into_cause()))
            }
            Outcome::Panicked(panic) => {
                (State::panicked(now).message(panic.to_string()), Some(Arc::new(panic) as _))
            }
            Outcome::TimedOut(limit) => {
                let text = format!("exceeded timeout of {} second(s)", seconds(limit));
                (State::timed_out(now).message(text), None)
            }
            Outcome::Refused(reason) => (State::failed(now).message(reason), None),
        };
        if state.is_failed() {
            state.data = StateData::Failed { retriable: Some(false) };
        }
        let _ = self.propose(state.clone());
        let entered = self.live.state().unwrap_or(state);
        self.ended_in(entered, cause)
    }
}

/// What a graph takes from a call that was not made.
fn called(record: &Run) -> Run {
    let mut call = Run::new(Arc::clone(&record.definition), String::new(), record.created);
    call.id = record.id;
    call.flow_run_id = record.flow_run_id;
    call.task_run_id = record.task_run_id;
    call.place.clone_from(&record.place);
    call
}
