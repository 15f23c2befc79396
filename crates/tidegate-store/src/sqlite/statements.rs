//! The statements of a transaction, run one by one on the connection that it is open on. It notices when one of them undoes the
//! transaction; it never begins or ends one.

use std::sync::Arc;

use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, Error, ErrorCode, Statement, params_from_iter};
use tidegate_core::store::{SqlConnection, SqlError, SqlErrorKind, SqlRow, SqlValue};

use super::guard::Guard;

/// See the module.
#[derive(Debug)]
pub(super) struct Statements<'a> {
    connection: &'a Connection,
    guard: &'a Guard,
}

impl<'a> Statements<'a> {
    pub(super) fn new(connection: &'a Connection, guard: &'a Guard) -> Self {
        Self { connection, guard }
    }

    fn run<T>(
        &mut self,
        sql: &str,
        run: impl FnOnce(&mut Statement<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, SqlError> {
        if self.connection.is_autocommit() {
            let what = "was not run: a statement before it has undone the transaction";
            return Err(SqlError::of(sql, SqlErrorKind::Over, what));
        }
        self.guard.next();
        let given = self.connection.prepare(sql).and_then(|mut statement| run(&mut statement));
        given.map_err(|error| self.explain(sql, &error))
    }

    fn explain(&self, sql: &str, error: &Error) -> SqlError {
        if let Some(why) = self.guard.take_refusal() {
            return SqlError::of(sql, SqlErrorKind::Refused, format_args!("is refused: {why}"));
        }
        if self.connection.is_autocommit() {
            let what = format_args!("failed ({error}) and has undone the whole transaction");
            return SqlError::of(sql, SqlErrorKind::Over, what);
        }
        let constraint = error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation);
        let kind = if constraint { SqlErrorKind::Constraint } else { SqlErrorKind::Other };
        #[allow(clippy::wildcard_enum_match_arm, reason = "most errors speak for themselves")]
        match error {
            Error::MultipleStatement => {
                SqlError::of(sql, kind, "is more than one; run them one after the other")
            }
            Error::ExecuteReturnedResults => SqlError::of(sql, kind, "gives rows; use `query`"),
            Error::SqliteFailure(_, Some(message)) => {
                SqlError::of(sql, kind, format_args!("failed: {message}"))
            }
            Error::SqlInputError { msg, .. } => {
                SqlError::of(sql, kind, format_args!("failed: {msg}"))
            }
            other => SqlError::of(sql, kind, format_args!("failed: {other}")),
        }
    }
}

impl SqlConnection for Statements<'_> {
    fn execute(&mut self, sql: &str, params: Vec<SqlValue>) -> Result<u64, SqlError> {
        let changed = self.run(sql, |statement| statement.execute(bound(params)))?;
        Ok(changed as u64)
    }

    fn query(&mut self, sql: &str, params: Vec<SqlValue>) -> Result<Vec<SqlRow>, SqlError> {
        self.run(sql, |statement| {
            let names = (0..statement.column_count()).map(|place| statement.column_name(place));
            let columns: Arc<[String]> =
                names.map(|name| name.map(str::to_owned)).collect::<Result<_, _>>()?;
            let mut rows = statement.query(bound(params))?;
            let mut given = Vec::new();
            while let Some(row) = rows.next()? {
                let values = (0..columns.len()).map(|place| value(row.get_ref(place)?));
                given.push(SqlRow::new(Arc::clone(&columns), values.collect::<Result<_, _>>()?));
            }
            Ok(given)
        })
    }
}

fn bound(params: Vec<SqlValue>) -> impl rusqlite::Params {
    params_from_iter(params.into_iter().map(|value| match value {
        SqlValue::Null => Value::Null,
        SqlValue::Integer(value) => Value::Integer(value),
        SqlValue::Real(value) => Value::Real(value),
        SqlValue::Text(value) => Value::Text(value),
        SqlValue::Blob(value) => Value::Blob(value),
    }))
}

fn value(value: ValueRef<'_>) -> rusqlite::Result<SqlValue> {
    Ok(match value {
        ValueRef::Null => SqlValue::Null,
        ValueRef::Integer(value) => SqlValue::Integer(value),
        ValueRef::Real(value) => SqlValue::Real(value),
        ValueRef::Text(text) => SqlValue::Text(std::str::from_utf8(text)?.to_owned()),
        ValueRef::Blob(value) => SqlValue::Blob(value.to_vec()),
    })
}
