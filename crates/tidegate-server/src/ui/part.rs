//! Small parts that many pages share: times, ids, tags, ways to the next page, and what stands where nothing is.

use maud::{Markup, html};
use tidegate_core::{Run, RunId, Timestamp};

use super::words;

/// How long ago something was, with the time itself.
pub(super) fn ago(now: Timestamp, at: Timestamp) -> Markup {
    html! { time datetime=(exact(at)) title=(long(at)) { (words::ago(now, at)) } }
}

/// The same for something that may not have been yet.
pub(super) fn maybe_ago(now: Timestamp, at: Option<Timestamp>) -> Markup {
    html! { @if let Some(at) = at { (ago(now, at)) } @else { span.soft { "–" } } }
}

/// A time of day to the millisecond, as in logs.
pub(super) fn clock(at: Timestamp) -> Markup {
    html! {
        time datetime=(exact(at)) title=(long(at)) data-as="clock" { (at.format("%H:%M:%S%.3f").to_string()) }
    }
}

/// A day and a time.
pub(super) fn moment(at: Timestamp) -> Markup {
    html! { time datetime=(exact(at)) title=(long(at)) data-as="full" { (long(at)) } }
}

/// A day and a time in few letters, as at the ends of an axis.
pub(super) fn short_moment(at: Timestamp) -> Markup {
    html! {
        time datetime=(exact(at)) title=(long(at)) data-as="short" { (at.format("%-d %b %H:%M").to_string()) }
    }
}

/// How long a run has taken; it counts on while the run does.
pub(super) fn elapsed(run: &Run, now: Timestamp) -> Markup {
    let Some(elapsed) = words::elapsed(run, now) else { return html! { span.soft { "–" } } };
    let said = words::duration(elapsed);
    html! {
        @if let (Some(start), None) = (run.start_time, run.end_time) {
            time.num datetime=(exact(start)) data-as="since" { (said) }
        } @else {
            span.num { (said) }
        }
    }
}

/// An id, shortened to what tells it from others; a click copies all of it.
pub(super) fn id(id: RunId) -> Markup {
    copied(&id.to_string())
}

/// An id of anything, as [`id`].
pub(super) fn copied(text: &str) -> Markup {
    let short = text.rsplit('-').next().unwrap_or_default();
    html! { button.id type="button" data-copy=(text) title={ "Copy " (text) } aria-label={ "Copy the id " (text) } { (short) } }
}

/// Where a run is shown.
pub(super) fn run_url(id: RunId) -> String {
    format!("/runs/{id}")
}

/// A run by its name; by its id, if it is gone.
pub(super) fn named_run(run: RunId, names: &[(RunId, String)]) -> Markup {
    let name = names.iter().find(|(known, _)| *known == run).map(|(_, name)| name);
    html! {
        @match name {
            Some(name) => { a href=(run_url(run)) { (name) } }
            None => { (id(run)) }
        }
    }
}

/// Prose in which what stands between backticks is code, as people write it in comments.
pub(super) fn prose(text: &str) -> Markup {
    let pieces: Vec<&str> = text.split('`').collect();
    let is_code = |index: usize| index % 2 == 1 && index + 1 < pieces.len();
    html! {
        @for (index, piece) in pieces.iter().enumerate() {
            @if is_code(index) {
                code { (piece) }
            } @else {
                // A backtick without a second one stands for itself.
                @if index % 2 == 1 { "`" }
                (piece)
            }
        }
    }
}

/// Tags, each a way to the runs that carry it.
pub(super) fn tags(tags: &[String]) -> Markup {
    html! {
        @if !tags.is_empty() {
            span.tags {
                @for tag in tags { a.tag href={ "/runs?tag=" (words::encoded(tag)) } { (tag) } }
            }
        }
    }
}

/// What stands where nothing is: why, what to do, and the code that does it.
pub(super) fn empty(title: &str, advice: &str, code: Option<&str>) -> Markup {
    html! {
        div.empty {
            b { (title) }
            p { (advice) }
            @if let Some(code) = code { pre.code { code { (code) } } }
        }
    }
}

/// Which part of a list is shown, and the ways to the others.
#[derive(Debug)]
pub(super) struct Pager {
    /// How many there are; none where they were not counted.
    pub(super) total: Option<u64>,
    /// How many come before this page.
    pub(super) offset: u64,
    /// How many are on this page.
    pub(super) here: u64,
    /// How many a page has.
    pub(super) size: u64,
    /// What one of them is called.
    pub(super) one: &'static str,
}

impl Pager {
    /// `url` gives the address of the page that begins after so many.
    pub(super) fn show(&self, url: impl Fn(u64) -> String) -> Markup {
        let (first, last) = (self.offset + 1, self.offset + self.here);
        let more = self.total.map_or(self.here == self.size, |total| last < total);
        html! {
            nav.pager aria-label="Pages" {
                span.num {
                    @match self.total {
                        Some(total) if self.here < total => {
                            (words::number(first)) "–" (words::number(last)) " of " (words::several(total, self.one))
                        }
                        Some(total) => { (words::several(total, self.one)) }
                        None if self.offset == 0 && !more => { (words::several(self.here, self.one)) }
                        None => { (words::number(first)) "–" (words::number(last)) }
                    }
                }
                @if self.offset > 0 || more {
                    span.tail {
                        @if self.offset > 0 {
                            a.button rel="prev" href=(url(self.offset.saturating_sub(self.size))) { "Newer" }
                        }
                        @if more { a.button rel="next" href=(url(last)) { "Older" } }
                    }
                }
            }
        }
    }
}

/// A time as machines read it.
pub(super) fn exact(at: Timestamp) -> String {
    at.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

fn long(at: Timestamp) -> String {
    at.format("%-d %b %Y %H:%M:%S UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::prose;

    #[test]
    fn what_stands_between_backticks_is_code() {
        let said = |text| prose(text).into_string();
        assert_eq!(said("As `a < b`, or `c`."), "As <code>a &lt; b</code>, or <code>c</code>.");
        assert_eq!(said("5` of <b>"), "5` of &lt;b&gt;");
    }
}
