//! Forms of Rust's and Python's schemas: what they ask for, how they are read, and what they say is wrong.

use serde_json::{Value, json};

use super::check::NEEDED;
use super::*;
use tidegate_core::block_reference;

#[test]
fn fields_come_in_the_order_of_the_type_as_far_as_it_says_one() {
    let order = |schema: &Value| {
        let page = Form::of(schema, None).show(&[], "/x").into_string();
        let mut names: Vec<_> = schema["properties"].as_object().unwrap().keys().collect();
        names.sort_by_key(|name| page.find(&format!("name=\"/{name}\"")).unwrap());
        names.into_iter().cloned().collect::<Vec<_>>()
    };
    let text = json!({"type": "string"});
    let mut schema = json!({
        "type": "object",
        "properties": {"url": text, "comment": text, "approver": text, "amount": text},
        "required": ["url", "approver"],
    });
    assert_eq!(order(&schema), ["url", "approver", "amount", "comment"]);
    for (position, name) in ["comment", "url", "amount", "approver"].into_iter().enumerate() {
        schema["properties"][name]["position"] = position.into();
    }
    assert_eq!(order(&schema), ["comment", "url", "amount", "approver"]);
}

/// What a browser posts of a form that shows a value, untouched.
fn untouched(schema: &Value, value: Option<&Value>) -> Vec<(String, String)> {
    let page = Form::of(schema, value).show(&[], "/x").into_string();
    inputs(&page)
}

/// The inputs of a page as a browser posts them.
fn inputs(page: &str) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    let unescaped = |text: &str| {
        text.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    };
    let attribute = |tag: &str, name: &str| {
        let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
        Some(unescaped(tag[start..].split('"').next()?))
    };
    let mut select: Option<String> = None;
    for (index, _) in page.match_indices('<') {
        let rest = &page[index + 1..];
        let (tag, after) = rest.split_once('>').unwrap_or((rest, ""));
        match tag.split(' ').next().unwrap_or_default() {
            "input" => {
                let Some(name) = attribute(tag, "name") else { continue };
                let ticked =
                    matches!(attribute(tag, "type").as_deref(), Some("checkbox" | "radio"));
                if !ticked || tag.ends_with(" checked") || tag.contains(" checked ") {
                    pairs.push((name, attribute(tag, "value").unwrap_or_default()));
                }
            }
            "textarea" => {
                let text = after.split("</textarea>").next().unwrap_or_default();
                let text = text.strip_prefix('\n').unwrap_or(text);
                pairs.push((attribute(tag, "name").unwrap_or_default(), unescaped(text)));
            }
            "select" => select = attribute(tag, "name"),
            "option" if tag.ends_with(" selected") => {
                let name = select.clone().unwrap_or_default();
                pairs.push((name, attribute(tag, "value").unwrap_or_default()));
            }
            _ => {}
        }
    }
    pairs
}

