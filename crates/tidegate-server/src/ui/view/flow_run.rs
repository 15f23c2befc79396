//! The page of a flow run: what can be done with it, and its graph.

use maud::{Markup, html};
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

/// The graph of a flow run, which `assets/graph.js` draws; without it, the image that can be saved. It has made so many calls itself.
pub(in crate::ui) fn graph(run: &Run, calls: u64) -> Markup {
    let url = part::run_url(run.id);
    html! {
        section #graph aria-label="Graph" data-url={ (url) "/graph.json" } data-run=(url) data-ended[run.has_ended()] {
            div.bar {
                h2 { "Graph" }
                span.soft #graph-count { (words::several(calls, "call")) }
                span.tail.bar data-scripted hidden {
                    span.segments role="group" aria-label="View" {
                        button #graph-chart type="button" aria-pressed="true" { "Chart" }
                        button #graph-list-view type="button" aria-pressed="false" { "List" }
                    }
                    button type="button" data-graph="open-all" { "Open all" }
                    button type="button" data-graph="in" aria-label="Zoom in" { "+" }
                    button type="button" data-graph="out" aria-label="Zoom out" { "−" }
                    button type="button" data-graph="fit" { "Fit" }
                }
                a href={ (url) "/graph.svg" } download={ (run.name) ".svg" } { "Save as SVG" }
            }
            @if calls == 0 && run.has_ended() {
                p.soft { "It called no task and no flow." }
            } @else {
                div #graph-chart-view data-scripted hidden {
                    div #graph-room {
                        canvas #graph-canvas tabindex="0" role="application" aria-label="Graph of the calls. Arrows move between them, Enter opens one, plus, minus and 0 zoom. The list shows the same." {}
                        canvas #graph-map aria-hidden="true" hidden {}
                        div #graph-details hidden role="region" aria-label="The chosen call" {}
                    }
                    p.sr #graph-said role="status" {}
                }
                div #graph-list role="tree" aria-label="Calls" hidden {}
                noscript {
                    div.graph { img src={ (url) "/graph.svg" } alt={ "Graph of the calls of " (run.name) "; the tab Tasks lists them" }; }
                }
            }
        }
    }
}
