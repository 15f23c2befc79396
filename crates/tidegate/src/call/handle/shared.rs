//! What a submitted run and its handles share: the call until the run begins, the run while it lives, and the value and a few facts
//! when it has ended. It never holds more of a run than can still be asked for.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::BoxFuture;
use tidegate_core::graph::{self, Calls};
use tidegate_core::{CallKey, RunId, RunKind, State, StateResult, Timestamp};
use tokio::sync::Notify;

use super::FirstFailure;
use crate::call::{Described, Produce};
use crate::definition::Definition;
use crate::engine::{Called, Context, Engine, Execution, LiveRun, Need, Upstream};
use crate::error::{Error, NotCompleted, Result};
use crate::names;

/// See the module.
pub(crate) struct Shared<T> {
    inner: Mutex<Inner<T>>,
    ended: Notify,
    kind: RunKind,
    /// What stands for its value where that is not known yet.
    call_key: Option<CallKey>,
    /// What names its call in the graph of its flow run.
    called: Option<Called>,
    failure: Option<Arc<FirstFailure>>,
}

struct Inner<T> {
    stage: Stage<T>,
    result: Option<Result<T>>,
    /// It was asked to cancel before it had begun.
    cancelled: bool,
}

enum Stage<T> {
    /// The run has not begun.
    Described(Box<Submitted<T>>),
    /// It lives.
    Live(Arc<LiveRun>),
    /// It begins just now, or has ended.
    Known(Facts),
    /// There is no run, or none yet.
    Unknown,
}

/// What became of a run that was asked to cancel.
pub(super) enum Asked {
    /// It had ended before.
    HasEnded,
    /// It ends as soon as it begins, or has no run.
    IsCancelled,
    /// It is to be told.
    Lives(Arc<LiveRun>),
}

/// A run that has begun, and its body.
pub(super) type Begun<T> = (Execution, Box<dyn Produce<T>>);

/// A call that was submitted and has not begun.
struct Submitted<T> {
    id: RunId,
    made: Timestamp,
    engine: Engine,
    described: Described<'static, T>,
}

/// What is left to be known of a run that does not live.
struct Facts {
    id: RunId,
    name: Name,
    state: Short,
}

enum Name {
    /// It is not known before the run begins.
    NotYet,
    /// As runs of this task are called that were given no name.
    Default(Definition),
    Given(Box<str>),
}

/// A state, short where it says the usual.
enum Short {
    Pending(Timestamp),
    Completed(Timestamp),
    Other(Box<State>),
}

impl<T> Stage<T> {
    fn submitted(engine: Engine, described: Described<'static, T>) -> Self {
        let (id, made) = (RunId::new(), engine.now());
        Self::Described(Box::new(Submitted { id, made, engine, described }))
    }
}

impl<T: Send> Shared<T> {
    /// Of a call that was just submitted.
    pub(super) fn submitted(engine: Engine, described: Described<'static, T>) -> Self {
        let plan = &described.plan;
        let (kind, call_key) = (plan.definition.kind(), plan.call_key);
        let called = plan.made.zip(plan.context.as_ref()).and_then(|(made, at)| made.called(at));
        Self::new(Stage::submitted(engine, described), kind, call_key, called)
    }

    /// Of a run that has begun.
    pub(super) fn begun(live: Arc<LiveRun>) -> Self {
        let (kind, call_key, called) = (live.kind(), live.record().call_key, live.called_as());
        Self::new(Stage::Live(live), kind, call_key, called)
    }

    /// Of a run that is not known yet.
    pub(super) fn unknown(
        kind: RunKind,
        call_key: Option<CallKey>,
        called: Option<Called>,
    ) -> Self {
        Self::new(Stage::Unknown, kind, call_key, called)
    }

    fn new(
        stage: Stage<T>,
        kind: RunKind,
        call_key: Option<CallKey>,
        called: Option<Called>,
    ) -> Self {
        let inner = Mutex::new(Inner { stage, result: None, cancelled: false });
        Self { inner, ended: Notify::new(), kind, call_key, called, failure: None }
    }

