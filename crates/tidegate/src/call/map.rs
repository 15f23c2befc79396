//! Mapping: one call for each element of the lists that were given. The calls are described when they are submitted, and then as the
//! task itself would describe them; what they have in common is said once.

use std::fmt;
use std::future::IntoFuture;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tidegate_core::{CallKey, Delays};

use crate::argument::{Lists, count};
use crate::call::given::{GivenParts, given};
use crate::call::handle::{FirstFailure, nursery, submit};
use crate::call::wait_for::upstreams;
use crate::call::{Call, RunHandle, RunHandles, Submittable, WaitFor, engine_of};
use crate::canonical::Digest;
use crate::definition::Definition;
use crate::engine::{
    Context, Dependency, Engine, Made, Plan, caught, map_key, mapped_key,
    not_in_transactional_body, place,
};
use crate::error::{Error, Result};
use crate::hook::Hook;
use crate::inputs::Inputs;
use crate::options::Options;

/// Calls of one task or flow, one for each element of the lists that were given: described, and not yet made.
///
/// `name::each(..)` gives it; `name::map(..)` is the same, submitted at once. What is said of it goes for each of its calls.
///
/// ```
/// use tidegate::prelude::*;
///
/// #[task]
/// async fn double(number: u32) -> u32 {
///     2 * number
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> { tidegate::testing::run_async(async {
/// let doubled = double::each(1..=3).retries(2).tags(["numbers"]).submit();
/// assert_eq!(doubled.await?, [2, 4, 6]);
/// # Ok(()) }).await }
/// ```
#[must_use = "calls do nothing until they are awaited or submitted"]
pub struct MapCall<T> {
    definition: &'static Definition,
    calls: Box<dyn Calls<T>>,
    common: Common,
}

/// What is said of all calls of a map.
#[derive(Default)]
struct Common {
    options: Option<Arc<Options>>,
    tags: Option<Vec<String>>,
    engine: Option<Engine>,
    dependencies: Vec<Dependency>,
}

/// The calls of a map, without the types of their arguments.
trait Calls<T>: Send {
    /// How many there are, once all lists are known.
    fn count(&self) -> Result<usize>;

    /// The next call, described where the asking code stands, after a look at what its arguments are known by.
    fn next(&mut self, look: &mut dyn FnMut(&dyn Fn() -> Inputs)) -> Call<'static, T>;

    /// The digest of each list that is not known yet.
    fn later(&self) -> Vec<Option<Digest>>;

    /// Waits until all lists are known.
    fn settle(&mut self) -> BoxFuture<'_, Result<()>>;
}

struct Each<L: Lists, C: Submittable> {
    lists: L,
    names: &'static [&'static str],
    parts: GivenParts<L::Givens, C>,
}

impl<L, C> Calls<C::Value> for Each<L, C>
where
    L: Lists,
    C: Submittable,
{
    fn count(&self) -> Result<usize> {
        let mut lengths = Vec::new();
        self.lists.lengths(self.names, &mut lengths);
        count(self.parts.definition.name(), &lengths)
    }

    fn next(&mut self, look: &mut dyn FnMut(&dyn Fn() -> Inputs)) -> Call<'static, C::Value> {
        let givens = self.lists.next();
        look(&|| (self.parts.inputs)(&givens));
        given(givens, self.parts).into_any().0
    }

    fn later(&self) -> Vec<Option<Digest>> {
        let mut digests = Vec::new();
        self.lists.later(&mut digests);
        digests
    }

    fn settle(&mut self) -> BoxFuture<'_, Result<()>> {
        self.lists.settle()
    }
}

/// A call for each element of these lists, whose arguments have these names.
pub fn each<L, C>(
    lists: L,
    names: &'static [&'static str],
    parts: GivenParts<L::Givens, C>,
) -> MapCall<C::Value>
where
    L: Lists,
    C: Submittable,
{
    let (definition, calls) = (parts.definition, Box::new(Each { lists, names, parts }));
    MapCall { definition, calls, common: Common::default() }
}

