//! Containers of Azure Blob Storage.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use object_store::ObjectStore;
use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tidegate::block::{Credentials, Nested, ReadPath, WritePath};
use tidegate::{Block, Result, Secret};

use super::client::Connector;
use super::{Bucket, retries, unusable};
use crate::error::Error;

/// What lets in at Azure Blob Storage: a connection string, or the URL of an account, with a service principal or with what the
/// surroundings have.
///
/// ```
/// use tidegate_blocks::AzureBlobStorageCredentials;
///
/// let key = "DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=bm8=;EndpointSuffix=core.windows.net";
/// let acme = AzureBlobStorageCredentials::from_connection_string(key);
/// assert!(!format!("{acme:?}").contains("bm8="));
/// ```
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema, Block)]
#[block(
    name = "Azure Blob Storage Credentials",
    slug = "azure-blob-storage-credentials",
    documentation_url = "https://docs.prefect.io/integrations/prefect-azure",
    capabilities(Credentials)
)]
pub struct AzureBlobStorageCredentials {
    /// The connection string of the storage account.
    #[serde(default)]
    pub connection_string: Option<Secret>,
    /// The URL of the storage account, as `https://acme.blob.core.windows.net`.
    #[serde(default)]
    pub account_url: Option<String>,
    /// The client ID of a service principal.
    #[serde(default)]
    pub client_id: Option<String>,
    /// Its tenant ID.
    #[serde(default)]
    pub tenant_id: Option<String>,
    /// Its secret.
    #[serde(default)]
    pub client_secret: Option<Secret>,
}

impl AzureBlobStorageCredentials {
    const NAME: &str = "Azure Blob Storage Credentials";

    /// The account of a connection string.
    #[must_use]
    pub fn from_connection_string(text: impl Into<String>) -> Self {
        Self { connection_string: Some(Secret::new(text.into())), ..Self::default() }
    }

    /// The account of this URL, let in by what the surroundings have.
    #[must_use]
    pub fn from_account_url(url: impl Into<String>) -> Self {
        Self { account_url: Some(url.into()), ..Self::default() }
    }

    fn by_url(&self, url: &str) -> Result<MicrosoftAzureBuilder, Error> {
        let account = url.split_once("://").and_then(|(_, host)| host.split('.').next());
        let account = account.filter(|account| !account.is_empty()).ok_or_else(|| {
            let why = "its `account_url` is no URL; write it as https://acme.blob.core.windows.net";
            unusable(Self::NAME, why)
        })?;
        let client = MicrosoftAzureBuilder::from_env().with_account(account);
        let client = client.with_endpoint(url.trim_end_matches('/').to_owned());
        match (&self.client_id, &self.tenant_id, &self.client_secret) {
            (Some(id), Some(tenant), Some(secret)) => {
                Ok(client.with_client_secret_authorization(id, secret.expose(), tenant))
            }
            (None, None, None) => Ok(client),
            _ => {
                let why = "it has some of `client_id`, `tenant_id` and `client_secret`; put in all or none";
                Err(unusable(Self::NAME, why))
            }
        }
    }
}

