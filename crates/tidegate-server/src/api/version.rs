//! The version of the API, and whether a client speaks one that this server knows.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;

use crate::error::ApiError;

/// The version of Prefect's API that is spoken here.
pub(crate) const API: &str = "0.8.4";

/// The release of Prefect that the API is of; its clients look at it to know what they may ask for.
pub(crate) const PREFECT: &str = "3.8.3";

/// What a client that tells the version it speaks tells it in.
const HEADER: &str = "x-prefect-api-version";

/// The oldest version that is spoken here.
const OLDEST: [u64; 3] = [0, 8, 0];

/// Turns away who speaks a version that is not spoken here.
pub(crate) async fn check(request: Request, next: Next) -> Result<Response, ApiError> {
    if let Some(version) = request.headers().get(HEADER) {
        let text = version.to_str().unwrap_or_default();
        let numbers = parse(text).ok_or_else(|| {
            ApiError::BadRequest(format!(
                "Invalid X-PREFECT-API-VERSION header format.Expected header in format 'x.y.z' but received {text}"
            ))
        })?;
        if numbers < OLDEST {
            return Err(ApiError::BadRequest(format!(
                "This server speaks version 0.8.0 of the API and later; the client speaks {text}: use a newer client"
            )));
        }
    }
    Ok(next.run(request).await)
}

fn parse(text: &str) -> Option<[u64; 3]> {
    let mut parts = text.split('.').map(|part| part.parse().ok());
    let numbers = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(numbers)
}
