//! Variables as rows of the table `variables`. A name has one at most.

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use tidegate_core::{VariableAnswer, VariableChange, VariableKey, VariableQuery, VariableRecord};

use super::row::{RowReader, RowWriter, UnreadableRow};
use super::run_query::Conditions;

const SELECT: &str = "SELECT id, name, value, tags, created, updated, checksum FROM variables";

const INSERT: &str = "INSERT INTO variables (id, name, value, tags, created, updated, checksum) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

const UPDATE: &str = "UPDATE variables SET name = ?2, value = ?3, tags = ?4, created = ?5, updated = ?6, checksum = ?7 WHERE id = ?1";

/// Makes, changes or deletes a variable.
pub(super) fn change(
    connection: &Connection,
    change: VariableChange,
) -> Result<VariableAnswer, UnreadableRow> {
    let done = match change {
        VariableChange::Create(variable) => {
            if let Some(found) = find_name(connection, &variable.name)? {
                return Ok(VariableAnswer::Exists(found));
            }
            write(connection, INSERT, &variable)?;
            variable
        }
        VariableChange::Set(mut variable) => {
            let found = find_name(connection, &variable.name)?;
            if let Some(found) = &found {
                (variable.id, variable.created) = (found.id, found.created);
            }
            write(connection, if found.is_some() { UPDATE } else { INSERT }, &variable)?;
            variable
        }
        VariableChange::Update { key, update, now } => {
            let Some(mut variable) = find(connection, &key)? else {
                return Ok(VariableAnswer::NotFound);
            };
            if let Some(name) = update.name.as_ref().filter(|name| **name != variable.name)
                && let Some(other) = find_name(connection, name)?
            {
                return Ok(VariableAnswer::Exists(other));
            }
            update.apply_to(&mut variable, now);
            write(connection, UPDATE, &variable)?;
            variable
        }
        VariableChange::Delete(key) => {
            let Some(variable) = find(connection, &key)? else {
                return Ok(VariableAnswer::NotFound);
            };
            connection
                .prepare_cached("DELETE FROM variables WHERE id = ?1")?
                .execute([variable.id.as_uuid().as_bytes().as_slice()])?;
            variable
        }
    };
    Ok(VariableAnswer::Done(done))
}

/// The variables that match, by name.
pub(super) fn select(
    connection: &Connection,
    query: &VariableQuery,
) -> Result<Vec<VariableRecord>, UnreadableRow> {
    let VariableQuery { id, names, like, tags, limit, offset } = query;
    let mut conditions = Conditions::default();
    if let Some(id) = id {
        conditions.holds("id = ?", id.as_uuid().as_bytes().to_vec());
    }
    conditions.is_one_of("name", names.iter().map(|name| Value::from(name.clone())));
    if let Some(like) = like {
        conditions.holds("instr(name, ?) > 0", like.clone());
    }
    for tag in tags {
        conditions
            .holds("EXISTS (SELECT 1 FROM json_each(variables.tags) WHERE value = ?)", tag.clone());
    }
    let filter = conditions.filter();
    let page = conditions.page(*limit, *offset);
    let sql = format!("{SELECT}{filter} ORDER BY name{page}");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(conditions.values))?;
    let mut variables = Vec::new();
    while let Some(row) = rows.next()? {
        variables.push(read(row)?);
    }
    Ok(variables)
}

fn find_name(connection: &Connection, name: &str) -> Result<Option<VariableRecord>, UnreadableRow> {
    find(connection, &VariableKey::Name(name.to_owned()))
}

fn find(
    connection: &Connection,
    key: &VariableKey,
) -> Result<Option<VariableRecord>, UnreadableRow> {
    let (id, names) = match key {
        VariableKey::Id(id) => (Some(*id), Vec::new()),
        VariableKey::Name(name) => (None, vec![name.clone()]),
    };
    let query = VariableQuery { id, names, ..VariableQuery::default() };
    Ok(select(connection, &query)?.pop())
}

fn write(
    connection: &Connection,
    sql: &str,
    variable: &VariableRecord,
) -> Result<(), UnreadableRow> {
    let VariableRecord { id, name, value, tags, created, updated } = variable;
    let tags = (!tags.is_empty()).then(|| serde_json::to_string(tags)).transpose()?;
    let mut statement = connection.prepare_cached(sql)?;
    let mut row = RowWriter::new(&mut statement);
    row.optional_uuid(Some(id.as_uuid()))?;
    row.text(name)?;
    row.text(&value.to_string())?;
    row.optional_text(tags.as_deref())?;
    row.optional_time(Some(*created))?;
    row.optional_time(Some(*updated))?;
    row.execute()?;
    Ok(())
}

fn read(row: &rusqlite::Row<'_>) -> Result<VariableRecord, UnreadableRow> {
    let mut row = RowReader::new(row);
    let id = row.optional_uuid()?.ok_or(UnreadableRow::Column(0))?;
    let name = row.text()?.to_owned();
    let value = serde_json::from_str(row.text()?)?;
    let tags = row.optional_text()?.map(serde_json::from_str).transpose()?.unwrap_or_default();
    let variable =
        VariableRecord { id, name, value, tags, created: row.time()?, updated: row.time()? };
    row.finish()?;
    Ok(variable)
}
