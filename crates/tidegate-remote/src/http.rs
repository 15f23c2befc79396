//! Requests to one server. It knows no paths and tries nothing twice.

use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, RETRY_AFTER, USER_AGENT};
use hyper::{Method, Request, StatusCode, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tidegate_core::{StoreError, StoreErrorKind};

use crate::options::{Authorization, Options};

#[cfg(not(feature = "https"))]
type Connector = HttpConnector;
#[cfg(feature = "https")]
type Connector = hyper_rustls::HttpsConnector<HttpConnector>;

/// How long the server may take to be connected to.
const CONNECT_TIME: Duration = Duration::from_secs(5);

/// One server, by the address of its API.
#[derive(Clone)]
pub(crate) struct Server {
    client: Client<Connector, Full<Bytes>>,
    base: String,
    authorization: Option<HeaderValue>,
}

/// Why there is no answer that can be used.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// Nothing was answered, or that nothing can be answered now: it is worth another try after this long, if that was said.
    Unreachable { why: String, after: Option<Duration> },
    /// The certificate of the server is not one to trust.
    #[cfg_attr(
        not(feature = "https"),
        expect(dead_code, reason = "without TLS nobody shows a certificate")
    )]
    Untrusted(String),
    /// The server does not let the caller in.
    Unauthorized(StatusCode),
    /// The body is larger than the server takes.
    TooLarge,
    /// There is no such thing on the server.
    NotFound,
    /// The server will not have it, however often it is sent.
    Refused(StatusCode, Bytes),
}

impl Server {
    pub(crate) fn new(url: &str, options: &Options) -> Result<Self, StoreError> {
        let base = url.trim().trim_end_matches('/').to_owned();
        let uri: Uri = base.parse().map_err(|error| unusable(url, &error))?;
        let scheme = uri.scheme_str().unwrap_or_default();
        if !(scheme == "http" || (scheme == "https" && cfg!(feature = "https"))) {
            let why = if scheme == "https" {
                "this build of Tidegate speaks no https: enable the feature `https` of tidegate-remote"
            } else {
                "it has to begin with http:// or https://"
            };
            return Err(unusable(url, &why));
        }
        if uri.authority().is_none_or(|authority| authority.as_str().contains('@')) {
            let why = "it has to name a host, without a user; a key goes into TIDEGATE_API_KEY";
            return Err(unusable("the URL of the API", &why));
        }
        let authorization = match &options.authorization {
            None => None,
            Some(Authorization::Bearer(key)) => Some(format!("Bearer {key}")),
            Some(Authorization::Basic(text)) => Some(format!("Basic {}", STANDARD.encode(text))),
        };
        let authorization = match authorization {
            None => None,
            Some(text) => {
                let value = HeaderValue::from_str(&text);
                let mut value = value.map_err(|_| {
                    unusable(url, &"the key has characters that no header can have")
                })?;
                value.set_sensitive(true);
                Some(value)
            }
        };
        let connector = connector(options).map_err(|why| unusable_certificates(url, &why))?;
        let client = Client::builder(TokioExecutor::new()).build(connector);
        Ok(Self { client, base, authorization })
    }

    /// The address of its API.
    pub(crate) fn url(&self) -> &str {
        &self.base
    }

    pub(crate) async fn get(&self, path: &str, within: Duration) -> Result<Bytes, Trouble> {
        self.send(Method::GET, path, Bytes::new(), within).await
    }

    pub(crate) async fn post(
        &self,
        path: &str,
        body: Bytes,
        within: Duration,
    ) -> Result<Bytes, Trouble> {
        self.send(Method::POST, path, body, within).await
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        body: Bytes,
        within: Duration,
    ) -> Result<Bytes, Trouble> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .header(USER_AGENT, concat!("tidegate/", env!("CARGO_PKG_VERSION")))
            .header(CONTENT_TYPE, "application/json");
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        let request = request.body(Full::new(body)).map_err(|error| lost(&error))?;
        match tokio::time::timeout(within, self.answer(request)).await {
            Ok(answer) => answer,
            Err(_) => Err(Trouble::Unreachable {
                why: format!("it did not answer within {within:?}"),
                after: None,
            }),
        }
    }

    async fn answer(&self, request: Request<Full<Bytes>>) -> Result<Bytes, Trouble> {
        let response = self.client.request(request).await.map_err(|error| lost(&error))?;
        let status = response.status();
        let after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let after = after
            .and_then(|text| text.parse().ok())
            .and_then(|s| Duration::try_from_secs_f64(s).ok());
        let body = response.into_body().collect().await.map_err(|error| lost(&error))?.to_bytes();
        match status {
            status if status.is_success() => Ok(body),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(Trouble::Unauthorized(status)),
            StatusCode::PAYLOAD_TOO_LARGE => Err(Trouble::TooLarge),
            StatusCode::NOT_FOUND => Err(Trouble::NotFound),
            StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => {
                Err(Trouble::Unreachable { why: format!("it answered {status}"), after })
            }
            status if status.is_server_error() => {
                Err(Trouble::Unreachable { why: format!("it answered {status}"), after })
            }
            status => Err(Trouble::Refused(status, body)),
        }
    }
}

