//! Finding out at compile time what a type can do, for `recorded!`, `hashed!`, `cloned!`, `concluded!`, `failure!`, `codec!`,
//! `schema!` and `argument!`: by method
//! resolution, of the traits below the one that applies with the fewest references wins. Nothing here is decided at run time.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tidegate_core::State;

use crate::capture;
use crate::error::Error;
use crate::inputs::Input;
use crate::output::FinalState;
use crate::result::Codec;

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

/// Has a hash.
pub trait HashInput {
    #[doc(hidden)]
    fn hash_input(&self) -> Input;
}

impl<T: Serialize + ?Sized> HashInput for &Probe<'_, T> {
    fn hash_input(&self) -> Input {
        Input::of(self.0)
    }
}

/// Has none.
pub trait NoHash {
    #[doc(hidden)]
    fn hash_input(&self) -> Input;
}

impl<T: ?Sized> NoHash for Probe<'_, T> {
    fn hash_input(&self) -> Input {
        Input::opaque::<T>()
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

/// Has a JSON Schema.
pub trait HasSchema {
    #[doc(hidden)]
    fn json_schema(&self, generator: &mut SchemaGenerator) -> Option<Schema>;
}

impl<T: JsonSchema> HasSchema for &TypeProbe<T> {
    fn json_schema(&self, generator: &mut SchemaGenerator) -> Option<Schema> {
        Some(generator.subschema_for::<T>())
    }
}

/// Has none.
pub trait NoSchema {
    #[doc(hidden)]
    fn json_schema(&self, generator: &mut SchemaGenerator) -> Option<Schema>;
}

impl<T> NoSchema for TypeProbe<T> {
    fn json_schema(&self, _generator: &mut SchemaGenerator) -> Option<Schema> {
        None
    }
}

/// Can be written and read.
pub trait Serde<T> {
    #[doc(hidden)]
    fn codec(&self) -> Option<Codec<T>>;
}

impl<T: Serialize + DeserializeOwned> Serde<T> for &TypeProbe<T> {
    fn codec(&self) -> Option<Codec<T>> {
        Some(Codec::new())
    }
}

/// Cannot be written, or not be read.
pub trait NotSerde<T> {
    #[doc(hidden)]
    fn codec(&self) -> Option<Codec<T>>;
}

impl<T> NotSerde<T> for TypeProbe<T> {
    fn codec(&self) -> Option<Codec<T>> {
        None
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

/// Hashes an argument if its type allows.
#[doc(hidden)]
#[macro_export]
macro_rules! __hashed {
    ($value:expr) => {{
        #[allow(unused_imports)]
        use $crate::__private::{HashInput as _, NoHash as _};
        (&&$crate::__private::Probe($value)).hash_input()
    }};
}

/// Records an argument that may not be known yet.
#[doc(hidden)]
#[macro_export]
macro_rules! __given_recorded {
    ($given:expr) => {
        match $given.value() {
            ::core::option::Option::Some(value) => $crate::__recorded!(value),
            ::core::option::Option::None => $given.later_text(),
        }
    };
}

/// Hashes an argument that may not be known yet, or what stands for it.
#[doc(hidden)]
#[macro_export]
macro_rules! __given_hashed {
    ($given:expr) => {
        match $given.value() {
            ::core::option::Option::Some(value) => $crate::__hashed!(value),
            ::core::option::Option::None => $given.later_input(),
        }
    };
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

/// How results of a type are written and read, if they can be.
#[doc(hidden)]
#[macro_export]
macro_rules! __codec {
    ($type:ty) => {{
        #[allow(unused_imports)]
        use $crate::__private::{NotSerde as _, Serde as _};
        (&&$crate::__private::TypeProbe::<$type>(::core::marker::PhantomData)).codec()
    }};
}

/// The JSON Schema of a type, if it has one.
#[doc(hidden)]
#[macro_export]
macro_rules! __schema {
    ($type:ty, $generator:expr) => {{
        #[allow(unused_imports)]
        use $crate::__private::{HasSchema as _, NoSchema as _};
        (&&$crate::__private::TypeProbe::<$type>(::core::marker::PhantomData))
            .json_schema($generator)
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
