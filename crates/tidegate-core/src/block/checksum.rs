//! The checksum of a schema. It never depends on the order in which fields are written down.

use serde_json::Value;

/// What tells a schema from others of its type: the name of a hash function, and the hash of the schema. The order of fields does not
/// count, so that moving a field makes no other schema; everything else does.
///
/// ```
/// use serde_json::json;
/// use tidegate_core::block_schema_checksum;
///
/// let one = json!({"properties": {"a": {}, "b": {}}, "required": ["a", "b"]});
/// let moved = json!({"required": ["b", "a"], "properties": {"b": {}, "a": {}}});
/// assert_eq!(block_schema_checksum(&one), block_schema_checksum(&moved));
/// assert!(block_schema_checksum(&one).starts_with("blake3:"));
/// ```
#[must_use]
pub fn block_schema_checksum(fields: &Value) -> String {
    let mut canonical = String::new();
    write(fields, &mut canonical);
    format!("blake3:{}", blake3::hash(canonical.as_bytes()).to_hex())
}

/// Sorts what has no order. A library of the program may have told `serde_json` to keep the order of fields.
fn write(value: &Value, canonical: &mut String) {
    match value {
        Value::Object(fields) => {
            let mut names: Vec<&String> = fields.keys().collect();
            names.sort_unstable();
            canonical.push('{');
            for name in names {
                canonical.push_str(&Value::from(name.as_str()).to_string());
                canonical.push(':');
                match (&**name, &fields[name]) {
                    ("required" | "secret_fields", Value::Array(listed)) => {
                        write_list(&sorted(listed), canonical);
                    }
                    (_, value) => write(value, canonical),
                }
                canonical.push(',');
            }
            canonical.push('}');
        }
        Value::Array(values) => write_list(values, canonical),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            canonical.push_str(&value.to_string());
        }
    }
}

fn write_list(values: &[Value], canonical: &mut String) {
    canonical.push('[');
    for value in values {
        write(value, canonical);
        canonical.push(',');
    }
    canonical.push(']');
}

fn sorted(values: &[Value]) -> Vec<Value> {
    let mut sorted = values.to_vec();
    sorted.sort_by_key(Value::to_string);
    sorted
}