impl Trouble {
    /// How long the server has said to wait.
    pub(crate) fn after(&self) -> Option<Duration> {
        match self {
            Self::Unreachable { after, .. } => *after,
            Self::Untrusted(_)
            | Self::Unauthorized(_)
            | Self::TooLarge
            | Self::NotFound
            | Self::Refused(..) => None,
        }
    }

    /// What is said of it, as an error of the store at this address.
    pub(crate) fn error(&self, url: &str) -> StoreError {
        let (kind, message) = match self {
            Self::Unreachable { why, .. } => (
                StoreErrorKind::Io,
                format!(
                    "the server {url} cannot be reached ({why}); check that it runs and that TIDEGATE_API_URL is right: what was not \
                     recorded is kept in memory and sent again"
                ),
            ),
            Self::Untrusted(why) => (
                StoreErrorKind::Io,
                format!(
                    "the server {url} is not trusted ({why}); if it is the right one, name the file with the certificate of its authority \
                     in TIDEGATE_API_SSL_CERT_FILE"
                ),
            ),
            Self::Unauthorized(status) => (
                StoreErrorKind::Io,
                format!(
                    "the server {url} lets this program not in ({status}); give it a key of the scope run in TIDEGATE_API_KEY, or \
                     user:password in TIDEGATE_API_AUTH_STRING"
                ),
            ),
            Self::TooLarge => (
                StoreErrorKind::Other,
                format!(
                    "a record is larger than the server {url} takes; keep its result in a storage"
                ),
            ),
            Self::NotFound => (
                StoreErrorKind::Other,
                format!("the server {url} does not have what was asked for"),
            ),
            Self::Refused(status, body) => {
                let said: String = String::from_utf8_lossy(body).chars().take(300).collect();
                (
                    StoreErrorKind::Other,
                    format!(
                        "the server {url} will not have it ({status}: {said}); use the same release of Tidegate on both sides"
                    ),
                )
            }
        };
        StoreError::new(kind, message)
    }
}

#[cfg_attr(
    not(feature = "https"),
    expect(clippy::unnecessary_wraps, reason = "without TLS nothing can be wrong")
)]
fn connector(options: &Options) -> Result<Connector, String> {
    let mut http = HttpConnector::new();
    http.set_nodelay(true);
    http.set_connect_timeout(Some(CONNECT_TIME));
    http.set_keepalive(Some(Duration::from_secs(60)));
    #[cfg(feature = "https")]
    return {
        http.enforce_http(false);
        let config = crate::tls::config(options.certificates.as_deref())?;
        let https = hyper_rustls::HttpsConnectorBuilder::new().with_tls_config(config);
        Ok(https.https_or_http().enable_http1().wrap_connector(http))
    };
    #[cfg(not(feature = "https"))]
    {
        let _ = options;
        Ok(http)
    }
}

fn lost(error: &(dyn std::error::Error + 'static)) -> Trouble {
    let mut why = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        why = format!("{why}: {error}");
        source = error.source();
    }
    #[cfg(feature = "https")]
    if crate::tls::is_distrust(error) {
        return Trouble::Untrusted(why);
    }
    Trouble::Unreachable { why, after: None }
}

fn unusable_certificates(url: &str, why: &str) -> StoreError {
    StoreError::new(
        StoreErrorKind::Unopenable,
        format!(
            "the server {url} was not asked, as the certificates to trust cannot be read ({why}); TIDEGATE_API_SSL_CERT_FILE is the path of \
             a file of certificates in PEM"
        ),
    )
}

fn unusable(url: &str, why: &dyn fmt::Display) -> StoreError {
    StoreError::new(
        StoreErrorKind::Unopenable,
        format!("{url} is no address of a server: {why}; write http://host:4200/api"),
    )
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("base", &self.base).finish_non_exhaustive()
    }
}
