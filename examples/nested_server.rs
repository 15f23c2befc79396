//! A web application that has Tidegate's pages and API in it, beside its own routes. It has a server already, so it needs no second one.
//!
//! ```text
//! cargo run --example nested_server
//! ```

use std::sync::Arc;

use axum::Router;
use axum::routing::post;
use tidegate::Engine;
use tidegate::prelude::*;
use tidegate_examples::{ask, send};
use tokio::net::TcpListener;

#[flow]
async fn import(rows: u32) -> u32 {
    rows * 2
}

#[tokio::main]
async fn main() -> Result<()> {
    let engine = Engine::builder().open()?;
    let store = Arc::clone(engine.store().expect("it was opened with a database"));

    // Whoever can reach the application must say who they are, if that is not this machine alone: see `Config`.
    let records = tidegate_server::router(store, tidegate_server::Config::new());
    let importing = engine.clone();
    let import = post(move || async move {
        importing.run(import(21)).await.map_or_else(|error| error.to_string(), |n| n.to_string())
    });
    let application = Router::new().route("/import", import).merge(records);

    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    println!("The application is at http://{address}/import, the runs at http://{address}/runs");
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = axum::serve(listener, application).with_graceful_shutdown(async {
        let _ = stopped.await;
    });
    let visitor = async {
        println!("Imported {}", send(address, "/import").await?);
        let runs = ask(address, "/runs").await?;
        println!("import: {}", if runs.contains("import") { "on the page" } else { "missing" });
        drop(stop);
        Ok::<_, tidegate::Error>(())
    };
    let (served, visited) = tokio::join!(serving.into_future(), visitor);
    served?;
    visited?;
    engine.close().await
}
