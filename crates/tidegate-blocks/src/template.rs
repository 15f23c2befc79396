//! `{{key}}` in the texts of a custom webhook. It fills in and runs nothing.

use std::collections::BTreeMap;

use serde_json::Value;

/// What placeholders stand for.
pub(crate) type Values<'a> = BTreeMap<&'a str, &'a str>;

/// A placeholder that stands for nothing.
#[derive(Debug)]
pub(crate) struct Unknown(pub(crate) String);

/// A text with its placeholders filled in. What is filled in is not looked at again.
pub(crate) fn fill(text: &str, values: &Values<'_>) -> Result<String, Unknown> {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((key, behind)) = after.split_once("}}") else { break };
        let key = key.trim();
        let value = values.get(key).ok_or_else(|| Unknown(key.to_owned()))?;
        filled.push_str(before);
        filled.push_str(value);
        rest = behind;
    }
    filled.push_str(rest);
    Ok(filled)
}

/// Every text of a map, filled in.
pub(crate) fn fill_all(
    texts: &BTreeMap<String, String>,
    values: &Values<'_>,
) -> Result<Vec<(String, String)>, Unknown> {
    texts.iter().map(|(name, text)| Ok((name.clone(), fill(text, values)?))).collect()
}

/// Every text in JSON, filled in; the names of fields stay as they are.
pub(crate) fn fill_json(value: &Value, values: &Values<'_>) -> Result<Value, Unknown> {
    Ok(match value {
        Value::String(text) => Value::String(fill(text, values)?),
        Value::Array(items) => {
            items.iter().map(|item| fill_json(item, values)).collect::<Result<_, _>>()?
        }
        Value::Object(fields) => {
            let filled =
                fields.iter().map(|(name, field)| Ok((name.clone(), fill_json(field, values)?)));
            Value::Object(filled.collect::<Result<_, _>>()?)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    })
}
