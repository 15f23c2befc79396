//! Who is answered. Every request passes here first, and what is not listed as open is refused to a caller who does not say who
//! they are; nothing here knows what a route does.
//!
//! ```text
//!   request ── host ── origin ── who calls ── not too often ── route: is the scope enough? ── handler
//!                                                                                      response <── headers
//! ```

mod caller;
mod crowd;
mod headers;
mod host;
mod key;
mod origin;
mod rate;
mod secret;
mod stored;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;

use crate::error::ApiError;
use crate::route::Scope;
use crate::state::AppState;

pub(crate) use caller::Caller;
pub(crate) use crowd::{Crowd, Place};
pub use key::{ApiKey, InvalidApiKey};
pub(crate) use rate::{Buckets, Who};
pub(crate) use secret::Secret;
pub(crate) use stored::StoredKeys;

/// What every request passes on its way to a route, and every answer on its way back.
pub(crate) async fn guard(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let began = state.now();
    let mut response = match admit(&state, request).await {
        Ok(request) => followed(&state, next, request).await,
        Err(refusal) => {
            state.counts().refused();
            refusal.into_response()
        }
    };
    headers::add_to(&mut response);
    let spent = (state.now() - began).num_microseconds().unwrap_or_default();
    state.counts().answered(response.status().as_u16(), spent.max(0).cast_unsigned());
    response
}

async fn admit(state: &AppState, mut request: Request) -> Result<Request, ApiError> {
    host::check(state.config(), &request)?;
    origin::check(state.config(), &request)?;
    state.config().stored.refresh(state.store(), state.now()).await?;
    let caller = Caller::of(state.config(), request.headers());
    let who = Who::of(&request, caller);
    if !request.uri().path().starts_with("/assets/") {
        let limit = state.config().limits.rate;
        state.buckets().take(&request, who, limit, state.now()).map_err(|retry_after| {
            ApiError::TooMany { detail: "you ask too often: ask less at once".into(), retry_after }
        })?;
    }
    request.extensions_mut().insert(caller);
    request.extensions_mut().insert(who);
    Ok(request)
}

/// The answer to a request. One that goes on for as long as its caller listens has a place among the streams meanwhile; sockets see to
/// that by themselves.
async fn followed(state: &AppState, next: Next, request: Request) -> Response {
    let who = request.extensions().get::<Who>().copied();
    let response = next.run(request).await;
    let kind = response.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    match (kind, who) {
        (Some(b"text/event-stream"), Some(who)) => match state.stream(who) {
            Ok(place) => response.map(|body| {
                let held = body.into_data_stream().inspect(move |_| {
                    let _ = &place;
                });
                Body::from_stream(held)
            }),
            Err(refusal) => refusal.into_response(),
        },
        (Some(_) | None, _) => response,
    }
}

/// What a request passes before the handler of a route that asks for `scope`.
pub(crate) async fn require(
    State(scope): State<Scope>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let caller = request.extensions().get::<Caller>().copied().unwrap_or_default();
    caller.may(scope)?;
    Ok(next.run(request).await)
}

/// The answer where there is no route. Who may not look is not told that there is none.
pub(crate) async fn no_route(request: Request) -> ApiError {
    refuse(&request, StatusCode::NOT_FOUND)
}

/// The answer where there is a route, but not with this method.
pub(crate) async fn no_method(request: Request) -> ApiError {
    refuse(&request, StatusCode::METHOD_NOT_ALLOWED)
}

fn refuse(request: &Request, status: StatusCode) -> ApiError {
    let caller = request.extensions().get::<Caller>().copied().unwrap_or_default();
    caller.may(Scope::Read).err().unwrap_or(ApiError::NoRoute(status))
}
