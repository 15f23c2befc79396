//! What goes wrong with a page, as a page.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::html;
use tidegate_core::StoreError;

use super::frame::Frame;
use crate::error::ApiError;

/// Why there is no page.
#[derive(Debug)]
pub(super) enum Trouble {
    /// There is no such thing.
    NotFound(String),
    /// It is not asked well, or cannot be done.
    Refused(String),
    /// The store does not answer.
    Store(StoreError),
    /// It takes longer than an answer may.
    TookTooLong,
    /// Why is in the log.
    Unavailable,
}

impl From<ApiError> for Trouble {
    fn from(error: ApiError) -> Self {
        match error {
            ApiError::NotFound(what) => Self::NotFound(what.to_lowercase()),
            ApiError::BadRequest(why)
            | ApiError::Conflict(why)
            | ApiError::Forbidden(why)
            | ApiError::NotConfigured(why)
            | ApiError::Gone(why)
            | ApiError::Locked { detail: why, .. }
            | ApiError::TooMany { detail: why, .. } => Self::Refused(why),
            ApiError::Invalid { .. } | ApiError::TooLarge => {
                Self::Refused("The request is not well made.".to_owned())
            }
            ApiError::TookTooLong(_) => Self::TookTooLong,
            ApiError::Unauthorized
            | ApiError::NoRoute(_)
            | ApiError::Unavailable
            | ApiError::Internal => Self::Unavailable,
        }
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let (status, title, text) = match self {
            Self::NotFound(what) => (
                StatusCode::NOT_FOUND,
                "Not found",
                format!(
                    "There is no {what} here. It may have been deleted, or be in another store."
                ),
            ),
            Self::Refused(why) => (StatusCode::UNPROCESSABLE_ENTITY, "Not done", why),
            Self::Store(error) => {
                tracing::warn!(target: "tidegate::server", "a page could not be made: {error}");
                unavailable()
            }
            Self::TookTooLong => (
                StatusCode::GATEWAY_TIMEOUT,
                "That took too long",
                "It was given up, so that others are answered. Look at less: at a shorter time, or at one state, flow or name.".to_owned(),
            ),
            Self::Unavailable => unavailable(),
        };
        let body = html! {
            div.head { h1 { (title) } }
            div.empty { p { (text) } a.button href="/runs" { "All runs" } }
        };
        (status, Frame::of_trouble(title).around(&body)).into_response()
    }
}

fn unavailable() -> (StatusCode, &'static str, String) {
    let text = "Nothing is lost; the log of the server says why. Load the page again in a moment.";
    (StatusCode::SERVICE_UNAVAILABLE, "The store does not answer", text.to_owned())
}
