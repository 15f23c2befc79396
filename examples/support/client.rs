//! The HTTP clients of the examples.

use std::time::Duration;

use reqwest::{Certificate, Client, ClientBuilder};
use tidegate::Error;

/// A client for the network. It gives up soon, and knows whom to trust on machines without certificates of their own as well.
pub(crate) fn for_the_network() -> Result<Client, Error> {
    let known = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter();
    let known = known.map(|der| Certificate::from_der(der)).collect::<Result<Vec<_>, _>>()?;
    Ok(builder().tls_certs_merge(known).build()?)
}

/// A client for servers on this machine, which no proxy can reach.
pub(crate) fn for_this_machine() -> Result<Client, Error> {
    Ok(builder().no_proxy().tls_certs_only([]).build()?)
}

fn builder() -> ClientBuilder {
    // Refused only where one is installed already, which does as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().connect_timeout(Duration::from_secs(2)).timeout(Duration::from_secs(3))
}
