//! Variables: small values by name that are kept outside of code, in calls and in the names of runs.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};
use tidegate::prelude::*;
use tidegate::{Engine, Run, Variable, VariableError, VariableKey, VariableUpdate};

use crate::timeline::{run_of, runs};

fn engine() -> Engine {
    Engine::current().unwrap()
}

fn variable_error(error: &tidegate::Error) -> &VariableError {
    error.downcast_ref().unwrap_or_else(|| panic!("{error}"))
}

/// VAR-01
#[tidegate::test]
async fn a_variable_is_read_as_it_was_set() {
    let value = json!({"a": [1]});
    Variable::set("x", &value).await.unwrap();
    assert_eq!(Variable::get("x").await.unwrap(), Some(value));
    assert_eq!(
        Variable::get::<BTreeMap<String, Vec<u8>>>("x").await.unwrap(),
        Some(BTreeMap::from([("a".to_owned(), vec![1])]))
    );
    assert_eq!(Variable::get::<Value>("y").await.unwrap(), None);
    assert_eq!(Variable::get_or("y", 7).await.unwrap(), 7);
    assert_eq!(Variable::get_or("x", json!(null)).await.unwrap(), json!({"a": [1]}));
}

/// VAR-02: the id stays, and tags are the new ones.
#[tidegate::test]
async fn a_variable_that_exists_is_overwritten_only_if_it_is_asked_for() {
    let first = Variable::set("x", 1).tags(["a", "b", "a"]).await.unwrap();
    assert_eq!(first.tags, ["a", "b"]);
    let error = Variable::set("x", 2).await.unwrap_err();
    assert_eq!(variable_error(&error), &VariableError::Exists { name: "x".to_owned() });
    assert_eq!(
        error.to_string(),
        "there is a variable 'x' already; give it another value with `.overwrite()`"
    );
    assert_eq!(Variable::get("x").await.unwrap(), Some(1));
    let second = Variable::set("x", 2).overwrite().await.unwrap();
    assert_eq!((second.id, second.created, &*second.tags), (first.id, first.created, &[][..]));
    assert_eq!(Variable::get("x").await.unwrap(), Some(2));
}

/// VAR-03
#[tidegate::test]
async fn unsetting_says_whether_there_was_one() {
    Variable::set("x", 1).await.unwrap();
    assert!(Variable::unset("x").await.unwrap());
    assert!(!Variable::unset("x").await.unwrap());
    assert_eq!(Variable::get::<u8>("x").await.unwrap(), None);
}

/// VAR-04, VAR-05: also for who reads or deletes, so that a mistyped name is not taken for one that is not there.
#[tidegate::test]
async fn a_name_that_none_can_have_is_an_error() {
    let longest = "x".repeat(255);
    Variable::set(&longest, 1).await.unwrap();
    for name in ["", "City", "my city", "my.city", &"x".repeat(256)] {
        for error in [
            Variable::set(name, 1).await.unwrap_err(),
            Variable::get::<u8>(name).await.unwrap_err(),
            Variable::unset(name).await.unwrap_err(),
        ] {
            assert!(matches!(variable_error(&error), VariableError::Invalid(_)), "{error}");
        }
    }
}

/// VAR-06
#[tidegate::test]
async fn a_value_is_anything_that_json_can_say() {
    let values =
        [json!(null), json!(true), json!(-7), json!(0.1), json!("é"), json!([1, "a"]), json!({})];
    for value in values {
        Variable::set("x", &value).overwrite().await.unwrap();
        assert_eq!(Variable::get::<Value>("x").await.unwrap(), Some(value));
    }
    // What JSON cannot say is told, and changes nothing.
    let error = Variable::set("x", BTreeMap::from([((1, 2), 3)])).overwrite().await.unwrap_err();
    assert!(matches!(variable_error(&error), VariableError::NoJson { .. }), "{error}");
    assert_eq!(Variable::get("x").await.unwrap(), Some(json!({})));
}

