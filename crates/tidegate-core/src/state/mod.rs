//! The states of a run. A state says where a run is; it never says where the run may go next, which is
//! the business of [`crate::judge`].

mod result;
mod state_type;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Timestamp;

pub use result::{ResultReference, StateResult};
pub use state_type::{ParseStateTypeError, StateType, StateTypes};

/// A state of a run: a type with the data of that type, a name, a message, and when it began.
///
/// ```
/// use tidegate_core::{Clock, State};
///
/// let now = Clock::system().now();
/// assert_eq!(State::completed(now).to_string(), "Completed()");
/// assert_eq!(State::timed_out(now).message("late").to_string(), "TimedOut('late', type=FAILED)");
/// ```
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// The name, which says more than the type: `AwaitingRetry`.
    pub name: Cow<'static, str>,
    /// When the run entered this state.
    pub timestamp: Timestamp,
    /// What people should know of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Cow<'static, str>>,
    /// The type, and what belongs to it.
    #[serde(flatten)]
    pub data: StateData,
    /// Where the result of a terminal state is kept, when it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<StateResult>,
    /// Chosen by who proposed the state, so that a repeated proposal is known as such.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transition_id: Option<Uuid>,
}

/// What each type of state carries.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StateData {
    /// Waits for `scheduled_time`.
    Scheduled {
        /// When it may start.
        scheduled_time: Timestamp,
    },
    /// Submitted.
    Pending {
        /// When it may start, if it was scheduled before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scheduled_time: Option<Timestamp>,
    },
    /// Running.
    Running,
    /// Finished.
    Completed,
    /// Failed.
    Failed {
        /// Whether a retry may be tried at all; unknown counts as yes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retriable: Option<bool>,
    },
    /// Cancelled.
    Cancelled,
    /// Crashed.
    Crashed,
    /// Paused.
    Paused {
        /// When it fails if nobody resumed it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        timeout: Option<Timestamp>,
        /// Whether the run left its process and starts anew when resumed (a suspension).
        #[serde(default)]
        reschedule: bool,
        /// Tells one pause of the run from the others.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<String>,
    },
    /// Asked to cancel.
    Cancelling,
}

impl StateData {
    /// The type.
    #[must_use]
    pub const fn state_type(&self) -> StateType {
        match self {
            Self::Scheduled { .. } => StateType::Scheduled,
            Self::Pending { .. } => StateType::Pending,
            Self::Running => StateType::Running,
            Self::Completed => StateType::Completed,
            Self::Failed { .. } => StateType::Failed,
            Self::Cancelled => StateType::Cancelled,
            Self::Crashed => StateType::Crashed,
            Self::Paused { .. } => StateType::Paused,
            Self::Cancelling => StateType::Cancelling,
        }
    }
}

