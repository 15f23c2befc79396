//! What the attributes may name in the code they write. Not part of the public interface: it changes without notice.
//!
//! `recorded!`, `cloned!` and `concluded!` find out at compile time what a type can do, by method resolution: of the traits
//! below, the one that applies with the fewest references wins.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tidegate_core::{self as core, Delays, RunKind, State};

use crate::capture;
use crate::definition::Definition;
use crate::duration::{IntoDelays, IntoDuration};
use crate::error::Error;
use crate::hook::{Hook, IntoHook, IntoRetryCondition, RetryCondition};
use crate::options::RunName;
use crate::output::FinalState;
use crate::parameters::InvalidParameters;

pub use crate::call::{Parts, flow, task};
pub use crate::engine::blocking;
pub use crate::options::Options;
pub use crate::parameters::Arguments;
pub use crate::prints::{Print, print};
pub use crate::{
    __argument as argument, __cloned as cloned, __concluded as concluded,
    __default_json as default_json, __failure as failure, __recorded as recorded,
};
pub use tidegate_core::{Parameter, Parameters};

/// The function behind a definition.
#[derive(Debug)]
pub struct Source {
    /// Its own name.
    pub function: &'static str,
    /// The path of its module.
    pub module: &'static str,
    /// The name that people see.
    pub name: &'static str,
    /// What it does.
    pub description: Option<&'static str>,
}

/// The definition of a task.
#[must_use]
pub fn task_definition(source: Source, parameters: Vec<Parameter>, options: Options) -> Definition {
    definition(RunKind::Task, source, parameters, options)
}

/// The definition of a flow.
#[must_use]
pub fn flow_definition(source: Source, parameters: Vec<Parameter>, options: Options) -> Definition {
    definition(RunKind::Flow, source, parameters, options)
}

fn definition(
    kind: RunKind,
    source: Source,
    parameters: Vec<Parameter>,
    options: Options,
) -> Definition {
    let record = core::Definition {
        kind,
        name: source.name.to_owned(),
        key: format!("{}::{}", source.module, source.function),
        version: options.version.clone(),
        description: source.description.map(ToOwned::to_owned),
        tags: options.tags.clone(),
        parameters,
    };
    Definition::new(record, options)
}

/// The recorded arguments of a call.
#[must_use]
pub fn parameters<const N: usize>(entries: [(&'static str, Value); N]) -> Parameters {
    entries.into_iter().collect()
}

/// A length of time.
pub fn duration(value: impl IntoDuration) -> Duration {
    value.into_duration()
}

/// Retry delays.
pub fn delays(value: impl IntoDelays) -> Delays {
    value.into_delays()
}

/// A jitter factor.
pub fn retry_jitter_factor(value: impl Into<f64>) -> f64 {
    value.into()
}

/// A hook.
pub fn hook<Marker>(name: &'static str, function: impl IntoHook<Marker>) -> Hook {
    Hook::new(name, function)
}

/// A retry condition.
pub fn retry_condition<Marker>(
    name: &'static str,
    function: impl IntoRetryCondition<Marker>,
) -> RetryCondition {
    RetryCondition::new(name, function)
}

/// A function that makes run names.
pub fn run_name(function: impl Fn(&Parameters) -> String + Send + Sync + 'static) -> RunName {
    RunName::new(function)
}

/// Compiles only for what can be used by more than one attempt.
pub fn argument_must_be_clone_to_be_retried<T: ArgumentOfARetriedRun>(_argument: &T) {}

/// An argument that more than one attempt can use.
#[diagnostic::on_unimplemented(
    message = "this argument must be `Clone`: with retries, more than one attempt needs it",
    label = "`{Self}` is not `Clone`",
    note = "derive `Clone` for it, wrap it in an `Arc`, borrow it, or take the retries away"
)]
pub trait ArgumentOfARetriedRun {}

impl<T: Clone> ArgumentOfARetriedRun for T {}

/// A value whose abilities are to be found out.
pub struct Probe<'a, T: ?Sized>(pub &'a T);

impl<T: ?Sized> fmt::Debug for Probe<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Probe")
    }
}

/// Recorded as JSON.
pub trait RecordJson {
    #[doc(hidden)]
    fn record(&self) -> Value;
}

impl<T: Serialize + ?Sized> RecordJson for &&Probe<'_, T> {
    fn record(&self) -> Value {
        capture::json(self.0)
    }
}

/// Recorded as debug text.
pub trait RecordDebug {
    #[doc(hidden)]
    fn record(&self) -> Value;
}

impl<T: fmt::Debug + ?Sized> RecordDebug for &Probe<'_, T> {
    fn record(&self) -> Value {
        capture::debug(self.0)
    }
}

/// Recorded as the name of its type.
pub trait RecordTypeName {
    #[doc(hidden)]
    fn record(&self) -> Value;
}

impl<T: ?Sized> RecordTypeName for Probe<'_, T> {
    fn record(&self) -> Value {
        capture::type_name::<T>()
    }
}

/// Can be cloned.
pub trait CloneIfPossible<T> {
    #[doc(hidden)]
    fn clone_if_possible(&self) -> Option<T>;
}

impl<T: Clone> CloneIfPossible<T> for &Probe<'_, T> {
    fn clone_if_possible(&self) -> Option<T> {
        Some(self.0.clone())
    }
}

