//! A caller of the router: what it sends, and what it is answered.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode};
use serde_json::Value;
use tidegate_core::Store;
use tidegate_server::{Config, router};
use tidegate_store::{Options, Sqlite};
use tower::ServiceExt;

/// A store in memory.
pub(crate) fn store() -> Arc<dyn Store> {
    Arc::new(Sqlite::open(Options::memory()).unwrap())
}

/// A caller of a server over this store.
#[derive(Clone)]
pub(crate) struct Caller {
    router: Router,
    headers: Vec<(&'static str, String)>,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: axum::http::HeaderMap,
    pub(crate) text: String,
}

impl Caller {
    pub(crate) fn of(store: Arc<dyn Store>, config: Config) -> Self {
        Self { router: router(store, config), headers: vec![("host", "localhost:4200".to_owned())] }
    }

    /// With this header, in the place of one of the same name.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let told = format!("{method} {path}");
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        // A stream ends when the server does, so it is not read to its end.
        let streams = parts.headers.get("content-type").is_some_and(|is| is == "text/event-stream");
        let body = if streams { Body::empty() } else { body };
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        crate::document::check(&told, parts.status, &text);
        Answer { status: parts.status, headers: parts.headers, text }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, Some(body)).await
    }
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// Fails unless the status is this.
    pub(crate) fn is(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }
}
