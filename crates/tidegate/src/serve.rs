//! Serving the records of an engine: Prefect's API and pages, in the process that runs the flows. It answers nothing by itself; that is the
//! crate `tidegate-server`.

use std::fmt;
use std::future::IntoFuture;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;

use futures_util::future::BoxFuture;
use tidegate_server::{Config, ServeError, Server};

use crate::engine::{Engine, Here, Served};
use crate::error::{Error, Result};

/// Serves the records of an engine: see [`Engine::serve`].
#[must_use = "nothing listens until this is awaited"]
pub struct Serve {
    engine: Engine,
    address: io::Result<SocketAddr>,
    config: Config,
}

/// A server that runs beside the flows of its engine. It stops in good order by [`stop`](Self::stop), when its engine is closed, or when
/// this is dropped.
#[derive(Debug)]
pub struct ServerHandle {
    address: SocketAddr,
    asks_who_calls: bool,
    served: Served,
}

impl Engine {
    /// Serves the records of this engine at an address: pages for people at `/`, Prefect's API at `/api`. Awaited, it listens, and gives the
    /// server, which runs beside what the program does; flows of this and of other processes that share the database are seen as they go
    /// on. Port 0 is any that is free.
    ///
    /// While it serves, the engine sees to the runs of owners that died, which become CRASHED, and to suspended runs whose time is up.
    ///
    /// It listens on loopback unless callers have to say who they are: because of a password (see [`basic_auth`](Serve::basic_auth)), or because
    /// there is a key in the database. An application that has a web
    /// server already nests `tidegate_server::router` in it instead.
    ///
    /// ```
    /// use tidegate::prelude::*;
    ///
    /// #[flow]
    /// async fn greet(name: String) -> String {
    ///     format!("Hello, {name}")
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
    /// let engine = tidegate::Engine::builder().database("sqlite::memory:").open()?;
    /// let server = engine.serve("127.0.0.1:0").await?;
    /// println!("look at {}", server.url());
    /// engine.run(greet("Ada".into())).await?;
    /// server.stop().await?;
    /// # Ok(()) }
    /// ```
    pub fn serve(&self, address: impl ToSocketAddrs) -> Serve {
        let address = address.to_socket_addrs().and_then(|mut found| {
            found.next().ok_or_else(|| io::Error::other("there is no such address"))
        });
        Serve { engine: self.clone(), address, config: self.server_config() }
    }

    /// Where the settings have a server listen: `TIDEGATE_SERVER_HOST` and `TIDEGATE_SERVER_PORT`.
    #[must_use]
    pub fn server_address(&self) -> SocketAddr {
        self.settings().server.address()
    }

    /// What the settings say to a server of this engine.
    fn server_config(&self) -> Config {
        let settings = &self.settings().server;
        let mut config = Config::new().clock(self.clock()).owner(Arc::new(Here::of(self)));
        for name in &settings.allowed_hosts {
            config = config.host(name);
        }
        if let Some(login) = &settings.auth {
            config = config.basic_auth(login.reveal());
        }
        #[cfg(feature = "blocks")]
        if let Ok(vault) = self.vault() {
            config = config.vault(vault);
        }
        config
    }
}

impl Serve {
    /// Asks callers for a user and a password (`user:password`), instead of `TIDEGATE_SERVER_AUTH`.
    pub fn basic_auth(mut self, user_and_password: impl AsRef<str>) -> Self {
        self.config = self.config.basic_auth(user_and_password);
        self
    }

    /// Answers requests that were sent to this name too, as well as those of `TIDEGATE_SERVER_ALLOWED_HOSTS`: the name that other machines
    /// or a proxy know it by.
    pub fn allow_host(mut self, name: impl Into<String>) -> Self {
        self.config = self.config.host(name);
        self
    }

    /// As when it is awaited, for whoever asks why it does not listen.
    pub(crate) async fn listen(self) -> Result<std::result::Result<ServerHandle, ServeError>> {
        let address = self.address.map_err(|error| {
            Error::configuration(format!("the server cannot listen there: {error}"))
        })?;
        let store = Arc::clone(self.engine.require_store()?);
        Ok(match Server::bind(store, self.config.address(address)).await {
            Ok(server) => {
                let (address, asks_who_calls) = (server.address(), server.asks_who_calls());
                Ok(ServerHandle { address, asks_who_calls, served: self.engine.run_server(server) })
            }
            Err(error) => Err(error),
        })
    }
}

/// # Errors
///
/// Nothing can listen there, because another program does or the system refuses; it could be reached from elsewhere and asks nobody who they
/// are; or the engine keeps no records.
///
/// # Cancel safety
///
/// Cancel safe: it listens or not.
impl IntoFuture for Serve {
    type Output = Result<ServerHandle>;
    type IntoFuture = BoxFuture<'static, Result<ServerHandle>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async {
            self.listen().await?.map_err(|error| Error::configuration(error.to_string()))
        })
    }
}

impl fmt::Debug for Serve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Serve").field("address", &self.address).finish_non_exhaustive()
    }
}

impl ServerHandle {
    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whether callers must say who they are: because there is a password, or a key in the database.
    #[must_use]
    pub fn asks_who_calls(&self) -> bool {
        self.asks_who_calls
    }

    /// What a browser on this machine opens: `http://127.0.0.1:4200`.
    #[must_use]
    pub fn url(&self) -> String {
        let mut address = self.address;
        if address.ip().is_unspecified() {
            let loopback = match address {
                SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
                SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
            };
            address.set_ip(loopback);
        }
        format!("http://{address}")
    }

    /// What Prefect's clients are told as `PREFECT_API_URL`: `http://127.0.0.1:4200/api`.
    #[must_use]
    pub fn api_url(&self) -> String {
        format!("{}/api", self.url())
    }

    /// Stops it: nobody is let in any more, requests that are under way are answered, and streams end. Its engine stays open.
    ///
    /// # Errors
    ///
    /// What it put into the store could not be made durable.
    ///
    /// # Cancel safety
    ///
    /// Once polled it stops, whether or not this is awaited to its end.
    pub async fn stop(self) -> Result<()> {
        self.served.stop.cancel();
        self.stopped().await
    }

    /// Waits until it has stopped because its engine is closed: for a program that does nothing but serve, as in
    /// `engine.run_until_signal(server.stopped())`.
    ///
    /// # Errors
    ///
    /// What it put into the store could not be made durable.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future stops the server, as dropping its handle does.
    pub async fn stopped(mut self) -> Result<()> {
        match (&mut self.served.end).await {
            Ok(ended) => ended.map_err(|error| Error::store(None, error)),
            // The runtime that it ran on has ended.
            Err(_) => Ok(()),
        }
    }
}

impl Drop for ServerHandle {
    fn drop(&mut self) {
        self.served.stop.cancel();
    }
}
