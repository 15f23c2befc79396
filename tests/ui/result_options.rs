//! What options about results ask for: a result that can be kept, names that mean something, and values of the right kind.

use tidegate::prelude::*;

struct Connection;

#[task(persist_result = true)]
async fn connect() -> Result<Connection> {
    Ok(Connection)
}

#[task(result_storage = "results", result_storage_key = "k", result_serializer = "json")]
async fn reconnect() -> Vec<Connection> {
    vec![]
}

#[flow(persist_result)]
async fn look(text: &str) -> &str {
    text
}

#[task(persist_result = false, result_storage = "results")]
async fn fine(text: &str) -> &str {
    text
}

#[task(result_storage_key = "{city}/{parameters[town]}/{task_run.nam}/{flow_run}/{task_run.id:>9}.json")]
async fn fetch(street: u8) {}

#[task(result_storage_key = "{street", result_storage = 5, result_serializer = "pickle", persist_result = "yes")]
async fn store(street: u8) {}

#[task(result_storage_key = "", result_storage = Connection, result_serializer = Connection)]
async fn keep() {}

#[flow(result_storage_key = "report.json")]
async fn report() {}

#[task(transactional, result_storage = "results", result_storage_key = "k", persist_result)]
fn transfer(tx: &mut tidegate::SqlTransaction<'_>) -> u8 {
    5
}

fn main() {}
