//! Artifacts as rows of the table `artifacts`. The newest of a key is the one with the largest number.

use rusqlite::{Connection, OptionalExtension, params_from_iter};
use tidegate_core::{ArtifactId, ArtifactQuery, ArtifactRecord, ArtifactType, Order};

use super::row::{RowReader, RowWriter, UnreadableRow};
use super::run_query::Conditions;
use super::run_row::UnwritableRow;

const INSERT: &str = "INSERT INTO artifacts (id, key, type, data, description, flow_run_id, task_run_id, created, updated, checksum) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";

const UPDATE: &str = "UPDATE artifacts SET key = ?2, type = ?3, data = ?4, description = ?5, flow_run_id = ?6, task_run_id = ?7, \
     created = ?8, updated = ?9, checksum = ?10 WHERE id = ?1";

const SELECT: &str = "SELECT id, key, type, data, description, flow_run_id, task_run_id, created, updated, checksum FROM artifacts";

/// Adds an artifact, or brings the one of its id up to date.
pub(super) fn put(connection: &Connection, artifact: &ArtifactRecord) -> Result<(), UnwritableRow> {
    let known: Option<i64> = connection
        .prepare_cached("SELECT number FROM artifacts WHERE id = ?1")?
        .query_row([artifact.id.as_uuid().as_bytes().as_slice()], |row| row.get(0))
        .optional()?;
    let data = serde_json::to_string(&artifact.data)?;
    let mut statement = connection.prepare_cached(if known.is_some() { UPDATE } else { INSERT })?;
    let mut row = RowWriter::new(&mut statement);
    row.optional_uuid(Some(artifact.id.as_uuid()))?;
    row.optional_text(artifact.key.as_deref())?;
    row.text(artifact.artifact_type.as_str())?;
    row.text(&data)?;
    row.optional_text(artifact.description.as_deref())?;
    row.optional_uuid(artifact.flow_run_id.as_ref().map(|id| id.as_uuid()))?;
    row.optional_uuid(artifact.task_run_id.as_ref().map(|id| id.as_uuid()))?;
    row.optional_time(Some(artifact.created))?;
    row.optional_time(Some(artifact.updated))?;
    row.execute()?;
    Ok(())
}

/// Deletes an artifact; whether it was there.
pub(super) fn delete(connection: &Connection, id: ArtifactId) -> rusqlite::Result<bool> {
    let deleted = connection
        .prepare_cached("DELETE FROM artifacts WHERE id = ?1")?
        .execute([id.as_uuid().as_bytes().as_slice()])?;
    Ok(deleted > 0)
}

/// The artifacts that match, in order.
pub(super) fn select(
    connection: &Connection,
    query: &ArtifactQuery,
) -> Result<Vec<ArtifactRecord>, UnreadableRow> {
    let ArtifactQuery { id, key, types, flow_run_id, task_run_id, latest, order, limit, offset } =
        query;
    let mut conditions = Conditions::default();
    if let Some(id) = id {
        conditions.holds("id = ?", id.as_uuid().as_bytes().to_vec());
    }
    if let Some(key) = key {
        conditions.holds("key = ?", key.clone());
    }
    if let Some(id) = flow_run_id {
        conditions.holds("flow_run_id = ?", id.as_uuid().as_bytes().to_vec());
    }
    if let Some(id) = task_run_id {
        conditions.holds("task_run_id = ?", id.as_uuid().as_bytes().to_vec());
    }
    conditions.is_one_of("type", types.iter().map(|each| each.as_str().to_owned().into()));
    if *latest {
        conditions.always(
            "key IS NOT NULL AND number = (SELECT max(number) FROM artifacts AS newer WHERE newer.key = artifacts.key)",
        );
    }
    let direction = match order {
        Order::NewestFirst => "DESC",
        Order::OldestFirst => "ASC",
    };
    let filter = conditions.filter();
    let page = conditions.page(*limit, *offset);
    let sql = format!("{SELECT}{filter} ORDER BY number {direction}{page}");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(conditions.values))?;
    let mut artifacts = Vec::new();
    while let Some(row) = rows.next()? {
        artifacts.push(read(row)?);
    }
    Ok(artifacts)
}

fn read(row: &rusqlite::Row<'_>) -> Result<ArtifactRecord, UnreadableRow> {
    let mut row = RowReader::new(row);
    let id = row.optional_uuid()?.ok_or(UnreadableRow::Column(0))?;
    let key = row.optional_text()?.map(str::to_owned);
    let name = row.text()?;
    let artifact_type = ArtifactType::ALL
        .into_iter()
        .find(|each| each.as_str() == name)
        .ok_or(UnreadableRow::Column(2))?;
    let artifact = ArtifactRecord {
        id,
        key,
        artifact_type,
        data: serde_json::from_str(row.text()?)?,
        description: row.optional_text()?.map(str::to_owned),
        flow_run_id: row.optional_uuid()?,
        task_run_id: row.optional_uuid()?,
        created: row.time()?,
        updated: row.time()?,
    };
    row.finish()?;
    Ok(artifact)
}
