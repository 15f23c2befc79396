//! Blocks over HTTP: what clients save, programs load, and the reverse; and no secret is told that was not asked for.

use std::sync::Arc;

use axum::http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tidegate::schemars::{self, JsonSchema};
use tidegate::{Block, Engine, Secret};
use tidegate_core::{BlockDocumentQuery, Store};
use tidegate_server::{ApiKey, Config, Scope};

use crate::asking::{Caller, store};

/// A type that programs and clients know.
#[derive(Debug, Serialize, Deserialize, JsonSchema, Block)]
struct Login {
    user: String,
    password: Secret,
    note: Option<String>,
}

/// An engine, its store, and a server over that with its keys.
fn program() -> (Engine, Arc<dyn Store>, Caller) {
    let engine = Engine::builder().database("sqlite::memory:").open().unwrap();
    let store = Arc::clone(engine.store().unwrap());
    let config = Config::new().vault(engine.vault().unwrap());
    let server = Caller::of(Arc::clone(&store), config);
    (engine, store, server)
}

fn path_of(what: &str, record: &Value) -> String {
    format!("/api/{what}/{}", record["id"].as_str().unwrap())
}

/// A type with this schema, which has its title as its slug.
async fn registered(server: &Caller, fields: Value) -> Value {
    let slug = fields["title"].as_str().unwrap();
    let body = json!({"name": slug, "slug": slug});
    let made = server.post("/api/block_types/", &body).await;
    let block_type = match made.status.as_u16() {
        201 => made.json(),
        _ => server.get(&format!("/api/block_types/slug/{slug}")).await.is(200).json(),
    };
    let body = json!({"block_type_id": block_type["id"], "fields": fields, "version": "1.0"});
    let made = server.post("/api/block_schemas/", &body).await;
    assert!([200, 201].contains(&made.status.as_u16()), "{}", made.text);
    made.json()
}

/// A schema as Prefect's clients make one of a class.
fn mailbox() -> Value {
    json!({
        "title": "mailbox", "type": "object", "block_type_slug": "mailbox", "block_schema_references": {},
        "properties": {
            "a": {"type": "integer"}, "pw": {"type": "string", "format": "password", "writeOnly": true},
            "keys": {"type": "object"}, "login": {"type": "object"},
        },
        "secret_fields": ["pw", "keys.*", "login.password"],
    })
}

async fn saved(server: &Caller, schema: &Value, name: &str, data: Value) -> Value {
    let body = json!({
        "name": name, "data": data, "block_schema_id": schema["id"], "block_type_id": schema["block_type_id"],
    });
    server.post("/api/block_documents/", &body).await.is(201).json()
}

async fn data(server: &Caller, document: &Value, include_secrets: bool) -> Value {
    let path = path_of("block_documents", document);
    let path = format!("{path}?include_secrets={include_secrets}");
    server.get(&path).await.is(200).json()["data"].clone()
}

#[tokio::test]
async fn what_a_program_saves_is_masked_unless_its_secrets_are_asked_for() {
    let (engine, _, server) = program();
    let login = Login { user: "ada".into(), password: "hunter-of-ada".into(), note: None };
    login.save("work").on(&engine).await.unwrap();
    let path = "/api/block_types/slug/login/block_documents/name/work";
    let masked = server.get(path).await.is(200);
    assert!(!masked.text.contains("hunter"), "{}", masked.text);
    assert_eq!(masked.json()["data"], json!({"user": "ada", "password": "********", "note": null}));
    let opened = server.get(&format!("{path}?include_secrets=true")).await.is(200).json();
    assert_eq!(opened["data"]["password"], "hunter-of-ada");
    assert_eq!(opened["block_schema"]["fields"]["secret_fields"], json!(["password"]));
    let listed = server.get("/api/block_types/slug/login/block_documents").await.is(200).json();
    assert_eq!(listed[0]["data"]["password"], "********");
    engine.close().await.unwrap();
}

