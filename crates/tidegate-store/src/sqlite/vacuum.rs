//! Giving room back to the file system, a few pages at a time, so that each step is a short transaction. SQLite's own `VACUUM`
//! would write the whole file anew while nobody else may write.

use rusqlite::Connection;

/// How many pages one step gives back.
const PAGES: usize = 128;

/// A step moves a page for each that it gives back, and changes what points to it.
pub(super) const CHANGED_PAGES: usize = 3 * PAGES;

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
    let free = || connection.pragma_query_value(None, "freelist_count", |row| row.get::<_, u32>(0));
    let before = free()?;
    connection.execute_batch(&format!("PRAGMA incremental_vacuum({PAGES})"))?;
    let after = free()?;
    let page: u32 = connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
    let given = before.saturating_sub(after);
    Ok(Step { bytes: u64::from(given) * u64::from(page), last: given == 0 || after == 0 })
}
