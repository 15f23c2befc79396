//! Arguments that tell how a run ended, a failure included, instead of asking for its value.

use crate::argument::Later;
use crate::argument::later::{digest_of, text_of};
use crate::call::{RunHandle, RunHandles};
use crate::canonical::Digest;
use crate::engine::{Dependency, Need, Upstream};
use crate::error::Result;

/// Handles of runs that may have failed. Made by [`allow_failure`].
#[derive(Clone, Debug)]
pub struct AllowFailure<H>(pub(crate) H);

/// Gives what a run gave, or the error that it failed with: for an argument of type `Result<T>`, or in a `wait_for`, where the run may
/// then end as it likes.
///
/// A run that crashed or was cancelled is not a result: what depends on it does not start, as without `allow_failure`.
///
/// ```
/// use tidegate::prelude::*;
///
/// #[task]
/// async fn measure(station: u32) -> Result<f64> {
///     if station == 2 { Err("no signal".into()) } else { Ok(20.0) }
/// }
///
/// #[task]
/// async fn report(measured: Vec<Result<f64>>) -> String {
///     let failed = measured.iter().filter(|one| one.is_err()).count();
///     format!("{failed} of {} stations failed", measured.len())
/// }
///
/// #[flow]
/// async fn survey() -> Result<String> {
///     let measured = measure::map([1, 2, 3]);
///     report::submit(allow_failure(&measured)).await
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> { tidegate::testing::run_async(async {
/// assert_eq!(survey().await?, "1 of 3 stations failed");
/// # Ok(()) }).await }
/// ```
pub fn allow_failure<H: Tolerable>(handles: H) -> AllowFailure<H::Handles> {
    AllowFailure(handles.into_handles())
}

/// What [`allow_failure`] takes: a handle, or a list of handles.
#[diagnostic::on_unimplemented(
    message = "`allow_failure` takes handles of runs, and `{Self}` is none",
    label = "not a handle",
    note = "a value cannot fail; submit the call, and pass its handle"
)]
pub trait Tolerable {
    /// The handles, owned.
    type Handles;

    #[doc(hidden)]
    fn into_handles(self) -> Self::Handles;
}

macro_rules! tolerable {
    ($([$($generics:tt)*] $given:ty => $handles:ty, |$this:ident| $into:expr;)*) => {
        $(impl<T: Send + 'static, $($generics)*> Tolerable for $given {
            type Handles = $handles;

            fn into_handles(self) -> Self::Handles {
                let $this = self;
                $into
            }
        })*
    };
}

tolerable! {
    [] RunHandle<T> => RunHandle<T>, |handle| handle;
    [] &RunHandle<T> => RunHandle<T>, |handle| handle.clone();
    [] RunHandles<T> => RunHandles<T>, |handles| handles;
    [] &RunHandles<T> => RunHandles<T>, |handles| handles.clone();
    [] Vec<RunHandle<T>> => RunHandles<T>, |handles| handles.into();
    [] &Vec<RunHandle<T>> => RunHandles<T>, |handles| handles.iter().cloned().collect();
    [] &[RunHandle<T>] => RunHandles<T>, |handles| handles.iter().cloned().collect();
    [const N: usize] [RunHandle<T>; N] => RunHandles<T>, |handles| handles.into_iter().collect();
    [const N: usize] [&RunHandle<T>; N] => RunHandles<T>, |handles| handles.into_iter().cloned().collect();
    [const N: usize] &[RunHandle<T>; N] => RunHandles<T>, |handles| handles.iter().cloned().collect();
}

impl<T: Clone + Send + 'static> Later<Result<T>> for AllowFailure<RunHandle<T>> {
    fn dependencies(&self, into: &mut Vec<Dependency>) {
        into.push(Dependency { upstream: self.0.upstream(), need: Need::End });
    }

    fn digest(&self) -> Option<Digest> {
        let key = self.0.0.call_key()?.to_bytes();
        digest_of("result", [Some(&key[..])])
    }

    fn text(&self) -> String {
        text_of(&self.0)
    }

    fn take(&self) -> Result<Result<T>> {
        Ok(self.0.given().expect("a dependency has ended"))
    }
}
