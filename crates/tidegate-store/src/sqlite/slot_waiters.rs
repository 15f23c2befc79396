//! Those who wait for slots, as rows, so that other processes give way to them. A row is there until its slots are taken or given up, or its
//! lease ends.

use rusqlite::Connection;
use tidegate_core::{HoldId, SlotWaiter};
use uuid::Uuid;

use super::row::{RowReader, RowWriter, UnreadableRow};

/// Those who wait for a limit.
pub(super) fn of_limit(
    connection: &Connection,
    limit: i64,
) -> Result<Vec<SlotWaiter>, UnreadableRow> {
    let mut statement = connection.prepare_cached(
        "SELECT w.limit_number, w.hold, w.lease, w.since, w.checksum, l.id FROM concurrency_waiters AS w \
         JOIN leases AS l ON l.number = w.lease WHERE w.limit_number = ?1",
    )?;
    let mut rows = statement.query([limit])?;
    let mut waiting = Vec::new();
    while let Some(row) = rows.next()? {
        let lease: [u8; 16] = row.get(5)?;
        let mut row = RowReader::new(row);
        row.integer()?;
        let hold = row.optional_uuid()?.ok_or(UnreadableRow::Column(1))?;
        row.integer()?;
        let since = row.time()?;
        row.finish()?;
        waiting.push(SlotWaiter { hold, lease: Uuid::from_bytes(lease).into(), since });
    }
    Ok(waiting)
}

/// Keeps in mind that somebody waits.
pub(super) fn add(
    connection: &Connection,
    limit: i64,
    lease: i64,
    waiter: &SlotWaiter,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO concurrency_waiters (limit_number, hold, lease, since, checksum) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    let mut row = RowWriter::new(&mut statement);
    row.integer(limit)?;
    row.optional_uuid(Some(waiter.hold.as_uuid()))?;
    row.integer(lease)?;
    row.optional_time(Some(waiter.since))?;
    row.execute().map(drop)
}

/// Somebody does not wait any more.
pub(super) fn remove(connection: &Connection, limit: i64, hold: HoldId) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM concurrency_waiters WHERE limit_number = ?1 AND hold = ?2")?
        .execute((limit, hold.as_uuid().as_bytes().as_slice()))
        .map(drop)
}

/// Nobody waits under this lease any more.
pub(super) fn end_with_lease(connection: &Connection, lease: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM concurrency_waiters WHERE lease = ?1")?
        .execute([lease])
        .map(drop)
}
