//! Calls whose arguments other runs give: the body is made when those have ended, by the function that describes the call of values.
//! It never waits for them itself.

use std::marker::PhantomData;

use erased_serde::{Deserializer, Serialize};
use tidegate_core::{Parameters, RunKind, State};

use crate::argument::Givens;
use crate::call::{Call, Described, FlowCall, Produce, TaskCall, describe};
use crate::definition::Definition;
use crate::engine::{Attempt, Body, Context, Plan, Told, caught};
use crate::error::Result;
use crate::inputs::Inputs;
use crate::result::Codec;

/// A call that owns its data, so that it can be submitted.
#[diagnostic::on_unimplemented(
    message = "a call of a task or flow is needed here, and `{Self}` is none",
    label = "not a call that can be submitted",
    note = "return the call itself, as in `handle.then(|value| task(value))`, without awaiting it"
)]
pub trait Submittable: Send + 'static {
    /// What the call gives.
    type Value: Send + 'static;

    /// What it is a call of.
    #[doc(hidden)]
    const KIND: RunKind;

    #[doc(hidden)]
    fn into_any(self) -> AnyCall<Self::Value>;

    #[doc(hidden)]
    fn from_any(call: AnyCall<Self::Value>) -> Self;
}

/// A call of a task or a flow.
pub struct AnyCall<T>(pub(super) Call<'static, T>);

impl<T> std::fmt::Debug for AnyCall<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AnyCall")
    }
}

macro_rules! submittable {
    ($($call:ident, $kind:expr;)*) => {
        $(impl<T: Send + 'static> Submittable for $call<'static, T> {
            type Value = T;

            const KIND: RunKind = $kind;

            fn into_any(self) -> AnyCall<T> {
                AnyCall(self.0)
            }

            fn from_any(call: AnyCall<T>) -> Self {
                Self(call.0)
            }
        })*
    };
}

submittable! {
    TaskCall, RunKind::Task;
    FlowCall, RunKind::Flow;
}

/// What an attribute tells of calls whose arguments may be handles.
#[derive(Debug)]
pub struct GivenParts<G: Givens, C: Submittable> {
    /// The flow or task.
    pub definition: &'static Definition,
    /// Records the arguments, as far as they are known.
    pub record: fn(&G) -> Parameters,
    /// Hashes the arguments; of one that is not known, what stands for it.
    pub inputs: fn(&G) -> Inputs,
    /// Writes and reads the value, if its type can be.
    pub codec: Option<Codec<C::Value>>,
    /// Whether its body is done in a transaction of the store.
    pub needs_a_store: bool,
    /// Describes the call of values.
    pub make: fn(G::Values) -> C,
}

impl<G: Givens, C: Submittable> Clone for GivenParts<G, C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<G: Givens, C: Submittable> Copy for GivenParts<G, C> {}

/// A call of these arguments.
pub fn given<G: Givens, C: Submittable>(given: G, parts: GivenParts<G, C>) -> C {
    let dependencies = given.all_dependencies().0;
    // A list of no handles is known too: nobody has to wait for it.
    if given.are_known() || dependencies.is_empty() {
        return (parts.make)(given.take().expect("a known value is there"));
    }
    let mut plan = Plan::new(parts.definition.clone());
    plan.dependencies = dependencies;
    plan.needs_a_store = parts.needs_a_store;
    let codec = parts.codec;
    let body = Deferred { parts, given: Some(given), codec, made: None, call: PhantomData };
    C::from_any(AnyCall(describe(plan, Box::new(body))))
}

/// A body that is made when its arguments are known.
struct Deferred<G: Givens, C: Submittable> {
    parts: GivenParts<G, C>,
    /// The arguments, until the body is made.
    given: Option<G>,
    codec: Option<Codec<C::Value>>,
    made: Option<Made<C::Value>>,
    call: PhantomData<fn() -> C>,
}

enum Made<T> {
    /// From its arguments.
    Body(Box<dyn Produce<T>>),
    /// From the record, so that no body is needed.
    Value(Option<T>),
}

impl<G: Givens, C: Submittable> Deferred<G, C> {
    fn body(&self) -> &dyn Produce<C::Value> {
        match &self.made {
            Some(Made::Body(body)) => &**body,
            Some(Made::Value(_)) | None => unreachable!("a body is made before it is called"),
        }
    }

    fn body_mut(&mut self) -> &mut dyn Produce<C::Value> {
        match &mut self.made {
            Some(Made::Body(body)) => &mut **body,
            Some(Made::Value(_)) | None => unreachable!("a body is made before it is called"),
        }
    }
}

impl<G: Givens, C: Submittable> Body for Deferred<G, C> {
    fn tell(&self, variables: &[String]) -> Told {
        match (&self.given, &self.made) {
            (Some(given), _) => {
                Told { parameters: (self.parts.record)(given), partly: true, ..Told::default() }
            }
            (None, Some(Made::Body(body))) => body.tell(variables),
            (None, Some(Made::Value(_)) | None) => Told::default(),
        }
    }

    fn resolve(&mut self) -> Result<()> {
        let Some(given) = self.given.take() else { return Ok(()) };
        let values = given.take()?;
        let make = self.parts.make;
        // In no run, so that it counts for no call: this one was counted when it was made.
        let call = Context::nowhere(|| caught(|| make(values)))?;
        let Described { plan: _, mut body } = call.into_any().0.into_described();
        if let Some(codec) = self.codec {
            body.set_codec(codec);
        }
        self.made = Some(Made::Body(body));
        Ok(())
    }

    fn inputs(&self) -> Inputs {
        match &self.given {
            Some(given) => (self.parts.inputs)(given),
            None => self.body().inputs(),
        }
    }

    fn attempt(&mut self, last: bool) -> Attempt<'_> {
        self.body_mut().attempt(last)
    }

    fn stand_in(&mut self) -> bool {
        self.body_mut().stand_in()
    }

    fn used_up(&self) -> Option<&'static str> {
        self.body().used_up()
    }

    fn conclude(&self) -> Option<State> {
        self.body().conclude()
    }

    fn encode(&self) -> Option<&dyn Serialize> {
        self.body().encode()
    }

    fn is_recordable(&self) -> bool {
        self.codec.is_some()
    }

    fn restore(
        &mut self,
        result: &mut dyn Deserializer<'_>,
    ) -> std::result::Result<(), erased_serde::Error> {
        match &mut self.made {
            Some(Made::Body(body)) => body.restore(result),
            Some(Made::Value(_)) | None => {
                let value = Codec::restore(self.codec.as_ref(), result)?;
                self.made = Some(Made::Value(Some(value)));
                Ok(())
            }
        }
    }
}

impl<G: Givens, C: Submittable> Produce<C::Value> for Deferred<G, C> {
    fn take(&mut self) -> Option<C::Value> {
        match &mut self.made {
            Some(Made::Body(body)) => body.take(),
            Some(Made::Value(value)) => value.take(),
            None => None,
        }
    }

    fn set_codec(&mut self, codec: Codec<C::Value>) {
        self.codec = Some(codec);
        if let Some(Made::Body(body)) = &mut self.made {
            body.set_codec(codec);
        }
    }
}
