//! Every state that a run has been in, and for how long.

use maud::{Markup, html};
use tidegate_core::{Run, Timestamp};

use crate::ui::{mark, part, words};

/// The list, newest last.
pub(in crate::ui) fn show(run: &Run, now: Timestamp) -> Markup {
    let ends = run.states.iter().skip(1).map(|state| Some(state.timestamp)).chain([None]);
    html! {
        ol.history {
            @for (state, end) in run.states.iter().zip(ends) {
                li {
                    (part::moment(state.timestamp))
                    (mark::state(state))
                    span.said { (state.message.as_deref().unwrap_or_default()) }
                    span.num.right {
                        @if let Some(until) = end.or_else(|| (!run.has_ended()).then_some(now)) {
                            (words::duration((until - state.timestamp).to_std().unwrap_or_default()))
                        }
                    }
                }
            }
        }
    }
}
