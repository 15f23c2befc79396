//! Transactions of tasks: several tasks that take effect together. When all went through, their `on_commit` hooks are called; when one
//! fails, the `on_rollback` hooks of those that had completed are called, the last first, to undo what they did.
//!
//! ```
//! use tidegate::Transaction;
//! use tidegate::prelude::*;
//! use tidegate::transaction::transaction;
//!
//! fn unreserve(txn: Transaction) -> Result<()> {
//!     let seat: u32 = txn.get("seat")?;
//!     println!("seat {seat} is free again");
//!     Ok(())
//! }
//!
//! #[task(on_rollback = unreserve)]
//! async fn reserve(seat: u32) -> Result<u32> {
//!     Ok(seat)
//! }
//!
//! #[task]
//! async fn charge(cents: u32) -> Result<()> {
//!     Err(format!("{cents} cents are too much").into())
//! }
//!
//! #[flow]
//! async fn book(seat: u32) -> Result<()> {
//!     let booked = transaction().run(async |txn| {
//!         txn.set("seat", seat)?;
//!         reserve(seat).await?;
//!         charge(seat * 100).await
//!     });
//!     booked.await
//! }
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> { tidegate::testing::run_async(async {
//! assert!(book(7).await.is_err());
//! # Ok(()) }).await }
//! ```
//!
//! A task run is a transaction of its own, with the tasks that it calls in it. A task that is rolled back gets one more state: Completed,
//! named RolledBack; its result counts for nothing then, and it runs again when its flow does. A task that fails rolls back the
//! transaction it is called in when no retry is left, whether or not its error is handled.
//!
//! Effects of hooks are ordinary effects: for what is in the database of the engine, `#[task(transactional)]` does better.
//!
//! ```text
//!   PENDING ──> ACTIVE ──> STAGED ──> COMMITTED ──(a commit hook fails)──> ROLLED_BACK
//!                  └──────────┴─────────────────────────────────────────────────^
//! ```

mod builder;
mod end;
mod enter;
mod hook;
mod key;
mod ledger;
mod node;
mod run;
mod values;

pub use builder::{TransactionBuilder, transaction};
pub use hook::{IntoTransactionHook, TransactionHook};
pub(crate) use node::Own;
pub use node::{CommitMode, Transaction};
pub(crate) use run::interrupted_rollbacks;
pub use tidegate_core::{
    HookKind, HookRecord, HookStatus, TransactionId, TransactionRecord, TransactionState,
};
