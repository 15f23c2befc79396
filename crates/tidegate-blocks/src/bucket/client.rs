//! The HTTP client of the buckets: the TLS of the other blocks, and no limit to addresses, since buckets of one's own are in one's own
//! network.

use std::time::Duration;

use object_store::ClientOptions;
use object_store::client::{HttpClient, HttpConnector};

use crate::tls;

/// How long one attempt to connect may take.
const CONNECT: Duration = Duration::from_secs(5);

/// How long a service may say nothing.
const SILENCE: Duration = Duration::from_secs(30);

/// Makes clients for `object_store`.
#[derive(Debug)]
pub(super) struct Connector;

impl HttpConnector for Connector {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls::usual())
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT)
            .read_timeout(SILENCE)
            .user_agent(concat!("tidegate/", env!("CARGO_PKG_VERSION")))
            .build();
        client.map(HttpClient::new).map_err(|error| object_store::Error::Generic {
            store: "HTTP",
            source: Box::new(error),
        })
    }
}