#[tokio::test]
async fn what_a_client_saves_a_program_loads() {
    let (engine, store, server) = program();
    let login = Login { user: "x".into(), password: "unused-one".into(), note: None };
    login.save("old").on(&engine).await.unwrap();
    let known = server.get("/api/block_types/slug/login/block_documents/name/old").await.json();
    let schema = json!({"id": known["block_schema_id"], "block_type_id": known["block_type_id"]});
    let new = json!({"user": "grace", "password": "hunter-of-grace", "block_type_slug": "login"});
    let document = saved(&server, &schema, "new", new).await;
    assert_eq!(document["data"]["password"], "********");
    let loaded = Login::load("new").on(&engine).await.unwrap();
    assert_eq!((&*loaded.user, loaded.password.expose().as_str()), ("grace", "hunter-of-grace"));
    // A secret that comes back masked stays what it was.
    let change = json!({"data": {"user": "hopper", "password": "********"}});
    let path = path_of("block_documents", &document);
    server.send(Method::PATCH, &path, Some(&change)).await.is(204);
    let loaded = Login::load("new").on(&engine).await.unwrap();
    assert_eq!((&*loaded.user, loaded.password.expose().as_str()), ("hopper", "hunter-of-grace"));
    let recorded = store.block_documents(BlockDocumentQuery::default()).await.unwrap();
    assert!(!format!("{recorded:?}").contains("hunter"), "{recorded:?}");
    engine.close().await.unwrap();
}

// BLOCK-09
#[tokio::test]
async fn a_change_is_merged_into_the_data_unless_it_says_otherwise() {
    let (engine, _, server) = program();
    let schema = registered(&server, mailbox()).await;
    let document = saved(&server, &schema, "one", json!({"a": 5, "pw": "first-secret"})).await;
    let path = path_of("block_documents", &document);
    server.send(Method::PATCH, &path, Some(&json!({"data": {"a": 6}}))).await.is(204);
    let merged = json!({"a": 6, "pw": "first-secret"});
    assert_eq!(data(&server, &document, true).await, merged);
    let replaced = json!({"data": {"a": 7}, "merge_existing_data": false});
    server.send(Method::PATCH, &path, Some(&replaced)).await.is(204);
    assert_eq!(data(&server, &document, true).await, json!({"a": 7}));
    server.send(Method::PATCH, &path, Some(&json!({"colour": "red"}))).await.is(422);
    // There is no secret any more that the mask could stand for.
    let mask = json!({"data": {"pw": "********"}});
    let refused = server.send(Method::PATCH, &path, Some(&mask)).await.is(422).json();
    assert!(refused["exception_detail"][0]["msg"].as_str().unwrap().contains("mask"), "{refused}");
    server.send(Method::DELETE, &path, None).await.is(204);
    server.send(Method::PATCH, &path, Some(&replaced)).await.is(404);
    server.get(&path).await.is(404);
    engine.close().await.unwrap();
}

#[tokio::test]
async fn secrets_are_masked_wherever_the_schema_says_and_stay_where_they_are() {
    let (engine, store, server) = program();
    let schema = registered(&server, mailbox()).await;
    let plain = json!({
        "a": 1, "pw": "one-secret", "keys": {"x": "two-secret", "deep": {"y": ["three-secret"]}},
        "login": {"user": "ada", "password": "four-secret", "block_type_slug": "login"},
    });
    let document = saved(&server, &schema, "one", plain.clone()).await;
    let masked = json!({
        "a": 1, "pw": "********", "keys": {"x": "********", "deep": {"y": ["********"]}},
        "login": {"user": "ada", "password": "********", "block_type_slug": "login"},
    });
    assert_eq!(data(&server, &document, false).await, masked);
    let recorded = store.block_documents(BlockDocumentQuery::default()).await.unwrap();
    assert!(!format!("{recorded:?}").contains("-secret"), "{recorded:?}");
    let path = path_of("block_documents", &document);
    let back = json!({"data": masked, "merge_existing_data": false});
    server.send(Method::PATCH, &path, Some(&back)).await.is(204);
    assert_eq!(data(&server, &document, true).await, plain);
    let sealed = json!({"data": {"keys": {"$sealed": "v1:x"}}});
    server.send(Method::PATCH, &path, Some(&sealed)).await.is(422);
    engine.close().await.unwrap();
}

