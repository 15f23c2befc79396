//! One stored log line of a run. How lines are made and printed is the business of other crates.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{RunId, Timestamp};

/// A log level, with Prefect's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum LogLevel {
    /// Finer than debug (5).
    Trace,
    /// For finding faults (10).
    Debug,
    /// The ordinary course of things (20).
    Info,
    /// Something to look at (30).
    Warning,
    /// Something failed (40).
    Error,
    /// Nothing can go on (50).
    Critical,
}

impl LogLevel {
    /// Every level, lowest first.
    pub const ALL: [Self; 6] =
        [Self::Trace, Self::Debug, Self::Info, Self::Warning, Self::Error, Self::Critical];

    /// The number Prefect and Python's `logging` give this level.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Trace => 5,
            Self::Debug => 10,
            Self::Info => 20,
            Self::Warning => 30,
            Self::Error => 40,
            Self::Critical => 50,
        }
    }

    /// The highest level whose number is at most `number`; trace for anything lower.
    #[must_use]
    pub fn from_number(number: u8) -> Self {
        Self::ALL.into_iter().rev().find(|level| level.number() <= number).unwrap_or(Self::Trace)
    }

    /// The name in capitals, as printed: `INFO`, `WARNING`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Trace => "TRACE",
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warning => "WARNING",
            Self::Error => "ERROR",
            Self::Critical => "CRITICAL",
        }
    }
}

impl fmt::Display for LogLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One log line of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogRecord {
    /// The flow run it belongs to, if any.
    pub flow_run_id: Option<RunId>,
    /// The task run it belongs to, if any.
    pub task_run_id: Option<RunId>,
    /// When it was written.
    pub timestamp: Timestamp,
    /// How important it is.
    pub level: LogLevel,
    /// Which part of the program wrote it.
    pub target: String,
    /// The text.
    pub message: String,
    /// Further fields, by name.
    pub fields: Map<String, Value>,
}