/// The account that a connection string describes.
fn connected(text: &str) -> Result<MicrosoftAzureBuilder, Error> {
    let parts = || text.split(';').filter_map(|part| part.split_once('='));
    let part = |name: &str| {
        parts()
            .find(|(key, _)| key.trim().eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
    };
    // Wherever the key is told, as part of an address too, it is a secret by itself.
    for secret in [part("AccountKey"), part("SharedAccessSignature")].into_iter().flatten() {
        tidegate::secret::register(secret);
    }
    let missing = |name: &str| {
        unusable(
            AzureBlobStorageCredentials::NAME,
            format!("its `connection_string` has no {name}"),
        )
    };
    let account = part("AccountName").ok_or_else(|| missing("AccountName"))?;
    let endpoint = part("BlobEndpoint").map_or_else(
        || {
            let scheme = part("DefaultEndpointsProtocol").unwrap_or("https");
            let suffix = part("EndpointSuffix").unwrap_or("core.windows.net");
            format!("{scheme}://{account}.blob.{suffix}")
        },
        |endpoint| endpoint.trim_end_matches('/').to_owned(),
    );
    let plain = endpoint.starts_with("http://");
    let client = MicrosoftAzureBuilder::new()
        .with_account(account)
        .with_endpoint(endpoint)
        .with_allow_http(plain);
    match (part("AccountKey"), part("SharedAccessSignature")) {
        (Some(key), _) => Ok(client.with_access_key(key)),
        (None, Some(signature)) => Ok(client.with_config(AzureConfigKey::SasKey, signature)),
        (None, None) => Err(missing("AccountKey")),
    }
}

impl Credentials for AzureBlobStorageCredentials {
    type Client = MicrosoftAzureBuilder;

    fn client(&self) -> Result<MicrosoftAzureBuilder> {
        let client = match (&self.connection_string, &self.account_url) {
            (Some(text), None) => connected(text.expose())?,
            (None, Some(url)) => self.by_url(url)?,
            (Some(_), Some(_)) | (None, None) => {
                let why = "it needs one of `connection_string` and `account_url`";
                return Err(unusable(Self::NAME, why).into());
            }
        };
        Ok(client.with_http_connector(Connector).with_retry(retries()))
    }
}

/// Keeps blobs in a container of Azure.
///
/// ```no_run
/// use tidegate::block::WritePath;
/// use tidegate_blocks::{AzureBlobStorageContainer, AzureBlobStorageCredentials};
///
/// # async fn example() -> tidegate::Result<()> {
/// let acme = AzureBlobStorageCredentials::from_account_url("https://acme.blob.core.windows.net");
/// let reports = AzureBlobStorageContainer::new("reports", acme);
/// reports.write_path("2026/bergen.csv", b"rain,7.5".to_vec()).await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Block)]
#[block(
    name = "Azure Blob Storage Container",
    slug = "azure-blob-storage-container",
    documentation_url = "https://docs.prefect.io/integrations/prefect-azure",
    capabilities(ReadPath, WritePath)
)]
pub struct AzureBlobStorageContainer {
    /// The name of the container.
    pub container_name: String,
    /// The credentials to use for authentication with Azure.
    pub credentials: Nested<AzureBlobStorageCredentials>,
    /// A folder in the container that every path is below.
    #[serde(default)]
    pub base_folder: Option<String>,
}

impl AzureBlobStorageContainer {
    const NAME: &str = "Azure Blob Storage Container";

    /// The container of this name.
    #[must_use]
    pub fn new(
        container_name: impl Into<String>,
        credentials: impl Into<Nested<AzureBlobStorageCredentials>>,
    ) -> Self {
        Self {
            container_name: container_name.into(),
            credentials: credentials.into(),
            base_folder: None,
        }
    }

    /// The container as the crate `object_store` knows it, without the folder: to be kept by who reads and writes much, and for results.
    ///
    /// # Errors
    ///
    /// What is in the block makes no client.
    pub fn store(&self) -> Result<Arc<dyn ObjectStore>> {
        let store = self.credentials.client()?.with_container_name(&self.container_name).build();
        Ok(Arc::new(store.map_err(|error| {
            unusable(Self::NAME, "no client can be made of it").caused_by(error)
        })?))
    }

    fn open(&self) -> Result<Bucket> {
        Ok(Bucket {
            block: Self::NAME,
            store: self.store()?,
            address: format!("azure://{}", self.container_name),
            folder: self.base_folder.clone().unwrap_or_default(),
        })
    }
}

impl ReadPath for AzureBlobStorageContainer {
    fn read_path<'a>(&'a self, path: &'a str) -> BoxFuture<'a, Result<Vec<u8>>> {
        async move { Ok(self.open()?.read(path).await?) }.boxed()
    }
}

impl WritePath for AzureBlobStorageContainer {
    fn write_path<'a>(&'a self, path: &'a str, content: Vec<u8>) -> BoxFuture<'a, Result<String>> {
        async move { Ok(self.open()?.write(path, content).await?) }.boxed()
    }
}