/// What comes of posting: the value, or what is wrong by field.
fn post(schema: &Value, pairs: &[(String, String)]) -> Result<Value, Vec<(String, String)>> {
    match Form::posted(schema, pairs) {
        Posted::Done(value, _) => Ok(value),
        Posted::Again(form) => {
            Err(form.wrong.into_iter().map(|wrong| (wrong.path, wrong.why)).collect())
        }
    }
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

fn wrong(wrong: &[(&str, &str)]) -> Result<Value, Vec<(String, String)>> {
    Err(pairs(wrong))
}

/// As schemars writes the schema of a Rust type.
fn of_rust() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Mailbox",
        "type": "object",
        "block_type_slug": "mailbox",
        "properties": {
            "address": {"type": "string", "format": "email", "description": "Where letters go."},
            "port": {"type": "integer", "format": "uint16", "minimum": 0, "maximum": 65535},
            "ratio": {"type": ["number", "null"], "format": "double"},
            "secure": {"type": "boolean", "default": true},
            "maybe": {"type": ["boolean", "null"]},
            "level": {"oneOf": [
                {"const": "Low", "description": "Seldom.", "type": "string"},
                {"const": "High", "type": "string"}
            ]},
            "tags": {"type": "array", "items": {"type": "string"}, "default": []},
            "labels": {"type": "object", "additionalProperties": {"type": "integer"}, "default": {}},
            "pair": {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "minItems": 2, "maxItems": 2},
            "password": {"type": "string", "format": "password", "writeOnly": true},
            "login": {"$ref": "#/$defs/Login", "block_type_slug": "login"},
            "limits": {"anyOf": [{"$ref": "#/$defs/Limits"}, {"type": "null"}]},
            "when": {"$ref": "#/$defs/When"},
            "since": {"type": "string", "format": "date-time"},
            "more": true
        },
        "required": ["address", "port", "level", "pair", "password", "login", "when", "since"],
        "$defs": {
            "Login": {"title": "Login", "type": "object", "properties": {"user": {"type": "string"}, "token": {"type": "string", "format": "password", "writeOnly": true}}, "required": ["user", "token"]},
            "Limits": {"type": "object", "properties": {"most": {"type": "integer", "format": "uint32", "minimum": 0}}, "required": ["most"]},
            "When": {"oneOf": [
                {"type": "string", "const": "Never"},
                {"type": "object", "properties": {"Daily": {"type": "object", "properties": {"hour": {"type": "integer", "format": "uint8", "minimum": 0, "maximum": 23}}, "required": ["hour"]}}, "required": ["Daily"], "additionalProperties": false}
            ]}
        }
    })
}

fn mailbox() -> Value {
    json!({
        "address": "ada@example.com", "port": 25, "ratio": 0.5, "secure": false, "level": "High",
        "tags": ["a", "b"], "labels": {"x": 1, "y": 2}, "pair": ["n", 7], "password": MASK,
        "login": {"block_type_slug": "login", "user": "ada", "token": MASK}, "limits": {"most": 3},
        "when": {"Daily": {"hour": 5}}, "since": "2026-01-31T08:30:00Z", "more": {"any": [1, null]}
    })
}

#[test]
fn a_value_that_is_shown_and_posted_untouched_is_the_same() {
    let schema = of_rust();
    assert_eq!(post(&schema, &untouched(&schema, Some(&mailbox()))), Ok(mailbox()));
    let reference = json!({"$ref": {"block_document_id": BlockDocumentId::new()}});
    let mut other = mailbox();
    other["login"] = reference;
    other["when"] = json!("Never");
    for left_out in ["ratio", "limits", "more"] {
        other.as_object_mut().unwrap().remove(left_out);
    }
    assert_eq!(post(&schema, &untouched(&schema, Some(&other))), Ok(other));
}

#[test]
fn what_is_needed_and_left_empty_is_said_beside_its_field() {
    let schema = of_rust();
    let form = untouched(&schema, None);
    let needed = [
        "/address",
        "/level",
        "/login",
        "/pair/0",
        "/pair/1",
        "/password",
        "/port",
        "/since",
        "/when",
    ];
    let said = post(&schema, &form).unwrap_err();
    let mut paths: Vec<_> = said.iter().map(|(path, _)| path.as_str()).collect();
    paths.sort_unstable();
    assert_eq!(paths, needed);
    let Posted::Again(form) = Form::posted(&schema, &form) else { panic!("it is not filled in") };
    let page = form.show(&[], "/x").into_string();
    assert!(page.contains("9 fields to look at below."), "{page}");
    assert!(page.contains("id=\"wrong-%2Faddress\">This is needed."), "{page}");
    assert!(page.contains("aria-describedby=\"wrong-%2Faddress about-%2Faddress\""), "{page}");
}

