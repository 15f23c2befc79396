//! Runs as dots: when they began to the right, how long they took upward, on a scale where each step is ten times the one before.

use maud::{Markup, html};
use tidegate_core::{Run, StateType, Timestamp};

use crate::ui::{mark, part, words};

/// How high the chart is.
const HEIGHT: f64 = 140.0;

/// Lengths of time at which a line is drawn, in seconds.
const STEPS: [(f64, &str); 8] = [
    (0.001, "1 ms"),
    (0.01, "10 ms"),
    (0.1, "100 ms"),
    (1.0, "1s"),
    (10.0, "10s"),
    (60.0, "1m"),
    (600.0, "10m"),
    (3600.0, "1h"),
];

/// The chart; nothing where no run has begun.
pub(in crate::ui) fn show(runs: &[Run], now: Timestamp) -> Markup {
    let begun: Vec<_> = runs
        .iter()
        .filter_map(|run| Some((run, run.start_time?, words::elapsed(run, now)?.as_secs_f64())))
        .collect();
    let Some(first) = begun.iter().map(|(_, start, _)| *start).min() else { return html! {} };
    let last = begun.iter().map(|(_, start, _)| *start).max().unwrap_or(first);
    let shortest = begun.iter().map(|(.., seconds)| *seconds).fold(f64::MAX, f64::min).max(0.0005);
    let longest = begun.iter().map(|(.., seconds)| *seconds).fold(0.0, f64::max).max(shortest);
    let (low, high) = (shortest.log10() - 0.3, longest.log10() + 0.3);
    let y = |seconds: f64| {
        let share = (seconds.max(0.0005).log10() - low) / (high - low);
        HEIGHT + 8.0 - share.clamp(0.0, 1.0) * HEIGHT
    };
    let span = (last - first).num_milliseconds().max(1) as f64;
    let x = |at: Timestamp| 6.0 + (at - first).num_milliseconds() as f64 / span * 92.0;
    // Lines whose words would touch are left out.
    let mut steps: Vec<&(f64, &str)> = Vec::new();
    for step in STEPS.iter().filter(|(seconds, _)| (low..=high).contains(&seconds.log10())) {
        if steps.last().is_none_or(|before| y(before.0) - y(step.0) > 20.0) {
            steps.push(step);
        }
    }
    html! {
        figure.chart {
            svg.dots height=(HEIGHT + 16.0) role="img" aria-label={ "How long " (words::several(begun.len() as u64, "run")) " took, by the time they began" } {
                @for (seconds, _) in &steps {
                    line.grid x1="0" x2="100%" y1=(place(y(*seconds))) y2=(place(y(*seconds))) {}
                }
                @for (run, start, seconds) in &begun {
                    (dot(run, &format!("{:.2}%", x(*start)), &place(y(*seconds)), now))
                }
                @for (seconds, label) in &steps { text x="0" y=(place(y(*seconds) - 4.0)) { (label) } }
            }
            figcaption.axis { (part::short_moment(first)) (part::short_moment(last)) }
        }
    }
}

fn dot(run: &Run, x: &str, y: &str, now: Timestamp) -> Markup {
    let state = run.state();
    let state_type = state.map_or(StateType::Pending, tidegate_core::State::state_type);
    let took = words::elapsed(run, now).map(words::duration).unwrap_or_default();
    html! {
        a href=(part::run_url(run.id)) tabindex="-1" {
            title { (run.name) " · " (run.definition.name) " · " (state.map_or("New", |state| &*state.name)) " · " (took) }
            svg x=(x) y=(y) overflow="visible" { (mark::dot(state_type)) }
        }
    }
}

fn place(value: f64) -> String {
    format!("{value:.1}")
}
