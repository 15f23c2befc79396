//! A call that is made when a run has completed, with what it gave.

use std::sync::Arc;

use super::shared::Shared;
use super::submission::{End, Submission, nursery, workers};
use super::{RunHandle, RunHandles};
use crate::argument::{AllowFailure, Given, Later, Source};
use crate::call::{Described, Submittable, engine_of};
use crate::engine::{Context, Dependency, Engine, Made, caught, place, then_key};
use crate::error::{Error, Result};

macro_rules! then {
    ($($(#[$doc:meta])* $handles:ty => $value:ty;)*) => {
        $(impl<T: Clone + Send + 'static> $handles {
            $(#[$doc])*
            ///
            /// # Panics
            ///
            /// Outside a tokio runtime.
            pub fn then<C: Submittable>(
                &self,
                call: impl FnOnce($value) -> C + Send + 'static,
            ) -> RunHandle<C::Value> {
                start(Arc::new(self.clone()), call)
            }
        })*
    };
}

then! {
    /// Makes a call with the value, when the run has completed; the handle is of that call's run.
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
    /// let eight = double(2).submit().then(|four| double(four).retries(2));
    /// assert_eq!(eight.await?, 8);
    /// # Ok(()) }).await }
    /// ```
    ///
    /// The call is made in the run of the calling code. When this run does not complete, `call` is not called, and the handle gives an
    /// error of which [`is_upstream`](crate::Error::is_upstream) is true.
    RunHandle<T> => T;
    /// Makes a call with all values, when all runs have completed; the handle is of that call's run. See [`RunHandle::then`].
    RunHandles<T> => Vec<T>;
    /// Makes a call with what the run gave or failed with, when it has ended; the handle is of that call's run. See
    /// [`RunHandle::then`].
    AllowFailure<RunHandle<T>> => Result<T>;
    /// Makes a call with what each run gave or failed with, when all have ended; the handle is of that call's run. See
    /// [`RunHandle::then`].
    AllowFailure<RunHandles<T>> => Vec<Result<T>>;
}

impl<T: Send + 'static> Given<T> {
    /// Makes a call with what was gathered, when its runs have completed; the handle is of that call's run. See
    /// [`RunHandle::then`].
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime.
    pub fn then<C: Submittable>(
        self,
        call: impl FnOnce(T) -> C + Send + 'static,
    ) -> RunHandle<C::Value> {
        match self.0 {
            Source::Value(value) => call(value).into_any().0.submit(),
            Source::Later(later) => start(later, call),
        }
    }
}

fn start<T, C>(
    later: Arc<dyn Later<T>>,
    call: impl FnOnce(T) -> C + Send + 'static,
) -> RunHandle<C::Value>
where
    T: Send + 'static,
    C: Submittable,
{
    let outer = place(Context::current().unwrap_or_default());
    let engine = match outer.engine.clone().map_or_else(Engine::current, Ok) {
        Ok(engine) => engine,
        Err(error) => return RunHandle::failed(error),
    };
    let key = then_key(&outer, later.digest());
    let made = Made::now(&outer);
    let called = made.and_then(|made| made.called(&outer));
    let shared = Arc::new(Shared::unknown(C::KIND, key, called));
    let mut ending = Ending { shared: Arc::clone(&shared), is_over: false };
    let workers = workers(&outer, C::KIND).cloned();
    let nursery = nursery(&outer, &engine);
    nursery.spawn_run(workers.as_deref(), async move {
        let shared = Arc::clone(&ending.shared);
        let made_of = tokio::select! {
            biased;
            () = shared.cancelled() => return ending.with(Err(Error::never_made(engine.now()))),
            made_of = make(&*later, &outer, call) => made_of,
        };
        match made_of {
            Ok((engine, mut described)) => {
                // It was made when its handle was.
                described.plan.made = made.or(described.plan.made);
                shared.attach(engine, described);
                Submission::of(ending.over()).await
            }
            Err(error) => ending.with(Err(error)),
        }
    });
    RunHandle(shared)
}

/// The call, when what it needs is there.
async fn make<T, C: Submittable>(
    later: &dyn Later<T>,
    outer: &Arc<Context>,
    call: impl FnOnce(T) -> C + Send,
) -> Result<(Engine, Described<'static, C::Value>)> {
    let mut dependencies: Vec<Dependency> = Vec::new();
    later.dependencies(&mut dependencies);
    for Dependency { upstream, need } in &dependencies {
        if !upstream.has_ended() {
            upstream.ended().await;
        }
        if let Some(obstacle) = upstream.obstacle(*need) {
            return Err(Error::upstream(obstacle));
        }
    }
    let value = later.take()?;
    let call = Arc::clone(outer).sync_scope(|| caught(|| call(value)))?;
    let mut described = call.into_any().0.into_described();
    described.plan.dependencies.extend(dependencies);
    Ok((engine_of(&described.plan)?, described))
}

/// Tells the waiters when the call is given up before it is made.
struct Ending<T: Send> {
    shared: Arc<Shared<T>>,
    /// Others tell them.
    is_over: bool,
}

impl<T: Send> Ending<T> {
    fn over(&mut self) -> Arc<Shared<T>> {
        self.is_over = true;
        Arc::clone(&self.shared)
    }

    fn with(&mut self, result: Result<T>) -> End<T> {
        End { shared: self.over(), result: Some(result) }
    }
}

impl<T: Send> Drop for Ending<T> {
    fn drop(&mut self) {
        if !self.is_over {
            self.shared.give_up();
        }
    }
}
