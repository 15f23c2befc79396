//! Going on with flow runs: one that is named, whether it is paused, suspended, crashed, failed or cancelled; or all that crashed and are
//! marked for it. Whether a run may run again is decided by the rules; what of it does not run again, by the record.

use std::fmt;
use std::future::IntoFuture;

use futures_util::future::BoxFuture;
use serde::Serialize;
use serde_json::Value;
use tidegate_core::pause::{Question, is_resumed, resumed};
use tidegate_core::{Run, RunId, RunKind, RunQuery, State, StateData, StateType};

use crate::call::{FlowCall, RunHandle};
use crate::capture;
use crate::engine::Engine;
use crate::error::{Error, Result};

use crate::registry;

/// How many crashes a run is recovered from. What kills its process each time would kill it forever.
const RECOVERIES: usize = 3;

#[doc = include_str!("resume.md")]
pub fn resume(flow_run_id: RunId) -> Resume {
    Resume { engine: None, flow_run_id, input: None }
}

/// A flow run that is gone on with when this is awaited. Made by [`resume`] and [`Engine::resume`].
#[must_use = "a flow run is gone on with when this is awaited"]
pub struct Resume {
    engine: Option<Engine>,
    flow_run_id: RunId,
    input: Option<std::result::Result<Value, String>>,
}

impl Resume {
    /// What the run waits for: an object with the fields of its type, or a value where that has none.
    ///
    /// What does not fit is an error that names the field, and the run stays as it is.
    pub fn input(mut self, input: impl Serialize) -> Self {
        self.input = Some(
            crate::secret::refused(|| serde_json::to_value(input))
                .map_err(|error| error.to_string()),
        );
        self
    }

    /// Does it from code that is not async.
    ///
    /// # Errors
    ///
    /// As when it is awaited; a configuration error where the calling thread belongs to an async runtime.
    pub fn block_on(self) -> Result<Run> {
        crate::block_on::block_on(self.perform())
    }

    async fn perform(self) -> Result<Run> {
        let engine = self.engine.map_or_else(Engine::current, Ok)?;
        let id = self.flow_run_id;
        let input = self.input.transpose().map_err(|error| {
            Error::configuration(format!("the input cannot be written as JSON: {error}"))
        })?;
        let run = engine.resumable_flow_run(id).await?;
        let question = Question::of(&run);
        if let Some(question) = question.as_ref().filter(|question| question.is_waited_for()) {
            engine.answer(question, &run, input).await?;
        } else {
            let call = recorded_call(&run)?;
            answer(&engine, &run, question, input).await?;
            call.taking_up(run).on(&engine).await?;
        }
        engine.run_record(id).await?.ok_or_else(|| not_recorded(id))
    }
}

/// Records what a run that runs again is resumed with.
async fn answer(
    engine: &Engine,
    run: &Run,
    question: Option<Question>,
    input: Option<Value>,
) -> Result<()> {
    match (question, input) {
        (Some(question), input) if input.is_some() || !run.is_terminal() => {
            engine.answer(&question, run, input).await
        }
        (Some(_) | None, None) => Ok(()),
        (Some(_) | None, Some(_)) => Err(Error::configuration(format!(
            "flow run '{}' waits for no input: resume it without one",
            run.name
        ))),
    }
}

/// # Errors
///
/// The run is not recorded, is no flow run, has completed, or goes on already; the input does not fit what it waits for, or it waits for
/// none; its time was up, or it was resumed before. Where its body runs again: its flow is not in this program, or its parameters were not
/// recorded whole; or the run fails again.
///
/// # Cancel safety
///
/// A paused run goes on or not. Where the body runs again, dropping the future ends the run again: it is recorded as CRASHED, and can be
/// resumed.
impl IntoFuture for Resume {
    type Output = Result<Run>;
    type IntoFuture = BoxFuture<'static, Result<Run>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.perform())
    }
}

