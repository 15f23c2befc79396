//! The tests of the blocks, in one binary. Each block meets a real counterpart on this machine, or says that it was skipped for want of
//! one; nothing is called elsewhere.

mod addresses;
mod buckets;
mod custom_webhook;
mod databases;
mod documents;
mod email;
mod email_server;
mod files;
mod notify;
mod postgres_server;
mod programs;
mod reach;
mod server;
#[cfg(unix)]
mod shell;
