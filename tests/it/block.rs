//! Blocks: typed configuration that is kept by name.

use expect_test::expect;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tidegate::block::{AnyBlock, Nested, Notify, ReadPath, WritePath, load_any};
use tidegate::store::IfExists;
use tidegate::{Block, BlockSchema, Engine, Result};

/// Where the weather comes from.
///
/// All of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Block)]
struct WeatherService {
    url: String,
    retries: u32,
}

fn service(url: &str) -> WeatherService {
    WeatherService { url: url.to_owned(), retries: 3 }
}

fn engine() -> Engine {
    Engine::current().unwrap()
}

/// The newest schema of a type.
async fn schema(slug: &str) -> BlockSchema {
    let types = engine().block_types().await.unwrap();
    let block_type = types.iter().find(|block_type| block_type.slug == slug).unwrap();
    engine().block_schemas(block_type).await.unwrap().remove(0)
}

/// BLOCK-01
#[tidegate::test]
async fn a_block_is_loaded_as_it_was_saved() {
    let saved = service("https://example.com");
    let id = saved.save("one").await.unwrap();
    assert_eq!(WeatherService::load("one").await.unwrap(), saved);
    let kept = Nested::<WeatherService>::load("one").await.unwrap();
    assert_eq!((kept.document_name(), kept.document_id()), (Some("one"), Some(id)));
    assert_eq!(*kept, saved);
}

/// BLOCK-02
#[tidegate::test]
async fn a_name_is_taken_once_unless_it_is_to_be_overwritten() {
    let id = service("a").save("one").await.unwrap();
    let error = service("b").save("one").await.unwrap_err();
    expect!["there is a block `one` of the type `weather-service` already: choose another name, or replace it with `save_overwrite`"]
        .assert_eq(&error.to_string());
    assert_eq!(service("b").save_overwrite("one").await.unwrap(), id);
    assert_eq!(WeatherService::load("one").await.unwrap().url, "b");
    let new = service("c").save_overwrite("two").await.unwrap();
    assert_ne!(new, id);
}

/// BLOCK-03
#[tidegate::test]
async fn a_block_that_is_not_there_is_named_with_its_type() {
    let error = WeatherService::load("one").await.unwrap_err().to_string();
    expect!["there is no block `one` of the type `weather-service`: save one under that name first, or see with `Engine::blocks` which there are"]
        .assert_eq(&error);
    assert_eq!(WeatherService::delete("one").await.unwrap_err().to_string(), error);
    let error = load_any("message-board/one").await.unwrap_err().to_string();
    assert!(error.starts_with("there is no block `one` of the type `message-board`"), "{error}");
}

/// BLOCK-04
#[tidegate::test]
async fn a_name_has_small_letters_digits_and_dashes() {
    for name in ["Upper", "a b", "a_b", ""] {
        let error = service("a").save(name).await.unwrap_err().to_string();
        assert!(error.starts_with(&format!("`{name}` cannot be the name of a block")), "{error}");
    }
    service("a").save("a-1").await.unwrap();
}

#[derive(Serialize, Deserialize, JsonSchema, Block)]
#[block(name = "Message Board", capabilities(Notify, ReadPath))]
struct Board {
    messages: Vec<String>,
}

impl Notify for Board {
    fn notify<'a>(&'a self, _subject: Option<&'a str>, body: &'a str) -> BoxFuture<'a, Result<()>> {
        async move {
            let known = self.messages.iter().any(|message| message == body);
            if known { Err("said before".into()) } else { Ok(()) }
        }
        .boxed()
    }
}

impl ReadPath for Board {
    fn read_path<'a>(&'a self, path: &'a str) -> BoxFuture<'a, Result<Vec<u8>>> {
        async move { Ok(self.messages[path.parse::<usize>()?].clone().into_bytes()) }.boxed()
    }
}

/// BLOCK-05
#[tidegate::test]
async fn any_block_is_of_its_concrete_type_and_can_do_what_that_declares() {
    Board { messages: vec!["hello".to_owned()] }.save("one").await.unwrap();
    let board = load_any("message-board/one").await.unwrap();
    assert_eq!((board.type_slug(), board.document_name()), ("message-board", Some("one")));
    assert_eq!(board.downcast_ref::<Board>().unwrap().messages, ["hello"]);
    assert!(board.downcast_ref::<WeatherService>().is_none());
    let notify = board.as_notify().unwrap();
    notify.notify(None, "new").await.unwrap();
    notify.notify(None, "hello").await.unwrap_err();
    assert_eq!(board.as_read_path().unwrap().read_path("0").await.unwrap(), b"hello");
    assert!(board.as_write_path().is_none() && board.as_run_job().is_none());
    let board = board.downcast::<WeatherService>().unwrap_err();
    assert_eq!(board.downcast::<Board>().unwrap().messages, ["hello"]);

    let error = load_any("one").await.unwrap_err().to_string();
    expect!["`one` does not say of which type the block is: write `slug/name`, such as `slack-webhook/alerts`"].assert_eq(&error);
    let error = load_any("unheard-of/one").await.unwrap_err().to_string();
    assert!(
        error.starts_with("this program has no type of blocks with the slug `unheard-of` (it has "),
        "{error}"
    );
    let error = WeatherService::load("message-board/one").await.unwrap_err().to_string();
    assert!(
        error.contains("of the type `message-board`, and one of the type `weather-service`"),
        "{error}"
    );
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Block)]
#[serde(deny_unknown_fields)]
struct Login {
    user: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Block)]
