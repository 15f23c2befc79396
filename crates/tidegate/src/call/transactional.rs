//! The body of a transactional task: the user's function with its arguments, made into work for a store. It runs where the store
//! writes, so it owns all that it uses; its value comes back once it is known that it was committed.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use erased_serde::{Deserializer, Serialize};
use tidegate_core::store::SqlTransaction;
use tidegate_core::{Parameters, State};

use crate::call::body::{RunNameOf, made_name};
use crate::call::{Parts, Produce, TaskCall, describe};
use crate::engine::{Attempt, Attempted, Body, Plan, Returned, Told};
use crate::error::Error;
use crate::inputs::Inputs;
use crate::result::Codec;

struct Transactional<A, B, O, T> {
    arguments: Option<A>,
    used_up: Option<&'static str>,
    value: Arc<Mutex<Option<T>>>,
    record: fn(&A) -> Parameters,
    run_name: Option<RunNameOf<A>>,
    inputs: fn(&A) -> Inputs,
    repeat: fn(&A) -> Result<A, &'static str>,
    body: B,
    output: fn(O) -> Result<T, Error>,
    conclude: fn(&T) -> Option<State>,
    codec: Option<Codec<T>>,
    viz_return_value: Option<fn() -> T>,
}

impl<A, B, O, T> Transactional<A, B, O, T> {
    fn value(&self) -> MutexGuard<'_, Option<T>> {
        lock(&self.value)
    }
}

/// What this lock guards is changed by functions that leave it whole even when they panic.
fn lock<T>(value: &Mutex<T>) -> MutexGuard<'_, T> {
    value.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<A, B, O, T> Body for Transactional<A, B, O, T>
where
    A: Send + 'static,
    B: Fn(&mut SqlTransaction<'_>, A) -> O + Clone + Send + 'static,
    O: 'static,
    T: Send + 'static,
{
    fn tell(&self, variables: &[String]) -> Told {
        let Some(arguments) = &self.arguments else { return Told::default() };
        let (name, variables) = made_name(self.run_name, arguments, variables);
        Told {
            parameters: (self.record)(arguments),
            name,
            variables,
            result_key: None,
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
        let (body, output, conclude) = (self.body.clone(), self.output, self.conclude);
        let (codec, value) = (self.codec, Arc::clone(&self.value));
        Attempt::Work(Box::new(move |transaction, tell| {
            match output(body(transaction, arguments)) {
                Ok(returned) => {
                    let asks_for = conclude(&returned);
                    let result = Codec::encode(codec.as_ref(), Some(&returned));
                    tell(Returned { asks_for, result });
                    *lock(&value) = Some(returned);
                    Attempted::Returned
                }
                Err(error) => Attempted::Failed(error),
            }
        }))
    }

    fn stand_in(&mut self) -> bool {
        let value = self.viz_return_value.map(|value| value());
        let is_said = value.is_some();
        *self.value() = value;
        is_said
    }

    fn used_up(&self) -> Option<&'static str> {
        self.used_up
    }

    fn conclude(&self) -> Option<State> {
        self.value().as_ref().and_then(self.conclude)
    }

    /// None: the result is recorded with what the function did, before the value comes back.
    fn encode(&self) -> Option<&dyn Serialize> {
        None
    }

    fn is_recordable(&self) -> bool {
        self.codec.is_some()
    }

    fn restore(&mut self, result: &mut dyn Deserializer<'_>) -> Result<(), erased_serde::Error> {
        *self.value() = Some(Codec::restore(self.codec.as_ref(), result)?);
        Ok(())
    }
}

impl<A, B, O, T> Produce<T> for Transactional<A, B, O, T>
where
    A: Send + 'static,
    B: Fn(&mut SqlTransaction<'_>, A) -> O + Clone + Send + 'static,
    O: 'static,
    T: Send + 'static,
{
    fn take(&mut self) -> Option<T> {
        self.value().take()
    }

    fn set_codec(&mut self, codec: Codec<T>) {
        self.codec = Some(codec);
    }
}

/// A call of a task that is given the store's transaction.
pub fn transactional<'a, A, B, O, T>(parts: Parts<A, B, O, T>) -> TaskCall<'a, T>
where
    A: Send + 'static,
    B: Fn(&mut SqlTransaction<'_>, A) -> O + Clone + Send + 'static,
    O: 'static,
    T: Send + 'static,
{
    let mut plan = Plan::new(parts.definition.clone());
    plan.needs_a_store = true;
    let body = Transactional {
        arguments: Some(parts.arguments),
        used_up: None,
        value: Arc::default(),
        record: parts.record,
        run_name: parts.run_name,
        inputs: parts.inputs,
        repeat: parts.repeat,
        body: parts.body,
        output: parts.output,
        conclude: parts.conclude,
        codec: parts.codec,
        viz_return_value: parts.viz_return_value,
    };
    TaskCall(describe(plan, Box::new(body)))
}
