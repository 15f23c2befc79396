//! Retention: which ended runs are deleted, when, and what goes with them.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use expect_test::expect;
use tidegate::prelude::*;
use tidegate::store::Write;
use tidegate::testing::{TestOptions, run};
use tidegate::{Engine, Retention, Run, RunId, State, Timestamp};

use crate::child::{Child, block_on};

#[task]
async fn fetch(number: u32) -> u32 {
    run_logger().info(format_args!("fetched {number}"));
    number
}

#[flow]
async fn hourly() -> Result<RunId> {
    fetch(1).await?;
    part().await?;
    Ok(tidegate::runtime::flow_run::id().unwrap())
}

#[flow]
async fn part() -> Result<()> {
    fetch(2).await.map(drop)
}

/// Of one run of `hourly`: itself, its subflow run, and a task run in each.
const RUNS_IN_IT: u64 = 4;

fn in_memory(retention: Retention) -> Engine {
    Engine::builder().database("sqlite::memory:").retention(retention).open().unwrap()
}

async fn is_there(engine: &Engine, id: RunId) -> bool {
    engine.run_record(id).await.unwrap().is_some()
}

#[tidegate::test]
async fn without_a_retention_every_run_is_kept() {
    for _ in 0..3 {
        hourly().await.unwrap();
    }
    let engine = Engine::current().unwrap();
    assert_eq!(engine.apply_retention().await.unwrap(), 0);
    assert_eq!(engine.runs().count().await.unwrap(), 3 * RUNS_IN_IT);
}

#[tokio::test]
async fn what_is_one_too_many_is_deleted_with_everything_inside_it() {
    let engine = in_memory(Retention::default().count(2));
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(engine.run(hourly()).await.unwrap());
    }
    assert_eq!(engine.apply_retention().await.unwrap(), 3 * RUNS_IN_IT);
    for (n, id) in ids.iter().enumerate() {
        let is_kept = n >= 3;
        assert_eq!(is_there(&engine, *id).await, is_kept, "{n}");
        let lines = engine.logs().of_flow_run(*id).list().await.unwrap();
        assert_eq!(!lines.is_empty(), is_kept, "{n}");
    }
    assert_eq!(engine.runs().count().await.unwrap(), 2 * RUNS_IN_IT);
    assert_eq!(engine.apply_retention().await.unwrap(), 0);
    engine.close().await.unwrap();
}

#[tokio::test]
async fn task_runs_outside_flow_runs_are_deleted_too() {
    let engine = in_memory(Retention::default().count(1));
    for number in 0..3 {
        engine.run(fetch(number)).await.unwrap();
    }
    assert_eq!(engine.apply_retention().await.unwrap(), 2);
    assert_eq!(engine.runs().tasks().count().await.unwrap(), 1);
}

#[tokio::test]
async fn what_is_too_old_is_deleted() {
    let engine = in_memory(Retention::age(0));
    engine.run(hourly()).await.unwrap();
    assert_eq!(engine.apply_retention().await.unwrap(), RUNS_IN_IT);
    let engine = in_memory(Retention::age("100d"));
    engine.run(hourly()).await.unwrap();
    assert_eq!(engine.apply_retention().await.unwrap(), 0);
    let engine = in_memory(Retention::age(Duration::MAX));
    engine.run(hourly()).await.unwrap();
    assert_eq!(engine.apply_retention().await.unwrap(), 0);
}

#[tokio::test]
async fn a_run_that_goes_on_is_not_deleted() {
    #[flow]
    async fn cleans_up() -> Result<u64> {
        fetch(1).await?;
        Engine::current()?.apply_retention().await
    }
    let engine = in_memory(Retention::default().count(0));
    engine.run(hourly()).await.unwrap();
    assert_eq!(engine.run(cleans_up()).await.unwrap(), RUNS_IN_IT);
    assert_eq!(engine.runs().count().await.unwrap(), 2);
    assert_eq!(engine.apply_retention().await.unwrap(), 2);
}

