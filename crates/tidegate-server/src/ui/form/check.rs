//! Whether a value is what a schema asks for, and where it is not. What it does not know of a schema it lets pass: the type itself has the
//! last word. It never tells the value, only what is wrong with it.

use serde_json::Value;
use tidegate_core::referenced_block;

use super::filled::{step, word};
use super::schema::{Format, Kind, Schema};

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ui) struct Wrong {
    /// The pointer of the field.
    pub(in crate::ui) path: String,
    /// What is wrong, as a sentence.
    pub(in crate::ui) why: String,
}

impl Wrong {
    pub(in crate::ui) fn new(path: impl Into<String>, why: impl Into<String>) -> Self {
        Self { path: path.into(), why: why.into() }
    }
}

/// What is said of a field that is left empty and may not be.
pub(super) const NEEDED: &str = "This is needed.";

/// Everything that is wrong with a value.
pub(super) fn check(schema: &Schema<'_>, value: &Value) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    look(schema, value, "", &mut wrong);
    wrong
}

fn look(schema: &Schema<'_>, value: &Value, path: &str, wrong: &mut Vec<Wrong>) {
    if value.is_null() && schema.is_nullable() {
        return;
    }
    let mut say = |why: String| wrong.push(Wrong::new(path, why));
    match schema.kind() {
        Kind::Anything | Kind::Secret => {}
        Kind::Text(_) | Kind::Number { .. } | Kind::Flag | Kind::Constant(_) | Kind::Choice(_) => {
            if let Err(why) = plain(schema, value) {
                say(why);
            }
        }
        Kind::Block { inside, .. } => {
            if referenced_block(value).is_none() {
                look(&inside, value, path, wrong);
            }
        }
        Kind::List(item) => {
            let Some(values) = value.as_array() else { return say("This must be a list.".into()) };
            if let Err(why) = length(schema, values.len(), "item", "minItems", "maxItems") {
                say(why);
            }
            for (index, value) in values.iter().enumerate() {
                look(&item, value, &format!("{path}/{index}"), wrong);
            }
        }
        Kind::Tuple(items) => {
            let Some(values) = value.as_array() else { return say("This must be a list.".into()) };
            if values.len() != items.len() {
                say(format!("This must have {} items.", items.len()));
            }
            for (index, (item, value)) in items.iter().zip(values).enumerate() {
                look(item, value, &format!("{path}/{index}"), wrong);
            }
        }
        Kind::Record(members) => {
            let Some(fields) = value.as_object() else {
                return say("This must be an object with fields.".into());
            };
            if !schema.is_open() {
                let known = |name: &str| members.iter().any(|member| member.name == name);
                for name in fields.keys().filter(|name| !known(name) && *name != "block_type_slug")
                {
                    say(format!("There is no field called {name}."));
                }
            }
            for member in &members {
                let here = step(path, &member.name);
                match fields.get(&member.name) {
                    Some(value) => look(&member.schema, value, &here, wrong),
                    None if member.required => wrong.push(Wrong::new(here, NEEDED)),
                    None => {}
                }
            }
        }
        Kind::Map(item) => {
            let Some(fields) = value.as_object() else {
                return say("This must be an object with fields.".into());
            };
            for (name, value) in fields {
                look(&item, value, &step(path, name), wrong);
            }
        }
        Kind::Union(forms) => {
            if !forms.iter().any(|form| check(form, value).is_empty()) {
                let names = forms.iter().enumerate().map(|(at, form)| form.name_in_union(at));
                say(format!("This is none of: {}.", names.collect::<Vec<_>>().join(", ")));
            }
        }
    }
}

