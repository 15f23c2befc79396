//! A server that listens by itself, and stops in good order. Applications that have a web server use the router alone.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tidegate_core::{Store, StoreError};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::app::with_state;
use crate::config::{Config, InvalidConfig};
use crate::security::Crowd;
use crate::state::AppState;

/// How many connections there are at once; more wait to be accepted.
const CONNECTIONS: usize = 1024;

/// How long the head of a request may take to arrive.
const HEAD_TIME: Duration = Duration::from_secs(30);

/// How many bytes the head of a request may have.
const HEAD_LIMIT: usize = 64 * 1024;

/// How many headers a request may have.
const HEADERS: usize = 100;

/// How long what is under way may take to end once the server is to stop.
const GRACE: Duration = Duration::from_secs(10);

/// A server that listens, and answers once it is [run](Server::run).
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    state: AppState,
}

/// A server cannot be run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// Its settings are not good.
    #[error(transparent)]
    Config(#[from] InvalidConfig),
    /// Its store cannot say which keys there are.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It cannot listen where it should.
    #[error("the server cannot listen on {address}: is another one running there?")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
}

impl Server {
    /// Listens where the settings say. Whoever calls is answered once it is [run](Self::run).
    ///
    /// # Errors
    ///
    /// The settings are not good (see [`Config::check`]), or nothing can listen there.
    pub async fn bind(store: Arc<dyn Store>, config: Config) -> Result<Self, ServeError> {
        let address = config.address;
        let state = AppState::new(store, config);
        // A key in the store guards it as well as a password does.
        state.config().stored.refresh(state.store(), state.now()).await?;
        state.config().check()?;
        let listen = |source| ServeError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        Ok(Self { listener, address, state })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whether callers must say who they are: because there is a password, or a key.
    #[must_use]
    pub fn asks_who_calls(&self) -> bool {
        self.state.config().asks_who_calls()
    }

    /// Answers until `stop` is cancelled. Then nobody is let in any more, streams end, requests that are under way have ten seconds to
    /// end, and what was put into the store is made durable. The store stays open: it is its owner's.
    ///
    /// # Errors
    ///
    /// What was put into the store could not be made durable.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future closes the socket at once; requests that are under way are not awaited.
    pub async fn run(self, stop: CancellationToken) -> Result<(), StoreError> {
        let Self { listener, state, .. } = self;
        let router = with_state(state.clone());
        let _stop_when_dropped = state.stop().clone().drop_guard();
        let room = Arc::new(Semaphore::new(CONNECTIONS));
        let addresses = Crowd::default();
        loop {
            let accepted = tokio::select! {
                () = stop.cancelled() => break,
                accepted = accept(&listener, &room) => accepted,
            };
            let Some((stream, address, permit)) = accepted else { continue };
            let each = state.config().limits.connections;
            // Everyone behind a proxy on this machine is at one address.
            let each = if address.ip().is_loopback() { CONNECTIONS } else { each };
            let Some(place) = addresses.enter(address.ip(), each, CONNECTIONS) else {
                state.counts().refused();
                continue;
            };
            let (router, state_of_it) = (router.clone(), state.clone());
            state.tasks().spawn(async move {
                connection(stream, address, router, state_of_it).await;
                drop((place, permit));
            });
        }
        drop(listener);
        state.stop().cancel();
        state.tasks().close();
        if tokio::time::timeout(GRACE, state.tasks().wait()).await.is_err() {
            tracing::warn!(
                target: "tidegate::server",
                "{} connections were still busy after {GRACE:?}, and are closed", state.tasks().len()
            );
        }
        state.store().flush().await
    }
}

/// The next connection, once there is room for one.
async fn accept(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit)> {
    let permit = Arc::clone(room).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, address)) => {
            // Answers are written whole, so nothing is gained by waiting for more.
            let _ = stream.set_nodelay(true);
            Some((stream, address, permit))
        }
        Err(error) => {
            tracing::warn!(target: "tidegate::server", "a connection could not be accepted: {error}");
            // Most likely there are no more file descriptors: others must end first.
            tokio::time::sleep(Duration::from_millis(100)).await;
            None
        }
    }
}

/// Answers the requests of one connection, until it ends or the server is to stop.
async fn connection(stream: TcpStream, address: SocketAddr, router: Router, state: AppState) {
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(address));
        router.call(request)
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_buf_size(HEAD_LIMIT)
        .max_headers(HEADERS);
    let mut connection =
        std::pin::pin!(http.serve_connection(TokioIo::new(stream), service).with_upgrades());
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = state.stop().cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(target: "tidegate::server", "a connection broke: {error}");
    }
}
