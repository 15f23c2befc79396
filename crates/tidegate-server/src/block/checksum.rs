//! The checksum by which Prefect's clients look for a schema: SHA-256 of what Python writes of it as JSON. It is theirs, and nothing else
//! goes by it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Map, Number, Value};
use sha2::{Digest as _, Sha256};

/// What references to other schemas in a schema begin with.
const DEFINITIONS: &str = "#/definitions/";

/// Prefect's checksum of a schema: `sha256:` and 64 digits.
pub(crate) fn prefect_checksum(fields: &Map<String, Value>) -> String {
    let mut fields = without_secret_fields(fields);
    if let Some(Value::Object(definitions)) = fields.get("definitions")
        && !definitions.is_empty()
    {
        let mut referred = BTreeSet::new();
        fields.values().for_each(|value| collect_references(value, &mut referred));
        // Blocks in it have schemas of their own, which it names by their checksums.
        let is_kept = |name: &str, definition: &Value| {
            referred.contains(name)
                && definition.as_object().is_some_and(|fields| !fields.is_empty())
                && definition.get("block_type_slug").is_none_or(Value::is_null)
        };
        let mut kept = definitions.clone();
        kept.retain(|name, definition| is_kept(name, definition));
        if kept.is_empty() {
            fields.remove("definitions");
        } else {
            fields.insert("definitions".to_owned(), Value::Object(kept));
        }
    }
    let mut text = "[[".to_owned();
    write(&Value::Object(fields), &mut text);
    text.push_str("], {}]");
    let mut checksum = "sha256:".to_owned();
    for byte in Sha256::digest(text.as_bytes()) {
        let _ = write!(checksum, "{byte:02x}");
    }
    checksum
}

/// Without what says which fields are secret, in objects within objects.
fn without_secret_fields(fields: &Map<String, Value>) -> Map<String, Value> {
    let kept = fields.iter().filter(|(name, _)| *name != "secret_fields");
    kept.map(|(name, value)| {
        let value = match value {
            Value::Object(fields) => Value::Object(without_secret_fields(fields)),
            other @ (Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)) => other.clone(),
        };
        (name.clone(), value)
    })
    .collect()
}