// BLOCK-10
#[tokio::test]
async fn a_block_that_was_saved_is_referred_to_and_seen_as_it_is_by_now() {
    let (engine, _, server) = program();
    let schema = registered(&server, mailbox()).await;
    let inner = saved(&server, &schema, "inner", json!({"a": 1, "pw": "inner-secret"})).await;
    let reference = json!({"$ref": {"block_document_id": inner["id"]}});
    let outer = saved(&server, &schema, "outer", json!({"login": reference})).await;
    let inside = json!({"a": 1, "pw": "********", "block_type_slug": "mailbox"});
    assert_eq!(outer["data"]["login"], inside);
    let told = &outer["block_document_references"]["login"]["block_document"];
    assert_eq!((&told["id"], &told["name"]), (&inner["id"], &json!("inner")));
    assert_eq!(told["block_type"]["slug"], "mailbox");
    let inner_path = path_of("block_documents", &inner);
    server.send(Method::PATCH, &inner_path, Some(&json!({"data": {"a": 2}}))).await.is(204);
    let opened = data(&server, &outer, true).await;
    assert_eq!(
        (&opened["login"]["a"], &opened["login"]["pw"]),
        (&json!(2), &json!("inner-secret"))
    );
    // No ring, nothing that is not there, and nothing goes that another needs.
    let back = json!({"data": {"login": {"$ref": {"block_document_id": outer["id"]}}}});
    server.send(Method::PATCH, &inner_path, Some(&back)).await.is(400);
    server.send(Method::DELETE, &inner_path, None).await.is(409);
    let nowhere = json!({"data": {"login": {"$ref": {"block_document_id": uuid::Uuid::nil()}}}});
    server.send(Method::PATCH, &inner_path, Some(&nowhere)).await.is(400);
    engine.close().await.unwrap();
}

#[tokio::test]
async fn a_name_is_taken_once_and_an_anonymous_block_has_one_made_up() {
    let (engine, _, server) = program();
    let schema = registered(&server, mailbox()).await;
    saved(&server, &schema, "one", json!({})).await;
    let body = |name: Value, is_anonymous: bool| {
        json!({
            "name": name, "is_anonymous": is_anonymous, "block_schema_id": schema["id"], "block_type_id": schema["block_type_id"],
        })
    };
    let create = async |body: Value| server.post("/api/block_documents/", &body).await;
    let taken = create(body(json!("one"), false)).await.is(409).json();
    assert_eq!(taken["detail"], "Block already exists");
    create(body(json!("Upper Case"), false)).await.is(422);
    create(body(Value::Null, false)).await.is(422);
    let anonymous = create(body(Value::Null, true)).await.is(201).json();
    assert!(anonymous["name"].as_str().unwrap().starts_with("anonymous-"), "{anonymous}");
    let mut unknown = body(json!("two"), false);
    unknown["block_schema_id"] = json!(uuid::Uuid::nil());
    create(unknown).await.is(404);

    let names = async |filters: Value| -> Vec<String> {
        let found = server.post("/api/block_documents/filter", &filters).await.is(200).json();
        let count = server.post("/api/block_documents/count", &filters).await.is(200).json();
        assert_eq!(count, found.as_array().unwrap().len());
        let names = found.as_array().unwrap().iter();
        names.map(|document| document["name"].as_str().unwrap().to_owned()).collect()
    };
    // BLOCK-19
    assert_eq!(names(json!({})).await, ["one"]);
    assert_eq!(names(json!({"block_documents": {"is_anonymous": {"eq_": null}}})).await.len(), 2);
    assert_eq!(names(json!({"block_documents": {"name": {"like_": "ON"}}})).await, ["one"]);
    let of_type = json!({"block_types": {"slug": {"any_": ["mailbox"]}}});
    assert_eq!(names(of_type).await, ["one"]);
    assert!(names(json!({"block_types": {"name": {"like_": "login"}}})).await.is_empty());
    let of_schema = json!({"block_schemas": {"block_capabilities": {"all_": ["notify"]}}});
    assert!(names(of_schema).await.is_empty());
    engine.close().await.unwrap();
}

