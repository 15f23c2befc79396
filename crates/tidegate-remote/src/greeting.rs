//! Which server there is at an address: one of Tidegate, which takes whole batches, or one of Prefect, which is told of runs. It only asks.

use std::time::{Duration, Instant};

use tidegate_core::store::{Greeting, StoreError, StoreErrorKind, StoreInfo};

use crate::http::{Server, Trouble};
use crate::outages::Pauses;
use crate::remote::senseless;

/// How long the server may take to say which it is.
const GREETING_TIME: Duration = Duration::from_secs(5);

/// Which server there is.
pub(crate) enum Found {
    /// One of Tidegate, whose schema has this version.
    Tidegate(u32),
    /// One of Prefect.
    Prefect,
}

impl Found {
    pub(crate) fn info(&self, server: &Server) -> StoreInfo {
        match self {
            Self::Tidegate(version) => StoreInfo::new(server.url(), *version, true),
            Self::Prefect => StoreInfo::new(server.url(), 1, true),
        }
    }
}

/// Asks the server which it is, for so long.
pub(crate) async fn greet(server: &Server, within: Duration) -> Result<Found, StoreError> {
    let (began, mut pauses) = (Instant::now(), Pauses::default());
    loop {
        let trouble = match server.get("/tidegate/store", GREETING_TIME).await {
            Ok(json) => {
                let greeting: Greeting = serde_json::from_slice(&json).map_err(senseless)?;
                if greeting.protocol != Greeting::PROTOCOL {
                    return Err(StoreError::new(
                        StoreErrorKind::Newer,
                        format_args!(
                            "the server {} speaks version {} of the protocol of stores, and this program version {}: use the same release \
                             of Tidegate on both sides",
                            server.url(),
                            greeting.protocol,
                            Greeting::PROTOCOL
                        ),
                    ));
                }
                return Ok(Found::Tidegate(greeting.info.schema_version));
            }
            Err(Trouble::NotFound) => match server.get("/admin/version", GREETING_TIME).await {
                Ok(version) => {
                    tracing::info!(
                        target: "tidegate::remote",
                        "the server {} is one of Prefect ({}): runs are recorded on it, and what it has no room for is kept by this process",
                        server.url(), String::from_utf8_lossy(&version)
                    );
                    return Ok(Found::Prefect);
                }
                Err(trouble) => trouble,
            },
            Err(trouble) => trouble,
        };
        let error = trouble.error(server.url());
        let may_come = matches!(trouble, Trouble::Unreachable { .. });
        if !may_come || began.elapsed() >= within {
            return Err(StoreError::new(StoreErrorKind::Unopenable, error));
        }
        tokio::time::sleep(pauses.next()).await;
    }
}