#[test]
fn what_is_typed_wrong_is_said_and_kept() {
    let schema = json!({"type": "object", "required": ["n", "day", "list"], "properties": {
        "n": {"type": "integer", "minimum": 1, "maximum": 5},
        "f": {"type": "number", "exclusiveMinimum": 0},
        "day": {"type": "string", "format": "date"},
        "name": {"type": "string", "maxLength": 3},
        "byte": {"type": "integer", "format": "uint8"},
        "list": {"type": "array", "items": {"type": "integer"}, "minItems": 2},
        "any": {}
    }});
    let typed = pairs(&[
        ("/n", "6"),
        ("/f", "0"),
        ("/day", "soon"),
        ("/name", "four"),
        ("/byte", "256"),
        ("/list/0", "x"),
        ("count:/list", "1"),
        ("/any", "{"),
    ]);
    assert_eq!(
        post(&schema, &typed),
        wrong(&[
            ("/n", "This must be at most 5."),
            ("/day", "This must be a day, as 2026-01-31."),
            ("/list/0", "This must be a whole number."),
            ("/list", "This must have 2 items at least."),
            ("/any", "This is no JSON: EOF while parsing an object at line 1 column 1."),
            ("/byte", "This must be from 0 to 255."),
            ("/f", "This must be more than 0."),
            ("/name", "This must have 3 characters at most."),
        ])
    );
    let Posted::Again(form) = Form::posted(&schema, &typed) else { panic!("it is wrong") };
    let page = form.show(&[], "/x").into_string();
    for kept in ["value=\"6\"", "value=\"soon\"", "value=\"256\"", "value=\"x\"", "\n{</textarea>"]
    {
        assert!(page.contains(kept), "{kept}: {page}");
    }
}

#[test]
fn rows_are_added_and_taken_out_without_script() {
    let schema = json!({"type": "object", "properties": {
        "jobs": {"type": "array", "items": {"type": "object", "required": ["name"], "properties": {
            "name": {"type": "string"}, "retries": {"type": "integer", "default": 3}
        }}},
        "labels": {"type": "object", "additionalProperties": {"type": "string"}}
    }});
    let value = json!({"jobs": [{"name": "a"}, {"name": "b", "retries": 1}], "labels": {"k": "v"}});
    let act = |pairs: &mut Vec<(String, String)>, act: &str| {
        pairs.push(("act".to_owned(), act.to_owned()));
        let Posted::Again(form) = Form::posted(&schema, pairs) else { panic!("it is shown again") };
        *pairs = inputs(&form.show(&[], "/x").into_string());
    };
    let mut typed = untouched(&schema, Some(&value));
    act(&mut typed, "add:/jobs");
    act(&mut typed, "add:/labels");
    act(&mut typed, "remove:/jobs/0");
    for (name, text) in [("/jobs/1/name", "c"), ("key:/labels/1", "l"), ("/labels/1", "w")] {
        typed.push((name.to_owned(), text.to_owned()));
    }
    assert_eq!(
        post(&schema, &typed),
        Ok(json!({
            "jobs": [{"name": "b", "retries": 1}, {"name": "c", "retries": 3}],
            "labels": {"k": "v", "l": "w"}
        }))
    );
    typed.push(("key:/labels/1".to_owned(), "k".to_owned()));
    assert_eq!(post(&schema, &typed), wrong(&[("/labels/1", "There are two called k.")]));
}

#[test]
fn a_secret_is_kept_replaced_or_forgotten_and_never_shown() {
    let schema = json!({"type": "object", "properties": {
        "a": {"type": "string", "format": "password", "writeOnly": true},
        // Prefect's own block has it beside the forms of the value.
        "b": {"anyOf": [{"type": "string"}, {"$ref": "#/definitions/Json"}], "format": "password", "writeOnly": true}
    }, "required": ["a"], "definitions": {"Json": {}}});
    let value = json!({"a": MASK, "b": MASK});
    let page = Form::of(&schema, Some(&value)).show(&[], "/x").into_string();
    assert!(!page.contains("value=\"****"), "{page}");
    let kept = untouched(&schema, Some(&value));
    assert_eq!(post(&schema, &kept), Ok(value));
    let with = |name: &str, text: &str| {
        let mut pairs = kept.clone();
        pairs.push((name.to_owned(), text.to_owned()));
        pairs
    };
    assert_eq!(post(&schema, &with("/b", "new")), Ok(json!({"a": MASK, "b": "new"})));
    assert_eq!(post(&schema, &with("drop:/b", "yes")), Ok(json!({"a": MASK})));
    // What was typed does not come back in a page, not even when something else is wrong.
    let Posted::Again(form) = Form::posted(&schema, &pairs(&[("/b", "hunter2")])) else {
        panic!("a is needed")
    };
    assert!(!form.show(&[], "/x").into_string().contains("hunter2"));
}

