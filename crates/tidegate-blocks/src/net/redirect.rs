//! What becomes of a redirect. It takes nothing secret to another server, and never turns what was posted into a question.

use reqwest::header::{CONTENT_TYPE, LOCATION};
use reqwest::{Method, Response, StatusCode};

use super::Outgoing;
use crate::error::{Error, Kind};

/// How many redirects are followed.
pub(super) const MOST: usize = 5;

/// The request that the answer to this one asks for, if it does.
pub(crate) fn next(from: &Outgoing, response: &Response) -> Result<Option<Outgoing>, Error> {
    let status = response.status();
    let keeps_method = match status {
        StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT => true,
        StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND | StatusCode::SEE_OTHER => false,
        _ => return Ok(None),
    };
    let refuse = |why: &str| {
        let message = format!("the service redirects ({status}) {why}");
        Err(Error::new(from.block, Kind::Status(status.as_u16()), message))
    };
    let location = response.headers().get(LOCATION).and_then(|location| location.to_str().ok());
    let Some(url) = location.and_then(|location| from.url.join(location).ok()) else {
        return refuse("and does not say where to");
    };
    if !keeps_method && from.method != Method::GET {
        return refuse(
            "in a way that would drop what is sent; put the address it leads to into the block",
        );
    }
    if !matches!(url.scheme(), "http" | "https")
        || (from.url.scheme() == "https" && url.scheme() == "http")
    {
        return refuse("to where nothing is encrypted, which is not followed");
    }
    let mut next = from.clone();
    if url.origin() != from.url.origin() {
        if from.keeps_body {
            return refuse("to another server, to which the secret in the message is not sent");
        }
        let kept = next.headers.remove(CONTENT_TYPE);
        next.headers.clear();
        next.headers.extend(kept.map(|kept| (CONTENT_TYPE, kept)));
    }
    next.url = url;
    Ok(Some(next))
}
