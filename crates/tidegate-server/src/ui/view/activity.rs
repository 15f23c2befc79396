//! Activity: for each stretch of a span, a bar of how many runs began then, by the states they are in.

use maud::{Markup, html};
use tidegate_core::{StateType, Timestamp};

use crate::ui::filter::Filter;
use crate::ui::{mark, part, words};

/// How high the chart is.
const HEIGHT: f64 = 120.0;

/// One bar.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::ui) struct Bucket {
    pub(in crate::ui) start: Timestamp,
    pub(in crate::ui) end: Timestamp,
    /// How many are in which state, in the order of [`mark::ORDER`].
    pub(in crate::ui) states: Vec<(StateType, u64)>,
}

impl Bucket {
    fn total(&self) -> u64 {
        self.states.iter().map(|(_, count)| count).sum()
    }
}

/// The chart; each bar leads to the runs behind it.
pub(in crate::ui) fn show(buckets: &[Bucket]) -> Markup {
    let most = buckets.iter().map(Bucket::total).max().unwrap_or_default();
    let step = 100.0 / buckets.len().max(1) as f64;
    html! {
        figure.chart {
            svg height=(HEIGHT + 8.0) role="img" aria-label={ "Runs by the time they were made; at most " (most) " in one bar" } {
                line.grid x1="0" x2="100%" y1=(HEIGHT + 7.5) y2=(HEIGHT + 7.5) {}
                @for (index, bucket) in buckets.iter().enumerate() {
                    (bar(bucket, index as f64 * step, step, most))
                }
            }
            figcaption.axis {
                @if let (Some(first), Some(last)) = (buckets.first(), buckets.last()) {
                    (part::short_moment(first.start))
                    @if most > 0 { span { "the tallest bar: " (words::several(most, "run")) } }
                    (part::short_moment(last.end))
                }
            }
        }
    }
}

fn bar(bucket: &Bucket, x: f64, step: f64, most: u64) -> Markup {
    let total = bucket.total();
    let filter =
        Filter { after: Some(bucket.start), before: Some(bucket.end), ..Filter::default() };
    let said: Vec<_> = bucket
        .states
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(state, count)| {
            format!("{} {}", words::number(*count), state.default_name().to_lowercase())
        })
        .collect();
    // From the bottom: what completed, then what needs people, so that the latter stands on top.
    let mut y = HEIGHT + 7.0;
    let mut rects = Vec::new();
    for (state, count) in bucket.states.iter().rev().filter(|(_, count)| *count > 0) {
        // One of many must still be seen.
        let height = (*count as f64 / most.max(1) as f64 * HEIGHT).max(2.0);
        y -= height;
        rects.push((*state, y, height));
    }
    let (left, width) = (x + step * 0.12, step * 0.76);
    html! {
        @if total == 0 {
            rect.hit x={ (percent(x)) } width={ (percent(step)) } y="0" height=(HEIGHT + 7.0) {}
        } @else {
            a href=(filter.url("/runs")) aria-label={ (words::several(total, "run")) ": " (said.join(", ")) } {
                title { (bucket.start.format("%-d %b %H:%M").to_string()) " UTC: " (said.join(", ")) }
                rect.hit x=(percent(x)) width=(percent(step)) y="0" height=(HEIGHT + 7.0) {}
                @for (state, y, height) in rects {
                    rect class={ "f-" (mark::class(state)) } x=(percent(left)) width=(percent(width)) y=(format!("{y:.1}")) height=(format!("{:.1}", (height - 1.0).max(1.0))) {}
                }
            }
        }
    }
}

fn percent(value: f64) -> String {
    format!("{value:.2}%")
}

/// What the colours mean.
pub(in crate::ui) fn keys(states: impl IntoIterator<Item = StateType>) -> Markup {
    html! {
        div.keys { @for state in states { (mark::named(state, state.default_name())) } }
    }
}
