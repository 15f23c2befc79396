//! An HTTP server on this machine that answers what the test says and remembers what it was asked.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{HeaderMap, Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// A request as it came.
pub(super) struct Asked {
    /// Method and target.
    pub(super) line: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Asked {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(super) fn json(&self) -> Value {
        assert_eq!(self.header("content-type"), Some("application/json"));
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// What is answered: a status, headers, a body.
#[derive(Clone)]
pub(super) struct Answer(pub(super) u16, pub(super) Vec<(&'static str, String)>, pub(super) String);

impl Answer {
    pub(super) fn of(status: u16, body: &str) -> Self {
        Self(status, Vec::new(), body.to_owned())
    }

    pub(super) fn redirect(status: u16, to: impl Into<String>) -> Self {
        Self(status, vec![("location", to.into())], String::new())
    }
}

type Shared<T> = Arc<Mutex<T>>;

/// A server that is running; it ends when it is dropped.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    asked: Shared<Vec<Asked>>,
    _serving: JoinSet<()>,
}

impl Server {
    /// One at 127.0.0.1 that gives these answers in order, and the last one ever after.
    pub(super) async fn start(answers: impl IntoIterator<Item = Answer>) -> Self {
        Self::at((Ipv4Addr::LOCALHOST, 0).into(), answers).await
    }

    pub(super) async fn at(place: SocketAddr, answers: impl IntoIterator<Item = Answer>) -> Self {
        let listener = TcpListener::bind(place).await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Shared::default();
        let answers = Arc::new(Mutex::new(answers.into_iter().collect()));
        let mut serving = JoinSet::new();
        serving.spawn(serve(listener, Arc::clone(&asked), answers));
        Self { address, asked, _serving: serving }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(super) fn ip(&self) -> IpAddr {
        self.address.ip()
    }

    /// What it was asked since somebody last wanted to know.
    pub(super) fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }

    /// The one thing it was asked.
    pub(super) fn one(&self) -> Asked {
        let mut asked = self.asked();
        assert_eq!(asked.len(), 1, "it was asked once");
        asked.remove(0)
    }
}

async fn serve(
    listener: TcpListener,
    asked: Shared<Vec<Asked>>,
    answers: Shared<VecDeque<Answer>>,
) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let (asked, answers) = (Arc::clone(&asked), Arc::clone(&answers));
        let service = service_fn(move |request: Request<Incoming>| {
            let (asked, answers) = (Arc::clone(&asked), Arc::clone(&answers));
            async move {
                let (head, body) = request.into_parts();
                let body = body.collect().await.unwrap().to_bytes().to_vec();
                let line = format!("{} {}", head.method, head.uri);
                asked.lock().unwrap().push(Asked { line, headers: head.headers, body });
                Ok::<_, Infallible>(response(&answers))
            }
        });
        connections.spawn(async move {
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

fn response(answers: &Mutex<VecDeque<Answer>>) -> Response<Full<Bytes>> {
    let mut answers = answers.lock().unwrap();
    let next = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
    let Answer(status, headers, body) = next.unwrap();
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(name, value);
    }
    response.body(Full::new(body.into())).unwrap()
}
