//! What SQLite's errors mean to whoever uses the store: one [`StoreError`] that names the place and what to do next.

use rusqlite::ErrorCode;
use tidegate_core::{RunInput, StoreError, StoreErrorKind};
use uuid::Uuid;

use super::row::UnreadableRow;

/// What was being done to the database when it failed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Doing {
    Opening,
    Writing,
    Reading,
}

/// The error of a whole operation on the database at `place`.
pub(super) fn failed(place: &str, doing: Doing, error: rusqlite::Error) -> StoreError {
    let (kind, message) = explain(place, doing, &error);
    StoreError::new(kind, message).caused_by(error)
}

/// The error of a row that cannot be read.
pub(super) fn unreadable(place: &str, error: UnreadableRow) -> StoreError {
    if let UnreadableRow::Sqlite(error) = error {
        return failed(place, Doing::Reading, error);
    }
    damaged(place, &error.to_string()).caused_by(error)
}

/// The error of a damaged database.
pub(super) fn damaged(place: &str, finding: &str) -> StoreError {
    StoreError::new(
        StoreErrorKind::Damaged,
        format!(
            "the database {place} is damaged ({finding}); restore it from a backup, or move it away together with its \
             -wal and -shm files and start with a new one"
        ),
    )
}

/// The error of a database that the disk does not give in full.
pub(super) fn unread(place: &str, finding: &str) -> StoreError {
    StoreError::new(
        StoreErrorKind::Io,
        format!("the database {place} cannot be read in full ({finding}); check the disk"),
    )
}

/// The error of a file that holds something else.
pub(super) fn not_a_database(place: &str) -> StoreError {
    StoreError::new(
        StoreErrorKind::Foreign,
        format!(
            "{place} is not an SQLite database, or its header is damaged; nothing was changed: give Tidegate another path, \
             or move the file away"
        ),
    )
}

/// The error of everything that comes after [`close`](tidegate_core::Store::close).
pub(super) fn closed(place: &str) -> StoreError {
    StoreError::new(
        StoreErrorKind::Closed,
        format!("the store {place} is closed; open it again to use it"),
    )
}

/// The error of a write by one who does not own the run any more.
pub(super) fn fenced(place: &str, subject: Uuid, why: &str) -> StoreError {
    refused(StoreErrorKind::Fenced, place, subject, why)
}

fn refused(kind: StoreErrorKind, place: &str, subject: Uuid, why: &str) -> StoreError {
    StoreError::new(
        kind,
        format!(
            "a write about {subject} was refused by {place}: {why}; what this process still does for it is in vain, so stop it, \
             and look at the record for what others have made of it"
        ),
    )
}

/// The error of a write under a lease that has ended.
pub(super) fn lease_ended(place: &str, subject: Uuid) -> StoreError {
    let why = "the lease it is written under has ended, given back by its owner or taken from one who seemed dead";
    refused(StoreErrorKind::LeaseEnded, place, subject, why)
}

/// The error of a write that takes a run up where it no longer is.
pub(super) fn does_not_follow(place: &str, run: Uuid) -> StoreError {
    fenced(place, run, "the run has moved on since the writer last knew it")
}

/// The error of an input whose key is taken.
pub(super) fn input_exists(place: &str, input: &RunInput) -> StoreError {
    let RunInput { flow_run_id, key, .. } = input;
    StoreError::new(
        StoreErrorKind::Exists,
        format!("flow run {flow_run_id} in {place} has an input of the key `{key}` already"),
    )
}

/// Whether a value is of a type that nobody writes there, as in a schema with a bit turned over.
fn is_of_another_type(error: &rusqlite::Error) -> bool {
    use rusqlite::Error::{FromSqlConversionFailure, IntegralValueOutOfRange, InvalidColumnType};
    matches!(
        error,
        InvalidColumnType(..) | FromSqlConversionFailure(..) | IntegralValueOutOfRange(..)
    )
}

fn explain(place: &str, doing: Doing, error: &rusqlite::Error) -> (StoreErrorKind, String) {
    match (error.sqlite_error_code(), doing) {
        (Some(ErrorCode::DiskFull), _) => (
            StoreErrorKind::DiskFull,
            format!(
                "there is no room left for the database {place}; free some space: what was not stored is kept in \
                 memory and tried again"
            ),
        ),
        (Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked), _) => (
            StoreErrorKind::Busy,
            format!(
                "another process keeps the database {place} locked; find out which (`lsof {place}`) and let it finish"
            ),
        ),
        (Some(ErrorCode::DatabaseCorrupt), _) => {
            let damage = damaged(place, &error.to_string());
            (StoreErrorKind::Damaged, damage.to_string())
        }
        (Some(ErrorCode::NotADatabase), _) => {
            (StoreErrorKind::Foreign, not_a_database(place).to_string())
        }
        (None, Doing::Opening) if is_of_another_type(error) => {
            (StoreErrorKind::Damaged, damaged(place, &error.to_string()).to_string())
        }
        (_, Doing::Opening) => (
            StoreErrorKind::Unopenable,
            format!(
                "the database {place} cannot be opened ({error}); check that the path is right and that this user may \
                 read and write the file and its folder"
            ),
        ),
        (
            Some(
                ErrorCode::SystemIoFailure
                | ErrorCode::ReadOnly
                | ErrorCode::PermissionDenied
                | ErrorCode::CannotOpen,
            ),
            Doing::Writing | Doing::Reading,
        ) => (
            StoreErrorKind::Io,
            format!(
                "the database {place} cannot be {} ({error}); check the disk and the permissions of the file",
                if matches!(doing, Doing::Writing) { "written" } else { "read" }
            ),
        ),
        (_, Doing::Writing | Doing::Reading) => (
            StoreErrorKind::Other,
            format!("the database {place} gave an unexpected error ({error}); please report it"),
        ),
    }
}
