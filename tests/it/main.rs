//! The specification of Tidegate: one file a concept, names that are sentences, runs compared as text.
//!
//! Ids such as RETRY-03 name a case of Prefect's behaviour; `behaviours.md` lists those that are not taken over.

mod blocking;
mod child;
mod crash;
mod database;
mod final_state;
mod hook;
mod log;
mod name;
mod panic;
mod retry;
mod runtime;
mod settings;
mod step;
mod store_errors;
mod subflow;
mod submit;
mod tags;
mod task;
mod timeline;
mod timeout;
