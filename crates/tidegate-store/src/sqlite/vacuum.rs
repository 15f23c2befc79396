//! Giving room back to the file system, a few pages at a time, so that each step is a short transaction. SQLite's own `VACUUM`
//! would write the whole file anew while nobody else may write.

use std::time::{Duration, Instant};

use rusqlite::Connection;

/// How many pages one step gives back at most.
const PAGES: u64 = 256;

/// How long a step may take. To find one free page SQLite may look at all of them, so where there are many, it gets slow.
const ENOUGH: Duration = Duration::from_millis(2);

/// A step moves a page for each that it gives back, and changes what points to it.
pub(super) const CHANGED_PAGES: usize = 2 * PAGES as usize;

/// What one step came to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    /// How many bytes were given back.
    pub(super) bytes: u64,
    /// Whether no room is left to give back.
    pub(super) last: bool,
}

/// Has a database that is not made yet keep the books that [`step`] needs: which page points to which.
pub(super) fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    let pages: u32 = connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
    if pages == 0 {
        connection.pragma_update(None, "auto_vacuum", "incremental")?;
    }
    Ok(())
}

/// Gives a few pages back, in the transaction that is open.
pub(super) fn step(connection: &Connection) -> rusqlite::Result<Step> {
    let started = Instant::now();
    let mut pages = 0;
    let mut statement = connection.prepare_cached("PRAGMA incremental_vacuum")?;
    let mut given = statement.raw_query();
    // Each row is a page that was given back.
    let mut last = false;
    while pages < PAGES && started.elapsed() < ENOUGH && !last {
        match given.next()? {
            Some(_) => pages += 1,
            None => last = true,
        }
    }
    drop(given);
    let size: u32 = connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
    Ok(Step { bytes: pages * u64::from(size), last })
}
