//! The life of a run, top to bottom, in [`Execution::perform`]. What may follow what is decided by the rules in the core; how
//! a retry is decided, in `RetryPolicy::next_delay`.

use std::sync::Arc;

use tidegate_core::store::Advance;
use tidegate_core::{Run, RunKind, RunPolicy, StateType, Write};

use crate::engine::attempt::attempt;
use crate::engine::conclude::Next;
use crate::engine::panics::Panic;
use crate::engine::{Body, Context, Engine, LiveRun, Nursery, Plan, union};
use crate::error::{Error, Result};
use crate::names;
use crate::options::Options;

/// A run in the hands of the engine. Dropping it before it has ended records the run as CRASHED.
pub(crate) struct Execution {
    pub(super) live: Arc<LiveRun>,
    pub(super) options: Arc<Options>,
    pub(super) context: Arc<Context>,
    /// How many of its states the store has been given; none before the store knows of it.
    pub(super) recorded: Option<usize>,
    /// The policy that the store has been given.
    pub(super) recorded_policy: RunPolicy,
    pub(super) ended: bool,
}

impl Execution {
    /// Gives the run its id, name, tags and place, and its first state.
    pub(crate) fn describe(plan: Plan, engine: Engine) -> Result<Self> {
        let outer = place(plan.context.clone().unwrap_or_default());
        let options = Arc::clone(plan.options());
        let definition = plan.definition.clone();
        let record = first_record(&engine, &outer, plan)?;
        let inherited = outer.run().map(|run| run.log_prints());
        let log_prints = options.logs_prints(inherited, engine.settings().log_prints);
        let live =
            Arc::new(LiveRun::new(engine, definition, record, log_prints, outer.flow.clone()));
        let context = Arc::new(outer.inside(Arc::clone(&live)));
        let mut execution = Self {
            live,
            options,
            context,
            recorded: None,
            recorded_policy: RunPolicy::default(),
            ended: false,
        };
        execution.enter_pending()?;
        execution.announce(&outer);
        Ok(execution)
    }

    /// The life of a run.
    pub(crate) async fn perform(mut self, body: &mut dyn Body) -> Result<()> {
        loop {
            if let Err(error) = self.enter_running().await {
                self.crash(&error.to_string());
                return Err(error);
            }
            self.call_hooks(StateType::Running).await;
            let outcome = attempt(
                body,
                self.is_last_attempt(),
                self.options.time_limit(),
                Arc::clone(&self.context),
            )
            .await;
            self.join_submitted(&outcome).await;
            match self.conclude(outcome, body).await? {
                Next::AttemptAt(time) => self.wait_until(time).await,
                Next::Ended(end) => {
                    self.record_end().await?;
                    self.call_end_hooks().await;
                    return end;
                }
            }
        }
    }

    pub(crate) fn live(&self) -> &Arc<LiveRun> {
        &self.live
    }

    /// Where it runs when it is submitted: with its flow run, or else with the engine, which also joins what comes when the
    /// flow run has ended.
    pub(crate) fn nursery(&self) -> Nursery {
        self.live
            .flow()
            .filter(|flow| !flow.record().is_terminal())
            .and_then(|flow| flow.nursery())
            .unwrap_or_else(|| self.live.engine().nursery().clone())
    }

    fn is_last_attempt(&self) -> bool {
        let record = self.live.record();
        record.run_count > record.policy.retry.retries()
    }

    pub(super) async fn wait_until(&self, time: tidegate_core::Timestamp) {
        let wait = self.live.engine().until(time);
        if !wait.is_zero() {
            Box::pin(tokio::time::sleep(wait)).await;
        }
    }

    /// What the store has not been told of the run yet.
    pub(super) fn unrecorded(&mut self) -> Option<Write> {
        self.live.engine().store()?;
        let record = self.live.record();
        let changed = (record.policy != self.recorded_policy).then(|| record.policy.clone());
        let write = match self.recorded {
            None => Write::Begin(Box::new(record.clone())),
            Some(known) if known == record.states.len() => return None,
            Some(known) => {
                let mut advance = Advance::since(&record, known);
                advance.policy = changed.clone().map(Box::new);
                Write::Advance(Box::new(advance))
            }
        };
        if let Some(policy) = changed {
            self.recorded_policy = policy;
        }
        self.recorded = Some(record.states.len());
        Some(write)
    }
}

/// Where a call is made: where it was described, under the tags of where it is polled too, so that `with_tags(tags, call)`
/// is what it looks like.
fn place(described: Arc<Context>) -> Arc<Context> {
    match Context::current() {
        Some(polled) if polled.tags != described.tags => {
            let tags = union(&described.tags, polled.tags.iter().cloned()).into();
            Arc::new(Context { tags, ..(*described).clone() })
        }
        Some(_) | None => described,
    }
}

/// The record of a run that nothing has happened to yet.
fn first_record(engine: &Engine, outer: &Context, plan: Plan) -> Result<Run> {
    let definition = &plan.definition;
    let mut record = Run::new(Arc::clone(definition.record()), String::new(), engine.now());
    let options = Arc::clone(plan.options());
    record.name = match (plan.name, &options.run_name, definition.kind()) {
        (Some(name), _, _) => name,
        (None, Some(run_name), _) => Panic::catch_sync(|| run_name.make(&plan.parameters))
            .map_err(|panic| {
                let name = definition.name();
                Error::configuration(format!("'{name}': its run name cannot be made: {panic}"))
            })?,
        (None, None, RunKind::Flow) => names::flow_run(),
        (None, None, RunKind::Task) if outer.flow.is_some() => {
            names::task_run(definition.name(), record.id)
        }
        (None, None, RunKind::Task) => definition.name().to_owned(),
    };
    let own_tags = plan.tags.unwrap_or_else(|| definition.tags().to_vec());
    record.tags = union(&outer.tags, own_tags);
    record.parameters = plan.parameters;
    record.flow_run_id = outer.flow.as_ref().map(|flow| flow.id());
    record.task_run_id = outer.task.as_ref().map(|task| task.id());
    record.root_flow_run_id = match &outer.flow {
        Some(flow) => flow.record().root_flow_run_id,
        None => (definition.kind() == RunKind::Flow).then_some(record.id),
    };
    let settings = engine.settings();
    let (retries, delay) = match definition.kind() {
        RunKind::Flow => (settings.flow_retries, settings.flow_retry_delay),
        RunKind::Task => (settings.task_retries, settings.task_retry_delay),
    };
    record.policy.retry = options
        .retry_policy(retries, delay)
        .map_err(|error| Error::configuration(format!("'{}': {error}", definition.name())))?;
    Ok(record)
}
