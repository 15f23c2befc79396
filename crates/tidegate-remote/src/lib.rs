//! A store over HTTP: runs are recorded on a server, with the guarantees of a local file. What is acknowledged is durable on the server; a
//! server that cannot be reached holds runs back and loses nothing; what is sent again is applied once. It never runs user code and
//! keeps nothing on this machine.
//!
//! ```no_run
//! use tidegate_core::Store;
//! use tidegate_remote::{Options, Remote};
//!
//! let store = Remote::connect("http://127.0.0.1:4200/api", Options::new())?;
//! println!("recording on {}", store.info().location);
//! # Ok::<(), tidegate_core::StoreError>(())
//! ```
//!
//! ```text
//!   put, put_acknowledged, changes ──> Queue ── one batch at a time, numbered ──> server ── one transaction ──> its store
//!        ^                                                                          │
//!        └── acknowledgements, answers <────────────────────────────────────────────┘
//!   questions ── after what was put before ─────────────────────────────────────> server
//! ```

mod greeting;
mod http;
mod options;
mod outages;
mod prefect;
mod questions;
mod queue;
mod remote;
mod sender;
#[cfg(feature = "https")]
mod tls;

pub use options::Options;
pub use remote::Remote;
