//! What a database is asked to do, and what came of it: the same for each kind of database.

use std::sync::Arc;

use tidegate::{SqlRow, SqlValue};

/// A statement with its values.
pub(super) enum Job {
    /// To be carried out once for each set of values, in one transaction.
    Execute { sql: String, rows: Vec<Vec<SqlValue>> },
    /// To give rows, and not more than so many.
    Fetch { sql: String, params: Vec<SqlValue>, most: usize },
}

/// What came of it.
#[derive(Default)]
pub(super) struct Done {
    pub(super) changed: u64,
    pub(super) rows: Vec<SqlRow>,
}

/// Rows with the columns that they share.
pub(super) fn rows(columns: Vec<String>, rows: Vec<Vec<SqlValue>>) -> Vec<SqlRow> {
    let columns: Arc<[String]> = columns.into();
    rows.into_iter().map(|values| SqlRow::new(Arc::clone(&columns), values)).collect()
}
