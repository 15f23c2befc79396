//! A client that weighs little: one connection that is kept, one request at a time, and of the answer its status and its body. It
//! knows as much of HTTP as the servers of this comparison speak.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// How often a server that is too busy is asked again.
const TRIES: usize = 100;

/// After how long.
const PAUSE: Duration = Duration::from_millis(200);

/// A connection to a server, opened when it is needed.
pub(crate) struct Client {
    address: SocketAddr,
    stream: Option<TcpStream>,
    buffer: Vec<u8>,
    /// Where the body of the last answer begins there.
    body: usize,
}

/// What is asked: a method, a path below `/api` and a body.
#[derive(Clone)]
pub(crate) struct Request {
    head: String,
    body: String,
}

impl Request {
    pub(crate) fn get(path: &str) -> Self {
        Self { head: format!("GET /api{path} HTTP/1.1\r\n"), body: String::new() }
    }

    pub(crate) fn post(path: &str, body: &Value) -> Self {
        Self { head: format!("POST /api{path} HTTP/1.1\r\n"), body: body.to_string() }
    }

    fn text(&self) -> String {
        let Self { head, body } = self;
        format!(
            "{head}host: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
    }
}

impl Client {
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self { address, stream: None, buffer: Vec::new(), body: 0 }
    }

    /// The body of the answer, whose status has to be one of success.
    ///
    /// A server that is too busy is asked again, as Prefect's clients do.
    pub(crate) async fn ask(&mut self, request: &Request) -> &[u8] {
        let mut tries = 1;
        while self.ask_for(request).await.is_none() {
            assert!(tries < TRIES, "{} is not served: the server is too busy", request.head);
            tries += 1;
            tokio::time::sleep(PAUSE).await;
        }
        &self.buffer[self.body..]
    }

    /// As [`ask`](Self::ask), but nothing where the server says that it cannot serve now.
    pub(crate) async fn ask_for(&mut self, request: &Request) -> Option<&[u8]> {
        let (status, body) = self.try_to_ask(request).await.expect("the server answers");
        if status == 503 {
            return None;
        }
        let shown = String::from_utf8_lossy(&body[..body.len().min(1000)]);
        assert!((200..300).contains(&status), "{} gave {status}: {shown}", request.head);
        Some(&self.buffer[self.body..])
    }

    /// As [`ask`](Self::ask), the body read as JSON.
    pub(crate) async fn json(&mut self, request: &Request) -> Value {
        serde_json::from_slice(self.ask(request).await).expect("the answer is JSON")
    }

    /// The status and the body. A connection that the server has closed meanwhile is opened anew.
    pub(crate) async fn try_to_ask(&mut self, request: &Request) -> io::Result<(u16, &[u8])> {
        let text = request.text();
        let was_open = self.stream.is_some();
        let end = match self.exchange(&text).await {
            Err(error) if was_open && is_closed(&error) => self.exchange(&text).await,
            result => result,
        };
        let (status, start) = end.inspect_err(|_| self.stream = None)?;
        self.body = start;
        Ok((status, &self.buffer[start..]))
    }

    /// The status, and where the body begins in the buffer, which ends with it.
    async fn exchange(&mut self, text: &str) -> io::Result<(u16, usize)> {
        if self.stream.is_none() {
            let stream = TcpStream::connect(self.address).await?;
            stream.set_nodelay(true)?;
            self.stream = Some(stream);
        }
        let result = self.exchange_over_open(text).await;
        if result.is_err() {
            self.stream = None;
        }
        result
    }

    async fn exchange_over_open(&mut self, text: &str) -> io::Result<(u16, usize)> {
        let Some(stream) = &mut self.stream else { return Err(ErrorKind::NotConnected.into()) };
        stream.write_all(text.as_bytes()).await?;
        self.buffer.clear();
        let mut looked = 0;
        let head = loop {
            if stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(ErrorKind::ConnectionAborted.into());
            }
            let found = self.buffer[looked..].windows(4).position(|four| four == b"\r\n\r\n");
            if let Some(place) = found {
                break looked + place + 4;
            }
            looked = self.buffer.len().saturating_sub(3);
        };
        let (status, length) = read_head(&self.buffer[..head]);
        let end = head + length;
        self.buffer.reserve(end.saturating_sub(self.buffer.len()));
        while self.buffer.len() < end {
            if stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
        Ok((status, head))
    }
}

fn is_closed(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset | ErrorKind::BrokenPipe
    )
}

/// The status and the length of the body.
fn read_head(head: &[u8]) -> (u16, usize) {
    let head = std::str::from_utf8(head).expect("the head is ASCII");
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok());
    let length = lines.find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
    });
    (status.expect("there is a status"), length.expect("the length of the body is told"))
}
