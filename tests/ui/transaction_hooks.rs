//! A hook of a transaction is given the transaction, and belongs to a task.

use tidegate::prelude::*;
use tidegate::{Run, State, Transaction};

async fn fine(_: Transaction) -> Result<()> {
    Ok(())
}

fn also_fine(_: Transaction) {}

async fn of_a_state(_: Run, _: State) {}

fn gives_a_number(_: Transaction) -> u32 {
    1
}

#[task(on_commit = fine, on_rollback = [fine, also_fine, |_: Transaction| {}])]
async fn works() {}

#[task(on_commit = of_a_state)]
async fn takes_a_run() {}

#[task(on_rollback = [also_fine, gives_a_number])]
async fn gives_something() {}

#[flow(on_commit = fine)]
async fn flows_have_none() {}

fn main() {}
