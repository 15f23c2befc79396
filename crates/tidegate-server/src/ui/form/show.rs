//! A form as markup: a label, an input, what is to be known about it, and what is wrong with it, for each field.

use std::cell::Cell;

use maud::{Markup, html};

use super::filled::{step, word};
use super::schema::{Choice, Format, Kind, Schema};
use super::{Form, Saved, Wrong};
use crate::ui::part;
use crate::ui::words::{self, encoded};

/// How many fields are shown at most; a type that contains itself in many ways is typed as JSON from there on.
const MOST: u32 = 1500;

/// How deep fields are shown that are not chosen yet.
const DEPTH: usize = 3;

/// The fields of a form, or the text of its value.
pub(super) fn show(form: &Form<'_>, schema: &Schema<'_>, saved: &[Saved], action: &str) -> Markup {
    let sheet = Sheet { form, saved, action, left: Cell::new(MOST) };
    let whole: Vec<&Wrong> = form.wrong.iter().filter(|wrong| wrong.path.is_empty()).collect();
    let fields = form.wrong.len() - whole.len();
    html! {
        // What the enter key presses is the first button, and must not add a row.
        button.sr type="submit" tabindex="-1" aria-hidden="true" { "Save" }
        @if form.is_wrong() {
            div.trouble role="alert" {
                @for wrong in &whole { p { (wrong.why) } }
                @if form.json.is_some() {
                    @for wrong in form.wrong.iter().filter(|wrong| !wrong.path.is_empty()) {
                        p { code { (wrong.path) } " " (wrong.why) }
                    }
                } @else if fields > 0 {
                    p { (words::several(fields as u64, "field")) " to look at below." }
                }
            }
        }
        @if let Some(text) = &form.json {
            div.field {
                label for="json" { "All of it, as JSON" }
                textarea id="json" name="json" rows="16" spellcheck="false" aria-invalid=[form.is_wrong().then_some("true")] { "\n" (text) }
                small { "What is secret and already kept stands as asterisks, and stays as it is where they stay." }
            }
        } @else {
            (sheet.inside(schema, "", 0))
        }
    }
}

/// The button that shows a form as JSON, or as fields again.
pub(in crate::ui) fn other_way(form: &Form<'_>) -> Markup {
    html! {
        @if form.json.is_none() {
            button.plain type="submit" name="act" value="json" { "Type it as JSON" }
        } @else if super::has_fields(&Schema::of_form(form.schema)) {
            button.plain type="submit" name="act" value="form" { "Show the fields" }
        }
    }
}

struct Sheet<'a> {
    form: &'a Form<'a>,
    saved: &'a [Saved],
    action: &'a str,
    left: Cell<u32>,
}

/// What is said around a field.
struct Around<'a> {
    label: &'a str,
    path: &'a str,
    required: bool,
    schema: &'a Schema<'a>,
}

