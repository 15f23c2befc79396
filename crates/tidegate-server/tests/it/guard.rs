//! Who is turned away before any route is asked.

use axum::http::Method;
use serde_json::json;
use tidegate_server::Config;

use crate::asking::{Caller, store};

fn server() -> Caller {
    Caller::of(store(), Config::new().host("tide.example"))
}

#[tokio::test]
async fn a_request_that_was_sent_to_another_host_is_refused() {
    for (host, status) in [
        ("localhost:4200", 200),
        ("127.0.0.1:4200", 200),
        ("[::1]:4200", 200),
        ("tide.example", 200),
        ("evil.example", 403),
        ("127.0.0.1.evil.example", 403),
        ("", 403),
    ] {
        server().with("host", host).get("/api/health").await.is(status);
    }
}

#[tokio::test]
async fn a_page_of_another_site_can_neither_change_nor_read_anything() {
    let flow = json!({"name": "tides"});
    let from = |origin: &str| server().with("origin", origin);
    for own in ["http://localhost:4200", "https://tide.example", "http://127.0.0.1:1"] {
        assert!(from(own).post("/api/flows/", &flow).await.status.is_success(), "{own}");
    }
    for other in ["http://evil.example", "null", "http://localhost.evil.example", "file://"] {
        from(other).post("/api/flows/", &flow).await.is(403);
        from(other).get("/api/version").await.is(403);
        from(other).with("upgrade", "websocket").get("/api/events/in").await.is(403);
    }
    let site = |site: &str| server().with("sec-fetch-site", site);
    site("same-origin").post("/api/flows/", &flow).await.is(200 + 1);
    site("cross-site").post("/api/flows/", &flow).await.is(403);
    site("cross-site").get("/api/version").await.is(403);
    site("same-site").get("/api/version").await.is(403);
    // Who follows a link sees the page, and the page that led there does not.
    let link =
        site("cross-site").with("sec-fetch-mode", "navigate").with("sec-fetch-dest", "document");
    link.get("/").await.is(200);
    link.send(Method::POST, "/api/flows/", Some(&flow)).await.is(403);
}

#[tokio::test]
async fn every_answer_tells_browsers_to_run_nothing_that_is_not_a_file_of_the_server() {
    for path in ["/", "/api/health", "/api/nothing", "/metrics"] {
        let answer = server().get(path).await;
        let policy = answer.headers["content-security-policy"].to_str().unwrap();
        assert!(
            policy.contains("default-src 'none'") && !policy.contains("unsafe"),
            "{path}: {policy}"
        );
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        assert_eq!(answer.headers["x-frame-options"], "DENY");
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let large = json!({"name": "x".repeat(Config::BODY_LIMIT)});
    server().post("/api/flows/", &large).await.is(413);
}

#[test]
fn a_server_that_anyone_can_reach_asks_who_they_are() {
    let everywhere = Config::new().address(([0, 0, 0, 0], 4200).into());
    let refusal = everywhere.check().unwrap_err().to_string();
    assert!(refusal.contains("127.0.0.1") && refusal.contains("0.0.0.0:4200"), "{refusal}");
    assert!(everywhere.clone().basic_auth("a:b").check().is_ok());
    assert!(everywhere.basic_auth("without a colon").check().is_err());
}

#[tokio::test]
async fn health_readiness_and_metrics_are_told() {
    let server = server();
    assert_eq!(server.get("/api/health").await.is(200).json(), true);
    server.get("/api/ready").await.is(200);
    server.post("/api/flows/", &json!({"name": "tides"})).await.is(201);
    let metrics = server.get("/metrics").await.is(200).text;
    assert!(metrics.contains("tidegate_runs{kind=\"flow\",state=\"RUNNING\"} 0"), "{metrics}");
    assert!(metrics.contains("# TYPE tidegate_http_responses_total counter"), "{metrics}");
    assert!(
        metrics.lines().all(|line| line.starts_with('#') || line.split(' ').count() == 2),
        "{metrics}"
    );
}
