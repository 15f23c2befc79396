//! Blocks made, changed and deleted by people: what is secret never comes back, and nothing is lost unasked.

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use serde_json::{Value, json};
use tidegate_core::{
    BlockChange, BlockDocument, BlockDocumentId, BlockDocumentQuery, BlockSchema, BlockSchemaId,
    BlockType, BlockTypeId, Clock, Store, Vault, VaultError, block_reference,
};
use tidegate_store::{Options, Sqlite};

use super::{ask, request};
use crate::{Config, router};

/// Turns what it seals around, which is enough to tell it from what it was.
#[derive(Debug)]
struct Turned;

impl Vault for Turned {
    fn seal(&self, _bound_to: &str, plain: &[u8]) -> Result<String, VaultError> {
        Ok(String::from_utf8_lossy(plain).chars().rev().collect())
    }

    fn open(&self, _bound_to: &str, sealed: &str) -> Result<Vec<u8>, VaultError> {
        Ok(sealed.chars().rev().collect::<String>().into_bytes())
    }
}

/// A server over a store that knows the types `login` and `mailbox`, of which the latter has one of the former in it.
async fn served() -> (Router, Arc<dyn Store>) {
    let store: Arc<dyn Store> = Arc::new(Sqlite::open(Options::memory()).unwrap());
    let login = json!({
        "title": "Login", "type": "object", "required": ["user", "token"], "secret_fields": ["token"],
        "properties": {"user": {"type": "string"}, "token": {"type": "string", "format": "password", "writeOnly": true}}
    });
    let mailbox = json!({
        "title": "Mailbox", "type": "object", "required": ["address", "login"], "secret_fields": ["login.token"],
        "properties": {
            "address": {"type": "string", "format": "email", "description": "Where letters go."},
            "login": {"$ref": "#/definitions/Login", "block_type_slug": "login"}
        },
        "definitions": {"Login": login}
    });
    for (slug, fields) in [("login", login.clone()), ("mailbox", mailbox)] {
        let now = Clock::system().now();
        let block_type = BlockType {
            id: BlockTypeId::new(),
            name: fields["title"].as_str().unwrap().to_owned(),
            slug: slug.to_owned(),
            logo_url: None,
            documentation_url: None,
            description: Some(format!("What a {slug} is for.")),
            code_example: None,
            is_protected: false,
            created: now,
            updated: now,
        };
        let schema = BlockSchema {
            id: BlockSchemaId::new(),
            checksum: format!("blake3:{slug}"),
            fields,
            capabilities: vec!["notify".to_owned()],
            version: "1".to_owned(),
            block_type_id: block_type.id,
            created: now,
            updated: now,
        };
        let change =
            BlockChange::Register { block_type: Box::new(block_type), schema: Box::new(schema) };
        store.change_blocks(change).await.unwrap();
    }
    (router(Arc::clone(&store), Config::new().vault(Arc::new(Turned))), store)
}

async fn get(app: &Router, path: &str) -> String {
    let (status, _, page) = ask(app, request("GET", path, "")).await;
    assert_eq!(status, StatusCode::OK, "{path}: {page}");
    page
}

async fn post(app: &Router, path: &str, pairs: &[(&str, &str)]) -> (StatusCode, String, String) {
    let encoded = crate::ui::words::encoded;
    let pairs: Vec<_> =
        pairs.iter().map(|(name, text)| format!("{}={}", encoded(name), encoded(text))).collect();
    ask(app, request("POST", path, pairs.join("&"))).await
}

async fn document(store: &Arc<dyn Store>, name: &str) -> BlockDocument {
    let query =
        BlockDocumentQuery { names: vec![name.to_owned()], ..BlockDocumentQuery::default() };
    store.block_documents(query).await.unwrap().remove(0)
}

async fn saved_login(app: &Router, store: &Arc<dyn Store>) -> BlockDocumentId {
    let form = [("name", "work"), ("/user", "ada"), ("/token", "hunter2"), ("act", "save")];
    let (status, location, page) = post(app, "/blocks/new/login", &form).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
    let id = document(store, "work").await.id;
    assert_eq!(location, format!("/blocks/{id}"));
    id
}

#[tokio::test]
async fn a_block_is_made_by_the_form_of_its_type_and_its_secret_is_sealed_and_never_shown() {
    let (app, store) = served().await;
    let catalogue = get(&app, "/blocks/catalogue?q=log").await;
    assert!(catalogue.contains("/blocks/new/login") && !catalogue.contains("/blocks/new/mailbox"));
    assert!(get(&app, "/blocks/new/login").await.contains("type=\"password\""));
    let id = saved_login(&app, &store).await;
    let kept = document(&store, "work").await;
    assert_eq!(kept.data["user"], "ada");
    assert!(!Value::Object(kept.data).to_string().contains("hunter2"));
    for path in
        [format!("/blocks/{id}"), format!("/blocks/{id}/edit"), "/blocks?capability=notify".into()]
    {
        let page = get(&app, &path).await;
        assert!(!page.contains("hunter2") && !page.contains("2retnuh"), "{page}");
    }
    let page = get(&app, &format!("/blocks/{id}")).await;
    assert!(page.contains("let work = Login::load(&quot;work&quot;).await?;"), "{page}");
}