    /// Tells this of a failure too.
    pub(super) fn tell(mut self, failure: Option<Arc<FirstFailure>>) -> Self {
        self.failure = failure;
        self
    }

    /// The call has become known, and was just submitted.
    pub(super) fn attach(&self, engine: Engine, described: Described<'static, T>) {
        self.lock().stage = Stage::submitted(engine, described);
    }

    /// What this lock guards is changed by functions that leave it whole even when they panic.
    fn lock(&self) -> MutexGuard<'_, Inner<T>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins the run, unless that was done.
    pub(super) fn begin(&self) -> Option<Result<Begun<T>>> {
        let (engine, described) = {
            let mut inner = self.lock();
            let Stage::Described(submitted) = std::mem::replace(&mut inner.stage, Stage::Unknown)
            else {
                return None;
            };
            let Submitted { id, made, engine, mut described } = *submitted;
            described.plan.born = Some((id, made));
            let name = described.plan.name.as_deref().map_or(Name::NotYet, Name::given);
            inner.stage = Stage::Known(Facts { id, name, state: Short::Pending(made) });
            (engine, described)
        };
        let Described { plan, mut body } = described;
        // Not under the lock: it calls code of the user.
        let mut begun = Execution::describe(plan, engine, &mut *body);
        let mut inner = self.lock();
        inner.stage = match &begun {
            Ok(execution) => Stage::Live(Arc::clone(execution.live())),
            Err(_) => Stage::Unknown,
        };
        let cancelled = inner.cancelled;
        drop(inner);
        if let Ok(execution) = &mut begun {
            execution.set_apart();
            if cancelled {
                execution.live().cancel();
            }
        }
        Some(begun.map(|execution| (execution, body)))
    }

    /// Asks the run to cancel, as soon as it begins; whether it has not ended. One that lives is given to be cancelled.
    pub(super) fn cancel(&self) -> Asked {
        let mut inner = self.lock();
        if inner.result.is_some() {
            return Asked::HasEnded;
        }
        inner.cancelled = true;
        match &inner.stage {
            Stage::Live(live) => return Asked::Lives(Arc::clone(live)),
            Stage::Described(_) | Stage::Known(_) => return Asked::IsCancelled,
            Stage::Unknown => {}
        }
        drop(inner);
        self.ended.notify_waiters();
        Asked::IsCancelled
    }

    /// Waits until the run is asked to cancel before it is known.
    pub(super) async fn cancelled(&self) {
        loop {
            let changed = self.ended.notified();
            if self.lock().cancelled {
                return;
            }
            changed.await;
        }
    }

    /// The run has ended like this.
    pub(super) fn end(&self, result: Result<T>) {
        if let (Err(error), Some(failure)) = (&result, &self.failure) {
            failure.set(error);
        }
        let mut inner = self.lock();
        if let Stage::Live(live) = &inner.stage {
            inner.stage = Facts::of(live).map_or(Stage::Unknown, Stage::Known);
        }
        let before = inner.result.replace(result);
        drop(inner);
        drop(before);
        self.ended.notify_waiters();
    }

    /// The run was given up before it has ended.
    pub(super) fn give_up(&self) {
        let inner = self.lock();
        if inner.result.is_some() {
            return;
        }
        let live = match &inner.stage {
            Stage::Live(live) => Some(Arc::clone(live)),
            Stage::Described(_) | Stage::Known(_) | Stage::Unknown => None,
        };
        drop(inner);
        self.end(Err(match live {
            Some(live) => {
                let state = live.state().unwrap_or_else(|| State::crashed(live.engine().now()));
                Error::ended(live.label(), state, None)
            }
            None => Error::msg("the call was given up before it was made"),
        }));
    }

    pub(super) fn name(&self) -> Option<String> {
        match &self.lock().stage {
            Stage::Described(submitted) => submitted.described.plan.name.clone(),
            Stage::Live(live) => Some(live.name()),
            Stage::Known(facts) => facts.name(),
            Stage::Unknown => None,
        }
    }

