//! Handles in collections and tuples, however deep, as one argument.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::hash::{BuildHasher, Hash};
use std::sync::Arc;

use crate::argument::{All, AllowFailure, Given, Later, Source, digest_of};
use crate::call::{RunHandle, RunHandles};
use crate::canonical::Digest;
use crate::engine::Dependency;
use crate::error::Result;

/// One argument from handles that lie in collections and tuples, at any depth: the same collections with the values in their place.
///
/// ```
/// use std::collections::BTreeMap;
///
/// use tidegate::prelude::*;
///
/// #[task]
/// async fn double(number: u32) -> u32 {
///     2 * number
/// }
///
/// #[task]
/// async fn total(parts: BTreeMap<String, (u32, Vec<u32>)>) -> u32 {
///     parts.values().map(|(one, more)| one + more.iter().sum::<u32>()).sum()
/// }
///
/// #[flow]
/// async fn pipeline() -> Result<u32> {
///     let parts = BTreeMap::from([
///         ("a".to_owned(), (double::submit(1), vec![double::submit(2)])),
///         ("b".to_owned(), (double::submit(3), vec![])),
///     ]);
///     total::submit(gather(parts)).await
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> { tidegate::testing::run_async(async {
/// assert_eq!(pipeline().await?, 12);
/// # Ok(()) }).await }
/// ```
pub fn gather<H: Gather>(handles: H) -> Given<H::Value> {
    Given(Source::Later(handles.into_later().0))
}

/// What [`gather`] takes: handles, and collections and tuples of such.
#[diagnostic::on_unimplemented(
    message = "`gather` takes handles in collections and tuples, and `{Self}` is none",
    label = "neither a handle nor a collection of such",
    note = "values that are known already can be arguments of their own"
)]
pub trait Gather {
    /// The same with values for handles.
    type Value;

    #[doc(hidden)]
    fn into_later(self) -> Part<Self::Value>;
}

/// A part of what is gathered.
pub struct Part<T>(Arc<dyn Later<T>>);

impl<T> std::fmt::Debug for Part<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Part")
    }
}

macro_rules! handles {
    ($($given:ty => $value:ty, |$this:ident| $later:expr;)*) => {
        $(impl<T: Clone + Send + 'static> Gather for $given {
            type Value = $value;

            fn into_later(self) -> Part<Self::Value> {
                let $this = self;
                Part(Arc::new($later))
            }
        })*
    };
}

handles! {
    RunHandle<T> => T, |handle| handle;
    &RunHandle<T> => T, |handle| handle.clone();
    RunHandles<T> => Vec<T>, |handles| handles;
    &RunHandles<T> => Vec<T>, |handles| handles.clone();
    AllowFailure<RunHandle<T>> => Result<T>, |handle| handle;
    AllowFailure<RunHandles<T>> => Vec<Result<T>>, |handles| handles;
}

/// What is gathered, made of a list of parts.
struct Made<K, A, B> {
    keys: K,
    parts: All<Arc<dyn Later<A>>>,
    make: fn(&K, Vec<A>) -> B,
}

impl<K: Send + Sync, A, B> Later<B> for Made<K, A, B> {
    fn dependencies(&self, into: &mut Vec<Dependency>) {
        Later::<Vec<A>>::dependencies(&self.parts, into);
    }

    /// The keys of a map are no part of it, since nothing can hash them.
    fn digest(&self) -> Option<Digest> {
        Later::<Vec<A>>::digest(&self.parts)
    }

    fn text(&self) -> String {
        Later::<Vec<A>>::text(&self.parts)
    }

    fn take(&self) -> Result<B> {
        let values: Vec<A> = self.parts.take()?;
        Ok((self.make)(&self.keys, values))
    }
}

macro_rules! lists {
    ($([$($generics:tt)*] $given:ty => $value:ty;)*) => {
        $(impl<H: Gather $($generics)*> Gather for $given
        where
            H::Value: 'static,
        {
            type Value = $value;

            fn into_later(self) -> Part<Self::Value> {
                let parts = self.into_iter().map(|part| part.into_later().0).collect();
                let make = |_: &(), values: Vec<H::Value>| {
                    values.try_into().unwrap_or_else(|_| unreachable!("there are as many as were given"))
                };
                Part(Arc::new(Made { keys: (), parts, make }))
            }
        })*
    };
}

lists! {
    [] Vec<H> => Vec<H::Value>;
    [] VecDeque<H> => VecDeque<H::Value>;
    [, const N: usize] [H; N] => [H::Value; N];
}

macro_rules! maps {
    ($($map:ident [$($bounds:tt)*] [$($hasher:ident)?];)*) => {
        $(impl<K, H, $($hasher)?> Gather for $map<K, H, $($hasher)?>
        where
            K: Clone + $($bounds)* + Send + Sync + 'static,
            H: Gather,
            H::Value: 'static,
            $($hasher: BuildHasher + Default + 'static)?
        {
            type Value = $map<K, H::Value, $($hasher)?>;

            fn into_later(self) -> Part<Self::Value> {
                let (keys, parts): (Vec<K>, Vec<_>) =
                    self.into_iter().map(|(key, part)| (key, part.into_later().0)).unzip();
                let make = |keys: &Vec<K>, values: Vec<H::Value>| keys.iter().cloned().zip(values).collect();
                Part(Arc::new(Made { keys, parts: parts.into_iter().collect(), make }))
            }
        })*
    };
}

maps! {
    BTreeMap [Ord] [];
    HashMap [Eq + Hash] [S];
}

impl<H: Gather> Gather for Option<H>
where
    H::Value: 'static,
{
    type Value = Option<H::Value>;

    fn into_later(self) -> Part<Self::Value> {
        let parts = self.into_iter().map(|part| part.into_later().0).collect();
        let make = |_: &(), values: Vec<H::Value>| values.into_iter().next();
        Part(Arc::new(Made { keys: (), parts, make }))
    }
}

/// Parts of different types.
struct Tuple<P>(P);

macro_rules! tuples {
    ($(($($name:ident $index:tt),+);)*) => {
        $(impl<$($name: Gather),+> Gather for ($($name,)+)
        where
            $($name::Value: 'static),+
        {
            type Value = ($($name::Value,)+);

            fn into_later(self) -> Part<Self::Value> {
                Part(Arc::new(Tuple(($(self.$index.into_later().0,)+))))
            }
        }

        impl<$($name),+> Later<($($name,)+)> for Tuple<($(Arc<dyn Later<$name>>,)+)> {
            fn dependencies(&self, into: &mut Vec<Dependency>) {
                $(self.0.$index.dependencies(into);)+
            }

            fn digest(&self) -> Option<Digest> {
                let digests = [$(self.0.$index.digest()),+];
                digest_of("tuple", digests.iter().map(|digest| digest.as_ref().map(|digest| &digest[..])))
            }

            fn text(&self) -> String {
                [$(self.0.$index.text()),+].join(" and ")
            }

            fn take(&self) -> Result<($($name,)+)> {
                Ok(($(self.0.$index.take()?,)+))
            }
        })*
    };
}

tuples! {
    (A 0);
    (A 0, B 1);
    (A 0, B 1, C 2);
    (A 0, B 1, C 2, D 3);
    (A 0, B 1, C 2, D 3, E 4);
    (A 0, B 1, C 2, D 3, E 4, F 5);
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6);
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
}
