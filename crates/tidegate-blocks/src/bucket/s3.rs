//! Buckets of S3, and of what speaks like it.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use object_store::ObjectStore;
use object_store::aws::AmazonS3Builder;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tidegate::block::{Credentials, Nested, ReadPath, WritePath};
use tidegate::{Block, Result, Secret};

use super::client::Connector;
use super::{Bucket, retries, unusable};

/// What lets in at AWS. Without a key it is found where Amazon's own programs find it: in `AWS_…` variables, or from the machine.
///
/// ```
/// use tidegate_blocks::AwsCredentials;
///
/// let ada = AwsCredentials::new("AKIA…", "the secret key");
/// assert!(!format!("{ada:?}").contains("the secret key"));
/// ```
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema, Block)]
#[block(
    name = "AWS Credentials",
    slug = "aws-credentials",
    documentation_url = "https://docs.prefect.io/integrations/prefect-aws",
    capabilities(Credentials)
)]
pub struct AwsCredentials {
    /// A specific AWS access key ID.
    #[serde(default)]
    pub aws_access_key_id: Option<String>,
    /// A specific AWS secret access key.
    #[serde(default)]
    pub aws_secret_access_key: Option<Secret>,
    /// The session key, needed with temporary credentials only.
    #[serde(default)]
    pub aws_session_token: Option<Secret>,
    /// The AWS region.
    #[serde(default)]
    pub region_name: Option<String>,
    /// How the service is reached.
    #[serde(default)]
    pub aws_client_parameters: AwsClientParameters,
}

/// What lets in at MinIO, whose address is in the client parameters.
///
/// ```
/// use tidegate_blocks::MinIoCredentials;
///
/// let root = MinIoCredentials::new("http://minio.internal:9000", "root", "the password");
/// assert_eq!(root.minio_root_user, "root");
/// ```
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Block)]
#[block(
    name = "MinIO Credentials",
    slug = "minio-credentials",
    documentation_url = "https://docs.prefect.io/integrations/prefect-aws",
    capabilities(Credentials)
)]
pub struct MinIoCredentials {
    /// Admin or root user.
    pub minio_root_user: String,
    /// Admin or root password.
    pub minio_root_password: Secret,
    /// The region that the server says it is in.
    #[serde(default)]
    pub region_name: Option<String>,
    /// How the server is reached.
    #[serde(default)]
    pub aws_client_parameters: AwsClientParameters,
}

/// How a service is reached.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AwsClientParameters {
    /// The URL of the service, if it is not Amazon's own.
    #[serde(default)]
    pub endpoint_url: Option<String>,
}

impl AwsClientParameters {
    fn give_to(&self, builder: AmazonS3Builder) -> AmazonS3Builder {
        match &self.endpoint_url {
            Some(url) => builder.with_endpoint(url).with_allow_http(url.starts_with("http://")),
            None => builder,
        }
    }
}

fn builder(region: Option<&String>) -> AmazonS3Builder {
    let builder = AmazonS3Builder::from_env().with_http_connector(Connector).with_retry(retries());
    match region {
        Some(region) => builder.with_region(region),
        None => builder,
    }
}

impl AwsCredentials {
    const NAME: &str = "AWS Credentials";

    /// The credentials of this key.
    #[must_use]
    pub fn new(access_key_id: impl Into<String>, secret_access_key: impl Into<String>) -> Self {
        Self {
            aws_access_key_id: Some(access_key_id.into()),
            aws_secret_access_key: Some(Secret::new(secret_access_key.into())),
            ..Self::default()
        }
    }
}

impl Credentials for AwsCredentials {
    type Client = AmazonS3Builder;

    fn client(&self) -> Result<AmazonS3Builder> {
        let mut client = self.aws_client_parameters.give_to(builder(self.region_name.as_ref()));
        match (&self.aws_access_key_id, &self.aws_secret_access_key) {
            (Some(id), Some(key)) => {
                client = client.with_access_key_id(id).with_secret_access_key(key.expose());
            }
            (None, None) => {}
            (Some(_), None) | (None, Some(_)) => {
                let why = "it has one of `aws_access_key_id` and `aws_secret_access_key`; put in both or none";
                return Err(unusable(Self::NAME, why).into());
            }
        }
        if let Some(token) = &self.aws_session_token {
            client = client.with_token(token.expose());
        }
        Ok(client)
    }
}

