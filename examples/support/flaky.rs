//! A shop for `retries`: its server takes an order, or fails, by chance.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use hyper::StatusCode;
use reqwest::Client;
use tidegate::Error;

use crate::client;
use crate::loopback::Loopback;

/// A shop with a server on this machine, which answers 200 or 500 by chance, and 404 to orders for what it does not have.
pub struct FlakyShop {
    client: Client,
    server: Loopback,
}

impl FlakyShop {
    /// Opens the shop. The same seed gives the same luck.
    ///
    /// # Errors
    ///
    /// This machine has no room for a client or a server.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn open(seed: u64) -> Result<Self, Error> {
        let luck = Mutex::new(fastrand::Rng::with_seed(seed));
        let server = Loopback::start(move |request| {
            if request.uri().path().ends_with("unicorn") {
                return (StatusCode::NOT_FOUND, String::new());
            }
            if luck.lock().unwrap_or_else(PoisonError::into_inner).bool() {
                (StatusCode::OK, "\"on its way\"".to_owned())
            } else {
                (StatusCode::INTERNAL_SERVER_ERROR, String::new())
            }
        });
        Ok(Self { client: client::for_this_machine()?, server: server.await? })
    }

    /// Places an order over HTTP.
    ///
    /// # Errors
    ///
    /// The server refuses.
    ///
    /// # Cancel safety
    ///
    /// The order may have been placed.
    pub async fn order(&self, item: &str) -> reqwest::Result<String> {
        let url = format!("{}/orders/{item}", self.server.url());
        self.client.post(url).send().await?.error_for_status()?.json().await
    }
}

/// As it is recorded with the parameters of a run.
impl fmt::Debug for FlakyShop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.server.url())
    }
}