#[tidegate::test]
async fn a_value_that_is_too_long_is_an_error_that_says_how_long_it_may_be() {
    Variable::set("x", "a".repeat(4998)).await.unwrap();
    let error = Variable::set("x", "a".repeat(4999)).overwrite().await.unwrap_err();
    assert!(
        error.to_string().starts_with(
            "the value of the variable 'x' has 5001 characters as JSON, and 5000 at most are kept"
        ),
        "{error}"
    );
}

#[tidegate::test]
async fn a_value_of_another_type_is_an_error_that_names_the_variable_and_shows_nothing() {
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "it is never read")]
    struct Place {
        lat: f64,
    }
    Variable::set("x", "hunter2").await.unwrap();
    let error = Variable::get::<u8>("x").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the variable 'x' does not hold a `u8`: there is a text where u8 is expected; read it as what it is, or set it anew"
    );
    assert!(!format!("{error:?}").contains("hunter2"));
    Variable::set("x", json!({"lon": "hunter2"})).overwrite().await.unwrap();
    let error = Variable::get::<Place>("x").await.unwrap_err();
    assert!(error.to_string().contains("missing field `lat`"), "{error}");
    assert!(!error.to_string().contains("hunter2"), "{error}");
}

/// VAR-09: by its name or its id.
#[tidegate::test]
async fn a_variable_is_renamed_and_updated() {
    let x = Variable::set("x", 1).tags(["a"]).await.unwrap();
    Variable::set("y", 2).await.unwrap();
    let (engine, by_id) = (engine(), VariableKey::Id(x.id));
    let rename = |name: &str| VariableUpdate { name: Some(name.to_owned()), ..Default::default() };
    let renamed = engine.update_variable(by_id.clone(), rename("z")).await.unwrap();
    assert_eq!((renamed.id, &*renamed.name, &renamed.tags), (x.id, "z", &x.tags));

    let value = VariableUpdate { value: Some(json!([3])), ..Default::default() };
    engine.update_variable(VariableKey::Name("z".to_owned()), value.clone()).await.unwrap();
    assert_eq!(Variable::get("z").await.unwrap(), Some([3]));

    let error = engine.update_variable(by_id.clone(), rename("y")).await.unwrap_err();
    assert_eq!(variable_error(&error), &VariableError::Exists { name: "y".to_owned() });
    let error = engine.update_variable(by_id, rename("Y")).await.unwrap_err();
    assert!(matches!(variable_error(&error), VariableError::Invalid(_)), "{error}");
    let error = engine.update_variable(VariableKey::Name("x".to_owned()), value).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is no variable 'x' to change; make it with `Variable::set`"
    );
}

#[tidegate::test]
async fn variables_are_listed_by_name_and_found_by_tags() {
    for (name, tags) in [("b", &["x", "y"][..]), ("a", &["x"]), ("cab", &[])] {
        Variable::set(name, 1).tags(tags.iter().copied()).await.unwrap();
    }
    let names = |found: Vec<tidegate::VariableRecord>| -> Vec<String> {
        found.into_iter().map(|each| each.name).collect()
    };
    let list = || engine().variables();
    assert_eq!(names(list().list().await.unwrap()), ["a", "b", "cab"]);
    assert_eq!(names(list().tag("x").list().await.unwrap()), ["a", "b"]);
    assert_eq!(names(list().tag("x").tag("y").list().await.unwrap()), ["b"]);
    assert_eq!(names(list().like("a").list().await.unwrap()), ["a", "cab"]);
    assert_eq!(names(list().name("b").name("a").list().await.unwrap()), ["a", "b"]);
    assert_eq!(names(list().offset(1).limit(1).list().await.unwrap()), ["b"]);
}

#[tidegate::test]
async fn each_engine_has_variables_of_its_own() {
    let other = Engine::builder().database("sqlite::memory:").open().unwrap();
    Variable::set("x", 1).on(&other).await.unwrap();
    assert_eq!(Variable::get::<u8>("x").await.unwrap(), None);
    assert_eq!(Variable::get("x").on(&other).await.unwrap(), Some(1));
    assert_eq!(Variable::get_or("x", 2).on(&other).await.unwrap(), 1);
    assert!(Variable::unset("x").on(&other).await.unwrap());
    other.close().await.unwrap();
}