fn collect_references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(reference)) = fields.get("$ref") {
                found.insert(reference.replace(DEFINITIONS, ""));
            }
            fields.values().for_each(|value| collect_references(value, found));
        }
        Value::Array(values) => values.iter().for_each(|value| collect_references(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// As `json.dumps(value, sort_keys=True)` does.
fn write(value: &Value, text: &mut String) {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(true) => text.push_str("true"),
        Value::Bool(false) => text.push_str("false"),
        Value::Number(number) => write_number(number, text),
        Value::String(string) => write_string(string, text),
        Value::Array(values) => {
            text.push('[');
            for (index, value) in values.iter().enumerate() {
                text.push_str(if index > 0 { ", " } else { "" });
                write(value, text);
            }
            text.push(']');
        }
        Value::Object(fields) => {
            // A library of the program may have told `serde_json` to keep the order of fields.
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by(|one, other| one.0.chars().cmp(other.0.chars()));
            text.push('{');
            for (index, (name, value)) in fields.into_iter().enumerate() {
                text.push_str(if index > 0 { ", " } else { "" });
                write_string(name, text);
                text.push_str(": ");
                write(value, text);
            }
            text.push('}');
        }
    }
}

fn write_string(string: &str, text: &mut String) {
    text.push('"');
    for unit in string.encode_utf16() {
        match unit {
            0x22 => text.push_str("\\\""),
            0x5c => text.push_str("\\\\"),
            0x0a => text.push_str("\\n"),
            0x0d => text.push_str("\\r"),
            0x09 => text.push_str("\\t"),
            0x08 => text.push_str("\\b"),
            0x0c => text.push_str("\\f"),
            0x20..=0x7f => text.push(char::from(unit as u8)),
            _ => {
                let _ = write!(text, "\\u{unit:04x}");
            }
        }
    }
    text.push('"');
}

/// A number as Python writes it: the shortest digits that give it again, and an exponent of two digits where it is small or large.
fn write_number(number: &Number, text: &mut String) {
    let Some(real) = number.as_f64().filter(|_| number.is_f64()) else {
        text.push_str(&number.to_string());
        return;
    };
    let scientific = format!("{real:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let _ = if (-4..16).contains(&exponent) {
        write!(text, "{real:?}")
    } else {
        let sign = if exponent < 0 { '-' } else { '+' };
        write!(text, "{digits}e{sign}{:02}", exponent.abs())
    };
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn checksum(fields: &Value) -> String {
        prefect_checksum(fields.as_object().unwrap())
    }

    /// What Prefect 3.8.3 gives for its own block.
    #[test]
    fn the_checksum_of_prefects_secret_block_is_prefects() {
        let fields = json!({
            "block_schema_references": {}, "block_type_slug": "secret",
            "description": "A block that represents a secret value. The value stored in this block will be obfuscated when this block is viewed or edited in the UI.",
            "properties": {"value": {
                "anyOf": [
                    {"format": "password", "type": "string", "writeOnly": true}, {"title": "string", "type": "string"},
                    {"$ref": "#/definitions/JsonValue", "title": "JSON"},
                ],
                "description": "A value that should be kept secret.",
                "examples": ["sk-1234567890", {"password": "s3cr3t", "username": "johndoe"}],
                "format": "password", "title": "Value", "writeOnly": true, "position": 0,
            }},
            "required": ["value"], "secret_fields": ["value", "value"], "title": "Secret", "type": "object",
            "definitions": {"JsonValue": {}},
        });
        assert_eq!(
            checksum(&fields),
            "sha256:c078ed9c1e813e224c0b353d7ad4564a11d51d3198d9ac0686478165a1911c78"
        );
    }

    /// With a block inside, a union of blocks, and a description that is not ASCII.
    #[test]
    fn the_checksum_of_a_schema_with_blocks_inside_is_prefects() {
        let inner = "sha256:42fb49d2e2724cd7db32ad2a5b450cb3b6c277ed8a9977e86ec8e3aacbb900ef";
        let other = "sha256:b7309a62430b876479355663647de8bb0e94588035f8843c40b7c2864efe6fd9";
        let reference = |checksum: &str, slug: &str| json!({"block_schema_checksum": checksum, "block_type_slug": slug});
        let fields = json!({
            "block_schema_references": {"either": [reference(inner, "inner"), reference(other, "other")], "inner": reference(inner, "inner")},
            "block_type_slug": "outer", "description": "\u{dc}nicode",
            "properties": {
                "a": {"title": "A", "type": "integer", "position": 0},
                "pw": {"format": "password", "title": "Pw", "type": "string", "writeOnly": true, "position": 1},
                "inner": {"$ref": "#/definitions/Inner", "position": 2},
                "either": {
                    "anyOf": [{"$ref": "#/definitions/Inner"}, {"$ref": "#/definitions/Other"}, {"type": "null"}],
                    "default": null, "title": "Either", "position": 3,
                },
                "d": {"default": {}, "title": "D", "type": "object", "position": 4},
                "f": {"default": 1.5, "title": "F", "type": "number", "position": 5},
            },
            "required": ["a", "pw", "inner"], "secret_fields": ["pw", "inner.token", "either.token"], "title": "Outer", "type": "object",
            "definitions": {
                "Inner": {
                    "block_schema_references": {}, "block_type_slug": "inner",
                    "properties": {"token": {"format": "password", "title": "Token", "type": "string", "writeOnly": true, "position": 0}},
                    "required": ["token"], "secret_fields": ["token"], "title": "Inner", "type": "object",
                },
                "Other": {
                    "block_schema_references": {}, "block_type_slug": "other",
                    "properties": {"x": {"default": 1, "title": "X", "type": "integer", "position": 0}},
                    "secret_fields": [], "title": "Other", "type": "object",
                },
            },
        });
        assert_eq!(
            checksum(&fields),
            "sha256:159ca6d7b828d144dabd67ac19c967da5f832cdca4d7109e2c8894a8c8757adb"
        );
    }

    #[test]
    fn values_are_written_as_python_writes_them() {
        let value = json!({
            "b": 1, "a": "\u{e9}\u{1f600}/\u{7f}\n", "f": 1.0, "g": 1e20, "h": 1e-7, "i": 0.1, "j": [1e16, 0.0001, -2.5, 1.25e-5],
        });
        let mut text = String::new();
        write(&value, &mut text);
        assert_eq!(
            text,
            "{\"a\": \"\\u00e9\\ud83d\\ude00/\u{7f}\\n\", \"b\": 1, \"f\": 1.0, \"g\": 1e+20, \"h\": 1e-07, \"i\": 0.1, \
             \"j\": [1e+16, 0.0001, -2.5, 1.25e-05]}"
        );
    }
}
