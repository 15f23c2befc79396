//! Emitted events as rows of the table `events`. A row never changes.

use rusqlite::{Connection, OptionalExtension, params_from_iter};
use serde_json::Value;
use tidegate_core::{EventQuery, EventRecord};

use super::row::{RowReader, RowWriter, UnreadableRow};
use super::run_query::Conditions;
use super::run_row::{UnwritableRow, json_unless};

const INSERT: &str = "INSERT INTO events (id, occurred, name, flow_run_id, task_run_id, resource, related, payload, follows, checksum) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";

const SELECT: &str = "SELECT id, occurred, name, flow_run_id, task_run_id, resource, related, payload, follows, checksum FROM events";

/// Adds an event, unless it is there already.
pub(super) fn put(connection: &Connection, event: &EventRecord) -> Result<(), UnwritableRow> {
    let known: Option<i64> = connection
        .prepare_cached("SELECT number FROM events WHERE id = ?1")?
        .query_row([event.id.as_uuid().as_bytes().as_slice()], |row| row.get(0))
        .optional()?;
    if known.is_some() {
        return Ok(());
    }
    let resource = serde_json::to_string(&event.resource)?;
    let related = json_unless(event.related.is_empty(), &event.related)?;
    let payload = json_unless(event.payload.is_null(), &event.payload)?;
    let mut statement = connection.prepare_cached(INSERT)?;
    let mut row = RowWriter::new(&mut statement);
    row.optional_uuid(Some(event.id.as_uuid()))?;
    row.optional_time(Some(event.occurred))?;
    row.text(&event.event)?;
    row.optional_uuid(event.flow_run_id.as_ref().map(|id| id.as_uuid()))?;
    row.optional_uuid(event.task_run_id.as_ref().map(|id| id.as_uuid()))?;
    row.text(&resource)?;
    row.optional_text(related.as_deref())?;
    row.optional_text(payload.as_deref())?;
    row.optional_uuid(event.follows.as_ref().map(|id| id.as_uuid()))?;
    row.execute()?;
    Ok(())
}

/// Gives the events that may match to `take`, from the newest to the oldest, until that says that it is enough.
pub(super) fn each(
    connection: &Connection,
    query: &EventQuery,
    mut take: impl FnMut(EventRecord) -> bool,
) -> Result<(), UnreadableRow> {
    let mut conditions = Conditions::default();
    if let Some(id) = query.id {
        conditions.holds("id = ?", id.as_uuid().as_bytes().to_vec());
    }
    if let Some(id) = query.flow_run_id {
        conditions.holds("flow_run_id = ?", id.as_uuid().as_bytes().to_vec());
    }
    if let Some(id) = query.task_run_id {
        conditions.holds("task_run_id = ?", id.as_uuid().as_bytes().to_vec());
    }
    if let Some(since) = query.since {
        conditions.holds("occurred >= ?", since.timestamp_micros());
    }
    if let Some(before) = query.before {
        conditions.holds("occurred < ?", before.timestamp_micros());
    }
    let sql = format!("{SELECT}{} ORDER BY occurred DESC", conditions.filter());
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(conditions.values))?;
    while let Some(row) = rows.next()? {
        if !take(read(row)?) {
            break;
        }
    }
    Ok(())
}

fn read(row: &rusqlite::Row<'_>) -> Result<EventRecord, UnreadableRow> {
    let mut row = RowReader::new(row);
    let id = row.optional_uuid()?.ok_or(UnreadableRow::Column(0))?;
    let occurred = row.time()?;
    let event = row.text()?.to_owned();
    let flow_run_id = row.optional_uuid()?;
    let task_run_id = row.optional_uuid()?;
    let resource = serde_json::from_str(row.text()?)?;
    let related = row.optional_text()?.map(serde_json::from_str).transpose()?;
    let payload = row.optional_text()?.map(serde_json::from_str).transpose()?;
    let follows = row.optional_uuid()?;
    row.finish()?;
    Ok(EventRecord {
        id,
        occurred,
        event,
        resource,
        related: related.unwrap_or_default(),
        payload: payload.unwrap_or(Value::Null),
        follows,
        flow_run_id,
        task_run_id,
    })
}
