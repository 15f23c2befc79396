//! The settings of a server as values of their types: where it listens, and whom it answers. What a server makes of them is its business.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

/// What a server goes by that is told nothing else.
#[derive(Clone, Debug)]
pub(crate) struct ServerSettings {
    pub(crate) host: IpAddr,
    pub(crate) port: u16,
    pub(crate) allowed_hosts: Vec<String>,
    pub(crate) auth: Option<Login>,
}

impl ServerSettings {
    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        SocketAddr::new(self.host, self.port)
    }
}

/// A `user:password`.
#[derive(Clone)]
pub(crate) struct Login(String);

impl Login {
    pub(super) fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// For whoever checks it.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

/// Without what it is.
impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("**********")
    }
}

/// The names in a list with commas.
pub(super) fn listed(names: &str) -> Vec<String> {
    let names = names.split(',').map(str::trim).filter(|name| !name.is_empty());
    names.map(str::to_owned).collect()
}
