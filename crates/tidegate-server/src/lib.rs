//! The server: Prefect's HTTP API, live updates and a web UI over one [`Store`](tidegate_core::Store). It may look at a store
//! whose runs other processes own, and it never runs user code.
//!
//! ```no_run
//! use std::sync::Arc;
//!
//! use tidegate_core::Store;
//! use tidegate_server::{Config, Server};
//! use tidegate_store::{Options, Sqlite};
//! use tokio_util::sync::CancellationToken;
//!
//! # async fn serve() -> Result<(), Box<dyn std::error::Error>> {
//! let store: Arc<dyn Store> = Arc::new(Sqlite::open(Options::file("tidegate.db"))?);
//! let server = Server::bind(store, Config::new()).await?;
//! println!("listening on http://{}", server.address());
//! server.run(CancellationToken::new()).await?;
//! # Ok(())
//! # }
//! ```
//!
//! An application that has a web server already nests [`router`] in it.

mod api;
mod app;
mod block;
mod change;
mod config;
mod document;
mod error;
mod flows;
mod limit;
mod metrics;
mod patience;
mod remote;
mod route;
mod security;
mod serve;
mod state;
mod ui;

pub use app::{RouteInfo, router, routes};
pub use config::{Config, InvalidConfig};
pub use document::openapi;
pub use limit::RateLimit;
pub use route::Scope;
pub use security::{ApiKey, InvalidApiKey};
pub use serve::{ServeError, Server};
