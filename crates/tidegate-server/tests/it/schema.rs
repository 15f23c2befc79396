//! Whether a value is as a JSON Schema says, as far as the schemas of the document go. A word that is not known here fails.

use serde_json::Value;

/// Fails unless the value fits. `at` says where it is.
pub(crate) fn check(document: &Value, schema: &Value, value: &Value, at: &str) {
    if let Err(why) = fits(document, schema, value, at) {
        panic!("{why}");
    }
}

fn fits(document: &Value, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    let Value::Object(words) = schema else {
        return if *schema == Value::Bool(true) { Ok(()) } else { Err(format!("{at}: forbidden")) };
    };
    for (word, said) in words {
        one(document, words, (word, said), value, at)?;
    }
    Ok(())
}

fn one(
    document: &Value,
    words: &serde_json::Map<String, Value>,
    (word, said): (&str, &Value),
    value: &Value,
    at: &str,
) -> Result<(), String> {
    let fails = |why: String| Err(format!("{at}: {value} {why}"));
    match word {
        "$ref" => {
            let name = said.as_str().and_then(|it| it.strip_prefix("#/components/schemas/"));
            fits(document, &document["components"]["schemas"][name.unwrap()], value, at)?;
        }
        "type" => {
            let kinds = said.as_array().cloned().unwrap_or_else(|| vec![said.clone()]);
            if !kinds.iter().any(|kind| is_a(kind.as_str().unwrap(), value)) {
                return fails(format!("is no {said}"));
            }
        }
        "enum" if !said.as_array().unwrap().contains(value) => {
            return fails(format!("is none of {said}"));
        }
        "const" if said != value => return fails(format!("is not {said}")),
        "anyOf" | "oneOf" => {
            let fitting = said.as_array().unwrap().iter();
            let tried: Vec<_> = fitting.map(|each| fits(document, each, value, at)).collect();
            if !tried.iter().any(Result::is_ok) {
                return fails(format!("fits none: {tried:?}"));
            }
        }
        "allOf" => {
            for each in said.as_array().unwrap() {
                fits(document, each, value, at)?;
            }
        }
        "required" => {
            let names = said.as_array().unwrap().iter().map(|name| name.as_str().unwrap());
            for name in names {
                if value.is_object() && value.get(name).is_none() {
                    return fails(format!("lacks {name}"));
                }
            }
        }
        "properties" => {
            for (name, schema) in said.as_object().unwrap() {
                if let Some(field) = value.get(name) {
                    fits(document, schema, field, &format!("{at}.{name}"))?;
                }
            }
            // A field that the document does not know is one that somebody forgot there.
            let known = said.as_object().unwrap();
            if words.get("additionalProperties").is_none() {
                for name in value.as_object().into_iter().flat_map(|fields| fields.keys()) {
                    if !known.contains_key(name) {
                        return fails(format!("has {name}, of which the document says nothing"));
                    }
                }
            }
        }
        "additionalProperties" => {
            let known = words.get("properties");
            for (name, field) in value.as_object().into_iter().flatten() {
                if known.is_none_or(|known| known.get(name).is_none()) {
                    fits(document, said, field, &format!("{at}.{name}"))?;
                }
            }
        }
        "items" => {
            let fixed = words.get("prefixItems").and_then(Value::as_array).map_or(0, Vec::len);
            for (place, each) in value.as_array().into_iter().flatten().enumerate().skip(fixed) {
                fits(document, said, each, &format!("{at}[{place}]"))?;
            }
        }
        "prefixItems" => {
            let values = value.as_array().into_iter().flatten();
            for (place, (schema, each)) in said.as_array().unwrap().iter().zip(values).enumerate() {
                fits(document, schema, each, &format!("{at}[{place}]"))?;
            }
        }
        "minimum" if value.as_f64() < said.as_f64() => return fails(format!("is below {said}")),
        "maximum" if value.as_f64() > said.as_f64() => return fails(format!("is above {said}")),
        "minItems"
            if value.as_array().is_some_and(|all| (all.len() as u64) < said.as_u64().unwrap()) =>
        {
            return fails(format!("has fewer than {said}"));
        }
        "maxItems"
            if value.as_array().is_some_and(|all| (all.len() as u64) > said.as_u64().unwrap()) =>
        {
            return fails(format!("has more than {said}"));
        }
        "enum" | "const" | "minimum" | "maximum" | "minItems" | "maxItems" => {}
        "title" | "description" | "format" | "default" => {}
        other => return Err(format!("{at}: the word `{other}` of a schema is not known here")),
    }
    Ok(())
}

fn is_a(kind: &str, value: &Value) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        other => panic!("{other} is no type"),
    }
}