#[test]
fn variables_are_for_code_that_is_not_async_too() {
    let engine = Engine::builder().database("sqlite::memory:").open().unwrap();
    Variable::set("x", 1).on(&engine).block_on().unwrap();
    assert_eq!(Variable::get("x").on(&engine).block_on().unwrap(), Some(1));
    assert!(Variable::unset("x").on(&engine).block_on().unwrap());
}

#[tidegate::test]
async fn a_sync_body_reads_variables_of_its_engine() {
    #[task]
    fn read() -> Result<Option<u8>> {
        Variable::get("x").block_on()
    }
    Variable::set("x", 1).await.unwrap();
    assert_eq!(read().await.unwrap(), Some(1));
}

#[tidegate::test]
async fn without_a_store_there_are_no_variables_to_ask_for() {
    let engine = Engine::builder().without_store().open().unwrap();
    let error = Variable::get::<u8>("x").on(&engine).await.unwrap_err();
    assert!(error.is_configuration(), "{error}");
}

/// VAR-10: a name is a text, so a variable that stands alone in it is one too.
#[tidegate::test]
async fn a_name_may_have_variables_in_it() {
    #[task(task_run_name = "{variables.city}")]
    async fn alone() {}
    #[task(task_run_name = "{variables.city:>6}-{variables.batch-size}/{n:02}{variables.nobody}")]
    async fn inside(n: u8) {
        let _ = n;
        assert_eq!(tidegate::runtime::task_run::name().as_deref(), Some("  Rome-[50]/07"));
    }
    #[flow(flow_run_name = "about {variables.city}")]
    async fn report() -> Result<()> {
        assert_eq!(tidegate::runtime::flow_run::name().as_deref(), Some("about Rome"));
        inside(7).await
    }
    Variable::set("city", "Rome").await.unwrap();
    Variable::set("batch-size", [50]).await.unwrap();
    alone().await.unwrap();
    report().await.unwrap();
    assert_eq!(run_of("alone").await.name, "Rome");
    assert_eq!(run_of("inside").await.name, "  Rome-[50]/07");
    assert_eq!(run_of("report").await.name, "about Rome");
}

async fn lines_of(run: &Run) -> Vec<String> {
    let lines = engine().logs().of_flow_run(run.id).list().await.unwrap();
    lines.into_iter().map(|line| line.message).collect()
}

#[tidegate::test]
async fn a_run_is_told_of_under_its_name_and_an_unknown_variable_is_left_out_of_it() {
    #[flow(flow_run_name = "of {variables.city}{variables.nobody}")]
    async fn report() {}
    Variable::set("city", "Rome").await.unwrap();
    report().await.unwrap();
    let lines = lines_of(&run_of("report").await).await;
    assert_eq!(
        lines,
        [
            "There is no variable 'nobody', so the name of this run leaves it out",
            "Created flow run 'of Rome' for flow 'report'",
            "Finished in state Completed()"
        ]
    );
}

#[tidegate::test]
async fn a_submitted_run_with_a_handle_has_variables_in_its_name_too() {
    #[task]
    async fn number() -> u8 {
        4
    }
    #[task(task_run_name = "{variables.city}-{n}")]
    async fn late(n: u8) -> u8 {
        n
    }
    Variable::set("city", "Rome").await.unwrap();
    let handle = late::submit(number().submit());
    assert_eq!(handle.await.unwrap(), 4);
    assert_eq!(run_of("late").await.name, "Rome-4");
}

#[tidegate::test]
async fn the_name_of_a_call_goes_before_variables_and_a_retry_keeps_it() {
    #[task(task_run_name = "{variables.city}", retries = 1)]
    async fn once() -> Result<()> {
        Variable::set("city", "Oslo").overwrite().await?;
        if tidegate::runtime::task_run::run_count() == 1 {
            return Err("no".into());
        }
        Ok(())
    }
    Variable::set("city", "Rome").await.unwrap();
    once().named("mine").await.unwrap();
    Variable::set("city", "Rome").overwrite().await.unwrap();
    once().await.unwrap();
    let names: Vec<_> = runs().await.into_iter().map(|run| run.name).collect();
    assert_eq!(names, ["mine", "Rome"]);
}
