//! The definitions that runs refer to by a small number. A definition is written when the first run of it is, in the same
//! transaction, and never changes: a changed function is another definition.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension};
use tidegate_core::Definition;

use super::row::{RowReader, RowWriter, UnreadableRow};
use super::run_row::{UnwritableRow, kind_number};

/// Above this many, everything known is forgotten, which bounds the memory of programs that make definitions all the time.
const KNOWN_AT_MOST: usize = 4096;

/// The numbers of definitions, for who writes runs.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    by_key: HashMap<String, Vec<(Arc<Definition>, i64)>>,
    known: usize,
}

/// The definitions of numbers, for who reads runs.
#[derive(Debug, Default)]
pub(super) struct Known(HashMap<i64, Arc<Definition>>);

impl Numbers {
    /// The number of a definition, which is written if it is new.
    pub(super) fn number(
        &mut self,
        connection: &Connection,
        definition: &Arc<Definition>,
    ) -> Result<i64, UnwritableRow> {
        let known = self.by_key.get(&definition.key).and_then(|same_key| {
            same_key.iter().find(|(known, _)| Arc::ptr_eq(known, definition) || known == definition)
        });
        if let Some((_, number)) = known {
            return Ok(*number);
        }
        let number = find_or_insert(connection, definition)?;
        self.learn(definition, number);
        Ok(number)
    }

    /// Remembers a number that is stored.
    pub(super) fn learn(&mut self, definition: &Arc<Definition>, number: i64) {
        if self.known >= KNOWN_AT_MOST {
            self.forget();
        }
        self.known += 1;
        self.by_key
            .entry(definition.key.clone())
            .or_default()
            .push((Arc::clone(definition), number));
    }

    /// Forgets everything: after a rollback, what was written is not there.
    pub(super) fn forget(&mut self) {
        self.by_key.clear();
        self.known = 0;
    }
}

fn find_or_insert(connection: &Connection, definition: &Definition) -> Result<i64, UnwritableRow> {
    let content = serde_json::to_string(definition)?;
    let kind = kind_number(definition.kind);
    let found = connection
        .prepare_cached(
            "SELECT id FROM definitions WHERE name = ?1 AND kind = ?2 AND key = ?3 AND content = ?4",
        )?
        .query_row((&definition.name, kind, &definition.key, &content), |row| row.get(0))
        .optional()?;
    if let Some(number) = found {
        return Ok(number);
    }
    let mut statement = connection.prepare_cached(
        "INSERT INTO definitions (kind, name, key, content, checksum) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    let mut row = RowWriter::new(&mut statement);
    row.integer(kind)?;
    row.text(&definition.name)?;
    row.text(&definition.key)?;
    row.text(&content)?;
    row.execute()?;
    Ok(connection.last_insert_rowid())
}

impl Known {
    /// Forgets everything: after a rollback, a number may come to mean another definition.
    pub(super) fn forget(&mut self) {
        self.0.clear();
    }

    /// The definition of a number.
    pub(super) fn definition(
        &mut self,
        connection: &Connection,
        number: i64,
    ) -> Result<Arc<Definition>, UnreadableRow> {
        if let Some(definition) = self.0.get(&number) {
            return Ok(Arc::clone(definition));
        }
        let mut statement = connection.prepare_cached(
            "SELECT kind, name, key, content, checksum FROM definitions WHERE id = ?1",
        )?;
        let mut rows = statement.query([number])?;
        let row = rows.next()?.ok_or(UnreadableRow::Column(1))?;
        let mut row = RowReader::new(row);
        let (_, _, _) = (row.integer()?, row.text()?, row.text()?);
        let content = row.text()?;
        row.finish()?;
        let definition: Arc<Definition> = Arc::new(serde_json::from_str(content)?);
        if self.0.len() >= KNOWN_AT_MOST {
            self.0.clear();
        }
        self.0.insert(number, Arc::clone(&definition));
        Ok(definition)
    }
}
