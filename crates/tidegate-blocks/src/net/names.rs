//! Names of hosts become addresses here. What was checked is what is connected to: the client gets the checked addresses and asks nobody
//! again.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::Reach;

/// Asks for the addresses of a name.
pub(crate) trait LookUp: Send + Sync + 'static {
    fn look_up(&self, host: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}

/// The names that this machine knows.
pub(crate) struct System;

impl LookUp for System {
    fn look_up(&self, host: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let host = host.to_owned();
        async move {
            let found = tokio::net::lookup_host((host, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        }
        .boxed()
    }
}

/// The addresses that the client is given: of a name with one that may not be reached, none.
pub(super) struct Checked {
    pub(super) names: Arc<dyn LookUp>,
    pub(super) reach: Reach,
}

impl Resolve for Checked {
    fn resolve(&self, name: Name) -> Resolving {
        let found = self.names.look_up(name.as_str());
        let reach = self.reach;
        Box::pin(async move {
            let found = found.await.map_err(|error| Unknown(error.kind()))?;
            if found.is_empty() {
                return Err(Unknown(io::ErrorKind::NotFound).into());
            }
            found.iter().try_for_each(|address| reach.check(*address))?;
            // The client puts the port of the address in the place of 0.
            let addresses: Addrs = Box::new(found.into_iter().map(|ip| SocketAddr::new(ip, 0)));
            Ok(addresses)
        })
    }
}

/// The name has no address. Which name is not told: it may be part of a secret.
#[derive(Debug, thiserror::Error)]
#[error("the name of its host has no address ({0}); see whether the URL of the block is right")]
struct Unknown(io::ErrorKind);
