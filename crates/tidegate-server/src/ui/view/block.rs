//! One block: what is in it, who refers to it, how code loads it; the form that makes or changes it; and what deleting it would do. No
//! secret is shown.

use maud::{Markup, html};
use serde_json::{Map, Value};
use tidegate_core::{
    BlockDocument, BlockDocumentId, BlockSchema, BlockType, Timestamp, referenced_block,
};

use super::run::pretty;
use crate::ui::form::{self, Form, MASK, Saved};
use crate::ui::words::encoded;
use crate::ui::{markdown, part};

/// A block and what belongs to it.
#[derive(Debug)]
pub(in crate::ui) struct Block<'a> {
    pub(in crate::ui) document: &'a BlockDocument,
    /// Its data, with what is secret masked.
    pub(in crate::ui) data: &'a Map<String, Value>,
    pub(in crate::ui) block_type: &'a BlockType,
    pub(in crate::ui) schema: Option<&'a BlockSchema>,
    /// The blocks that it refers to.
    pub(in crate::ui) inside: &'a [Saved],
    /// The blocks that refer to it.
    pub(in crate::ui) outside: &'a [Saved],
    pub(in crate::ui) now: Timestamp,
}

/// The page of a block.
pub(in crate::ui) fn show(block: &Block<'_>) -> Markup {
    let Block { document, data, block_type, schema, inside, outside, now } = *block;
    let url = format!("/blocks/{}", document.id);
    html! {
        nav.crumb aria-label="Where this is" { a href="/blocks" { "Blocks" } " / " a href={ "/blocks?type=" (encoded(&block_type.slug)) } { (block_type.name) } }
        div.head {
            h1 { (document.name) }
            span.tail {
                a.button.main href={ (url) "/edit" } { "Edit" }
                a.button.danger href={ (url) "/delete" } { "Delete" }
            }
        }
        dl.facts {
            div { dt { "Type" } dd { (block_type.name) " " span.mono.soft { (block_type.slug) } } }
            div { dt { "Updated" } dd { (part::ago(now, document.updated)) } }
            div { dt { "Made" } dd { (part::ago(now, document.created)) } }
            @if let Some(schema) = schema.filter(|schema| !schema.capabilities.is_empty()) {
                div { dt { "Can" } dd { span.tags { @for each in &schema.capabilities { span.tag { (each) } } } } }
            }
            div { dt { "Id" } dd { (part::copied(&document.id.to_string())) } }
        }
        section aria-label="Fields" {
            h2 { "Fields" }
            @if data.is_empty() {
                p.soft { "It has no fields." }
            } @else {
                div.wide {
                    table.fields {
                        tbody { @for (name, value) in ordered(data, schema) { tr { th scope="row" { (name) } td { (field(value, inside)) } } } }
                    }
                }
            }
        }
        @if !outside.is_empty() {
            section { h2 { "Part of" } (names(outside)) }
        }
        section {
            h2 { "Load it" }
            (sample(block_type, &document.name, schema))
        }
    }
}

/// The fields in the order of the form.
fn ordered<'a>(
    data: &'a Map<String, Value>,
    schema: Option<&BlockSchema>,
) -> Vec<(&'a String, &'a Value)> {
    let mut fields: Vec<_> = data.iter().collect();
    if let Some(object) = schema.and_then(|schema| schema.fields.as_object()) {
        fields.sort_by_key(|(name, _)| form::place(object, name));
    }
    fields
}

fn names(blocks: &[Saved]) -> Markup {
    html! {
        ul.names { @for each in blocks { li { a.mono href={ "/blocks/" (each.id) } { (each.slug) "/" (each.name) } } } }
    }
}

fn field(value: &Value, inside: &[Saved]) -> Markup {
    if let Some(id) = referenced_block(value) {
        return link(id, inside);
    }
    // What is large is shown as the JSON that it is.
    let small = |part: &Value| part.to_string().len() < 2000;
    html! {
        @match value {
            Value::String(text) if text == MASK => { code.mask title="A secret: it is kept, and not shown" { (MASK) } " " span.soft { "secret" } }
            Value::String(text) if !text.contains('\n') => { span.text { (text) } }
            Value::Null => { span.soft { "none" } }
            Value::Bool(_) | Value::Number(_) => { span.num { (value.to_string()) } }
            Value::Object(fields) if !fields.is_empty() && small(value) => {
                dl.inside { @for (name, value) in fields { dt { (name) } dd { (field(value, inside)) } } }
            }
            Value::Array(items) if !items.is_empty() && small(value) => {
                ol.inside { @for value in items { li { (field(value, inside)) } } }
            }
            Value::String(_) | Value::Object(_) | Value::Array(_) => { pre.code { (pretty(value)) } }
        }
    }
}

fn link(id: BlockDocumentId, inside: &[Saved]) -> Markup {
    let known = inside.iter().find(|saved| saved.id == id);
    html! {
        a.mono href={ "/blocks/" (id) } {
            @match known { Some(saved) => { (saved.slug) "/" (saved.name) } None => { "block " (id) } }
        }
    }
}

