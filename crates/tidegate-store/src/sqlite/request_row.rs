//! Requests as rows of the table `requests`: those that are open. There are few at any time.

use rusqlite::{Connection, params_from_iter};
use tidegate_core::{Request, RequestId, RequestQuery};
use uuid::Uuid;

use super::row::{RowReader, RowWriter, UnreadableRow};
use super::run_query::Conditions;
use super::run_row::UnwritableRow;

const SELECT: &str = "SELECT id, run_id, content, at, checksum FROM requests";

/// Adds a request.
pub(super) fn put(connection: &Connection, request: &Request) -> Result<(), UnwritableRow> {
    let content = serde_json::to_string(&request.kind)?;
    let mut statement = connection.prepare_cached(
        "INSERT INTO requests (id, run_id, content, at, checksum) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    let mut row = RowWriter::new(&mut statement);
    row.optional_uuid(Some(request.id.as_uuid()))?;
    row.optional_uuid(Some(request.run_id.as_uuid()))?;
    row.text(&content)?;
    row.optional_time(Some(request.at))?;
    row.execute()?;
    Ok(())
}

/// Removes a request. One that is not there is fine.
pub(super) fn end(connection: &Connection, id: RequestId) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM requests WHERE id = ?1")?
        .execute([id.as_uuid().as_bytes().as_slice()])
        .map(drop)
}

/// Removes the requests about a run.
pub(super) fn forget_run(connection: &Connection, run: Uuid) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM requests WHERE run_id = ?1")?
        .execute([run.as_bytes().as_slice()])
        .map(drop)
}

/// The requests that match, oldest first.
pub(super) fn select(
    connection: &Connection,
    query: &RequestQuery,
) -> Result<Vec<Request>, UnreadableRow> {
    let RequestQuery { run_id, lease } = query;
    let mut conditions = Conditions::default();
    if let Some(id) = run_id {
        conditions.holds("run_id = ?", id.as_uuid().as_bytes().to_vec());
    }
    if let Some(lease) = lease {
        conditions.holds(
            "(SELECT lease FROM runs WHERE runs.id = requests.run_id) = (SELECT number FROM leases WHERE leases.id = ?)",
            lease.as_uuid().as_bytes().to_vec(),
        );
    }
    let sql = format!("{SELECT}{} ORDER BY number", conditions.filter());
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(conditions.values))?;
    let mut requests = Vec::new();
    while let Some(row) = rows.next()? {
        requests.push(read(row)?);
    }
    Ok(requests)
}

fn read(row: &rusqlite::Row<'_>) -> Result<Request, UnreadableRow> {
    let mut row = RowReader::new(row);
    let id = row.optional_uuid()?.ok_or(UnreadableRow::Column(0))?;
    let run_id = row.optional_uuid()?.ok_or(UnreadableRow::Column(1))?;
    let kind = serde_json::from_str(row.text()?)?;
    let request = Request { id, run_id, kind, at: row.time()? };
    row.finish()?;
    Ok(request)
}