/// Whether a value without parts is what is asked for.
pub(super) fn plain(schema: &Schema<'_>, value: &Value) -> Result<(), String> {
    match (schema.kind(), value) {
        (Kind::Text(format), Value::String(text)) => {
            length(schema, text.chars().count(), "character", "minLength", "maxLength")?;
            of_format(format, text)
        }
        (Kind::Text(_), _) => Err("This must be a text.".to_owned()),
        (Kind::Number { whole: true }, Value::Number(number)) if number.is_f64() => {
            Err("This must be a whole number.".to_owned())
        }
        (Kind::Number { .. }, Value::Number(_)) => in_range(schema, value),
        (Kind::Number { .. }, _) => Err("This must be a number.".to_owned()),
        (Kind::Flag, Value::Bool(_)) => Ok(()),
        (Kind::Flag, _) => Err("This must be true or false.".to_owned()),
        (Kind::Constant(only), _) if only != *value => {
            Err(format!("This must be {}.", word(&only)))
        }
        (Kind::Choice(choices), _) if !choices.iter().any(|choice| choice.value == *value) => {
            let names: Vec<_> = choices.iter().map(|choice| word(&choice.value)).collect();
            Err(format!("This must be {}.", names.join(" or ")))
        }
        (
            Kind::Constant(_)
            | Kind::Choice(_)
            | Kind::Secret
            | Kind::Block { .. }
            | Kind::List(_)
            | Kind::Tuple(_)
            | Kind::Record(_)
            | Kind::Map(_)
            | Kind::Union(_)
            | Kind::Anything,
            _,
        ) => Ok(()),
    }
}

/// Whether there are as many as there must be.
pub(super) fn length(
    schema: &Schema<'_>,
    count: usize,
    one: &str,
    least: &str,
    most: &str,
) -> Result<(), String> {
    let several = |count| crate::ui::words::several(count, one);
    let count = count as u64;
    if let Some(least) = schema.count(least).filter(|least| count < *least) {
        return Err(format!("This must have {} at least.", several(least)));
    }
    if let Some(most) = schema.count(most).filter(|most| count > *most) {
        return Err(format!("This must have {} at most.", several(most)));
    }
    Ok(())
}

fn of_format(format: Format, text: &str) -> Result<(), String> {
    let (fits, what) = match format {
        Format::Moment => (
            chrono::DateTime::parse_from_rfc3339(text).is_ok(),
            "a day and a time, as 2026-01-31T08:30:00Z",
        ),
        Format::LocalMoment => (
            text.parse::<chrono::NaiveDateTime>().is_ok(),
            "a day and a time, as 2026-01-31T08:30:00",
        ),
        Format::Day => (text.parse::<chrono::NaiveDate>().is_ok(), "a day, as 2026-01-31"),
        Format::Uuid => (text.parse::<uuid::Uuid>().is_ok(), "a UUID"),
        Format::Url => (text.contains(':'), "an address with its scheme, as https://example.com"),
        Format::Email => (text.contains('@'), "an address, as ada@example.com"),
        // ISO 8601, or what the program takes.
        Format::Time | Format::Duration | Format::Line | Format::Lines => (true, ""),
    };
    if fits { Ok(()) } else { Err(format!("This must be {what}.")) }
}

/// A bound, whether a comparison with it is well, and how that is said.
type Rule = (&'static str, fn(std::cmp::Ordering) -> bool, &'static str);

fn in_range(schema: &Schema<'_>, value: &Value) -> Result<(), String> {
    let whole =
        |value: &Value| value.as_i64().map(i128::from).or_else(|| value.as_u64().map(i128::from));
    if let (Some(number), Some((least, most))) = (whole(value), schema.range())
        && !(least..=most).contains(&number)
    {
        return Err(format!("This must be from {least} to {most}."));
    }
    let compared = |bound: &Value| match (whole(value), whole(bound)) {
        (Some(number), Some(bound)) => Some(number.cmp(&bound)),
        _ => value.as_f64()?.partial_cmp(&bound.as_f64()?),
    };
    let rules: [Rule; 4] = [
        ("minimum", std::cmp::Ordering::is_ge, "at least"),
        ("maximum", std::cmp::Ordering::is_le, "at most"),
        ("exclusiveMinimum", std::cmp::Ordering::is_gt, "more than"),
        ("exclusiveMaximum", std::cmp::Ordering::is_lt, "less than"),
    ];
    for (name, holds, words) in rules {
        if let Some(bound) = schema.bound(name)
            && !compared(bound).is_some_and(holds)
        {
            return Err(format!("This must be {words} {bound}."));
        }
    }
    if let Some(step) = schema.bound("multipleOf").and_then(Value::as_f64)
        && let Some(number) = value.as_f64()
        && step > 0.0
        && ((number / step) - (number / step).round()).abs() > 1e-9
    {
        return Err(format!("This must be a multiple of {step}."));
    }
    Ok(())
}
