//! Who is answered. Every request passes here first, and what is not listed as open is refused to a caller who does not say who
//! they are; nothing here knows what a route does.
//!
//! ```text
//!   request ── host ── origin ── who calls ── route: is the scope enough? ── handler
//!                                                                    response <── headers
//! ```

mod caller;
mod headers;
mod host;
mod key;
mod origin;
mod secret;
mod stored;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::error::ApiError;
use crate::route::Scope;
use crate::state::AppState;

pub(crate) use caller::Caller;
pub use key::{ApiKey, InvalidApiKey};
pub(crate) use secret::Secret;
pub(crate) use stored::StoredKeys;

/// What every request passes on its way to a route, and every answer on its way back.
pub(crate) async fn guard(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let began = state.now();
    let mut response = match admit(&state, request).await {
        Ok(request) => next.run(request).await,
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
    request.extensions_mut().insert(caller);
    Ok(request)
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
