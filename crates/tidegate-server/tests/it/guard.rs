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
    let route = "route=\"/api/flows/\",method=\"POST\",status=\"201\"";
    let count = format!("tidegate_http_request_duration_seconds_count{{{route}}} 1");
    assert!(metrics.contains(&count), "{metrics}");
    server.get("/api/nothing").await;
    well_told(&server.get("/metrics").await.is(200).text);
}

/// Fails unless Prometheus can read this: each name is told of once and before its samples, whose labels and values are well made, and
/// the buckets of a histogram grow up to its count.
fn well_told(metrics: &str) {
    let mut told = std::collections::HashMap::new();
    let mut last = (String::new(), 0.0);
    for line in metrics.lines() {
        if let Some(comment) = line.strip_prefix("# TYPE ") {
            let (name, kind) = comment.split_once(' ').unwrap();
            assert!(told.insert(name, kind).is_none(), "{line}");
        } else if let Some(comment) = line.strip_prefix("# HELP ") {
            let (name, help) = comment.split_once(' ').unwrap();
            assert!(!told.contains_key(name) && help.ends_with('.'), "{line}");
        } else {
            let (sample, value) = line.rsplit_once(' ').unwrap();
            let value: f64 = value.parse().unwrap_or_else(|_| panic!("{line}"));
            let (name, labels) = sample.split_once('{').unwrap_or((sample, "}"));
            let family = ["_bucket", "_sum", "_count"].into_iter().find_map(|end| {
                name.strip_suffix(end).filter(|family| told.get(family) == Some(&"histogram"))
            });
            assert!(told.contains_key(family.unwrap_or(name)), "{line}");
            let labels = labels.strip_suffix('}').unwrap();
            for label in labels.split("\",").filter(|label| !label.is_empty()) {
                let (name, value) = label.split_once("=\"").unwrap_or_else(|| panic!("{line}"));
                assert!(name.bytes().all(|byte| byte.is_ascii_lowercase()), "{line}");
                assert!(!value.trim_end_matches('"').contains('"'), "{line}");
            }
            let of = labels.split(",le=").next().unwrap().to_owned();
            if name.ends_with("_bucket") && last.0 == of {
                assert!(value >= last.1, "{line}");
            }
            if name.ends_with("_count") && family.is_some() {
                assert_eq!((&last.0, last.1), (&of, value), "{line}");
            }
            if !name.ends_with("_sum") {
                last = (of, value);
            }
        }
    }
    assert!(told.len() > 3, "{metrics}");
}
