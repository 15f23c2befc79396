//! What the inputs of a form hold, by their names: read from a value, or as a browser posts them. A name is the JSON Pointer of what it
//! holds; the forms of a union have a step of their own in it (`/when/:1/day`), and what is no value has a word before it:
//! `count:/tags`, `key:/labels/0`, `kind:/when`, `there:/limits`, `kept:/password`.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDateTime};
use serde_json::{Map, Value};
use tidegate_core::referenced_block;

use super::schema::{Format, Kind, Schema};

/// How deep defaults are filled in where nothing is.
const DEPTH: usize = 3;

/// How many rows a list has at most.
const ROWS: usize = 1000;

/// The texts of the inputs.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::ui) struct Filled(BTreeMap<String, String>);

impl Filled {
    /// As they were posted; of two of a name, the later.
    pub(in crate::ui) fn posted(pairs: &[(String, String)]) -> Self {
        Self(pairs.iter().cloned().collect())
    }

    pub(super) fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    fn set(&mut self, name: impl Into<String>, text: impl Into<String>) {
        self.0.insert(name.into(), text.into());
    }

    /// How many rows a list has.
    pub(super) fn rows(&self, path: &str) -> usize {
        self.get(&format!("count:{path}")).parse().unwrap_or(0).min(ROWS)
    }

    /// Fills a field in with a value, or with its default where there is none.
    pub(super) fn fill(
        &mut self,
        schema: &Schema<'_>,
        path: &str,
        value: Option<&Value>,
        depth: usize,
    ) {
        let value = value.filter(|value| !value.is_null());
        let value = value.or_else(|| schema.default().filter(|default| !default.is_null()));
        match schema.kind() {
            Kind::Constant(_) => {}
            Kind::Text(format) => {
                if let Some(value) = value {
                    self.set(path, typed(format, &word(value)));
                }
            }
            Kind::Number { .. } | Kind::Flag | Kind::Choice(_) => {
                if let Some(value) = value {
                    self.set(path, word(value));
                }
            }
            Kind::Secret => {
                if value.is_some() {
                    self.set(format!("kept:{path}"), "yes");
                }
            }
            Kind::Anything => {
                if let Some(value) = value {
                    self.set(path, loose(value));
                }
            }
            Kind::Block { inside, .. } => match value.and_then(referenced_block) {
                Some(id) => {
                    self.set(format!("kind:{path}"), "saved");
                    self.set(format!("block:{path}"), id.to_string());
                }
                None if value.is_some() || depth < DEPTH => {
                    if value.is_some() {
                        self.set(format!("kind:{path}"), "here");
                    }
                    self.fill(&inside, path, value, depth + 1);
                }
                None => {}
            },
            Kind::List(item) => self.fill_rows(&item, path, value, depth),
            Kind::Tuple(items) => {
                let values = value.and_then(Value::as_array);
                self.fill_presence(path, value);
                for (index, item) in items.iter().enumerate() {
                    let value = values.and_then(|values| values.get(index));
                    self.fill(item, &format!("{path}/{index}"), value, depth + 1);
                }
            }
            Kind::Record(members) => {
                self.fill_presence(path, value);
                if value.is_none() && depth > DEPTH {
                    return;
                }
                let fields = value.and_then(Value::as_object);
                for member in &members {
                    let value = fields.and_then(|fields| fields.get(&member.name));
                    self.fill(&member.schema, &step(path, &member.name), value, depth + 1);
                }
                let known = |name: &str| members.iter().any(|member| member.name == name);
                let rest = fields.into_iter().flatten().filter(|(name, _)| !known(name));
                let rest: Map<_, _> =
                    rest.map(|(name, value)| (name.clone(), value.clone())).collect();
                if !rest.is_empty() {
                    self.set(format!("rest:{path}"), Value::Object(rest).to_string());
                }
            }
            Kind::Map(item) => {
                let fields = value.and_then(Value::as_object);
                let count = fields.map_or(0, Map::len);
                self.set(format!("count:{path}"), count.to_string());
                for (index, (key, value)) in fields.into_iter().flatten().enumerate() {
                    self.set(format!("key:{path}/{index}"), key);
                    self.fill(&item, &format!("{path}/{index}"), Some(value), depth + 1);
                }
            }
            Kind::Union(forms) => {
                let fits = |form: &Schema<'_>| {
                    value.is_some_and(|value| super::check::check(form, value).is_empty())
                };
                let chosen = forms.iter().position(fits);
                if let Some(chosen) = chosen {
                    self.set(format!("kind:{path}"), chosen.to_string());
                }
                for (index, form) in forms.iter().enumerate() {
                    let value = value.filter(|_| chosen == Some(index));
                    if value.is_some() || depth < DEPTH {
                        self.fill(form, &format!("{path}/:{index}"), value, depth + 1);
                    }
                }
            }
        }
    }

    fn fill_presence(&mut self, path: &str, value: Option<&Value>) {
        if value.is_some() {
            self.set(format!("there:{path}"), "yes");
        }
    }

    fn fill_rows(&mut self, item: &Schema<'_>, path: &str, value: Option<&Value>, depth: usize) {
        let values = value.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        self.set(format!("count:{path}"), values.len().to_string());
        for (index, value) in values.iter().enumerate() {
            self.fill(item, &format!("{path}/{index}"), Some(value), depth + 1);
        }
    }

    /// Adds a row to a list or a map, with what its fields are when nobody says otherwise.
    pub(super) fn add(&mut self, form: &Schema<'_>, path: &str) {
        let rows = self.rows(path);
        let Some(Kind::List(item) | Kind::Map(item)) = at(form, path) else { return };
        if rows < ROWS {
            self.set(format!("count:{path}"), (rows + 1).to_string());
            self.fill(&item, &format!("{path}/{rows}"), None, 0);
        }
    }

    /// Takes a row out; those after it move up.
    pub(super) fn remove(&mut self, path: &str) {
        let Some((list, Ok(gone))) =
            path.rsplit_once('/').map(|(list, row)| (list, row.parse::<usize>()))
        else {
            return;
        };
        let rows = self.rows(list);
        if gone >= rows {
            return;
        }
        let before = std::mem::take(&mut self.0);
        let inside = format!("{list}/");
        for (name, text) in before {
            let (word, pointer) = match name.find('/') {
                Some(start) => name.split_at(start),
                None => ("", &*name),
            };
            let row = pointer
                .strip_prefix(&inside)
                .map(|rest| rest.split_once('/').unwrap_or((rest, "")));
            let Some((Ok(row), rest)) = row.map(|(row, rest)| (row.parse::<usize>(), rest)) else {
                self.0.insert(name, text);
                continue;
            };
            let rest = if rest.is_empty() { String::new() } else { format!("/{rest}") };
            match row.cmp(&gone) {
                std::cmp::Ordering::Less => drop(self.0.insert(name, text)),
                std::cmp::Ordering::Equal => {}
                std::cmp::Ordering::Greater => {
                    self.set(format!("{word}{inside}{}{rest}", row - 1), text)
                }
            }
        }
        self.set(format!("count:{list}"), (rows - 1).to_string());
    }
}

