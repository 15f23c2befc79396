//! Buckets of the clouds as file systems, on the crate `object_store`. What they have in common is here, and what is of one cloud in a
//! file of its own.

#[cfg(feature = "azure")]
mod azure;
mod client;
#[cfg(feature = "gcs")]
mod gcs;
#[cfg(feature = "s3")]
mod s3;

use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, RetryConfig};

use crate::error::{Error, Kind};

#[cfg(feature = "azure")]
pub use azure::{AzureBlobStorageContainer, AzureBlobStorageCredentials};
#[cfg(feature = "gcs")]
pub use gcs::{GcpCredentials, GcsBucket};
#[cfg(feature = "s3")]
pub use s3::{AwsClientParameters, AwsCredentials, MinIoCredentials, S3Bucket, S3Credentials};

/// How often a request is made again by itself. Beyond that it is for the retries of the run.
fn retries() -> RetryConfig {
    RetryConfig { max_retries: 3, retry_timeout: Duration::from_secs(30), ..RetryConfig::default() }
}

/// A bucket, opened for one of the blocks.
struct Bucket {
    block: &'static str,
    store: Arc<dyn ObjectStore>,
    /// What stands before a key where it is told.
    address: String,
    folder: String,
}

impl Bucket {
    async fn read(&self, path: &str) -> Result<Vec<u8>, Error> {
        let key = self.key(path)?;
        let found = match self.store.get(&key).await {
            Ok(found) => found.bytes().await,
            Err(error) => Err(error),
        };
        Ok(found.map_err(|error| self.failed(&key, error))?.to_vec())
    }

    async fn write(&self, path: &str, content: Vec<u8>) -> Result<String, Error> {
        let key = self.key(path)?;
        self.store.put(&key, content.into()).await.map_err(|error| self.failed(&key, error))?;
        Ok(format!("{}/{key}", self.address))
    }

    /// The key of a path, which is below the folder.
    fn key(&self, path: &str) -> Result<Path, Error> {
        let folder = self.folder.trim_matches('/');
        let key = if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") };
        Path::parse(&key).map_err(|error| {
            Error::new(self.block, Kind::Invalid, format!("the path '{path}' is no key: {error}"))
        })
    }

    fn failed(&self, key: &Path, error: object_store::Error) -> Error {
        let (kind, what) = if matches!(error, object_store::Error::NotFound { .. }) {
            (Kind::NotFound, "there is nothing under")
        } else {
            (Kind::Other, "the service did not do what it was asked for with")
        };
        Error::new(self.block, kind, format!("{what} {}/{key}", self.address)).caused_by(error)
    }
}

/// What is in a block of credentials makes no client.
fn unusable(block: &'static str, why: impl Display) -> Error {
    Error::new(block, Kind::Invalid, why)
}
