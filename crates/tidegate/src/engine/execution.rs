//! The life of a run, top to bottom, in [`Execution::perform`]. What may follow what is decided by the rules in the core; how
//! a retry is decided, in `RetryPolicy::next_delay`.

use std::sync::Arc;

use tidegate_core::store::Advance;
use tidegate_core::{RunKind, RunPolicy, State, StateType, Write};

use crate::engine::activity::Busy;
use crate::engine::attempt::{Outcome, Stopped};
use crate::engine::caching::Caching;
use crate::engine::conclude::Next;
use crate::engine::control::{CalledOff, HoldUp, Listed, Watched};
use crate::engine::first_record::{first_record, place, result_key, tell_of};
use crate::engine::recall::{Recalled, recall};
use crate::engine::slots::RunSlots;
use crate::engine::transact::no_store;
use crate::engine::upstream::Prospect;
use crate::engine::{Body, Claim, Context, Engine, LiveRun, Plan, Told, waiting};
use crate::error::{Error, Result};
use crate::options::Options;
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
    /// What it waits for before it begins.
    pub(super) prospect: Option<Box<Prospect>>,
    /// Whether its arguments, or its place in the graph, have become known since the store was last told of it.
    pub(super) learned: bool,
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
    pub(super) listed: Option<Listed>,
}

/// How far the life of a run came before its end.
pub(super) enum Life {
    /// It has entered its last state. Its attempt counts as under way until that is recorded.
    Ended(Result<()>, Option<Busy>),
    /// It is to be cancelled.
    CalledOff,
    /// It is to be suspended, in this state.
    Suspended(Box<State>),
    /// It could not begin, which is recorded as far as it can be.
    GivenUp(Error),
}

impl Execution {
    /// Gives the run its id, name, tags and place, and its first state; or finds what an earlier attempt left of it.
    pub(crate) fn describe(mut plan: Plan, engine: Engine, body: &mut dyn Body) -> Result<Self> {
        if plan.needs_a_store && engine.store().is_none() && engine.dry_run().is_none() {
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
        let (has_a_name, mut told) = (plan.name.is_some(), Told::default());
        if replayed.is_none() {
            told = tell_of(&plan.definition, body, &[])?;
        }
        let learns = told.partly || (!told.variables.is_empty() && !has_a_name);
        let parts = plan.result_key.take().or_else(|| told.result_key.take());
        let (mut record, recorded) = match recalled {
            Recalled::New => (first_record(&engine, &outer, &mut plan, told)?, None),
            Recalled::Completed(run) => (*run, None),
            Recalled::Unfinished(run) => {
                let recorded = (run.states.len(), run.policy.clone());
                (*run, Some(recorded))
            }
        };
        record.lease = claim.as_ref().map(Claim::lease);
        if plan.needs_a_store && (parts.is_some() || plan.options.says_where_results_are()) {
            return Err(Error::configuration(format!(
                "'{}' is transactional: its result is kept in its record, which its transaction commits, so it takes no result \
                 storage, key or serializer",
                plan.definition.name()
            )));
        }
        let flow = outer.flow.as_ref();
        let result_key = parts.map(|parts| result_key(&parts, &record, flow)).transpose()?;
        let Plan { definition, options, dependencies, made, restartable, .. } = plan;
        let is_new = recorded.is_none() && replayed.is_none();
        let mut upstream_known = true;
        if let Some(made) = made.filter(|_| is_new) {
            (record.place, upstream_known) = made.place(&outer, &dependencies);
        }
        let prospect = ((learns || !dependencies.is_empty()) && replayed.is_none()).then(|| {
            let has_a_name = has_a_name || record.run_count > 0;
            Box::new(Prospect { dependencies, learns, has_a_name, upstream_known })
        });
        let inherited = outer.run().map(|run| run.inherited());
        let inherited = options.inherited(inherited, result_key.is_some(), engine.settings());
        let live =
            Arc::new(LiveRun::new(engine, definition, record, inherited, restartable, &outer));
        Transaction::of_call(&live, &outer, &options);
        let context = Arc::new(outer.inside(Arc::clone(&live), &options));
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
            prospect,
            learned: false,
            trouble: None,
            slots: RunSlots::None,
            claim,
            told_of_cancellation: false,
            hold_up: None,
            listed: None,
        };
        if execution.live.kind() == RunKind::Flow && !execution.ended {
            execution.listed = Some(Listed::of(&execution.live));
            execution.live.engine().report();
        }
        if is_new {
            execution.enter_pending()?;
            if outer.run().is_none() {
                execution.live.engine().keep_house();
            }
        }
        // Where all that is waited for is variables in its name, it is told of under that name.
        let is_named = execution.prospect.as_ref().is_none_or(|prospect| !prospect.only_learns());
        if execution.replayed.is_none() && is_named {
            execution.announce();
        }
        Ok(execution)
    }

