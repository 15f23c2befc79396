//! What may be given for an argument of a map: lists of values and of handles, handles of lists, and single values for all calls.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::ops::{Range, RangeInclusive};
use std::sync::Arc;

use futures_util::future::BoxFuture;

use crate::argument::{
    AllowFailure, Argument, Each, Given, Items, Later, LaterList, List, MapArgument, Mapped,
    Unmapped, Whole, digest_of,
};
use crate::call::{RunHandle, RunHandles};
use crate::canonical::Digest;
use crate::engine::{Dependency, Need};
use crate::error::{Error, Result};

impl<T: Clone + Send + 'static> MapArgument<T> for T {
    type Kind = Whole;

    fn into_list(self) -> List<T> {
        List::whole(self.into_given())
    }
}

macro_rules! wholes {
    ($([$($generics:tt)*] $given:ty => $value:ty, |$this:ident| $inner:expr;)*) => {
        $(impl<T: Clone + Send + 'static $($generics)*> MapArgument<$value> for $given {
            type Kind = Whole;

            fn into_list(self) -> List<$value> {
                let $this = self;
                List::whole(Argument::<$value>::into_given($inner))
            }
        })*
    };
}

wholes! {
    [] RunHandle<T> => T, |handle| handle;
    [] &RunHandle<T> => T, |handle| handle;
    [] AllowFailure<RunHandle<T>> => Result<T>, |handle| handle;
    [] Given<T> => T, |given| given;
    [] Unmapped<T> => T, |whole| whole.0;
    [] Unmapped<RunHandle<T>> => T, |whole| whole.0;
    [] Unmapped<&RunHandle<T>> => T, |whole| whole.0;
    [] Unmapped<AllowFailure<RunHandle<T>>> => Result<T>, |whole| whole.0;
    [] Unmapped<RunHandles<T>> => Vec<T>, |whole| whole.0;
    [] Unmapped<&RunHandles<T>> => Vec<T>, |whole| whole.0;
    [] Unmapped<Vec<RunHandle<T>>> => Vec<T>, |whole| whole.0;
    [] Unmapped<&Vec<RunHandle<T>>> => Vec<T>, |whole| whole.0;
    [] Unmapped<&[RunHandle<T>]> => Vec<T>, |whole| whole.0;
    [] Unmapped<AllowFailure<RunHandles<T>>> => Vec<Result<T>>, |whole| whole.0;
    [] Unmapped<Given<T>> => T, |whole| whole.0;
}

/// As where one argument is given.
impl MapArgument<String> for &str {
    type Kind = Whole;

    fn into_list(self) -> List<String> {
        List::whole(self.into_given())
    }
}

macro_rules! lists {
    ($([$($generics:tt)*] $given:ty => $value:ty, |$this:ident| ($len:expr, $values:expr);)*) => {
        $(impl<$($generics)*> MapArgument<$value> for $given {
            type Kind = Each;

            fn into_list(self) -> List<$value> {
                let $this = self;
                List::values($len, $values)
            }
        })*
    };
}

