//! What colours say: how a run stands. What is said by a colour is always said by a word too.

use tidegate_core::{LogLevel, StateType};

/// What a text is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Tone {
    /// As it should be.
    Good,
    /// Somebody should look at it.
    Bad,
    /// It goes on.
    Busy,
    /// It waits.
    Waiting,
    /// It is of less importance.
    Quiet,
    /// The name of a column, or of a line.
    Heading,
}

impl Tone {
    /// The tone of a state.
    pub(in crate::cli) const fn of_state(state_type: StateType) -> Self {
        match state_type {
            StateType::Completed => Self::Good,
            StateType::Failed | StateType::Crashed => Self::Bad,
            StateType::Running => Self::Busy,
            StateType::Scheduled | StateType::Pending | StateType::Paused => Self::Waiting,
            StateType::Cancelled | StateType::Cancelling => Self::Quiet,
        }
    }

    /// The tone of a log line's level; none for those that are as usual.
    pub(in crate::cli) const fn of_level(level: LogLevel) -> Option<Self> {
        match level {
            LogLevel::Trace | LogLevel::Debug => Some(Self::Quiet),
            LogLevel::Info => Some(Self::Busy),
            LogLevel::Warning => Some(Self::Waiting),
            LogLevel::Error | LogLevel::Critical => Some(Self::Bad),
        }
    }

    /// What a terminal is told before the text.
    const fn code(self) -> &'static str {
        match self {
            Self::Good => "\x1b[32m",
            Self::Bad => "\x1b[31m",
            Self::Busy => "\x1b[36m",
            Self::Waiting => "\x1b[33m",
            Self::Quiet => "\x1b[2m",
            Self::Heading => "\x1b[1m",
        }
    }

    /// The text in this tone.
    pub(super) fn paint(self, text: &str) -> String {
        format!("{}{text}\x1b[0m", self.code())
    }
}
