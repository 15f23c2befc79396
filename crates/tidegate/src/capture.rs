//! Recording arguments as JSON. What JSON cannot hold, or what is nested too deep or too large to keep, is left out and said so in its
//! place; recording never fails a run.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

/// The value as JSON.
pub(crate) fn json<T: Serialize + ?Sized>(value: &T) -> Value {
    serde_json::to_value(value).unwrap_or(Value::Null)
}

/// The value as its debug text.
pub(crate) fn debug<T: fmt::Debug + ?Sized>(value: &T) -> Value {
    Value::String(format!("{value:?}"))
}

/// The name of the value's type.
pub(crate) fn type_name<T: ?Sized>() -> Value {
    Value::String(format!("<{}>", std::any::type_name::<T>()))
}