    pub(super) fn state(&self) -> Option<State> {
        match &self.lock().stage {
            Stage::Described(submitted) => Some(State::pending(submitted.made)),
            Stage::Live(live) => live.state(),
            Stage::Known(facts) => Some(facts.state.to_state()),
            Stage::Unknown => None,
        }
    }

    /// Looks at what the run has given, once it has ended.
    pub(crate) fn look<R>(&self, look: impl FnOnce(&Result<T>) -> R) -> Option<R> {
        self.lock().result.as_ref().map(look)
    }

    /// Waits until the run has ended.
    pub(super) async fn wait(&self) {
        loop {
            let ended = self.ended.notified();
            if self.has_ended() {
                return;
            }
            ended.await;
        }
    }

    /// The code that asks has seen what came of the run.
    pub(super) fn seen(&self) {
        if let Some(called) = self.called {
            called.seen();
        }
    }

    /// Whether the code that asks is part of the run, which cannot end while it is waited for here.
    pub(super) fn is_around(&self) -> bool {
        let Some(id) = self.id().filter(|_| !self.has_ended()) else { return false };
        Context::with(|context| context.is_inside(id)).unwrap_or(false)
    }
}

impl<T: Send> Upstream for Shared<T> {
    fn id(&self) -> Option<RunId> {
        match &self.lock().stage {
            Stage::Described(submitted) => Some(submitted.id),
            Stage::Live(live) => Some(live.id()),
            Stage::Known(facts) => Some(facts.id),
            Stage::Unknown => None,
        }
    }

    fn kind(&self) -> RunKind {
        self.kind
    }

    fn call_key(&self) -> Option<CallKey> {
        self.call_key
    }

    fn has_ended(&self) -> bool {
        self.lock().result.is_some()
    }

    fn ended(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.wait())
    }

    fn calls(&self, flow_run: RunId, into: &mut Vec<graph::Upstream>) -> bool {
        let number = self.called.and_then(|called| called.number_in(flow_run));
        let id = || self.id().map(graph::Upstream::Run);
        let calls = number.map(|number| Calls { first: number, last: number });
        let upstream = calls.map(graph::Upstream::Calls).or_else(id);
        into.extend(upstream);
        upstream.is_some()
    }

    fn obstacle(&self, need: Need) -> Option<NotCompleted> {
        let failure = self.look(|result| result.as_ref().err().cloned()).flatten()?;
        (!need.tolerates(&failure)).then(|| NotCompleted::new(self.kind, self.id(), failure))
    }
}

impl Name {
    fn given(name: &str) -> Self {
        Self::Given(name.into())
    }
}

impl Facts {
    fn of(live: &LiveRun) -> Option<Self> {
        let (definition, record) = (live.definition(), live.record());
        let state = Short::of(record.state()?);
        let is_default = live.kind() == RunKind::Task
            && live.flow().is_some()
            && names::is_task_run(&record.name, definition.name(), record.id);
        let name =
            if is_default { Name::Default(definition.clone()) } else { Name::given(&record.name) };
        Some(Self { id: record.id, name, state })
    }

    fn name(&self) -> Option<String> {
        match &self.name {
            Name::NotYet => None,
            Name::Default(definition) => Some(names::task_run(definition.name(), self.id)),
            Name::Given(name) => Some(name.to_string()),
        }
    }
}

impl Short {
    /// Whoever wants the result awaits it, or reads the record: a million of them are kept once.
    fn of(state: &State) -> Self {
        let result = state.result.as_ref();
        let usual = state.is_completed()
            && state.name == "Completed"
            && state.message.is_none()
            && state.transition_id.is_none()
            && result.is_none_or(|result| matches!(result, StateResult::Recorded { .. }));
        if usual { Self::Completed(state.timestamp) } else { Self::Other(Box::new(state.clone())) }
    }

    fn to_state(&self) -> State {
        match self {
            Self::Pending(made) => State::pending(*made),
            Self::Completed(at) => State::completed(*at),
            Self::Other(state) => (**state).clone(),
        }
    }
}
