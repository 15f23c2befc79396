//! Databases of SQLite, on a thread of the blocking pool. A statement whose call is dropped is interrupted.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, ErrorCode, InterruptHandle, params_from_iter};
use tidegate::store::SqlErrorKind;
use tidegate::{SqlError, SqlValue};
use tokio::task::spawn_blocking;

use super::Database;
use super::job::{self, Done, Job};
use crate::error::Error;

/// How long a statement waits for others that write to the file.
const BUSY: Duration = Duration::from_secs(10);

pub(super) async fn carry_out(database: &Database, job: Job) -> Result<Done, Error> {
    let Some(file) = database.database.clone() else {
        return Err(Database::invalid("it has no file; put its path into `database`"));
    };
    let stop = Stop::default();
    let given_up = Arc::clone(&stop.0);
    let done = spawn_blocking(move || {
        let mut connection = Connection::open(&file)?;
        connection.busy_timeout(BUSY)?;
        let mut course = lock(&given_up);
        match &*course {
            Course::Stopped => return Ok(Ok(Done::default())),
            Course::Before | Course::Under(_) => {
                *course = Course::Under(connection.get_interrupt_handle());
            }
        }
        drop(course);
        Ok(run(&mut connection, job))
    });
    let done: rusqlite::Result<Result<Done, SqlError>> = done.await.map_err(|error| {
        Database::failed("the thread that spoke with it has ended").caused_by(error)
    })?;
    let done =
        done.map_err(|error| Database::failed("its file cannot be opened").caused_by(error))?;
    done.map_err(|error| Database::failed("it refused the statement").caused_by(error))
}

/// Where the statement of a call is.
#[derive(Default)]
enum Course {
    #[default]
    Before,
    Under(InterruptHandle),
    Stopped,
}

/// Ends the statement when the call is dropped.
#[derive(Default)]
struct Stop(Arc<Mutex<Course>>);

fn lock(course: &Mutex<Course>) -> std::sync::MutexGuard<'_, Course> {
    course.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for Stop {
    fn drop(&mut self) {
        if let Course::Under(statement) = std::mem::replace(&mut *lock(&self.0), Course::Stopped) {
            statement.interrupt();
        }
    }
}

fn run(connection: &mut Connection, job: Job) -> Result<Done, SqlError> {
    match job {
        Job::Execute { sql, rows } => {
            execute(connection, &sql, rows).map_err(|error| described(&sql, &error))
        }
        Job::Fetch { sql, params, most } => {
            fetch(connection, &sql, params, most).map_err(|error| described(&sql, &error))
        }
    }
}

fn execute(
    connection: &mut Connection,
    sql: &str,
    sets: Vec<Vec<SqlValue>>,
) -> rusqlite::Result<Done> {
    // One statement is a transaction by itself; some, such as VACUUM, can be in none.
    let transaction = (sets.len() > 1).then(|| connection.unchecked_transaction()).transpose()?;
    let mut changed = 0;
    {
        let mut statement = connection.prepare(sql)?;
        for params in sets {
            changed += statement.execute(params_from_iter(params.into_iter().map(given)))? as u64;
        }
    }
    transaction.map_or(Ok(()), rusqlite::Transaction::commit)?;
    Ok(Done { changed, rows: Vec::new() })
}

fn fetch(
    connection: &Connection,
    sql: &str,
    params: Vec<SqlValue>,
    most: usize,
) -> rusqlite::Result<Done> {
    let mut statement = connection.prepare(sql)?;
    let width = statement.column_count();
    let columns = (0..width).map(|at| statement.column_name(at).map(ToOwned::to_owned));
    let columns = columns.collect::<rusqlite::Result<_>>()?;
    let mut found = statement.query(params_from_iter(params.into_iter().map(given)))?;
    let mut rows = Vec::new();
    while rows.len() < most
        && let Some(row) = found.next()?
    {
        rows.push(
            (0..width).map(|at| Ok(taken(row.get_ref(at)?))).collect::<rusqlite::Result<_>>()?,
        );
    }
    Ok(Done { changed: 0, rows: job::rows(columns, rows) })
}

fn given(value: SqlValue) -> Value {
    match value {
        SqlValue::Null => Value::Null,
        SqlValue::Integer(value) => Value::Integer(value),
        SqlValue::Real(value) => Value::Real(value),
        SqlValue::Text(value) => Value::Text(value),
        SqlValue::Blob(value) => Value::Blob(value),
    }
}

fn taken(value: ValueRef<'_>) -> SqlValue {
    match value {
        ValueRef::Null => SqlValue::Null,
        ValueRef::Integer(value) => SqlValue::Integer(value),
        ValueRef::Real(value) => SqlValue::Real(value),
        ValueRef::Text(value) => SqlValue::Text(String::from_utf8_lossy(value).into_owned()),
        ValueRef::Blob(value) => SqlValue::Blob(value.to_vec()),
    }
}

fn described(sql: &str, error: &rusqlite::Error) -> SqlError {
    let kind = match error.sqlite_error_code() {
        Some(ErrorCode::ConstraintViolation) => SqlErrorKind::Constraint,
        Some(ErrorCode::TypeMismatch) => SqlErrorKind::Type,
        Some(_) | None => SqlErrorKind::Other,
    };
    SqlError::of(sql, kind, error)
}
