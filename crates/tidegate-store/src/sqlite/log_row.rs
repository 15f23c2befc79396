//! Log lines as rows of the table `logs`.

use rusqlite::{Connection, params_from_iter};
use tidegate_core::{LogLevel, LogQuery, LogRecord};

use super::row::{RowReader, RowWriter, UnreadableRow};
use super::run_query::Conditions;
use super::run_row::{from_json, json_unless};

const INSERT: &str = "INSERT INTO logs (flow_run_id, task_run_id, timestamp, level, target, message, fields, checksum) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";

const SELECT: &str = "SELECT flow_run_id, task_run_id, timestamp, level, target, message, fields, checksum FROM logs";

/// Adds these lines.
pub(super) fn insert_all(connection: &Connection, records: &[LogRecord]) -> rusqlite::Result<()> {
    if records.is_empty() {
        return Ok(());
    }
    let mut statement = connection.prepare_cached(INSERT)?;
    for record in records {
        // A map of JSON values always has a JSON text.
        let fields = json_unless(record.fields.is_empty(), &record.fields).unwrap_or_default();
        let mut row = RowWriter::new(&mut statement);
        row.optional_uuid(record.flow_run_id.as_ref().map(|id| id.as_uuid()))?;
        row.optional_uuid(record.task_run_id.as_ref().map(|id| id.as_uuid()))?;
        row.optional_time(Some(record.timestamp))?;
        row.integer(record.level.number().into())?;
        row.text(&record.target)?;
        row.text(&record.message)?;
        row.optional_text(fields.as_deref())?;
        row.execute()?;
    }
    Ok(())
}

/// The lines that match, in order.
pub(super) fn select(
    connection: &Connection,
    query: &LogQuery,
) -> Result<Vec<LogRecord>, UnreadableRow> {
    let LogQuery { flow_run_id, task_run_id, at_least, since, before, newest_first, limit, offset } =
        query;
    let mut conditions = Conditions::default();
    if let Some(id) = flow_run_id {
        conditions.holds("flow_run_id = ?", id.as_uuid().as_bytes().to_vec());
    }
    if let Some(id) = task_run_id {
        conditions.holds("task_run_id = ?", id.as_uuid().as_bytes().to_vec());
    }
    if let Some(level) = at_least {
        conditions.holds("level >= ?", i64::from(level.number()));
    }
    if let Some(since) = since {
        conditions.holds("timestamp >= ?", since.timestamp_micros());
    }
    if let Some(before) = before {
        conditions.holds("timestamp < ?", before.timestamp_micros());
    }
    let direction = if *newest_first { "DESC" } else { "ASC" };
    let filter = conditions.filter();
    let page = conditions.page(*limit, *offset);
    let sql = format!("{SELECT}{filter} ORDER BY timestamp {direction}, number {direction}{page}");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(conditions.values))?;
    let mut records = Vec::new();
    while let Some(row) = rows.next()? {
        records.push(read(row)?);
    }
    Ok(records)
}

/// Lines in the order of their numbers, and the last number.
pub(super) fn after(
    connection: &Connection,
    after: Option<u64>,
    limit: u64,
) -> Result<(Vec<LogRecord>, u64), UnreadableRow> {
    let last: i64 = connection
        .prepare_cached("SELECT coalesce(max(number), 0) FROM logs")?
        .query_row([], |row| row.get(0))?;
    let last = last.cast_unsigned();
    let mut records = Vec::new();
    // Where the last lines were deleted, their numbers are given again.
    let Some(after) = after.filter(|after| *after < last) else { return Ok((records, last)) };
    let bounded = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let sql = format!("{SELECT} WHERE number > ?1 ORDER BY number LIMIT ?2");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([bounded(after), bounded(limit)])?;
    while let Some(row) = rows.next()? {
        records.push(read(row)?);
    }
    drop(rows);
    if (records.len() as u64) < limit {
        return Ok((records, last));
    }
    let place: i64 = connection
        .prepare_cached(
            "SELECT coalesce(max(number), 0) FROM (SELECT number FROM logs WHERE number > ?1 ORDER BY number LIMIT ?2)",
        )?
        .query_row([bounded(after), bounded(limit)], |row| row.get(0))?;
    Ok((records, place.cast_unsigned()))
}

fn read(row: &rusqlite::Row<'_>) -> Result<LogRecord, UnreadableRow> {
    let mut row = RowReader::new(row);
    let record = LogRecord {
        flow_run_id: row.optional_uuid()?,
        task_run_id: row.optional_uuid()?,
        timestamp: row.time()?,
        level: LogLevel::from_number(row.small()?),
        target: row.text()?.to_owned(),
        message: row.text()?.to_owned(),
        fields: from_json(row.optional_text()?)?,
    };
    row.finish()?;
    Ok(record)
}
