//! How the states of runs look: a shape that is told apart without its colour, and a colour for light and for dark.

use std::fmt::Write as _;

use super::{Graph, Node};
use crate::StateType;

/// The look of one type of state.
#[derive(Debug)]
pub(super) struct Mark {
    /// As a class of a style sheet.
    pub(super) class: &'static str,
    /// What people read.
    pub(super) word: &'static str,
    /// Its shape, as a character.
    pub(super) sign: &'static str,
    /// Its shape in a square of 12 by 12, in the colour of text on its own colour.
    pub(super) shape: &'static str,
    /// Its colour on light ground.
    pub(super) light: &'static str,
    /// Its colour on dark ground.
    pub(super) dark: &'static str,
}

/// A call that has not run.
pub(super) const NONE: Mark =
    Mark { class: "call", word: "Call", sign: "", shape: "", light: "#5b6270", dark: "#9aa3b2" };

/// The look of a state.
pub(super) const fn of_state(state_type: StateType) -> Mark {
    match state_type {
        StateType::Completed => Mark {
            class: "completed",
            word: "Completed",
            sign: "✓",
            shape: r#"<path d="M2.5 6.5 5 9l4.5-5.5"/>"#,
            light: "#0b7a53",
            dark: "#35c08e",
        },
        StateType::Failed => Mark {
            class: "failed",
            word: "Failed",
            sign: "✗",
            shape: r#"<path d="m3 3 6 6m0-6L3 9"/>"#,
            light: "#c2410c",
            dark: "#ff8a57",
        },
        StateType::Crashed => Mark {
            class: "crashed",
            word: "Crashed",
            sign: "↯",
            shape: r#"<path d="M7 1 3.5 6.5h5L5 11"/>"#,
            light: "#a21a6b",
            dark: "#f07ac0",
        },
        StateType::Running => Mark {
            class: "running",
            word: "Running",
            sign: "▶",
            shape: r#"<path d="m4 2.5 5 3.5-5 3.5z"/>"#,
            light: "#1d5fd1",
            dark: "#6ea3ff",
        },
        StateType::Scheduled => Mark {
            class: "scheduled",
            word: "Scheduled",
            sign: "◷",
            shape: r#"<circle cx="6" cy="6" r="4.5"/><path d="M6 3.5V6l2 1.5"/>"#,
            light: "#946200",
            dark: "#f0b429",
        },
        StateType::Pending => Mark {
            class: "pending",
            word: "Pending",
            sign: "○",
            shape: r#"<circle cx="6" cy="6" r="4"/>"#,
            light: "#5b6270",
            dark: "#9aa3b2",
        },
        StateType::Paused => Mark {
            class: "paused",
            word: "Paused",
            sign: "‖",
            shape: r#"<path d="M4 2.5v7m4-7v7"/>"#,
            light: "#00739c",
            dark: "#4cc3ea",
        },
        StateType::Cancelled => Mark {
            class: "cancelled",
            word: "Cancelled",
            sign: "■",
            shape: r#"<path d="M3 3h6v6H3z"/>"#,
            light: "#44494f",
            dark: "#b4bac2",
        },
        StateType::Cancelling => Mark {
            class: "cancelling",
            word: "Cancelling",
            sign: "□",
            shape: r#"<path d="M3 3h6v6H3zm0 0 6 6"/>"#,
            light: "#44494f",
            dark: "#b4bac2",
        },
    }
}

/// The look of a node.
pub(super) fn of(node: &Node) -> Mark {
    node.state.as_ref().map_or(NONE, |state| of_state(state.state_type))
}

/// The looks that a drawing of the graph needs, in the order of the states.
pub(super) fn used(graph: &Graph) -> Vec<Mark> {
    let nodes = graph.nodes.iter().chain([&graph.flow_run]);
    let mut types: Vec<Option<StateType>> =
        nodes.map(|node| node.state.as_ref().map(|state| state.state_type)).collect();
    types.sort_unstable();
    types.dedup();
    types.into_iter().map(|state_type| state_type.map_or(NONE, of_state)).collect()
}

/// What is said of a node beside its name: the name of its state where that says more than its type, how many are in which, and whether
/// it was tried again.
pub(super) fn remark(node: &Node) -> Option<String> {
    let mut words = Vec::new();
    match &node.group {
        Some(group) => {
            for (state_type, count) in &group.states {
                let state = state_type.default_name().to_lowercase();
                let mut word = format!("{count} {state}");
                if *state_type == StateType::Completed && group.cached > 0 {
                    let _ = write!(word, " ({} cached)", group.cached);
                }
                words.push(word);
            }
            match group.retries {
                0 => {}
                1 => words.push("1 retry".to_owned()),
                retries => words.push(format!("{retries} retries")),
            }
        }
        None => {
            let state = node.state.as_ref()?;
            if *state.name != *state.state_type.default_name() {
                words.push(state.name.to_string());
            }
            if node.run_count > 1 {
                words.push(format!("{} attempts", node.run_count));
            }
        }
    }
    (!words.is_empty()).then(|| words.join(", "))
}
