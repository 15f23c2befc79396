//! Forms that are made from a JSON Schema, of Rust types and of Prefect's Python types alike. They work without script: a button that adds
//! a row is answered by the form with the row. Nothing here asks a store or speaks HTTP.
//!
//! ```text
//!   schema ──> Schema: what each field asks for ──┐
//!   value ───> Filled: what the inputs hold ──────┴──> markup ──> browser
//!                ^                                                   │
//!   value, what is wrong by field <── read ── Filled <── posted ─────┘
//! ```

mod check;
mod filled;
mod read;
mod schema;
mod show;
#[cfg(test)]
mod tests;

use maud::Markup;
use serde_json::Value;
use tidegate_core::BlockDocumentId;

pub(in crate::ui) use check::Wrong;
pub(in crate::ui) use filled::{Filled, step};
pub(in crate::ui) use schema::place;
use schema::{Kind, Schema};
pub(in crate::ui) use show::other_way;

/// What stands for a secret that is kept as it is.
pub(in crate::ui) const MASK: &str = "********";

/// The blocks that can be chosen where one is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ui) struct Saved {
    pub(in crate::ui) slug: String,
    pub(in crate::ui) name: String,
    pub(in crate::ui) id: BlockDocumentId,
}

/// A form as it is shown: what its inputs hold, and what is wrong with that.
#[derive(Debug)]
pub(in crate::ui) struct Form<'a> {
    schema: &'a Value,
    filled: Filled,
    /// The text of the whole value, where it is typed as JSON.
    json: Option<String>,
    wrong: Vec<Wrong>,
}

/// What a posted form asks for.
#[derive(Debug)]
pub(in crate::ui) enum Posted<'a> {
    /// It is filled in, and this is the value.
    Done(Value, Form<'a>),
    /// It is to be shown as it is now: a row was added, it is to be typed as JSON, or something is wrong.
    Again(Form<'a>),
}

impl<'a> Form<'a> {
    /// A form that holds a value, or what is so when nobody says otherwise.
    pub(in crate::ui) fn of(schema: &'a Value, value: Option<&Value>) -> Self {
        let mut filled = Filled::default();
        let form = Schema::of_form(schema);
        filled.fill(&form, "", value, 0);
        // What has no fields can only be typed.
        let json = (!has_fields(&form)).then(|| {
            let value = value.or_else(|| form.default());
            value.map(filled::json).unwrap_or_default()
        });
        Self { schema, filled, json, wrong: Vec::new() }
    }

    /// Reads what a browser has posted.
    pub(in crate::ui) fn posted(schema: &'a Value, pairs: &[(String, String)]) -> Posted<'a> {
        let form = Schema::of_form(schema);
        let last =
            |name: &str| pairs.iter().rev().find(|(each, _)| each == name).map(|(_, text)| &**text);
        let act = last("act").unwrap_or_default();
        let mut shown =
            Self { schema, filled: Filled::posted(pairs), json: None, wrong: Vec::new() };
        if let Some(text) = last("json") {
            shown.json = Some(text.to_owned());
            let value = match serde_json::from_str::<Value>(text) {
                Ok(value) => value,
                Err(error) => {
                    shown.wrong = vec![Wrong::new("", format!("This is no JSON: {error}."))];
                    return Posted::Again(shown);
                }
            };
            if act == "form" {
                return Posted::Again(Self::of(schema, Some(&value)));
            }
            shown.wrong = check::check(&form, &value);
            return if shown.wrong.is_empty() {
                Posted::Done(value, shown)
            } else {
                Posted::Again(shown)
            };
        }
        match act.split_once(':') {
            Some(("add", path)) => shown.filled.add(&form, path),
            Some(("remove", path)) => shown.filled.remove(path),
            None if act == "show" => {}
            Some(_) | None => {
                let (value, wrong) = read::read(&form, &shown.filled);
                if act == "json" {
                    shown.json = Some(filled::json(&value));
                    return Posted::Again(shown);
                }
                shown.wrong = wrong;
                let done = shown.wrong.is_empty();
                return if done { Posted::Done(value, shown) } else { Posted::Again(shown) };
            }
        }
        Posted::Again(shown)
    }

    /// Says that something is wrong with a field, or with all of it where the path is empty.
    pub(in crate::ui) fn say(&mut self, wrong: Wrong) {
        let Wrong { path, why } = wrong;
        let shown = ["", "count:", "kind:", "there:"];
        // Beside its field, if there is one of that name.
        let wrong = match path.is_empty()
            || shown.iter().any(|word| self.filled.has(&format!("{word}{path}")))
        {
            true => Wrong { path, why },
            false => {
                Wrong::new("", format!("{}: {why}", path.trim_start_matches('/').replace('/', ".")))
            }
        };
        self.wrong.push(wrong);
    }

    /// Whether something is wrong.
    pub(in crate::ui) fn is_wrong(&self) -> bool {
        !self.wrong.is_empty()
    }

    /// The types of which a block can be chosen in it.
    pub(in crate::ui) fn slugs(&self) -> Vec<String> {
        let mut found = Vec::new();
        collect(&Schema::of_form(self.schema), &mut found, 0);
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The fields, to stand in a form whose buttons are the caller's.
    ///
    /// `action` is where the form is posted to.
    pub(in crate::ui) fn show(&self, saved: &[Saved], action: &str) -> Markup {
        show::show(self, &Schema::of_form(self.schema), saved, action)
    }
}

fn has_fields(form: &Schema<'_>) -> bool {
    matches!(form.kind(), Kind::Record(_) | Kind::Map(_) | Kind::Union(_))
}

fn collect(schema: &Schema<'_>, found: &mut Vec<String>, depth: usize) {
    // Deeper than that, a type contains itself.
    if depth > 6 {
        return;
    }
    match schema.kind() {
        Kind::Block { slug, inside } => {
            found.push(slug);
            collect(&inside, found, depth + 1);
        }
        Kind::List(item) | Kind::Map(item) => collect(&item, found, depth + 1),
        Kind::Tuple(items) | Kind::Union(items) => {
            items.iter().for_each(|item| collect(item, found, depth + 1));
        }
        Kind::Record(members) => {
            members.iter().for_each(|member| collect(&member.schema, found, depth + 1));
        }
        Kind::Text(_)
        | Kind::Number { .. }
        | Kind::Flag
        | Kind::Secret
        | Kind::Constant(_)
        | Kind::Choice(_)
        | Kind::Anything => {}
    }
}
