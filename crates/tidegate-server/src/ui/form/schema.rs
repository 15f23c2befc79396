//! A JSON Schema as what its fields ask for. It is read one level at a time, so that a type which contains itself ends where its value
//! does; nothing here sees a value that somebody typed.

use serde_json::{Map, Value};

/// How many references lead from one to the next at most.
const HOPS: usize = 32;

/// A schema with what it refers to merged in.
#[derive(Clone, Debug)]
pub(super) struct Schema<'a> {
    root: &'a Value,
    said: Map<String, Value>,
    /// What it is called where it stands, not where it is defined.
    label: Option<String>,
    nullable: bool,
}

/// What a field asks for.
#[derive(Clone, Debug)]
pub(super) enum Kind<'a> {
    Text(Format),
    Number {
        whole: bool,
    },
    Flag,
    /// A text that is not shown again.
    Secret,
    Constant(Value),
    Choice(Vec<Choice>),
    /// A block of this type: one that was saved, or one that is written here.
    Block {
        slug: String,
        inside: Box<Schema<'a>>,
    },
    List(Box<Schema<'a>>),
    Tuple(Vec<Schema<'a>>),
    Record(Vec<Member<'a>>),
    Map(Box<Schema<'a>>),
    Union(Vec<Schema<'a>>),
    /// Any JSON.
    Anything,
}

/// How a text is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Line,
    Lines,
    /// A moment, which is asked for in UTC.
    Moment,
    /// A day and a time of no zone.
    LocalMoment,
    Day,
    Time,
    Duration,
    Uuid,
    Url,
    Email,
}

/// One of the values that a field may have.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    pub(super) value: Value,
    pub(super) about: Option<String>,
}

/// A field of an object.
#[derive(Clone, Debug)]
pub(super) struct Member<'a> {
    pub(super) name: String,
    pub(super) required: bool,
    pub(super) schema: Schema<'a>,
}

impl<'a> Schema<'a> {
    /// The schema of a whole form.
    pub(super) fn of_form(root: &'a Value) -> Self {
        let mut schema = Self::of(root, root);
        // It says of which type the form is, and not that a block of it is to be chosen.
        schema.said.remove("block_type_slug");
        schema
    }

    fn of(root: &'a Value, node: &Value) -> Self {
        let label = node.get("title").and_then(Value::as_str).map(str::to_owned);
        let mut schema = Self { root, said: resolved(root, node, 0), label, nullable: false };
        schema.take_null_out();
        schema
    }

    /// Reads `null` as what may be left out, and what is left as what is asked for.
    fn take_null_out(&mut self) {
        if let Some(Value::Array(names)) = self.said.get("type").cloned() {
            let mut others: Vec<_> = names.iter().filter(|name| *name != "null").cloned().collect();
            self.nullable |= others.len() < names.len();
            if others.len() == 1 {
                self.said.insert("type".to_owned(), others.remove(0));
            } else {
                let forms = others.into_iter().map(|name| serde_json::json!({ "type": name }));
                self.said.insert("anyOf".to_owned(), Value::Array(forms.collect()));
                self.said.remove("type");
            }
        }
        if let Some(Value::Array(values)) = self.said.get_mut("enum") {
            let all = values.len();
            values.retain(|value| !value.is_null());
            self.nullable |= values.len() < all;
        }
        for name in ["anyOf", "oneOf"] {
            let Some(Value::Array(forms)) = self.said.get_mut(name) else { continue };
            let all = forms.len();
            forms.retain(|form| {
                form.get("type").and_then(Value::as_str) != Some("null")
                    && form.get("const") != Some(&Value::Null)
            });
            self.nullable |= forms.len() < all;
            if let [only] = &**forms {
                let mut inner = resolved(self.root, &only.clone(), 0);
                self.said.remove(name);
                inner.append(&mut self.said);
                self.said = inner;
                if all > 1 {
                    return self.take_null_out();
                }
            }
        }
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.said.get(name).and_then(Value::as_str)
    }

    fn list(&self, name: &str) -> &[Value] {
        self.said.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    fn below(&self, node: &Value) -> Self {
        Self::of(self.root, node)
    }

    /// What the field is called, if it says so.
    pub(super) fn label(&self) -> Option<&str> {
        self.label.as_deref()
    }

    /// What is to be known about it.
    pub(super) fn description(&self) -> Option<&str> {
        self.text("description")
    }

    /// An example, in words.
    pub(super) fn example(&self) -> Option<String> {
        let first = self.list("examples").first()?;
        Some(super::filled::word(first))
    }

    /// What it is when nobody says otherwise.
    pub(super) fn default(&self) -> Option<&Value> {
        self.said.get("default")
    }

    /// Whether `null` is a value of it.
    pub(super) fn is_nullable(&self) -> bool {
        self.nullable
    }

    /// A bound that is a count.
    pub(super) fn count(&self, name: &str) -> Option<u64> {
        self.said.get(name).and_then(Value::as_u64)
    }

    /// A bound that is a number.
    pub(super) fn bound(&self, name: &str) -> Option<&Value> {
        self.said.get(name).filter(|bound| bound.is_number())
    }

    /// The least and the largest of the integer type that it names.
    pub(super) fn range(&self) -> Option<(i128, i128)> {
        Some(match self.text("format")? {
            "int8" => (i8::MIN.into(), i8::MAX.into()),
            "int16" => (i16::MIN.into(), i16::MAX.into()),
            "int32" => (i32::MIN.into(), i32::MAX.into()),
            "int64" | "int" => (i64::MIN.into(), i64::MAX.into()),
            "uint8" => (0, u8::MAX.into()),
            "uint16" => (0, u16::MAX.into()),
            "uint32" => (0, u32::MAX.into()),
            "uint64" | "uint" => (0, u64::MAX.into()),
            _ => return None,
        })
    }

    /// Whether an object may have fields that it does not name.
    pub(super) fn is_open(&self) -> bool {
        self.said.get("additionalProperties") != Some(&Value::Bool(false))
    }

    /// What tells it from the others of a union.
    pub(super) fn name_in_union(&self, number: usize) -> String {
        if let Some(title) = self.label.as_deref().or_else(|| self.text("title")) {
            return title.to_owned();
        }
        if let Some(only) = self.said.get("const") {
            return super::filled::word(only);
        }
        let properties = self.said.get("properties").and_then(Value::as_object);
        let tag = properties.into_iter().flatten().find_map(|(_, field)| field.get("const"));
        if let Some(tag) = tag {
            return super::filled::word(tag);
        }
        // A Rust enum is told apart by the one field that each of its forms has.
        if let Some((name, _)) =
            properties.filter(|all| all.len() == 1).and_then(|all| all.iter().next())
        {
            return name.clone();
        }
        match self.text("type") {
            Some("string") => "Text",
            Some("integer") => "Whole number",
            Some("number") => "Number",
            Some("boolean") => "Yes or no",
            Some("array") => "List",
            Some("object") => "Fields",
            Some(_) | None => return format!("Form {}", number + 1),
        }
        .to_owned()
    }

    /// What it asks for.
    pub(super) fn kind(&self) -> Kind<'a> {
        let secret = self.said.get("writeOnly") == Some(&Value::Bool(true));
        if secret && self.text("format") == Some("password") {
            return Kind::Secret;
        }
        if let Some(slug) = self.text("block_type_slug") {
            let mut inside = self.clone();
            inside.said.remove("block_type_slug");
            inside.nullable = false;
            return Kind::Block { slug: slug.to_owned(), inside: Box::new(inside) };
        }
        if let Some(value) = self.said.get("const") {
            return Kind::Constant(value.clone());
        }
        if self.said.contains_key("enum") {
            let choice = |value: &Value| Choice { value: value.clone(), about: None };
            return Kind::Choice(self.list("enum").iter().map(choice).collect());
        }
        for name in ["oneOf", "anyOf"] {
            if self.said.contains_key(name) {
                return self.union(name);
            }
        }
        match self.text("type") {
            Some("string") => Kind::Text(self.format()),
            Some("integer") => Kind::Number { whole: true },
            Some("number") => Kind::Number { whole: false },
            Some("boolean") => Kind::Flag,
            Some("null") => Kind::Constant(Value::Null),
            Some("array") if self.said.contains_key("prefixItems") => {
                Kind::Tuple(self.list("prefixItems").iter().map(|each| self.below(each)).collect())
            }
            Some("array") => {
                let items = self.said.get("items").unwrap_or(&Value::Bool(true));
                Kind::List(Box::new(self.below(items)))
            }
            Some("object") => self.object(),
            None if self.said.contains_key("properties") => self.object(),
            Some(_) | None => Kind::Anything,
        }
    }

    fn object(&self) -> Kind<'a> {
        let others = self.said.get("additionalProperties");
        let Some(properties) = self.said.get("properties").and_then(Value::as_object) else {
            return match others {
                Some(Value::Bool(false)) => Kind::Record(Vec::new()),
                Some(others) => Kind::Map(Box::new(self.below(others))),
                None => Kind::Map(Box::new(self.below(&Value::Bool(true)))),
            };
        };
        let references = self.said.get("block_schema_references");
        let member = |(name, field): (&String, &Value)| {
            let mut schema = self.below(field);
            let slug = references.and_then(|all| all.get(name)?.get("block_type_slug"));
            if let Some(slug) =
                slug.filter(|_| matches!(schema.kind(), Kind::Record(_) | Kind::Map(_)))
            {
                schema.said.insert("block_type_slug".to_owned(), slug.clone());
            }
            let required = self.list("required").iter().any(|each| each == name);
            Member { name: name.clone(), required, schema }
        };
        let mut members: Vec<_> = properties.iter().map(member).collect();
        members.sort_by_key(|member| place(&self.said, &member.name));
        Kind::Record(members)
    }

    fn union(&self, name: &str) -> Kind<'a> {
        let forms = self.list(name);
        let resolved: Vec<_> = forms.iter().map(|form| self.below(form)).collect();
        let values = resolved.iter().map(|form| {
            let about = form.description().map(str::to_owned);
            Some(Choice { value: form.said.get("const")?.clone(), about })
        });
        if let Some(choices) = values.collect::<Option<Vec<_>>>() {
            return Kind::Choice(choices);
        }
        // What stands beside the forms holds for each of them.
        let mut common = self.said.clone();
        for left_out in [name, "title", "description", "default", "discriminator", "position"] {
            common.remove(left_out);
        }
        Kind::Union(
            resolved
                .into_iter()
                .map(|mut form| {
                    merge(&mut form.said, common.clone());
                    form
                })
                .collect(),
        )
    }

    fn format(&self) -> Format {
        match self.text("format") {
            Some("date-time") => Format::Moment,
            Some("partial-date-time" | "local-date-time") => Format::LocalMoment,
            Some("date") => Format::Day,
            Some("time" | "partial-time") => Format::Time,
            Some("duration") => Format::Duration,
            Some("uuid") => Format::Uuid,
            Some("uri" | "url") => Format::Url,
            Some("email") => Format::Email,
            Some("multi-line" | "multiline" | "markdown" | "textarea" | "json-string") => {
                Format::Lines
            }
            Some(_) | None if self.count("maxLength").is_some_and(|most| most > 500) => {
                Format::Lines
            }
            Some(_) | None if self.said.contains_key("contentMediaType") => Format::Lines,
            Some(_) | None => Format::Line,
        }
    }
}

