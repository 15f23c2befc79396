//! What is said of values that do not fit.

use serde_json::{Value, json};

use super::{check, fill_in, told};

fn schema() -> Value {
    json!({
        "type": "object",
        "required": ["who", "amount"],
        "additionalProperties": false,
        "properties": {
            "who": { "$ref": "#/$defs/Who" },
            "amount": { "type": "integer", "format": "uint8", "maximum": 100 },
            "note": { "anyOf": [{ "type": "string", "minLength": 3 }, { "type": "null" }] },
            "tags": { "type": "array", "items": { "enum": ["a", "b"] }, "maxItems": 2 },
        },
        "$defs": {
            "Who": {
                "type": "object",
                "required": ["name"],
                "properties": { "name": { "type": "string" } },
            },
        },
    })
}

#[track_caller]
fn complaints(given: Value) -> Vec<(String, String)> {
    let complaints = fill_in(&schema(), Some(given)).unwrap_err();
    complaints.into_iter().map(|complaint| (complaint.at, complaint.message)).collect()
}

#[test]
fn everything_that_is_wrong_is_told_with_its_place() {
    let given = json!({ "who": {}, "amount": 300, "note": "ab", "tags": ["a", "c"], "x/y": 1 });
    let told: Vec<String> =
        complaints(given).into_iter().map(|(at, what)| format!("{at}: {what}")).collect();
    expect_test::expect![[r#"
        /amount: the field `amount` must be 100 at most
        /note: the field `note` must have 3 characters at least, and has 2
        /tags/1: the field `tags[1]` must be "a" or "b"
        /who/name: the field `who.name` is missing
        /x~1y: the field `x/y` is unknown; the fields are `amount`, `note`, `tags`, `who`"#]]
    .assert_eq(&told.join("\n"));
}

#[test]
fn of_a_value_of_another_type_nothing_else_is_told() {
    let given = json!({ "who": "Ada", "amount": "many" });
    assert_eq!(complaints(given).len(), 2);
    let whole = complaints(json!([1]));
    assert_eq!(whole, [(String::new(), "it must be an object with fields".to_owned())]);
}

#[test]
fn a_value_for_a_form_of_one_field_is_put_into_it() {
    let schema = json!({ "type": "object", "properties": { "value": { "type": "integer" } } });
    assert_eq!(fill_in(&schema, Some(json!(3))).unwrap(), json!({ "value": 3 }));
    assert_eq!(fill_in(&schema, Some(json!({ "value": 3 }))).unwrap(), json!({ "value": 3 }));
    let wrong = fill_in(&schema, Some(json!("three"))).unwrap_err();
    assert_eq!(told(&wrong), "the field `value` must be a whole number, and is a text");
}

#[test]
fn a_schema_without_an_end_is_followed_to_an_end() {
    let itself = json!({ "$ref": "#" });
    assert_eq!(check(&itself, &json!(1)), []);
    let twice = json!({ "allOf": [{ "$ref": "#" }, { "$ref": "#" }], "type": "integer" });
    assert_eq!(check(&twice, &json!(1)), []);
    assert_ne!(check(&twice, &json!("one")), []);
}
