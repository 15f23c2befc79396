//! A transaction of a store, as user code sees it: statements in SQL, so that what a task does in the store's own database and
//! what is recorded of the task become durable together. It never begins, commits or undoes: that is the store's part.

mod error;
mod params;
mod row;
mod value;

use std::fmt;

use crate::Write;

pub use error::{SqlError, SqlErrorKind};
pub use params::SqlParams;
pub use row::{FromSqlValue, SqlColumn, SqlRow};
pub use value::SqlValue;

/// What is done in a transaction, and what becomes of it.
pub type SqlWork = Box<dyn FnOnce(&mut SqlTransaction<'_>) -> TransactionEnd + Send>;

/// What becomes of what was done in a transaction.
#[derive(Clone, Debug, PartialEq)]
pub enum TransactionEnd {
    /// It is kept, together with these writes: all of it or nothing.
    Commit(Vec<Write>),
    /// It is undone.
    RollBack,
}

/// A statement at a time, in the transaction that is open. Stores implement this; user code is given a [`SqlTransaction`].
///
/// A statement that would end the transaction, change how the store works, or change what the store keeps for itself is refused.
pub trait SqlConnection {
    /// Runs a statement that gives no rows; says how many rows it changed.
    ///
    /// # Errors
    ///
    /// The statement is refused or fails.
    fn execute(&mut self, sql: &str, params: Vec<SqlValue>) -> Result<u64, SqlError>;

    /// Runs a statement, and gives its rows.
    ///
    /// # Errors
    ///
    /// The statement is refused or fails.
    fn query(&mut self, sql: &str, params: Vec<SqlValue>) -> Result<Vec<SqlRow>, SqlError>;
}

/// The store's own transaction, given to a task that has asked for it: what the task does with it and that the task has completed
/// are committed together, or neither is.
///
/// Its statements are in the SQL of the store's database, SQLite's unless another store is used. Tables of Tidegate may be read
/// and not changed; the transaction cannot be ended from here, nor the database be set up otherwise. Names that begin with
/// `tidegate_` are kept for Tidegate.
pub struct SqlTransaction<'a>(&'a mut dyn SqlConnection);

impl<'a> SqlTransaction<'a> {
    /// The transaction that is open on this connection.
    pub fn new(connection: &'a mut dyn SqlConnection) -> Self {
        Self(connection)
    }
}

impl SqlTransaction<'_> {
    /// Runs a statement that gives no rows, such as `UPDATE accounts SET cents = cents - ?1 WHERE id = ?2` with `(cents, id)`; says
    /// how many rows it changed.
    ///
    /// # Errors
    ///
    /// The statement is refused or fails. What it did is undone then; what was done before stays.
    pub fn execute(&mut self, sql: &str, params: impl SqlParams) -> Result<u64, SqlError> {
        self.0.execute(sql, params.into_values())
    }

    /// Runs a statement, and gives its rows.
    ///
    /// # Errors
    ///
    /// The statement is refused or fails.
    pub fn query(&mut self, sql: &str, params: impl SqlParams) -> Result<Vec<SqlRow>, SqlError> {
        self.0.query(sql, params.into_values())
    }

    /// Runs a statement, and gives its first row.
    ///
    /// # Errors
    ///
    /// The statement is refused, fails, or gives no row.
    pub fn query_row(&mut self, sql: &str, params: impl SqlParams) -> Result<SqlRow, SqlError> {
        self.query(sql, params)?.into_iter().next().ok_or_else(|| SqlError::no_row(sql))
    }

    /// Runs a statement, and gives the first value of its first row.
    ///
    /// # Errors
    ///
    /// The statement is refused, fails, or gives no row; or the value is no `T`.
    pub fn query_value<T: FromSqlValue>(
        &mut self,
        sql: &str,
        params: impl SqlParams,
    ) -> Result<T, SqlError> {
        self.query_row(sql, params)?.get(0)
    }
}

impl fmt::Debug for SqlTransaction<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SqlTransaction")
    }
}
