//! What can be wrong with a variable. Its value is never shown: it may be more than whoever reads the log is to know.

use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::Value;
use tidegate_core::{InvalidVariable, VariableKey};

/// What is wrong with a variable: what [`Error::downcast_ref`](crate::Error::downcast_ref) finds in the error.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VariableError {
    /// There is a variable of this name.
    #[error("there is a variable '{name}' already; give it another value with `.overwrite()`")]
    Exists {
        /// The name.
        name: String,
    },
    /// There is no such variable to change.
    #[error("there is no variable {} to change; make it with `Variable::set`", shown(key))]
    NotFound {
        /// What it was looked for by.
        key: VariableKey,
    },
    /// What the variable holds is not what is asked for.
    #[error(
        "the variable '{name}' does not hold a `{expected}`: {why}; read it as what it is, or set it anew"
    )]
    WrongType {
        /// The name.
        name: String,
        /// The type that was asked for.
        expected: &'static str,
        /// What does not fit, without showing the value.
        why: String,
    },
    /// The value cannot be written as JSON.
    #[error("the value of the variable '{name}' cannot be written as JSON: {why}")]
    NoJson {
        /// The name.
        name: String,
        /// Why not.
        why: String,
    },
    /// There can be no such variable.
    #[error(transparent)]
    Invalid(#[from] InvalidVariable),
}

fn shown(key: &VariableKey) -> impl fmt::Display {
    match key {
        VariableKey::Name(name) => format!("'{name}'"),
        VariableKey::Id(id) => format!("of the id {id}"),
    }
}

/// The value of the variable of this name as a `T`.
pub(super) fn fitting<T: DeserializeOwned>(name: &str, value: Value) -> Result<T, VariableError> {
    let kind = kind(&value);
    serde_json::from_value(value).map_err(|error| VariableError::WrongType {
        name: name.to_owned(),
        expected: std::any::type_name::<T>(),
        why: without_values(&error.to_string()).unwrap_or_else(|| format!("it holds {kind}")),
    })
}

/// What a value is, without what it says.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// Of a complaint about a value, what shows nothing of it: what is missing, or what it is and what it should be.
fn without_values(complaint: &str) -> Option<String> {
    const KINDS: &[(&str, &str)] = &[
        ("null", "null"),
        ("boolean", "true or false"),
        ("integer", "a whole number"),
        ("floating point", "a number"),
        ("string", "a text"),
        ("sequence", "a list"),
        ("map", "an object"),
    ];
    if complaint.starts_with("missing field `") || complaint.starts_with("invalid length ") {
        return Some(complaint.to_owned());
    }
    let (what, wrong) = match complaint.strip_prefix("invalid type: ") {
        Some(what) => (what, ""),
        None => (complaint.strip_prefix("invalid value: ")?, " of another size or form"),
    };
    let (_, kind) = KINDS.iter().find(|(start, _)| what.starts_with(start))?;
    // The last of them is the type's own; those before may be the value's.
    let (_, expected) = what.rsplit_once(", expected ")?;
    Some(format!("there is {kind}{wrong} where {expected} is expected"))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "it is only read")]
    struct Place {
        lat: f64,
        kind: Kind,
    }

    #[derive(Debug, Deserialize)]
    enum Kind {
        City,
    }

    fn why<T: DeserializeOwned + fmt::Debug>(value: Value) -> String {
        match fitting::<T>("x", value).unwrap_err() {
            VariableError::WrongType { why, .. } => why,
            VariableError::Exists { .. }
            | VariableError::NotFound { .. }
            | VariableError::NoJson { .. }
            | VariableError::Invalid(_) => panic!("it is of another type"),
        }
    }

    #[test]
    fn what_does_not_fit_is_told_without_the_value() {
        let secret = "hunter2, expected nothing";
        assert_eq!(why::<u8>(json!(secret)), "there is a text where u8 is expected");
        assert_eq!(
            why::<u8>(json!(77777)),
            "there is a whole number of another size or form where u8 is expected"
        );
        assert_eq!(why::<(u8, u8)>(json!([1])), "invalid length 1, expected a tuple of size 2");
        assert_eq!(why::<Place>(json!({"kind": secret})), "it holds an object");
        assert_eq!(why::<Place>(json!({"kind": "City"})), "missing field `lat`");
        assert_eq!(
            why::<Place>(json!({"kind": "City", "lat": {}})),
            "there is an object where f64 is expected"
        );
        assert_eq!(why::<Kind>(json!(secret)), "it holds a text");
        assert_eq!(why::<Vec<u8>>(json!(null)), "there is null where a sequence is expected");
        assert_eq!(why::<bool>(json!(1.5)), "there is a number where a boolean is expected");
    }
}
