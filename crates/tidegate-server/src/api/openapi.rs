//! Where the document of the API is to be had. What it says is made in `document`.

use axum::http::header::{CONTENT_TYPE, HeaderName};
use bytes::Bytes;
use serde_json::Value;

use crate::document;
use crate::route::{Route, Scope};

pub(super) fn routes() -> Vec<Route> {
    let says = "This document.";
    vec![
        Route::get("/api/openapi.json", Scope::Read, read).gives::<Value>(says),
        Route::get("/openapi.json", Scope::Read, read).gives::<Value>(says),
    ]
}

async fn read() -> ([(HeaderName, &'static str); 1], Bytes) {
    ([(CONTENT_TYPE, "application/json")], document::text())
}
