//! The one error type of calls and bodies. It says what happened, to which run, and what the cause was.

mod convert;
mod display;
mod upstream;

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use tidegate_core::{RunId, RunKind, State, StateType, StoreError, StoreErrorKind, Timestamp};

use crate::redact;
use crate::result::Unreadable;
use convert::Standing;
pub(crate) use upstream::NotCompleted;

/// What a call gives, and what the body of a flow or task may return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a run gave no value; and, in the body of a flow or task, any error at all, since `?` makes one of whatever converts
/// into a boxed error.
///
/// It is opaque and cheap to clone. Ask it with the `is_*` questions, take the state with [`state`](Error::state),
/// or reach the error that your own code returned with [`downcast_ref`](Error::downcast_ref).
///
/// Because `?` takes every error, this type cannot implement [`std::error::Error`] itself; like that of `anyhow` it
/// dereferences to one, and converts into `anyhow::Error` and `Box<dyn std::error::Error>`. Where something asks for
/// an error type of the standard kind, give it [`into_std`](Error::into_std).
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
    /// No run came of the call, because one that it depends on did not complete.
    Upstream,
    /// The store did not do its part.
    Store,
    /// The result of the run cannot be read.
    Result {
        /// There is none.
        missing: bool,
    },
    /// A setting or an option has no meaning.
    Configuration(String),
    /// The process was asked to stop by this signal.
    Interrupted(&'static str),
    /// An error of the user's code, on its way to the run it fails.
    Plain,
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

    pub(crate) fn result(run: RunLabel, cause: Unreadable) -> Self {
        let kind = Kind::Result { missing: cause.is_missing() };
        Self(Arc::new(Inner { kind, run: Some(run), cause: Some(Arc::new(cause)) }))
    }

    /// An error that says this, for code that has no error of its own to return.
    ///
    /// ```
    /// let error = tidegate::Error::msg("the forecast is empty");
    /// assert_eq!(error.to_string(), "the forecast is empty");
    /// ```
    pub fn msg(message: impl fmt::Display) -> Self {
        Self::from(message.to_string())
    }

    /// What fails a run whose body returned this error.
    pub(crate) fn into_cause(self) -> Arc<dyn StdError + Send + Sync> {
        match (&self.0.kind, &self.0.cause) {
            (Kind::Plain, Some(cause)) => Arc::clone(cause),
            (
                Kind::Ended(_)
                | Kind::Store
                | Kind::Result { .. }
                | Kind::Configuration(_)
                | Kind::Interrupted(_)
                | Kind::Upstream
                | Kind::Plain,
                _,
            ) => Arc::new(Standing(self)),
        }
    }

    /// A call could not be made because of a run that it depends on.
    pub(crate) fn upstream(obstacle: NotCompleted) -> Self {
        Self(Arc::new(Inner { kind: Kind::Upstream, run: None, cause: Some(Arc::new(obstacle)) }))
    }

    /// A call was cancelled while it waited for what it is made with.
    pub(crate) fn never_made(now: Timestamp) -> Self {
        let state = State::cancelled(now).message("the call was cancelled before it was made");
        Self(Arc::new(Inner { kind: Kind::Ended(state), run: None, cause: None }))
    }

    pub(crate) fn interrupted(signal: &'static str) -> Self {
        Self(Arc::new(Inner { kind: Kind::Interrupted(signal), run: None, cause: None }))
    }

    pub(crate) fn configuration(message: impl Into<String>) -> Self {
        Self(Arc::new(Inner { kind: Kind::Configuration(message.into()), run: None, cause: None }))
    }

    /// Whether the process was asked to stop, see [`Engine::run_until_signal`](crate::Engine::run_until_signal).
    #[must_use]
    pub fn is_interrupted(&self) -> bool {
        matches!(self.0.kind, Kind::Interrupted(_))
    }

    /// Whether another process has taken over the run, because this one was not heard of for too long or another has resumed it:
    /// nothing that this process still does for the run is recorded.
    #[must_use]
    pub fn is_fenced(&self) -> bool {
        let cause = self.0.cause.as_ref().and_then(|cause| cause.downcast_ref::<StoreError>());
        cause.is_some_and(|cause| {
            matches!(cause.kind(), StoreErrorKind::Fenced | StoreErrorKind::LeaseEnded)
        })
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

    /// Whether the run is suspended: it has left its process until it is [resumed](crate::resume()).
    #[must_use]
    pub fn is_suspended(&self) -> bool {
        self.state().is_some_and(|state| {
            state.state_type() == StateType::Paused && state.name == "Suspended"
        })
    }

    /// Whether the run did not start because a run it depends on did not complete.
    #[must_use]
    pub fn is_upstream(&self) -> bool {
        matches!(self.0.kind, Kind::Upstream)
            || self.state().is_some_and(|state| state.name == "NotReady")
    }

    /// Whether the store could not open, read or record something.
    #[must_use]
    pub fn is_store(&self) -> bool {
        matches!(self.0.kind, Kind::Store)
    }

    /// Whether a run that completed has no result to be read: it was not kept, or is no longer where it was written.
    #[must_use]
    pub fn is_missing_result(&self) -> bool {
        matches!(self.0.kind, Kind::Result { missing: true })
    }

    /// Whether the result of a run is there and cannot be read: it is damaged, of another type, or in a storage that is unknown or
    /// does not answer.
    #[must_use]
    pub fn is_unreadable_result(&self) -> bool {
        matches!(self.0.kind, Kind::Result { missing: false })
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
            Kind::Store
            | Kind::Result { .. }
            | Kind::Configuration(_)
            | Kind::Interrupted(_)
            | Kind::Upstream
            | Kind::Plain => None,
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
            next = match error.downcast_ref::<Standing>() {
                Some(Standing(inner)) => inner.0.cause.as_ref().map(|cause| &**cause as _),
                None => error.source(),
            };
        }
        None
    }

    /// What the user's code said, without the runs that passed it on.
    pub(crate) fn root_text(&self) -> String {
        let mut text = self.whole_root_text();
        redact::redact_in_place(&mut text);
        text
    }

    fn whole_root_text(&self) -> String {
        match (&self.0.kind, &self.0.cause) {
            (Kind::Ended(_) | Kind::Plain | Kind::Upstream, Some(cause)) => error_text(&**cause),
            (Kind::Ended(state), None) => {
                state.message.as_deref().map_or_else(|| state.to_string(), ToOwned::to_owned)
            }
            (
                Kind::Store
                | Kind::Result { .. }
                | Kind::Configuration(_)
                | Kind::Interrupted(_)
                | Kind::Plain
                | Kind::Upstream,
                _,
            ) => self.to_string(),
        }
    }

    fn has_type(&self, state_type: StateType) -> bool {
        self.state().is_some_and(|state| state.state_type() == state_type)
    }
}

/// What an error says, with its causes, on one line; of one of ours, what the user's code said.
fn error_text(error: &(dyn StdError + 'static)) -> String {
    if let Some(Standing(ours)) = error.downcast_ref::<Standing>() {
        return ours.root_text();
    }
    let mut text = error.to_string();
    // What the upstream run failed with is its own affair.
    let mut next = if error.is::<NotCompleted>() { None } else { error.source() };
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