#[test]
fn a_schema_of_pydantic_is_a_form_in_the_order_of_its_fields() {
    let schema = json!({
        "block_schema_references": {"store": {"block_type_slug": "local-file-system", "block_schema_checksum": "sha256:1"}},
        "block_type_slug": "opsgenie", "title": "Opsgenie", "type": "object", "required": ["apikey"], "secret_fields": ["apikey"],
        "properties": {
            "region": {"default": "us", "enum": ["us", "eu"], "title": "Region Name", "type": "string", "position": 2},
            "apikey": {"description": "The key.", "format": "password", "title": "API Key", "type": "string", "writeOnly": true, "position": 1},
            "users": {"anyOf": [{"items": {"type": "string"}, "type": "array"}, {"type": "null"}], "default": null, "title": "Users", "position": 3},
            "priority": {"anyOf": [{"type": "integer"}, {"type": "null"}], "default": 3, "title": "Priority", "position": 4},
            "details": {"anyOf": [{"additionalProperties": {"type": "string"}, "type": "object"}, {"type": "null"}], "default": null, "position": 5},
            "amount": {"anyOf": [{"type": "number"}, {"type": "string"}], "title": "Amount", "default": 1, "position": 6},
            "store": {"allOf": [{"$ref": "#/definitions/LocalFileSystem"}], "title": "Store", "position": 7}
        },
        "definitions": {"LocalFileSystem": {"title": "LocalFileSystem", "type": "object", "properties": {"basepath": {"type": "string"}}}}
    });
    let form = Form::of(&schema, None);
    assert_eq!(form.slugs(), ["local-file-system"]);
    let id = BlockDocumentId::new();
    let saved = [Saved { slug: "local-file-system".into(), name: "disk".into(), id }];
    let page = form.show(&saved, "/x").into_string();
    let mut places = ["API Key", "Region Name", "Users", "Priority", "details", "Amount", "Store"]
        .map(|label| page.find(&format!(">{label}")).unwrap_or_else(|| panic!("{label}: {page}")))
        .to_vec();
    let order = places.clone();
    places.sort_unstable();
    assert_eq!(order, places);
    assert!(page.contains("local-file-system/disk"), "{page}");
    let mut typed = untouched(&schema, None);
    typed.extend(pairs(&[("/apikey", "k"), ("block:/store", &id.to_string())]));
    let value = json!({"apikey": "k", "region": "us", "priority": 3, "amount": 1, "store": block_reference(id)});
    assert_eq!(post(&schema, &typed), Ok(value));
    // A default that is taken out does not come back.
    typed.push(("/priority".to_owned(), String::new()));
    assert_eq!(post(&schema, &typed).unwrap()["priority"], Value::Null);
}

#[test]
fn a_value_can_be_typed_as_json_and_seen_as_fields_again() {
    let schema = of_rust();
    let mut typed = untouched(&schema, Some(&mailbox()));
    typed.push(("act".to_owned(), "json".to_owned()));
    let Posted::Again(form) = Form::posted(&schema, &typed) else { panic!("it is shown") };
    let typed = inputs(&form.show(&[], "/x").into_string());
    assert_eq!(post(&schema, &typed), Ok(mailbox()));
    assert_eq!(post(&schema, &pairs(&[("json", "{")])).unwrap_err()[0].0, "");
    let mut less = mailbox();
    less["port"] = json!("x");
    less.as_object_mut().unwrap().remove("address");
    assert_eq!(
        post(&schema, &pairs(&[("json", &less.to_string())])),
        wrong(&[("/address", NEEDED), ("/port", "This must be a number.")])
    );
    let mut back = typed;
    back.push(("act".to_owned(), "form".to_owned()));
    let Posted::Again(form) = Form::posted(&schema, &back) else { panic!("it is shown") };
    assert_eq!(post(&schema, &inputs(&form.show(&[], "/x").into_string())), Ok(mailbox()));
}

