//! What a pause waits for: the JSON Schema of a type as a form to be filled in, and what is filled in as a value of the type. It knows
//! nothing of runs.

use std::fmt;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use tidegate_core::form::{VALUE, check, told};

/// The schema of a type, of which unknown fields are refused.
#[derive(Clone, PartialEq)]
pub(super) struct Form {
    schema: Value,
    /// Whether the type has no fields of its own, so that it is asked for as the field `value`.
    wrapped: bool,
}

impl Form {
    /// The form of a type.
    pub(super) fn of<T: JsonSchema>() -> Self {
        let generator = SchemaSettings::draft2020_12().into_generator();
        let mut schema = generator.into_root_schema_for::<T>().to_value();
        let wrapped = !is_record(&schema);
        if wrapped {
            schema = wrap(schema);
        } else if let Some(record) = schema.as_object_mut().filter(|record| is_closed(record)) {
            record.entry("additionalProperties").or_insert(Value::Bool(false));
        }
        Self { schema, wrapped }
    }

    /// Fills in what is known already, as defaults.
    pub(super) fn begin_with(&mut self, initial: Value) -> Result<(), String> {
        let initial = if self.wrapped {
            Map::from_iter([(VALUE.to_owned(), initial)])
        } else if let Value::Object(fields) = initial {
            fields
        } else {
            return Err("it must be an object with fields".to_owned());
        };
        // What is not filled in yet is not missed yet.
        let mut optional = self.schema.clone();
        optional.as_object_mut().map(|schema| schema.remove("required"));
        let complaints = check(&optional, &Value::Object(initial.clone()));
        if !complaints.is_empty() {
            return Err(told(&complaints));
        }
        for (name, value) in initial {
            if let Some(field) =
                self.schema.pointer_mut("/properties").and_then(|all| all.get_mut(&name))
            {
                if !field.is_object() {
                    *field = json!({});
                }
                field["default"] = value;
            }
            if let Some(required) = self.schema.get_mut("required").and_then(Value::as_array_mut) {
                required.retain(|field| *field != Value::String(name.clone()));
            }
        }
        Ok(())
    }

    /// The schema, as it is recorded.
    pub(super) fn schema(&self) -> &Value {
        &self.schema
    }

    /// The value that was filled in.
    pub(super) fn read<T: DeserializeOwned>(&self, mut filled: Value) -> Result<T, String> {
        if self.wrapped {
            filled = filled.get_mut(VALUE).map(Value::take).unwrap_or_default();
        }
        serde_json::from_value(filled).map_err(|error| error.to_string())
    }
}

/// Whether it is the schema of a type with named fields.
fn is_record(schema: &Value) -> bool {
    let is_object = schema.get("type").and_then(Value::as_str) == Some("object");
    is_object && (schema.get("properties").is_some() || is_closed_object(schema))
}

/// An object without fields is a record; one with fields of any name is a map.
fn is_closed_object(schema: &Value) -> bool {
    schema.as_object().is_some_and(|schema| {
        is_closed(schema)
            && schema.get("additionalProperties").is_none_or(|others| *others == false)
    })
}

/// Whether all its fields are under `properties`, and none come from types that are flattened into it.
fn is_closed(schema: &Map<String, Value>) -> bool {
    const OTHERS: [&str; 6] =
        ["$ref", "allOf", "anyOf", "oneOf", "patternProperties", "unevaluatedProperties"];
    !OTHERS.iter().any(|name| schema.contains_key(*name))
}

fn wrap(mut inner: Value) -> Value {
    let mut outer = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "required": [VALUE],
        "additionalProperties": false,
    });
    if let Some(inner) = inner.as_object_mut() {
        inner.remove("$schema");
        for moved in ["title", "$defs"] {
            if let Some(part) = inner.remove(moved) {
                outer[moved] = part;
            }
        }
    }
    outer["properties"] = json!({ VALUE: inner });
    move_root(&mut outer);
    outer
}

/// A type that contains itself refers to the whole schema, which is the field now.
fn move_root(schema: &mut Value) {
    match schema {
        Value::Object(parts) => {
            for (name, part) in parts {
                if let Value::String(target) = part
                    && name == "$ref"
                    && target == "#"
                {
                    *target = format!("#/properties/{VALUE}");
                } else {
                    move_root(part);
                }
            }
        }
        Value::Array(parts) => parts.iter_mut().for_each(move_root),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Form").field(&self.schema).finish()
    }
}