impl fmt::Debug for Resume {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resume").field("flow_run_id", &self.flow_run_id).finish_non_exhaustive()
    }
}

impl Engine {
    /// Goes on with a flow run on this engine; see [`resume`].
    pub fn resume(&self, flow_run_id: RunId) -> Resume {
        Resume { engine: Some(self.clone()), flow_run_id, input: None }
    }

    /// Looks for owners that died, and goes on with the crashed runs of every flow of this program that is marked
    /// `#[flow(recover)]`; from then on it does so while this engine is open, on the runtime that this is called on. Gives the
    /// handles of what it goes on with; nobody has to await them. It goes on, too, with the suspended runs of this program's flows that
    /// are resumed at a server.
    ///
    /// A run is recovered from three crashes at most. Of several processes that find a crashed run, one goes on with it.
    ///
    /// # Errors
    ///
    /// The store cannot be read or written.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: what was begun goes on.
    pub async fn recover(&self) -> Result<Vec<RunHandle<()>>> {
        self.sweep().await?;
        self.recover_from_now_on();
        self.recover_crashed().await
    }

    fn recover_from_now_on(&self) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let engine = self.downgrade();
        self.watch(Box::new(move || {
            let Some(engine) = engine.upgrade() else { return };
            let _entered = runtime.enter();
            let recovering = engine.clone();
            engine.nursery().spawn(async move {
                if let Err(error) = recovering.recover_crashed().await {
                    tracing::error!(target: "tidegate::engine", "crashed runs were not recovered: {error}");
                }
            });
        }));
    }

    async fn recover_crashed(&self) -> Result<Vec<RunHandle<()>>> {
        let crashed = RunQuery {
            kind: Some(RunKind::Flow),
            state_types: vec![StateType::Crashed],
            ..RunQuery::default()
        };
        let store = self.require_store()?;
        let mut found = Vec::new();
        for query in [crashed, resumed()] {
            let runs = store.runs(query).await;
            found.extend(runs.map_err(|error| Error::store(None, error))?);
        }
        let mut recovered = Vec::new();
        for run in found.into_iter().filter(Self::is_recovered) {
            if self.was_asked_to_cancel(run.id).await? {
                self.cancel_instead(run).await?;
            } else {
                recovered.extend(self.recover_run(run));
            }
        }
        Ok(recovered)
    }

    /// Whether a run that crashed, or was resumed by who cannot run it, is one to go on with here.
    fn is_recovered(run: &Run) -> bool {
        (run.policy.recover || is_resumed(run))
            && run.flow_run_id.is_none()
            && registry::find(&run.definition.key).is_some()
    }

    /// Goes on with a crashed run, if it is to be.
    fn recover_run(&self, run: Run) -> Option<RunHandle<()>> {
        // It was taken up when somebody last looked, and has not come to writing so.
        if is_resumed(&run) && self.roster().find(run.id).is_some() {
            return None;
        }
        let name = run.name.clone();
        let crashes =
            run.states.iter().filter(|state| state.state_type() == StateType::Crashed).count();
        if crashes > RECOVERIES {
            tracing::warn!(
                target: "tidegate::engine",
                "flow run '{name}' is not recovered any more: it has crashed {crashes} times; mend what kills its process, and \
                 resume it"
            );
            return None;
        }
        match recorded_call(&run) {
            Ok(call) => Some(call.taking_up(Box::new(run)).on(self).submit()),
            Err(error) => {
                tracing::error!(target: "tidegate::engine", "flow run '{name}' cannot be recovered: {error}");
                None
            }
        }
    }

    /// The record of a flow run that is paused, or has ended and did not complete.
    async fn resumable_flow_run(&self, id: RunId) -> Result<Box<Run>> {
        self.sweep().await?;
        let run = self.run_record(id).await?.ok_or_else(|| not_recorded(id))?;
        let cannot = |why: &str| {
            Err(Error::configuration(format!("flow run '{}' cannot be resumed: {why}", run.name)))
        };
        match run.state() {
            _ if run.kind() == RunKind::Task => Err(Error::configuration(format!(
                "'{}' is a task run: only flow runs can be resumed, and its own is {}",
                run.name,
                run.flow_run_id.map_or_else(|| "none".to_owned(), |id| id.to_string()),
            ))),
            Some(State { data: StateData::Paused { reschedule: false, .. }, .. }) => {
                Ok(Box::new(run))
            }
            // A server has taken its answer.
            Some(_) if is_resumed(&run) => {
                self.end_requests_about(id).await?;
                Ok(Box::new(run))
            }
            Some(state) if !state.is_terminal() && state.state_type() != StateType::Paused => {
                cannot("it has not ended and is not paused; a process that lives owns it")
            }
            Some(state) if state.is_completed() => cannot("it has completed"),
            Some(_) => {
                // Whoever resumes it wants it to go on, whatever was asked of it before.
                self.end_requests_about(id).await?;
                Ok(Box::new(run))
            }
            None => cannot("it has no state"),
        }
    }
}

