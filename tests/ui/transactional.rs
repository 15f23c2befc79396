//! A transactional body is sync, and its first argument is the transaction.

use tidegate::SqlTransaction;
use tidegate::prelude::*;

#[task(transactional)]
async fn waits(_tx: &mut SqlTransaction<'_>) {}

#[task(transactional, inline)]
fn in_place(_tx: &mut SqlTransaction<'_>) {}

#[task(transactional)]
fn without() -> i64 {
    1
}

#[task(transactional)]
fn without_but_arguments(id: i64, text: &str) {}

#[task(transactional)]
fn borrows(_tx: &mut SqlTransaction<'_>, text: &str) -> usize {
    text.len()
}

#[flow(transactional)]
fn flows(_tx: &mut SqlTransaction<'_>) {}

#[task(transactional)]
fn another_type(_tx: &mut String) {}

struct NotClone;

#[task(transactional, retries = 1)]
fn retried(_tx: &mut SqlTransaction<'_>, _once: NotClone) {}

#[task(transactional)]
fn fine(tx: &mut SqlTransaction<'_>, id: i64) -> Result<i64> {
    Ok(tx.query_value("SELECT ?1", (id,))?)
}

fn main() {
    let _ = fine(1);
    let _ = fine(1, 2);
}
