//! What a remote store is told when it is opened. Where the values come from is the business of its caller.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// How a server is reached.
///
/// ```
/// use tidegate_remote::Options;
///
/// let options = Options::new().api_key("tgk_123");
/// assert!(!format!("{options:?}").contains("tgk_123"));
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct Options {
    pub(crate) authorization: Option<Authorization>,
    /// The PEM file with the certificates by which a server behind `https://` is trusted, as `TIDEGATE_API_SSL_CERT_FILE` says it: those of
    /// authorities, or its own. None trusts the authorities of Mozilla's list. It needs the feature `https`.
    pub certificates: Option<PathBuf>,
    /// How long [`Remote::connect`](crate::Remote::connect) looks for the server.
    pub connect_within: Duration,
    /// How long closing waits for a server that cannot be reached.
    pub close_within: Duration,
    /// How long a question that no run waits for, such as one for a page of runs, waits for a server that cannot be reached. What runs wait for
    /// is held back for as long as it takes.
    pub ask_within: Duration,
    /// How long writes that nobody waits for are held back so that they share a request.
    pub window: Duration,
    /// With so many writes waiting, those who write are held back.
    pub queue_capacity: usize,
    /// With so many log lines waiting, further ones are dropped.
    pub log_capacity: usize,
}

/// Who calls.
#[derive(Clone)]
pub(crate) enum Authorization {
    Bearer(String),
    Basic(String),
}

impl Options {
    /// Without authentication.
    #[must_use]
    pub fn new() -> Self {
        Self {
            authorization: None,
            certificates: None,
            connect_within: Duration::from_secs(10),
            close_within: Duration::from_secs(30),
            ask_within: Duration::from_secs(30),
            window: Duration::from_millis(10),
            queue_capacity: 10_000,
            log_capacity: 100_000,
        }
    }

    /// Says who calls by a key of the server, as `TIDEGATE_API_KEY` does.
    #[must_use]
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.authorization = Some(Authorization::Bearer(key.into()));
        self
    }

    /// Says who calls by `user:password`, as `TIDEGATE_API_AUTH_STRING` does.
    #[must_use]
    pub fn auth_string(mut self, user_and_password: impl Into<String>) -> Self {
        self.authorization = Some(Authorization::Basic(user_and_password.into()));
        self
    }
}

impl Default for Options {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("authorization", &self.authorization.as_ref().map(|_| "***"))
            .field("certificates", &self.certificates)
            .field("connect_within", &self.connect_within)
            .field("close_within", &self.close_within)
            .field("ask_within", &self.ask_within)
            .finish_non_exhaustive()
    }
}
