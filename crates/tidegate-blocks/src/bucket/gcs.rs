//! Buckets of Google Cloud Storage.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use object_store::ObjectStore;
use object_store::gcp::GoogleCloudStorageBuilder;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use tidegate::block::{Credentials, Nested, ReadPath, WritePath};
use tidegate::{Block, Result, Secret};

use super::client::Connector;
use super::{Bucket, retries, unusable};

/// What lets in at Google Cloud. Without an account it is found where Google's own programs find it.
///
/// ```
/// use tidegate_blocks::GcpCredentials;
///
/// let flows = GcpCredentials::from_file("/etc/tidegate/flows.json");
/// assert!(flows.service_account_info.is_none());
/// ```
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema, Block)]
#[block(
    name = "GCP Credentials",
    slug = "gcp-credentials",
    documentation_url = "https://docs.prefect.io/integrations/prefect-gcp",
    capabilities(Credentials)
)]
pub struct GcpCredentials {
    /// Path to the service account JSON keyfile.
    #[serde(default)]
    pub service_account_file: Option<String>,
    /// The contents of the keyfile.
    #[serde(default, deserialize_with = "info")]
    pub service_account_info: Option<Secret>,
    /// The project.
    #[serde(default)]
    pub project: Option<String>,
}

/// The keyfile as a text, or as the JSON that it is.
fn info<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
    Ok(match Option::<Value>::deserialize(deserializer)? {
        None => None,
        Some(Value::String(text)) => Some(Secret::new(text)),
        Some(json) => Some(Secret::new(json.to_string())),
    })
}

impl GcpCredentials {
    const NAME: &str = "GCP Credentials";

    /// The account of a keyfile.
    #[must_use]
    pub fn from_file(path: impl Into<String>) -> Self {
        Self { service_account_file: Some(path.into()), ..Self::default() }
    }

    /// The account of what is in a keyfile.
    #[must_use]
    pub fn from_info(json: impl Into<String>) -> Self {
        Self { service_account_info: Some(Secret::new(json.into())), ..Self::default() }
    }
}

impl Credentials for GcpCredentials {
    type Client = GoogleCloudStorageBuilder;

    fn client(&self) -> Result<GoogleCloudStorageBuilder> {
        let client = || {
            GoogleCloudStorageBuilder::new().with_http_connector(Connector).with_retry(retries())
        };
        match (&self.service_account_file, &self.service_account_info) {
            (Some(_), Some(_)) => {
                let why =
                    "it has both `service_account_file` and `service_account_info`; leave one out";
                Err(unusable(Self::NAME, why).into())
            }
            (Some(file), None) => Ok(client().with_service_account_path(file)),
            (None, Some(info)) => Ok(client().with_service_account_key(info.expose())),
            (None, None) => Ok(GoogleCloudStorageBuilder::from_env()
                .with_http_connector(Connector)
                .with_retry(retries())),
        }
    }
}

/// Keeps objects in a bucket of Google Cloud Storage.
///
/// ```no_run
/// use tidegate::block::ReadPath;
/// use tidegate_blocks::{GcpCredentials, GcsBucket};
///
/// # async fn example() -> tidegate::Result<()> {
/// let reports = GcsBucket::new("acme-reports", GcpCredentials::from_file("flows.json"));
/// let rain = reports.read_path("2026/bergen.csv").await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Block)]
#[block(
    name = "GCS Bucket",
    slug = "gcs-bucket",
    documentation_url = "https://docs.prefect.io/integrations/prefect-gcp",
    capabilities(ReadPath, WritePath)
)]
pub struct GcsBucket {
    /// Name of the bucket.
    pub bucket: String,
    /// The credentials to authenticate with GCP.
    #[serde(default = "from_surroundings")]
    pub gcp_credentials: Nested<GcpCredentials>,
    /// A folder in the bucket that every path is below.
    #[serde(default)]
    pub bucket_folder: String,
}

fn from_surroundings() -> Nested<GcpCredentials> {
    GcpCredentials::default().into()
}

impl GcsBucket {
    const NAME: &str = "GCS Bucket";

    /// The bucket of this name.
    #[must_use]
    pub fn new(bucket: impl Into<String>, credentials: impl Into<Nested<GcpCredentials>>) -> Self {
        Self {
            bucket: bucket.into(),
            gcp_credentials: credentials.into(),
            bucket_folder: String::new(),
        }
    }

    /// The bucket as the crate `object_store` knows it, without the folder: to be kept by who reads and writes much, and for results.
    ///
    /// # Errors
    ///
    /// What is in the block makes no client.
    pub fn store(&self) -> Result<Arc<dyn ObjectStore>> {
        let store = self.gcp_credentials.client()?.with_bucket_name(&self.bucket).build();
        Ok(Arc::new(store.map_err(|error| {
            unusable(Self::NAME, "no client can be made of it").caused_by(error)
        })?))
    }

    fn open(&self) -> Result<Bucket> {
        Ok(Bucket {
            block: Self::NAME,
            store: self.store()?,
            address: format!("gs://{}", self.bucket),
            folder: self.bucket_folder.clone(),
        })
    }
}

impl ReadPath for GcsBucket {
    fn read_path<'a>(&'a self, path: &'a str) -> BoxFuture<'a, Result<Vec<u8>>> {
        async move { Ok(self.open()?.read(path).await?) }.boxed()
    }
}

impl WritePath for GcsBucket {
    fn write_path<'a>(&'a self, path: &'a str, content: Vec<u8>) -> BoxFuture<'a, Result<String>> {
        async move { Ok(self.open()?.write(path, content).await?) }.boxed()
    }
}
