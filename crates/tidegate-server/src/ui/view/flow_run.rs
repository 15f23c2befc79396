//! The page of a flow run: what can be done with it, and its graph.

use maud::{Markup, PreEscaped, html};
use tidegate_core::graph::Graph;
use tidegate_core::{Run, StateType};

use crate::ui::{part, words};

/// What people can do with a run in the state it is in, each as a form.
pub(in crate::ui) fn actions(run: &Run, inside: u64) -> Markup {
    let state = run.state().map(tidegate_core::State::state_type);
    let url = part::run_url(run.id);
    let top = run.flow_run_id.is_none() && run.task_run_id.is_none();
    let calls = words::several(inside, "call");
    html! {
        span.tail {
            @if run.is_terminal() && state != Some(StateType::Completed) && run.can_be_started_again() {
                form method="post" action={ (url) "/retry" } {
                    button.main type="submit" title="It runs again where its flow is known; calls that completed are not made again" { "Retry" }
                }
            }
            @if run.has_ended() && top {
                form method="post" action={ (url) "/delete" } data-confirm={ "Delete " (run.name) " with its " (calls) ", log lines and artifacts? This cannot be undone." } {
                    button.danger type="submit" { "Delete" }
                }
            }
            @if !run.has_ended() && state != Some(StateType::Cancelling) {
                form method="post" action={ (url) "/cancel" } data-confirm={ "Cancel " (run.name) " and what goes on inside it? It has made " (calls) " so far; those that ended stay as they are." } {
                    button.danger type="submit" { "Cancel" }
                }
            }
        }
    }
}

/// The graph of a flow run, with each run in it as a link.
pub(in crate::ui) fn graph(run: &Run, graph: &Graph, left_out: bool) -> Markup {
    let url = part::run_url(run.id);
    let drawing = graph.to_svg_in_page(|node| {
        node.run_id.map(part::run_url).or_else(|| Some(format!("{url}?tab=tasks#tabs")))
    });
    html! {
        section #graph data-part aria-label="Graph" {
            div.bar {
                h2 { "Graph" }
                span.soft { (words::several(graph.nodes.len() as u64, "call")) @if left_out { " drawn; the rest is in the list of calls" } }
                span.tail.bar {
                    button type="button" data-zoom="in" hidden aria-label="Zoom in" { "+" }
                    button type="button" data-zoom="out" hidden aria-label="Zoom out" { "−" }
                    button type="button" data-zoom="0" hidden { "Fit" }
                    a href={ (url) "/graph.svg" } download={ (run.name) ".svg" } { "Save as SVG" }
                }
            }
            @if graph.nodes.is_empty() {
                p.soft { @if run.has_ended() { "It called no task and no flow." } @else { "It has called nothing yet." } }
            } @else {
                div.graph data-pan tabindex="0" role="group" aria-label="Graph of the calls; plus, minus and 0 zoom" { (PreEscaped(drawing)) }
            }
        }
    }
}