#[tokio::test]
async fn types_and_schemas_are_made_found_changed_and_deleted() {
    let (engine, _, server) = program();
    let schema = registered(&server, mailbox()).await;
    let checksum = schema["checksum"].as_str().unwrap();
    assert!(checksum.starts_with("sha256:"), "{schema}");
    assert_eq!(registered(&server, mailbox()).await["id"], schema["id"]);
    let by_checksum = format!("/api/block_schemas/checksum/{checksum}");
    let found = server.get(&format!("{by_checksum}?version=1.0")).await.is(200).json();
    assert_eq!((&found["id"], &found["block_type"]["slug"]), (&schema["id"], &json!("mailbox")));
    server.get(&format!("{by_checksum}?version=2.0")).await.is(404);
    server.get("/api/block_schemas/checksum/sha256:0").await.is(404);
    assert_eq!(server.get(&path_of("block_schemas", &schema)).await.is(200).json(), found);

    let twice = json!({"name": "mailbox", "slug": "mailbox"});
    server.post("/api/block_types/", &twice).await.is(409);
    server.post("/api/block_types/", &json!({"name": "Prefect's own", "slug": "x"})).await.is(403);
    server.post("/api/block_types/", &json!({"name": "x", "slug": "Not A Slug"})).await.is(422);
    let of_id = format!("/api/block_types/{}", schema["block_type_id"].as_str().unwrap());
    let change = json!({"description": "where letters go"});
    server.send(Method::PATCH, &of_id, Some(&change)).await.is(204);
    let changed = server.get(&of_id).await.is(200).json();
    assert_eq!(
        (&changed["description"], &changed["name"]),
        (&json!("where letters go"), &json!("mailbox"))
    );
    let asked = json!({"block_types": {"name": {"like_": "MAIL"}}});
    let found = server.post("/api/block_types/filter", &asked).await.is(200).json();
    assert_eq!(found, json!([changed]));
    let able = json!({"block_schemas": {"block_capabilities": {"all_": ["notify"]}}});
    assert_eq!(server.post("/api/block_types/filter", &able).await.is(200).json(), json!([]));

    let body = json!({
        "block_type_id": schema["block_type_id"], "capabilities": ["notify", "run"], "fields": {"title": "other"},
    });
    let other = server.post("/api/block_schemas/", &body).await.is(201).json();
    assert_eq!(other["version"], "non-versioned");
    assert_eq!(
        server.get("/api/block_capabilities/").await.is(200).json(),
        json!(["notify", "run"])
    );
    let listed = server.post("/api/block_schemas/filter", &able).await.is(200).json();
    assert_eq!(listed.as_array().unwrap().len(), 1);
    let dangling = json!({"block_schema_references": {"inner": {"block_type_slug": "unheard-of"}}});
    let body = json!({"block_type_id": schema["block_type_id"], "fields": dangling});
    server.post("/api/block_schemas/", &body).await.is(409);

    let document = saved(&server, &schema, "one", json!({})).await;
    server.send(Method::DELETE, &path_of("block_schemas", &schema), None).await.is(409);
    server.send(Method::DELETE, &path_of("block_schemas", &other), None).await.is(204);
    server.send(Method::DELETE, &path_of("block_schemas", &other), None).await.is(404);
    server.send(Method::DELETE, &of_id, None).await.is(204);
    server.send(Method::DELETE, &of_id, None).await.is(404);
    server.get(&path_of("block_documents", &document)).await.is(404);
    server.get("/api/block_types/slug/mailbox").await.is(404);
    engine.close().await.unwrap();
}