lists! {
    [T: Send + 'static] Vec<T> => T, |list| (list.len(), list);
    [T: Clone + Send + 'static] &Vec<T> => T, |list| (list.len(), list.clone());
    [T: Clone + Send + 'static] &[T] => T, |list| (list.len(), list.to_vec());
    [T: Send + 'static, const N: usize] [T; N] => T, |list| (N, list);
    [T: Clone + Send + 'static, const N: usize] &[T; N] => T, |list| (N, list.clone());
    [T: Send + 'static] VecDeque<T> => T, |list| (list.len(), list);
    [T: Send + 'static] BTreeSet<T> => T, |set| (set.len(), set);
    [T: Send + 'static, S] HashSet<T, S> => T, |set| (set.len(), set);
    [K: Send + 'static, V: Send + 'static] BTreeMap<K, V> => (K, V), |map| (map.len(), map);
    [K: Send + 'static, V: Send + 'static, S] HashMap<K, V, S> => (K, V), |map| (map.len(), map);
    [T: Send + 'static] Mapped<T> => T, |list| (list.0.len(), list.0);
    [] Vec<&str> => String, |list| (list.len(), list.into_iter().map(str::to_owned).collect::<Vec<_>>());
    [] &[&str] => String, |list| (list.len(), list.iter().copied().map(str::to_owned).collect::<Vec<_>>());
    [const N: usize] [&str; N] => String, |list| (N, list.map(str::to_owned));
}

macro_rules! ranges {
    ($($number:ty)*) => {
        lists! {
            $(
                [] Range<$number> => $number, |range| (range.clone().count(), range);
                [] RangeInclusive<$number> => $number, |range| (range.clone().count(), range);
            )*
        }
    };
}

ranges! { i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize char }

macro_rules! handles {
    ($([$($generics:tt)*] $given:ty, |$this:ident| $handles:expr;)*) => {
        $(impl<T: Clone + Send + 'static $($generics)*> MapArgument<T> for $given {
            type Kind = Each;

            fn into_list(self) -> List<T> {
                let $this = self;
                let handles: Vec<RunHandle<T>> = $handles;
                List::each(handles.len(), handles.into_iter().map(Argument::into_given))
            }
        })*
    };
}

handles! {
    [] Vec<RunHandle<T>>, |handles| handles;
    [] &Vec<RunHandle<T>>, |handles| handles.clone();
    [] &[RunHandle<T>], |handles| handles.to_vec();
    [] Vec<&RunHandle<T>>, |handles| handles.into_iter().cloned().collect();
    [, const N: usize] [RunHandle<T>; N], |handles| handles.into();
    [, const N: usize] [&RunHandle<T>; N], |handles| handles.into_iter().cloned().collect();
    [, const N: usize] &[RunHandle<T>; N], |handles| handles.to_vec();
}

impl<T: Clone + Send + 'static> MapArgument<T> for RunHandles<T> {
    type Kind = Each;

    fn into_list(self) -> List<T> {
        match self.made_at_once() {
            Some(handles) => handles.to_vec().into_list(),
            None => List(Items::Later(Arc::new(self))),
        }
    }
}

impl<T: Clone + Send + 'static> MapArgument<T> for &RunHandles<T> {
    type Kind = Each;

    fn into_list(self) -> List<T> {
        self.clone().into_list()
    }
}

impl<T: Clone + Send + 'static> LaterList<T> for RunHandles<T> {
    fn digest(&self) -> Option<Digest> {
        Later::<Vec<T>>::digest(self)
    }

    fn known(&self) -> BoxFuture<'_, Result<Vec<Given<T>>>> {
        Box::pin(async {
            let handles = self.ready().await?;
            Ok(handles.iter().map(|handle| Given::later(handle.clone())).collect())
        })
    }
}

impl<T: Clone + Send + 'static> MapArgument<Result<T>> for AllowFailure<RunHandles<T>> {
    type Kind = Each;

    fn into_list(self) -> List<Result<T>> {
        match self.0.made_at_once() {
            Some(handles) => {
                let handles = handles.to_vec();
                let each = handles.into_iter().map(|handle| Given::later(AllowFailure(handle)));
                List::each(each.len(), each)
            }
            None => List(Items::Later(Arc::new(self))),
        }
    }
}

impl<T: Clone + Send + 'static> LaterList<Result<T>> for AllowFailure<RunHandles<T>> {
    fn digest(&self) -> Option<Digest> {
        Later::<Vec<Result<T>>>::digest(self)
    }

    fn known(&self) -> BoxFuture<'_, Result<Vec<Given<Result<T>>>>> {
        Box::pin(async {
            let handles = self.0.ready().await?;
            Ok(handles.iter().map(|handle| Given::later(AllowFailure(handle.clone()))).collect())
        })
    }
}

impl<T: Clone + Send + 'static> MapArgument<T> for RunHandle<Vec<T>> {
    type Kind = Each;

    fn into_list(self) -> List<T> {
        List(Items::Later(Arc::new(self)))
    }
}

impl<T: Clone + Send + 'static> MapArgument<T> for &RunHandle<Vec<T>> {
    type Kind = Each;

    fn into_list(self) -> List<T> {
        self.clone().into_list()
    }
}

impl<T: Clone + Send + 'static> LaterList<T> for RunHandle<Vec<T>> {
    fn digest(&self) -> Option<Digest> {
        Later::<Vec<T>>::digest(self)
    }

    fn known(&self) -> BoxFuture<'_, Result<Vec<Given<T>>>> {
        Box::pin(async {
            let upstream = self.upstream();
            upstream.ended().await;
            if let Some(obstacle) = upstream.obstacle(Need::Completion) {
                return Err(Error::upstream(obstacle));
            }
            let len = self.0.look(|given| given.as_ref().map_or(0, Vec::len)).unwrap_or(0);
            let element = |index| Given::later(Element { list: self.clone(), index });
            Ok((0..len).map(element).collect())
        })
    }
}

/// One element of the list that a run gives.
struct Element<T> {
    list: RunHandle<Vec<T>>,
    index: usize,
}

impl<T: Clone + Send + 'static> Later<T> for Element<T> {
    fn dependencies(&self, into: &mut Vec<Dependency>) {
        into.push(Dependency { upstream: self.list.upstream(), need: Need::Completion });
    }

    fn digest(&self) -> Option<Digest> {
        let list = Later::<Vec<T>>::digest(&self.list)?;
        digest_of("element", [Some(&list[..]), Some(&(self.index as u64).to_be_bytes()[..])])
    }

    fn text(&self) -> String {
        format!("element {} of the {}", self.index, Later::<Vec<T>>::text(&self.list))
    }

    fn take(&self) -> Result<T> {
        let element = |given: &Result<Vec<T>>| match given {
            Ok(list) => Ok(list[self.index].clone()),
            Err(error) => Err(error.clone()),
        };
        self.list.0.look(element).expect("a dependency has ended")
    }
}
