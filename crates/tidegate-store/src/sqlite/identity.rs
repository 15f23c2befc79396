//! Whose file it is, asked before anything is written to it. Looking changes no byte of it.

use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use tidegate_core::{StoreError, StoreErrorKind};

use super::error::{Doing, damaged, failed, not_a_database, unread};
use super::half_written;
use super::migrate::{APPLICATION_ID, VERSION, schema, schema_of, version};
use super::open::connect;
use super::options::Options;

/// A file up to this size is checked from end to end when it is opened, which takes a few milliseconds. A larger one is
/// checked where it is read.
const CHECKED_UP_TO: u64 = 1 << 20;

/// What a file says of itself.
#[derive(Clone, Copy, Debug)]
struct Marks {
    application_id: i32,
    version: u32,
    objects: u32,
}

#[derive(Debug, PartialEq, Eq)]
enum Identity {
    New,
    Ours,
    Newer,
    Foreign,
    Damaged(&'static str),
}

impl Marks {
    fn identity(self) -> Identity {
        match (self.application_id, self.version, self.objects) {
            (0, 0, 0) => Identity::New,
            (APPLICATION_ID, newer, _) if newer > VERSION => Identity::Newer,
            (APPLICATION_ID, 0, _) => {
                Identity::Damaged("it is marked as Tidegate's but has no version")
            }
            (APPLICATION_ID, _, _) => Identity::Ours,
            _ => Identity::Foreign,
        }
    }
}

/// Fails unless the file is empty or an undamaged database of ours that this program understands.
pub(super) fn check(path: &Path, place: &str, options: &Options) -> Result<(), StoreError> {
    let opening = |error| failed(place, Doing::Opening, error);
    // SQLite takes a file of one byte for an empty one.
    if size(path) == 1 {
        return Err(not_a_database(place));
    }
    let connection = read_only(path, options).map_err(opening)?;
    let marks = loop {
        match marks(&connection) {
            Err(error) if half_written::is_told_by(&error) => {
                half_written::undo(path, place, options)?;
            }
            marks => break marks.map_err(|error| not_understood(place, error))?,
        }
    };
    match marks.identity() {
        Identity::New => return Ok(()),
        Identity::Ours => {}
        Identity::Newer => {
            return Err(StoreError::new(
                StoreErrorKind::Newer,
                format!(
                    "the database {place} was written by a newer Tidegate (schema {}, this one knows {VERSION}); nothing was \
                     changed: update Tidegate, or give it another path",
                    marks.version
                ),
            ));
        }
        Identity::Foreign => {
            return Err(StoreError::new(
                StoreErrorKind::Foreign,
                format!(
                    "{place} is the SQLite database of another program; nothing was changed: give Tidegate a file of its own"
                ),
            ));
        }
        Identity::Damaged(finding) => return Err(damaged(place, finding)),
    }
    check_schema(&connection, place, marks.version)?;
    check_content(&connection, path, place)
}

/// A connection that writes nothing, not even a checkpoint when it is the last to close.
fn read_only(path: &Path, options: &Options) -> rusqlite::Result<Connection> {
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY, options)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    Ok(connection)
}

/// All of them in one transaction, so that a process which is just now making the database is not taken for another program.
fn marks(connection: &Connection) -> rusqlite::Result<Marks> {
    let transaction = connection.unchecked_transaction()?;
    let objects =
        transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let application_id =
        transaction.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let version = version(&transaction)?;
    Ok(Marks { application_id, version, objects })
}

/// The error of a question about a file. SQLite has no code of its own for a format or a text that it does not understand.
fn not_understood(place: &str, error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        None | Some(ErrorCode::Unknown) => damaged(place, &error.to_string()).caused_by(error),
        Some(_) => failed(place, Doing::Opening, error),
    }
}

fn check_schema(connection: &Connection, place: &str, version: u32) -> Result<(), StoreError> {
    let found = schema(connection).map_err(|error| not_understood(place, error))?;
    let expected = schema_of(version).map_err(|error| failed(place, Doing::Opening, error))?;
    match expected.iter().find(|object| !found.contains(object)) {
        Some((name, _)) => Err(damaged(place, &format!("its schema lacks {name} as it should be"))),
        None => Ok(()),
    }
}

fn check_content(connection: &Connection, path: &Path, place: &str) -> Result<(), StoreError> {
    if size(path) > CHECKED_UP_TO {
        return Ok(());
    }
    let look = || -> Result<String, StoreError> {
        connection
            .pragma_query_value(None, "integrity_check", |row| row.get(0))
            .map_err(|error| not_understood(place, error))
    };
    // Whoever is told of damage may throw a good file away. SQLite writes a page that the disk does not give among its findings, and
    // not always in words of their own, so it looks twice.
    let finding = look()?;
    let finding = if finding == "ok" { finding } else { look()? };
    if finding.contains("unable to get the page") || finding.contains("failed to get page") {
        return Err(unread(place, finding.trim()));
    }
    if finding != "ok" {
        return Err(damaged(place, finding.trim()));
    }
    match damaged_partial_index(connection) {
        Ok(None) => Ok(()),
        Ok(Some(index)) => {
            Err(damaged(place, &format!("wrong number of entries in index {index}")))
        }
        Err(error) => Err(failed(place, Doing::Opening, error)),
    }
}

/// A partial index that has not as many entries as its table has rows for it. Of all indexes, SQLite does not count these.
fn damaged_partial_index(connection: &Connection) -> rusqlite::Result<Option<String>> {
    let mut partial = connection.prepare(
        "SELECT name, tbl_name, substr(sql, instr(sql, ' WHERE ')) FROM sqlite_schema \
         WHERE type = 'index' AND sql LIKE '% WHERE %'",
    )?;
    let mut rows = partial.query([])?;
    while let Some(row) = rows.next()? {
        let (index, table, condition): (String, String, String) =
            (row.get(0)?, row.get(1)?, row.get(2)?);
        let agree = format!(
            "SELECT (SELECT count(*) FROM {table} INDEXED BY {index}{condition}) \
             = (SELECT count(*) FROM {table} NOT INDEXED{condition})"
        );
        if !connection.query_row(&agree, [], |row| row.get(0))? {
            return Ok(Some(index));
        }
    }
    Ok(None)
}

/// Looked up without opening the file: closing it would drop the locks that SQLite holds on it in this process.
fn size(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |metadata| metadata.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_its_marks() {
        let table = [
            ((0, 0, 0), Identity::New),
            ((0, 0, 3), Identity::Foreign),
            ((0, 7, 0), Identity::Foreign),
            ((77, 0, 0), Identity::Foreign),
            ((77, VERSION, 9), Identity::Foreign),
            ((APPLICATION_ID, VERSION, 9), Identity::Ours),
            ((APPLICATION_ID, VERSION + 1, 9), Identity::Newer),
            (
                (APPLICATION_ID, 0, 9),
                Identity::Damaged("it is marked as Tidegate's but has no version"),
            ),
        ];
        for ((application_id, version, objects), identity) in table {
            assert_eq!(Marks { application_id, version, objects }.identity(), identity);
        }
    }
}
