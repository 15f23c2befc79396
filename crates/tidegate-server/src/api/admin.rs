//! How the server is, and which it is.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};
use tidegate_core::RunQuery;
use uuid::Uuid;

use super::version;
use crate::config::Config;
use crate::error::ApiError;
use crate::route::{Route, Scope};
use crate::state::AppState;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/health", Scope::Open, health)
            .gives::<bool>("Whether the server answers at all."),
        Route::get("/api/ready", Scope::Open, ready)
            .gives::<Message>("Whether the store answers too."),
        Route::get("/api/hello", Scope::Read, hello).gives::<String>("Says hello."),
        Route::get("/api/version", Scope::Read, version).gives::<String>("The version of the API."),
        Route::get("/api/admin/version", Scope::Read, admin_version)
            .gives::<String>("The release of Prefect whose API it is."),
        Route::get("/api/admin/settings", Scope::Admin, settings)
            .gives::<Value>("Settings of the server that Prefect's pages ask for."),
        Route::put("/api/admin/storage", Scope::Admin, no_storage)
            .refuses("Names a storage for the results of clients."),
        Route::delete("/api/admin/storage", Scope::Admin, storage_stays)
            .does(StatusCode::NO_CONTENT, "Names no storage for the results of clients."),
        Route::get("/api/admin/storage", Scope::Read, storage)
            .gives::<Storage>("Where clients keep results unless they are told otherwise."),
        Route::get("/api/csrf-token", Scope::Read, csrf_token)
            .refuses("Tells clients that no token is needed."),
    ]
}

/// Whether the server answers at all.
async fn health() -> Json<bool> {
    Json(true)
}

/// Whether the store answers.
#[derive(Debug, Serialize, JsonSchema)]
struct Message {
    message: &'static str,
}

/// Whether the store answers too.
async fn ready(State(state): State<AppState>) -> Response {
    let any = RunQuery { limit: Some(1), ..RunQuery::default() };
    match state.store().runs(any).await {
        Ok(_) => Json(Message { message: "OK" }).into_response(),
        Err(error) => {
            tracing::warn!(target: "tidegate::server", "the store cannot answer now: {error}");
            let answer = Message { message: "Database is not available" };
            (StatusCode::SERVICE_UNAVAILABLE, Json(answer)).into_response()
        }
    }
}

async fn hello() -> Json<&'static str> {
    Json("👋")
}

async fn version() -> Json<&'static str> {
    Json(version::API)
}

async fn admin_version() -> Json<&'static str> {
    Json(version::PREFECT)
}

/// Where clients keep results unless they are told otherwise.
#[derive(Debug, Default, Serialize, JsonSchema)]
struct Storage {
    default_result_storage_block_id: Option<Uuid>,
}

/// Where clients keep results unless they are told otherwise; the server says nothing of it.
async fn storage() -> Json<Storage> {
    Json(Storage::default())
}

/// The settings of a server of Prefect that are asked for by its pages and its command. Those of this one are told where it is started.
async fn settings(State(state): State<AppState>) -> Json<Value> {
    let config = state.config();
    Json(json!({
        "server": {
            "api": {
                "host": config.address.ip(),
                "port": config.address.port(),
                "default_limit": Config::PAGE_LIMIT,
                "csrf_protection_enabled": false,
            },
            "events": { "maximum_size_bytes": Config::BODY_LIMIT },
        },
    }))
}

/// Where clients keep results is said to the clients.
async fn no_storage() -> ApiError {
    ApiError::NotConfigured(
        "this server names no storage for the results of clients: tell it to them (`prefect config set PREFECT_DEFAULT_RESULT_STORAGE_BLOCK=..`)"
            .into(),
    )
}

/// None is named, and none is from now on.
async fn storage_stays() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// Requests of other sites are known by their origin, so no token is needed; clients that ask are told to do without.
async fn csrf_token() -> ApiError {
    ApiError::invalid(&["query", "client"], "CSRF protection is disabled.", "value_error")
}
