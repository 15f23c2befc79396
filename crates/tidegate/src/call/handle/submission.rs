//! Starting a call concurrently. As little as possible is made of it before its turn comes, so that a million of them can wait.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll, ready};

use futures_util::future::BoxFuture;
use tidegate_core::RunKind;

use super::FirstFailure;
use super::shared::Shared;
use crate::call::{Described, Produce, RunHandle, engine_of};
use crate::engine::{
    Context, Counted, Ended, Engine, Execution, Nursery, Plan, Tally, Workers,
    not_in_transactional_body, place,
};
use crate::error::Result;

/// Starts a call on the tracker of its flow run, or of its engine outside one.
pub(in crate::call) fn submit<T: Send + 'static>(
    described: Described<'static, T>,
    failure: Option<Arc<FirstFailure>>,
) -> RunHandle<T> {
    match try_to_submit(described, failure) {
        Ok(handle) => handle,
        Err(error) => RunHandle::failed(error),
    }
}

fn try_to_submit<T: Send + 'static>(
    mut described: Described<'static, T>,
    failure: Option<Arc<FirstFailure>>,
) -> Result<RunHandle<T>> {
    let plan = &mut described.plan;
    not_in_transactional_body(plan.definition.name())?;
    let engine = engine_of(plan)?;
    let outer = place(plan.context.take().unwrap_or_default());
    let nursery = nursery(&outer, &engine);
    if outer.flow.is_none() {
        engine.report();
    }
    let workers = workers(&outer, plan.definition.kind()).cloned();
    // A flow run is found by its id from the first, and the handle tells of a recorded run from the first.
    let begins_now = plan.definition.kind() == RunKind::Flow || is_recorded(plan, &outer);
    plan.context = Some(outer);
    if begins_now {
        let Described { plan, mut body } = described;
        let mut execution = Execution::describe(plan, engine, &mut *body)?;
        execution.set_apart();
        let shared = Arc::new(Shared::begun(Arc::clone(execution.live())).tell(failure));
        let state = Stage::Begun(perform(execution, body));
        let submission = Submission { shared: Arc::clone(&shared), state };
        nursery.spawn_run(workers.as_deref(), submission);
        return Ok(RunHandle(shared));
    }
    let shared = Arc::new(Shared::submitted(engine, described).tell(failure));
    nursery.spawn_run(workers.as_deref(), Submission::of(Arc::clone(&shared)));
    Ok(RunHandle(shared))
}

/// What runs it, if that is not tokio by itself: runners are for tasks.
pub(super) fn workers(outer: &Context, kind: RunKind) -> Option<&Arc<Workers>> {
    outer.workers.as_ref().filter(|_| kind == RunKind::Task)
}

/// Where it runs: with its flow run, or else with the engine, which also joins what comes when the flow run has ended.
pub(in crate::call) fn nursery(outer: &Context, engine: &Engine) -> Nursery {
    outer
        .flow
        .as_ref()
        .filter(|flow| !flow.record().has_ended())
        .and_then(|flow| flow.nursery())
        .unwrap_or_else(|| engine.nursery().clone())
}

/// Whether an earlier attempt has left something of the call.
fn is_recorded(plan: &Plan, outer: &Context) -> bool {
    let recorded = |key| {
        let flow = outer.flow.as_ref();
        flow.and_then(|flow| flow.calls()).is_some_and(|calls| calls.has(key))
    };
    plan.taken_up.is_some() || plan.call_key.is_some_and(recorded)
}

/// A call that was submitted, as the future that makes it.
pub(super) struct Submission<T: Send> {
    shared: Arc<Shared<T>>,
    state: Stage<T>,
}

impl<T: Send> Submission<T> {
    /// A call that has not begun.
    pub(super) fn of(shared: Arc<Shared<T>>) -> Self {
        Self { shared, state: Stage::Described }
    }

    fn end(&self, result: Result<T>) -> End<T> {
        End { shared: Arc::clone(&self.shared), result: Some(result) }
    }
}

/// How a submitted run has ended. Its handles are told after it is counted, so that whoever has awaited all of them finds none left.
pub(super) struct End<T: Send> {
    pub(super) shared: Arc<Shared<T>>,
    /// None if it was given up.
    pub(super) result: Option<Result<T>>,
}

impl<T: Send> Counted for End<T> {
    fn count(self, tally: &Tally) {
        tally.ended(self.result.as_ref().map_or(Ended::Cancelled, Ended::of));
        match self.result {
            Some(result) => self.shared.end(result),
            None => self.shared.give_up(),
        }
    }
}

/// The life of a run is large, so it is boxed, and there is none before the first poll.
enum Stage<T> {
    Described,
    Begun(BoxFuture<'static, Result<T>>),
    Over,
}

impl<T: Send + 'static> Future for Submission<T> {
    type Output = End<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut TaskContext<'_>) -> Poll<End<T>> {
        let this = &mut *self;
        if let Stage::Described = this.state {
            match this.shared.begin() {
                Some(Ok((execution, body))) => this.state = Stage::Begun(perform(execution, body)),
                Some(Err(error)) => {
                    this.state = Stage::Over;
                    return Poll::Ready(this.end(Err(error)));
                }
                None => this.state = Stage::Over,
            }
        }
        let Stage::Begun(life) = &mut this.state else {
            return Poll::Ready(End { shared: Arc::clone(&this.shared), result: None });
        };
        let result = ready!(life.as_mut().poll(context));
        this.state = Stage::Over;
        Poll::Ready(this.end(result))
    }
}

fn perform<T: Send + 'static>(
    mut execution: Execution,
    mut body: Box<dyn Produce<T>>,
) -> BoxFuture<'static, Result<T>> {
    Box::pin(async move {
        execution.perform(&mut *body).await?;
        // A run that ended well has stored its value before it said so.
        Ok(body.take().expect("a completed run has a value"))
    })
}

/// Dropped before the run has ended, it crashes, and whoever waits is told. One that has not begun begins for that, so that it is
/// recorded.
impl<T: Send> Drop for Submission<T> {
    fn drop(&mut self) {
        match std::mem::replace(&mut self.state, Stage::Over) {
            Stage::Described => match self.shared.begin() {
                Some(Ok((execution, _body))) => drop(execution),
                Some(Err(error)) => self.shared.end(Err(error)),
                None => {}
            },
            Stage::Begun(life) => drop(life),
            Stage::Over => return,
        }
        self.shared.give_up();
    }
}
