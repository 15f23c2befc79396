//! The page of a flow run: what can be done with it, and its graph.

use maud::{Markup, html};
use tidegate_core::{Run, StateType};

use crate::change::Again;
use crate::ui::{part, words};

/// What people can do with a run in the state it is in. Each says first what it would do.
pub(in crate::ui) fn actions(run: &Run, inside: u64, again: Again) -> Markup {
    let state = run.state().map(tidegate_core::State::state_type);
    let url = part::run_url(run.id);
    let top = run.flow_run_id.is_none() && run.task_run_id.is_none();
    let calls = words::several(inside, "call");
    let owned = run.lease.is_some();
    html! {
        span.tail {
            @if run.is_terminal() && state != Some(StateType::Completed) { (retry(run, again)) }
            @if state == Some(StateType::Running) && owned && top && again != Again::Nobody {
                (sure("Suspend", "button", html! {
                    p { "Its process is asked, which sees it within a second. It lets go of the run after the call that it is in, and the run goes on when somebody resumes it here." }
                    form method="post" action={ (url) "/suspend" } { button.main type="submit" { "Suspend it" } }
                }))
            }
            @if run.has_ended() && top {
                (sure("Delete", "button danger", html! {
                    p { (run.name) " goes with its " (calls) ", all log lines and artifacts of them. This cannot be undone." }
                    form method="post" action={ (url) "/delete" } {
                        label { "Type its name: " code { (run.name) } input name="typed" autocomplete="off" spellcheck="false"; }
                        button.danger type="submit" { "Delete this run" }
                    }
                }))
            }
            @if !run.has_ended() && state != Some(StateType::Cancelling) {
                (sure("Cancel", "button danger", html! {
                    p {
                        "It is cancelled with what goes on inside it. It has made " (calls) " so far; those that ended stay as they are. "
                        @if owned { "Its process sees it within a second." } @else { "No process has it, so it ends at once." }
                    }
                    form method="post" action={ (url) "/cancel" } { button.danger type="submit" { "Cancel this run" } }
                }))
            }
        }
    }
}

/// A button that opens what it would do, with the button that does it. It needs no script.
fn sure(word: &str, class: &str, inside: Markup) -> Markup {
    html! {
        details.sure {
            summary class=(class) { (word) }
            div.float { (inside) }
        }
    }
}

/// Who runs it again is said.
fn retry(run: &Run, again: Again) -> Markup {
    let url = part::run_url(run.id);
    let flow = &run.definition.name;
    // What nobody can do from here is no invitation.
    let class = if again != Again::Nobody { "button main" } else { "button" };
    sure(
        "Retry",
        class,
        html! {
            @if again == Again::Here {
                p { "This program has the flow " code { (flow) } " and runs it again at once. Calls that completed are not made again." }
            } @else if run.deployment_id.is_some() {
                p { "It is scheduled for now. A worker or a program that serves its deployment starts it; until then it stays scheduled. Calls that completed are not made again." }
            } @else if run.policy.restartable {
                p { "It is scheduled for now. The next program on this store that has the flow " code { (flow) } " and takes up runs starts it; until then it stays scheduled. Calls that completed are not made again." }
            } @else {
                p { "Nobody but the program that ran it can run it again: its arguments cannot be read from the record, and it has no deployment. Start that program anew." }
            }
            @if again != Again::Nobody {
                form method="post" action={ (url) "/retry" } { button.main type="submit" { "Retry from what failed" } }
            }
        },
    )
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
                    div #graph-room .few[calls <= 2] .some[(3..=5).contains(&calls)] .many[calls > 5] {
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
