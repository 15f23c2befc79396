//! What a remote store promises, with a real server behind it and with trouble in between.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod engine;
mod faults;
mod figures;
mod prefect;
mod process;
mod proxy;
mod served;
mod suite;
mod tls;
