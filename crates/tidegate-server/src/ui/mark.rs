//! How states look: a shape, a colour and a word each, so that none is told by its colour alone.

use chrono::TimeDelta;
use maud::{Markup, html};
use tidegate_core::{Run, State, StateType, Timestamp};

/// So much later than it was to begin, a run is late: as Prefect has it.
const LATE_AFTER: TimeDelta = TimeDelta::seconds(15);

/// The order in which states are listed: what needs people first.
pub(super) const ORDER: [StateType; 9] = [
    StateType::Failed,
    StateType::Crashed,
    StateType::Paused,
    StateType::Running,
    StateType::Pending,
    StateType::Scheduled,
    StateType::Cancelling,
    StateType::Cancelled,
    StateType::Completed,
];

/// What its colour is called in the style sheet.
pub(super) const fn class(state_type: StateType) -> &'static str {
    match state_type {
        StateType::Scheduled => "scheduled",
        StateType::Pending => "pending",
        StateType::Running => "running",
        StateType::Completed => "completed",
        StateType::Failed => "failed",
        StateType::Cancelled => "cancelled",
        StateType::Crashed => "crashed",
        StateType::Paused => "paused",
        StateType::Cancelling => "cancelling",
    }
}

/// The shape of a state alone; its word must stand beside it.
pub(super) fn shape(state_type: StateType, name: &str) -> Markup {
    html! {
        svg class={ "mark c-" (class(state_type)) } viewBox="0 0 14 14" aria-hidden="true" {
            @match state_type {
                StateType::Completed if name == "Cached" => {
                    circle cx="7" cy="7" r="6" fill="none" stroke="currentColor" stroke-width="1.5" {}
                    path d="M4 7.2 6.2 9.5 10 4.8" fill="none" stroke="currentColor" stroke-width="1.6" {}
                }
                StateType::Completed => {
                    circle cx="7" cy="7" r="6.75" fill="currentColor" {}
                    path d="M4 7.2 6.2 9.5 10 4.8" fill="none" stroke="var(--on-state)" stroke-width="1.7" {}
                }
                StateType::Failed => {
                    circle cx="7" cy="7" r="6.75" fill="currentColor" {}
                    path d="m4.500 4.500 5 5m0-5-5 5" fill="none" stroke="var(--on-state)" stroke-width="1.7" {}
                }
                StateType::Crashed => {
                    path d="M8.500 .5 2.500 8H6.500L5.500 13.500 11.500 6H7.500z" fill="currentColor" {}
                }
                StateType::Running => {
                    circle cx="7" cy="7" r="5.6" fill="none" stroke="currentColor" stroke-opacity=".3" stroke-width="2.200" {}
                    path class="turns" d="M7 1.400a5.600 5.600 0 0 1 5.600 5.600" fill="none" stroke="currentColor" stroke-width="2.200" {}
                }
                StateType::Scheduled if name == "Late" => {
                    circle cx="7" cy="7" r="6.75" fill="currentColor" {}
                    path d="M7 3.500V7l2.500 1.500" fill="none" stroke="var(--on-state)" stroke-width="1.5" {}
                }
                StateType::Scheduled => {
                    circle cx="7" cy="7" r="6" fill="none" stroke="currentColor" stroke-width="1.5" {}
                    path d="M7 3.500V7l2.500 1.500" fill="none" stroke="currentColor" stroke-width="1.5" {}
                }
                StateType::Pending => {
                    circle cx="7" cy="7" r="5.6" fill="none" stroke="currentColor" stroke-width="1.6" stroke-dasharray="2.2 2.2" {}
                }
                StateType::Paused => {
                    path d="M3 1.500h3v11H3zm5 0h3v11H8z" fill="currentColor" {}
                }
                StateType::Cancelled => {
                    path d="M1.500 1.500h11v11h-11z" fill="currentColor" {}
                }
                StateType::Cancelling => {
                    path d="M2.250 2.250h9.500v9.500h-9.500z" fill="none" stroke="currentColor" stroke-width="1.5" {}
                }
            }
        }
    }
}

/// The type of the states of this name, if it is one of those that are known.
pub(super) fn type_of_name(name: &str) -> Option<StateType> {
    Some(match name {
        "Scheduled" | "Late" | "AwaitingRetry" | "AwaitingConcurrencySlot" | "Resuming" => {
            StateType::Scheduled
        }
        "Pending" | "NotReady" | "Submitting" => StateType::Pending,
        "Running" | "Retrying" | "Rerunning" => StateType::Running,
        "Completed" | "Cached" | "RolledBack" => StateType::Completed,
        "Failed" | "TimedOut" | "Panicked" => StateType::Failed,
        "Paused" | "Suspended" => StateType::Paused,
        "Cancelling" => StateType::Cancelling,
        "Cancelled" => StateType::Cancelled,
        "Crashed" => StateType::Crashed,
        _ => return None,
    })
}

/// A state: its shape and its name.
pub(super) fn state(state: &State) -> Markup {
    named(state.state_type(), &state.name)
}

/// A state by its type and name.
pub(super) fn named(state_type: StateType, name: &str) -> Markup {
    html! { span.state { (shape(state_type, name)) (name) } }
}

/// The state of a run; of one that has none yet, that it is new.
pub(super) fn of(run: &Run) -> Markup {
    match run.state() {
        Some(current) => state(current),
        None => named(StateType::Pending, "New"),
    }
}

/// Whether a run was to begin before, and has not. Until somebody records that, its state does not say so.
pub(super) fn is_late(run: &Run, now: Timestamp) -> bool {
    let scheduled = run.state().is_some_and(|state| state.state_type() == StateType::Scheduled);
    scheduled && run.next_scheduled_start_time.is_some_and(|at| at < late_before(now))
}

/// What was to begin before this time is late.
pub(super) fn late_before(now: Timestamp) -> Timestamp {
    now - LATE_AFTER
}

/// The state of a run in a list; of one that is late, that.
pub(super) fn of_now(run: &Run, now: Timestamp) -> Markup {
    if is_late(run, now) { named(StateType::Scheduled, "Late") } else { of(run) }
}

/// The small sign of a state in a chart, around its middle.
pub(super) fn dot(state_type: StateType) -> Markup {
    let class = format!("dot f-{}", class(state_type));
    html! {
        @match state_type {
            StateType::Completed => { circle class=(class) r="4" {} }
            StateType::Failed => {
                path class=(class) d="M-5-3.200-3.200-5 0-1.800 3.200-5 5-3.200 1.800 0 5 3.200 3.200 5 0 1.800-3.200 5-5 3.200-1.800 0z" {}
            }
            StateType::Crashed => { path class=(class) d="M0-5.500 5.500 4.500H-5.500z" {} }
            StateType::Running => { circle class=(class) r="5" fill-opacity=".55" {} }
            StateType::Paused => { path class=(class) d="M-4-4.500h3v9h-3zm5 0h3v9h-3z" {} }
            StateType::Scheduled | StateType::Pending => { path class=(class) d="M0-5 5 0 0 5-5 0z" {} }
            StateType::Cancelled | StateType::Cancelling => { path class=(class) d="M-4-4h8v8h-8z" {} }
        }
    }
}
