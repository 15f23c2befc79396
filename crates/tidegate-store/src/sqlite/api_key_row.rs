//! API keys as rows of the table `api_keys`. A name has one at most.

use rusqlite::Connection;
use tidegate_core::{ApiKeyAnswer, ApiKeyChange, ApiKeyRecord, KeyScope};

use super::row::{RowReader, RowWriter, UnreadableRow};

const SELECT: &str =
    "SELECT id, name, scope, hash, created, expires, checksum FROM api_keys ORDER BY name";

const INSERT: &str = "INSERT INTO api_keys (id, name, scope, hash, created, expires, checksum) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

const DELETE: &str = "DELETE FROM api_keys WHERE name = ?1";

/// Makes or deletes a key.
pub(super) fn change(
    connection: &Connection,
    change: ApiKeyChange,
) -> Result<ApiKeyAnswer, UnreadableRow> {
    let find = |name: &str| -> Result<Option<ApiKeyRecord>, UnreadableRow> {
        Ok(select(connection)?.into_iter().find(|key| key.name == name))
    };
    match change {
        ApiKeyChange::Create(key) => {
            if find(&key.name)?.is_some() {
                return Ok(ApiKeyAnswer::Exists);
            }
            write(connection, &key)?;
            Ok(ApiKeyAnswer::Done(key))
        }
        ApiKeyChange::Delete(name) => {
            let Some(key) = find(&name)? else { return Ok(ApiKeyAnswer::NotFound) };
            connection.prepare_cached(DELETE)?.execute([name])?;
            Ok(ApiKeyAnswer::Done(key))
        }
    }
}

/// Every key, by name.
pub(super) fn select(connection: &Connection) -> Result<Vec<ApiKeyRecord>, UnreadableRow> {
    let mut statement = connection.prepare_cached(SELECT)?;
    let mut rows = statement.query(())?;
    let mut keys = Vec::new();
    while let Some(row) = rows.next()? {
        keys.push(read(row)?);
    }
    Ok(keys)
}

fn write(connection: &Connection, key: &ApiKeyRecord) -> Result<(), UnreadableRow> {
    let ApiKeyRecord { id, name, scope, hash, created, expires } = key;
    let mut statement = connection.prepare_cached(INSERT)?;
    let mut row = RowWriter::new(&mut statement);
    row.optional_uuid(Some(id.as_uuid()))?;
    row.text(name)?;
    row.text(scope.as_str())?;
    row.optional_bytes(Some(hash))?;
    row.optional_time(Some(*created))?;
    row.optional_time(*expires)?;
    row.execute()?;
    Ok(())
}

fn read(row: &rusqlite::Row<'_>) -> Result<ApiKeyRecord, UnreadableRow> {
    let mut row = RowReader::new(row);
    let id = row.optional_uuid()?.ok_or(UnreadableRow::Column(0))?;
    let name = row.text()?.to_owned();
    let scope: KeyScope = row.text()?.parse().map_err(|_| UnreadableRow::Column(2))?;
    let hash = row.optional_bytes()?;
    let hash = hash.ok_or(UnreadableRow::Column(3))?;
    let key =
        ApiKeyRecord { id, name, scope, hash, created: row.time()?, expires: row.optional_time()? };
    row.finish()?;
    Ok(key)
}
