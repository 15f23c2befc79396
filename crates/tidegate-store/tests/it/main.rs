//! The tests of the SQLite store: the promises every store makes, and those only this one does.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod backup;
mod batching;
mod failures;
mod opening;
mod retention;
mod schema;
mod sharing;
mod suite;
mod transactions;
mod vacuum;
