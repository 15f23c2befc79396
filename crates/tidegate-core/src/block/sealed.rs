//! Where secrets stand in the data of a document, and what stands for them: `{"$sealed": text}`. It encrypts nothing, and never tells a
//! secret from other values.

use serde_json::{Map, Value, json};

use super::BlockDocumentId;

/// What stands for a secret in the data of a document: the only field of an object.
const SEALED: &str = "$sealed";

/// What stands for a secret in the data of a document. What is sealed is the value as JSON, bound to [its place](sealed_block_place).
#[must_use]
pub fn sealed_block_value(sealed: &str) -> Value {
    json!({ SEALED: sealed })
}

/// What is sealed in these fields, if they stand for a secret.
#[must_use]
pub fn sealed_in_block(fields: &Map<String, Value>) -> Option<&str> {
    (fields.len() == 1).then(|| fields.get(SEALED)?.as_str()).flatten()
}

/// What a secret of a document is bound to: the document, and where in its data it is, as a JSON pointer. It opens in that place only.
#[must_use]
pub fn sealed_block_place(id: BlockDocumentId, pointer: &str) -> String {
    format!("block-document/{id}{pointer}")
}

/// One step further down in a JSON pointer; how long it was before.
pub fn push_json_pointer(pointer: &mut String, step: &str) -> usize {
    let before = pointer.len();
    pointer.push('/');
    pointer.push_str(&step.replace('~', "~0").replace('/', "~1"));
    before
}

/// Puts something in the place of each secret in a value that is at `pointer` in the data of a document. What does so is told the place
/// and what is sealed there.
///
/// # Errors
///
/// The first that it gives.
pub fn replace_sealed_in_block<E>(
    value: &mut Value,
    pointer: &mut String,
    with: &mut dyn FnMut(&str, &str) -> Result<Value, E>,
) -> Result<(), E> {
    match value {
        Value::Object(fields) => {
            if let Some(sealed) = sealed_in_block(fields) {
                *value = with(pointer, sealed)?;
                return Ok(());
            }
            for (name, value) in fields {
                let before = push_json_pointer(pointer, name);
                replace_sealed_in_block(value, pointer, with)?;
                pointer.truncate(before);
            }
        }
        Value::Array(values) => {
            for (index, value) in values.iter_mut().enumerate() {
                let before = push_json_pointer(pointer, &index.to_string());
                replace_sealed_in_block(value, pointer, with)?;
                pointer.truncate(before);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    Ok(())
}
