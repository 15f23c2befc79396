//! Reads `tests/data/transitions.txt`, whose head describes it.

use std::collections::BTreeMap;

use crate::{Policy, RunKind, StateType};

/// One probed cell: a run in a state, a proposed state, and what Prefect made of it.
#[derive(Debug)]
pub(super) struct Cell<'a> {
    pub(super) kind: RunKind,
    pub(super) policy: Policy,
    pub(super) circumstances: Fields<'a>,
    pub(super) from: Option<StateNote<'a>>,
    pub(super) to: StateNote<'a>,
    pub(super) outcome: Fields<'a>,
    /// The cell in the words of the file.
    pub(super) text: String,
}

/// `name=value` pairs.
pub(super) type Fields<'a> = BTreeMap<&'a str, &'a str>;

/// A state in the file's short form.
#[derive(Debug, Clone)]
pub(super) struct StateNote<'a> {
    pub(super) state_type: StateType,
    pub(super) name: &'a str,
    pub(super) fields: Fields<'a>,
}

impl Cell<'_> {
    pub(super) fn initial_type(&self) -> Option<StateType> {
        self.from.as_ref().map(|from| from.state_type)
    }

    pub(super) fn is_set(&self, circumstance: &str) -> bool {
        self.circumstances.contains_key(circumstance)
    }
}

pub(super) fn read(text: &str) -> Vec<Cell<'_>> {
    let mut outcomes = BTreeMap::new();
    let mut heading = "";
    let mut cells = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(circumstances) = line.strip_prefix("@ ") {
            heading = circumstances;
        } else if let Some((from, moves)) = line.split_once(" > ") {
            for group in moves.split(" | ") {
                let (code, proposed) = group.split_once(' ').unwrap();
                for to in proposed.split(", ") {
                    cells.push(cell(heading, from, to, outcomes[code]));
                }
            }
        } else {
            let (code, outcome) = line.split_once(" = ").unwrap();
            outcomes.insert(code, outcome);
        }
    }
    cells
}

fn cell<'a>(heading: &'a str, from: &'a str, to: &'a str, outcome: &'a str) -> Cell<'a> {
    let mut words = heading.splitn(3, ' ');
    let kind = match words.next().unwrap() {
        "flow" => RunKind::Flow,
        "task" => RunKind::Task,
        other => panic!("unknown subject {other}"),
    };
    let policy = match words.next().unwrap() {
        "core" => Policy::Core,
        "force" => Policy::Force,
        "mark_late" => Policy::MarkLate,
        "client_side" => Policy::ClientSide,
        "background" => Policy::Background,
        other => panic!("unknown policy {other}"),
    };
    let circumstances = fields(words.next().unwrap_or(""));
    let (status, rest) = outcome.split_once(' ').unwrap();
    let (state, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    let mut outcome = fields(rest);
    outcome.insert("status", status);
    outcome.insert(
        "state",
        match state {
            "proposed" => to.split('[').next().unwrap(),
            "initial" => from.split('[').next().unwrap(),
            name => name,
        },
    );
    let text = format!("@ {heading}: {from} > {to}");
    let from = (from != "-").then(|| state_note(from));
    Cell { kind, policy, circumstances, from, to: state_note(to), outcome, text }
}

fn fields(text: &str) -> Fields<'_> {
    text.split_whitespace().map(|field| field.split_once('=').unwrap_or((field, "1"))).collect()
}

fn state_note(text: &str) -> StateNote<'_> {
    let (state, rest) = text.split_once('[').unwrap_or((text, "]"));
    let (state_type, name) = match state.split_once(':') {
        Some((state_type, name)) => (state_type.parse().unwrap(), name),
        None => (usual_type(state), state),
    };
    StateNote { state_type, name, fields: fields(rest.strip_suffix(']').unwrap()) }
}

/// The type that a state of this name usually has.
pub(super) fn usual_type(name: &str) -> StateType {
    match name {
        "Late" | "AwaitingRetry" | "AwaitingConcurrencySlot" | "Resuming" => StateType::Scheduled,
        "Submitting" | "InfrastructurePending" | "NotReady" => StateType::Pending,
        "Retrying" | "Rerunning" => StateType::Running,
        "Cached" | "RolledBack" => StateType::Completed,
        "TimedOut" => StateType::Failed,
        "Suspended" => StateType::Paused,
        _ => name.parse().unwrap(),
    }
}
