//! The schema and how it came to be, one numbered file a step. A step that was released never changes.

use rusqlite::Connection;

/// `TIDE`: marks a file as ours.
pub(super) const APPLICATION_ID: i32 = 0x5449_4445;

/// Step n brings a database of version n to version n + 1.
const STEPS: [&str; 1] = [include_str!("../../migrations/0001_runs_and_logs.sql")];

/// The version of the schema this program writes.
pub(super) const VERSION: u32 = STEPS.len() as u32;

/// Brings a database to [`VERSION`], each step in a transaction. Of several processes that do this at once, one does and the
/// others find it done.
pub(super) fn migrate(connection: &Connection) -> rusqlite::Result<()> {
    while version(connection)? < VERSION {
        connection.execute_batch("BEGIN IMMEDIATE")?;
        let result = next_step(connection);
        if result.is_err() && !connection.is_autocommit() {
            let _ = connection.execute_batch("ROLLBACK");
        }
        result?;
    }
    Ok(())
}

fn next_step(connection: &Connection) -> rusqlite::Result<()> {
    let version = version(connection)?;
    if let Some(step) = STEPS.get(version as usize) {
        connection.execute_batch(step)?;
        connection.pragma_update(None, "application_id", APPLICATION_ID)?;
        connection.pragma_update(None, "user_version", version + 1)?;
    }
    connection.execute_batch("COMMIT")
}

/// The version of a database; 0 when it is new.
pub(super) fn version(connection: &Connection) -> rusqlite::Result<u32> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// The tables and indexes of a database of this version, each as its name and the SQL that makes it.
pub(super) fn schema_of(version: u32) -> rusqlite::Result<Vec<(String, Option<String>)>> {
    let connection = Connection::open_in_memory()?;
    for step in STEPS.iter().take(version as usize) {
        connection.execute_batch(step)?;
    }
    schema(&connection)
}

/// The tables and indexes that a database has.
pub(super) fn schema(connection: &Connection) -> rusqlite::Result<Vec<(String, Option<String>)>> {
    connection
        .prepare("SELECT name, sql FROM sqlite_schema ORDER BY name")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}