impl<T: Send + 'static> MapCall<T> {
    /// Tries each run again so many times when it fails.
    pub fn retries(self, retries: u32) -> Self {
        self.options(|options| options.retries = Some(retries))
    }

    /// Waits so long before each further attempt.
    pub fn retry_delay(self, delay: impl Into<Delays>) -> Self {
        self.options(|options| options.retry_delay = Some(delay.into()))
    }

    /// Limits the time of one attempt of each run; zero removes a limit.
    pub fn timeout(self, limit: Duration) -> Self {
        self.options(|options| options.timeout = Some(limit))
    }

    /// Replaces the tags of the definition for these calls.
    pub fn tags(mut self, tags: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.common.tags = Some(tags.into_iter().map(Into::into).collect());
        self
    }

    /// Says whether what the runs print becomes log lines.
    pub fn log_prints(self, log_prints: bool) -> Self {
        self.options(|options| options.log_prints = Some(log_prints))
    }

    /// Calls `hook` when a run has completed, after the hooks of its definition.
    pub fn on_completion(self, hook: Hook) -> Self {
        self.options(|options| options.on_completion.push(hook))
    }

    /// Calls `hook` when a run has failed, after the hooks of its definition.
    pub fn on_failure(self, hook: Hook) -> Self {
        self.options(|options| options.on_failure.push(hook))
    }

    /// Begins none of the runs before these have completed; see [`TaskCall::wait_for`](crate::TaskCall::wait_for).
    pub fn wait_for(mut self, upstream: impl WaitFor) -> Self {
        self.common.dependencies.extend(upstreams(upstream));
        self
    }

    /// Runs them on `engine` and not on the engine of the calling code.
    pub fn on(mut self, engine: &Engine) -> Self {
        self.common.engine = Some(engine.clone());
        self
    }

    /// Starts the runs concurrently, and gives their handles.
    ///
    /// Nothing is started where the lists have different lengths: awaiting the handles tells so. Where it is only known later how many
    /// there are, because a run gives the list, they are started then.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime.
    pub fn submit(self) -> RunHandles<T> {
        let later = self.calls.later();
        let outer = Context::current().unwrap_or_default();
        let started =
            if later.is_empty() { self.start() } else { self.start_later(&outer, &later) };
        started.unwrap_or_else(|error| {
            tell(&outer, &error);
            RunHandles::failed(error)
        })
    }

    fn options(mut self, change: impl FnOnce(&mut Options)) -> Self {
        let options = self.common.options.get_or_insert_with(|| self.definition.shared_options());
        change(Arc::make_mut(options));
        self
    }

    fn start(mut self) -> Result<RunHandles<T>> {
        let count = self.calls.count()?;
        let failure = Arc::new(FirstFailure::default());
        let mut handles = Vec::with_capacity(count);
        for _ in 0..count {
            let call = self.calls.next(&mut |_| {});
            handles.push(self.submit_one(call, &failure));
        }
        Ok(RunHandles::of(handles, failure))
    }

    /// Starts what starts the runs when it is known how many there are.
    fn start_later(self, outer: &Arc<Context>, later: &[Option<Digest>]) -> Result<RunHandles<T>> {
        let name = self.definition.name();
        not_in_transactional_body(name)?;
        let mut plan = Plan::new(self.definition.clone());
        plan.engine.clone_from(&self.common.engine);
        plan.context = Some(Arc::clone(outer));
        let engine = engine_of(&plan)?;
        let outer = place(Arc::clone(outer));
        let key = map_key(&outer, self.definition, later);
        let made = Made::now(&outer);
        let handles = RunHandles::later(self.definition.kind(), key);
        let known = handles.knowing();
        nursery(&outer, &engine).spawn(async move {
            let handles = self.when_known(&outer, key, made).await;
            if let Err(error) = &handles {
                tell(&outer, error);
            }
            known.set(handles);
        });
        Ok(handles)
    }

    async fn when_known(
        mut self,
        outer: &Arc<Context>,
        map: Option<CallKey>,
        made: Option<Made>,
    ) -> Result<(Vec<RunHandle<T>>, Arc<FirstFailure>)> {
        self.calls.settle().await?;
        let count = self.calls.count()?;
        let failure = Arc::new(FirstFailure::default());
        let mut handles = Vec::with_capacity(count);
        for index in 0..count {
            let definition = self.definition;
            let mut key = None;
            let mut look = |inputs: &dyn Fn() -> Inputs| {
                key = map.map(|map| mapped_key(map, index, definition, &inputs()));
            };
            // Described nowhere, since it counts for no call: its key says which it is.
            let call = Context::nowhere(|| caught(|| self.calls.next(&mut look)))?;
            let call = call.plan(|plan| {
                plan.context = Some(Arc::clone(outer));
                plan.call_key = key;
                plan.made = made.and_then(|made| made.again(outer));
            });
            handles.push(self.submit_one(call, &failure));
        }
        Ok((handles, failure))
    }

    fn submit_one(&self, call: Call<'static, T>, failure: &Arc<FirstFailure>) -> RunHandle<T> {
        let Common { options, tags, engine, dependencies } = &self.common;
        let call = call.plan(|plan| {
            if let Some(options) = options {
                plan.set_options(options);
            }
            if tags.is_some() {
                plan.tags.clone_from(tags);
            }
            if engine.is_some() {
                plan.engine.clone_from(engine);
            }
            plan.dependencies.extend(dependencies.iter().cloned());
        });
        submit(call.into_described(), Some(Arc::clone(failure)))
    }
}

/// Says that nothing came of a map.
fn tell(outer: &Context, error: &Error) {
    if let Some(run) = outer.run() {
        run.logger().error(error);
    }
}

/// As [`submit`](MapCall::submit), and then as awaiting the handles.
///
/// # Cancel safety
///
/// Cancel safe: the runs are submitted when the future is made, and dropping it does not touch them.
impl<T: Clone + Send + 'static> IntoFuture for MapCall<T> {
    type Output = Result<Vec<T>>;
    type IntoFuture = BoxFuture<'static, Result<Vec<T>>>;

    fn into_future(self) -> Self::IntoFuture {
        self.submit().into_future()
    }
}

impl<T> fmt::Debug for MapCall<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MapCall").field("of", &self.definition.name()).finish_non_exhaustive()
    }
}
