//! A run while it lives: what its context, its handles and its loggers may see of it.

use std::fmt;
use std::sync::{
    Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
};

use tidegate_core::graph::Sequence;
use tidegate_core::{LogLevel, Run, RunId, RunKind, State};

use crate::definition::Definition;
use crate::engine::control::{Control, Roster};
use crate::engine::order::Numbers;
use crate::engine::pausing::Pausing;
use crate::engine::plan::Restartable;
use crate::engine::{Called, Calls, Context, Engine, Nursery};
use crate::error::RunLabel;
use crate::inputs::Inputs;
use crate::log::{Finished, RunLogger, Speaker};
use crate::options::{Inherited, Keeping};
use crate::transaction::Own;

/// The shared side of a run.
pub(crate) struct LiveRun {
    id: RunId,
    engine: Engine,
    definition: Definition,
    /// Of a flow run, read by each of its task runs for each of their states.
    record: RwLock<Run>,
    inherited: Inherited,
    /// Of a flow run: what its current attempt has submitted.
    nursery: Option<Mutex<Nursery>>,
    /// Of a flow run that is recorded: the calls of its current attempt.
    calls: Option<Mutex<Calls>>,
    /// Of a flow run whose tasks may be cached: what is known of its arguments.
    inputs: OnceLock<Box<Inputs>>,
    flow: Option<Arc<LiveRun>>,
    /// The task run in whose body it was called, if it was called in one.
    task: Option<Arc<LiveRun>>,
    control: Control,
    inside: Option<Box<Inside>>,
    /// Its transaction, if it has one.
    transaction: Mutex<Own>,
    /// Its number among the calls of its flow run.
    number: Option<u32>,
    /// Of a flow run: the numbers of its calls.
    numbers: Numbers,
    /// What its body has seen while it made calls; none before its first call.
    sequence: OnceLock<Box<Mutex<Sequence>>>,
}

/// Of a flow run: what goes on in it.
struct Inside {
    /// What it has called that lives.
    called: Roster,
    /// What its body asks of its attempt, and how much is under way.
    pausing: Pausing,
    /// Says why it cannot be called again from its record.
    restartable: Restartable,
}

impl LiveRun {
    pub(super) fn new(
        engine: Engine,
        definition: Definition,
        record: Run,
        inherited: Inherited,
        restartable: Restartable,
        outer: &Context,
    ) -> Self {
        let nursery = (record.kind() == RunKind::Flow).then(|| Mutex::new(Nursery::new()));
        let recorded = record.kind() == RunKind::Flow && engine.store().is_some();
        let calls = recorded.then(Mutex::default);
        let inside = (record.kind() == RunKind::Flow).then(|| {
            Box::new(Inside { called: Roster::default(), pausing: Pausing::default(), restartable })
        });
        let number = record.place.as_ref().map(|place| place.number);
        Self {
            id: record.id,
            engine,
            definition,
            record: RwLock::new(record),
            inherited,
            nursery,
            calls,
            inputs: OnceLock::new(),
            flow: outer.flow.clone(),
            task: outer.task.clone(),
            control: Control::default(),
            inside,
            transaction: Mutex::default(),
            number,
            numbers: Numbers::default(),
            sequence: OnceLock::new(),
        }
    }

    pub(crate) fn id(&self) -> RunId {
        self.id
    }

    pub(crate) fn kind(&self) -> RunKind {
        self.definition.kind()
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    pub(crate) fn definition(&self) -> &Definition {
        &self.definition
    }

    /// The run in whose flow it was called: of a subflow, the parent.
    pub(crate) fn flow(&self) -> Option<&Arc<Self>> {
        self.flow.as_ref()
    }

    /// The innermost run in whose body it was called.
    pub(super) fn around(&self) -> Option<&Arc<Self>> {
        self.task.as_ref().or(self.flow.as_ref())
    }

    /// What others ask of it.
    pub(crate) fn control(&self) -> &Control {
        &self.control
    }

    /// Of a flow run: what it has called that lives.
    pub(super) fn called(&self) -> Option<&Roster> {
        self.inside.as_ref().map(|inside| &inside.called)
    }

    /// Where it is found while it lives.
    pub(super) fn roster(&self) -> &Roster {
        self.flow.as_ref().and_then(|flow| flow.called()).unwrap_or_else(|| self.engine.roster())
    }

    /// Of a flow run: what its current attempt has submitted.
    pub(crate) fn nursery(&self) -> Option<Nursery> {
        self.nursery.as_ref().map(|nursery| lock(nursery).clone())
    }

    /// Of a flow run: counts what it submits anew, since its attempt begins.
    pub(super) fn begin_counting(&self) {
        if let Some(nursery) = &self.nursery {
            lock(nursery).tally().clear();
        }
    }

    /// Of a flow run: what its body asks of its attempt, and how much is under way.
    pub(crate) fn pausing(&self) -> Option<&Pausing> {
        self.inside.as_ref().map(|inside| &inside.pausing)
    }

    /// Why a flow run cannot be called again from its record, if it cannot.
    pub(super) fn not_restartable(&self) -> Option<String> {
        (self.inside.as_ref()?.restartable)(&self.record()).err()
    }

    /// Of a flow run: drops what its current attempt has submitted, and makes room for what the next one submits.
    pub(crate) fn stop_submitted(&self) -> Option<Nursery> {
        let stopped = std::mem::replace(&mut *lock(self.nursery.as_ref()?), Nursery::new());
        stopped.stop();
        let parent = self.flow.as_ref().filter(|flow| !flow.record().is_terminal());
        let parent = parent.and_then(|flow| flow.nursery());
        parent.as_ref().unwrap_or(self.engine.nursery()).adopt(&stopped);
        Some(stopped)
    }

    /// Whether its calls are counted: it is a flow run that is recorded.
    pub(crate) fn keeps_calls(&self) -> bool {
        self.calls.is_some()
    }

    /// Of a flow run that is recorded: the calls of its current attempt. Held for a look, never across an await.
    pub(crate) fn calls(&self) -> Option<MutexGuard<'_, Calls>> {
        self.calls.as_ref().map(lock)
    }

