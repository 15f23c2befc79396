//! Concurrency limits as rows. What is taken of a limit is counted in `slots`.

use rusqlite::Connection;
use tidegate_core::{ConcurrencyLimit, LimitChange, LimitUse, Taken, Timestamp};

use super::row::{RowReader, RowWriter, UnreadableRow};
use super::slots;

/// A limit with its number in the database, and what is taken of it where it decays.
pub(super) struct Numbered {
    pub(super) number: i64,
    pub(super) limit: ConcurrencyLimit,
    pub(super) decaying: Taken,
}

/// The columns of a [`Numbered`].
macro_rules! select_limits {
    ($which:literal) => {
        concat!(
            "SELECT number, name, slots, active, slot_decay_per_second, decaying, decaying_at, checksum \
             FROM concurrency_limits ",
            $which
        )
    };
}

/// Makes, changes or deletes a limit; whether there was none, or one, to do that to.
pub(super) fn change(
    connection: &Connection,
    change: &LimitChange,
    now: Timestamp,
) -> Result<bool, UnreadableRow> {
    match change {
        LimitChange::Create(limit) => {
            if find(connection, &limit.name)?.is_some() {
                return Ok(false);
            }
            let next: i64 = connection
                .prepare_cached("SELECT coalesce(max(number), 0) + 1 FROM concurrency_limits")?
                .query_row([], |row| row.get(0))?;
            let new =
                Numbered { number: next, limit: limit.clone(), decaying: Taken::slots(0, now) };
            write(connection, &new)?;
        }
        LimitChange::Update(limit) => {
            let Some(found) = find(connection, &limit.name)? else { return Ok(false) };
            let decaying = if found.limit.decays() {
                found.decaying.at(now, &found.limit)
            } else {
                let held = slots::held(connection, found.number)?;
                Taken::slots(held.iter().map(|(_, slots)| slots).sum(), now)
            };
            write(connection, &Numbered { limit: limit.clone(), decaying, ..found })?;
        }
        LimitChange::Delete(name) => {
            let deleted = connection
                .prepare_cached("DELETE FROM concurrency_limits WHERE name = ?1")?
                .execute([name])?;
            return Ok(deleted > 0);
        }
    }
    Ok(true)
}

/// The limit of this name.
pub(super) fn find(connection: &Connection, name: &str) -> Result<Option<Numbered>, UnreadableRow> {
    let mut statement = connection.prepare_cached(select_limits!("WHERE name = ?1"))?;
    let mut rows = statement.query([name])?;
    rows.next()?.map(read).transpose()
}

/// The limits of these names, or all if none is named, by name, and what is taken of them.
pub(super) fn uses(
    connection: &Connection,
    names: &[String],
) -> Result<Vec<LimitUse>, UnreadableRow> {
    let mut found = Vec::new();
    if names.is_empty() {
        let mut statement = connection.prepare_cached(select_limits!("ORDER BY name"))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            found.push(read(row)?);
        }
    } else {
        for name in names {
            found.extend(find(connection, name)?);
        }
        found.sort_by(|one, other| one.limit.name.cmp(&other.limit.name));
        found.dedup_by_key(|found| found.number);
    }
    found.into_iter().map(|found| use_of(connection, found)).collect()
}

/// What is taken of a limit.
pub(super) fn use_of(connection: &Connection, found: Numbered) -> Result<LimitUse, UnreadableRow> {
    let held = slots::held(connection, found.number)?;
    Ok(LimitUse { limit: found.limit, held, decaying: found.decaying })
}

/// Writes a limit in the place of an older one of its number.
pub(super) fn write(connection: &Connection, limit: &Numbered) -> rusqlite::Result<()> {
    let Numbered { number, limit, decaying } = limit;
    let mut statement = connection.prepare_cached(
        "INSERT INTO concurrency_limits (number, name, slots, active, slot_decay_per_second, decaying, decaying_at, checksum) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) \
         ON CONFLICT (number) DO UPDATE SET slots = ?3, active = ?4, slot_decay_per_second = ?5, decaying = ?6, decaying_at = ?7, \
         checksum = ?8",
    )?;
    let mut row = RowWriter::new(&mut statement);
    row.integer(*number)?;
    row.text(&limit.name)?;
    row.integer(limit.limit.into())?;
    row.integer(limit.active.into())?;
    row.real(limit.slot_decay_per_second)?;
    row.integer(i64::try_from(decaying.micros).unwrap_or(i64::MAX))?;
    row.optional_time(Some(decaying.as_of))?;
    row.execute().map(drop)
}

fn read(row: &rusqlite::Row<'_>) -> Result<Numbered, UnreadableRow> {
    let mut row = RowReader::new(row);
    let number = row.integer()?;
    let name = row.text()?.to_owned();
    let (limit, active) = (row.small()?, row.integer()? != 0);
    let slot_decay_per_second = row.real()?;
    let decaying = Taken { micros: row.small()?, as_of: row.time()? };
    row.finish()?;
    let limit = ConcurrencyLimit { name, limit, active, slot_decay_per_second };
    Ok(Numbered { number, limit, decaying })
}
