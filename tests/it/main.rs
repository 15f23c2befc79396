//! The specification of Tidegate: one file a concept, names that are sentences, runs compared as text.
//!
//! Ids such as RETRY-03 name a case of Prefect's behaviour; `behaviours.md` lists those that are not taken over.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(clippy::print_stdout, reason = "child processes tell by their output")]

mod artifact;
mod backup;
mod block;
mod block_secrets;
mod blocking;
mod cache;
mod cache_isolation;
mod canary;
mod cancel;
mod cancel_handles;
mod capture;
mod child;
mod concurrency;
mod concurrency_cancel;
mod concurrency_shared;
mod concurrency_tags;
mod crash;
mod database;
mod definition;
mod drops;
mod error;
mod events;
mod final_state;
mod frozen;
mod futures;
mod graph;
mod handles;
mod hook;
mod inputs;
mod killed;
mod log;
mod macros;
mod map;
mod name;
mod ownership;
mod panic;
mod parameters;
mod pause;
mod pause_processes;
mod proof;
mod result;
mod result_key;
mod result_storage;
mod resume;
mod retention;
mod retry;
mod runner;
mod runtime;
mod secret;
mod settings;
mod shutdown;
mod stalled;
mod step;
mod store_errors;
mod subflow;
mod submit;
mod suspend;
mod suspend_by_id;
mod tags;
mod task;
mod testing;
mod tidy;
mod timeline;
mod timeout;
mod transaction;
mod transaction_resume;
mod transactional;
mod troubled;
mod variable;
mod visualize;
