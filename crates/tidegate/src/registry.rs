//! The flows of this program that can be called from their recorded parameters. The attribute enters each; nothing here runs one.

use std::fmt;

use schemars::{Schema, SchemaGenerator};
#[cfg(feature = "cli")]
use serde_json::{Map, Value};
use tidegate_core::Parameters;

use crate::call::FlowCall;
use crate::definition::Definition;
use crate::parameters::InvalidParameters;

/// A flow, and how it is called from JSON. Entered by `#[flow]` for each free function whose arguments can be read from JSON.
pub struct Registration {
    definition: fn() -> &'static Definition,
    call: fn(&Parameters) -> Result<FlowCall<'static, ()>, InvalidParameters>,
    #[cfg_attr(not(feature = "cli"), allow(dead_code, reason = "only the command shows them"))]
    schemas: fn(&mut SchemaGenerator) -> Vec<Option<Schema>>,
}

inventory::collect!(Registration);

impl Registration {
    /// The entry of a flow.
    #[must_use]
    pub const fn new(
        definition: fn() -> &'static Definition,
        call: fn(&Parameters) -> Result<FlowCall<'static, ()>, InvalidParameters>,
        schemas: fn(&mut SchemaGenerator) -> Vec<Option<Schema>>,
    ) -> Self {
        Self { definition, call, schemas }
    }

    /// The flow.
    #[cfg(feature = "cli")]
    pub(crate) fn definition(&self) -> &'static Definition {
        (self.definition)()
    }

    /// The JSON Schema of what it takes: of each parameter as far as its type has one.
    #[cfg(feature = "cli")]
    pub(crate) fn schema(&self) -> Value {
        let parameters = self.definition().parameters();
        let mut generator = SchemaGenerator::default();
        let properties: Map<String, Value> = parameters
            .iter()
            .zip((self.schemas)(&mut generator))
            .map(|(parameter, schema)| {
                let schema = schema.map(Schema::to_value);
                let mut schema = match schema {
                    Some(Value::Object(schema)) => schema,
                    Some(_) | None => Map::new(),
                };
                if let Some(default) = &parameter.default {
                    schema.insert("default".to_owned(), default.clone());
                }
                (parameter.name.clone(), Value::Object(schema))
            })
            .collect();
        let definitions = generator.take_definitions(true);
        let required: Vec<&str> = parameters
            .iter()
            .filter(|parameter| parameter.default.is_none())
            .map(|parameter| &*parameter.name)
            .collect();
        let mut schema = serde_json::json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": false,
        });
        if !definitions.is_empty() {
            schema["$defs"] = Value::Object(definitions);
        }
        schema
    }

    /// A call of the flow.
    pub(crate) fn call(
        &self,
        parameters: &Parameters,
    ) -> Result<FlowCall<'static, ()>, InvalidParameters> {
        (self.call)(parameters)
    }
}

/// Every flow of this program that can be called from its recorded parameters.
#[cfg(feature = "cli")]
pub(crate) fn registrations() -> impl Iterator<Item = &'static Registration> {
    inventory::iter::<Registration>()
}

/// The flow of this key; none where it cannot be told which of several is meant.
pub(crate) fn find(key: &str) -> Option<&'static Registration> {
    let mut found =
        inventory::iter::<Registration>().filter(|entry| (entry.definition)().key() == key);
    let only = found.next()?;
    found.next().is_none().then_some(only)
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Registration").field(&(self.definition)().key()).finish()
    }
}
