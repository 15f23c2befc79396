//! Calls: described, not yet made. A call is a future that does nothing until polled; what a run goes through
//! is the business of `engine`.

mod body;
mod forget;
mod given;
mod handle;
mod map;
mod on_engine;
mod step;
mod transactional;
mod visualize;
mod wait_for;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll};
use std::time::Duration;

use futures_util::future::BoxFuture;
use tidegate_core::{Delays, Run};

use crate::cache::CachePolicy;
use crate::engine::{
    Body, Context, Engine, Execution, Made, Plan, call_key, not_in_transactional_body,
};
use crate::error::Result;
use crate::hook::Hook;
use crate::result::{Codec, IntoResultSerializer, IntoResultStorage, KeyPart, Recordable};
use crate::runner::TaskRunner;
use crate::transaction::TransactionHook;

pub(crate) use body::Produce;
pub use body::{Parts, RunNameOf, flow, task};
pub use given::{GivenParts, Submittable, given};
pub use handle::{AsCompleted, MapProgress, RunHandle, RunHandles, as_completed, wait};
pub use map::{MapCall, each};
pub use on_engine::Callable;
pub use step::{Step, step};
pub use transactional::transactional;
pub use wait_for::WaitFor;

/// A call that has been described and not been made.
pub(crate) struct Call<'a, T>(Stage<'a, T>);

#[expect(
    clippy::large_enum_variant,
    reason = "most calls are described to be polled at once, and a box would be one more allocation for each of them"
)]
enum Stage<'a, T> {
    Described(Described<'a, T>),
    Running(BoxFuture<'a, Result<T>>),
    Finished,
}

struct Described<'a, T> {
    plan: Plan,
    body: Box<dyn Produce<T> + 'a>,
}

impl<'a, T: Send + 'a> Call<'a, T> {
    pub(crate) fn new(plan: Plan, body: Box<dyn Produce<T> + 'a>) -> Self {
        Self(Stage::Described(Described { plan, body }))
    }

    /// Changes the plan of a call that has not been polled.
    fn plan(mut self, change: impl FnOnce(&mut Plan)) -> Self {
        if let Stage::Described(described) = &mut self.0 {
            change(&mut described.plan);
        }
        self
    }

    /// Has the call go on with a run that is recorded, outside of any flow run.
    pub(crate) fn taking_up(self, run: Box<Run>) -> Self {
        self.plan(|plan| {
            plan.taken_up = Some(run);
            plan.context = None;
        })
    }

    /// What was described, of a call that has not been polled.
    fn into_described(self) -> Described<'a, T> {
        match self.0 {
            Stage::Described(described) => described,
            Stage::Running(_) | Stage::Finished => {
                panic!("a call that was polled cannot be made in another way any more")
            }
        }
    }

    /// Changes the plan of a call whose result shall be kept.
    fn keeping(mut self, change: impl FnOnce(&mut Plan)) -> Self
    where
        T: Recordable,
    {
        if let Stage::Described(described) = &mut self.0 {
            described.body.set_codec(Codec::new());
        }
        self.plan(change)
    }

    fn start(self) -> BoxFuture<'a, Result<T>> {
        match self.0 {
            Stage::Described(described) => {
                let Described { plan, mut body } = described;
                let mut execution = match begin(plan, &mut *body) {
                    Ok(execution) => execution,
                    Err(error) => return Box::pin(std::future::ready(Err(error))),
                };
                Box::pin(async move {
                    let end = execution.perform(&mut *body).await;
                    execution.live().seen();
                    end?;
                    // A run that ended well has stored its value before it said so.
                    Ok(body.take().expect("a completed run has a value"))
                })
            }
            Stage::Running(future) => future,
            Stage::Finished => Box::pin(std::future::pending()),
        }
    }

    fn poll(&mut self, context: &mut TaskContext<'_>) -> Poll<Result<T>> {
        if let Stage::Described(_) = &self.0 {
            let described = Self(std::mem::replace(&mut self.0, Stage::Finished));
            self.0 = Stage::Running(described.start());
        }
        let Stage::Running(future) = &mut self.0 else {
            panic!("a call was polled again after it had finished");
        };
        let result = std::task::ready!(future.as_mut().poll(context));
        self.0 = Stage::Finished;
        Poll::Ready(result)
    }
}