    /// Whether a graph is made of its calls.
    pub(crate) fn keeps_order(&self) -> bool {
        self.keeps_calls() || self.engine.dry_run().is_some()
    }

    /// Of a flow run: the numbers of its calls.
    pub(super) fn numbers(&self) -> &Numbers {
        &self.numbers
    }

    /// What its body has seen while it made calls. Held for a look, never across an await.
    pub(super) fn sequence(&self) -> MutexGuard<'_, Sequence> {
        lock(self.sequence.get_or_init(Box::default))
    }

    /// What names its call in its flow run, if it has a place there.
    pub(crate) fn called_as(&self) -> Option<Called> {
        Some(Called::new(self.flow.as_ref()?.id, self.number?))
    }

    /// Of a flow run: what is known of its arguments.
    pub(crate) fn inputs(&self) -> Option<&Inputs> {
        self.inputs.get().map(|inputs| &**inputs)
    }

    /// Remembers what is known of the arguments of a flow run. The first time counts.
    pub(super) fn remember_inputs(&self, inputs: Inputs) {
        let _ = self.inputs.set(Box::new(inputs));
    }

    pub(crate) fn log_prints(&self) -> bool {
        self.inherited.log_prints
    }

    /// Whether its result is kept.
    pub(crate) fn keeping(&self) -> Keeping {
        self.inherited.keeping
    }

    /// What runs inside it go by that say nothing themselves.
    pub(crate) fn inherited(&self) -> Inherited {
        self.inherited
    }

    /// The record as it is now. Held for a look, never across an await.
    pub(crate) fn record(&self) -> RwLockReadGuard<'_, Run> {
        self.record.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The record, to enter a state.
    pub(crate) fn record_mut(&self) -> RwLockWriteGuard<'_, Run> {
        self.record.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Its transaction, if it has one. Held for a look, never across an await.
    pub(crate) fn own_transaction(&self) -> MutexGuard<'_, Own> {
        lock(&self.transaction)
    }

    pub(crate) fn name(&self) -> String {
        self.record().name.clone()
    }

    pub(crate) fn state(&self) -> Option<State> {
        self.record().state().cloned()
    }

    pub(crate) fn label(&self) -> RunLabel {
        RunLabel { kind: self.kind(), id: self.id, name: self.name() }
    }

    /// Who the lines of this run belong to.
    pub(crate) fn speaker(&self) -> Speaker {
        let record = self.record();
        let (flow_run_id, task_run_id) = match record.kind() {
            RunKind::Flow => (Some(record.id), None),
            RunKind::Task => (record.flow_run_id, Some(record.id)),
        };
        Speaker { kind: record.kind(), name: record.name.clone(), flow_run_id, task_run_id }
    }

    pub(crate) fn logger(&self) -> RunLogger {
        RunLogger::new(self.engine.sink().clone(), self.speaker())
    }

    /// The logger, if lines of this level are written at all: most runs have nothing else to say.
    pub(crate) fn logger_at(&self, level: LogLevel) -> Option<RunLogger> {
        self.engine.sink().allows(level).then(|| self.logger())
    }

    /// The line that the run has ended in the state it is in.
    pub(crate) fn has_finished(&self) -> Option<Finished> {
        let completed = self.record().state()?.is_completed();
        if !self.engine.sink().allows(self.level_of_end(completed)) {
            return Some(Finished::NONE);
        }
        self.state().map(|state| self.finished(&state))
    }

    fn level_of_end(&self, completed: bool) -> LogLevel {
        match self.kind() {
            RunKind::Task if !completed => LogLevel::Error,
            // What went wrong in a flow run is a line of its own, at ERROR.
            RunKind::Task | RunKind::Flow => LogLevel::Info,
        }
    }

    /// The line that the run has ended in this state.
    pub(crate) fn finished(&self, state: &State) -> Finished {
        let level = self.level_of_end(state.is_completed());
        self.logger_at(level).map_or(Finished::NONE, |logger| logger.finished(level, state))
    }
}

/// What these locks guard is changed by functions that leave it whole even when they panic.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for LiveRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LiveRun")
            .field("kind", &self.kind())
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
