//! Values as they are typed: JSON where they are JSON, and text where they are not.

use serde_json::Value;

use super::failure::{Done, Failure};

/// The JSON that an option was given.
pub(super) fn json(option: &str, text: &str) -> Done<Value> {
    serde_json::from_str(text).map_err(|error| {
        Failure::meaningless(format!("what {option} was given is no JSON: {error}"))
    })
}

/// `name=value`: the value is JSON, or the text itself where that is none.
pub(super) fn pair(option: &str, typed: &str) -> Done<(String, Value)> {
    match typed.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value_of(value))),
        Some(_) | None => Err(Failure::meaningless(format!(
            "`{typed}` has no name and no value: write {option} NAME=VALUE"
        ))),
    }
}

/// JSON, or the text itself.
pub(super) fn value_of(typed: &str) -> Value {
    serde_json::from_str(typed).unwrap_or_else(|_| Value::String(typed.to_owned()))
}
