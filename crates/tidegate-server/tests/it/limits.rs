//! What one caller may ask for, in time and at once.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode};
use serde_json::json;
use tidegate_core::Clock;
use tidegate_server::{Config, RateLimit, router};
use tidegate_store::{Options, Sqlite};
use tower::ServiceExt;

use crate::asking::{Caller, store};

/// A router on which requests arrive from addresses.
struct Server(axum::Router);

impl Server {
    fn new(config: Config) -> Self {
        Self(router(store(), config.host("tide.example")))
    }

    /// The answer to a request from there, with this to say of who it is of.
    async fn ask(&self, from: &str, path: &str, auth: Option<&str>) -> (StatusCode, Option<u64>) {
        let address: SocketAddr = format!("{from}:40000").parse().unwrap();
        let mut request = Request::builder().uri(path).header("host", "tide.example");
        if let Some(auth) = auth {
            request = request.header("authorization", auth);
        }
        let mut request = request.body(Body::empty()).unwrap();
        request.extensions_mut().insert(ConnectInfo(address));
        let response = self.0.clone().oneshot(request).await.unwrap();
        let after = response.headers().get("retry-after");
        (response.status(), after.map(|after| after.to_str().unwrap().parse().unwrap()))
    }

    async fn status(&self, from: &str, path: &str) -> u16 {
        self.ask(from, path, None).await.0.as_u16()
    }
}

fn limit(per_second: u32, burst: u32) -> RateLimit {
    RateLimit { per_second, burst, loopback: false }
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_asks_too_often_is_told_when_to_ask_again() {
    let clock = Clock::runtime();
    let server = Server::new(Config::new().clock(clock).rate_limit(Some(limit(1, 3))));
    for _ in 0..3 {
        assert_eq!(server.status("10.0.0.7", "/api/health").await, 200);
    }
    let (status, after) = server.ask("10.0.0.7", "/api/health", None).await;
    assert_eq!((status.as_u16(), after), (429, Some(1)));
    // Others are not held back by one, and neither are files of pages.
    assert_eq!(server.status("10.0.0.8", "/api/health").await, 200);
    assert_ne!(server.status("10.0.0.7", "/assets/ui.css").await, 429);
    tokio::time::advance(Duration::from_millis(1001)).await;
    assert_eq!(server.status("10.0.0.7", "/api/health").await, 200);
    assert_eq!(server.status("10.0.0.7", "/api/health").await, 429);
}

#[tokio::test(start_paused = true)]
async fn callers_on_this_machine_are_held_to_a_limit_only_if_it_says_so() {
    let config = |loopback| {
        let clock = Clock::runtime();
        Config::new().clock(clock).rate_limit(Some(RateLimit { loopback, ..limit(1, 1) }))
    };
    for (loopback, expected) in [(false, 200), (true, 429)] {
        let server = Server::new(config(loopback));
        assert_eq!(server.status("127.0.0.1", "/api/health").await, 200);
        assert_eq!(server.status("127.0.0.1", "/api/health").await, expected);
    }
    let server = Server::new(config(true).rate_limit(None));
    for _ in 0..10 {
        assert_eq!(server.status("10.0.0.7", "/api/health").await, 200);
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_guesses_passwords_is_held_back_and_whoever_knows_it_is_not() {
    let clock = Clock::runtime();
    let server = Server::new(Config::new().clock(clock).basic_auth("a:b").rate_limit(None));
    let mut refused = 0;
    for _ in 0..100 {
        let wrong = server.ask("127.0.0.1", "/api/version", Some("Basic YTpj")).await;
        refused += u32::from(wrong.0 == 429);
    }
    assert_eq!(refused, 50);
    for _ in 0..100 {
        let right = server.ask("127.0.0.1", "/api/version", Some("Basic YTpi")).await;
        assert_eq!(right.0, 200);
    }
}

#[tokio::test(start_paused = true)]
async fn a_caller_has_so_many_streams_at_once() {
    let server = Server::new(Config::new().streams_per_caller(2));
    let ask = || {
        let address: SocketAddr = "10.0.0.7:1".parse().unwrap();
        let mut request = Request::builder().uri("/live").header("host", "tide.example");
        request = request.header("accept", "text/event-stream");
        let mut request = request.body(Body::empty()).unwrap();
        request.extensions_mut().insert(ConnectInfo(address));
        server.0.clone().oneshot(request)
    };
    let (first, second) = (ask().await.unwrap(), ask().await.unwrap());
    assert_eq!((first.status(), second.status()), (StatusCode::OK, StatusCode::OK));
    assert_eq!(ask().await.unwrap().status(), StatusCode::TOO_MANY_REQUESTS);
    drop(first);
    assert_eq!(ask().await.unwrap().status(), StatusCode::OK);
    drop(second);
}

/// While everything waits for a thread of the store, paused time runs on: as if that thread took longer than any limit. Now and then it is
/// quicker than that, so it is asked until it was not.
#[tokio::test(start_paused = true)]
async fn questions_are_given_up_when_they_take_too_long_and_changes_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(Options::file(folder.path().join("runs.db"))).unwrap();
    let server = Caller::of(Arc::new(store), Config::new());
    let (mut answer, mut page) = (None, None);
    for _ in 0..1000 {
        let asked = server.post("/api/flow_runs/count", &json!({})).await;
        answer = answer.or((asked.status == 504).then_some(asked));
        let looked = server.get("/runs").await;
        page = page.or((looked.status == 504).then_some(looked));
        let made = server.post("/api/flows/", &json!({ "name": "tides" })).await.status;
        assert!(made.is_success(), "{made}");
        if answer.is_some() && page.is_some() {
            break;
        }
    }
    let answer = answer.unwrap().json();
    assert!(answer["detail"].as_str().unwrap().contains("ask for less"), "{answer}");
    let page = page.unwrap().text;
    assert!(page.contains("That took too long"), "{page}");
}
