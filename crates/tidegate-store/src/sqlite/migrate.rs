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

/// What the steps make, kept as text because making it to compare a file with took about half of opening that file. A test holds it to the
/// steps.
const SCHEMA: &str = include_str!("../../migrations/schema.sql");

/// Stands before the name of each table and index in [`SCHEMA`].
const NAME: &str = "--- ";

/// The tables and indexes of a database of this version, each as its name and the SQL that makes it.
pub(super) fn schema_of(version: u32) -> rusqlite::Result<Vec<(String, Option<String>)>> {
    if version == VERSION { Ok(written()) } else { made(version) }
}

/// What [`SCHEMA`] says. An index without SQL is one that SQLite makes by itself.
fn written() -> Vec<(String, Option<String>)> {
    SCHEMA
        .split_terminator("\n\n")
        .filter_map(|object| object.strip_prefix(NAME))
        .map(|object| match object.split_once('\n') {
            Some((name, sql)) => (name.to_owned(), Some(sql.to_owned())),
            None => (object.to_owned(), None),
        })
        .collect()
}

/// What the steps up to this version make.
fn made(version: u32) -> rusqlite::Result<Vec<(String, Option<String>)>> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_that_is_kept_as_text_is_the_one_that_the_steps_make() {
        let made = made(VERSION).unwrap();
        let text: String = made
            .iter()
            .map(|(name, sql)| match sql {
                Some(sql) => format!("{NAME}{name}\n{sql}\n\n"),
                None => format!("{NAME}{name}\n\n"),
            })
            .collect();
        expect_test::expect_file!["../../migrations/schema.sql"].assert_eq(&text);
        assert!(written() == made, "the text says something else once it is taken apart");
    }
}