struct Mailbox {
    login: Nested<Login>,
    others: Vec<Nested<Login>>,
}

fn login(user: &str) -> Login {
    Login { user: user.to_owned() }
}

/// BLOCK-10
#[tidegate::test]
async fn a_nested_block_that_was_saved_is_loaded_as_it_is_by_then() {
    let mut work: Nested<Login> = login("ada").into();
    let id = work.save("work").await.unwrap();
    Mailbox { login: work.clone(), others: vec![work] }.save("inbox").await.unwrap();
    let stored = engine().blocks().of_type("mailbox").list().await.unwrap().remove(0);
    let reference = json!({ "$ref": { "block_document_id": id } });
    assert_eq!(json!(stored.data), json!({ "login": reference, "others": [reference] }));

    login("grace").save_overwrite("work").await.unwrap();
    let loaded = Mailbox::load("inbox").await.unwrap();
    assert_eq!((loaded.login.user.as_str(), loaded.others[0].user.as_str()), ("grace", "grace"));
    assert_eq!(
        (loaded.login.document_id(), loaded.login.document_name()),
        (Some(id), Some("work"))
    );

    let error = Login::delete("work").await.unwrap_err().to_string();
    expect!["the block `login/work` is part of others and cannot be deleted before them: `mailbox/inbox`"].assert_eq(&error);
    let outer = engine().blocks().referring_to(id).list().await.unwrap();
    assert_eq!(outer[0].name, "inbox");
    Mailbox::delete("mailbox/inbox").await.unwrap();
    Login::delete("work").await.unwrap();
    let error = loaded.save("inbox").await.unwrap_err().to_string();
    assert!(error.contains(&format!("in the document {id}, which is gone")), "{error}");
}

/// BLOCK-11
#[tidegate::test]
async fn a_nested_block_that_was_never_saved_is_inside_of_the_other() {
    let mailbox = Mailbox { login: login("ada").into(), others: vec![Nested::new(login("joe"))] };
    mailbox.save("inbox").await.unwrap();
    let stored = engine().blocks().of_type("mailbox").list().await.unwrap().remove(0);
    assert_eq!(
        json!(stored.data),
        json!({
            "login": { "block_type_slug": "login", "user": "ada" },
            "others": [{ "block_type_slug": "login", "user": "joe" }],
        })
    );
    let loaded = Mailbox::load("inbox").await.unwrap();
    assert_eq!(loaded, mailbox);
    assert_eq!(loaded.login.document_id(), None);
}

#[tidegate::test]
async fn blocks_in_a_ring_are_an_error() {
    #[derive(Serialize, Deserialize, JsonSchema, Block)]
    struct Link {
        next: Option<Box<Nested<Link>>>,
    }
    Link { next: None }.save("a").await.unwrap();
    Link { next: Some(Box::new(Nested::load("a").await.unwrap())) }.save("b").await.unwrap();
    assert_eq!(Link::load("b").await.unwrap().next.unwrap().document_name(), Some("a"));
    Link { next: Some(Box::new(Nested::load("b").await.unwrap())) }
        .save_overwrite("a")
        .await
        .unwrap();
    let error = Link::load("b").await.err().unwrap().to_string();
    assert!(error.contains("`link/b` > `link/a` > `link/b`"), "{error}");
}

mod reordered {
    use super::*;

    /// Where the weather comes from.
    ///
    /// All of it.
    #[derive(Serialize, Deserialize, JsonSchema, Block)]
    #[block(slug = "weather-service")]
    pub(super) struct WeatherService {
        pub(super) retries: u32,
        pub(super) url: String,
    }
}

/// BLOCK-12, but for the order of fields, which makes no other schema
#[tidegate::test]
async fn the_checksum_of_a_schema_does_not_depend_on_the_order_of_fields() {
    WeatherService::register().await.unwrap();
    let first = schema("weather-service").await;
    assert!(first.checksum.starts_with("blake3:"), "{}", first.checksum);
    reordered::WeatherService::register().await.unwrap();
    assert_eq!(schema("weather-service").await, first);
}

