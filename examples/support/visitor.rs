//! A visitor of a server on loopback.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What a server answers to `GET`.
///
/// # Errors
///
/// It cannot be reached.
pub async fn ask(server: SocketAddr, path: &str) -> io::Result<String> {
    exchange(server, "GET", path).await
}

/// What a server answers to `POST` without a body.
///
/// # Errors
///
/// It cannot be reached.
pub async fn send(server: SocketAddr, path: &str) -> io::Result<String> {
    exchange(server, "POST", path).await
}

async fn exchange(server: SocketAddr, method: &str, path: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(server).await?;
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {server}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer.split_once("\r\n\r\n").map_or_else(String::new, |(_, body)| body.to_owned()))
}