/// Looks for a run, for up to ten seconds.
async fn is_deleted_soon(engine: &Engine, id: RunId) -> bool {
    for _ in 0..10 {
        if !is_there(engine, id).await {
            return true;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    false
}

#[test]
fn in_the_background_runs_are_deleted_once_a_minute_when_one_begins() {
    let left = Child::new().env("TIDEGATE_RETENTION_COUNT", "0").run(|| {
        let options = TestOptions { start_paused: true, ..TestOptions::default() };
        run(options, async {
            let engine = Engine::current().unwrap();
            let pass = |seconds| tokio::time::sleep(Duration::from_secs(seconds));
            let first = hourly().await.unwrap();
            assert!(!is_deleted_soon(&engine, first).await, "it has just ended");
            pass(60).await;
            assert!(is_there(&engine, first).await, "no run has begun");

            let second = hourly().await.unwrap();
            assert!(is_deleted_soon(&engine, first).await);
            pass(30).await;
            let third = hourly().await.unwrap();
            assert!(!is_deleted_soon(&engine, second).await, "a minute has not passed");

            pass(30).await;
            hourly().await.unwrap();
            assert!(is_deleted_soon(&engine, second).await);
            assert!(!is_deleted_soon(&engine, third).await, "it ended less than a minute before");
        });
    });
    assert!(left.success, "{}", left.stderr);
}

/// Records so many flow runs with a task run in each, which ended long ago.
async fn record_old_runs(engine: &Engine, flows: usize) {
    let sample = in_memory(Retention::default());
    sample.run(hourly()).await.unwrap();
    let sample = sample.runs().oldest_first().list().await.unwrap();
    let old = |name: &str| {
        let sample = sample.iter().find(|run| run.definition.name == name).unwrap();
        let mut run = Run::new(Arc::clone(&sample.definition), "old", Timestamp::UNIX_EPOCH);
        run.states.push(State::completed(Timestamp::UNIX_EPOCH));
        run.end_time = Some(Timestamp::UNIX_EPOCH);
        run
    };
    let store = Arc::clone(engine.store().unwrap());
    for _ in 0..flows {
        let mut flow = old("hourly");
        flow.root_flow_run_id = Some(flow.id);
        let mut task = old("fetch");
        (task.flow_run_id, task.root_flow_run_id) = (Some(flow.id), Some(flow.id));
        for run in [flow, task] {
            store.put(Write::Begin(Box::new(run))).await.unwrap();
        }
    }
    engine.flush().await.unwrap();
}

fn at(folder: &Path, retention: Retention) -> Engine {
    let url = format!("sqlite:{}", folder.join("app.db").display());
    Engine::builder().database(url).retention(retention).open().unwrap()
}

#[test]
fn an_engine_that_is_closed_ends_what_it_deletes_in_the_background() {
    const FLOWS: usize = 6000;
    let folder = tempfile::tempdir().unwrap();
    block_on(async {
        let engine = at(folder.path(), Retention::default());
        record_old_runs(&engine, FLOWS).await;
        engine.close().await.unwrap();

        let engine = at(folder.path(), Retention::age("1h"));
        engine.run(fetch(1)).await.unwrap();
        engine.close().await.unwrap();

        let engine = at(folder.path(), Retention::age("1h"));
        let left = engine.runs().flows().count().await.unwrap();
        assert!((1..FLOWS as u64).contains(&left), "{left}: a part was deleted, and no more");
        engine.apply_retention().await.unwrap();
        assert_eq!(engine.runs().count().await.unwrap(), 1);
        engine.close().await.unwrap();
    });
}

#[task]
async fn large(number: usize) -> String {
    "x".repeat((2 << 20) + number)
}

#[task(cache_policy = INPUTS)]
async fn large_and_cached(number: usize) -> String {
    "x".repeat((3 << 20) + number)
}

#[task(result_storage_key = "shared", persist_result)]
async fn large_and_shared() -> String {
    "x".repeat(4 << 20)
}

#[flow]
async fn exports() -> Result<()> {
    for number in 0..3 {
        large(number).await?;
    }
    large_and_cached(1).await?;
    large_and_shared().await.map(drop)
}

#[test]
fn results_that_only_a_deleted_run_kept_are_removed_from_their_storage() {
    let folder = tempfile::tempdir().unwrap();
    let results = folder.path().join("app.db.results");
    let files = || std::fs::read_dir(&results).unwrap().count();
    block_on(async {
        let engine = at(folder.path(), Retention::default().count(0));
        engine.run(exports()).await.unwrap();
        assert_eq!(files(), 5);
        engine.apply_retention().await.unwrap();
        assert_eq!(files(), 2, "what others may have taken stays");
        assert!(results.join("shared").exists());
        engine.close().await.unwrap();
    });
}

#[test]
fn the_environment_says_how_long_and_how_many_runs_are_kept() {
    let left = Child::new()
        .env("TIDEGATE_RETENTION_AGE", "30d")
        .env("TIDEGATE_RETENTION_COUNT", "1")
        .run(|| {
            block_on(async {
                let engine = Engine::builder().database("sqlite::memory:").open().unwrap();
                record_old_runs(&engine, 10).await;
                engine.run(hourly()).await.unwrap();
                engine.run(hourly()).await.unwrap();
                engine.apply_retention().await.unwrap();
                println!("{}", engine.runs().count().await.unwrap());

                let keeps_all = in_memory(Retention::default());
                record_old_runs(&keeps_all, 10).await;
                keeps_all.apply_retention().await.unwrap();
                println!("{}", keeps_all.runs().count().await.unwrap());
            });
        });
    assert_eq!(left.stdout, "4\n20\n", "{}", left.stderr);
}

#[test]
fn a_retention_that_has_no_meaning_is_an_error_that_names_the_setting() {
    let left = Child::new().env("TIDEGATE_RETENTION_AGE", "a while").run(|| {
        println!("{}", block_on(hourly()).unwrap_err());
    });
    expect![[r#"
        TIDEGATE_RETENTION_AGE is set to `a while`, which has no meaning: set it to a number of seconds, or a text such as 1m30s
    "#]]
    .assert_eq(&left.stdout);
    let left = Child::new().env("TIDEGATE_RETENTION_COUNT", "-1").run(|| {
        println!("{}", block_on(hourly()).unwrap_err());
    });
    expect![[r#"
        TIDEGATE_RETENTION_COUNT is set to `-1`, which has no meaning: set it to a whole number
    "#]]
    .assert_eq(&left.stdout);
}

#[tokio::test]
async fn an_engine_without_a_store_runs_with_a_retention_too() {
    let engine = Engine::builder().without_store().retention(Retention::age(1)).open().unwrap();
    engine.run(hourly()).await.unwrap();
    assert!(engine.apply_retention().await.unwrap_err().is_configuration());
    engine.close().await.unwrap();
}
