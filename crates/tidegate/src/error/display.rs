//! What errors say: one sentence, with the text of the user's error in it; and, as `main` prints it, the causes after that.

use std::error::Error as StdError;
use std::fmt;

use tidegate_core::{State, StateType};

use super::{Error, Inner, Kind};
use crate::redact;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&*self.0, f)
    }
}

/// As `main` prints it: the sentence, then the causes.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

impl fmt::Display for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        redact::write_redacted(f, |f| self.say(f))
    }
}

impl Inner {
    fn say(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = self;
        match &inner.kind {
            Kind::Configuration(message) => f.write_str(message),
            Kind::Interrupted(signal) => write!(
                f,
                "the program was asked to stop by {signal}; runs that had not ended are recorded as CRASHED, and \
                 `tidegate::resume` or `Engine::recover` goes on with them"
            ),
            Kind::Plain | Kind::Upstream => match &inner.cause {
                Some(cause) => fmt::Display::fmt(cause, f),
                None => Ok(()),
            },
            Kind::Result { .. } => match (&inner.run, &inner.cause) {
                (Some(run), Some(cause)) => write!(f, "{run} {cause}"),
                (Some(_), None) | (None, _) => f.write_str("a result cannot be read"),
            },
            Kind::Store => {
                if let Some(run) = &inner.run {
                    write!(f, "{run} could not be recorded: ")?;
                }
                match &inner.cause {
                    Some(cause) => fmt::Display::fmt(cause, f),
                    None => f.write_str("the store failed"),
                }
            }
            Kind::Ended(state) => {
                if let (Some(run), Some(cause), "Panicked") =
                    (&inner.run, &inner.cause, &*state.name)
                {
                    // The cause says that it panicked, and where.
                    return write!(f, "{run} {cause}");
                }
                if let Some(run) = &inner.run {
                    write!(f, "{run} {}", verb(state))?;
                }
                let colon = if inner.run.is_some() { ": " } else { "" };
                match (&inner.cause, &state.message) {
                    (Some(cause), _) => write!(f, "{colon}{cause}"),
                    (None, Some(message)) => write!(f, "{colon}{message}"),
                    (None, None) => Ok(()),
                }
            }
        }
    }
}

fn verb(state: &State) -> &'static str {
    match (state.state_type(), &*state.name) {
        (StateType::Failed, "TimedOut") => "timed out",
        (StateType::Failed, "Panicked") => "panicked",
        (StateType::Failed, _) => "failed",
        (StateType::Crashed, _) => "crashed",
        (StateType::Cancelled, _) => "was cancelled",
        (StateType::Completed, _) => "completed without a value",
        (StateType::Pending, "NotReady") => "could not start",
        (StateType::Paused, "Suspended") => {
            "is suspended, until `tidegate::resume` goes on with it"
        }
        (
            StateType::Scheduled
            | StateType::Pending
            | StateType::Running
            | StateType::Paused
            | StateType::Cancelling,
            _,
        ) => "has not ended",
    }
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        redact::write_redacted(f, |f| {
            fmt::Display::fmt(self, f)?;
            let mut next = self.source();
            while let Some(cause) = next {
                write!(f, "\n  caused by: {cause}")?;
                next = cause.source();
            }
            Ok(())
        })
    }
}

/// The text of the user's error is part of this error's own text, so the source is what lies behind it.
impl StdError for Inner {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.cause.as_ref().and_then(|cause| cause.source())
    }
}
