//! This program as a server: `server-peers serve floor|full|process DATABASE PORT`. What it serves with is the library and nothing else.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use tidegate_server::{Config, Server};
use tidegate_store::{Options, Sqlite};
use tokio_util::sync::CancellationToken;

use crate::floors;

/// Serves until the process is ended, if the command line asks for that.
pub(crate) fn as_child() -> bool {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let [verb, what, database, port] = given.as_slice() else { return false };
    assert_eq!(verb, "serve", "what this program does as a child");
    let port = port.parse().expect("PORT is a number");
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.expect("a runtime starts").block_on(async {
        match what.as_str() {
            "floor" => floors::serve(address).await,
            durability => serve(durability, database, address).await,
        }
    });
    true
}

async fn serve(durability: &str, database: &str, address: SocketAddr) {
    let durability = durability.parse().expect("DURABILITY is a level of it");
    let store = Sqlite::open(Options::file(database).durability(durability));
    let store = Arc::new(store.expect("the database can be opened"));
    let server = Server::bind(store, Config::new().address(address)).await.expect("it can listen");
    server.run(CancellationToken::new()).await.expect("what was put is durable");
}
