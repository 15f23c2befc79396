//! Every cell where Tidegate means to differ from Prefect, in one place. The walk over the cells fails for any other.

use super::cells::Cell;
use super::transitions::Outcome;
use crate::{Policy, RunKind, StateType};

/// Cells that differ for one reason.
pub(super) struct Difference {
    pub(super) name: &'static str,
    pub(super) reason: &'static str,
    /// The cells.
    pub(super) applies: fn(&Cell<'_>) -> bool,
    /// What makes Prefect's outcome ours.
    pub(super) instead: fn(&Cell<'_>, &mut Outcome),
}

pub(super) const DIFFERENCES: &[Difference] = &[
    Difference {
        name: "a resumed run goes on with its attempt",
        reason: "Prefect marks the run as resuming too late for its own books: it counts a new \
                 attempt and leaves the mark (ORCH-12)",
        applies: |cell| {
            leaves_pause(cell) && accepted(cell) && cell.to.state_type == StateType::Running
        },
        instead: |cell, outcome| {
            outcome.remove("run_count");
            ends_resuming(cell, outcome);
        },
    },
    Difference {
        name: "a paused run that ends is not resuming",
        reason: "Prefect marks the run as resuming after it has cleared the mark",
        applies: |cell| leaves_pause(cell) && accepted(cell) && cell.to.state_type.is_terminal(),
        instead: ends_resuming,
    },
    Difference {
        name: "a paused run that keeps its state is not resuming",
        reason: "Prefect marks the run as resuming although it turned the proposal down (ORCH-11)",
        applies: |cell| {
            turned_down(cell)
                && cell.outcome["state"] == cell.from.as_ref().map_or("", |from| from.name)
                && !cancels_blocking_pause(cell)
                && !cell.to.state_type.is_terminal()
        },
        instead: |_, outcome| {
            outcome.remove("resuming");
        },
    },
    Difference {
        name: "a pause past its timeout is not resuming",
        reason: "Prefect marks the run as resuming although it has just failed it",
        applies: |cell| past_timeout(cell) && !cell.to.state_type.is_terminal(),
        instead: ends_resuming,
    },
    Difference {
        name: "a pause past its timeout ends as proposed",
        reason: "Prefect writes Failed whatever final state was proposed, Cancelled too",
        applies: |cell| past_timeout(cell) && cell.to.state_type.is_terminal(),
        instead: |cell, outcome| {
            accept(cell, outcome);
            ends_resuming(cell, outcome);
        },
    },
    Difference {
        name: "a suspended run without a deployment can end",
        reason: "Prefect says it cannot be rescheduled even when nobody asks for that; whatever \
                 happens to a run, it must be able to end",
        applies: |cell| {
            turned_down(cell) && !past_timeout(cell) && cell.to.state_type.is_terminal()
        },
        instead: |cell, outcome| {
            accept(cell, outcome);
            ends_resuming(cell, outcome);
            outcome.insert("written", "1".to_owned());
            outcome.insert("end", "set".to_owned());
        },
    },
    Difference {
        name: "a blocking pause can be cancelled",
        reason: "Prefect 3.8.3 turns CANCELLING down, so that such a run cannot be cancelled; \
                 3.9 accepts it, also past the timeout",
        applies: cancels_blocking_pause,
        instead: |cell, outcome| {
            accept(cell, outcome);
            outcome.insert("written", "1".to_owned());
            outcome.remove("resuming");
        },
    },
    Difference {
        name: "a run that is not ready has ended",
        reason: "Prefect leaves it without an end for ever, so that nobody can tell it from a run that \
                 will still begin (TASK-07)",
        applies: |cell| {
            accepted(cell) && cell.to.state_type == StateType::Pending && cell.to.name == "NotReady"
        },
        instead: |_, outcome| {
            let end = outcome.remove("end");
            outcome.insert("end", if end.is_some() { "changed" } else { "set" }.to_owned());
        },
    },
];

fn leaves_pause(cell: &Cell<'_>) -> bool {
    cell.kind == RunKind::Flow
        && cell.policy == Policy::Core
        && cell.initial_type() == Some(StateType::Paused)
}

fn accepted(cell: &Cell<'_>) -> bool {
    cell.outcome["status"] == "ACCEPT"
}

fn turned_down(cell: &Cell<'_>) -> bool {
    cell.outcome.get("by") == Some(&"HandleResumingPausedFlows")
}

fn past_timeout(cell: &Cell<'_>) -> bool {
    turned_down(cell) && cell.outcome["state"] == "Failed"
}

fn cancels_blocking_pause(cell: &Cell<'_>) -> bool {
    turned_down(cell) && cell.to.state_type == StateType::Cancelling
}

fn accept(cell: &Cell<'_>, outcome: &mut Outcome) {
    outcome.insert("status", "ACCEPT".to_owned());
    outcome.insert("state", cell.to.name.to_owned());
    outcome.remove("by");
}

fn ends_resuming(cell: &Cell<'_>, outcome: &mut Outcome) {
    outcome.remove("resuming");
    if cell.is_set("resuming") {
        outcome.insert("resuming", "0".to_owned());
    }
}