#[test]
fn a_type_that_contains_itself_ends_where_its_value_does() {
    let schema = json!({
        "type": "object", "required": ["root"], "properties": {"root": {"$ref": "#/$defs/Tree"}},
        "$defs": {"Tree": {"type": "object", "required": ["name"], "properties": {
            "name": {"type": "string"}, "children": {"type": "array", "items": {"$ref": "#/$defs/Tree"}},
            "left": {"anyOf": [{"$ref": "#/$defs/Tree"}, {"type": "null"}]},
            "kind": {"oneOf": [{"$ref": "#/$defs/Tree"}, {"type": "string"}]}
        }}}
    });
    let mut value = json!({"name": "leaf"});
    for depth in 0..6 {
        value = json!({"name": depth.to_string(), "left": value, "children": [{"name": "c", "kind": "text"}]});
    }
    let value = json!({"root": value});
    let page = Form::of(&schema, Some(&value)).show(&[], "/x").into_string();
    assert!(page.len() < 1_000_000, "{}", page.len());
    assert_eq!(post(&schema, &untouched(&schema, Some(&value))), Ok(value));
}

#[test]
fn fields_that_a_schema_does_not_name_stay() {
    let schema = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    let value = json!({"a": "x", "b": [1]});
    assert_eq!(post(&schema, &untouched(&schema, Some(&value))), Ok(value));
}

#[test]
fn what_has_no_fields_is_typed_as_json() {
    let page =
        Form::of(&json!({"type": "string"}), Some(&json!("x"))).show(&[], "/x").into_string();
    assert!(page.contains("name=\"json\""), "{page}");
    assert_eq!(post(&json!({"type": "string"}), &pairs(&[("json", "\"y\"")])), Ok(json!("y")));
}

#[test]
fn no_text_of_a_schema_or_a_value_becomes_markup() {
    for payload in
        ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "</textarea><iframe>"]
    {
        let schema = json!({"type": "object", "title": payload, "properties": {
            payload: {"type": "string", "title": payload, "description": payload, "examples": [payload]},
            "list": {"type": "array", "items": {"enum": [payload, "x"], "title": payload}},
            "union": {"oneOf": [{"type": "string", "title": payload}, {"const": payload}]},
            "any": {"description": payload},
            "block": {"type": "object", "block_type_slug": payload, "properties": {}}
        }});
        let value = json!({payload: payload, "list": [payload], "union": payload, "any": payload});
        let saved =
            [Saved { slug: payload.into(), name: payload.into(), id: BlockDocumentId::new() }];
        let page = Form::of(&schema, Some(&value)).show(&saved, "/x").into_string();
        for tag in ["<script", "<img", "<iframe"] {
            assert!(!page.contains(tag), "{page}");
        }
        assert!(!page.contains(" style=") && !page.contains(" onerror=\""));
    }
}

#[test]
fn where_anything_may_be_a_text_is_typed_as_it_is() {
    let schema = json!({"type": "object", "properties": {"settings": {"type": "object"}}});
    for text in ["ops", "5", "true", "{", "\"", "a\nb", "[1]"] {
        let value = json!({"settings": {"x": text, "y": {"deep": [1]}}});
        assert_eq!(post(&schema, &untouched(&schema, Some(&value))), Ok(value));
    }
    let typed = pairs(&[("count:/settings", "1"), ("key:/settings/0", "x"), ("/settings/0", "{a")]);
    assert_eq!(post(&schema, &typed).unwrap_err()[0].0, "/settings/0");
}