/// Where a field stands among those of an object: where its position says, or else in the order in which the object requires them, and
/// then what may be left out. In which order those were declared is not known: stores keep the fields of an object by their names.
pub(in crate::ui) fn place(object: &Map<String, Value>, name: &str) -> (u64, usize) {
    let position =
        object.get("properties").and_then(|all| all.get(name)?.get("position")?.as_u64());
    let required = object.get("required").and_then(Value::as_array);
    let declared = required.and_then(|all| all.iter().position(|each| each == name));
    (position.unwrap_or(u64::MAX), declared.unwrap_or(usize::MAX))
}

/// A schema with its references and the parts that must all hold merged into one.
fn resolved(root: &Value, node: &Value, hops: usize) -> Map<String, Value> {
    let Some(mut said) = node.as_object().cloned().filter(|_| hops < HOPS) else {
        return Map::new();
    };
    if let Some(Value::String(reference)) = said.remove("$ref")
        && let Some(target) = reference.strip_prefix('#').and_then(|place| root.pointer(place))
    {
        let mut target = resolved(root, target, hops + 1);
        if hops == 0 || target.contains_key("properties") {
            target.remove("$defs");
            target.remove("definitions");
        }
        target.append(&mut said);
        said = target;
    }
    if let Some(Value::Array(parts)) = said.remove("allOf") {
        for part in parts {
            merge(&mut said, resolved(root, &part, hops + 1));
        }
    }
    said
}

/// Adds what `more` says: fields beside those that are there, and the rest where nothing is said.
fn merge(said: &mut Map<String, Value>, more: Map<String, Value>) {
    for (name, value) in more {
        match (said.get_mut(&name), value) {
            (Some(Value::Object(there)), Value::Object(more)) if name == "properties" => {
                for (field, schema) in more {
                    there.entry(field).or_insert(schema);
                }
            }
            (Some(Value::Array(there)), Value::Array(more)) if name == "required" => {
                there.extend(more);
            }
            (Some(_), _) => {}
            (None, value) => drop(said.insert(name, value)),
        }
    }
}
