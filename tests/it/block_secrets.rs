//! Secrets in blocks: sealed where they are stored, bound to their place, and never shown.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tidegate::block::{Nested, masked};
use tidegate::{Block, BlockDocument, BlockDocumentId, Engine, Secret};

use crate::child::Child;

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Block)]
struct Token {
    token: Secret,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, Block)]
struct Service {
    url: String,
    password: Secret,
    inner: Nested<Token>,
    more: Vec<Option<Secret>>,
}

fn token(text: &str) -> Token {
    Token { token: Secret::new(text.to_owned()) }
}

fn service(inner: Nested<Token>) -> Service {
    Service {
        url: "https://example.com".to_owned(),
        password: Secret::new("hunter2-hunter2".to_owned()),
        inner,
        more: vec![None, Some(Secret::new("third-secret".to_owned()))],
    }
}

async fn stored(slug: &str) -> BlockDocument {
    let blocks = Engine::current().unwrap().blocks().of_type(slug).list().await;
    blocks.unwrap().remove(0)
}

/// BLOCK-01, BLOCK-07
#[tidegate::test]
async fn what_is_secret_is_sealed_and_masked() {
    let block = service(token("inner-secret").into());
    block.save("one").await.unwrap();
    let shown = format!("{block:?}{:?}{:?}", block.password, stored("service").await);
    for secret in ["hunter2", "inner-secret", "third-secret"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    let document = stored("service").await;
    assert_eq!(
        json!(masked(&document.data)),
        json!({
            "url": "https://example.com",
            "password": "**********",
            "inner": { "block_type_slug": "token", "token": "**********" },
            "more": [null, "**********"],
        })
    );
    let loaded = Service::load("one").await.unwrap();
    assert_eq!(loaded.password.expose(), "hunter2-hunter2");
    assert_eq!(loaded.inner.token.expose(), "inner-secret");
    assert_eq!(loaded.more[1].as_ref().unwrap().expose(), "third-secret");

    let engine = Engine::current().unwrap();
    let types = engine.block_types().await.unwrap();
    let service = types.iter().find(|each| each.slug == "service").unwrap();
    let schema = engine.block_schemas(service).await.unwrap().remove(0);
    assert_eq!(schema.fields["secret_fields"], json!(["inner.token", "more.*", "password"]));
}

/// BLOCK-12: plain and secret
#[tidegate::test]
async fn a_field_that_becomes_secret_makes_another_schema() {
    mod plain {
        use super::*;

        #[derive(Serialize, Deserialize, JsonSchema, Block)]
        pub(super) struct Token {
            pub(super) token: String,
        }
    }
    plain::Token { token: "not secret yet".to_owned() }.save("one").await.unwrap();
    let before = stored("token").await;
    assert_eq!(Token::load("one").await.unwrap().token.expose(), "not secret yet");
    token("now it is").save_overwrite("one").await.unwrap();
    let after = stored("token").await;
    assert_ne!(before.block_schema_id, after.block_schema_id);
    assert_eq!(after.data["token"].as_object().unwrap().len(), 1);
}

/// BLOCK-17, of which the ready-made block is in `tidegate-blocks`
#[tidegate::test]
async fn a_secret_may_be_any_json() {
    #[derive(Serialize, Deserialize, JsonSchema, Block)]
    struct Anything {
        value: Secret<Value>,
    }
    let value = json!({ "user": "ada", "pins": [1234, null] });
    Anything { value: Secret::new(value.clone()) }.save("one").await.unwrap();
    assert!(!format!("{:?}", stored("anything").await).contains("1234"));
    assert_eq!(*Anything::load("one").await.unwrap().value.expose(), value);
}

#[tidegate::test]
async fn a_secret_of_a_nested_block_is_sealed_for_the_document_it_is_in() {
    let mut inner = Nested::new(token("inner-secret"));
    inner.save("inner").await.unwrap();
    service(inner).save("outer").await.unwrap();
    token("changed-secret").save_overwrite("inner").await.unwrap();
    assert_eq!(Service::load("outer").await.unwrap().inner.token.expose(), "changed-secret");
}

/// Whoever can write to the database cannot have a secret opened elsewhere.
#[tidegate::test]
async fn a_sealed_secret_opens_in_its_own_place_only() {
    use tidegate::BlockChange;

    token("the-secret-itself").save("one").await.unwrap();
    let document = stored("token").await;
    let engine = Engine::current().unwrap();
    let store = engine.store().unwrap();
    let moved =
        BlockDocument { id: BlockDocumentId::new(), name: "two".to_owned(), ..document.clone() };
    store.change_blocks(BlockChange::Create(Box::new(moved))).await.unwrap();
    let error = Token::load("two").await.unwrap_err().to_string();
    assert!(error.contains("cannot be decrypted"), "{error}");
    assert_eq!(Token::load("one").await.unwrap().token.expose(), "the-secret-itself");
}

const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

#[test]
fn a_block_with_secrets_needs_a_key_and_one_without_needs_none() {
    #[derive(Serialize, Deserialize, JsonSchema, Block)]
    struct Plain {
        url: String,
    }
    let home = tempfile::tempdir().unwrap();
    let nowhere = home.path().join("nowhere");
    let left =
        Child::at(home.path()).env("XDG_CONFIG_HOME", &nowhere).env("HOME", &nowhere).run(|| {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            runtime.block_on(async {
                Plain { url: "https://example.com".to_owned() }.save("one").await.unwrap();
                let error = token("never-stored-secret").save("one").await.unwrap_err();
                let error = error.to_string();
                assert!(error.starts_with("there is no key to encrypt secrets with"), "{error}");
                assert!(
                    Engine::current()
                        .unwrap()
                        .blocks()
                        .of_type("token")
                        .list()
                        .await
                        .unwrap()
                        .is_empty()
                );
                assert_eq!(Plain::load("one").await.unwrap().url, "https://example.com");
            });
        });
    assert!(left.success, "{}", left.stderr);
    for file in std::fs::read_dir(home.path()).unwrap() {
        let path = file.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            let found = bytes.windows(19).any(|window| window == b"never-stored-secret");
            assert!(!found, "{}", path.display());
        }
    }
}

#[test]
fn a_secret_is_opened_by_the_next_process_with_the_key() {
    let home = tempfile::tempdir().unwrap();
    let process = || {
        Child::at(home.path()).env("TIDEGATE_ENCRYPTION_KEY", KEY).run(|| {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            runtime.block_on(async {
                match Token::load("one").await {
                    Ok(token) => print!("{}", token.token.expose().len()),
                    Err(_) => drop(token("kept-over-processes").save("one").await.unwrap()),
                }
            });
        })
    };
    let outputs: Vec<String> = (0..2).map(|_| process().stdout).collect();
    assert_eq!(outputs, ["", "19"]);
}
