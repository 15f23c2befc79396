//! Arguments of calls that other runs give: handles in the place of values. What a call depends on is read off its arguments, and
//! they are turned into values once those runs have ended. Nothing here waits or runs anything.
//!
//! ```text
//!   3.0, &handle, gather((&a, &b)) ──Argument──> Given ──┬─ a value
//!                                                        └─ Later: dependencies, a digest, and in the end the value
//!   [1, 2], &handles, unmapped(5)  ──MapArgument──> List of Given, one for each call
//! ```

mod allow_failure;
mod gather;
mod impls;
mod later;
mod list;
mod list_impls;
mod unmapped;

use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use crate::engine::Dependency;
use crate::error::Result;
use crate::inputs::Input;

pub use allow_failure::{AllowFailure, Tolerable, allow_failure};
pub use gather::{Gather, gather};
pub(crate) use later::{All, Later, digest_of};
pub use list::{Each, HasList, Kinds, List, Lists, MapArgument, Whole};
pub(crate) use list::{Items, LaterList, count};
pub use unmapped::{Mapped, Unmapped, mapped, unmapped};

/// What may stand for a `T` when a call is made with `name::call(..)` or `name::submit(..)`: a `T` itself, the handle of a run that
/// gives one, or, where it is a list, handles of its elements.
///
/// ```
/// use tidegate::prelude::*;
///
/// #[task]
/// async fn double(number: u32) -> u32 {
///     2 * number
/// }
///
/// #[task]
/// async fn sum(numbers: Vec<u32>) -> u32 {
///     numbers.iter().sum()
/// }
///
/// #[flow]
/// async fn pipeline() -> Result<u32> {
///     let four = double::submit(2);
///     let eight = double::submit(&four);
///     sum::submit(vec![four, eight]).await
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> { tidegate::testing::run_async(async {
/// assert_eq!(pipeline().await?, 12);
/// # Ok(()) }).await }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be given for an argument of type `{T}`",
    label = "neither a `{T}` nor a handle of a run that gives one",
    note = "an argument is a value of its type, a `RunHandle` of it, or `allow_failure(handle)` where it is a `Result`; a `Vec` may \
            be a list of handles, and `gather(..)` makes other collections of handles into one argument",
    note = "what is submitted owns its data, so a reference must be `'static`: let the task take `String` and not `&str`"
)]
pub trait Argument<T> {
    #[doc(hidden)]
    fn into_given(self) -> Given<T>;
}

/// An argument as it was given: a value, or what other runs will give. Made by [`gather`], and passed where an argument of its type
/// is wanted.
pub struct Given<T>(pub(crate) Source<T>);

pub(crate) enum Source<T> {
    Value(T),
    Later(Arc<dyn Later<T>>),
}

impl<T> Given<T> {
    pub(crate) fn later(later: impl Later<T> + 'static) -> Self {
        Self(Source::Later(Arc::new(later)))
    }

    /// The value, if it is known.
    #[doc(hidden)]
    pub fn value(&self) -> Option<&T> {
        match &self.0 {
            Source::Value(value) => Some(value),
            Source::Later(_) => None,
        }
    }

    /// What tells it from others, while its value is not known.
    #[doc(hidden)]
    pub fn later_input(&self) -> Input {
        let Source::Later(later) = &self.0 else { return Input::opaque::<T>() };
        later.digest().map_or_else(Input::opaque::<T>, Input::Hashed)
    }

    /// What is recorded of it, while its value is not known.
    #[doc(hidden)]
    pub fn later_text(&self) -> Value {
        let Source::Later(later) = &self.0 else { return Value::Null };
        Value::String(format!("<{}>", later.text()))
    }

    pub(crate) fn dependencies(&self, into: &mut Vec<Dependency>) {
        if let Source::Later(later) = &self.0 {
            later.dependencies(into);
        }
    }

    /// The value, once what it depends on has ended.
    pub(crate) fn take(self) -> Result<T> {
        match self.0 {
            Source::Value(value) => Ok(value),
            Source::Later(later) => later.take(),
        }
    }
}

/// The arguments of a call, one in the other: `(first, (second, ()))`. So there may be any number of them.
pub trait Givens: Send + 'static {
    #[doc(hidden)]
    type Values: Send + 'static;

    /// Whether all of them are values.
    #[doc(hidden)]
    fn are_known(&self) -> bool;

    /// What their call depends on.
    #[doc(hidden)]
    fn all_dependencies(&self) -> Dependencies;

    #[doc(hidden)]
    fn take(self) -> Result<Self::Values>;
}

/// What the arguments of a call depend on.
#[derive(Default)]
pub struct Dependencies(pub(crate) Vec<Dependency>);

impl Givens for () {
    type Values = ();

    fn are_known(&self) -> bool {
        true
    }

    fn all_dependencies(&self) -> Dependencies {
        Dependencies::default()
    }

    fn take(self) -> Result<()> {
        Ok(())
    }
}

impl<T: Send + 'static, R: Givens> Givens for (Given<T>, R) {
    type Values = (T, R::Values);

    fn are_known(&self) -> bool {
        self.0.value().is_some() && self.1.are_known()
    }

    fn all_dependencies(&self) -> Dependencies {
        let mut all = Vec::new();
        self.0.dependencies(&mut all);
        all.extend(self.1.all_dependencies().0);
        Dependencies(all)
    }

    fn take(self) -> Result<Self::Values> {
        Ok((self.0.take()?, self.1.take()?))
    }
}

impl fmt::Debug for Dependencies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Dependencies").field(&self.0.len()).finish()
    }
}

impl<T> fmt::Debug for Given<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0 {
            Source::Value(_) => "Given(value)",
            Source::Later(_) => "Given(later)",
        })
    }
}