    /// The life of a run.
    pub(crate) async fn perform(&mut self, body: &mut dyn Body) -> Result<()> {
        if self.live.engine().dry_run().is_some() {
            return Box::pin(self.perform_dry(body)).await;
        }
        if let Some(state) = self.replayed.take() {
            return Box::pin(self.replay(*state, body)).await;
        }
        let live = Arc::clone(&self.live);
        match Watched::new(live, self.live_on(body)).await {
            Ok(Life::Ended(end, _busy)) => self.end_life(end).await,
            Ok(Life::GivenUp(error)) => {
                self.release_slots();
                self.stand_up();
                Err(error)
            }
            Ok(Life::Suspended(state)) => Box::pin(self.end_suspended(*state)).await,
            Ok(Life::CalledOff) | Err(CalledOff) => {
                let end = Box::pin(self.end_called_off()).await;
                Box::pin(self.end_life(end)).await
            }
        }
    }

    /// Its life until it enters its last state. It is given up wherever it waits when the run is called off.
    async fn live_on(&mut self, body: &mut dyn Body) -> Life {
        if let Some(prospect) = self.prospect.take()
            && let Some(life) = Box::pin(waiting(self.wait_for_upstream(*prospect, body))).await
        {
            return life;
        }
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
                    Err(Stopped::CalledOff) => return Life::CalledOff,
                    Err(Stopped::Suspended(state)) => return Life::Suspended(state),
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
                    self.stand_up();
                    self.wait_until(time).await;
                }
                Next::Ended(end) => return Life::Ended(end, Some(busy)),
            }
        }
    }

    /// What remains when a run has entered its last state.
    pub(super) async fn end_life(&mut self, end: Result<()>) -> Result<()> {
        if end.is_ok() {
            self.warn_of_calls_not_met();
        }
        self.stage(&end).await;
        self.record_end().await?;
        self.release_slots();
        self.stand_up();
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

    /// Enters RUNNING, unless the engine is stopping; a flow that ran before knows then what of its calls is recorded.
    async fn begin_attempt(&mut self) -> Result<Busy> {
        loop {
            let waits = self.live.kind() == RunKind::Flow
                && self.live.flow().is_some_and(|flow| flow.is_paused());
            if !waits {
                self.sit_down().await;
                self.take_slots().await?;
                if let Some(busy) = Busy::begin(&self.live).await {
                    if self.live.kind() == RunKind::Flow && self.live.record().run_count > 0 {
                        Box::pin(self.recall_calls()).await?;
                    }
                    if self.enter_running().await? {
                        return Ok(busy);
                    }
                }
                // Slots and seats are for those who run.
                self.release_slots();
                self.stand_up();
            }
            let Some(flow) = self.live.flow() else { continue };
            Box::pin(flow.wait_to_go_on()).await?;
        }
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
            Some(known) if known == record.states.len() && !self.learned => return None,
            Some(known) => {
                let mut advance = Advance::since(&record, known);
                advance.policy = changed.clone().map(Box::new);
                if self.learned {
                    advance.name = Some(record.name.clone());
                    advance.parameters = Some(Box::new(record.parameters.clone()));
                    advance.place.clone_from(&record.place);
                }
                Write::Advance(Box::new(advance))
            }
        };
        if let Some(policy) = changed {
            self.recorded_policy = policy;
        }
        self.recorded = Some(record.states.len());
        self.learned = false;
        Some(write)
    }
}
