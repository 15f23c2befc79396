//! Without the feature `progress` there are no bars, and nothing stands in the way of lines.

use tidegate_core::RunId;

use super::Bar;

/// There is none.
#[derive(Debug)]
pub(crate) enum Bars {}

pub(crate) fn without_bars<R>(print: impl FnOnce() -> R) -> R {
    print()
}

impl Bars {
    pub(crate) fn new() -> Option<Self> {
        None
    }

    pub(crate) fn show(&self, _bars: Vec<Bar>, _more: usize) {
        match *self {}
    }

    pub(crate) fn remove(&self, _run: RunId) {
        match *self {}
    }
}