/// What the field at a path asks for.
fn at<'a>(form: &Schema<'a>, path: &str) -> Option<Kind<'a>> {
    let mut kind = form.kind();
    for step in path.split('/').skip(1) {
        while let Kind::Block { inside, .. } = kind {
            kind = inside.kind();
        }
        let index = || step.trim_start_matches(':').parse::<usize>().ok();
        let next = match kind {
            Kind::Record(members) => {
                members.into_iter().find(|member| escaped(&member.name) == step)?.schema
            }
            Kind::List(item) | Kind::Map(item) => *item,
            Kind::Tuple(items) | Kind::Union(items) => items.into_iter().nth(index()?)?,
            Kind::Text(_)
            | Kind::Number { .. }
            | Kind::Flag
            | Kind::Secret
            | Kind::Constant(_)
            | Kind::Choice(_)
            | Kind::Block { .. }
            | Kind::Anything => return None,
        };
        kind = next.kind();
    }
    Some(kind)
}

/// The pointer of a field in what another points to.
pub(in crate::ui) fn step(path: &str, name: &str) -> String {
    format!("{path}/{}", escaped(name))
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// A value in one line: a text as it is, the rest as JSON.
pub(super) fn word(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A value as JSON that people change.
pub(super) fn json(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string())
}

/// Any value as it is typed: a text as it is, if nobody would take it for anything else.
fn loose(value: &Value) -> String {
    match value.as_str() {
        Some(text) if unloose(text).as_ref() == Ok(value) => text.to_owned(),
        Some(_) | None => json(value),
    }
}

/// What was typed where anything may be: JSON, or a text as it is. What begins as JSON must be JSON.
pub(super) fn unloose(text: &str) -> Result<Value, String> {
    let trimmed = text.trim();
    match serde_json::from_str(trimmed) {
        Ok(value) => Ok(value),
        Err(error) if trimmed.starts_with(['{', '[', '"']) => {
            Err(format!("This is no JSON: {error}."))
        }
        Err(_) => Ok(Value::String(text.replace("\r\n", "\n"))),
    }
}

/// A text as the input of its format holds it.
fn typed(format: Format, text: &str) -> String {
    match format {
        Format::Moment => DateTime::parse_from_rfc3339(text).map_or_else(
            |_| text.to_owned(),
            |at| at.naive_utc().format("%Y-%m-%dT%H:%M:%S%.f").to_string(),
        ),
        Format::LocalMoment => text
            .parse::<NaiveDateTime>()
            .map_or_else(|_| text.to_owned(), |at| at.format("%Y-%m-%dT%H:%M:%S%.f").to_string()),
        Format::Line
        | Format::Lines
        | Format::Day
        | Format::Time
        | Format::Duration
        | Format::Uuid
        | Format::Url
        | Format::Email => text.to_owned(),
    }
}
