//! What counts for a checksum, what a name is, and what a document refers to.

use serde_json::json;

use super::*;

// BLOCK-12, but for the order of fields
#[test]
fn a_checksum_changes_with_all_but_the_order_of_fields() {
    let checksum = |fields: Value| block_schema_checksum(&fields);
    let schema = json!({
        "properties": {"a": {"type": "string"}, "b": {"enum": [1, 2]}},
        "required": ["a", "b"],
        "secret_fields": ["a"],
    });
    let same = checksum(schema.clone());
    let mut changed = schema.clone();
    changed["required"] = json!(["b", "a"]);
    assert_eq!(checksum(changed), same);
    for (pointer, other) in [
        ("/properties/a", json!({"type": "string", "description": "what it is"})),
        ("/properties/a", json!({"type": "string", "format": "password"})),
        ("/properties/b/enum", json!([2, 1])),
        ("/required", json!(["a"])),
        ("/secret_fields", json!([])),
    ] {
        let mut changed = schema.clone();
        *changed.pointer_mut(pointer).expect("the schema has it") = other;
        assert_ne!(checksum(changed), same, "{pointer}");
    }
}

#[test]
fn the_function_never_changes() {
    assert_eq!(
        block_schema_checksum(&json!({"required": ["b", "a"], "n": [1, null, 0.5, "\"", true]})),
        "blake3:4e663b1285df3837cee3f6dd3bea16102291d282912723f9ee418426cc7d911e"
    );
}

// BLOCK-04
#[test]
fn a_name_has_lower_case_letters_digits_and_dashes() {
    for name in ["one", "db-2", "-"] {
        assert!(is_block_name(name), "{name}");
    }
    for name in ["", "Upper", "a b", "a_b", "ä", "a/b", &"x".repeat(256)] {
        assert!(!is_block_name(name), "{name}");
    }
}

#[test]
fn references_are_found_wherever_they_are_and_nothing_else_is_taken_for_one() {
    let [one, other] = [BlockDocumentId::new(), BlockDocumentId::new()];
    let data = json!({
        "inner": block_reference(one),
        "list": [{"deep": block_reference(other)}, block_reference(one)],
        "schema": {"$ref": "#/$defs/Inner"},
        "more": {"$ref": {"block_document_id": other}, "and": 1},
        "no_id": {"$ref": {"block_document_id": "x"}},
    });
    let data = data.as_object().expect("it is an object");
    assert_eq!(block_references(data), [one, other]);
}
