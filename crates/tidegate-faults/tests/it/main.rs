//! The proofs that the store keeps its promises on disks that fail. Each runs in a size for every day, and with
//! `TIDEGATE_DEEP=1` in a larger one; `TIDEGATE_SEED` repeats the dice of a run. Each says on standard error what it did.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod damage;
mod diary;
mod failed_sync;
mod full_disk;
mod io_errors;
mod model;
mod power_cut;
mod proof;
mod stall;
mod transactions;
mod workload;
