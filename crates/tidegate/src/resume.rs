//! Going on with flow runs that did not complete: one that is named, or all that crashed and are marked for it. Whether a run may
//! run again is decided by the rules; what of it does not run again, by the record.

use tidegate_core::{Run, RunId, RunKind, RunQuery, StateType};

use crate::call::{FlowCall, RunHandle};
use crate::capture;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::registry;

/// How many crashes a run is recovered from. What kills its process each time would kill it forever.
const RECOVERIES: usize = 3;

/// Goes on with a flow run that failed, crashed or was cancelled, on the engine of the calling code; see [`Engine::resume`].
///
/// # Errors
///
/// As [`Engine::resume`].
///
/// # Cancel safety
///
/// Dropping the future ends the run again: it is recorded as CRASHED, and can be resumed.
pub async fn resume(flow_run_id: RunId) -> Result<Run> {
    Engine::current()?.resume(flow_run_id).await
}

impl Engine {
    /// Goes on with a flow run that failed, crashed or was cancelled: its body runs again with its recorded parameters, and each
    /// task and subflow that already completed in it gives its recorded result without running. Returns its record when it has
    /// completed.
    ///
    /// A call is found again by what is called, with which arguments, and how many such calls came before it. What is not found
    /// runs; what was recorded and is not met again is told by one line at WARNING.
    ///
    /// The flow must be one of this program: a function, not a method, whose arguments can be written to JSON and read from it. For
    /// any other there is [`FlowCall::resume`].
    ///
    /// ```
    /// use std::sync::atomic::{AtomicU32, Ordering};
    ///
    /// use tidegate::prelude::*;
    /// use tidegate::{Engine, StateType};
    ///
    /// static CHARGED: AtomicU32 = AtomicU32::new(0);
    /// static MAILS: AtomicU32 = AtomicU32::new(0);
    ///
    /// #[task]
    /// async fn charge(cents: u32) -> u32 {
    ///     CHARGED.fetch_add(cents, Ordering::Relaxed);
    ///     cents
    /// }
    ///
    /// #[task]
    /// async fn mail() -> Result<()> {
    ///     match MAILS.fetch_add(1, Ordering::Relaxed) {
    ///         0 => Err("the mail server is down".into()),
    ///         _ => Ok(()),
    ///     }
    /// }
    ///
    /// #[flow]
    /// async fn order(cents: u32) -> Result<()> {
    ///     charge(cents).await?;
    ///     mail().await
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> { tidegate::testing::run_async(async {
    /// let failed = order(250).await.unwrap_err();
    /// let run = tidegate::resume(failed.run_id().unwrap()).await?;
    /// assert_eq!(run.state().unwrap().state_type(), StateType::Completed);
    /// assert_eq!(CHARGED.load(Ordering::Relaxed), 250, "nobody is charged twice");
    /// # Ok(()) }).await }
    /// ```
    ///
    /// # Errors
    ///
    /// The run is not recorded, is no flow run, has not ended or has completed; its flow is not in this program, or its parameters
    /// were not recorded whole; or the run fails again.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future ends the run again: it is recorded as CRASHED, and can be resumed.
    pub async fn resume(&self, flow_run_id: RunId) -> Result<Run> {
        let run = self.ended_flow_run(flow_run_id).await?;
        recorded_call(&run)?.taking_up(run).on(self).await?;
        self.run_record(flow_run_id).await?.ok_or_else(|| not_recorded(flow_run_id))
    }

    /// Looks for owners that died, and goes on with the crashed runs of every flow of this program that is marked
    /// `#[flow(recover)]`; from then on it does so while this engine is open, on the runtime that this is called on. Gives the
    /// handles of what it goes on with; nobody has to await them.
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
        let query = RunQuery {
            kind: Some(RunKind::Flow),
            state_types: vec![StateType::Crashed],
            ..RunQuery::default()
        };
        let crashed = self.require_store()?.runs(query).await;
        let crashed = crashed.map_err(|error| Error::store(None, error))?;
        let mut recovered = Vec::new();
        for run in crashed.into_iter().filter(Self::is_recovered) {
            if self.was_asked_to_cancel(run.id).await? {
                self.cancel_instead(run).await?;
            } else {
                recovered.extend(self.recover_run(run));
            }
        }
        Ok(recovered)
    }

    /// Whether a crashed run is one to go on with here.
    fn is_recovered(run: &Run) -> bool {
        run.policy.recover
            && run.flow_run_id.is_none()
            && registry::find(&run.definition.key).is_some()
    }

    /// Goes on with a crashed run, if it is to be.
    fn recover_run(&self, run: Run) -> Option<RunHandle<()>> {
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

    /// The record of a flow run that has ended and did not complete.
    async fn ended_flow_run(&self, id: RunId) -> Result<Box<Run>> {
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
            Some(state) if !state.is_terminal() => {
                cannot("it has not ended; a process that lives owns it")
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
    /// Makes this call as the continuation of a flow run of the same flow that failed, crashed or was cancelled: what completed in
    /// it gives its recorded result without running. For flows whose arguments cannot be read from the record; for all others
    /// there is [`resume`].
    ///
    /// # Errors
    ///
    /// The run is not recorded, is of another flow, has not ended or has completed; or the run fails again.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future ends the run again: it is recorded as CRASHED, and can be resumed.
    pub async fn resume(self, flow_run_id: RunId) -> Result<T> {
        let engine = self.engine()?;
        let run = engine.ended_flow_run(flow_run_id).await?;
        if self.key() != Some(&run.definition.key) {
            return Err(Error::configuration(format!(
                "flow run '{}' is a run of flow '{}' ({}), so a call of another flow cannot go on with it",
                run.name, run.definition.name, run.definition.key
            )));
        }
        self.taking_up(run).on(&engine).await
    }
}

/// The call of a recorded flow run, from its parameters.
fn recorded_call(run: &Run) -> Result<FlowCall<'static, ()>> {
    let cannot = |why: String| {
        Error::configuration(format!(
            "flow run '{}' cannot be resumed from its record: {why}; make the call of its flow yourself, and end it with \
             `.resume(id)`",
            run.name
        ))
    };
    let Some(registration) = registry::find(&run.definition.key) else {
        return Err(cannot(format!(
            "this program has no flow {} whose arguments can be read from JSON",
            run.definition.key
        )));
    };
    let cut = run.parameters.iter().find(|(_, value)| !capture::is_whole(value));
    if let Some((name, _)) = cut {
        return Err(cannot(format!("the argument `{name}` was too large to be recorded whole")));
    }
    let call = registration.call(&run.parameters).map_err(|error| cannot(error.to_string()))?;
    match call.opaque_argument() {
        Some(name) => Err(cannot(format!("the argument `{name}` is not `Serialize`"))),
        None => Ok(call),
    }
}

fn not_recorded(id: RunId) -> Error {
    Error::configuration(format!("run {id} is not recorded in the store of this engine"))
}
