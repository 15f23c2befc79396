//! The document of the API: every route is in it, it is well made, and whatever any test is answered is as it says.

use std::collections::HashSet;
use std::sync::OnceLock;

use axum::http::StatusCode;
use serde_json::{Map, Value};
use tidegate_server::{Config, Scope, openapi, routes};

use crate::asking::{Caller, store};
use crate::schema;

/// What the server says of itself.
fn document() -> &'static Value {
    static DOCUMENT: OnceLock<Value> = OnceLock::new();
    DOCUMENT.get_or_init(|| serde_json::from_str(&openapi()).unwrap())
}

/// Whether a route is one of the API.
fn is_told(path: &str) -> bool {
    path.starts_with("/api/") || matches!(path, "/metrics" | "/openapi.json")
}

#[test]
fn every_route_of_the_api_is_in_the_document_with_all_that_it_asks_and_gives() {
    let document = document();
    let mut ids = HashSet::new();
    let mut count = 0;
    for route in routes().iter().filter(|route| is_told(route.path)) {
        let (method, path) = (route.method.as_str().to_ascii_lowercase(), route.path);
        let operation = &document["paths"][path][&method];
        assert!(operation.is_object(), "{method} {path} is not in the document");
        let summary = operation["summary"].as_str().unwrap();
        assert!(summary.ends_with('.') && summary.contains(' '), "{method} {path}: {summary}");
        assert!(ids.insert(operation["operationId"].as_str().unwrap()), "{operation}");
        assert_eq!(operation["x-scope"], route.scope.as_str());
        assert_eq!(operation["security"] == serde_json::json!([]), route.scope == Scope::Open);
        let named: HashSet<&str> =
            path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).collect();
        let parameters = operation["parameters"].as_array().unwrap();
        let told: HashSet<&str> = parameters
            .iter()
            .filter(|parameter| parameter["in"] == "path")
            .map(|parameter| parameter["name"].as_str().unwrap())
            .collect();
        assert_eq!(told, named, "{method} {path}");
        let responses = operation["responses"].as_object().unwrap();
        assert!(responses.keys().any(|status| status != "default"), "{method} {path}");
        count += 1;
    }
    let told = document["paths"].as_object().unwrap().values();
    assert_eq!(told.map(|path| path.as_object().unwrap().len()).sum::<usize>(), count);
}

#[test]
fn the_document_is_well_made() {
    let document = document();
    assert_eq!(document["openapi"], "3.1.0");
    assert!(document["info"]["title"].is_string() && document["info"]["version"].is_string());
    let schemas = document["components"]["schemas"].as_object().unwrap();
    for (name, found) in schemas {
        assert!(found.is_object() || found.is_boolean(), "{name}");
    }
    let mut references = Vec::new();
    references_in(document, &mut references);
    assert!(references.len() > 50, "{}", references.len());
    for reference in references {
        let name = reference.strip_prefix("#/components/schemas/").unwrap();
        assert!(schemas.contains_key(name), "{reference} leads nowhere");
    }
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let has_body = operation.get("requestBody").is_some();
            assert!(!has_body || method != "get", "{method} {path}");
            for (status, response) in operation["responses"].as_object().unwrap() {
                assert!(response["description"].is_string(), "{method} {path} {status}");
                let content = response.get("content").and_then(Value::as_object);
                let all = content.into_iter().flat_map(Map::values);
                all.for_each(|one| assert!(one.get("schema").is_some(), "{method} {path}"));
            }
        }
    }
}

#[tokio::test]
async fn both_places_give_the_same_document() {
    let server = Caller::of(store(), Config::new());
    for path in ["/api/openapi.json", "/openapi.json"] {
        assert_eq!(server.get(path).await.is(200).json(), *document());
    }
}

#[test]
fn a_request_that_the_document_allows_has_the_fields_that_are_read() {
    let document = document();
    let body = |path: &str| {
        &document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
    };
    let create = body("/api/flow_runs/");
    assert_eq!(create["required"], serde_json::json!(["flow_id"]));
    assert_eq!(create["additionalProperties"], false);
    let filter = body("/api/flow_runs/filter");
    assert_eq!(filter["properties"]["limit"]["maximum"], Config::PAGE_LIMIT);
    let asked = filter["properties"]["flow_runs"].to_string();
    assert!(asked.contains("#/components/schemas/FlowRunFilter"), "{asked}");
}

fn references_in<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get("$ref").and_then(Value::as_str));
            fields.values().for_each(|each| references_in(each, found));
        }
        Value::Array(each) => each.iter().for_each(|each| references_in(each, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Fails unless the answer to a request is one that the document tells of.
pub(crate) fn check(request: &str, status: StatusCode, text: &str) {
    let document = document();
    let (method, path) = request.split_once(' ').unwrap();
    let path = path.split('?').next().unwrap();
    let Some(operation) = operation(document, method, path) else { return };
    let responses = operation["responses"].as_object().unwrap();
    let told = responses.get(status.as_str()).unwrap_or_else(|| {
        assert!(!status.is_success(), "{request}: the document does not tell of {status}");
        &responses["default"]
    });
    if !status.is_success() && !text.starts_with('{') {
        // What is wrong with a path or with a handshake is told in plain words.
        return;
    }
    if let Some(expected) = told["content"]["application/json"].get("schema") {
        let value = serde_json::from_str(text).unwrap_or_else(|_| panic!("{request}: {text}"));
        schema::check(document, expected, &value, request);
    } else if told.get("content").is_none() {
        assert_eq!(text, "", "{request}");
    }
}

/// What is said of a route, of several the one that leaves least open.
fn operation<'a>(document: &'a Value, method: &str, path: &str) -> Option<&'a Value> {
    let fits = |template: &str| {
        let (given, open): (Vec<&str>, Vec<&str>) =
            (path.split('/').collect(), template.split('/').collect());
        given.len() == open.len()
            && open.iter().zip(given).all(|(open, given)| open.starts_with('{') || *open == given)
    };
    let paths = document["paths"].as_object().unwrap().iter();
    let all = paths.filter(|(template, _)| fits(template));
    let (_, path) = all.min_by_key(|(template, _)| template.matches('{').count())?;
    path.get(method.to_ascii_lowercase())
}
