//! A posted form as the value that its schema asks for, and what is wrong with what was typed, by field. It asks nobody whether a block
//! that was chosen is there.

use serde_json::{Map, Value};
use tidegate_core::{BlockDocumentId, block_reference};

use super::MASK;
use super::check::{self, NEEDED, Wrong};
use super::filled::{Filled, step};
use super::schema::{Format, Kind, Schema};

/// The value, as far as it could be read, and what is wrong.
pub(super) fn read(schema: &Schema<'_>, filled: &Filled) -> (Value, Vec<Wrong>) {
    let mut reader = Reader { filled, wrong: Vec::new() };
    let value = reader.field(schema, "", true).unwrap_or(Value::Null);
    (value, reader.wrong)
}

struct Reader<'a> {
    filled: &'a Filled,
    wrong: Vec<Wrong>,
}

impl Reader<'_> {
    fn say(&mut self, path: &str, why: impl Into<String>) {
        self.wrong.push(Wrong::new(path, why));
    }

    /// What is in a field; none if it is left out.
    fn field(&mut self, schema: &Schema<'_>, path: &str, required: bool) -> Option<Value> {
        let text = self.filled.get(path);
        match schema.kind() {
            Kind::Constant(value) => Some(value),
            Kind::Flag if required || schema.default().is_some_and(Value::is_boolean) => {
                Some(Value::Bool(text == "true"))
            }
            Kind::Text(_) | Kind::Number { .. } | Kind::Flag | Kind::Choice(_) | Kind::Anything
                if text.trim().is_empty() =>
            {
                self.nothing(schema, path, required)
            }
            Kind::Flag => Some(Value::Bool(text == "true")),
            Kind::Text(format) => self.plain(schema, path, Value::String(written(format, text))),
            Kind::Number { whole } => match number(text.trim(), whole) {
                Ok(value) => self.plain(schema, path, value),
                Err(why) => {
                    self.say(path, why);
                    None
                }
            },
            Kind::Choice(choices) => {
                let chosen =
                    choices.into_iter().find(|choice| super::filled::word(&choice.value) == text);
                match chosen {
                    Some(choice) => Some(choice.value),
                    None => {
                        self.say(path, "This is none of the choices.");
                        None
                    }
                }
            }
            Kind::Anything => match super::filled::unloose(text) {
                Ok(value) => Some(value),
                Err(why) => {
                    self.say(path, why);
                    None
                }
            },
            Kind::Secret => self.secret(schema, path, required),
            Kind::Block { slug, inside } => self.block(schema, &slug, &inside, path, required),
            Kind::List(item) => {
                let count = self.filled.rows(path);
                if count == 0 && !required && !has_something(schema.default()) {
                    return None;
                }
                let rows =
                    (0..count).filter_map(|row| self.field(&item, &format!("{path}/{row}"), true));
                let rows: Vec<_> = rows.collect();
                if let Err(why) = check::length(schema, count, "item", "minItems", "maxItems") {
                    self.say(path, why);
                }
                Some(Value::Array(rows))
            }
            Kind::Tuple(items) => {
                if !self.is_there(path, required) {
                    return self.nothing(schema, path, required);
                }
                let items = items.iter().enumerate();
                let items =
                    items.map(|(index, item)| self.field(item, &format!("{path}/{index}"), true));
                Some(Value::Array(items.map(Option::unwrap_or_default).collect()))
            }
            Kind::Record(members) => {
                if !self.is_there(path, required) {
                    return self.nothing(schema, path, required);
                }
                let rest: Option<Map<String, Value>> =
                    serde_json::from_str(self.filled.get(&format!("rest:{path}"))).ok();
                let mut fields = rest.filter(|_| schema.is_open()).unwrap_or_default();
                for member in &members {
                    let here = step(path, &member.name);
                    if let Some(value) = self.field(&member.schema, &here, member.required) {
                        fields.insert(member.name.clone(), value);
                    }
                }
                Some(Value::Object(fields))
            }
            Kind::Map(item) => self.map(schema, &item, path, required),
            Kind::Union(forms) => {
                let chosen = self.filled.get(&format!("kind:{path}")).parse::<usize>().ok();
                match chosen.and_then(|chosen| Some((chosen, forms.get(chosen)?))) {
                    Some((chosen, form)) => self.field(form, &format!("{path}/:{chosen}"), true),
                    None => self.nothing(schema, path, required),
                }
            }
        }
    }

    /// A field that is left empty.
    fn nothing(&mut self, schema: &Schema<'_>, path: &str, required: bool) -> Option<Value> {
        // Its default would come back if it were left out.
        if schema.is_nullable() {
            let other = schema.default().is_some_and(|default| !default.is_null());
            return (required || other).then_some(Value::Null);
        }
        if required {
            self.say(path, NEEDED);
        }
        None
    }

    fn is_there(&self, path: &str, required: bool) -> bool {
        required || self.filled.has(&format!("there:{path}"))
    }

    fn plain(&mut self, schema: &Schema<'_>, path: &str, value: Value) -> Option<Value> {
        if let Err(why) = check::plain(schema, &value) {
            self.say(path, why);
        }
        Some(value)
    }

    fn secret(&mut self, schema: &Schema<'_>, path: &str, required: bool) -> Option<Value> {
        let text = self.filled.get(path);
        let kept = self.filled.has(&format!("kept:{path}"));
        if !text.is_empty() {
            return Some(Value::String(text.to_owned()));
        }
        if kept && !self.filled.has(&format!("drop:{path}")) {
            return Some(Value::String(MASK.to_owned()));
        }
        self.nothing(schema, path, required)
    }

    fn block(
        &mut self,
        schema: &Schema<'_>,
        slug: &str,
        inside: &Schema<'_>,
        path: &str,
        required: bool,
    ) -> Option<Value> {
        match self.filled.get(&format!("kind:{path}")) {
            "here" => {
                let mut value = self.field(inside, path, true)?;
                if let Some(fields) = value.as_object_mut() {
                    fields.insert("block_type_slug".to_owned(), slug.into());
                }
                Some(value)
            }
            _ => match self.filled.get(&format!("block:{path}")).parse::<BlockDocumentId>() {
                Ok(id) => Some(block_reference(id)),
                Err(_) => self.nothing(schema, path, required),
            },
        }
    }

    fn map(
        &mut self,
        schema: &Schema<'_>,
        item: &Schema<'_>,
        path: &str,
        required: bool,
    ) -> Option<Value> {
        let count = self.filled.rows(path);
        if count == 0 && !required && !has_something(schema.default()) {
            return None;
        }
        let mut fields = Map::new();
        for row in 0..count {
            let here = format!("{path}/{row}");
            let key = self.filled.get(&format!("key:{here}")).trim().to_owned();
            let value = self.field(item, &here, true);
            if key.is_empty() {
                self.say(&here, "It has no name.");
            } else if fields.contains_key(&key) {
                self.say(&here, format!("There are two called {key}."));
            } else {
                fields.insert(key, value.unwrap_or_default());
            }
        }
        Some(Value::Object(fields))
    }
}

