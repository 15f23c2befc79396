//! Where in the data of a block something is secret, by the schema of its type. Nothing here opens or seals it.

use std::collections::BTreeSet;
use std::convert::Infallible;

use serde_json::{Map, Value};
use tidegate_core::{
    BlockDocument, push_json_pointer, referenced_block, replace_sealed_in_block, sealed_in_block,
};

use super::MASK;

/// What programs show in the place of a secret; someone may hand it in again.
const MASK_OF_PROGRAMS: &str = "**********";

/// Whether the value stands for a secret that is not told.
pub(super) fn is_mask(value: &Value) -> bool {
    matches!(value, Value::String(text) if text == MASK || text == MASK_OF_PROGRAMS)
}

/// The data of a document as it may be shown to anybody: what is secret in it is masked, and what it refers to is left as a reference.
pub(crate) fn masked(document: &BlockDocument) -> Map<String, Value> {
    let mut shown = document.data.clone();
    for value in shown.values_mut() {
        replace_sealed_in_block(value, &mut String::new(), &mut |_, _| {
            Ok::<_, Infallible>(MASK.into())
        })
        .unwrap_or_else(|never| match never {});
    }
    shown
}

/// The places in this data, as JSON pointers, of what is secret by `fields`, the schema, and is not sealed yet. None of them is inside of
/// another.
///
/// A path such as `login.token` holds for each login where there is a list or a map of them, and a `*` for everything that is there.
pub(super) fn secrets(fields: &Value, data: &Map<String, Value>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let paths = fields.get("secret_fields").and_then(Value::as_array);
    for path in paths.into_iter().flatten().filter_map(Value::as_str) {
        let steps: Vec<&str> = path.split('.').collect();
        if let [first, rest @ ..] = &*steps {
            let mut pointer = String::new();
            for (name, value) in data {
                if *first == "*" || first == name {
                    let before = push_json_pointer(&mut pointer, name);
                    walk(value, rest, &mut pointer, &mut found);
                    pointer.truncate(before);
                }
            }
        }
    }
    let is_inside = |pointer: &String| {
        let outer = pointer.match_indices('/').skip(1).map(|(end, _)| &pointer[..end]);
        outer.into_iter().any(|outer| found.contains(outer))
    };
    found.iter().filter(|pointer| !is_inside(pointer)).cloned().collect()
}

fn walk(value: &Value, steps: &[&str], pointer: &mut String, found: &mut BTreeSet<String>) {
    if let Value::Object(fields) = value
        && (sealed_in_block(fields).is_some() || referenced_block(value).is_some())
    {
        return;
    }
    match (steps, value) {
        (_, Value::Null) => {}
        ([], _) => {
            found.insert(pointer.clone());
        }
        (["*", rest @ ..], Value::Object(_) | Value::Array(_)) => {
            // After the last `*` everything is secret, however deep it is.
            let rest = if rest.is_empty() { steps } else { rest };
            each(value, pointer, &mut |value, pointer| walk(value, rest, pointer, found));
        }
        ([name, rest @ ..], Value::Object(fields)) => match fields.get(*name) {
            Some(value) => {
                let before = push_json_pointer(pointer, name);
                walk(value, rest, pointer, found);
                pointer.truncate(before);
            }
            None => each(value, pointer, &mut |value, pointer| {
                if value.is_object() || value.is_array() {
                    walk(value, steps, pointer, found);
                }
            }),
        },
        (_, Value::Array(_)) => {
            each(value, pointer, &mut |value, pointer| walk(value, steps, pointer, found));
        }
        // It is no list, map or block, as the schema says: better too much is sealed than too little.
        (_, Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
            found.insert(pointer.clone());
        }
    }
}

fn each(value: &Value, pointer: &mut String, look: &mut dyn FnMut(&Value, &mut String)) {
    let mut step = |name: &str, value: &Value| {
        let before = push_json_pointer(pointer, name);
        look(value, pointer);
        pointer.truncate(before);
    };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| step(name, value)),
        Value::Array(values) => {
            values.iter().enumerate().for_each(|(index, value)| step(&index.to_string(), value));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Whether something in this value has the form of what is sealed, which nobody may hand in.
pub(super) fn holds_sealed(value: &Value) -> bool {
    match value {
        Value::Object(fields) => {
            sealed_in_block(fields).is_some() || fields.values().any(holds_sealed)
        }
        Value::Array(values) => values.iter().any(holds_sealed),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(paths: &[&str], data: &Value) -> Vec<String> {
        let data = data.as_object().unwrap();
        secrets(&json!({ "secret_fields": paths }), data).into_iter().collect()
    }

    #[test]
    fn secrets_are_found_in_lists_and_maps_and_nothing_is_found_beside_them() {
        let data = json!({
            "pw": "a", "none": null, "inner": {"token": "b", "user": "c"},
            "list": [{"token": "d"}, {"token": "e"}], "map": {"x": {"token": "f"}},
            "token": 1, "sealed": {"$sealed": "v1"},
        });
        let paths = ["pw", "none", "inner.token", "list.token", "map.token", "sealed", "missing"];
        let all = ["/inner/token", "/list/0/token", "/list/1/token", "/map/x/token", "/pw"];
        assert_eq!(found(&paths, &data), all);
        assert_eq!(found(&["map.*.token", "list.*.token"], &data), all[1..4]);
    }

    #[test]
    fn a_star_is_everything_that_is_there() {
        let data = json!({"all": {"a": 1, "b": {"c": "x", "d~/": ["y"]}}, "text": "z"});
        assert_eq!(found(&["all.*"], &data), ["/all/a", "/all/b/c", "/all/b/d~0~1/0"]);
        assert_eq!(found(&["text.*"], &data), ["/text"]);
        assert_eq!(found(&["all", "all.*", "all.b.c"], &data), ["/all"]);
    }
}
