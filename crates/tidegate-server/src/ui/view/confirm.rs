//! A page that says what something would do before it is done, to how many things. What cannot be undone is typed.

use maud::{Markup, html};

/// What is asked.
#[derive(Debug)]
pub(in crate::ui) struct Confirm<'a> {
    pub(in crate::ui) title: &'a str,
    /// What would happen.
    pub(in crate::ui) what: Markup,
    /// Where the answer is posted, with these values.
    pub(in crate::ui) action: &'a str,
    pub(in crate::ui) values: &'a [(&'a str, &'a str)],
    /// The words on the button that does it.
    pub(in crate::ui) verb: &'a str,
    /// What must be typed, and what it is called; and whether something else was.
    pub(in crate::ui) typed: Option<(&'a str, &'a str, bool)>,
    /// Where one goes who does not want it.
    pub(in crate::ui) back: &'a str,
}

/// The page.
pub(in crate::ui) fn show(confirm: &Confirm<'_>) -> Markup {
    let Confirm { title, what, action, values, verb, typed, back } = confirm;
    html! {
        div.head { h1 { (title) } }
        (what)
        form.form method="post" action=(action) {
            @for (name, value) in *values { input type="hidden" name=(name) value=(value); }
            @if let Some((text, called, wrong)) = typed {
                div.field {
                    label for="typed" { "To do it, type " (called) ": " code { (text) } }
                    input #typed name="typed" autocomplete="off" spellcheck="false" aria-invalid=[wrong.then_some("true")] aria-describedby=[wrong.then_some("wrong-typed")];
                    @if *wrong { p.wrong #wrong-typed { "That is something else." } }
                }
            }
            div.row {
                button.danger type="submit" name="sure" value="yes" { (verb) }
                a.button href=(back) { "Leave it" }
            }
        }
    }
}
