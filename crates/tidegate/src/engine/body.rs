//! What the engine asks of the body of a run: one attempt at a time, without its types.

use erased_serde::{Deserializer, Serialize};
use futures_util::future::BoxFuture;
use tidegate_core::store::SqlTransaction;
use tidegate_core::{Parameters, State};

use crate::error::{Error, Result};
use crate::inputs::Inputs;
use crate::result::KeyPart;

/// What an attempt gave.
pub(crate) enum Attempted {
    /// A value was returned and kept.
    Returned,
    /// An error was returned.
    Failed(Error),
}

/// One attempt at a body, to be made.
pub(crate) enum Attempt<'a> {
    /// It is awaited.
    Future(BoxFuture<'a, Attempted>),
    /// It is done in a transaction of the store.
    Work(Work),
}

/// An attempt that is given the transaction. What it returns it tells before it ends, so that it can be recorded in the same
/// transaction.
pub(crate) type Work =
    Box<dyn FnOnce(&mut SqlTransaction<'_>, &mut dyn FnMut(Returned<'_>)) -> Attempted + Send>;

/// A value that was returned.
pub(crate) struct Returned<'a> {
    /// The state it asks for.
    pub(crate) asks_for: Option<State>,
    /// The value as something that can be written, if its type can be.
    pub(crate) result: Option<&'a dyn Serialize>,
}

/// What the arguments of a call tell of its run.
#[derive(Default)]
pub(crate) struct Told {
    /// The arguments, as they are recorded.
    pub(crate) parameters: Parameters,
    /// The name that they make.
    pub(crate) name: Option<String>,
    /// The variables without which they make no name.
    pub(crate) variables: &'static [&'static str],
    /// Whether some are not known yet.
    pub(crate) partly: bool,
    /// The key of the result, as far as they tell it.
    pub(crate) result_key: Option<Vec<KeyPart>>,
}

/// A body without its types.
pub(crate) trait Body: Send {
    /// What its arguments tell, with what [variables](Told::variables) hold, once they were read. To be asked before the first attempt,
    /// which may take them.
    fn tell(&self, variables: &[String]) -> Told;

    /// Takes what other runs gave as its arguments. To be called once, when those have ended, before it is asked for anything but
    /// what it [tells](Self::tell).
    fn resolve(&mut self) -> Result<()> {
        Ok(())
    }

    /// What is known of its arguments, found out when asked. To be asked before the first attempt, which may take them; nothing is
    /// known of what a closure has captured.
    fn inputs(&self) -> Inputs;

    /// One attempt. Unless it is the `last`, the arguments are kept for another, if they can be.
    fn attempt(&mut self, last: bool) -> Attempt<'_>;

    /// Takes the value that was said to stand in for its own in a dry run, if one was.
    fn stand_in(&mut self) -> bool {
        false
    }

    /// The argument that the last attempt has used up, so that there cannot be another.
    fn used_up(&self) -> Option<&'static str>;

    /// The state that the value of the last attempt asks for. To be asked when everything the attempt submitted has ended, since
    /// the value may be a handle.
    fn conclude(&self) -> Option<State>;

    /// The value of the last attempt that returned one, as something that can be written; none if its type cannot.
    fn encode(&self) -> Option<&dyn Serialize>;

    /// Whether a recorded result can be [restored](Self::restore): whether the type of the value can be written and read.
    fn is_recordable(&self) -> bool;

    /// Takes a recorded result as the value, as if an attempt had returned it.
    fn restore(
        &mut self,
        result: &mut dyn Deserializer<'_>,
    ) -> std::result::Result<(), erased_serde::Error>;
}
