//! What a call may be told to wait for.

use std::sync::Arc;

use crate::argument::AllowFailure;
use crate::call::{RunHandle, RunHandles};
use crate::engine::{Dependency, Need, Upstream};

/// What `wait_for` takes: a handle, or handles in lists and tuples. What a run gives does not matter, only that it has completed; with
/// [`allow_failure`](crate::allow_failure) around its handle, only that it has ended.
#[diagnostic::on_unimplemented(
    message = "`wait_for` takes handles of runs, and `{Self}` is none",
    label = "not a handle",
    note = "a value is there already, so there is nothing to wait for; submit the call that gives it, and pass the handle"
)]
pub trait WaitFor {
    #[doc(hidden)]
    fn wait_for(self, upstream: &mut Upstreams);
}

/// The runs that a call waits for.
#[derive(Default)]
pub struct Upstreams(pub(crate) Vec<Dependency>);

/// What is to be waited for.
pub(super) fn upstreams(given: impl WaitFor) -> Vec<Dependency> {
    let mut upstreams = Upstreams::default();
    given.wait_for(&mut upstreams);
    upstreams.0
}

impl std::fmt::Debug for Upstreams {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Upstreams").field(&self.0.len()).finish()
    }
}

impl<T: Send + 'static> WaitFor for &RunHandle<T> {
    fn wait_for(self, upstream: &mut Upstreams) {
        upstream.0.push(Dependency { upstream: self.upstream(), need: Need::Completion });
    }
}

impl<T: Send + 'static> WaitFor for &RunHandles<T> {
    fn wait_for(self, upstream: &mut Upstreams) {
        upstream.0.push(self.dependency(Need::Completion));
    }
}

impl<T: Send + 'static> WaitFor for AllowFailure<RunHandle<T>> {
    fn wait_for(self, upstream: &mut Upstreams) {
        upstream.0.push(Dependency { upstream: self.0.upstream(), need: Need::End });
    }
}

impl<T: Send + 'static> WaitFor for AllowFailure<RunHandles<T>> {
    fn wait_for(self, upstream: &mut Upstreams) {
        upstream.0.push(self.0.dependency(Need::End));
    }
}

macro_rules! owned {
    ($($handles:ty)*) => {
        $(impl<T: Send + 'static> WaitFor for $handles {
            fn wait_for(self, upstream: &mut Upstreams) {
                (&self).wait_for(upstream);
            }
        })*
    };
}

owned! { RunHandle<T> RunHandles<T> }

macro_rules! lists {
    ($([$($generics:tt)*] $list:ty;)*) => {
        $(impl<$($generics)*> WaitFor for $list {
            fn wait_for(self, upstream: &mut Upstreams) {
                self.into_iter().for_each(|one| one.wait_for(upstream));
            }
        })*
    };
}

lists! {
    [W: WaitFor] Vec<W>;
    [W: WaitFor, const N: usize] [W; N];
    [W: WaitFor] Option<W>;
    ['a, T: Send + 'static] &'a Vec<RunHandle<T>>;
    ['a, T: Send + 'static] &'a [RunHandle<T>];
    ['a, T: Send + 'static, const N: usize] &'a [RunHandle<T>; N];
}

macro_rules! tuples {
    ($(($($name:ident $index:tt),*);)*) => {
        $(impl<$($name: WaitFor),*> WaitFor for ($($name,)*) {
            #[allow(unused_variables, reason = "the empty tuple waits for nothing")]
            fn wait_for(self, upstream: &mut Upstreams) {
                $(self.$index.wait_for(upstream);)*
            }
        })*
    };
}

tuples! {
    ();
    (A 0);
    (A 0, B 1);
    (A 0, B 1, C 2);
    (A 0, B 1, C 2, D 3);
    (A 0, B 1, C 2, D 3, E 4);
    (A 0, B 1, C 2, D 3, E 4, F 5);
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6);
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
}

impl<T: Send + 'static> RunHandle<T> {
    pub(crate) fn upstream(&self) -> Arc<dyn Upstream> {
        Arc::clone(&self.0) as Arc<dyn Upstream>
    }
}