impl<'a, T: Send + 'a> FlowCall<'a, T> {
    /// Makes this call as the continuation of a flow run of the same flow that failed, crashed, was cancelled, or was suspended without
    /// waiting for an input: what completed in it gives its recorded result without running. For flows whose arguments cannot be read
    /// from the record; for all others there is [`resume`].
    ///
    /// # Errors
    ///
    /// The run is not recorded, is of another flow, goes on already, waits for an input, or has completed; or the run fails again.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future ends the run again: it is recorded as CRASHED, and can be resumed.
    pub async fn resume(self, flow_run_id: RunId) -> Result<T> {
        let engine = self.engine()?;
        let run = engine.resumable_flow_run(flow_run_id).await?;
        if self.key() != Some(&run.definition.key) {
            return Err(Error::configuration(format!(
                "flow run '{}' is a run of flow '{}' ({}), so a call of another flow cannot go on with it",
                run.name, run.definition.name, run.definition.key
            )));
        }
        let question = Question::of(&run);
        if question.as_ref().is_some_and(|question| question.is_waited_for()) {
            return Err(Error::configuration(format!(
                "flow run '{}' is paused, and its own process goes on with it: resume it with `tidegate::resume`",
                run.name
            )));
        }
        answer(&engine, &run, question, None).await?;
        self.taking_up(run).on(&engine).await
    }
}

/// The call of a recorded flow run, from its parameters.
fn recorded_call(run: &Run) -> Result<FlowCall<'static, ()>> {
    call_of(run).map_err(|why| {
        Error::configuration(format!(
            "flow run '{}' cannot be resumed from its record: {why}; make the call of its flow yourself, and end it with \
             `.resume(id)`",
            run.name
        ))
    })
}

/// Says why a flow run cannot be called again from its record.
pub(crate) fn check_restartable(run: &Run) -> std::result::Result<(), String> {
    call_of(run).map(drop)
}

fn call_of(run: &Run) -> std::result::Result<FlowCall<'static, ()>, String> {
    let Some(registration) = registry::find(&run.definition.key) else {
        return Err(format!(
            "this program has no flow {} whose arguments can be read from JSON",
            run.definition.key
        ));
    };
    let cut = run.parameters.iter().find(|(_, value)| !capture::is_whole(value));
    if let Some((name, _)) = cut {
        return Err(format!("the argument `{name}` was too large to be recorded whole"));
    }
    let call = registration.call(&run.parameters).map_err(|error| error.to_string())?;
    match call.opaque_argument() {
        Some(name) => Err(format!("the argument `{name}` is not `Serialize`")),
        None => Ok(call),
    }
}

fn not_recorded(id: RunId) -> Error {
    Error::configuration(format!("run {id} is not recorded in the store of this engine"))
}