impl<T: Send + 'static> Call<'static, T> {
    fn submit(self) -> RunHandle<T> {
        match self.0 {
            Stage::Described(described) => handle::submit(described, None),
            Stage::Running(_) | Stage::Finished => {
                panic!("a call that was polled cannot be submitted any more")
            }
        }
    }
}

macro_rules! call_type {
    ($(#[$doc:meta])* $name:ident, $noun:literal) => {
        $(#[$doc])*
        #[must_use = "a call does nothing until it is awaited or submitted"]
        pub struct $name<'a, T>(pub(crate) Call<'a, T>);

        impl<'a, T: Send + 'a> $name<'a, T> {
            #[doc = concat!("Tries again so many times when this ", $noun, " run fails.")]
            ///
            /// Arguments that are not `Clone` can be used once only; with them there is no further attempt, and a line says so.
            pub fn retries(self, retries: u32) -> Self {
                Self(self.0.plan(|plan| plan.options_mut().retries = Some(retries)))
            }

            /// Waits so long before each further attempt.
            pub fn retry_delay(self, delay: impl Into<Delays>) -> Self {
                Self(self.0.plan(|plan| plan.options_mut().retry_delay = Some(delay.into())))
            }

            /// Limits the time of one attempt; zero removes a limit.
            pub fn timeout(self, limit: Duration) -> Self {
                Self(self.0.plan(|plan| plan.options_mut().timeout = Some(limit)))
            }

            /// Names this run.
            pub fn named(self, name: impl Into<String>) -> Self {
                Self(self.0.plan(|plan| plan.name = Some(name.into())))
            }

            /// Replaces the tags of the definition for this call.
            pub fn tags(self, tags: impl IntoIterator<Item = impl Into<String>>) -> Self {
                let tags = tags.into_iter().map(Into::into).collect();
                Self(self.0.plan(|plan| plan.tags = Some(tags)))
            }

            /// Says whether what this run prints becomes log lines.
            pub fn log_prints(self, log_prints: bool) -> Self {
                Self(self.0.plan(|plan| plan.options_mut().log_prints = Some(log_prints)))
            }

            /// Says whether the result of this run is kept. One that shall be and cannot be fails the run.
            pub fn persist_result(self, persist: bool) -> Self
            where
                T: Recordable,
            {
                Self(self.0.keeping(|plan| plan.options_mut().persist_result = Some(persist)))
            }

            /// Keeps the result here: in a folder by its path, or in a storage.
            pub fn result_storage(self, storage: impl IntoResultStorage) -> Self
            where
                T: Recordable,
            {
                let storage = Some(storage.into_result_storage());
                Self(self.0.keeping(|plan| plan.options_mut().result_storage = storage))
            }

            /// Writes the result in this form.
            pub fn result_serializer(self, serializer: impl IntoResultSerializer) -> Self
            where
                T: Recordable,
            {
                let serializer = Some(serializer.into_result_serializer());
                Self(self.0.keeping(|plan| plan.options_mut().result_serializer = serializer))
            }

            /// Calls `hook` when this run has completed, after the hooks of its definition.
            pub fn on_completion(self, hook: Hook) -> Self {
                Self(self.0.plan(|plan| plan.options_mut().on_completion.push(hook)))
            }

            /// Calls `hook` when this run has failed, after the hooks of its definition.
            pub fn on_failure(self, hook: Hook) -> Self {
                Self(self.0.plan(|plan| plan.options_mut().on_failure.push(hook)))
            }

            #[doc = concat!("Begins this ", $noun, " run only when these runs have completed.")]
            ///
            /// Takes handles, and lists and tuples of them. When one of them does not complete, this run never begins: it stays
            /// NotReady, and its error says which it was ([`Error::is_upstream`](crate::Error::is_upstream)). With
            /// [`allow_failure`](crate::allow_failure) around a handle, that run may fail.
            pub fn wait_for(self, upstream: impl WaitFor) -> Self {
                let upstream = wait_for::upstreams(upstream);
                Self(self.0.plan(|plan| plan.dependencies.extend(upstream)))
            }

            /// Runs it on `engine` and not on the engine of the calling code.
            pub fn on(self, engine: &Engine) -> Self {
                Self(self.0.plan(|plan| plan.engine = Some(engine.clone())))
            }

            /// Runs it to its end from code that is not async.
            ///
            /// # Errors
            ///
            /// The error of the run; a configuration error where the calling thread belongs to an async runtime.
            pub fn block_on(self) -> Result<T> {
                crate::block_on::block_on(self)
            }
        }

        impl<T: Send + 'static> $name<'static, T> {
            #[doc = concat!("Starts this ", $noun, " run concurrently, and gives a handle to it.")]
            ///
            /// The flow run that submits it waits for it before it ends; outside a flow run the engine does, when it is closed.
            ///
            /// # Panics
            ///
            /// Outside a tokio runtime, and on a call that was polled before.
            pub fn submit(self) -> RunHandle<T> {
                self.0.submit()
            }
        }

        /// # Cancel safety
        ///
        /// Dropping a call that was polled ends its run: it is recorded as CRASHED.
        impl<'a, T: Send + 'a> Future for $name<'a, T> {
            type Output = Result<T>;

            fn poll(mut self: Pin<&mut Self>, context: &mut TaskContext<'_>) -> Poll<Self::Output> {
                self.0.poll(context)
            }
        }

        impl<T> fmt::Debug for $name<'_, T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($name))
            }
        }
    };
}

