//! The pages that people look at, made on the server. They run no script that is not a file of this server.

use axum::response::Html;

use crate::route::{Route, Scope};

/// The routes of the pages and of what they are made of.
pub(crate) fn routes() -> Vec<Route> {
    vec![Route::get("/", Scope::Read, home)]
}

async fn home() -> Html<&'static str> {
    Html("<!doctype html><html lang=\"en\"><title>Tidegate</title><h1>Tidegate</h1></html>")
}
