//! Inputs of flow runs as rows of the table `run_inputs`, in the order in which they were first put.

use rusqlite::{Connection, params_from_iter};
use tidegate_core::{IfExists, InputQuery, RunId, RunInput};

use super::row::{RowReader, RowWriter, UnreadableRow};
use super::run_query::Conditions;
use super::run_row::UnwritableRow;

const INSERT: &str = "INSERT INTO run_inputs (flow_run_id, key, value, sender, created, checksum) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
     ON CONFLICT (flow_run_id, key) DO NOTHING";

const REPLACE: &str = "INSERT INTO run_inputs (flow_run_id, key, value, sender, created, checksum) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
     ON CONFLICT (flow_run_id, key) DO UPDATE SET value = ?3, sender = ?4, created = ?5, checksum = ?6";

/// Adds an input; whether it did, or has replaced another.
pub(super) fn put(
    connection: &Connection,
    input: &RunInput,
    if_exists: IfExists,
) -> Result<bool, UnwritableRow> {
    let value = serde_json::to_string(&input.value)?;
    let mut statement = connection.prepare_cached(match if_exists {
        IfExists::Refuse => INSERT,
        IfExists::Replace => REPLACE,
    })?;
    let mut row = RowWriter::new(&mut statement);
    row.optional_uuid(Some(input.flow_run_id.as_uuid()))?;
    row.text(&input.key)?;
    row.text(&value)?;
    row.optional_uuid(input.sender.as_ref().map(RunId::as_uuid))?;
    row.optional_time(Some(input.created))?;
    Ok(row.execute()? > 0)
}

/// Deletes an input; whether there was one.
pub(super) fn delete(connection: &Connection, run: RunId, key: &str) -> rusqlite::Result<bool> {
    let deleted = connection
        .prepare_cached("DELETE FROM run_inputs WHERE flow_run_id = ?1 AND key = ?2")?
        .execute((run.as_uuid().as_bytes().as_slice(), key))?;
    Ok(deleted > 0)
}

/// The inputs that match, in order.
pub(super) fn select(
    connection: &Connection,
    query: &InputQuery,
) -> Result<Vec<RunInput>, UnreadableRow> {
    let InputQuery { flow_run_id, key, prefix, limit, offset } = query;
    let mut conditions = Conditions::default();
    conditions.holds("flow_run_id = ?", flow_run_id.as_uuid().as_bytes().to_vec());
    if let Some(key) = key {
        conditions.holds("key = ?", key.clone());
    }
    if let Some(prefix) = prefix {
        conditions.holds("instr(key, ?) = 1", prefix.clone());
    }
    let filter = conditions.filter();
    let page = conditions.page(*limit, *offset);
    let sql = format!(
        "SELECT flow_run_id, key, value, sender, created, checksum FROM run_inputs{filter} ORDER BY number{page}"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(conditions.values))?;
    let mut inputs = Vec::new();
    while let Some(row) = rows.next()? {
        inputs.push(read(row)?);
    }
    Ok(inputs)
}

fn read(row: &rusqlite::Row<'_>) -> Result<RunInput, UnreadableRow> {
    let mut row = RowReader::new(row);
    let input = RunInput {
        flow_run_id: row.optional_uuid()?.ok_or(UnreadableRow::Column(0))?,
        key: row.text()?.to_owned(),
        value: serde_json::from_str(row.text()?)?,
        sender: row.optional_uuid()?,
        created: row.time()?,
    };
    row.finish()?;
    Ok(input)
}
