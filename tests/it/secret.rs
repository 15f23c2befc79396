//! Secrets in runs: what is masked, what is refused, and what goes by the secret itself.

use expect_test::{Expect, expect};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tidegate::prelude::*;
use tidegate::{Block, Engine, Error, LogLevel, Secret, StateResult, Variable, send_input};

use crate::child::{Child, block_on};
use crate::timeline::run_of;

fn check(error: &Error, expected: Expect) {
    expected.assert_eq(&error.to_string());
}

#[tidegate::test]
async fn a_secret_is_recorded_as_a_mask_among_other_arguments() {
    #[derive(Clone, Serialize)]
    struct Login {
        user: &'static str,
        key: Secret,
    }
    #[task]
    async fn enter(key: Secret, login: Login, url: String) -> usize {
        key.expose().len() + login.user.len() + url.len()
    }
    let login = Login { user: "ada", key: "canary-of-arguments".into() };
    let url = "https://example.com?key=canary-of-arguments".to_owned();
    enter(login.key.clone(), login, url).await.unwrap();
    assert_eq!(
        json!(run_of("enter").await.parameters),
        json!({
            "key": "**********",
            "login": { "user": "ada", "key": "**********" },
            "url": "https://example.com?key=**********",
        })
    );
}

/// The record would have a mask in the place of the secret, and give that to whoever resumes.
#[tidegate::test]
async fn a_result_with_a_secret_in_it_is_given_and_not_kept() {
    #[task]
    async fn token() -> String {
        "canary-of-results".to_owned()
    }
    #[task]
    async fn secret() -> Secret {
        "canary-of-results".into()
    }
    drop(Secret::from("canary-of-results"));
    assert_eq!(token().await.unwrap(), "canary-of-results");
    assert_eq!(secret().await.unwrap().expose(), "canary-of-results");
    for task in ["token", "secret"] {
        let state = run_of(task).await.state().unwrap().clone();
        assert_eq!(state.result, Some(StateResult::Unpersisted));
    }
    let lines = Engine::current().unwrap().logs().list().await.unwrap();
    let warnings: Vec<_> = lines.iter().filter(|line| line.level == LogLevel::Warning).collect();
    assert_eq!(warnings.len(), 2);
    assert!(warnings.iter().all(|line| line.message.contains("there is a secret in it")));
}

#[tidegate::test]
async fn a_result_with_a_secret_in_it_that_was_to_be_kept_is_an_error() {
    #[task(persist_result)]
    async fn token() -> String {
        "canary-of-kept-results".to_owned()
    }
    drop(Secret::from("canary-of-kept-results"));
    check(
        &token().named("t").await.unwrap_err(),
        expect![
            "Task run 't' failed: its result cannot be kept: there is a secret in it, which is not stored in the clear; return what the secret is needed for instead, or set `persist_result = false`"
        ],
    );
}

#[tidegate::test]
async fn what_would_be_read_back_as_a_value_is_refused() {
    #[flow]
    async fn waits() {}
    let secret = Secret::from("canary-of-inputs");
    waits().await.unwrap();
    let id = run_of("waits").await.id;
    check(
        &send_input("my canary-of-inputs", id).await.unwrap_err(),
        expect![
            "there is a secret in the input of a flow run, which would be stored in the clear: save it in a block, and send the name of that"
        ],
    );
    check(
        &send_input(secret, id).await.unwrap_err(),
        expect![
            "the input cannot be written as JSON: there is a secret in it, which is not written where it would be read back: give what it is needed for instead"
        ],
    );
    let variable = Variable::set("canary", json!({ "key": "canary-of-inputs" }));
    check(
        &variable.await.unwrap_err(),
        expect![
            "there is a secret in a variable, where anybody may read it: save it in a block, as a `Secret`"
        ],
    );
}

/// With the mask for both, the one would be given the result of the other.
#[tidegate::test]
async fn a_cached_result_belongs_to_one_secret() {
    #[task(cache_policy = tidegate::cache::INPUTS)]
    async fn account(key: Secret) -> usize {
        key.expose().len()
    }
    assert_eq!(account("canary-one".into()).await.unwrap(), 10);
    assert_eq!(account("canary-number-two".into()).await.unwrap(), 17);
    assert_eq!(account("canary-one".into()).await.unwrap(), 10);
}

#[tidegate::test]
async fn what_is_registered_is_masked_and_what_is_too_short_is_not() {
    #[task]
    async fn tells() -> Result<()> {
        Err("canary-of-elsewhere, abc".into())
    }
    tidegate::secret::register("canary-of-elsewhere");
    tidegate::secret::register("abc");
    check(&tells().named("t").await.unwrap_err(), expect!["Task run 't' failed: **********, abc"]);
}

#[derive(Serialize, Deserialize, JsonSchema, Block)]
struct Lock {
    key: Secret,
}

const FIRST: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const SECOND: &str = "1f1e1d1c1b1a191817161514131211100f0e0d0c0b0a09080706050403020100";

#[test]
fn the_key_is_changed_while_blocks_stay_readable() {
    let home = tempfile::tempdir().unwrap();
    // More than are read at once.
    const LOCKS: usize = 120;
    let step = |keys: &str| {
        let child = Child::at(home.path()).env("TIDEGATE_ENCRYPTION_KEY", keys);
        let left = child.run(|| {
            block_on(async {
                let engine = Engine::current().unwrap();
                if engine.blocks().list().await.unwrap().is_empty() {
                    for lock in 0..LOCKS {
                        let block = Lock { key: format!("key-of-lock-{lock}").into() };
                        block.save(&format!("lock-{lock}")).await.unwrap();
                    }
                }
                match engine.rotate_encryption_key().await {
                    Ok(rotation) => println!("{}: {}", rotation.key, rotation.resealed),
                    Err(error) => println!("{error}"),
                }
                for lock in 0..LOCKS {
                    let read = Lock::load(&format!("lock-{lock}")).await;
                    let is_right =
                        read.is_ok_and(|read| *read.key.expose() == format!("key-of-lock-{lock}"));
                    print!("{}", if is_right { "" } else { "x" });
                }
            });
        });
        assert!(left.success, "{}", left.stderr);
        left.stdout
    };
    assert_eq!(step(FIRST), "372af11c: 0\n");
    // Without the old key there is no way to the new one.
    assert!(step(SECOND).contains("encrypted with the key `372af11c`"));
    assert_eq!(step(&format!("{SECOND},{FIRST}")), format!("eeec17fc: {LOCKS}\n"));
    assert_eq!(step(SECOND), "eeec17fc: 0\n");
    assert!(step(FIRST).contains("encrypted with the key `eeec17fc`"));
}
