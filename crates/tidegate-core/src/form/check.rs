//! Whether a JSON value is what a JSON Schema asks for, as far as schemas of Rust types and of pydantic's models go. What it does not know of
//! a schema it lets pass: the type itself has the last word. It never tells the value, only what is wrong with it.

use std::cell::Cell;
use std::fmt;

use serde_json::{Map, Value};

use super::Complaint;
use crate::push_json_pointer;

/// How many schemas are followed into each other. No type is as deep, and a schema that refers to itself has no end.
const DEPTH: u32 = 64;

/// How many schemas are looked at for one value, since a schema may come from anyone.
const STEPS: u32 = 100_000;

/// What is wrong with the value, and where: everything, in the order of the value; nothing, if it is what the schema asks for.
#[must_use]
pub fn check(schema: &Value, value: &Value) -> Vec<Complaint> {
    let checker = Checker { root: schema, depth: Cell::new(0), steps: Cell::new(0) };
    checker.check(schema, value, &Place::Whole)
}

struct Checker<'a> {
    root: &'a Value,
    depth: Cell<u32>,
    steps: Cell<u32>,
}

/// Which part of the value is looked at.
enum Place<'a> {
    Whole,
    Field(&'a Place<'a>, &'a str),
    Item(&'a Place<'a>, usize),
}

impl Checker<'_> {
    fn check(&self, schema: &Value, value: &Value, place: &Place<'_>) -> Vec<Complaint> {
        let (depth, steps) = (self.depth.get(), self.steps.get());
        if depth >= DEPTH || steps >= STEPS {
            return Vec::new();
        }
        self.steps.set(steps + 1);
        self.depth.set(depth + 1);
        let complaints = self.check_here(schema, value, place);
        self.depth.set(depth);
        complaints
    }

    fn check_here(&self, schema: &Value, value: &Value, place: &Place<'_>) -> Vec<Complaint> {
        let schema = match schema {
            Value::Bool(false) => {
                return vec![place.complaint(format!("{place} may not be there"))];
            }
            Value::Object(schema) => schema,
            Value::Null
            | Value::Bool(true)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_) => {
                return Vec::new();
            }
        };
        let mut complaints = Vec::new();
        if let Some(target) = schema.get("$ref").and_then(|reference| self.referred(reference)) {
            complaints.extend(self.check(target, value, place));
        }
        // Of what is of another type, nothing more is wrong.
        let shape = is_of_type(schema, value, place).and_then(|()| is_one_of(schema, value, place));
        if let Err(what) = shape {
            complaints.push(place.complaint(what));
            return complaints;
        }
        match value {
            Value::Object(fields) => complaints.extend(self.fields(schema, fields, place)),
            Value::Array(items) => complaints.extend(self.items(schema, items, place)),
            Value::Number(_) => complaints.extend(place.heard(is_in_range(schema, value, place))),
            Value::String(text) => {
                complaints.extend(place.heard(is_of_length(schema, text, place)))
            }
            Value::Null | Value::Bool(_) => {}
        }
        for part in list(schema, "allOf") {
            complaints.extend(self.check(part, value, place));
        }
        complaints.extend(self.is_one_of_forms(list(schema, "anyOf"), value, place));
        complaints.extend(self.is_one_of_forms(list(schema, "oneOf"), value, place));
        complaints
    }

    /// What `#/$defs/Name` stands for.
    fn referred(&self, reference: &Value) -> Option<&Value> {
        self.root.pointer(reference.as_str()?.strip_prefix('#')?)
    }

    fn is_one_of_forms(&self, forms: &[Value], value: &Value, place: &Place<'_>) -> Vec<Complaint> {
        let mut all = Vec::new();
        for form in forms {
            let complaints = self.check(form, value, place);
            if complaints.is_empty() {
                return complaints;
            }
            all.push(complaints);
        }
        let is_null = |form: &Value| form.get("type").and_then(Value::as_str) == Some("null");
        let others = forms.iter().zip(all).filter(|(form, _)| !is_null(form));
        let mut others = others.map(|(_, complaints)| complaints);
        match (others.next(), others.next()) {
            (None, _) => Vec::new(),
            // The value of an `Option`, which has one form besides that of none.
            (Some(complaints), None) => complaints,
            (Some(_), Some(_)) => {
                vec![place.complaint(format!("{place} has none of the forms that it may have"))]
            }
        }
    }

    fn fields(
        &self,
        schema: &Map<String, Value>,
        fields: &Map<String, Value>,
        place: &Place<'_>,
    ) -> Vec<Complaint> {
        let mut complaints = Vec::new();
        for name in list(schema, "required").iter().filter_map(Value::as_str) {
            if !fields.contains_key(name) {
                let here = Place::Field(place, name);
                complaints.push(here.complaint(format!("{here} is missing")));
            }
        }
        let known = schema.get("properties").and_then(Value::as_object);
        let others = schema.get("additionalProperties");
        let others = others.filter(|_| !schema.contains_key("patternProperties"));
        for (name, value) in fields {
            let here = Place::Field(place, name);
            match (known.and_then(|known| known.get(name)), others) {
                (Some(field), _) => complaints.extend(self.check(field, value, &here)),
                (None, Some(Value::Bool(false))) => {
                    let names: Vec<_> = known.into_iter().flat_map(Map::keys).collect();
                    complaints.push(here.complaint(unknown(&here, &names)));
                }
                (None, Some(field)) => complaints.extend(self.check(field, value, &here)),
                (None, None) => {}
            }
        }
        complaints
    }

    fn items(
        &self,
        schema: &Map<String, Value>,
        items: &[Value],
        place: &Place<'_>,
    ) -> Vec<Complaint> {
        let mut complaints = Vec::new();
        let first = list(schema, "prefixItems");
        for (index, value) in items.iter().enumerate() {
            if let Some(item) = first.get(index).or_else(|| schema.get("items")) {
                complaints.extend(self.check(item, value, &Place::Item(place, index)));
            }
        }
        let bound = |name: &str| schema.get(name).and_then(Value::as_u64);
        let count = items.len() as u64;
        match (bound("minItems"), bound("maxItems")) {
            (Some(least), _) if count < least => {
                complaints.push(place.complaint(format!(
                    "{place} must have {least} items at least, and has {count}"
                )))
            }
            (_, Some(most)) if count > most => complaints.push(
                place.complaint(format!("{place} must have {most} items at most, and has {count}")),
            ),
            (Some(_) | None, _) => {}
        }
        complaints
    }
}

