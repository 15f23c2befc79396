//! How long the answer to a question may take. One that takes longer is given up, by the store too, so that it holds up no other.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::error::ApiError;
use crate::ui;

/// Answers with an error when the answer of a route that only looks does not begin in time. What changes something is held to no time, as it
/// may be half done by then.
pub(crate) async fn within(
    State(limit): State<Duration>,
    request: Request,
    next: Next,
) -> Response {
    let is_page = !request.uri().path().starts_with("/api");
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) if is_page => ui::took_too_long(),
        Err(_) => ApiError::TookTooLong(limit).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use axum::Router;
    use axum::body::{Body, to_bytes};
    use axum::http::{Request, StatusCode};
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use tower::ServiceExt;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_does_not_begin_is_given_up_and_its_caller_told_so() {
        let limit = Duration::from_secs(30);
        let router = Router::new()
            .route("/api/never", get(pending::<()>))
            .route("/never", get(pending::<()>))
            .route("/api/now", get(async || "now"))
            .layer(from_fn_with_state(limit, within));
        let answers = [
            ("/api/never", StatusCode::GATEWAY_TIMEOUT, "this took longer than 30s"),
            ("/never", StatusCode::GATEWAY_TIMEOUT, "That took too long"),
            ("/api/now", StatusCode::OK, "now"),
        ];
        for (path, status, text) in answers {
            let request = Request::builder().uri(path).body(Body::empty()).unwrap();
            let response = router.clone().oneshot(request).await.unwrap();
            assert_eq!(response.status(), status, "{path}");
            let said = to_bytes(response.into_body(), usize::MAX).await.unwrap();
            assert!(String::from_utf8_lossy(&said).contains(text), "{path}: {said:?}");
        }
    }
}
