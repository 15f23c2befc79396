//! A small HTTP server on 127.0.0.1, at a port that is free. It ends when it is dropped.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// A server that is running.
#[derive(Debug)]
pub(crate) struct Loopback {
    address: SocketAddr,
    _serving: JoinSet<()>,
}

impl Loopback {
    /// Starts a server that gives these answers, as JSON.
    pub(crate) async fn start<A>(answer: A) -> io::Result<Self>
    where
        A: Fn(&Request<Incoming>) -> (StatusCode, String) + Send + Sync + 'static,
    {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let mut serving = JoinSet::new();
        serving.spawn(serve(listener, Arc::new(answer)));
        Ok(Self { address, _serving: serving })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

async fn serve<A>(listener: TcpListener, answer: Arc<A>)
where
    A: Fn(&Request<Incoming>) -> (StatusCode, String) + Send + Sync + 'static,
{
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let answer = Arc::clone(&answer);
        let service = service_fn(move |request| {
            let response = response(answer(&request));
            async { Ok::<_, Infallible>(response) }
        });
        connections.spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

fn response((status, body): (StatusCode, String)) -> Response<String> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
}
