//! The floors that durable figures are held against: what the disk and SQLite can do by themselves.

use std::fs::File;
use std::io::Write;
use std::time::{Duration, Instant};

use rusqlite::{Connection, params};
use tempfile::TempDir;
use tidegate::Durability;

/// About what the row of a run is.
const ROW: [u8; 200] = [7; 200];

/// A file that small blocks are appended to.
pub(crate) struct Blocks {
    file: File,
    _folder: TempDir,
}

impl Blocks {
    pub(crate) fn new(folder: TempDir) -> Self {
        let file = File::create(folder.path().join("blocks")).expect("the folder can be written");
        Self { file, _folder: folder }
    }

    /// Appends 4 KiB so often, each time waiting until the disk has them.
    pub(crate) fn append_and_sync(&mut self, count: u64) -> Duration {
        let started = Instant::now();
        for _ in 0..count {
            self.file.write_all(&[7; 4096]).expect("the disk has room");
            self.file.sync_data().expect("the disk works");
        }
        started.elapsed()
    }
}

/// A table of one id and one text, without anything of Tidegate's.
pub(crate) struct RawSqlite {
    connection: Connection,
    inserted: u64,
    _folder: TempDir,
}

impl RawSqlite {
    pub(crate) fn new(folder: TempDir, durability: Durability) -> Self {
        let connection =
            Connection::open(folder.path().join("raw.db")).expect("SQLite opens a file");
        let synchronous = match durability {
            Durability::Full => "FULL",
            // SQLite's NORMAL syncs only at a checkpoint.
            Durability::Process => "NORMAL",
            Durability::None => "OFF",
        };
        connection
            .execute_batch(&format!(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous};
                 CREATE TABLE rows (id BLOB PRIMARY KEY, content BLOB NOT NULL) WITHOUT ROWID"
            ))
            .expect("SQLite makes a table");
        Self { connection, inserted: 0, _folder: folder }
    }

    /// Inserts so many rows, in transactions of `batch`.
    pub(crate) fn insert(&mut self, count: u64, batch: u64) -> Duration {
        let started = Instant::now();
        let mut left = count;
        while left > 0 {
            let rows = left.min(batch);
            let transaction = self.connection.transaction().expect("nobody else writes");
            {
                let mut statement = transaction
                    .prepare_cached("INSERT INTO rows VALUES (?1, ?2)")
                    .expect("the statement is right");
                for _ in 0..rows {
                    self.inserted += 1;
                    let id = u128::from(self.inserted).to_be_bytes();
                    statement.execute(params![id, ROW]).expect("the disk has room");
                }
            }
            transaction.commit().expect("the disk works");
            left -= rows;
        }
        started.elapsed()
    }
}
