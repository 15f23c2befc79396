//! Leases as rows, and what they fence off. A lease that has ended has no row, so whoever writes under it is refused.

use rusqlite::{Connection, OptionalExtension};
use tidegate_core::{Holder, Lease, LeaseId, Timestamp};

use super::row::{RowReader, RowWriter, UnreadableRow};
use super::slots;

/// Adds a lease.
pub(super) fn take(connection: &Connection, lease: &Lease) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO leases (id, host, pid, started, expires, checksum) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    write(&mut statement, lease).map(drop)
}

/// Writes another time of expiry; whether there was such a lease.
pub(super) fn renew(
    connection: &Connection,
    id: LeaseId,
    expires: Timestamp,
) -> Result<bool, UnreadableRow> {
    let Some(lease) = find(connection, id)? else { return Ok(false) };
    let mut statement = connection.prepare_cached(
        "UPDATE leases SET host = ?2, pid = ?3, started = ?4, expires = ?5, checksum = ?6 WHERE id = ?1",
    )?;
    Ok(write(&mut statement, &Lease { expires, ..lease })? > 0)
}

/// Ends a lease. One that has ended stays so.
pub(super) fn release(connection: &Connection, id: LeaseId) -> rusqlite::Result<()> {
    let number = connection
        .prepare_cached("DELETE FROM leases WHERE id = ?1 RETURNING number")?
        .query_row([id.as_uuid().as_bytes().as_slice()], |row| row.get(0))
        .optional()?;
    number.map_or(Ok(()), |number| slots::end_with_lease(connection, number))
}

/// Ends a lease if it still expires at this time; whether it did.
pub(super) fn end(
    connection: &Connection,
    id: LeaseId,
    expires: Timestamp,
) -> rusqlite::Result<bool> {
    let number = connection
        .prepare_cached("DELETE FROM leases WHERE id = ?1 AND expires = ?2 RETURNING number")?
        .query_row((id.as_uuid().as_bytes().as_slice(), expires.timestamp_micros()), |row| {
            row.get(0)
        })
        .optional()?;
    let Some(number) = number else { return Ok(false) };
    slots::end_with_lease(connection, number)?;
    Ok(true)
}

/// The number of a lease that has not ended.
pub(super) fn number(connection: &Connection, id: LeaseId) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached("SELECT number FROM leases WHERE id = ?1")?
        .query_row([id.as_uuid().as_bytes().as_slice()], |row| row.get(0))
        .optional()
}

/// The lease of a number, unless it has ended.
pub(super) fn id(connection: &Connection, number: i64) -> rusqlite::Result<Option<LeaseId>> {
    let id: Option<[u8; 16]> = connection
        .prepare_cached("SELECT id FROM leases WHERE number = ?1")?
        .query_row([number], |row| row.get(0))
        .optional()?;
    Ok(id.map(|bytes| uuid::Uuid::from_bytes(bytes).into()))
}

/// The lease of a number, for who reads many rows at once: those of one owner are together, so the last answer is kept.
#[derive(Debug, Default)]
pub(super) struct Last(Option<(i64, Option<LeaseId>)>);

impl Last {
    pub(super) fn id(
        &mut self,
        connection: &Connection,
        number: i64,
    ) -> rusqlite::Result<Option<LeaseId>> {
        match self.0 {
            Some((last, lease)) if last == number => Ok(lease),
            Some(_) | None => {
                let lease = id(connection, number)?;
                self.0 = Some((number, lease));
                Ok(lease)
            }
        }
    }
}

/// The lease of a number with all that is known of it, unless it has ended.
pub(super) fn of_number(
    connection: &Connection,
    number: i64,
) -> Result<Option<Lease>, UnreadableRow> {
    let mut statement = connection.prepare_cached(
        "SELECT id, host, pid, started, expires, checksum FROM leases WHERE number = ?1",
    )?;
    let mut rows = statement.query([number])?;
    rows.next()?.map(read).transpose()
}

/// Every lease that has not ended.
pub(super) fn all(connection: &Connection) -> Result<Vec<Lease>, UnreadableRow> {
    let mut statement = connection.prepare_cached(
        "SELECT id, host, pid, started, expires, checksum FROM leases ORDER BY number",
    )?;
    let mut rows = statement.query([])?;
    let mut leases = Vec::new();
    while let Some(row) = rows.next()? {
        leases.push(read(row)?);
    }
    Ok(leases)
}

fn find(connection: &Connection, id: LeaseId) -> Result<Option<Lease>, UnreadableRow> {
    let mut statement = connection.prepare_cached(
        "SELECT id, host, pid, started, expires, checksum FROM leases WHERE id = ?1",
    )?;
    let mut rows = statement.query([id.as_uuid().as_bytes().as_slice()])?;
    rows.next()?.map(read).transpose()
}

fn write(statement: &mut rusqlite::Statement<'_>, lease: &Lease) -> rusqlite::Result<usize> {
    let mut row = RowWriter::new(statement);
    row.optional_uuid(Some(lease.id.as_uuid()))?;
    row.text(&lease.holder.host)?;
    row.integer(lease.holder.pid.into())?;
    row.integer(lease.holder.started.cast_signed())?;
    row.optional_time(Some(lease.expires))?;
    row.execute()
}

fn read(row: &rusqlite::Row<'_>) -> Result<Lease, UnreadableRow> {
    let mut row = RowReader::new(row);
    let id = row.optional_uuid()?.ok_or(UnreadableRow::Column(0))?;
    let host = row.text()?.to_owned();
    let holder = Holder { host, pid: row.small()?, started: row.integer()?.cast_unsigned() };
    let lease = Lease { id, holder, expires: row.time()? };
    row.finish()?;
    Ok(lease)
}
