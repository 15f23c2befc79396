//! The server on a real socket: it stops in good order, and bounds what it takes.

use std::time::Duration;

use tidegate_server::{Config, ServeError, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

use crate::asking::store;

fn anywhere() -> Config {
    Config::new().address(([127, 0, 0, 1], 0).into())
}

/// Sends this text on a connection of its own, and gives all that comes back.
async fn exchange(server: std::net::SocketAddr, text: &str) -> String {
    let mut stream = TcpStream::connect(server).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn a_server_answers_until_it_is_stopped_and_then_lets_nobody_in() {
    let server = Server::bind(store(), anywhere()).await.unwrap();
    let (address, stop) = (server.address(), CancellationToken::new());
    let running = tokio::task::JoinSet::from_iter([server.run(stop.clone())]);
    let get = "GET /api/health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    let answer = exchange(address, get).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("true"), "{answer}");

    // A connection that says nothing holds nobody up.
    let idle = TcpStream::connect(address).await.unwrap();
    stop.cancel();
    let stopped = tokio::time::timeout(Duration::from_secs(60), running.join_all()).await.unwrap();
    assert!(stopped.into_iter().all(|ended| ended.is_ok()));
    drop(idle);
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let server = Server::bind(store(), anywhere()).await.unwrap();
    let (address, stop) = (server.address(), CancellationToken::new());
    let running = tokio::task::JoinSet::from_iter([server.run(stop.clone())]);
    let headers: String = (0..200).map(|n| format!("x-{n}: y\r\n")).collect();
    let many = format!("GET /api/health HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n");
    let answer = exchange(address, &many).await;
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    stop.cancel();
    running.join_all().await;
}

#[tokio::test]
async fn two_servers_cannot_listen_in_one_place() {
    let first = Server::bind(store(), anywhere()).await.unwrap();
    let second = Server::bind(store(), Config::new().address(first.address())).await;
    let Err(ServeError::Listen { address, .. }) = second else { panic!("{second:?}") };
    assert_eq!(address, first.address());
}
