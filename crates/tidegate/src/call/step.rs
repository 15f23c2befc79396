//! Steps: tasks that are closures, for one-offs. A step is a task run like any other; it has no definition of its own
//! to import.

use std::marker::PhantomData;
use std::time::Duration;

use erased_serde::{Deserializer, Serialize};
use tidegate_core::{self as core, Delays, RunKind, State};

use crate::call::{Produce, TaskCall, describe};
use crate::definition::Definition;
use crate::engine::{Attempt, Attempted, Body, Plan, Told};
use crate::error::Error;
use crate::inputs::Inputs;
use crate::options::Options;
use crate::result::{Codec, Recordable};

/// A task without a function: a name, options, and then a closure that may borrow freely.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> tidegate::Result<()> { tidegate::testing::run_async(async {
/// let cart = vec![3, 4];
/// let total = tidegate::step("add up")
///     .retries(2)
///     .run(|| async { Ok::<_, std::io::Error>(cart.iter().sum::<i32>()) })
///     .await?;
/// assert_eq!(total, 7);
/// # Ok(()) }).await }
/// ```
pub fn step(name: impl Into<String>) -> Step {
    Step { name: name.into(), options: Options::default(), run_name: None }
}

/// A step that has not been given its closure. Made by [`step`].
#[derive(Clone, Debug)]
#[must_use = "a step does nothing until it is given a closure with `run` and awaited"]
pub struct Step {
    name: String,
    options: Options,
    run_name: Option<String>,
}

impl Step {
    /// Tries again so many times.
    pub fn retries(mut self, retries: u32) -> Self {
        self.options.retries = Some(retries);
        self
    }

    /// Waits so long before each further attempt.
    pub fn retry_delay(mut self, delay: impl Into<Delays>) -> Self {
        self.options.retry_delay = Some(delay.into());
        self
    }

    /// Limits the time of one attempt.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.options.timeout = Some(limit);
        self
    }

    /// Names the run.
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.run_name = Some(name.into());
        self
    }

    /// Tags the run.
    pub fn tags(mut self, tags: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.options.tags.extend(tags.into_iter().map(Into::into));
        self
    }

    /// The call that runs `function` once for every attempt. What it gives is recorded with its run, so it must own its data; a
    /// result that borrows is for [`run_unrecorded`](Self::run_unrecorded).
    pub fn run<'a, B, F, T, E>(self, function: B) -> TaskCall<'a, T>
    where
        B: FnMut() -> F + Send + 'a,
        F: Future<Output = Result<T, E>> + Send + 'a,
        T: Recordable + Send + 'a,
        E: Into<Error> + Send + 'a,
    {
        self.call(function, Some(Codec::new()))
    }

    /// [`run`](Self::run) for a result that cannot be recorded, such as a connection: the step runs again when its flow is resumed.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> tidegate::Result<()> { tidegate::testing::run_async(async {
    /// let name = String::from("Ada");
    /// let first = tidegate::step("look").run_unrecorded(|| async { Ok::<_, std::io::Error>(&name[..1]) });
    /// assert_eq!(first.await?, "A");
    /// # Ok(()) }).await }
    /// ```
    pub fn run_unrecorded<'a, B, F, T, E>(self, function: B) -> TaskCall<'a, T>
    where
        B: FnMut() -> F + Send + 'a,
        F: Future<Output = Result<T, E>> + Send + 'a,
        T: Send + 'a,
        E: Into<Error> + Send + 'a,
    {
        self.call(function, None)
    }

    fn call<'a, B, F, T, E>(self, function: B, codec: Option<Codec<T>>) -> TaskCall<'a, T>
    where
        B: FnMut() -> F + Send + 'a,
        F: Future<Output = Result<T, E>> + Send + 'a,
        T: Send + 'a,
        E: Into<Error> + Send + 'a,
    {
        let mut record = core::Definition::new(RunKind::Task, self.name);
        record.tags.clone_from(&self.options.tags);
        let mut plan = Plan::new(Definition::new(record, self.options));
        plan.name = self.run_name;
        let body = Closure { attempt: PhantomData, function, value: None, codec };
        TaskCall(describe(plan, Box::new(body)))
    }
}

struct Closure<B, F, T, E> {
    /// The future of one attempt, so that it is known to live as long as the body does.
    attempt: PhantomData<fn() -> Result<F, E>>,
    function: B,
    value: Option<T>,
    codec: Option<Codec<T>>,
}

impl<B, F, T, E> Body for Closure<B, F, T, E>
where
    B: FnMut() -> F + Send,
    F: Future<Output = Result<T, E>> + Send,
    T: Send,
    E: Into<Error>,
{
    fn tell(&self, _variables: &[String]) -> Told {
        Told::default()
    }

    fn inputs(&self) -> Inputs {
        Inputs::default()
    }

    fn attempt(&mut self, _last: bool) -> Attempt<'_> {
        let future = (self.function)();
        let value = &mut self.value;
        Attempt::Future(Box::pin(async move {
            match future.await {
                Ok(returned) => {
                    *value = Some(returned);
                    Attempted::Returned
                }
                Err(error) => Attempted::Failed(error.into()),
            }
        }))
    }

    fn used_up(&self) -> Option<&'static str> {
        None
    }

    fn conclude(&self) -> Option<State> {
        None
    }

    fn encode(&self) -> Option<&dyn Serialize> {
        Codec::encode(self.codec.as_ref(), self.value.as_ref())
    }

    fn is_recordable(&self) -> bool {
        self.codec.is_some()
    }

    fn restore(&mut self, result: &mut dyn Deserializer<'_>) -> Result<(), erased_serde::Error> {
        self.value = Some(Codec::restore(self.codec.as_ref(), result)?);
        Ok(())
    }
}

impl<B, F, T, E> Produce<T> for Closure<B, F, T, E>
where
    B: FnMut() -> F + Send,
    F: Future<Output = Result<T, E>> + Send,
    T: Send,
    E: Into<Error>,
{
    fn take(&mut self) -> Option<T> {
        self.value.take()
    }

    fn set_codec(&mut self, codec: Codec<T>) {
        self.codec = Some(codec);
    }
}
