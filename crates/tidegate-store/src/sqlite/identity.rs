//! Whose file it is, asked before anything is written to it. Looking changes no byte of it.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::ffi::SQLITE_READONLY_ROLLBACK;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use tidegate_core::{StoreError, StoreErrorKind};

use super::error::{Doing, damaged, failed, not_a_database, unread};
use super::migrate::{APPLICATION_ID, VERSION, schema, schema_of, version};
use super::open::connect;
use super::options::Options;

/// A file up to this size is checked from end to end when it is opened, which takes a few milliseconds. A larger one is
/// checked where it is read.
const CHECKED_UP_TO: u64 = 1 << 20;

/// How a journal begins that counts.
const MAGIC: [u8; 8] = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];

/// Where the first page of a database has the marks of [`Marks`], and how many tables there are.
const USER_VERSION: usize = 60;
const APPLICATION_ID_AT: usize = 68;
const TABLES: usize = 103;

/// The header of a journal takes a sector, of 64 KiB at most; what is looked at of the first page follows it.
const JOURNAL_LOOKED_AT: u64 = (1 << 16) + 256;

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
            Err(error) if is_half_written(&error) => match Halves::of(path) {
                Halves::Nothing => roll_back(path, options).map_err(opening)?,
                Halves::Something => return Err(half_written(place).caused_by(error)),
                // Another process that opens the file has undone it since.
                Halves::Undone => {}
            },
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

/// Whether the last program to write the file died in the middle of it, and left a journal by which to undo what it did.
fn is_half_written(error: &rusqlite::Error) -> bool {
    error.sqlite_error().is_some_and(|error| error.extended_code == SQLITE_READONLY_ROLLBACK)
}

/// Ours are written through a write-ahead log, which leaves no such journal.
fn half_written(place: &str) -> StoreError {
    StoreError::new(
        StoreErrorKind::Foreign,
        format!(
            "another program died while it wrote the SQLite database {place}; nothing was changed: give Tidegate a file of its \
             own, or open this one with that program first"
        ),
    )
}

/// What was in a file before it was written by halves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Halves {
    /// Nothing that matters, as when its maker died while making it.
    Nothing,
    /// Something.
    Something,
    /// The journal that tells is not there any more.
    Undone,
}

impl Halves {
    /// Reads the journal of the file.
    fn of(path: &Path) -> Self {
        let mut name = path.as_os_str().to_owned();
        name.push("-journal");
        let mut journal = Vec::new();
        let read = File::open(name)
            .and_then(|file| file.take(JOURNAL_LOOKED_AT).read_to_end(&mut journal));
        match read {
            Ok(_) => Self::in_journal(&journal),
            Err(error) if error.kind() == ErrorKind::NotFound => Self::Undone,
            Err(_) => Self::Something,
        }
    }

    /// SQLite's file format says it: a journal begins with eight certain bytes once it counts, and tells from byte 16 on how many
    /// pages there were, how long its sectors are, and how long its pages. After the first sector come the pages as they were, each
    /// with its number before it. A database whose making has got to its first page has no table, version or mark yet.
    fn in_journal(journal: &[u8]) -> Self {
        let word = |at: usize| {
            let bytes = journal.get(at..at.checked_add(4)?)?;
            Some(u32::from_be_bytes(bytes.try_into().ok()?))
        };
        match journal.first() {
            // SQLite lets one that begins so be, as another process that makes the database now is about to write it.
            None | Some(0) => return Self::Undone,
            Some(_) if !journal.starts_with(&MAGIC) => return Self::Something,
            Some(_) => {}
        }
        let first_page_is_bare = || {
            let record = usize::try_from(word(20)?).ok()?;
            let page = record.checked_add(4)?;
            let tables = journal.get(page + TABLES..page + TABLES + 2)?;
            let bare = word(record)? == 1
                && word(page + USER_VERSION)? == 0
                && word(page + APPLICATION_ID_AT)? == 0
                && tables == [0; 2];
            Some(bare)
        };
        match word(16) {
            Some(0) => Self::Nothing,
            Some(1) if first_page_is_bare() == Some(true) => Self::Nothing,
            Some(_) | None => Self::Something,
        }
    }
}

/// Brings the file to where it was before, which its journal says.
fn roll_back(path: &Path, options: &Options) -> rusqlite::Result<()> {
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE, options)?;
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))
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
    let finding: String = connection
        .pragma_query_value(None, "integrity_check", |row| row.get(0))
        .map_err(|error| not_understood(place, error))?;
    if finding == "ok" {
        return Ok(());
    }
    // SQLite writes a page that the disk does not give among the findings, and whoever is told of damage may throw a good file away.
    if finding.contains("unable to get the page") || finding.contains("failed to get page") {
        return Err(unread(place, finding.trim()));
    }
    Err(damaged(place, finding.trim()))
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