macro_rules! constructors {
    ($($(#[$doc:meta])* $function:ident => $name:literal, $data:expr;)*) => {
        $($(#[$doc])*
        #[must_use]
        pub const fn $function(now: Timestamp) -> Self {
            Self::new($name, $data, now)
        })*
    };
}

impl State {
    /// A state with any name.
    #[must_use]
    pub const fn new(name: &'static str, data: StateData, timestamp: Timestamp) -> Self {
        Self {
            name: Cow::Borrowed(name),
            timestamp,
            message: None,
            data,
            result: None,
            transition_id: None,
        }
    }

    constructors! {
        /// Pending: submitted.
        pending => "Pending", StateData::Pending { scheduled_time: None };
        /// Pending, named NotReady: something it needs did not complete.
        not_ready => "NotReady", StateData::Pending { scheduled_time: None };
        /// Pending, named Submitting: on its way to where it will run.
        submitting => "Submitting", StateData::Pending { scheduled_time: None };
        /// Running.
        running => "Running", StateData::Running;
        /// Running again after a retry delay.
        retrying => "Retrying", StateData::Running;
        /// Running again after it had ended.
        rerunning => "Rerunning", StateData::Running;
        /// Completed.
        completed => "Completed", StateData::Completed;
        /// Completed, named Cached: a stored result was taken.
        cached => "Cached", StateData::Completed;
        /// Completed, named RolledBack: its transaction was undone.
        rolled_back => "RolledBack", StateData::Completed;
        /// Failed.
        failed => "Failed", StateData::Failed { retriable: None };
        /// Failed, named TimedOut.
        timed_out => "TimedOut", StateData::Failed { retriable: None };
        /// Failed, named Panicked.
        panicked => "Panicked", StateData::Failed { retriable: None };
        /// Cancelled.
        cancelled => "Cancelled", StateData::Cancelled;
        /// Crashed.
        crashed => "Crashed", StateData::Crashed;
        /// Asked to cancel.
        cancelling => "Cancelling", StateData::Cancelling;
        /// Paused until someone resumes it.
        paused => "Paused", StateData::Paused { timeout: None, reschedule: false, key: None };
        /// Paused, and out of its process until it is resumed.
        suspended => "Suspended", StateData::Paused { timeout: None, reschedule: true, key: None };
    }

    /// Waits for `scheduled_time`.
    #[must_use]
    pub const fn scheduled(scheduled_time: Timestamp, now: Timestamp) -> Self {
        Self::new("Scheduled", StateData::Scheduled { scheduled_time }, now)
    }

    /// Scheduled, named Late: its time has passed.
    #[must_use]
    pub const fn late(scheduled_time: Timestamp, now: Timestamp) -> Self {
        Self::new("Late", StateData::Scheduled { scheduled_time }, now)
    }

    /// Scheduled, named AwaitingRetry.
    #[must_use]
    pub const fn awaiting_retry(scheduled_time: Timestamp, now: Timestamp) -> Self {
        Self::new("AwaitingRetry", StateData::Scheduled { scheduled_time }, now)
    }

    /// Scheduled, named AwaitingConcurrencySlot.
    #[must_use]
    pub const fn awaiting_concurrency_slot(scheduled_time: Timestamp, now: Timestamp) -> Self {
        Self::new("AwaitingConcurrencySlot", StateData::Scheduled { scheduled_time }, now)
    }

    /// Scheduled, named Resuming: a suspended run starts again.
    #[must_use]
    pub const fn resuming(scheduled_time: Timestamp, now: Timestamp) -> Self {
        Self::new("Resuming", StateData::Scheduled { scheduled_time }, now)
    }

    /// The same state with a message.
    #[must_use]
    pub fn message(mut self, message: impl Into<Cow<'static, str>>) -> Self {
        self.message = Some(message.into());
        self
    }

    /// The same state with a name of one's own.
    #[must_use]
    pub fn named(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.name = name.into();
        self
    }

    /// The same state with a result.
    #[must_use]
    pub fn with_result(mut self, result: StateResult) -> Self {
        self.result = Some(result);
        self
    }

    /// Its type.
    #[must_use]
    pub const fn state_type(&self) -> StateType {
        self.data.state_type()
    }

    /// Whether a run in this state has ended.
    #[must_use]
    pub const fn is_terminal(&self) -> bool {
        self.state_type().is_terminal()
    }

    /// Whether a run in this state has ended, though the state is not terminal: something it needs did not complete, so it never
    /// began. It begins when the body of its flow run runs again and what it needs completes.
    #[must_use]
    pub fn is_not_ready(&self) -> bool {
        self.state_type() == StateType::Pending && self.name == "NotReady"
    }

    /// Whether the run completed.
    #[must_use]
    pub const fn is_completed(&self) -> bool {
        matches!(self.data, StateData::Completed)
    }

    /// Whether the run failed.
    #[must_use]
    pub const fn is_failed(&self) -> bool {
        matches!(self.data, StateData::Failed { .. })
    }

    /// Whether it has a result that others can still read.
    #[must_use]
    pub const fn keeps_result(&self) -> bool {
        matches!(&self.result, Some(result) if result.is_kept())
    }

    /// When the run may start, if this state says so.
    #[must_use]
    pub const fn scheduled_time(&self) -> Option<Timestamp> {
        match &self.data {
            StateData::Scheduled { scheduled_time } => Some(*scheduled_time),
            StateData::Pending { scheduled_time } => *scheduled_time,
            StateData::Running
            | StateData::Completed
            | StateData::Failed { .. }
            | StateData::Cancelled
            | StateData::Crashed
            | StateData::Paused { .. }
            | StateData::Cancelling => None,
        }
    }
}

/// Prefect's text form: `Completed()`, `Completed('hi')`, `TimedOut('m', type=FAILED)`.
impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state_type = self.state_type();
        let shows_type = self.name != state_type.default_name();
        match (&self.message, shows_type) {
            (Some(message), true) => write!(f, "{}('{message}', type={state_type})", self.name),
            (Some(message), false) => write!(f, "{}('{message}')", self.name),
            (None, true) => write!(f, "{}(type={state_type})", self.name),
            (None, false) => write!(f, "{}()", self.name),
        }
    }
}

/// Prefect's debug form: `Failed(message='m', type=FAILED, result=None)`. Results are never shown: a log line may show a state.
impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}(", self.name)?;
        match &self.message {
            Some(message) => write!(f, "message='{message}'")?,
            None => f.write_str("message=None")?,
        }
        write!(f, ", type={}, result=", self.state_type())?;
        match &self.result {
            Some(StateResult::Recorded { .. }) => f.write_str("recorded)"),
            Some(StateResult::Persisted { reference }) => write!(f, "'{}')", reference.key),
            Some(StateResult::Unpersisted) => f.write_str("unpersisted)"),
            None => f.write_str("None)"),
        }
    }
}
