//! The one error type that calls give back. It says what happened, to which run, and what the cause was.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use tidegate_core::{RunId, RunKind, State, StateType, StoreError};

/// Any error, boxed: what the bodies of flows and tasks may return.
pub type BoxError = Box<dyn StdError + Send + Sync + 'static>;

/// What a call gives: the value, or the one [`Error`] that tells why there is none.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a run gave no value.
///
/// It is opaque and cheap to clone. Ask it with the `is_*` questions, take the state with [`state`](Error::state),
/// or reach the error that your own code returned with [`downcast_ref`](Error::downcast_ref).
///
/// ```
/// use tidegate::prelude::*;
///
/// #[task]
/// async fn parse(text: &str) -> Result<i32> {
///     Ok(text.parse()?)
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() { tidegate::testing::run_async(async {
/// let error = parse("forty").await.unwrap_err();
/// assert!(error.is_failed());
/// assert!(error.downcast_ref::<std::num::ParseIntError>().is_some());
/// # }).await }
/// ```
#[derive(Clone)]
pub struct Error(Arc<Inner>);

struct Inner {
    kind: Kind,
    run: Option<RunLabel>,
    cause: Option<Arc<dyn StdError + Send + Sync>>,
}

enum Kind {
    /// The run ended in this state, or cannot go on from it.
    Ended(State),
    /// The store did not do its part.
    Store,
    /// A setting or an option has no meaning.
    Configuration(String),
}

/// Which run an error is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RunLabel {
    pub(crate) kind: RunKind,
    pub(crate) id: RunId,
    pub(crate) name: String,
}

impl fmt::Display for RunLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            RunKind::Flow => write!(f, "Flow run '{}'", self.name),
            RunKind::Task => write!(f, "Task run '{}'", self.name),
        }
    }
}

impl Error {
    pub(crate) fn ended(
        run: RunLabel,
        state: State,
        cause: Option<Arc<dyn StdError + Send + Sync>>,
    ) -> Self {
        Self(Arc::new(Inner { kind: Kind::Ended(state), run: Some(run), cause }))
    }

    pub(crate) fn store(run: Option<RunLabel>, cause: StoreError) -> Self {
        Self(Arc::new(Inner { kind: Kind::Store, run, cause: Some(Arc::new(cause)) }))
    }

    pub(crate) fn configuration(message: impl Into<String>) -> Self {
        Self(Arc::new(Inner { kind: Kind::Configuration(message.into()), run: None, cause: None }))
    }

    /// Whether the code of the run failed: it returned an error, panicked or took too long, and no retry was left.
    #[must_use]
    pub fn is_failed(&self) -> bool {
        self.has_type(StateType::Failed)
    }

    /// Whether the run took longer than its timeout.
    #[must_use]
    pub fn is_timed_out(&self) -> bool {
        self.state().is_some_and(|state| state.is_failed() && state.name == "TimedOut")
    }

    /// Whether the code of the run panicked.
    #[must_use]
    pub fn is_panicked(&self) -> bool {
        self.state().is_some_and(|state| state.is_failed() && state.name == "Panicked")
    }

    /// Whether the run was not allowed to finish.
    #[must_use]
    pub fn is_crashed(&self) -> bool {
        self.has_type(StateType::Crashed)
    }

    /// Whether the run was cancelled.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.has_type(StateType::Cancelled)
    }

    /// Whether the run did not start because a run it depends on did not complete.
    #[must_use]
    pub fn is_upstream(&self) -> bool {
        self.state().is_some_and(|state| state.name == "NotReady")
    }

    /// Whether the store could not open, read or record something.
    #[must_use]
    pub fn is_store(&self) -> bool {
        matches!(self.0.kind, Kind::Store)
    }

    /// Whether a setting, an option or the place of a call makes the call impossible.
    #[must_use]
    pub fn is_configuration(&self) -> bool {
        matches!(self.0.kind, Kind::Configuration(_))
    }

    /// The state the run is in, when the error is about a state.
    #[must_use]
    pub fn state(&self) -> Option<&State> {
        match &self.0.kind {
            Kind::Ended(state) => Some(state),
            Kind::Store | Kind::Configuration(_) => None,
        }
    }

    /// The run the error is about.
    #[must_use]
    pub fn run_id(&self) -> Option<RunId> {
        self.0.run.as_ref().map(|run| run.id)
    }

    /// The error that the user's code returned, if it is an `E`; looked for through the runs that passed it on.
    #[must_use]
    pub fn downcast_ref<E: StdError + 'static>(&self) -> Option<&E> {
        let mut next: Option<&(dyn StdError + 'static)> =
            self.0.cause.as_ref().map(|cause| &**cause as &(dyn StdError + 'static));
        while let Some(error) = next {
            if let Some(found) = error.downcast_ref::<E>() {
                return Some(found);
            }
            next = match error.downcast_ref::<Self>() {
                Some(inner) => inner.0.cause.as_ref().map(|cause| &**cause as _),
                None => error.source(),
            };
        }
        None
    }

    /// What the user's code said, without the runs that passed it on.
    pub(crate) fn root_text(&self) -> String {
        match (&self.0.kind, &self.0.cause) {
            (Kind::Ended(_), Some(cause)) => error_text(&**cause),
            (Kind::Ended(state), None) => {
                state.message.as_deref().map_or_else(|| state.to_string(), ToOwned::to_owned)
            }
            (Kind::Store | Kind::Configuration(_), _) => self.to_string(),
        }
    }

    fn has_type(&self, state_type: StateType) -> bool {
        self.state().is_some_and(|state| state.state_type() == state_type)
    }
}

/// What an error says, with its causes, on one line; of one of ours, what the user's code said.
pub(crate) fn error_text(error: &(dyn StdError + 'static)) -> String {
    if let Some(ours) = error.downcast_ref::<Error>() {
        return ours.root_text();
    }
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        // Many errors already end in the text of their cause.
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        next = cause.source();
    }
    text
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        match &inner.kind {
            Kind::Configuration(message) => f.write_str(message),
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
                match (&inner.cause, &state.message) {
                    (Some(cause), _) => write!(f, ": {cause}"),
                    (None, Some(message)) => write!(f, ": {message}"),
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

/// As `main` prints it: the sentence, then the causes.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)?;
        let mut next = self.source();
        while let Some(cause) = next {
            write!(f, "\n  caused by: {cause}")?;
            next = cause.source();
        }
        Ok(())
    }
}

/// The text of the user's error is part of this error's own text, so the source is what lies behind it.
impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.cause.as_ref().and_then(|cause| cause.source())
    }
}