/// A type that belongs to a library.
#[derive(Debug, Serialize, Deserialize, JsonSchema, Block)]
#[block(protected)]
struct Belonging {
    n: u32,
}

// BLOCK-16
#[tokio::test]
async fn a_protected_type_stays() {
    let (engine, _, server) = program();
    Belonging { n: 1 }.save("one").on(&engine).await.unwrap();
    let block_type = server.get("/api/block_types/slug/belonging").await.is(200).json();
    assert_eq!(block_type["is_protected"], true);
    server.send(Method::DELETE, &path_of("block_types", &block_type), None).await.is(403);
    let schemas = server.post("/api/block_schemas/filter", &json!({})).await.json();
    server.send(Method::DELETE, &path_of("block_schemas", &schemas[0]), None).await.is(403);
    engine.close().await.unwrap();
}

#[tokio::test]
async fn who_may_only_look_is_told_no_secret() {
    let (engine, store, _) = program();
    let login = Login { user: "ada".into(), password: "hunter-of-all".into(), note: None };
    login.save("work").on(&engine).await.unwrap();
    let mut config = Config::new().vault(engine.vault().unwrap());
    let mut tokens = Vec::new();
    for scope in [Scope::Read, Scope::Run] {
        let (key, token) = ApiKey::create(scope.as_str(), scope).unwrap();
        config = config.key(key);
        tokens.push(format!("Bearer {token}"));
    }
    let server = Caller::of(store, config);
    let [read, run] = [0, 1].map(|index| server.clone().with("authorization", &tokens[index]));
    let path = "/api/block_types/slug/login/block_documents/name/work";
    read.get(path).await.is(200);
    let refused = read.get(&format!("{path}?include_secrets=true")).await.is(403);
    assert!(!refused.text.contains("hunter"), "{}", refused.text);
    read.post("/api/block_documents/filter", &json!({"include_secrets": true})).await.is(403);
    let told = run.post("/api/block_documents/filter", &json!({"include_secrets": true})).await;
    assert_eq!(told.is(200).json()[0]["data"]["password"], "hunter-of-all");
    engine.close().await.unwrap();
}

#[tokio::test]
async fn a_server_without_keys_keeps_no_secret_and_tells_none_and_says_what_to_do() {
    let (engine, store, _) = program();
    let login = Login { user: "ada".into(), password: "hunter-unseen".into(), note: None };
    login.save("work").on(&engine).await.unwrap();
    let server = Caller::of(Arc::clone(&store), Config::new());
    let path = "/api/block_types/slug/login/block_documents/name/work";
    let document = server.get(path).await.is(200).json();
    assert_eq!(document["data"]["password"], "********");
    let refused = server.get(&format!("{path}?include_secrets=true")).await.is(501).json();
    assert!(refused["detail"].as_str().unwrap().contains("tidegate server start"), "{refused}");
    let path = path_of("block_documents", &document);
    let secret = json!({"data": {"password": "hunter-new"}});
    server.send(Method::PATCH, &path, Some(&secret)).await.is(501);
    server.send(Method::PATCH, &path, Some(&json!({"data": {"user": "x"}}))).await.is(204);
    engine.close().await.unwrap();
}

// VAR-08
#[tokio::test]
async fn a_variable_is_made_once() {
    let server = Caller::of(store(), Config::new());
    let body = json!({"name": "lat", "value": 1});
    server.post("/api/variables/", &body).await.is(201);
    let again = server.post("/api/variables/", &body).await.is(409).json();
    assert!(again["detail"].as_str().unwrap().contains("lat"), "{again}");
}
