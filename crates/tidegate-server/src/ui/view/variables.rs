//! Variables: a list, and a form that makes or changes one.

use maud::{Markup, html};
use serde_json::Value;
use tidegate_core::{Timestamp, VariableRecord};

use super::run::pretty;
use crate::ui::part::{self, Pager};
use crate::ui::words::encoded;

/// How many a page lists.
pub(in crate::ui) const PAGE: u64 = 100;

/// What the page of variables shows.
#[derive(Debug)]
pub(in crate::ui) struct Variables<'a> {
    pub(in crate::ui) variables: &'a [VariableRecord],
    /// The one that is being changed.
    pub(in crate::ui) edited: Option<&'a VariableRecord>,
    /// Why the last change was not made, and what was to be changed.
    pub(in crate::ui) wrong: Option<&'a Wrong>,
    /// The one that was deleted just now, to be made again.
    pub(in crate::ui) deleted: Option<&'a VariableRecord>,
    pub(in crate::ui) offset: u64,
    pub(in crate::ui) now: Timestamp,
}

/// A change that was not made.
#[derive(Debug, Default)]
pub(in crate::ui) struct Wrong {
    pub(in crate::ui) why: String,
    pub(in crate::ui) name: String,
    pub(in crate::ui) value: String,
    pub(in crate::ui) tags: String,
}

/// The page.
pub(in crate::ui) fn show(page: &Variables<'_>) -> Markup {
    let Variables { variables, edited, wrong, deleted, offset, now } = *page;
    html! {
        div.head { h1 { "Variables" } }
        @if let Some(deleted) = deleted { (undo(deleted)) }
        @if variables.is_empty() && offset == 0 {
            (part::empty("No variables yet", "Small values by name that code reads when it runs. Make one below, or in code.", Some("Variable::set(\"city\", \"Rome\").await?;\nlet city: Option<String> = Variable::get(\"city\").await?;")))
        } @else {
            div.wide {
                table.folds {
                    thead { tr { th { "Name" } th { "Value" } th { "Tags" } th { "Updated" } th { span.sr { "Actions" } } } }
                    tbody { @for variable in variables { (row(variable, now)) } }
                }
            }
            (Pager { total: None, offset, here: variables.len() as u64, size: PAGE, one: "variable" }.show(|from| format!("/variables?from={from}")))
        }
        (form(edited, wrong))
    }
}

/// What was deleted, and the way back.
fn undo(deleted: &VariableRecord) -> Markup {
    html! {
        form.note.bar method="post" action="/variables" role="status" {
            span { b { (deleted.name) } " is deleted. Code that reads it gets nothing from now on." }
            input type="hidden" name="name" value=(deleted.name);
            input type="hidden" name="value" value=(deleted.value.to_string());
            input type="hidden" name="tags" value=(deleted.tags.join(","));
            button type="submit" { "Undo" }
        }
    }
}

fn row(variable: &VariableRecord, now: Timestamp) -> Markup {
    html! {
        tr {
            td.first { a.name href={ "/variables?edit=" (encoded(&variable.name)) "#form" } { (variable.name) } }
            td { code { (super::runs::first_line(&variable.value.to_string())) } }
            td { span.tags { @for tag in &variable.tags { span.tag { (tag) } } } }
            td.tight { (part::ago(now, variable.updated)) }
            td.tight.right {
                form method="post" action="/variables/delete" {
                    input type="hidden" name="name" value=(variable.name);
                    button.plain type="submit" aria-label={ "Delete " (variable.name) } { "Delete" }
                }
            }
        }
    }
}

fn form(edited: Option<&VariableRecord>, wrong: Option<&Wrong>) -> Markup {
    let name = wrong.map(|wrong| wrong.name.clone()).or(edited.map(|each| each.name.clone()));
    let value = wrong.map(|wrong| wrong.value.clone());
    // A text keeps its quotes, so that one that looks like a number stays a text.
    let json = |value: &Value| if value.is_string() { value.to_string() } else { pretty(value) };
    let value = value.or(edited.map(|each| json(&each.value)));
    let tags = wrong.map(|wrong| wrong.tags.clone()).or(edited.map(|each| each.tags.join(", ")));
    html! {
        section #form {
            h2 { @if let Some(edited) = edited { "Change " (edited.name) } @else { "New variable" } }
            form.form method="post" action="/variables" {
                @if let Some(wrong) = wrong { p.trouble role="alert" { (wrong.why) } }
                @if edited.is_some() { input type="hidden" name="change" value="yes"; }
                label {
                    "Name"
                    input name="name" value=[name] required readonly[edited.is_some()] maxlength="255" pattern="[a-z0-9_\\-]+" autocomplete="off";
                    small { "Lower-case letters, digits, dashes and underscores." }
                }
                label {
                    "Value"
                    textarea name="value" rows="4" required spellcheck="false" { (value.unwrap_or_default()) }
                    small { "JSON, or a text as it is." }
                }
                label { "Tags" input name="tags" value=[tags] autocomplete="off"; small { "With commas between them." } }
                div.row {
                    button.main type="submit" { @if edited.is_some() { "Save" } @else { "Create variable" } }
                    @if edited.is_some() { a.button href="/variables" { "Leave it as it is" } }
                }
            }
        }
    }
}
