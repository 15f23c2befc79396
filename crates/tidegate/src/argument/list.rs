//! Lists of arguments: what `map` makes one call of for each element. Nothing here makes a call.

use std::fmt;
use std::sync::Arc;

use futures_util::future::BoxFuture;

use crate::argument::{Given, Givens, Source};
use crate::canonical::Digest;
use crate::error::{Error, Result};

/// What may stand for an argument of type `T` when a task is mapped with `name::map(..)`: something to take one element of for each
/// call, or one thing for all of them.
///
/// | given, for an argument of type `T` | each call takes |
/// | --- | --- |
/// | a `Vec<T>`, an array, a slice, a range, a set, a `VecDeque`; a map, where `T` is a pair | one element |
/// | [`mapped`](crate::mapped)`(iterator)` | what the iterator gives next |
/// | a list of handles: `RunHandles<T>`, `Vec<RunHandle<T>>`, .. | the value of one handle |
/// | the handle of a list: `RunHandle<Vec<T>>` | one element, when the list is there |
/// | a `T`, a `RunHandle<T>` | the same value |
/// | [`unmapped`](crate::unmapped)`(whatever)` | the same value |
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be mapped to an argument of type `{T}`",
    label = "neither a list of `{T}`, nor a `{T}` for all calls",
    note = "`map` takes lists (`Vec`, arrays, ranges, sets, handles) of the argument's type; give other iterators as `mapped(iterator)`",
    note = "a value for all calls must be `Clone`; where it is a list itself, say `unmapped(list)`"
)]
pub trait MapArgument<T> {
    /// [`Each`] or [`Whole`].
    #[doc(hidden)]
    type Kind;

    #[doc(hidden)]
    fn into_list(self) -> List<T>;
}

/// Of what each call takes one element.
#[derive(Debug)]
pub enum Each {}

/// Of what each call takes the same.
#[derive(Debug)]
pub enum Whole {}

/// Of several arguments, one in the other: whether there is one of which each call takes an element.
pub trait Kinds {
    /// [`Each`] if there is, or else [`Whole`].
    type Any;
}

impl Kinds for () {
    type Any = Whole;
}

impl<R> Kinds for (Each, R) {
    type Any = Each;
}

impl<R: Kinds> Kinds for (Whole, R) {
    type Any = R::Any;
}

/// There is something to map over.
#[diagnostic::on_unimplemented(
    message = "there is nothing to map over: none of the arguments is a list",
    label = "every argument is one value for all calls",
    note = "give a `Vec`, an array, a range, handles, or `mapped(iterator)` for at least one argument; for one call there is `submit`",
    note = "a text is one value, not a list of characters"
)]
pub trait HasList {}

impl HasList for Each {}

/// What was given for an argument of the calls of a map.
pub struct List<T>(pub(crate) Items<T>);

pub(crate) enum Items<T> {
    /// The same for each call.
    Whole(Box<dyn FnMut() -> Given<T> + Send>),
    /// One for each of so many calls.
    Each(usize, Box<dyn Iterator<Item = Given<T>> + Send>),
    /// It is not known yet of how many.
    Later(Arc<dyn LaterList<T>>),
}

/// A list whose length runs will give.
pub(crate) trait LaterList<T>: Send + Sync {
    /// What tells it from others; none where a call cannot be found again.
    fn digest(&self) -> Option<Digest>;

    /// Waits until the list is known.
    fn known(&self) -> BoxFuture<'_, Result<Vec<Given<T>>>>;
}