impl MinIoCredentials {
    /// The credentials of this user at the server of this URL.
    #[must_use]
    pub fn new(
        endpoint_url: impl Into<String>,
        user: impl Into<String>,
        password: impl Into<String>,
    ) -> Self {
        Self {
            minio_root_user: user.into(),
            minio_root_password: Secret::new(password.into()),
            region_name: None,
            aws_client_parameters: AwsClientParameters { endpoint_url: Some(endpoint_url.into()) },
        }
    }
}

impl Credentials for MinIoCredentials {
    type Client = AmazonS3Builder;

    fn client(&self) -> Result<AmazonS3Builder> {
        let client = self.aws_client_parameters.give_to(builder(self.region_name.as_ref()));
        let password = self.minio_root_password.expose();
        Ok(client.with_access_key_id(&self.minio_root_user).with_secret_access_key(password))
    }
}

/// Keeps objects in a bucket of S3, MinIO or what else speaks like them.
///
/// ```no_run
/// use tidegate::block::{ReadPath, WritePath};
/// use tidegate_blocks::{AwsCredentials, S3Bucket};
///
/// # async fn example() -> tidegate::Result<()> {
/// let reports = S3Bucket::new("acme-reports", AwsCredentials::new("AKIA…", "the secret key"));
/// let place = reports.write_path("2026/bergen.csv", b"rain,7.5".to_vec()).await?;
/// assert_eq!(place, "s3://acme-reports/2026/bergen.csv");
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Block)]
#[block(
    name = "S3 Bucket",
    slug = "s3-bucket",
    documentation_url = "https://docs.prefect.io/integrations/prefect-aws",
    capabilities(ReadPath, WritePath)
)]
pub struct S3Bucket {
    /// Name of your bucket.
    pub bucket_name: String,
    /// A block containing your credentials to AWS or MinIO.
    #[serde(default)]
    pub credentials: S3Credentials,
    /// A folder in the bucket that every path is below.
    #[serde(default)]
    pub bucket_folder: String,
}

/// What lets in at a bucket of S3.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum S3Credentials {
    /// At MinIO.
    MinIo(Nested<MinIoCredentials>),
    /// At AWS.
    Aws(Nested<AwsCredentials>),
}

impl Default for S3Credentials {
    fn default() -> Self {
        AwsCredentials::default().into()
    }
}

impl From<AwsCredentials> for S3Credentials {
    fn from(credentials: AwsCredentials) -> Self {
        Self::Aws(credentials.into())
    }
}

impl From<MinIoCredentials> for S3Credentials {
    fn from(credentials: MinIoCredentials) -> Self {
        Self::MinIo(credentials.into())
    }
}

impl S3Bucket {
    const NAME: &str = "S3 Bucket";

    /// The bucket of this name.
    #[must_use]
    pub fn new(bucket_name: impl Into<String>, credentials: impl Into<S3Credentials>) -> Self {
        Self {
            bucket_name: bucket_name.into(),
            credentials: credentials.into(),
            bucket_folder: String::new(),
        }
    }

    /// The bucket as the crate `object_store` knows it, without the folder: to be kept by who reads and writes much, and for results.
    ///
    /// # Errors
    ///
    /// What is in the block makes no client.
    pub fn store(&self) -> Result<Arc<dyn ObjectStore>> {
        let builder = match &self.credentials {
            S3Credentials::MinIo(minio) => minio.client()?,
            S3Credentials::Aws(aws) => aws.client()?,
        };
        let store = builder.with_bucket_name(&self.bucket_name).build();
        Ok(Arc::new(store.map_err(|error| {
            unusable(Self::NAME, "no client can be made of it").caused_by(error)
        })?))
    }

    fn open(&self) -> Result<Bucket> {
        Ok(Bucket {
            block: Self::NAME,
            store: self.store()?,
            address: format!("s3://{}", self.bucket_name),
            folder: self.bucket_folder.clone(),
        })
    }
}

impl ReadPath for S3Bucket {
    fn read_path<'a>(&'a self, path: &'a str) -> BoxFuture<'a, Result<Vec<u8>>> {
        async move { Ok(self.open()?.read(path).await?) }.boxed()
    }
}

impl WritePath for S3Bucket {
    fn write_path<'a>(&'a self, path: &'a str, content: Vec<u8>) -> BoxFuture<'a, Result<String>> {
        async move { Ok(self.open()?.write(path, content).await?) }.boxed()
    }
}
