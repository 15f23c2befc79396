//! One connection, and what is done with it: storing batches of writes, answering questions. It knows nothing of
//! threads, queues or when something has to be durable.

use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode};
use tidegate_core::{
    Advance, LogQuery, LogRecord, Run, RunId, RunQuery, StoreError, StoreErrorKind, Write,
};

use super::definitions::{Known, Numbers};
use super::error::{Doing, failed, unreadable};
use super::row::UnreadableRow;
use super::run_row::{self, UnwritableRow};
use super::{log_row, run_query};

/// An open connection with what it has learned.
#[derive(Debug)]
pub(super) struct Database {
    connection: Connection,
    place: Arc<str>,
    numbers: Numbers,
    known: Known,
}

/// The writes that can never be stored because of what they say, each with the reason.
pub(super) type Refusals = Vec<(RunId, StoreError)>;

/// Why one write was not stored: because of itself, or because nothing can be stored now.
enum Trouble {
    Refusal(StoreError),
    Failure(rusqlite::Error),
}

impl Database {
    pub(super) fn new(connection: Connection, place: Arc<str>) -> Self {
        connection.set_prepared_statement_cache_capacity(64);
        Self { connection, place, numbers: Numbers::default(), known: Known::default() }
    }

    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Waits so long for others that have the database locked.
    pub(super) fn wait_for_locks(&self, busy_timeout: Duration) -> Result<(), StoreError> {
        self.connection
            .busy_timeout(busy_timeout)
            .map_err(|error| failed(&self.place, Doing::Writing, error))
    }

    /// Stores all of this in one transaction, but for writes that can never be stored.
    pub(super) fn store(
        &mut self,
        writes: &[Write],
        logs: &[LogRecord],
    ) -> Result<Refusals, StoreError> {
        let result = self.store_in_transaction(writes, logs);
        if result.is_err() {
            self.numbers.forget();
            self.known.forget();
            if !self.connection.is_autocommit() {
                // A rollback fails only where SQLite has rolled back by itself.
                let _ = self.connection.execute_batch("ROLLBACK");
            }
        }
        result.map_err(|error| failed(&self.place, Doing::Writing, error))
    }

    fn store_in_transaction(
        &mut self,
        writes: &[Write],
        logs: &[LogRecord],
    ) -> rusqlite::Result<Refusals> {
        let Self { connection, place, numbers, known } = self;
        connection.prepare_cached("BEGIN IMMEDIATE")?.raw_execute()?;
        let mut refusals = Refusals::new();
        let mut insert = run_row::insert(connection)?;
        for write in writes {
            let result = match write {
                Write::Begin(run) => numbers
                    .number(connection, &run.definition)
                    .and_then(|definition| run_row::write(&mut insert, run, definition))
                    .map_err(|error| trouble(place, write, error)),
                Write::Advance(advance) => {
                    bring_up_to_date(connection, place, known, write, advance)
                }
            };
            match result {
                Ok(()) => {}
                Err(Trouble::Refusal(error)) => refusals.push((write.run_id(), error)),
                Err(Trouble::Failure(error)) => return Err(error),
            }
        }
        drop(insert);
        log_row::insert_all(connection, logs)?;
        connection.prepare_cached("COMMIT")?.raw_execute()?;
        Ok(refusals)
    }

    pub(super) fn run(&mut self, id: RunId) -> Result<Option<Run>, StoreError> {
        let Self { connection, place, known, .. } = self;
        find(connection, known, id)
            .map(|found| found.map(|(run, _)| run))
            .map_err(|error| unreadable(place, error))
    }

    pub(super) fn runs(&mut self, query: &RunQuery) -> Result<Vec<Run>, StoreError> {
        let Self { connection, place, known, .. } = self;
        run_query::runs(connection, known, query).map_err(|error| unreadable(place, error))
    }

    pub(super) fn count_runs(&self, query: &RunQuery) -> Result<u64, StoreError> {
        run_query::count(&self.connection, query)
            .map_err(|error| failed(&self.place, Doing::Reading, error))
    }

    pub(super) fn logs(&self, query: &LogQuery) -> Result<Vec<LogRecord>, StoreError> {
        log_row::select(&self.connection, query).map_err(|error| unreadable(&self.place, error))
    }

    /// Lets go of the files.
    pub(super) fn close(self) -> Result<(), StoreError> {
        let Self { connection, place, .. } = self;
        connection.close().map_err(|(_, error)| failed(&place, Doing::Writing, error))
    }
}

fn find(
    connection: &Connection,
    known: &mut Known,
    id: RunId,
) -> Result<Option<(Run, i64)>, UnreadableRow> {
    let mut statement = connection.prepare_cached(run_row::SELECT_ONE)?;
    let mut rows = statement.query([id.as_uuid().as_bytes().as_slice()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    run_row::read(row, |number| known.definition(connection, number)).map(Some)
}

/// Reads the row, applies the advance and writes the row again: its checksum covers what the advance does not tell.
fn bring_up_to_date(
    connection: &Connection,
    place: &str,
    known: &mut Known,
    write: &Write,
    advance: &Advance,
) -> Result<(), Trouble> {
    let found = find(connection, known, advance.run_id).map_err(|error| match error {
        UnreadableRow::Sqlite(error) => Trouble::Failure(error),
        error @ (UnreadableRow::Checksum | UnreadableRow::Column(_) | UnreadableRow::Json(_)) => {
            Trouble::Refusal(unreadable(place, error))
        }
    })?;
    let Some((mut run, definition)) = found else {
        return Err(Trouble::Refusal(StoreError::new(
            StoreErrorKind::Other,
            format!(
                "run {} is not recorded in {place}, so it cannot move on; record it first, with Write::Begin",
                advance.run_id
            ),
        )));
    };
    advance.clone().apply_to(&mut run);
    let mut update = run_row::update(connection).map_err(Trouble::Failure)?;
    run_row::write(&mut update, &run, definition).map_err(|error| trouble(place, write, error))
}

fn trouble(place: &str, write: &Write, error: UnwritableRow) -> Trouble {
    let id = write.run_id();
    match error {
        UnwritableRow::Sqlite(error)
            if error.sqlite_error_code() != Some(ErrorCode::ConstraintViolation)
                && error.sqlite_error_code() != Some(ErrorCode::TooBig) =>
        {
            Trouble::Failure(error)
        }
        error @ (UnwritableRow::Sqlite(_) | UnwritableRow::Json(_)) => Trouble::Refusal(
            StoreError::new(
                StoreErrorKind::Other,
                format!(
                    "run {id} cannot be stored in {place} as it is ({error}); a run is recorded once, and its record must \
                     not contradict itself"
                ),
            )
            .caused_by(error),
        ),
    }
}