mod changed {
    use super::*;

    #[derive(Debug, Serialize, Deserialize, JsonSchema, Block)]
    #[block(slug = "weather-service")]
    pub(super) struct WithDefault {
        pub(super) url: String,
        #[serde(default)]
        pub(super) key: Option<String>,
    }

    #[derive(Debug, Serialize, Deserialize, JsonSchema, Block)]
    #[block(slug = "weather-service")]
    pub(super) struct WithMore {
        pub(super) url: String,
        pub(super) key: String,
    }

    #[derive(Debug, Serialize, Deserialize, JsonSchema, Block)]
    #[block(slug = "weather-service")]
    pub(super) struct OfAnotherType {
        pub(super) url: Vec<String>,
    }
}

/// BLOCK-13
#[tidegate::test]
async fn a_changed_type_loads_old_blocks_or_names_the_field_in_the_way() {
    service("https://example.com").save("one").await.unwrap();
    let old = schema("weather-service").await;
    let loaded = changed::WithDefault::load("one").await.unwrap();
    assert_eq!((loaded.url.as_str(), loaded.key), ("https://example.com", None));
    let error = changed::WithMore::load("one").await.unwrap_err().to_string();
    expect!["the block `weather-service/one` was saved when its type was another: the field `key` is missing; give that field a default with `#[serde(default)]`, or save the block again with `save_overwrite`; `Engine::blocks` gives what was saved as it is"]
        .assert_eq(&error);
    let error = changed::OfAnotherType::load("one").await.unwrap_err().to_string();
    assert!(error.contains("the field `url` must be a list, and is a text;"), "{error}");
    assert!(!error.contains("example.com"), "{error}");
    let stored = engine().blocks().named("one").list().await.unwrap().remove(0);
    assert_eq!(json!(stored.data), json!({ "url": "https://example.com", "retries": 3 }));

    changed::WithMore { url: "u".to_owned(), key: "k".to_owned() }
        .save_overwrite("one")
        .await
        .unwrap();
    assert_eq!(changed::WithMore::load("one").await.unwrap().key, "k");
    assert_ne!(schema("weather-service").await.id, old.id);
    let stored = engine().blocks().named("one").list().await.unwrap().remove(0);
    assert_eq!(stored.block_schema_id, schema("weather-service").await.id);
}

/// BLOCK-14
#[tidegate::test]
async fn a_type_is_named_after_its_struct_unless_it_says_otherwise() {
    assert_eq!(
        (WeatherService::TYPE_NAME, WeatherService::SLUG),
        ("WeatherService", "weather-service")
    );
    assert_eq!(WeatherService::DESCRIPTION, Some("Where the weather comes from."));
    assert_eq!((Board::TYPE_NAME, Board::SLUG), ("Message Board", "message-board"));
    assert_eq!(Board::DESCRIPTION, None);
    service("a").save("one").await.unwrap();
    let types = engine().block_types().await.unwrap();
    let [only] = &*types else { panic!("saving records the type: {types:?}") };
    assert_eq!((only.name.as_str(), only.slug.as_str()), ("WeatherService", "weather-service"));
    let schema = schema("weather-service").await;
    assert_eq!(schema.version, env!("CARGO_PKG_VERSION"));
    assert_eq!(schema.fields["properties"]["url"]["type"], "string");
}

#[derive(Serialize, Deserialize, JsonSchema, Block)]
#[block(protected)]
struct Precious {
    login: Nested<Login>,
}

/// BLOCK-16
#[tidegate::test]
async fn a_protected_type_is_not_deleted() {
    let mut inner = Nested::new(login("ada"));
    inner.save("work").await.unwrap();
    Precious { login: inner }.save("one").await.unwrap();
    let error = engine().delete_block_type("precious").await.unwrap_err().to_string();
    expect!["the type of blocks `precious` belongs to a library and is protected: it cannot be deleted; delete its blocks instead"]
        .assert_eq(&error);
    let error = engine().delete_block_type("login").await.unwrap_err().to_string();
    assert!(error.ends_with("delete these first: `precious/one`"), "{error}");
    Precious::delete("one").await.unwrap();
    engine().delete_block_type("login").await.unwrap();
    assert!(engine().blocks().list().await.unwrap().is_empty());
    let error = engine().delete_block_type("login").await.unwrap_err().to_string();
    assert!(error.starts_with("no type of blocks with the slug `login` is recorded"), "{error}");
}

