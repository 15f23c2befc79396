//! The types of states, and sets of them. What a state carries besides its type is said by `State`, not here.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The nine types of states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StateType {
    /// Waits for its time.
    Scheduled,
    /// Was submitted, and waits for what it needs.
    Pending,
    /// Its code is running.
    Running,
    /// Its code finished without an error.
    Completed,
    /// Its code failed, and no retry is left.
    Failed,
    /// Someone cancelled it.
    Cancelled,
    /// It was not allowed to finish: its future was dropped, or its process or machine died.
    Crashed,
    /// Waits to be resumed.
    Paused,
    /// Was asked to cancel, and has not ended yet.
    Cancelling,
}

impl StateType {
    /// Every type, in the order of their declaration.
    pub const ALL: [Self; 9] = [
        Self::Scheduled,
        Self::Pending,
        Self::Running,
        Self::Completed,
        Self::Failed,
        Self::Cancelled,
        Self::Crashed,
        Self::Paused,
        Self::Cancelling,
    ];

    /// Whether a run in this type of state has ended.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled | Self::Crashed)
    }

    /// The type as stored and sent: `COMPLETED`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Scheduled => "SCHEDULED",
            Self::Pending => "PENDING",
            Self::Running => "RUNNING",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
            Self::Cancelled => "CANCELLED",
            Self::Crashed => "CRASHED",
            Self::Paused => "PAUSED",
            Self::Cancelling => "CANCELLING",
        }
    }

    /// The name a state of this type has unless it is given another.
    #[must_use]
    pub const fn default_name(self) -> &'static str {
        match self {
            Self::Scheduled => "Scheduled",
            Self::Pending => "Pending",
            Self::Running => "Running",
            Self::Completed => "Completed",
            Self::Failed => "Failed",
            Self::Cancelled => "Cancelled",
            Self::Crashed => "Crashed",
            Self::Paused => "Paused",
            Self::Cancelling => "Cancelling",
        }
    }
}

impl fmt::Display for StateType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The text is not the name of a state type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a state type; the types are SCHEDULED, PENDING, RUNNING, COMPLETED, FAILED, CANCELLED, CRASHED, PAUSED and CANCELLING"
)]
pub struct ParseStateTypeError(String);

impl FromStr for StateType {
    type Err = ParseStateTypeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|state_type| state_type.as_str().eq_ignore_ascii_case(text))
            .ok_or_else(|| ParseStateTypeError(text.to_owned()))
    }
}

/// A set of state types, for rules and filters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StateTypes(u16);

impl StateTypes {
    /// Every type.
    pub const ALL: Self = Self(0x1ff);
    /// No type.
    pub const NONE: Self = Self(0);
    /// COMPLETED, FAILED, CANCELLED and CRASHED.
    pub const TERMINAL: Self = Self::of(&[
        StateType::Completed,
        StateType::Failed,
        StateType::Cancelled,
        StateType::Crashed,
    ]);

    /// The set of these types.
    #[must_use]
    pub const fn of(types: &[StateType]) -> Self {
        let mut bits = 0;
        let mut index = 0;
        while index < types.len() {
            bits |= 1 << types[index] as u16;
            index += 1;
        }
        Self(bits)
    }

    /// The types that are not in this set.
    #[must_use]
    pub const fn not(self) -> Self {
        Self(!self.0 & Self::ALL.0)
    }

    /// Whether `state_type` is in the set.
    #[must_use]
    pub const fn contains(self, state_type: StateType) -> bool {
        self.0 & (1 << state_type as u16) != 0
    }

    /// The types of the set.
    pub fn iter(self) -> impl Iterator<Item = StateType> {
        StateType::ALL.into_iter().filter(move |state_type| self.contains(*state_type))
    }
}
