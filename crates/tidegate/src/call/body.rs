//! The body of a call: the user's function with its arguments, made callable without its types. It runs one attempt
//! when asked; it never decides whether there is another.

use std::marker::PhantomData;

use erased_serde::{Deserializer, Serialize};
use tidegate_core::{Parameters, State};

use crate::call::{Call, FlowCall, TaskCall, describe};
use crate::definition::Definition;
use crate::engine::{Attempt, Attempted, Body, Plan, Told};
use crate::error::Error;
use crate::inputs::Inputs;
use crate::result::{Codec, KeyPart};
use crate::resume::check_restartable;

/// A body that gives a `T`.
pub(crate) trait Produce<T>: Body {
    /// The value of the last attempt that returned one.
    fn take(&mut self) -> Option<T>;

    /// Writes and reads the value like this, where that was not known yet.
    fn set_codec(&mut self, codec: Codec<T>);
}

/// Makes the name of a run from its arguments and from what variables hold. Without the latter, says which variables it needs.
pub type RunNameOf<A> = fn(&A, &[String]) -> Result<String, &'static [&'static str]>;

/// What an attribute tells of one call. The same fields can be written by hand.
#[derive(Debug)]
pub struct Parts<A, B, O, T> {
    /// The flow or task.
    pub definition: &'static Definition,
    /// The arguments, as a tuple.
    pub arguments: A,
    /// Records the arguments.
    pub record: fn(&A) -> Parameters,
    /// Hashes the arguments.
    pub inputs: fn(&A) -> Inputs,
    /// Clones the arguments, or names one that cannot be cloned.
    pub repeat: fn(&A) -> Result<A, &'static str>,
    /// Makes the run's name.
    pub run_name: Option<RunNameOf<A>>,
    /// The function.
    pub body: B,
    /// Takes what the function returned apart.
    pub output: fn(O) -> Result<T, Error>,
    /// The state that a returned value asks for.
    pub conclude: fn(&T) -> Option<State>,
    /// Writes and reads the value, if its type can be.
    pub codec: Option<Codec<T>>,
    /// Makes the key of the result from the arguments.
    pub result_key: Option<fn(&A) -> Vec<KeyPart>>,
    /// Makes what stands in for the value in a dry run, if that was said.
    pub viz_return_value: Option<fn() -> T>,
}

struct Function<A, B, F, O, T> {
    /// The future of one attempt, so that it is known to live as long as the body does.
    attempt: PhantomData<fn() -> F>,
    arguments: Option<A>,
    used_up: Option<&'static str>,
    value: Option<T>,
    record: fn(&A) -> Parameters,
    run_name: Option<RunNameOf<A>>,
    result_key: Option<fn(&A) -> Vec<KeyPart>>,
    inputs: fn(&A) -> Inputs,
    repeat: fn(&A) -> Result<A, &'static str>,
    body: B,
    output: fn(O) -> Result<T, Error>,
    conclude: fn(&T) -> Option<State>,
    codec: Option<Codec<T>>,
    viz_return_value: Option<fn() -> T>,
}

/// The name that arguments and variables make, or the variables that are needed for it.
pub(super) fn made_name<A>(
    run_name: Option<RunNameOf<A>>,
    arguments: &A,
    variables: &[String],
) -> (Option<String>, &'static [&'static str]) {
    match run_name.map(|name| name(arguments, variables)) {
        None => (None, &[]),
        Some(Ok(name)) => (Some(name), &[]),
        Some(Err(needed)) => (None, needed),
    }
}

impl<A, B, F, O, T> Body for Function<A, B, F, O, T>
where
    A: Send,
    B: Fn(A) -> F + Send,
    F: Future<Output = O> + Send,
    O: Send,
    T: Send,
{
    fn tell(&self, variables: &[String]) -> Told {
        let Some(arguments) = &self.arguments else { return Told::default() };
        let (name, variables) = made_name(self.run_name, arguments, variables);
        Told {
            parameters: (self.record)(arguments),
            name,
            variables,
            result_key: self.result_key.map(|key| key(arguments)),
            partly: false,
        }
    }

    fn inputs(&self) -> Inputs {
        self.arguments.as_ref().map(self.inputs).unwrap_or_default()
    }

    fn attempt(&mut self, last: bool) -> Attempt<'_> {
        const KEPT: &str = "arguments are kept for an attempt that is asked for";
        let copy = if last {
            None
        } else {
            let copy = (self.repeat)(self.arguments.as_ref().expect(KEPT));
            copy.map_err(|argument| self.used_up = Some(argument)).ok()
        };
        let arguments = std::mem::replace(&mut self.arguments, copy).expect(KEPT);
        let future = (self.body)(arguments);
        let (output, value) = (self.output, &mut self.value);
        Attempt::Future(Box::pin(async move {
            match output(future.await) {
                Ok(returned) => {
                    *value = Some(returned);
                    Attempted::Returned
                }
                Err(error) => Attempted::Failed(error),
            }
        }))
    }

    fn stand_in(&mut self) -> bool {
        self.value = self.viz_return_value.map(|value| value());
        self.value.is_some()
    }

    fn used_up(&self) -> Option<&'static str> {
        self.used_up
    }

    fn conclude(&self) -> Option<State> {
        self.value.as_ref().and_then(self.conclude)
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

impl<A, B, F, O, T> Produce<T> for Function<A, B, F, O, T>
where
    A: Send,
    B: Fn(A) -> F + Send,
    F: Future<Output = O> + Send,
    O: Send,
    T: Send,
{
    fn take(&mut self) -> Option<T> {
        self.value.take()
    }

    fn set_codec(&mut self, codec: Codec<T>) {
        self.codec = Some(codec);
    }
}

impl<A, B, O, T> Parts<A, B, O, T> {
    fn describe<'a, F>(self) -> Call<'a, T>
    where
        A: Send + 'a,
        B: Fn(A) -> F + Send + 'a,
        F: Future<Output = O> + Send + 'a,
        O: Send + 'a,
        T: Send + 'a,
    {
        let plan = Plan::new(self.definition.clone());
        let body = Function {
            attempt: PhantomData,
            arguments: Some(self.arguments),
            used_up: None,
            value: None,
            record: self.record,
            run_name: self.run_name,
            result_key: self.result_key,
            inputs: self.inputs,
            repeat: self.repeat,
            body: self.body,
            output: self.output,
            conclude: self.conclude,
            codec: self.codec,
            viz_return_value: self.viz_return_value,
        };
        describe(plan, Box::new(body))
    }
}

/// A call of a task.
pub fn task<'a, A, B, F, O, T>(parts: Parts<A, B, O, T>) -> TaskCall<'a, T>
where
    A: Send + 'a,
    B: Fn(A) -> F + Send + 'a,
    F: Future<Output = O> + Send + 'a,
    O: Send + 'a,
    T: Send + 'a,
{
    TaskCall(parts.describe())
}

/// A call of a flow.
pub fn flow<'a, A, B, F, O, T>(parts: Parts<A, B, O, T>) -> FlowCall<'a, T>
where
    A: Send + 'a,
    B: Fn(A) -> F + Send + 'a,
    F: Future<Output = O> + Send + 'a,
    O: Send + 'a,
    T: Send + 'a,
{
    FlowCall(parts.describe().plan(|plan| plan.restartable = check_restartable))
}
