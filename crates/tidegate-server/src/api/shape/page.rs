//! One page of a list.

use schemars::JsonSchema;
use serde::Serialize;

use crate::api::extract::Page as Asked;

/// One page of a list.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Page<T> {
    results: Vec<T>,
    /// How many there are on all pages.
    count: u64,
    limit: u64,
    pages: u64,
    page: u64,
}

impl<T> Page<T> {
    /// The page that was asked for, of so many in all.
    pub(crate) fn of(results: Vec<T>, count: u64, limit: u64, asked: Asked) -> Self {
        Self { results, count, limit, pages: count.div_ceil(limit.max(1)), page: asked.0 }
    }
}
