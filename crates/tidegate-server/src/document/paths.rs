//! From routes to the paths of the document, and to the schemas that they name. A route of a page is left out.

use std::borrow::Cow;

use axum::http::StatusCode;
use schemars::Schema;
use schemars::generate::{Contract, SchemaGenerator, SchemaSettings};
use serde_json::{Map, Value, json};

use super::account::{Account, Told};
use crate::error::{InvalidRequest, Refusal};
use crate::route::{Route, Scope};

/// The paths, and the schemas that they name.
pub(super) struct Described {
    pub(super) paths: Map<String, Value>,
    pub(super) schemas: Map<String, Value>,
}

/// Describes the routes that have an account.
pub(super) fn describe(routes: &[Route]) -> Described {
    let mut writer = Writer { asked: generator(false), told: generator(true) };
    let mut paths = Map::new();
    for route in routes {
        let Some(account) = &route.account else { continue };
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[route.method.as_str().to_ascii_lowercase()] = writer.operation(route, account);
    }
    let mut schemas = writer.asked.take_definitions(true);
    schemas.extend(writer.told.take_definitions(true));
    Described { paths, schemas }
}

/// What makes schemas, of what is sent or of what is asked. The two differ: a field that may be left out of a request is always there
/// in an answer.
fn generator(of_answers: bool) -> SchemaGenerator {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
        settings.contract = if of_answers { Contract::Serialize } else { Contract::Deserialize };
    });
    SchemaGenerator::new(settings)
}

struct Writer {
    asked: SchemaGenerator,
    told: SchemaGenerator,
}

impl Writer {
    fn operation(&mut self, route: &Route, account: &Account) -> Value {
        let Account { summary, asked, told } = account;
        let mut parameters = in_path(route.path);
        if let Some(query) = asked.query {
            parameters.extend(in_query(&query(&mut self.asked)));
        }
        let may_be_invalid = asked.body.is_some() || !parameters.is_empty();
        let mut operation = json!({
            "operationId": operation_id(route),
            "summary": summary,
            "tags": [tag(route.path)],
            "parameters": parameters,
            "responses": self.responses(route.scope, told, may_be_invalid),
            "security": security(route.scope),
            "x-scope": route.scope.as_str(),
        });
        if let Some(body) = asked.body {
            let schema = body(&mut self.asked);
            operation["requestBody"] = json!({
                "required": needs_a_body(&schema),
                "content": { "application/json": { "schema": schema } },
            });
        }
        operation
    }

    fn responses(&mut self, scope: Scope, told: &Told, may_be_invalid: bool) -> Value {
        let json = |schema: Schema| json!({ "application/json": { "schema": schema } });
        let mut responses = Map::new();
        let mut add = |status: StatusCode, says: &str, content: Option<Value>| {
            let mut response = json!({ "description": says });
            if let Some(content) = content {
                response["content"] = content;
            }
            responses.insert(status.as_u16().to_string(), response);
        };
        match told {
            Told::Gives(schema) => {
                add(StatusCode::OK, "Done", Some(json(schema(&mut self.told))));
            }
            Told::Makes(schema) => {
                let content = json(schema(&mut self.told));
                add(StatusCode::OK, "It was so already", Some(content.clone()));
                add(StatusCode::CREATED, "Made", Some(content));
            }
            Told::Does(status) => add(*status, "Done", None),
            Told::Writes(content_type) => {
                let content = json!({ *content_type: { "schema": { "type": "string" } } });
                add(StatusCode::OK, "Done", Some(content));
            }
            Told::Opens => add(StatusCode::SWITCHING_PROTOCOLS, "The socket is open", None),
            Told::Refuses => {}
        }
        if may_be_invalid || matches!(told, Told::Refuses) {
            let problems = json(self.told.subschema_for::<InvalidRequest>());
            add(StatusCode::UNPROCESSABLE_ENTITY, "The request is not well made", Some(problems));
        }
        if scope != Scope::Open {
            let refusal = json(self.told.subschema_for::<Refusal<'_>>());
            add(StatusCode::UNAUTHORIZED, "Who calls must say who they are", Some(refusal.clone()));
            add(StatusCode::FORBIDDEN, "This caller may not do this", Some(refusal));
        }
        let other = json(self.told.subschema_for::<Refusal<'_>>());
        responses.insert("default".into(), json!({ "description": "Not done", "content": other }));
        Value::Object(responses)
    }
}

/// Whether a body cannot be left out: it has fields that must be there, or is a list.
fn needs_a_body(schema: &Schema) -> bool {
    let required = schema.get("required").and_then(Value::as_array);
    required.is_some_and(|required| !required.is_empty())
        || schema.get("type").is_some_and(|kind| kind == "array")
}

/// What varies in a path, which is called after what it is.
fn in_path(path: &str) -> Vec<Value> {
    let names = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    names
        .map(|name| {
            let is_id = name == "id" || name.ends_with("_id");
            let schema = if is_id {
                json!({ "type": "string", "format": "uuid" })
            } else {
                json!({ "type": "string" })
            };
            json!({ "name": name, "in": "path", "required": true, "schema": schema })
        })
        .collect()
}

/// The fields of what is asked in a query, each as a parameter.
fn in_query(schema: &Schema) -> Vec<Value> {
    let required = schema.get("required").and_then(Value::as_array);
    let is_required = |name: &str| required.is_some_and(|names| names.iter().any(|n| n == name));
    let fields = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    fields
        .map(|(name, schema)| {
            let required = is_required(name);
            json!({ "name": name, "in": "query", "required": required, "schema": schema })
        })
        .collect()
}

/// `post_flow_runs_filter` for `POST /api/flow_runs/filter`.
fn operation_id(route: &Route) -> String {
    let words = route.path.trim_start_matches("/api").split(|c: char| !c.is_ascii_alphanumeric());
    let words = words.filter(|word| !word.is_empty()).map(Cow::from);
    let method = Cow::from(route.method.as_str().to_ascii_lowercase());
    let mut id = std::iter::once(method).chain(words).collect::<Vec<_>>().join("_");
    // What makes one by posting to the folder differs from what the folder's name alone would be.
    if route.path.ends_with('/') {
        id.push_str("_all");
    }
    if !route.path.starts_with("/api/") {
        id.push_str("_at_root");
    }
    id
}

/// What a route is about: the first part of its path.
fn tag(path: &str) -> &str {
    let mut parts = path.split('/').filter(|part| !matches!(*part, "" | "api" | "v2"));
    parts.next().unwrap_or("server")
}

fn security(scope: Scope) -> Value {
    match scope {
        Scope::Open => json!([]),
        Scope::Read | Scope::Run | Scope::Admin => json!([{ "basic": [] }, { "key": [] }]),
    }
}
