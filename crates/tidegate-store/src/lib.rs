//! Keeps runs and their logs in an SQLite file, behind the [`Store`](tidegate_core::Store) seam: one file, one writer,
//! group commit. It never decides what may happen to a run.

mod sqlite;

pub use sqlite::{Location, Options, Sqlite};
