//! A program that lets a secret out in each way there is. What it writes it marks with the name of the way, so that it is known to have
//! been written.

#![allow(
    clippy::print_stderr,
    reason = "one of the ways out is an error that a program shows by itself"
)]

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tidegate::prelude::*;
use tidegate::{
    Artifact, Block, ConcurrencyLimit, Engine, Resource, RunLogger, Secret, State, Timestamp,
    Variable, emit_event, run_logger, send_input, transaction,
};

use super::forms::{base64, percent};

/// The secret of this process.
fn secret() -> Secret {
    Secret::new(std::env::var("CANARY").unwrap())
}

/// The secret in a text that is marked with where it goes.
fn leak(to: &str) -> String {
    format!("<{to}> {} </{to}>", secret().expose())
}

/// Shows the secret by `Debug` only.
struct Shown(&'static str);

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Shown({:?}, {})", leak(self.0), leak(self.0))
    }
}

impl Clone for Shown {
    fn clone(&self) -> Self {
        Self(self.0)
    }
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, Block)]
struct Vault {
    user: String,
    key: Secret,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Login {
    user: String,
    key: Secret,
}

#[task]
async fn takes(
    key: Secret,
    login: Login,
    text: String,
    shown: Shown,
    map: BTreeMap<String, Vec<String>>,
    long: String,
) -> usize {
    let _ = (login, text, shown, map, long);
    key.expose().len()
}

#[task(task_run_name = "<task run name> {text}")]
async fn is_named(text: String) {
    let _ = text;
}

#[task(retries = 1)]
async fn fails() -> Result<()> {
    Err(leak("error").into())
}

#[task]
async fn fails_with_causes() -> anyhow::Result<()> {
    Err(anyhow::anyhow!(leak("error cause")).context(leak("error context")))
}

#[task]
async fn panics() {
    panic!("{}", leak("panic"));
}

#[task]
fn panics_on_a_thread() {
    std::panic::panic_any(leak("panic any"));
}

#[flow]
async fn ends_as() -> State {
    State::failed(Timestamp::UNIX_EPOCH).message(leak("state message"))
}

#[task]
async fn gives() -> String {
    leak("result")
}

#[task]
async fn gives_much() -> String {
    leak("result long").repeat(100)
}

/// So that there is a folder of results to be looked at.
#[task]
async fn gives_nothing_secret() -> String {
    "nothing secret".repeat(100)
}

#[task(persist_result, result_serializer = "compressed/json")]
async fn gives_compressed() -> String {
    leak("result compressed")
}

#[task(persist_result)]
async fn gives_a_secret() -> Secret {
    secret()
}

#[task(cache_policy = tidegate::cache::INPUTS)]
async fn is_cached(key: Secret) -> u32 {
    key.expose().len() as u32
}

#[task(result_storage_key = "{text}", persist_result)]
async fn is_kept_by(text: String) -> u32 {
    let _ = text;
    1
}

#[flow]
async fn is_sub(text: String) -> Result<()> {
    let _ = text;
    Ok(())
}

fn logs() {
    let logger = run_logger();
    for (level, log) in [
        ("log trace", RunLogger::trace as fn(&RunLogger, String)),
        ("log debug", RunLogger::debug),
        ("log info", RunLogger::info),
        ("log warning", RunLogger::warning),
        ("log error", RunLogger::error),
        ("log critical", RunLogger::critical),
    ] {
        log(&logger, leak(level));
    }
    let key = secret();
    let key = key.expose().as_str();
    for (name, url_safe) in [("log base64", false), ("log base64 for urls", true)] {
        for before in ["", "x", "xy"] {
            let text = base64(format!("{before}{key}{before}").as_bytes(), url_safe);
            logger.info(format!("<{name}> {text} </{name}>"));
        }
    }
    logger.info(format!("<log url> https://example.com?key={} </log url>", percent(key)));
    logger.info(format!("<log json> {} </log json>", json!({ "key": key })));
    logger.info(format!("<log json twice> {} </log json twice>", json!(json!(key).to_string())));
    logger.info(format!("<log debug text> {key:?} {:?} </log debug text>", Some(key)));
    tracing::info!(field = leak("tracing field"), "{}", leak("tracing message"));
    tracing::warn!(shown = ?Shown("tracing debug"), text = %leak("tracing display"));
    tracing::error!(target: "elsewhere", key);
}

async fn artifacts() -> Result<()> {
    Artifact::markdown(leak("artifact markdown"))
        .description(leak("artifact description"))
        .create()
        .await?;
    Artifact::link(leak("artifact link"), leak("artifact link text")).create().await?;
    let rows = [json!({ "key": leak("artifact table"), leak("artifact column"): 1 })];
    Artifact::table(&rows).create().await?;
    Artifact::image(leak("artifact image")).create().await?;
    Artifact::progress(1.0).description(leak("artifact progress")).create().await?.update(2.0).await
}

async fn events() -> Result<()> {
    emit_event(leak("event name"), leak("event resource"))
        .label("label", leak("event label"))
        .related(Resource::new("other").label("key", leak("event related")))
        .payload(json!({ "deep": [{ "key": leak("event payload") }] }))
        .await?;
    Ok(())
}

/// What is refused, since with a mask in it it would be something else; how much.
async fn refused() -> usize {
    let key = secret();
    let text = || leak("refused");
    // Names may not be just anything.
    let encoded = base64(key.expose().as_bytes(), true);
    let engine = Engine::current().unwrap();
    let id = tidegate::runtime::flow_run::id().unwrap();
    let errors = [
        is_kept_by(encoded.clone()).await.err(),
        gives_compressed().await.err(),
        gives_a_secret().await.err(),
        send_input(text(), id).await.err(),
        send_input(key.clone(), id).await.err(),
        Variable::set("canary", text()).await.err(),
        engine.concurrency_limits().create(ConcurrencyLimit::new(&encoded, 1)).await.err(),
        transaction().run(async |transaction| transaction.set("key", text())).await.err(),
        transaction().run(async |transaction| transaction.set("key", key.clone())).await.err(),
    ];
    for error in &errors {
        let error = error.as_ref().unwrap();
        assert!(error.to_string().contains("secret"), "{error}");
    }
    errors.len()
}

async fn blocks() -> Result<()> {
    let vault = Vault { user: "ada".to_owned(), key: secret() };
    vault.save_overwrite("one").await?;
    vault.save_overwrite("one").await?;
    let loaded = Vault::load("one").await?;
    assert_eq!(loaded.key.expose(), secret().expose());
    run_logger().info(format!("<block shown> {loaded:?} {} </block shown>", json!(loaded)));
    Ok(())
}

async fn ways() -> Result<()> {
    logs();
    artifacts().await?;
    events().await?;
    blocks().await?;
    let login = Login { user: "ada".to_owned(), key: secret() };
    let map = BTreeMap::from([(leak("parameter name"), vec![leak("parameter list")])]);
    // The end of what is kept of an argument is in the middle of the secret.
    let long = "-".repeat(64 * 1024 - 35) + &leak("parameter cut");
    takes(secret(), login, leak("parameter text"), Shown("parameter debug"), map, long).await?;
    is_named(leak("name")).await?;
    gives().named(leak("task name")).tags([leak("task tag")]).await?;
    is_sub(leak("subflow parameter")).named(leak("subflow name")).await?;
    assert_eq!(is_cached(secret()).await?, is_cached(secret()).await?);
    gives_nothing_secret().await?;
    // Not kept, and given to the caller all the same.
    assert_eq!(gives().await?, leak("result"));
    assert_eq!(gives_much().await?.len(), leak("result long").len() * 100);
    let errors = [
        fails().await.unwrap_err(),
        fails_with_causes().await.unwrap_err(),
        panics().await.unwrap_err(),
        panics_on_a_thread().await.unwrap_err(),
        ends_as().await.unwrap_err(),
    ];
    for error in &errors {
        eprintln!("<error shown> {error} {error:?} {:#} </error shown>", error.clone().into_std());
    }
    Ok(())
}

#[flow(log_prints)]
async fn lets_out(text: String) -> Result<()> {
    println!("{}", leak("print"));
    let _ = text;
    ways().await?;
    println!("refused: {}", refused().await);
    Err(tidegate::Error::msg(leak("flow error")))
}

#[flow(recover)]
async fn dies(text: String, again: bool) -> Result<()> {
    run_logger().info(leak("before the crash"));
    if std::env::var("CANARY_DIES").is_ok() {
        Engine::current()?.flush().await?;
        std::process::abort();
    }
    let _ = (text, again);
    run_logger().info(leak("after the crash"));
    Ok(())
}

/// What a process of the test does.
pub(super) fn run(home: &Path) {
    if std::env::var("CANARY_DIES").is_ok() { let_out(home) } else { let_out_again(home) }
}

/// Lets the secret out, and dies.
fn let_out(home: &Path) {
    crate::child::block_on(async {
        // Known before anything is named after it.
        drop(secret());
        let call = lets_out(leak("flow parameter")).named(leak("flow name")).tags([leak("tag")]);
        let error = call.await.unwrap_err();
        eprintln!("<flow error shown> {error:?} </flow error shown>");
        let engine = Engine::current().unwrap();
        engine.backup(home.join("backup.db")).await.unwrap();
        dies(leak("crash parameter"), false).await.unwrap();
    });
}

/// Goes on with what has died, and does it again.
fn let_out_again(home: &Path) {
    crate::child::block_on(async {
        drop(secret());
        let engine = Engine::builder().open().unwrap();
        let recovered = engine.recover().await.unwrap();
        println!("recovered: {}", recovered.len());
        let call = lets_out(leak("flow parameter")).on(&engine);
        assert!(call.await.is_err());
        engine.backup(home.join("backup-again.db")).await.unwrap();
        engine.close().await.unwrap();
    });
}