impl Sheet<'_> {
    fn text(&self, name: &str) -> &str {
        self.form.filled.get(name)
    }

    fn has(&self, name: &str) -> bool {
        self.form.filled.has(name)
    }

    fn wrong(&self, path: &str) -> Option<&Wrong> {
        self.form.wrong.iter().find(|wrong| wrong.path == path && !path.is_empty())
    }

    /// The fields of what has no label of its own.
    fn inside(&self, schema: &Schema<'_>, path: &str, depth: usize) -> Markup {
        html! {
            @match schema.kind() {
                Kind::Record(members) => {
                    @if self.has(&format!("rest:{path}")) {
                        input type="hidden" name={ "rest:" (path) } value=(self.text(&format!("rest:{path}")));
                    }
                    @if members.is_empty() { p.soft { "It has no fields." } }
                    @for member in &members {
                        @let here = step(path, &member.name);
                        (self.field(&Around {
                            label: member.schema.label().unwrap_or(&member.name),
                            path: &here,
                            required: member.required,
                            schema: &member.schema,
                        }, depth))
                    }
                }
                Kind::Map(item) => { (self.rows(&item, path, "entry", true, depth)) }
                Kind::Union(forms) => { (self.forms(&forms, path, true, depth)) }
                Kind::Text(_) | Kind::Number { .. } | Kind::Flag | Kind::Secret | Kind::Constant(_) | Kind::Choice(_)
                | Kind::Block { .. } | Kind::List(_) | Kind::Tuple(_) | Kind::Anything => {
                    (self.field(&Around { label: "Value", path, required: true, schema }, depth))
                }
            }
        }
    }

    fn field(&self, around: &Around<'_>, depth: usize) -> Markup {
        let Around { path, required, schema, .. } = *around;
        let left = self.left.get().saturating_sub(1);
        self.left.set(left);
        if left == 0 {
            return html! { p.soft { "There are more fields than a page can hold; type it as JSON." } };
        }
        match schema.kind() {
            Kind::Constant(_) => html! {},
            Kind::Flag if required || schema.default().is_some_and(serde_json::Value::is_boolean) => self.tick(around),
            Kind::Flag => {
                let choice = |value: bool| Choice { value: value.into(), about: None };
                self.labelled(around, &self.select(around, &[choice(true), choice(false)]))
            }
            Kind::Choice(choices) => self.labelled(around, &self.select(around, &choices)),
            Kind::Text(format) => self.labelled(around, &self.line(around, format)),
            Kind::Number { whole } => self.labelled(around, &self.number(around, whole)),
            Kind::Anything => {
                let rows = self.text(path).lines().count().clamp(1, 10);
                self.labelled(around, &html! {
                    textarea id=(encoded(path)) name=(path) rows=(rows) spellcheck="false" placeholder="JSON, or a text as it is" aria-describedby=[self.described(around)] aria-invalid=[self.invalid(path)] { "\n" (self.text(path)) }
                })
            }
            Kind::Secret => self.secret(around),
            Kind::Block { slug, inside } => self.group(around, &self.block(around, &slug, &inside, depth)),
            Kind::List(item) => {
                let one = item.label().unwrap_or("item").to_lowercase();
                self.group(around, &self.rows(&item, path, &one, false, depth + 1))
            }
            Kind::Map(item) => self.group(around, &self.rows(&item, path, "entry", true, depth + 1)),
            Kind::Union(forms) => self.group(around, &self.forms(&forms, path, required, depth + 1)),
            Kind::Tuple(items) => self.present(around, depth, || html! {
                @for (index, item) in items.iter().enumerate() {
                    @let label = item.label().map_or_else(|| (index + 1).to_string(), str::to_owned);
                    (self.field(&Around { label: &label, path: &format!("{path}/{index}"), required: true, schema: item }, depth + 1))
                }
            }),
            Kind::Record(_) => self.present(around, depth, || self.inside(schema, path, depth + 1)),
        }
    }

    /// What has parts: always there, or only if it is chosen to be.
    fn present(&self, around: &Around<'_>, depth: usize, inside: impl Fn() -> Markup) -> Markup {
        let there = format!("there:{}", around.path);
        if around.required {
            return self.group(around, &inside());
        }
        let chosen = self.has(&there);
        self.group(around, &html! {
            div.form-of {
                label.tick { input type="checkbox" name=(there) value="yes" checked[chosen]; " Set" }
                @if chosen || depth < DEPTH {
                    div.inside { (inside()) }
                } @else {
                    div.inside { button type="submit" name="act" value="show" { "Show its fields" } }
                }
            }
        })
    }

    fn group(&self, around: &Around<'_>, body: &Markup) -> Markup {
        html! {
            fieldset.group id=(encoded(around.path)) aria-describedby=[self.described(around)] {
                legend { (around.label) (self.optional(around)) }
                (self.about(around))
                (body)
            }
        }
    }

    fn labelled(&self, around: &Around<'_>, input: &Markup) -> Markup {
        html! {
            div.field {
                label for=(encoded(around.path)) { (around.label) (self.optional(around)) }
                (input)
                (self.about(around))
            }
        }
    }

    fn optional(&self, around: &Around<'_>) -> Markup {
        html! { @if !around.required { " " span.optional { "optional" } } }
    }

    /// What is to be known about a field, and what is wrong with it.
    fn about(&self, around: &Around<'_>) -> Markup {
        let path = encoded(around.path);
        html! {
            @if let Some(wrong) = self.wrong(around.path) { p.wrong id={ "wrong-" (path) } { (wrong.why) } }
            @if let Some(about) = around.schema.description() { small id={ "about-" (path) } { (part::prose(about)) } }
        }
    }

    fn described(&self, around: &Around<'_>) -> Option<String> {
        let path = encoded(around.path);
        let wrong = self.wrong(around.path).map(|_| format!("wrong-{path}"));
        let about = around.schema.description().map(|_| format!("about-{path}"));
        let ids: Vec<_> = wrong.into_iter().chain(about).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }

    fn invalid(&self, path: &str) -> Option<&'static str> {
        self.wrong(path).map(|_| "true")
    }

    fn tick(&self, around: &Around<'_>) -> Markup {
        let Around { path, label, .. } = *around;
        html! {
            div.field {
                label.tick {
                    input id=(encoded(path)) type="checkbox" name=(path) value="true" checked[self.text(path) == "true"] aria-describedby=[self.described(around)];
                    " " (label)
                }
                (self.about(around))
            }
        }
    }

    fn select(&self, around: &Around<'_>, choices: &[Choice]) -> Markup {
        let path = around.path;
        let text = self.text(path);
        let words = |value: &serde_json::Value| match value.as_bool() {
            Some(true) => "yes".to_owned(),
            Some(false) => "no".to_owned(),
            None => word(value),
        };
        html! {
            select id=(encoded(path)) name=(path) aria-describedby=[self.described(around)] aria-invalid=[self.invalid(path)] {
                @if !around.required || text.is_empty() { option value="" selected[text.is_empty()] { "–" } }
                @for Choice { value, about } in choices {
                    option value=(word(value)) selected[word(value) == text] {
                        (words(value)) @if let Some(about) = about { ": " (about) }
                    }
                }
            }
        }
    }

    fn line(&self, around: &Around<'_>, format: Format) -> Markup {
        let Around { path, schema, .. } = *around;
        let text = self.text(path);
        let kind = match format {
            Format::Line | Format::Lines | Format::Duration | Format::Uuid => "text",
            Format::Moment | Format::LocalMoment => "datetime-local",
            Format::Day => "date",
            Format::Time => "time",
            Format::Url => "url",
            Format::Email => "email",
        };
        let hint = match format {
            Format::Moment => Some("UTC"),
            Format::Duration => Some("a length of time, as PT1H30M"),
            Format::Line
            | Format::Lines
            | Format::LocalMoment
            | Format::Day
            | Format::Time
            | Format::Uuid
            | Format::Url
            | Format::Email => None,
        };
        let step =
            matches!(format, Format::Moment | Format::LocalMoment | Format::Time).then_some("any");
        html! {
            // An input of one line would lose the others.
            @if format == Format::Lines || text.contains('\n') {
                textarea id=(encoded(path)) name=(path) rows="5" maxlength=[schema.count("maxLength")] aria-describedby=[self.described(around)] aria-invalid=[self.invalid(path)] { "\n" (text) }
            } @else {
                span.with {
                    input id=(encoded(path)) name=(path) type=(kind) value=(text) step=[step] autocomplete="off" spellcheck="false"
                        maxlength=[schema.count("maxLength")] placeholder=[schema.example()] aria-describedby=[self.described(around)] aria-invalid=[self.invalid(path)];
                    @if let Some(hint) = hint { span.soft { (hint) } }
                }
            }
        }
    }

    fn number(&self, around: &Around<'_>, whole: bool) -> Markup {
        let Around { path, schema, .. } = *around;
        let range = schema.range();
        let least = schema.bound("minimum").map(word).or(range.map(|range| range.0.to_string()));
        let most = schema.bound("maximum").map(word).or(range.map(|range| range.1.to_string()));
        html! {
            input.short id=(encoded(path)) name=(path) type="number" value=(self.text(path)) step=(if whole { "1" } else { "any" })
                min=[least] max=[most] inputmode=(if whole { "numeric" } else { "decimal" }) placeholder=[schema.example()]
                aria-describedby=[self.described(around)] aria-invalid=[self.invalid(path)];
        }
    }

    fn secret(&self, around: &Around<'_>) -> Markup {
        let Around { path, label, required, .. } = *around;
        let kept = format!("kept:{path}");
        let input = || {
            html! {
                input id=(encoded(path)) name=(path) type="password" autocomplete="new-password" spellcheck="false" aria-label=(label) aria-describedby=[self.described(around)] aria-invalid=[self.invalid(path)];
            }
        };
        html! {
            @if self.has(&kept) {
                div.field {
                    span.label { (label) (self.optional(around)) }
                    input type="hidden" name=(kept) value="yes";
                    details.kept {
                        summary { code aria-label="a secret that is kept" { (super::MASK) } " " span.as-link { "Replace" } }
                        (input())
                        @if !required {
                            label.tick { input type="checkbox" name={ "drop:" (path) } value="yes"; " Forget it" }
                        }
                    }
                    (self.about(around))
                }
            } @else {
                (self.labelled(around, &input()))
            }
        }
    }

    fn block(&self, around: &Around<'_>, slug: &str, inside: &Schema<'_>, depth: usize) -> Markup {
        let Around { path, label, required, .. } = *around;
        let kind = format!("kind:{path}");
        let here = self.text(&kind) == "here";
        let chosen = self.text(&format!("block:{path}"));
        let saved: Vec<_> = self.saved.iter().filter(|saved| saved.slug == slug).collect();
        let known = saved.iter().any(|saved| saved.id.to_string() == chosen);
        html! {
            div.form-of {
                label.tick { input type="radio" name=(kind) value="saved" checked[!here]; " A block that is saved" }
                div.inside {
                    span.with {
                        select name={ "block:" (path) } aria-label={ (label) ", a saved block" } aria-invalid=[self.invalid(path)] {
                            @if !required || chosen.is_empty() { option value="" selected[chosen.is_empty()] { "–" } }
                            @for each in &saved {
                                option value=(each.id) selected[each.id.to_string() == chosen] { (each.slug) "/" (each.name) }
                            }
                            @if !known && !chosen.is_empty() { option value=(chosen) selected { (chosen) } }
                        }
                        a href={ "/blocks/new/" (encoded(slug)) } { "Make one" }
                    }
                }
            }
            div.form-of {
                label.tick { input type="radio" name=(kind) value="here" checked[here]; " Written here, as a part of this one" }
                div.inside {
                    @if here || depth < DEPTH { (self.inside(inside, path, depth + 1)) }
                    @else { button type="submit" name="act" value="show" { "Show its fields" } }
                }
            }
        }
    }

    fn forms(&self, forms: &[Schema<'_>], path: &str, required: bool, depth: usize) -> Markup {
        let kind = format!("kind:{path}");
        let chosen = self.text(&kind);
        html! {
            @if !required {
                div.form-of { label.tick { input type="radio" name=(kind) value="" checked[chosen.is_empty()]; " None" } }
            }
            @for (index, form) in forms.iter().enumerate() {
                @let is_chosen = chosen == index.to_string();
                @let here = format!("{path}/:{index}");
                div.form-of {
                    label.tick { input type="radio" name=(kind) value=(index) checked[is_chosen]; " " (form.name_in_union(index)) }
                    div.inside {
                        @if is_chosen || depth < DEPTH {
                            @if matches!(form.kind(), Kind::Record(_) | Kind::Map(_) | Kind::Union(_)) {
                                @if let Some(about) = form.description() { small { (part::prose(about)) } }
                                (self.inside(form, &here, depth + 1))
                            } @else {
                                (self.field(&Around { label: &form.name_in_union(index), path: &here, required: true, schema: form }, depth + 1))
                            }
                        } @else {
                            button type="submit" name="act" value="show" { "Show its fields" }
                        }
                    }
                }
            }
        }
    }

    fn rows(&self, item: &Schema<'_>, path: &str, one: &str, named: bool, depth: usize) -> Markup {
        let rows = self.form.filled.rows(path);
        html! {
            input type="hidden" name={ "count:" (path) } value=(rows);
            @for row in 0..rows {
                @let here = format!("{path}/{row}");
                @let label = format!("{one} {}", row + 1);
                div.row-of.named[named] {
                    @if named {
                        div.field {
                            label for={ "key-" (encoded(&here)) } { "Name" }
                            input id={ "key-" (encoded(&here)) } name={ "key:" (here) } value=(self.text(&format!("key:{here}"))) autocomplete="off" spellcheck="false";
                        }
                    }
                    (self.field(&Around { label: if named { "Value" } else { &label }, path: &here, required: true, schema: item }, depth))
                    button.plain type="submit" name="act" value={ "remove:" (here) } aria-label={ "Remove " (label) } { "Remove" }
                }
            }
            div { button type="submit" name="act" value={ "add:" (path) } formaction={ (self.action) "#" (encoded(path)) } { "Add " (one) } }
        }
    }
}
