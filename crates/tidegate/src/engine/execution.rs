//! The life of a run, top to bottom, in [`Execution::perform`]. What may follow what is decided by the rules in the core; how
//! a retry is decided, in `RetryPolicy::next_delay`.

use std::sync::Arc;

use tidegate_core::store::Advance;
use tidegate_core::{Run, RunKind, RunPolicy, State, StateType, Write};

use crate::cache::CachePolicy;
use crate::engine::activity::Busy;
use crate::engine::attempt::Outcome;
use crate::engine::caching::Caching;
use crate::engine::conclude::Next;
use crate::engine::control::{CalledOff, HoldUp, Listed, Watched};
use crate::engine::panics::Panic;
use crate::engine::recall::{Recalled, recall};
use crate::engine::slots::RunSlots;
use crate::engine::transact::no_store;
use crate::engine::{Body, Claim, Context, Engine, LiveRun, Nursery, Plan, union};
use crate::error::{Error, Result};
use crate::names;
use crate::options::Options;
use crate::result::{KeyPart, compose_key};
use crate::transaction::Transaction;

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
    /// The state that an earlier attempt completed in, whose result is taken.
    replayed: Option<Box<State>>,
    /// Under what it leaves its result to others.
    pub(super) caching: Option<Box<Caching>>,
    /// The key of its result, where its options say one.
    pub(super) result_key: Option<String>,
    /// What fails the next attempt before it begins.
    pub(super) trouble: Option<Error>,
    /// What it holds while it runs.
    pub(super) slots: RunSlots,
    /// Owns the run, where runs need an owner.
    pub(super) claim: Option<Claim>,
    /// Its hooks for a cancellation were called.
    pub(super) told_of_cancellation: bool,
    /// Keeps the runs around it from being dropped before it has ended.
    pub(super) hold_up: Option<HoldUp>,
    /// Of a flow run: while it is there, it can be asked for.
    listed: Option<Listed>,
}

/// How far the life of a run came before its end.
pub(super) enum Life {
    /// It has entered its last state. Its attempt counts as under way until that is recorded.
    Ended(Result<()>, Option<Busy>),
    /// It is to be cancelled.
    CalledOff,
    /// It could not begin, which is recorded as far as it can be.
    GivenUp(Error),
}

impl Execution {
    /// Gives the run its id, name, tags and place, and its first state; or finds what an earlier attempt left of it.
    pub(crate) fn describe(mut plan: Plan, engine: Engine, body: &mut dyn Body) -> Result<Self> {
        if plan.needs_a_store && engine.store().is_none() {
            return Err(no_store(plan.definition.name()));
        }
        let outer = place(plan.context.take().unwrap_or_default());
        let mut recalled = Recalled::New;
        if plan.call_key.is_some() || plan.taken_up.is_some() {
            recalled = recall(&outer, &mut plan, body);
        }
        let (replayed, claim) = match &mut recalled {
            Recalled::Completed(run) => (run.states.last().cloned().map(Box::new), None),
            Recalled::New | Recalled::Unfinished(_) => (None, engine.claim(&outer)),
        };
        let (mut record, recorded) = match recalled {
            Recalled::New => (first_record(&engine, &outer, &mut plan)?, None),
            Recalled::Completed(run) => (*run, None),
            Recalled::Unfinished(run) => {
                let recorded = (run.states.len(), run.policy.clone());
                (*run, Some(recorded))
            }
        };
        record.lease = claim.as_ref().map(Claim::lease);
        if plan.needs_a_store
            && (plan.result_key.is_some() || plan.options.says_where_results_are())
        {
            return Err(Error::configuration(format!(
                "'{}' is transactional: its result is kept in its record, which its transaction commits, so it takes no result \
                 storage, key or serializer",
                plan.definition.name()
            )));
        }
        let result_key = plan.result_key.as_deref().map(|parts| result_key(parts, &record, &outer));
        let result_key = result_key.transpose()?;
        let Plan { definition, options, .. } = plan;
        let inherited = outer.run().map(|run| run.inherited());
        let inherited = options.inherited(inherited, result_key.is_some(), engine.settings());
        let live = Arc::new(LiveRun::new(engine, definition, record, inherited, &outer));
        Transaction::of_call(&live, &outer, &options);
        let context = Arc::new(outer.inside(Arc::clone(&live)));
        let is_new = recorded.is_none() && replayed.is_none();
        let (recorded, recorded_policy) = recorded.unzip();
        let mut execution = Self {
            live,
            options,
            context,
            recorded,
            recorded_policy: recorded_policy.unwrap_or_default(),
            ended: replayed.is_some(),
            replayed,
            caching: None,
            result_key,
            trouble: None,
            slots: RunSlots::None,
            claim,
            told_of_cancellation: false,
            hold_up: None,
            listed: None,
        };
        if execution.live.kind() == RunKind::Flow && !execution.ended {
            execution.listed = Some(Listed::of(&execution.live));
        }
        if is_new {
            execution.enter_pending()?;
            if outer.run().is_none() {
                execution.live.engine().keep_house();
            }
        }
        if execution.replayed.is_none() {
            execution.announce(&outer);
        }
        Ok(execution)
    }

