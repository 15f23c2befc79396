//! What may stand for an argument: values, handles, lists of handles.

use crate::argument::{All, AllowFailure, Argument, Given, Source};
use crate::call::{RunHandle, RunHandles};
use crate::error::Result;

impl<T> Argument<T> for T {
    fn into_given(self) -> Given<T> {
        Given(Source::Value(self))
    }
}

impl<T> Argument<T> for Given<T> {
    fn into_given(self) -> Self {
        self
    }
}

/// As in most signatures of Rust, a literal will do for a text.
impl Argument<String> for &str {
    fn into_given(self) -> Given<String> {
        Given(Source::Value(self.to_owned()))
    }
}

macro_rules! handles {
    ($([$($generics:tt)*] $given:ty => $value:ty, |$this:ident| $later:expr;)*) => {
        $(impl<T: Clone + Send + 'static $($generics)*> Argument<$value> for $given {
            fn into_given(self) -> Given<$value> {
                let $this = self;
                Given::later($later)
            }
        })*
    };
}

handles! {
    [] RunHandle<T> => T, |handle| handle;
    [] &RunHandle<T> => T, |handle| handle.clone();
    [] AllowFailure<RunHandle<T>> => Result<T>, |handle| handle;
    [] RunHandles<T> => Vec<T>, |handles| handles;
    [] &RunHandles<T> => Vec<T>, |handles| handles.clone();
    [] AllowFailure<RunHandles<T>> => Vec<Result<T>>, |handles| handles;
    [] Vec<RunHandle<T>> => Vec<T>, |handles| handles.into_iter().collect::<All<_>>();
    [] &Vec<RunHandle<T>> => Vec<T>, |handles| handles.iter().cloned().collect::<All<_>>();
    [] &[RunHandle<T>] => Vec<T>, |handles| handles.iter().cloned().collect::<All<_>>();
    [] Vec<&RunHandle<T>> => Vec<T>, |handles| handles.into_iter().cloned().collect::<All<_>>();
    [, const N: usize] [RunHandle<T>; N] => Vec<T>, |handles| handles.into_iter().collect::<All<_>>();
    [, const N: usize] [&RunHandle<T>; N] => Vec<T>, |handles| handles.into_iter().cloned().collect::<All<_>>();
    [, const N: usize] [RunHandle<T>; N] => [T; N], |handles| handles.into_iter().collect::<All<_>>();
    [, const N: usize] [&RunHandle<T>; N] => [T; N], |handles| handles.into_iter().cloned().collect::<All<_>>();
}
