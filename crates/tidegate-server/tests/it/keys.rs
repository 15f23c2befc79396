//! Keys that are kept in the store: who is let in by them, and from when and until when.

use std::sync::Arc;
use std::time::Duration;

use axum::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use tidegate_core::{ApiKeyAnswer, ApiKeyChange, ApiKeyRecord, Clock, Store};
use tidegate_server::{ApiKey, Config, Scope, Server};

use crate::asking::{Caller, store};

/// Makes a key that is good for so long, and gives its text.
async fn make(store: &Arc<dyn Store>, name: &str, scope: Scope, term: Option<i64>) -> String {
    let (key, token) = ApiKey::create(name, scope).unwrap();
    let now = Clock::system().now();
    let expires = term.map(|seconds| now + chrono::TimeDelta::seconds(seconds));
    let record = ApiKeyRecord { expires, ..key.to_record(now).unwrap() };
    let answer = store.change_api_key(ApiKeyChange::Create(record.clone())).await.unwrap();
    assert_eq!(answer, ApiKeyAnswer::Done(record));
    token
}

async fn delete(store: &Arc<dyn Store>, name: &str) {
    store.change_api_key(ApiKeyChange::Delete(name.to_owned())).await.unwrap();
}

fn bearer(server: &Caller, token: &str) -> Caller {
    server.clone().with("authorization", format!("Bearer {token}"))
}

/// Asks until the answer is this, as it is within a second.
async fn until(caller: &Caller, status: u16) {
    while caller.get("/api/version").await.status != status {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_key_lets_in_as_far_as_its_scope_goes() {
    let store = store();
    let read = make(&store, "read", Scope::Read, None).await;
    let run = make(&store, "run", Scope::Run, Some(60)).await;
    let late = make(&store, "late", Scope::Admin, Some(-1)).await;
    let server = Caller::of(Arc::clone(&store), Config::new());
    let flow = json!({"name": "tides"});
    server.get("/api/version").await.is(401);
    server.get("/api/health").await.is(200);
    bearer(&server, &read).get("/api/version").await.is(200);
    bearer(&server, &read).post("/api/flows/", &flow).await.is(403);
    bearer(&server, &run).post("/api/flows/", &flow).await.is(201);
    bearer(&server, &late).get("/api/version").await.is(401);
    bearer(&server, "tgk_00").get("/api/version").await.is(401);
    // A browser asks for a user and a password.
    let login = STANDARD.encode(format!("anyone:{read}"));
    let browser = server.with("authorization", format!("Basic {login}"));
    browser.get("/").await.is(200);
    browser.send(Method::POST, "/api/flows/", Some(&flow)).await.is(403);
}

#[tokio::test]
async fn a_server_that_runs_learns_of_new_and_deleted_keys() {
    let store = store();
    let server = Caller::of(Arc::clone(&store), Config::new());
    server.get("/api/version").await.is(200);
    let token = make(&store, "laptop", Scope::Read, None).await;
    until(&server, 401).await;
    bearer(&server, &token).get("/api/version").await.is(200);
    delete(&store, "laptop").await;
    until(&bearer(&server, &token), 401).await;
    // Without a key left it is closed to everyone, and not open.
    server.get("/api/version").await.is(401);
}

#[tokio::test]
async fn a_key_guards_a_server_that_everyone_can_reach() {
    let everywhere = || Config::new().address(([0, 0, 0, 0], 0).into());
    let store = store();
    let refused = Server::bind(Arc::clone(&store), everywhere()).await.unwrap_err();
    assert!(refused.to_string().contains("server key create"), "{refused}");
    make(&store, "late", Scope::Read, Some(-1)).await;
    assert!(Server::bind(Arc::clone(&store), everywhere()).await.is_err(), "it lets nobody in");
    make(&store, "laptop", Scope::Read, None).await;
    let server = Server::bind(store, everywhere()).await.unwrap();
    assert!(server.asks_who_calls());
}

#[tokio::test]
async fn the_text_of_a_key_is_not_in_the_store() {
    let store = store();
    let token = make(&store, "laptop", Scope::Read, None).await;
    let keys = store.api_keys().await.unwrap();
    let shown = format!("{keys:?}");
    assert!(!shown.contains(&token) && !shown.contains("hash"), "{shown}");
    assert_ne!(keys[0].hash.as_slice(), token.as_bytes());
}