impl<T: Send + 'static> List<T> {
    pub(crate) fn each<I>(len: usize, items: I) -> Self
    where
        I: IntoIterator<Item = Given<T>>,
        I::IntoIter: Send + 'static,
    {
        Self(Items::Each(len, Box::new(items.into_iter())))
    }

    pub(crate) fn values<I>(len: usize, values: I) -> Self
    where
        I: IntoIterator<Item = T>,
        I::IntoIter: Send + 'static,
    {
        Self::each(len, values.into_iter().map(|value| Given(Source::Value(value))))
    }

    /// The same for each call.
    pub(crate) fn whole(given: Given<T>) -> Self
    where
        T: Clone,
    {
        Self(Items::Whole(match given.0 {
            Source::Value(value) => Box::new(move || Given(Source::Value(value.clone()))),
            Source::Later(later) => Box::new(move || Given(Source::Later(Arc::clone(&later)))),
        }))
    }

    fn len(&self) -> Option<usize> {
        match &self.0 {
            Items::Each(len, _) => Some(*len),
            Items::Whole(_) | Items::Later(_) => None,
        }
    }

    fn next(&mut self) -> Given<T> {
        match &mut self.0 {
            Items::Whole(make) => make(),
            Items::Each(_, items) => items.next().expect("a list is as long as it says"),
            Items::Later(_) => unreachable!("lists are known before elements are taken"),
        }
    }
}

/// The arguments of the calls of a map, one in the other: `(first, (second, ()))`.
pub trait Lists: Send + 'static {
    #[doc(hidden)]
    type Givens: Givens;

    /// Appends how long each is of which elements are taken, by the names of the arguments.
    #[doc(hidden)]
    fn lengths(&self, names: &[&'static str], into: &mut Vec<(&'static str, usize)>);

    /// The arguments of the next call.
    #[doc(hidden)]
    fn next(&mut self) -> Self::Givens;

    /// Appends the digest of each list that is not known yet.
    #[doc(hidden)]
    fn later(&self, into: &mut Vec<Option<Digest>>);

    /// Waits until all lists are known.
    #[doc(hidden)]
    fn settle(&mut self) -> BoxFuture<'_, Result<()>>;
}

impl Lists for () {
    type Givens = ();

    fn lengths(&self, _names: &[&'static str], _into: &mut Vec<(&'static str, usize)>) {}

    fn next(&mut self) {}

    fn later(&self, _into: &mut Vec<Option<Digest>>) {}

    fn settle(&mut self) -> BoxFuture<'_, Result<()>> {
        Box::pin(std::future::ready(Ok(())))
    }
}

impl<T: Send + 'static, R: Lists> Lists for (List<T>, R) {
    type Givens = (Given<T>, R::Givens);

    fn lengths(&self, names: &[&'static str], into: &mut Vec<(&'static str, usize)>) {
        let (name, names) = names.split_first().expect("each argument has a name");
        into.extend(self.0.len().map(|len| (*name, len)));
        self.1.lengths(names, into);
    }

    fn next(&mut self) -> Self::Givens {
        (self.0.next(), self.1.next())
    }

    fn later(&self, into: &mut Vec<Option<Digest>>) {
        if let Items::Later(list) = &self.0.0 {
            into.push(list.digest());
        }
        self.1.later(into);
    }

    fn settle(&mut self) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            if let Items::Later(list) = &self.0.0 {
                let known = list.known().await?;
                self.0 = List::each(known.len(), known);
            }
            self.1.settle().await
        })
    }
}

/// How many calls there are to be: as many as each list has elements.
pub(crate) fn count(task: &str, lengths: &[(&'static str, usize)]) -> Result<usize> {
    let count = lengths.first().map_or(0, |(_, len)| *len);
    if lengths.iter().all(|(_, len)| *len == count) {
        return Ok(count);
    }
    let lengths: Vec<_> = lengths.iter().map(|(name, len)| format!("`{name}` has {len}")).collect();
    Err(Error::configuration(format!(
        "'{task}' cannot be mapped over lists of different lengths: {}; make them equally long, or give what is for all calls as \
         `unmapped(..)`",
        lengths.join(", ")
    )))
}

impl<T> fmt::Debug for List<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Items::Whole(_) => f.write_str("List(whole)"),
            Items::Each(len, _) => write!(f, "List({len})"),
            Items::Later(_) => f.write_str("List(later)"),
        }
    }
}
