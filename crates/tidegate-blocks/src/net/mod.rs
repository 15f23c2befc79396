//! The one way by which blocks call out over HTTP. It goes to public addresses unless told otherwise, uses no proxy of the environment,
//! keeps time and size within limits, and never tells the URL of a request: such a URL is a secret.
//!
//! ```text
//!  Outgoing ──> the URL's own address ──> Checked ──> connection ──> Answer
//!     ▲          (address.rs)            (names.rs)                    │
//!     └───────────────── a redirect begins again (redirect.rs) ◄───────┘
//! ```

pub(crate) mod address;
pub(crate) mod names;
pub(crate) mod redirect;

use std::error::Error as StdError;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method, Response, StatusCode, Url};

use crate::error::{Error, Kind};
use crate::tls;
use address::NotPublic;
use names::{Checked, LookUp, System};

/// How long a whole call may take unless the block says otherwise.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(10);

/// How long one attempt to connect may take.
const CONNECT: Duration = Duration::from_secs(5);

/// How much of an answer is read.
const ANSWER: usize = 64 * 1024;

/// How much of an answer is told in an error.
const EXCERPT: usize = 200;

/// Which addresses may be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Those of the public internet.
    Public,
    /// Any.
    Everywhere,
    /// This one, which stands for the public internet in tests: nothing on it is ever called.
    #[cfg(test)]
    Only(IpAddr),
}

impl Reach {
    /// As the field of the blocks says it.
    pub(crate) fn private(allowed: bool) -> Self {
        if allowed { Self::Everywhere } else { Self::Public }
    }

    /// Refuses an address that may not be reached.
    fn check(self, address: IpAddr) -> Result<(), NotPublic> {
        match self {
            Self::Public => address::check(address),
            Self::Everywhere => Ok(()),
            #[cfg(test)]
            Self::Only(public) if address == public => Ok(()),
            #[cfg(test)]
            Self::Only(_) => Err(NotPublic::new(address, "not that of the test")),
        }
    }
}

/// A request to be made for a block.
#[derive(Clone)]
pub(crate) struct Outgoing {
    block: &'static str,
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Vec<u8>,
    /// Whether the body has a secret in it, so that it goes nowhere else.
    keeps_body: bool,
    reach: Reach,
    timeout: Duration,
}

/// What a service has answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    /// At most [`ANSWER`] bytes.
    pub(crate) body: Vec<u8>,
}

impl Outgoing {
    /// A request of this block. What is wrong with the URL is told without the URL.
    pub(crate) fn new(block: &'static str, method: Method, url: &str) -> Result<Self, Error> {
        let url = Url::parse(url.trim()).map_err(|error| {
            let message =
                format!("its URL is none: {error}; put an address with https:// into the block");
            Error::new(block, Kind::Invalid, message)
        })?;
        if !matches!(url.scheme(), "http" | "https") {
            let message = "its URL is not one of http or https; put one into the block";
            return Err(Error::new(block, Kind::Invalid, message));
        }
        Ok(Self {
            block,
            method,
            url,
            headers: HeaderMap::new(),
            body: Vec::new(),
            keeps_body: false,
            reach: Reach::Public,
            timeout: TIMEOUT,
        })
    }

    /// Posts this as JSON.
    pub(crate) fn json(
        block: &'static str,
        url: &str,
        body: &serde_json::Value,
    ) -> Result<Self, Error> {
        let outgoing = Self::new(block, Method::POST, url)?;
        outgoing.body(body.to_string().into_bytes()).header("content-type", "application/json")
    }

    pub(crate) fn reach(mut self, reach: Reach) -> Self {
        self.reach = reach;
        self
    }

    pub(crate) fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    pub(crate) fn body(mut self, body: Vec<u8>) -> Self {
        self.body = body;
        self
    }

    /// Says that the body has a secret in it: no redirect takes it to another server.
    pub(crate) fn keeps_body(mut self) -> Self {
        self.keeps_body = true;
        self
    }

