//! The JSON Schemas of words and ids that stand in requests and answers, for those who describe an API. They say what `Deserialize` takes
//! and `Serialize` gives, and nothing else.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::{
    ArtifactId, ArtifactType, BlockDocumentId, BlockSchemaId, BlockTypeId, DeploymentId, EventId,
    LeaseId, Parameters, RetryType, RunId, StateType, VariableId,
};

macro_rules! words {
    ($($name:ident: $description:literal;)*) => {
        $(
            impl JsonSchema for $name {
                fn schema_name() -> Cow<'static, str> {
                    stringify!($name).into()
                }

                fn json_schema(_: &mut SchemaGenerator) -> Schema {
                    let words = $name::ALL.map($name::as_str);
                    json_schema!({ "type": "string", "enum": words, "description": $description })
                }
            }
        )*
    };
}

words! {
    StateType: "The type of a state.";
    ArtifactType: "The type of an artifact.";
}

macro_rules! ids {
    ($($name:ident)*) => {
        $(
            impl JsonSchema for $name {
                fn inline_schema() -> bool {
                    true
                }

                fn schema_name() -> Cow<'static, str> {
                    stringify!($name).into()
                }

                fn json_schema(_: &mut SchemaGenerator) -> Schema {
                    json_schema!({ "type": "string", "format": "uuid" })
                }
            }
        )*
    };
}

ids! {
    ArtifactId BlockDocumentId BlockSchemaId BlockTypeId DeploymentId EventId LeaseId RunId VariableId
}

impl JsonSchema for Parameters {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Parameters".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object", "additionalProperties": true })
    }
}

impl JsonSchema for RetryType {
    fn schema_name() -> Cow<'static, str> {
        "RetryType".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "enum": [Self::InProcess, Self::Reschedule],
            "description": "How a further attempt comes about.",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_schema_are_those_that_are_read() {
        let schema = StateType::json_schema(&mut SchemaGenerator::default());
        let words = schema.get("enum").and_then(|words| words.as_array()).unwrap().clone();
        assert_eq!(words.len(), StateType::ALL.len());
        for word in words {
            serde_json::from_value::<StateType>(word).unwrap();
        }
    }
}
