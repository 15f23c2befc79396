//! From where a browser sends a request. Browsers tell the site of the page that makes it, so a page of another site is told apart
//! without tokens; other clients tell none.

use axum::extract::Request;
use axum::http::Method;
use axum::http::header::{ORIGIN, UPGRADE};

use super::host;
use crate::config::Config;
use crate::error::ApiError;

/// Fails when a page of another site has made the request, unless all it can do is follow a link.
pub(super) fn check(config: &Config, request: &Request) -> Result<(), ApiError> {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let only_looks = matches!(*request.method(), Method::GET | Method::HEAD)
        && !request.headers().contains_key(UPGRADE);
    let same = match (request.headers().get(ORIGIN), header("sec-fetch-site")) {
        (Some(origin), _) => origin.to_str().is_ok_and(|origin| is_own(config, origin)),
        (None, Some(site)) => {
            only_looks && is_link(header) || matches!(site, "same-origin" | "none")
        }
        (None, None) => true,
    };
    if same {
        return Ok(());
    }
    Err(ApiError::Forbidden("a page of another site has made this request".into()))
}

/// Whether a browser shows the answer as a page of its own, so that the page that led there learns nothing of it.
fn is_link<'a>(header: impl Fn(&str) -> Option<&'a str>) -> bool {
    header("sec-fetch-mode") == Some("navigate") && header("sec-fetch-dest") == Some("document")
}

/// Whether this origin is the server itself, by any name that it is known by.
fn is_own(config: &Config, origin: &str) -> bool {
    let rest = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    rest.is_some_and(|authority| host::is_known(config, host::name_of(authority)))
}
