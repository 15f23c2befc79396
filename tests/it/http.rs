//! Asking a server over HTTP, as far as these tests go.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

/// Asks a server, on a thread of its own.
pub(crate) async fn ask(server: SocketAddr, head: &str, body: &str) -> String {
    let request = format!(
        "{head} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let answered = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(server)?;
        stream.write_all(request.as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok::<_, std::io::Error>(answer)
    });
    answered.await.unwrap().unwrap()
}