/// BLOCK-18
#[tidegate::test]
async fn blocks_are_found_by_what_they_can_do() {
    #[derive(Serialize, Deserialize, JsonSchema, Block)]
    #[block(capabilities(WritePath))]
    struct Sink {
        name: String,
    }
    impl WritePath for Sink {
        fn write_path<'a>(&'a self, path: &'a str, _: Vec<u8>) -> BoxFuture<'a, Result<String>> {
            async move { Ok(format!("{}:{path}", self.name)) }.boxed()
        }
    }
    Board { messages: Vec::new() }.save("one").await.unwrap();
    Sink { name: "s".to_owned() }.save("two").await.unwrap();
    assert_eq!(schema("message-board").await.capabilities, ["notify", "read-path"]);
    let names = async |capabilities: &[&str]| {
        let all = engine().blocks();
        let question = capabilities.iter().fold(all, |question, each| question.that_can(*each));
        let found = question.list().await.unwrap();
        found.into_iter().map(|block| block.name).collect::<Vec<_>>()
    };
    assert_eq!(names(&["notify"]).await, ["one"]);
    assert_eq!(names(&["notify", "read-path"]).await, ["one"]);
    assert_eq!(names(&["write-path"]).await, ["two"]);
    assert!(names(&["notify", "write-path"]).await.is_empty());
    let sink = load_any("sink/two").await.unwrap();
    let written = sink.as_write_path().unwrap().write_path("a.csv", Vec::new()).await;
    assert_eq!(written.unwrap(), "s:a.csv");
}

/// BLOCK-19
#[tidegate::test]
async fn a_block_without_a_name_is_left_out_of_lists() {
    let id = service("a").save_anonymous().await.unwrap();
    assert!(engine().blocks().list().await.unwrap().is_empty());
    let found = engine().blocks().with_anonymous().list().await.unwrap().remove(0);
    assert_eq!((found.id, found.is_anonymous), (id, true));
    assert!(found.name.starts_with("anonymous-"), "{}", found.name);
    assert_eq!(WeatherService::load(&found.name).await.unwrap().url, "a");
}

/// BLOCK-20
#[tidegate::test]
async fn a_field_of_any_type_is_read_as_what_it_was_saved_as() {
    #[derive(Serialize, Deserialize, JsonSchema, Block)]
    struct Alarm {
        first: AnyBlock,
        second: AnyBlock,
    }
    Board { messages: vec!["m".to_owned()] }.save("one").await.unwrap();
    let first = load_any("message-board/one").await.unwrap();
    let alarm = Alarm { first, second: AnyBlock::new(login("ada")) };
    alarm.save("alarm").await.unwrap();
    let loaded = Alarm::load("alarm").await.unwrap();
    assert_eq!(loaded.first.downcast_ref::<Board>().unwrap().messages, ["m"]);
    assert_eq!(loaded.first.document_name(), Some("one"));
    assert_eq!(loaded.second.downcast_ref::<Login>().unwrap().user, "ada");
    assert_eq!(loaded.second.document_name(), None);
}

#[tidegate::test]
async fn a_block_is_made_from_json_by_the_slug_of_its_type() {
    let refused = engine().save_block("login/a", json!({ "usr": "ada" }), IfExists::Refuse).await;
    expect!["this is no block of the type `login`: the field `user` is missing"]
        .assert_eq(&refused.unwrap_err().to_string());
    engine().save_block("login/a", json!({ "user": "ada" }), IfExists::Refuse).await.unwrap();
    engine().save_block("login/a", json!({ "user": "joe" }), IfExists::Refuse).await.unwrap_err();
    engine().save_block("login/a", json!({ "user": "joe" }), IfExists::Replace).await.unwrap();
    assert_eq!(Login::load("a").await.unwrap().user, "joe");
    let outer = json!({ "login": { "user": "ada" }, "others": [] });
    engine().save_block("mailbox/a", outer, IfExists::Refuse).await.unwrap();
    assert_eq!(Mailbox::load("a").await.unwrap().login.user, "ada");
}

#[tidegate::test]
async fn of_several_who_save_under_one_name_one_does() {
    let saved = futures_util::future::join_all(
        (0..8).map(async |n| service(&n.to_string()).save("one").await),
    );
    assert_eq!(saved.await.into_iter().filter(Result::is_ok).count(), 1);
    let saved = futures_util::future::join_all(
        (0..8).map(async |n| service(&n.to_string()).save_overwrite("two").await),
    );
    let ids: Vec<_> = saved.await.into_iter().map(|id| id.unwrap()).collect();
    assert!(ids.iter().all(|id| *id == ids[0]));
}

#[tidegate::test]
async fn flows_and_tasks_use_the_blocks_of_their_engine() {
    #[tidegate::task]
    async fn fetch() -> Result<String> {
        Ok(WeatherService::load("production").await?.url)
    }
    service("https://example.com").save("production").await.unwrap();
    assert_eq!(fetch().await.unwrap(), "https://example.com");
}
