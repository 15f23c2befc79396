//! What a paused flow run waits for, on top of its page, with the form that answers it.

use maud::{Markup, html};
use tidegate_core::{Run, Timestamp};

use crate::ui::form::{self, Form};
use crate::ui::{markdown, part};

/// What is asked for.
#[derive(Debug)]
pub(in crate::ui) struct Asked<'a> {
    pub(in crate::ui) run: &'a Run,
    pub(in crate::ui) description: Option<&'a str>,
    /// Until when it can be answered.
    pub(in crate::ui) timeout: Option<Timestamp>,
    /// Whether it has left its process, so that somebody must take it up.
    pub(in crate::ui) is_suspended: bool,
    /// The form to fill in; none if there is nothing to say but that it goes on.
    pub(in crate::ui) form: Option<&'a Form<'a>>,
    pub(in crate::ui) now: Timestamp,
}

/// The section; of a run that waits for nobody, its empty place.
pub(in crate::ui) fn show(asked: Option<&Asked<'_>>) -> Markup {
    let Some(Asked { run, description, timeout, is_suspended, form, now }) = asked else {
        return html! { div #asked data-part {} };
    };
    let action = format!("{}/resume", part::run_url(run.id));
    html! {
        section.asked aria-label="It waits for an answer" {
            // A part of its own: the time that is left changes, and what is typed below must not be lost with it.
            div.bar #asked-until data-part {
                h2 { "It waits for " @match form { Some(_) => "your answer", None => "you to let it go on" } }
                span.soft {
                    @match timeout {
                        Some(at) if at < now => { "its time was up " (part::ago(*now, *at)) }
                        Some(at) => { "until " (part::moment(*at)) ", " (part::ago(*now, *at)) }
                        None => { "for as long as it takes" }
                    }
                }
            }
            div #asked data-part {
                @if let Some(text) = description { (markdown::show(text)) }
                form.form #resume-form method="post" action=(action) novalidate data-form {
                    @if let Some(form) = form { (form.show(&[], &action)) }
                    @if *is_suspended {
                        p.soft { "It has left its process. Once it is resumed it is scheduled, and goes on when a program that has the flow " code { (run.definition.name) } " takes it up." }
                    }
                    div.row {
                        button.main type="submit" name="act" value="save" { "Resume" }
                        @if let Some(form) = form { span.tail { (form::other_way(form)) } }
                    }
                }
            }
        }
    }
}