/// How code loads a block: in Rust, or in Python where the type is one of Prefect's.
pub(in crate::ui) fn sample(
    block_type: &BlockType,
    name: &str,
    schema: Option<&BlockSchema>,
) -> Markup {
    let variable = variable(name);
    let python = schema.is_some_and(|schema| schema.checksum.starts_with("sha256:"));
    html! {
        @if python {
            pre.code { code { "from prefect.blocks.core import Block\n\n" (variable) " = Block.load(\"" (block_type.slug) "/" (name) "\")" } }
            @if let Some(example) = &block_type.code_example {
                (markdown::show(&example.replace("BLOCK_NAME", name)))
            }
        } @else {
            pre.code { code { "let " (variable) " = " (type_name(block_type)) "::load(\"" (name) "\").await?;" } }
            @if let Some(example) = &block_type.code_example { (markdown::show(example)) }
        }
    }
}

/// A name that a variable can have.
fn variable(name: &str) -> String {
    let name = name.replace('-', "_");
    if name.starts_with(|first: char| first.is_ascii_alphabetic()) {
        name
    } else {
        format!("block_{name}")
    }
}

/// The struct that a type is made from.
fn type_name(block_type: &BlockType) -> String {
    let identifier = |text: &str| text.chars().all(|each| each.is_alphanumeric() || each == '_');
    if identifier(&block_type.name) {
        return block_type.name.clone();
    }
    let mut name = String::new();
    for part in block_type.slug.split('-') {
        let mut letters = part.chars();
        name.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        name.push_str(letters.as_str());
    }
    name
}

/// A form that makes a block or changes one.
#[derive(Debug)]
pub(in crate::ui) struct Edited<'a> {
    pub(in crate::ui) block_type: &'a BlockType,
    /// The block that is changed; none while it is made.
    pub(in crate::ui) document: Option<&'a BlockDocument>,
    /// The name that was typed, and what is wrong with it.
    pub(in crate::ui) name: &'a str,
    pub(in crate::ui) wrong_name: Option<&'a str>,
    pub(in crate::ui) form: &'a Form<'a>,
    pub(in crate::ui) saved: &'a [Saved],
}

/// The page of the form.
pub(in crate::ui) fn edit(edited: &Edited<'_>) -> Markup {
    let Edited { block_type, document, name, wrong_name, form, saved } = *edited;
    let (action, back) = match document {
        Some(document) => {
            (format!("/blocks/{}/edit", document.id), format!("/blocks/{}", document.id))
        }
        None => {
            (format!("/blocks/new/{}", encoded(&block_type.slug)), "/blocks/catalogue".to_owned())
        }
    };
    html! {
        nav.crumb aria-label="Where this is" {
            a href="/blocks" { "Blocks" } " / "
            @match document {
                Some(document) => { a href=(back) { (document.name) } " / edit" }
                None => { a href="/blocks/catalogue" { "catalogue" } " / new" }
            }
        }
        div.head { h1 { @match document { Some(document) => { "Edit " (document.name) } None => { "New " (block_type.name) } } } }
        @if let Some(about) = &block_type.description { (markdown::show(about)) }
        form.form #block-form method="post" action=(action) novalidate data-form {
            @if document.is_none() {
                // Before all other buttons: what the enter key presses.
                button.sr type="submit" tabindex="-1" aria-hidden="true" { "Save" }
                div.field {
                    label for="name" { "Name of the block" }
                    input #name name="name" value=(name) maxlength="255" autocomplete="off" spellcheck="false" aria-describedby="about-name" aria-invalid=[wrong_name.map(|_| "true")];
                    @if let Some(why) = wrong_name { p.wrong { (why) } }
                    small #about-name { "Lower-case letters, digits and dashes. Code loads it by this name." }
                }
            }
            (form.show(saved, &action))
            div.row {
                button.main type="submit" name="act" value="save" { @if document.is_some() { "Save" } @else { "Create block" } }
                a.button href=(back) { "Cancel" }
                span.tail { (form::other_way(form)) }
            }
        }
    }
}

/// The page that says what deleting a block would do; `typed` is a name that was typed and is not its.
pub(in crate::ui) fn deletion(
    document: &BlockDocument,
    block_type: &BlockType,
    outside: &[Saved],
    typed: Option<&str>,
) -> Markup {
    let url = format!("/blocks/{}", document.id);
    html! {
        nav.crumb aria-label="Where this is" { a href="/blocks" { "Blocks" } " / " a href=(url) { (document.name) } " / delete" }
        div.head { h1 { "Delete " (document.name) "?" } }
        @if outside.is_empty() {
            p { "Code that loads " code { (block_type.slug) "/" (document.name) } " fails from then on, and what is secret in it is lost. This cannot be undone." }
            form.form method="post" action={ (url) "/delete" } {
                div.field {
                    label for="typed" { "To delete it, type its name" }
                    input #typed name="typed" value=[typed] autocomplete="off" spellcheck="false" aria-invalid=[typed.map(|_| "true")];
                    @if typed.is_some() { p.wrong { "That is not its name." } }
                }
                div.row {
                    button.danger type="submit" { "Delete this block" }
                    a.button href=(url) { "Keep it" }
                }
            }
        } @else {
            p { "It cannot be deleted while other blocks refer to it. Change or delete these first:" }
            (names(outside))
            div.row { a.button href=(url) { "Back" } }
        }
    }
}
