//! Transactions of two kinds. A transactional task changes the database of the engine and completes in one commit, exactly once. A
//! transaction of tasks takes effect as a whole: when one fails, hooks undo what the others did outside of the database.
//!
//! ```text
//! cargo run --example transactions
//! ```

use std::sync::atomic::{AtomicU32, Ordering};

use tidegate::prelude::*;
use tidegate::{Engine, SqlError, SqlTransaction, Transaction, transaction};

const ADA: i64 = 1;
const SHOP: i64 = 2;

/// The shelf of the shop, which no database knows of.
static SHELF: AtomicU32 = AtomicU32::new(10);

/// Its first argument is the store's own transaction; callers give the others. That the task has completed, and its result, are
/// committed with what it does. An error undoes it.
#[task(transactional)]
fn pay(tx: &mut SqlTransaction, from: i64, to: i64, cents: i64) -> Result<i64, SqlError> {
    tx.execute("UPDATE accounts SET cents = cents + ?1 WHERE id = ?2", (cents, to))?;
    tx.execute("UPDATE accounts SET cents = cents - ?1 WHERE id = ?2", (cents, from))?;
    tx.query_value("SELECT cents FROM accounts WHERE id = ?1", [from])
}

/// Its hooks are called when it is known what becomes of the transaction it is in.
#[task(on_commit = ship, on_rollback = put_back)]
async fn take_from_shelf(book: String) -> Result<()> {
    let left = SHELF.fetch_sub(1, Ordering::Relaxed) - 1;
    println!("Took '{book}' from the shelf, which has {left} books now.");
    Transaction::current().ok_or("a task has a transaction")?.set("book", book)
}

async fn ship(txn: Transaction) -> Result<()> {
    println!("Shipped '{}'.", txn.get::<String>("book")?);
    Ok(())
}

fn put_back(txn: Transaction) -> Result<()> {
    let left = SHELF.fetch_add(1, Ordering::Relaxed) + 1;
    println!("Put '{}' back: {left} books.", txn.get::<String>("book")?);
    Ok(())
}

#[flow]
async fn order(book: String, cents: i64) -> Result<i64> {
    transaction()
        .run(async |_| {
            take_from_shelf(book.clone()).await?;
            pay(ADA, SHOP, cents).await
        })
        .await
}

/// Accounts are made anew each time, so that the example tells the same story.
async fn open_accounts(engine: &Engine) -> Result<()> {
    let opened = engine.sql_transaction(|tx| -> Result<(), SqlError> {
        tx.execute("DROP TABLE IF EXISTS accounts", ())?;
        tx.execute(
            "CREATE TABLE accounts (id INTEGER PRIMARY KEY, cents INTEGER NOT NULL CHECK (cents >= 0))",
            (),
        )?;
        tx.execute("INSERT INTO accounts (id, cents) VALUES (?1, 1000), (?2, 0)", (ADA, SHOP))?;
        Ok(())
    });
    opened.await
}

#[tokio::main]
async fn main() -> Result<()> {
    let engine = Engine::current()?;
    open_accounts(&engine).await?;

    let left = order("A Room of One's Own".to_owned(), 700).await?;
    println!("Ada has {left} cents left.\n");

    // There is not enough for a second one: `pay` fails, so the book goes back.
    if let Err(error) = order("Orlando".to_owned(), 700).await {
        println!("{error}");
    }
    let cents = engine.sql_transaction(|tx| {
        let rows = tx.query("SELECT cents FROM accounts ORDER BY id", ())?;
        rows.iter().map(|row| row.get::<i64>("cents")).collect::<Result<Vec<_>, _>>()
    });
    println!("\nAda and the shop have {:?} cents.", cents.await?);

    for run in engine.runs().task("take_from_shelf").limit(2).oldest_first().list().await?.iter() {
        let states: Vec<_> = run.states.iter().map(|state| &*state.name).collect();
        println!("{}: {}", run.name, states.join(" > "));
    }
    Ok(())
}