call_type! {
    /// A described call of a task: a future that runs the task when it is polled.
    ///
    /// ```
    /// use tidegate::prelude::*;
    ///
    /// #[task]
    /// async fn double(number: i32) -> i32 {
    ///     number * 2
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> { tidegate::testing::run_async(async {
    /// assert_eq!(double(4).await?, 8);
    /// assert_eq!(double(5).retries(2).named("five").await?, 10);
    /// # Ok(()) }).await }
    /// ```
    TaskCall, "task"
}

call_type! {
    /// A described call of a flow: a future that runs the flow when it is polled; inside a flow it is a subflow.
    FlowCall, "flow"
}

impl<'a, T: Send + 'a> TaskCall<'a, T> {
    /// Says what the result depends on that later runs may take, in the place of what the task says.
    ///
    /// ```
    /// use tidegate::cache::INPUTS;
    /// use tidegate::prelude::*;
    ///
    /// #[task]
    /// async fn double(number: i32) -> i32 {
    ///     number * 2
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> { tidegate::testing::run_async(async {
    /// assert_eq!(double(4).cache(INPUTS).await?, 8); // runs
    /// assert_eq!(double(4).cache(INPUTS).await?, 8); // is Cached
    /// # Ok(()) }).await }
    /// ```
    pub fn cache(self, policy: CachePolicy) -> Self
    where
        T: Recordable,
    {
        Self(self.0.keeping(|plan| {
            let options = plan.options_mut();
            options.cache_policy = Some(policy);
            options.cache_key_fn = None;
        }))
    }

    /// Says how long later runs may take the result; with zero, they never do.
    pub fn cache_expiration(self, expiration: Duration) -> Self {
        Self(self.0.plan(|plan| plan.options_mut().cache_expiration = Some(expiration)))
    }

    /// Says whether it runs though its result is cached, and replaces it.
    pub fn refresh_cache(self, refresh: bool) -> Self {
        Self(self.0.plan(|plan| plan.options_mut().refresh_cache = Some(refresh)))
    }
}

impl<'a, T: Send + 'a> FlowCall<'a, T> {
    /// Runs what this flow run submits by this runner, in the place of the one that the flow names.
    ///
    /// ```
    /// use tidegate::Concurrent;
    /// use tidegate::prelude::*;
    ///
    /// #[task]
    /// async fn double(number: u32) -> u32 {
    ///     2 * number
    /// }
    ///
    /// #[flow]
    /// async fn doubled() -> Result<Vec<u32>> {
    ///     double::map([1, 2, 3]).await
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> { tidegate::testing::run_async(async {
    /// assert_eq!(doubled().task_runner(Concurrent::new(1)).await?, [2, 4, 6]);
    /// # Ok(()) }).await }
    /// ```
    pub fn task_runner(self, runner: impl TaskRunner + 'static) -> Self {
        let runner: Arc<dyn TaskRunner> = Arc::new(runner);
        Self(self.0.plan(|plan| plan.options_mut().task_runner = Some(runner)))
    }

    /// See [`Call::taking_up`].
    pub(crate) fn taking_up(self, run: Box<Run>) -> Self {
        Self(self.0.taking_up(run))
    }

    /// The engine it will run on.
    pub(crate) fn engine(&self) -> Result<Engine> {
        match &self.0.0 {
            Stage::Described(described) => engine_of(&described.plan),
            Stage::Running(_) | Stage::Finished => Engine::current(),
        }
    }

    /// The name of its flow, before it was polled.
    fn name(&self) -> Option<&str> {
        match &self.0.0 {
            Stage::Described(described) => Some(described.plan.definition.name()),
            Stage::Running(_) | Stage::Finished => None,
        }
    }

    /// The key of its flow, before it was polled.
    pub(crate) fn key(&self) -> Option<&str> {
        match &self.0.0 {
            Stage::Described(described) => Some(described.plan.definition.key()),
            Stage::Running(_) | Stage::Finished => None,
        }
    }

    /// An argument that has no hash, and so is not recorded as JSON.
    pub(crate) fn opaque_argument(&self) -> Option<&'static str> {
        match &self.0.0 {
            Stage::Described(described) => described.body.inputs().opaque().next(),
            Stage::Running(_) | Stage::Finished => None,
        }
    }
}

impl<'a, T: Recordable + Send + 'a> TaskCall<'a, T> {
    /// Keeps the result under this key. When there is one already, the task does not run: its run ends as Cached with that result.
    ///
    /// A key is a path of names with `/` between them, such as `reports/2026.json`.
    pub fn result_storage_key(self, key: impl Into<String>) -> Self {
        let key = vec![KeyPart::Text(key.into())];
        Self(self.0.keeping(|plan| plan.result_key = Some(key)))
    }
}

impl<'a, T: Send + 'a> TaskCall<'a, T> {
    /// Calls `hook` when the transaction that this run is in is committed, after the hooks of its definition.
    pub fn on_commit(self, hook: TransactionHook) -> Self {
        Self(self.0.plan(|plan| plan.options_mut().on_commit.push(hook)))
    }

    /// Calls `hook` when the transaction that this run is in is rolled back, before the hooks of its definition.
    pub fn on_rollback(self, hook: TransactionHook) -> Self {
        Self(self.0.plan(|plan| plan.options_mut().on_rollback.push(hook)))
    }
}

/// Makes the plan of a call from what the attribute describes, and remembers where it was called and how many such calls came
/// before it.
pub(crate) fn describe<'a, T: Send + 'a>(
    plan: Plan,
    body: Box<dyn Produce<T> + 'a>,
) -> Call<'a, T> {
    let mut plan = plan;
    plan.context = Context::current();
    if let Some(context) = &plan.context {
        plan.call_key = call_key(context, &plan.definition, || body.inputs());
        plan.made = Made::now(context);
    }
    Call::new(plan, body)
}

/// Begins a run on the engine that the call was given, or that of the code that made it, or the default one.
fn begin(plan: Plan, body: &mut dyn Body) -> Result<Execution> {
    not_in_transactional_body(plan.definition.name())?;
    let engine = engine_of(&plan)?;
    Execution::describe(plan, engine, body)
}

fn engine_of(plan: &Plan) -> Result<Engine> {
    let given = plan.engine.as_ref();
    let of_context = plan.context.as_ref().and_then(|context| context.engine.as_ref());
    // Whatever a flow says of engines, its dry run makes none of its calls.
    let dry = of_context.filter(|engine| engine.dry_run().is_some());
    match dry.or(given).or(of_context) {
        Some(engine) => Ok(engine.clone()),
        None => Engine::current(),
    }
}

impl<T> fmt::Debug for Call<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Call")
    }
}

/// Calls may be moved while they run, and spawned; this compiles only as long as that is so.
const _: () = {
    const fn is_unpin_and_send<T: Unpin + Send>() {}
    is_unpin_and_send::<TaskCall<'static, ()>>();
    is_unpin_and_send::<FlowCall<'static, ()>>();
};
