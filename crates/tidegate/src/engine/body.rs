//! What the engine asks of the body of a run: one attempt at a time, without its types.

use futures_util::future::BoxFuture;
use tidegate_core::State;

use crate::error::BoxError;

/// What an attempt gave.
pub(crate) enum Attempted {
    /// A value was returned and kept.
    Returned,
    /// An error was returned.
    Failed(BoxError),
}

/// The argument of this name cannot be used twice.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unrepeatable(pub(crate) &'static str);

/// A body without its types.
pub(crate) trait Body: Send {
    /// One attempt. Unless it is the `last`, the arguments are kept for another.
    fn attempt(&mut self, last: bool) -> Result<BoxFuture<'_, Attempted>, Unrepeatable>;

    /// The state that the value of the last attempt asks for. To be asked when everything the attempt submitted has ended, since
    /// the value may be a handle.
    fn conclude(&self) -> Option<State>;
}