    /// With what is asked for behind the `?`.
    pub(crate) fn query<'a>(mut self, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut pairs = pairs.into_iter().peekable();
        if pairs.peek().is_some() {
            self.url.query_pairs_mut().extend_pairs(pairs);
        }
        self
    }

    /// With a header, whose value may be a secret and so is told to nobody.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Result<Self, Error> {
        let wrong = |what: &str| {
            let message = format!("the {what} of a header has a character that no header can have");
            Error::new(self.block, Kind::Invalid, message)
        };
        let name = HeaderName::try_from(name).map_err(|_| wrong("name"))?;
        let mut value = HeaderValue::try_from(value).map_err(|_| wrong("value"))?;
        value.set_sensitive(true);
        self.headers.insert(name, value);
        Ok(self)
    }

    /// Makes the request, and gives the answer if it is a good one.
    pub(crate) async fn send(self) -> Result<Answer, Error> {
        self.send_by(Arc::new(System)).await
    }

    /// [`send`](Self::send), with names that are looked up by this.
    pub(crate) async fn send_by(self, names: Arc<dyn LookUp>) -> Result<Answer, Error> {
        let (block, timeout) = (self.block, self.timeout);
        let answer = tokio::time::timeout(timeout, self.follow(names)).await.map_err(|_| {
            let message = format!("the service has not answered within {timeout:?}");
            Error::new(block, Kind::TimedOut, message)
        })??;
        if answer.status.is_success() {
            return Ok(answer);
        }
        let status = answer.status;
        let excerpt: String = String::from_utf8_lossy(&answer.body).chars().take(EXCERPT).collect();
        let said = excerpt.split_whitespace().collect::<Vec<_>>().join(" ");
        let colon = if said.is_empty() { "" } else { ": " };
        let message = format!("the service refused with {status}{colon}{said}");
        Err(Error::new(block, Kind::Status(status.as_u16()), message))
    }

    /// Goes where redirects lead, each of them checked as the first address was.
    async fn follow(mut self, names: Arc<dyn LookUp>) -> Result<Answer, Error> {
        let client = self.client(names)?;
        for _ in 0..=redirect::MOST {
            self.check_literal()?;
            let mut request =
                client.request(self.method.clone(), self.url.clone()).headers(self.headers.clone());
            if !self.body.is_empty() {
                request = request.body(self.body.clone());
            }
            let response = request.send().await.map_err(|error| self.not_reached(error))?;
            let Some(next) = redirect::next(&self, &response)? else {
                return self.read(response).await;
            };
            self = next;
        }
        let message = format!("the service redirects more than {} times", redirect::MOST);
        Err(Error::new(self.block, Kind::Other, message))
    }

    /// One client for each call: what it keeps open would belong to the runtime that the call was made in.
    fn client(&self, names: Arc<dyn LookUp>) -> Result<Client, Error> {
        let client = Client::builder()
            .tls_backend_preconfigured(tls::usual())
            .dns_resolver(Arc::new(Checked { names, reach: self.reach }))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .connect_timeout(CONNECT)
            .pool_max_idle_per_host(0)
            .user_agent(concat!("tidegate/", env!("CARGO_PKG_VERSION")));
        client.build().map_err(|error| self.not_reached(error))
    }

    /// An address that stands in the URL is looked up by nobody, so it is checked here.
    fn check_literal(&self) -> Result<(), Error> {
        let literal: Option<IpAddr> = match self.url.host() {
            Some(url::Host::Ipv4(address)) => Some(address.into()),
            Some(url::Host::Ipv6(address)) => Some(address.into()),
            Some(url::Host::Domain(_)) | None => None,
        };
        literal
            .map_or(Ok(()), |address| self.reach.check(address))
            .map_err(|error| self.not_public(&error))
    }

    fn not_public(&self, error: &NotPublic) -> Error {
        Error::new(self.block, Kind::PrivateAddress, error)
    }

    /// The error of a request that got no answer. Its URL is left out, and what is left of the cause is told in one line.
    fn not_reached(&self, error: reqwest::Error) -> Error {
        let error = error.without_url();
        let mut cause: Option<&(dyn StdError + 'static)> = Some(&error);
        let mut last = String::new();
        while let Some(error) = cause {
            if let Some(refused) = error.downcast_ref::<NotPublic>() {
                return self.not_public(refused);
            }
            last = error.to_string();
            cause = error.source();
        }
        // What is said of a certificate names the host.
        let host = self.url.host_str().unwrap_or_default();
        let told = if host.is_empty() { last } else { last.replace(host, "its host") };
        Error::new(self.block, Kind::Other, format!("the service cannot be reached: {told}"))
    }

    async fn read(&self, mut response: Response) -> Result<Answer, Error> {
        let status = response.status();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.not_reached(error))? {
            let room = ANSWER - body.len();
            body.extend_from_slice(&chunk[..chunk.len().min(room)]);
            if body.len() == ANSWER {
                break;
            }
        }
        Ok(Answer { status, body })
    }
}