fn unknown(place: &Place<'_>, known: &[&String]) -> String {
    if known.is_empty() {
        return format!("{place} is unknown: there are no fields");
    }
    let known: Vec<_> = known.iter().map(|name| format!("`{name}`")).collect();
    format!("{place} is unknown; the fields are {}", known.join(", "))
}

fn is_of_type(schema: &Map<String, Value>, value: &Value, place: &Place<'_>) -> Result<(), String> {
    let names: Vec<&str> = match schema.get("type") {
        Some(Value::String(name)) => vec![name],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) | None => {
            return Ok(());
        }
    };
    if names.iter().any(|name| has_type(value, name)) {
        return Ok(());
    }
    let wanted = names.iter().copied().filter(|name| names.len() == 1 || *name != "null");
    let wanted: Vec<_> = wanted.map(spoken).collect();
    let is = spoken(type_of(value));
    Err(format!("{place} must be {}, and is {is}", wanted.join(" or ")))
}

fn has_type(value: &Value, name: &str) -> bool {
    let actual = type_of(value);
    actual == name || (name == "number" && actual == "integer")
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn spoken(type_name: &str) -> &str {
    match type_name {
        "null" => "null",
        "boolean" => "true or false",
        "number" => "a number",
        "integer" => "a whole number",
        "string" => "a text",
        "array" => "a list",
        "object" => "an object with fields",
        other => other,
    }
}

fn is_one_of(schema: &Map<String, Value>, value: &Value, place: &Place<'_>) -> Result<(), String> {
    let only = schema.get("const").map(std::slice::from_ref);
    let Some(values) = only.or_else(|| schema.get("enum")?.as_array().map(Vec::as_slice)) else {
        return Ok(());
    };
    if values.contains(value) {
        return Ok(());
    }
    let values: Vec<_> = values.iter().map(ToString::to_string).collect();
    Err(format!("{place} must be {}", values.join(" or ")))
}

fn is_in_range(
    schema: &Map<String, Value>,
    value: &Value,
    place: &Place<'_>,
) -> Result<(), String> {
    let number = whole_or_not(value);
    let bound = |name: &str| schema.get(name).map(whole_or_not);
    let of_format = schema.get("format").and_then(Value::as_str).and_then(range_of);
    let least = bound("minimum").or(of_format.map(|range| range.0));
    let most = bound("maximum").or(of_format.map(|range| range.1));
    if let Some(least) = least.filter(|least| number < *least) {
        return Err(format!("{place} must be {least} at least"));
    }
    if let Some(most) = most.filter(|most| number > *most) {
        return Err(format!("{place} must be {most} at most"));
    }
    if let Some(bound) = bound("exclusiveMinimum").filter(|bound| number <= *bound) {
        return Err(format!("{place} must be more than {bound}"));
    }
    if let Some(bound) = bound("exclusiveMaximum").filter(|bound| number >= *bound) {
        return Err(format!("{place} must be less than {bound}"));
    }
    Ok(())
}

/// A number, as exactly as it can be compared with others.
#[derive(Clone, Copy)]
enum Exact {
    Whole(i128),
    Real(f64),
}

impl Exact {
    #[allow(clippy::cast_precision_loss, reason = "the other is no whole number")]
    fn real(self) -> f64 {
        match self {
            Self::Whole(number) => number as f64,
            Self::Real(number) => number,
        }
    }
}

impl PartialEq for Exact {
    fn eq(&self, other: &Self) -> bool {
        self.partial_cmp(other).is_some_and(std::cmp::Ordering::is_eq)
    }
}

impl PartialOrd for Exact {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        match (self, other) {
            (Self::Whole(number), Self::Whole(other)) => Some(number.cmp(other)),
            (number, other) => number.real().partial_cmp(&other.real()),
        }
    }
}

impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(number) => number.fmt(f),
            Self::Real(number) => number.fmt(f),
        }
    }
}

fn whole_or_not(value: &Value) -> Exact {
    let whole = value.as_i64().map(i128::from).or_else(|| value.as_u64().map(i128::from));
    whole.map_or_else(|| Exact::Real(value.as_f64().unwrap_or(f64::NAN)), Exact::Whole)
}

/// The range of an integer type, which schemas tell by its name only.
fn range_of(format: &str) -> Option<(Exact, Exact)> {
    let range = |least: i128, most: i128| Some((Exact::Whole(least), Exact::Whole(most)));
    match format {
        "int8" => range(i8::MIN.into(), i8::MAX.into()),
        "int16" => range(i16::MIN.into(), i16::MAX.into()),
        "int32" => range(i32::MIN.into(), i32::MAX.into()),
        "int64" | "int" => range(i64::MIN.into(), i64::MAX.into()),
        "uint8" => range(0, u8::MAX.into()),
        "uint16" => range(0, u16::MAX.into()),
        "uint32" => range(0, u32::MAX.into()),
        "uint64" | "uint" => range(0, u64::MAX.into()),
        _ => None,
    }
}

fn is_of_length(schema: &Map<String, Value>, text: &str, place: &Place<'_>) -> Result<(), String> {
    let bound = |name: &str| schema.get(name).and_then(Value::as_u64);
    let count = text.chars().count() as u64;
    match (bound("minLength"), bound("maxLength")) {
        (Some(least), _) if count < least => {
            Err(format!("{place} must have {least} characters at least, and has {count}"))
        }
        (_, Some(most)) if count > most => {
            Err(format!("{place} must have {most} characters at most, and has {count}"))
        }
        (Some(_) | None, _) => Ok(()),
    }
}

fn list<'a>(schema: &'a Map<String, Value>, name: &str) -> &'a [Value] {
    schema.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

impl Place<'_> {
    fn complaint(&self, message: String) -> Complaint {
        let mut at = String::new();
        self.point(&mut at);
        Complaint { at, message }
    }

    fn heard(&self, outcome: Result<(), String>) -> Option<Complaint> {
        outcome.err().map(|message| self.complaint(message))
    }

    fn point(&self, pointer: &mut String) {
        match self {
            Self::Whole => {}
            Self::Field(parent, name) => {
                parent.point(pointer);
                push_json_pointer(pointer, name);
            }
            Self::Item(parent, index) => {
                parent.point(pointer);
                push_json_pointer(pointer, &index.to_string());
            }
        }
    }

    fn path(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => Ok(()),
            Self::Field(Self::Whole, name) => f.write_str(name),
            Self::Field(parent, name) => {
                parent.path(f)?;
                write!(f, ".{name}")
            }
            Self::Item(parent, index) => {
                parent.path(f)?;
                write!(f, "[{index}]")
            }
        }
    }
}

/// As the subject of a sentence.
impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => f.write_str("it"),
            Self::Field(..) | Self::Item(..) => {
                f.write_str("the field `")?;
                self.path(f)?;
                f.write_str("`")
            }
        }
    }
}