#[tokio::test]
async fn what_is_wrong_with_a_block_is_said_beside_its_fields_and_what_was_typed_stays() {
    let (app, store) = served().await;
    let (status, _, page) =
        post(&app, "/blocks/new/mailbox", &[("name", "In box"), ("/address", "nobody")]).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    for said in [
        "A name has lower-case letters",
        "as ada@example.com",
        "This is needed.",
        "value=\"In box\"",
        "value=\"nobody\"",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    saved_login(&app, &store).await;
    let again = [("name", "work"), ("/user", "grace"), ("/token", "x")];
    let (status, _, page) = post(&app, "/blocks/new/login", &again).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("has a block of this name already") && page.contains("grace"), "{page}");
}

#[tokio::test]
async fn a_secret_stays_when_a_block_is_changed_unless_it_is_replaced() {
    let (app, store) = served().await;
    let id = saved_login(&app, &store).await;
    let sealed = document(&store, "work").await.data["token"].clone();
    let path = format!("/blocks/{id}/edit");
    let (status, ..) = post(&app, &path, &[("/user", "grace"), ("kept:/token", "yes")]).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let kept = document(&store, "work").await;
    assert_eq!((&kept.data["user"], &kept.data["token"]), (&json!("grace"), &sealed));
    let (status, ..) =
        post(&app, &path, &[("/user", "grace"), ("kept:/token", "yes"), ("/token", "new")]).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert_ne!(document(&store, "work").await.data["token"], sealed);
}

#[tokio::test]
async fn a_block_refers_to_another_that_is_chosen_and_that_one_is_not_deleted() {
    let (app, store) = served().await;
    let login = saved_login(&app, &store).await;
    let form = get(&app, "/blocks/new/mailbox").await;
    assert!(form.contains("login/work"), "{form}");
    let id = login.to_string();
    let pairs = [
        ("name", "inbox"),
        ("/address", "ada@example.com"),
        ("kind:/login", "saved"),
        ("block:/login", &id),
    ];
    let (status, _, page) = post(&app, "/blocks/new/mailbox", &pairs).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
    let inbox = document(&store, "inbox").await;
    assert_eq!(inbox.data["login"], block_reference(login));
    let page = get(&app, &format!("/blocks/{}", inbox.id)).await;
    assert!(page.contains("login/work") && page.contains(&format!("/blocks/{login}")), "{page}");
    assert!(get(&app, &format!("/blocks/{login}")).await.contains("mailbox/inbox"));

    let page = get(&app, &format!("/blocks/{login}/delete")).await;
    assert!(
        page.contains("cannot be deleted while other blocks refer to it")
            && page.contains("mailbox/inbox"),
        "{page}"
    );
    let (status, ..) = post(&app, &format!("/blocks/{login}/delete"), &[("typed", "work")]).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let path = format!("/blocks/{}/delete", inbox.id);
    let (status, _, page) = post(&app, &path, &[("typed", "in")]).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("That is not its name."), "{page}");
    let (status, location, _) = post(&app, &path, &[("typed", "inbox")]).await;
    assert_eq!((status, &*location), (StatusCode::SEE_OTHER, "/blocks"));
    let (status, ..) = post(&app, &format!("/blocks/{login}/delete"), &[("typed", "work")]).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_block_can_be_written_inside_another_with_its_secret_sealed() {
    let (app, store) = served().await;
    let pairs = [
        ("name", "inbox"),
        ("/address", "a@b.c"),
        ("kind:/login", "here"),
        ("/login/user", "ada"),
        ("/login/token", "hunter2"),
    ];
    let (status, _, page) = post(&app, "/blocks/new/mailbox", &pairs).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
    let inbox = document(&store, "inbox").await;
    assert_eq!(inbox.data["login"]["user"], "ada");
    assert!(!Value::Object(inbox.data.clone()).to_string().contains("hunter2"));
    let page = get(&app, &format!("/blocks/{}/edit", inbox.id)).await;
    assert!(page.contains("kept:/login/token") && !page.contains("hunter2"), "{page}");
}

#[tokio::test]
async fn blocks_that_are_not_there_are_said_to_be_missing() {
    let (app, _) = served().await;
    let id = BlockDocumentId::new();
    for path in [
        format!("/blocks/{id}"),
        format!("/blocks/{id}/edit"),
        format!("/blocks/{id}/delete"),
        "/blocks/x".into(),
        "/blocks/new/x".into(),
    ] {
        let (status, ..) = ask(&app, request("GET", &path, "")).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
    }
}