/// Cannot be cloned.
pub trait NoClone<T> {
    #[doc(hidden)]
    fn clone_if_possible(&self) -> Option<T>;
}

impl<T> NoClone<T> for Probe<'_, T> {
    fn clone_if_possible(&self) -> Option<T> {
        None
    }
}

/// An error whose type is to be found out.
pub struct Failure<E>(pub Cell<Option<E>>);

impl<E> fmt::Debug for Failure<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Failure")
    }
}

/// An error of `anyhow`, whose inner error shall still be found by its type.
pub trait FromAnyhow {
    #[doc(hidden)]
    fn convert(&self) -> Error;
}

impl FromAnyhow for &Failure<anyhow::Error> {
    fn convert(&self) -> Error {
        Error::from_anyhow(self.0.take().expect("an error is converted once"))
    }
}

impl<E> Failure<E> {
    /// Any other error.
    pub fn convert(&self) -> Error
    where
        E: ErrorOfABody,
    {
        self.0.take().expect("an error is converted once").into()
    }
}

/// An error that the body of a flow or task may return.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the error of a flow or task, since it does not convert into a boxed error",
    label = "not an error type",
    note = "implement `std::error::Error` for it (the crate `thiserror` derives it), or return `tidegate::Result`"
)]
pub trait ErrorOfABody: Into<Error> {}

impl<E: Into<Error>> ErrorOfABody for E {}

/// Says in which state a run ends.
pub trait Concluding {
    #[doc(hidden)]
    fn conclude(&self) -> Option<State>;
}

impl<T: FinalState> Concluding for &Probe<'_, T> {
    fn conclude(&self) -> Option<State> {
        self.0.final_state()
    }
}

/// Is a value like any other.
pub trait NotConcluding {
    #[doc(hidden)]
    fn conclude(&self) -> Option<State>;
}

impl<T: ?Sized> NotConcluding for Probe<'_, T> {
    fn conclude(&self) -> Option<State> {
        None
    }
}

/// A type whose abilities are to be found out.
#[derive(Debug)]
pub struct TypeProbe<T>(pub std::marker::PhantomData<T>);

/// Can be read from JSON.
pub trait FromJson<T> {
    #[doc(hidden)]
    fn read_json(&self, value: &Value) -> Result<T, Cow<'static, str>>;
}

impl<T: DeserializeOwned> FromJson<T> for &TypeProbe<T> {
    fn read_json(&self, value: &Value) -> Result<T, Cow<'static, str>> {
        T::deserialize(value).map_err(|error| error.to_string().into())
    }
}

/// Cannot be read from JSON.
pub trait NotFromJson<T> {
    #[doc(hidden)]
    fn read_json(&self, value: &Value) -> Result<T, Cow<'static, str>>;
}

impl<T> NotFromJson<T> for TypeProbe<T> {
    fn read_json(&self, _value: &Value) -> Result<T, Cow<'static, str>> {
        Err("its type cannot be read from JSON".into())
    }
}

/// Records an argument as well as its type allows.
#[doc(hidden)]
#[macro_export]
macro_rules! __recorded {
    ($value:expr) => {{
        #[allow(unused_imports)]
        use $crate::__private::{RecordDebug as _, RecordJson as _, RecordTypeName as _};
        (&&&$crate::__private::Probe($value)).record()
    }};
}

/// Clones an argument, or gives its name.
#[doc(hidden)]
#[macro_export]
macro_rules! __cloned {
    ($value:expr, $name:expr) => {{
        #[allow(unused_imports)]
        use $crate::__private::{CloneIfPossible as _, NoClone as _};
        (&&$crate::__private::Probe($value)).clone_if_possible().ok_or($name)
    }};
}

/// The error of a body as ours.
#[doc(hidden)]
#[macro_export]
macro_rules! __failure {
    ($error:expr) => {{
        #[allow(unused_imports)]
        use $crate::__private::FromAnyhow as _;
        (&&$crate::__private::Failure(::core::cell::Cell::new(::core::option::Option::Some(
            $error,
        ))))
            .convert()
    }};
}

/// The state that a returned value asks for.
#[doc(hidden)]
#[macro_export]
macro_rules! __concluded {
    ($value:expr) => {{
        #[allow(unused_imports)]
        use $crate::__private::{Concluding as _, NotConcluding as _};
        (&&$crate::__private::Probe($value)).conclude()
    }};
}

/// The recorded default of an argument.
#[doc(hidden)]
#[macro_export]
macro_rules! __default_json {
    ($value:expr) => {
        ::core::option::Option::Some($crate::__recorded!(&$value))
    };
}

/// An argument from JSON.
#[doc(hidden)]
#[macro_export]
macro_rules! __argument {
    ($arguments:expr, $name:expr, $type:ty, $default:expr) => {{
        #[allow(unused_imports)]
        use $crate::__private::{FromJson as _, NotFromJson as _};
        $arguments.take::<$type>(
            $name,
            |value| {
                (&&$crate::__private::TypeProbe::<$type>(::core::marker::PhantomData))
                    .read_json(value)
            },
            $default,
        )
    }};
}

const _: fn(InvalidParameters) = drop;