    /// The life of a run.
    pub(crate) async fn perform(&mut self, body: &mut dyn Body) -> Result<()> {
        if let Some(state) = self.replayed.take() {
            return Box::pin(self.replay(*state, body)).await;
        }
        let live = Arc::clone(&self.live);
        match Watched::new(live, self.live_on(body)).await {
            Ok(Life::Ended(end, _busy)) => self.end_life(end).await,
            Ok(Life::GivenUp(error)) => {
                self.release_slots();
                Err(error)
            }
            Ok(Life::CalledOff) | Err(CalledOff) => {
                let end = Box::pin(self.end_called_off()).await;
                Box::pin(self.end_life(end)).await
            }
        }
    }

    /// Its life until it enters its last state. It is given up wherever it waits when the run is called off.
    async fn live_on(&mut self, body: &mut dyn Body) -> Life {
        self.remember_inputs(body);
        if let Some(end) = self.take_cached(body).await {
            return Life::Ended(end, None);
        }
        loop {
            if self.result_key.is_some()
                && let Some(state) = Box::pin(self.stored_result(body)).await
                && let Next::Ended(end) = self.end_in(state)
            {
                return Life::Ended(end, None);
            }
            let busy = match self.begin_attempt().await {
                Ok(busy) => busy,
                Err(_) if self.live.is_called_off() => return Life::CalledOff,
                Err(error) => {
                    self.give_up(&error);
                    return Life::GivenUp(error);
                }
            };
            self.call_hooks(StateType::Running).await;
            let outcome = match self.trouble.take() {
                Some(error) => Outcome::Failed(error),
                None => match self.attempt(body).await {
                    Ok(outcome) => outcome,
                    Err(CalledOff) => return Life::CalledOff,
                },
            };
            self.join_submitted(&outcome).await;
            let next = match self.conclude(outcome, body) {
                Ok(next) => next,
                Err(unfinished) => Box::pin(self.finish(*unfinished, body.used_up())).await,
            };
            match next {
                Next::AttemptAt(time) => {
                    drop(busy);
                    self.release_slots();
                    self.wait_until(time).await;
                }
                Next::Ended(end) => return Life::Ended(end, busy),
            }
        }
    }

    /// What remains when a run has entered its last state.
    async fn end_life(&mut self, end: Result<()>) -> Result<()> {
        if end.is_ok() {
            self.warn_of_calls_not_met();
        }
        self.stage(&end).await;
        self.record_end().await?;
        self.release_slots();
        self.leave_transaction().await?;
        self.call_end_hooks().await;
        if self.live.control().was_asked() {
            Box::pin(self.end_requests()).await;
        }
        self.claim = None;
        self.hold_up = None;
        end
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

    /// Enters RUNNING, unless the engine is stopping; a flow that ran before knows then what of its calls is recorded.
    async fn begin_attempt(&mut self) -> Result<Option<Busy>> {
        self.take_slots().await?;
        let busy = match self.live.kind() {
            RunKind::Flow => None,
            RunKind::Task => Some(Busy::begin(&self.live).await),
        };
        if self.live.kind() == RunKind::Flow && self.live.record().run_count > 0 {
            Box::pin(self.recall_calls()).await?;
        }
        self.enter_running().await?;
        Ok(busy)
    }

    pub(super) fn is_last_attempt(&self) -> bool {
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

/// The key of the result of a run called at `outer`.
fn result_key(parts: &[KeyPart], record: &Run, outer: &Context) -> Result<String> {
    let flow_run = outer.flow.as_ref().map(|flow| flow.record());
    compose_key(parts, record, flow_run.as_deref()).map_err(|why| {
        let name = &record.definition.name;
        Error::configuration(format!("'{name}': its `result_storage_key` has no meaning: {why}"))
    })
}

/// The record of a run that nothing has happened to yet.
fn first_record(engine: &Engine, outer: &Context, plan: &mut Plan) -> Result<Run> {
    let (definition, options) = (&plan.definition, &plan.options);
    let mut record = Run::new(Arc::clone(definition.record()), String::new(), engine.now());
    record.name = match (plan.name.take(), &options.run_name, definition.kind()) {
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
    if let Some(Err(error)) = options.cache_policy.as_ref().map(CachePolicy::isolation_level) {
        return Err(Error::configuration(format!("'{}': {error}", definition.name())));
    }
    let own_tags = plan.tags.take().unwrap_or_else(|| definition.tags().to_vec());
    record.tags = union(&outer.tags, own_tags);
    record.parameters = std::mem::take(&mut plan.parameters);
    record.call_key = plan.call_key;
    record.policy.recover = options.recover.unwrap_or(false);
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
