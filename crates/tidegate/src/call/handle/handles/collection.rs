//! Handles as a collection: made of others, looked at, and gone through one by one. It waits for none of them.

use std::fmt;
use std::ops::Index;
use std::sync::{Arc, OnceLock};

use super::{Known, RunHandles};
use crate::call::RunHandle;

impl<T: Send + 'static> FromIterator<RunHandle<T>> for RunHandles<T> {
    fn from_iter<I: IntoIterator<Item = RunHandle<T>>>(handles: I) -> Self {
        let handles = handles.into_iter().collect();
        Self::known(Ok(Known { handles, failure: None, drawn: OnceLock::new() }))
    }
}

impl<T: Send + 'static> From<Vec<RunHandle<T>>> for RunHandles<T> {
    fn from(handles: Vec<RunHandle<T>>) -> Self {
        handles.into_iter().collect()
    }
}

impl<T: Send + 'static> Index<usize> for RunHandles<T> {
    type Output = RunHandle<T>;

    fn index(&self, index: usize) -> &RunHandle<T> {
        &self.as_slice()[index]
    }
}

impl<'a, T: Send + 'static> IntoIterator for &'a RunHandles<T> {
    type Item = &'a RunHandle<T>;
    type IntoIter = std::slice::Iter<'a, RunHandle<T>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: Send + 'static> IntoIterator for RunHandles<T> {
    type Item = RunHandle<T>;
    type IntoIter = std::vec::IntoIter<RunHandle<T>>;

    fn into_iter(self) -> Self::IntoIter {
        self.as_slice().to_vec().into_iter()
    }
}

impl<T> Clone for RunHandles<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: Send + 'static> fmt::Debug for RunHandles<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.known.get() {
            None => f.write_str("RunHandles(not known yet)"),
            Some(Err(error)) => write!(f, "RunHandles({error})"),
            Some(Ok(_)) => f.debug_list().entries(self.iter()).finish(),
        }
    }
}
