//! Transactions of tasks as rows of the table `transaction_records`. What is in them is one JSON text: they are few, and are asked for by
//! their runs only.

use rusqlite::Connection;
use tidegate_core::{RunId, TransactionRecord};

use super::row::{RowReader, RowWriter, UnreadableRow};
use super::run_row::UnwritableRow;

/// Adds a transaction, or brings the one of its id up to date.
pub(super) fn put(
    connection: &Connection,
    transaction: &TransactionRecord,
) -> Result<(), UnwritableRow> {
    let content = serde_json::to_string(transaction)?;
    let mut statement = connection.prepare_cached(
        "INSERT INTO transaction_records (id, flow_run_id, task_run_id, content, checksum) VALUES (?1, ?2, ?3, ?4, ?5) \
         ON CONFLICT (id) DO UPDATE SET flow_run_id = ?2, task_run_id = ?3, content = ?4, checksum = ?5",
    )?;
    let mut row = RowWriter::new(&mut statement);
    row.optional_uuid(Some(transaction.id.as_uuid()))?;
    row.optional_uuid(transaction.flow_run_id.as_ref().map(RunId::as_uuid))?;
    row.optional_uuid(transaction.task_run_id.as_ref().map(RunId::as_uuid))?;
    row.text(&content)?;
    row.execute()?;
    Ok(())
}

/// The transactions of a flow run, or of a task run outside of one, in the order in which they were first put.
pub(super) fn of_run(
    connection: &Connection,
    run: RunId,
) -> Result<Vec<TransactionRecord>, UnreadableRow> {
    let mut statement = connection.prepare_cached(
        "SELECT id, flow_run_id, task_run_id, content, checksum, number FROM transaction_records WHERE flow_run_id = ?1 \
         UNION ALL SELECT id, flow_run_id, task_run_id, content, checksum, number FROM transaction_records \
         WHERE task_run_id = ?1 AND flow_run_id IS NULL ORDER BY number",
    )?;
    let mut rows = statement.query([run.as_uuid().as_bytes().as_slice()])?;
    let mut transactions = Vec::new();
    while let Some(row) = rows.next()? {
        transactions.push(read(row)?);
    }
    Ok(transactions)
}

fn read(row: &rusqlite::Row<'_>) -> Result<TransactionRecord, UnreadableRow> {
    let mut row = RowReader::new(row);
    for _ in 0..3 {
        // They are in the text too.
        let _: Option<RunId> = row.optional_uuid()?;
    }
    let transaction = serde_json::from_str(row.text()?)?;
    row.finish()?;
    Ok(transaction)
}
