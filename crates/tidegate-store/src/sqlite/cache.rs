//! Cached results and the locks of those who compute them, as rows. Whether an entry may still be used is decided by who asks.

use std::sync::Arc;

use rusqlite::Connection;
use tidegate_core::{CacheEntry, CacheKey, LeaseId, StateResult, Timestamp};
use uuid::Uuid;

use super::leases;
use super::row::{RowReader, RowWriter, UnreadableRow};
use super::run_row::UnwritableRow;

/// Keeps an entry, in the place of an older one of its key.
pub(super) fn keep(connection: &Connection, entry: &CacheEntry) -> Result<(), UnwritableRow> {
    let (value, reference) = match &entry.result {
        StateResult::Recorded { json } => (Some(&**json), None),
        result @ (StateResult::Persisted { .. } | StateResult::Unpersisted) => {
            (None, Some(serde_json::to_string(result)?))
        }
    };
    let mut statement = connection.prepare_cached(
        "INSERT INTO cache_entries (key, run_id, value, reference, created, expires, checksum) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) \
         ON CONFLICT (key) DO UPDATE SET run_id = ?2, value = ?3, reference = ?4, created = ?5, expires = ?6, checksum = ?7",
    )?;
    let mut row = RowWriter::new(&mut statement);
    row.optional_bytes(Some(entry.key.as_bytes()))?;
    row.optional_uuid(Some(entry.run_id.as_uuid()))?;
    row.optional_text(value)?;
    row.optional_text(reference.as_deref())?;
    row.optional_time(Some(entry.created))?;
    row.optional_time(entry.expires)?;
    row.execute()?;
    Ok(())
}

/// Deletes what is kept of the results of a run; whether anything was.
pub(super) fn forget_run(connection: &Connection, run: Uuid) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("DELETE FROM cache_entries WHERE run_id = ?1")?
        .execute([run.as_bytes().as_slice()])
        .map(|deleted| deleted > 0)
}

/// The entry of a key.
pub(super) fn find(
    connection: &Connection,
    key: CacheKey,
) -> Result<Option<CacheEntry>, UnreadableRow> {
    let mut statement = connection.prepare_cached(
        "SELECT key, run_id, value, reference, created, expires, checksum FROM cache_entries WHERE key = ?1",
    )?;
    let mut rows = statement.query([key.as_bytes().as_slice()])?;
    rows.next()?.map(read).transpose()
}

fn read(row: &rusqlite::Row<'_>) -> Result<CacheEntry, UnreadableRow> {
    let mut row = RowReader::new(row);
    let key = row.optional_bytes()?.map(CacheKey::from_bytes).ok_or(UnreadableRow::Column(0))?;
    let run_id = row.optional_uuid()?.ok_or(UnreadableRow::Column(1))?;
    let value = row.optional_text()?.map(Arc::<str>::from);
    let reference = row.optional_text()?;
    let (created, expires) = (row.time()?, row.optional_time()?);
    row.finish()?;
    let result = match (value, reference) {
        (Some(json), _) => StateResult::Recorded { json },
        (None, Some(reference)) => serde_json::from_str(reference)?,
        (None, None) => return Err(UnreadableRow::Column(3)),
    };
    Ok(CacheEntry { key, run_id, result, created, expires })
}

/// Takes the lock of a key for a lease, unless that of another is held, which has neither ended nor expired; none if the lease
/// has ended itself.
pub(super) fn lock(
    connection: &Connection,
    key: CacheKey,
    lease: LeaseId,
    now: Timestamp,
) -> Result<Option<bool>, UnreadableRow> {
    let Some(number) = leases::number(connection, lease)? else { return Ok(None) };
    let held = match holder(connection, key)? {
        Some(holder) if holder != number => leases::of_number(connection, holder)?,
        Some(_) | None => None,
    };
    if held.is_some_and(|lease| !lease.has_expired(now)) {
        return Ok(Some(false));
    }
    let mut statement = connection.prepare_cached(
        "INSERT INTO cache_locks (key, lease, checksum) VALUES (?1, ?2, ?3) \
         ON CONFLICT (key) DO UPDATE SET lease = ?2, checksum = ?3",
    )?;
    let mut row = RowWriter::new(&mut statement);
    row.optional_bytes(Some(key.as_bytes()))?;
    row.integer(number)?;
    row.execute()?;
    Ok(Some(true))
}

/// Lets go of the lock of a key, if this lease has it.
pub(super) fn unlock(
    connection: &Connection,
    key: CacheKey,
    lease: LeaseId,
) -> rusqlite::Result<()> {
    let Some(number) = leases::number(connection, lease)? else { return Ok(()) };
    connection
        .prepare_cached("DELETE FROM cache_locks WHERE key = ?1 AND lease = ?2")?
        .execute((key.as_bytes().as_slice(), number))
        .map(drop)
}

/// The number of the lease that has the lock of a key.
fn holder(connection: &Connection, key: CacheKey) -> Result<Option<i64>, UnreadableRow> {
    let mut statement =
        connection.prepare_cached("SELECT key, lease, checksum FROM cache_locks WHERE key = ?1")?;
    let mut rows = statement.query([key.as_bytes().as_slice()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let mut row = RowReader::new(row);
    let (_, number) = (row.optional_bytes::<32>()?, row.integer()?);
    row.finish()?;
    Ok(Some(number))
}