fn has_something(default: Option<&Value>) -> bool {
    default.is_some_and(|default| {
        default.as_array().is_some_and(|items| !items.is_empty())
            || default.as_object().is_some_and(|fields| !fields.is_empty())
    })
}

/// A text as the value of its format.
fn written(format: Format, text: &str) -> String {
    match format {
        // Browsers end lines as the network does.
        Format::Lines => text.replace("\r\n", "\n"),
        // Browsers leave the seconds out when they are none.
        Format::Moment | Format::LocalMoment => {
            let text = text.trim();
            let text = if text.len() == "2026-01-31T08:30".len() {
                format!("{text}:00")
            } else {
                text.to_owned()
            };
            let zoneless = text.parse::<chrono::NaiveDateTime>().is_ok();
            if zoneless && format == Format::Moment { format!("{text}Z") } else { text }
        }
        Format::Day
        | Format::Time
        | Format::Duration
        | Format::Uuid
        | Format::Url
        | Format::Email => text.trim().to_owned(),
        Format::Line => text.to_owned(),
    }
}

fn number(text: &str, whole: bool) -> Result<Value, &'static str> {
    if let Ok(value) = text.parse::<i64>() {
        return Ok(value.into());
    }
    if let Ok(value) = text.parse::<u64>() {
        return Ok(value.into());
    }
    if whole {
        return Err("This must be a whole number.");
    }
    let value = text.parse::<f64>().ok().and_then(serde_json::Number::from_f64);
    value.map(Value::Number).ok_or("This must be a number.")
}
