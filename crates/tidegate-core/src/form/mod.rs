//! JSON Schemas as forms that people fill in: what is wrong with what they gave, and what it is with the defaults added. Where a form comes
//! from, and what is done with it, is the business of others.

mod check;
#[cfg(test)]
mod tests;

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use check::check;

/// The field of a form that asks for one value without fields of its own.
pub const VALUE: &str = "value";

/// What is wrong with one place of a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Complaint {
    /// The place, as a JSON pointer: `/user/name`; empty for the whole.
    pub at: String,
    /// What is wrong, as a sentence that names the place.
    pub message: String,
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// What is given, as the form of this schema is filled in with it: defaults are added, and a value for a form of the one field [`VALUE`] is
/// put into that.
///
/// ```
/// use serde_json::json;
/// use tidegate_core::form::fill_in;
///
/// let schema = json!({
///     "type": "object",
///     "properties": { "approved": { "type": "boolean" }, "by": { "type": "string", "default": "Ada" } },
///     "required": ["approved"],
/// });
/// let filled = fill_in(&schema, Some(json!({ "approved": true }))).unwrap();
/// assert_eq!(filled, json!({ "approved": true, "by": "Ada" }));
///
/// let complaints = fill_in(&schema, Some(json!({ "by": 1 }))).unwrap_err();
/// assert_eq!(complaints[0].at, "/approved");
/// assert_eq!(complaints[1].to_string(), "the field `by` must be a text, and is a whole number");
/// ```
///
/// # Errors
///
/// It does not fit: what is wrong with it, by places.
pub fn fill_in(schema: &Value, given: Option<Value>) -> Result<Value, Vec<Complaint>> {
    let fields = schema.get("properties").and_then(Value::as_object);
    let one_value = fields.is_some_and(|fields| fields.len() == 1 && fields.contains_key(VALUE));
    let mut filled = match given {
        None => Map::new(),
        Some(Value::Object(given)) if !one_value || is_wrapped(&given) => given,
        Some(given) if one_value => Map::from_iter([(VALUE.to_owned(), given)]),
        Some(_) => {
            let message = "it must be an object with fields".to_owned();
            return Err(vec![Complaint { at: String::new(), message }]);
        }
    };
    for (name, field) in fields.into_iter().flatten() {
        if let Some(default) = field.get("default").filter(|_| !filled.contains_key(name)) {
            filled.insert(name.clone(), default.clone());
        }
    }
    let filled = Value::Object(filled);
    let complaints = check(schema, &filled);
    if complaints.is_empty() { Ok(filled) } else { Err(complaints) }
}

/// The first thing that is wrong with a value by a JSON Schema.
///
/// ```
/// use serde_json::json;
/// use tidegate_core::check_json;
///
/// let schema = json!({"properties": {"n": {"type": "integer"}}, "required": ["n"]});
/// assert!(check_json(&schema, &json!({"n": 1})).is_ok());
/// let complaint = check_json(&schema, &json!({"n": "one"})).unwrap_err();
/// assert_eq!(complaint, "the field `n` must be a whole number, and is a text");
/// ```
///
/// # Errors
///
/// The value is not what the schema asks for. The complaint does not tell the value, which may be secret.
pub fn check_json(schema: &Value, value: &Value) -> Result<(), String> {
    check(schema, value).into_iter().next().map_or(Ok(()), |complaint| Err(complaint.message))
}

/// All that is wrong, as one sentence.
#[must_use]
pub fn told(complaints: &[Complaint]) -> String {
    complaints.iter().map(|complaint| &*complaint.message).collect::<Vec<_>>().join("; ")
}

fn is_wrapped(given: &Map<String, Value>) -> bool {
    given.len() == 1 && given.contains_key(VALUE)
}
