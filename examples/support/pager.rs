//! A pager for `blocks`: an HTTP server on this machine that takes messages from whoever knows its token.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use hyper::StatusCode;
use reqwest::Url;
use tidegate::Error;

use crate::loopback::Loopback;

/// A server that keeps the `text` of each request which has its token.
pub struct Pager {
    server: Loopback,
    messages: Arc<Mutex<Vec<String>>>,
}

impl Pager {
    /// Starts it. It refuses who does not send this token as `Authorization: Bearer`.
    ///
    /// # Errors
    ///
    /// This machine has no room for a server.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn start(token: &str) -> Result<Self, Error> {
        let expected = format!("Bearer {token}");
        let messages = Arc::new(Mutex::new(Vec::new()));
        let taken = Arc::clone(&messages);
        let server = Loopback::start(move |request| {
            let token = request.headers().get("authorization");
            if token.is_none_or(|token| token.as_bytes() != expected.as_bytes()) {
                return (StatusCode::UNAUTHORIZED, String::new());
            }
            let url = Url::parse(&format!("http://pager{}", request.uri()));
            let text = url.ok().and_then(|url| {
                url.query_pairs()
                    .find(|(name, _)| name == "text")
                    .map(|(_, text)| text.into_owned())
            });
            taken.lock().unwrap_or_else(PoisonError::into_inner).extend(text);
            (StatusCode::OK, String::new())
        });
        Ok(Self { server: server.await?, messages })
    }

    /// Where it takes messages.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}/messages", self.server.url())
    }

    /// What it was told.
    #[must_use]
    pub fn messages(&self) -> Vec<String> {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl fmt::Debug for Pager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.server.url())
    }
}
