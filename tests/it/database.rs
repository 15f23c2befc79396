//! The database: where it is, and processes that share it.

use std::collections::BTreeMap;
use std::path::Path;

use expect_test::expect;
use tidegate::prelude::*;
use tidegate::{Durability, Engine, RunKind, StateType};

use crate::child::{Child, block_on};
use crate::timeline::timeline;

#[task]
async fn double(number: u32) -> u32 {
    run_logger().info(format!("doubling {number}"));
    number * 2
}

#[flow]
async fn pipeline(numbers: u32) -> Result<u32> {
    let mut sum = 0;
    for number in 0..numbers {
        sum += double(number).await?;
    }
    Ok(sum)
}

/// An engine on the default database of this folder.
fn engine_at(home: &Path) -> Engine {
    let url = format!("sqlite:{}", home.join("tidegate.db").display());
    Engine::builder().database(url).open().unwrap()
}

#[test]
fn the_default_database_is_a_file_in_the_home_folder() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("made/for/it");
    let left = Child::at(&home).run(|| {
        block_on(pipeline(1)).unwrap();
    });
    assert!(left.success, "{}", left.stderr);
    assert!(home.join("tidegate.db").is_file());
}

#[test]
fn runs_of_one_process_are_found_by_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let left = Child::at(folder.path()).run(|| {
        block_on(pipeline(2).named("first")).unwrap();
    });
    assert!(left.success, "{}", left.stderr);

    block_on(async {
        let engine = engine_at(folder.path());
        let flow = engine.runs().named("first").list().await.unwrap().remove(0);
        let mut text = format!("{} {}: {}\n", flow.definition.name, flow.name, timeline(&flow));
        for run in engine.runs().inside(flow.id).oldest_first().list().await.unwrap() {
            let parameters = serde_json::to_string(&run.parameters).unwrap();
            text.push_str(&format!("  {} {parameters}: {}\n", run.definition.name, timeline(&run)));
        }
        for line in engine.logs().of_flow_run(flow.id).list().await.unwrap() {
            text.push_str(&format!("{} {}\n", line.level, line.message));
        }
        expect![[r#"
            pipeline first: Pending > Running > Completed
              double {"number":0}: Pending > Running > Completed
              double {"number":1}: Pending > Running > Completed
            INFO Created flow run 'first' for flow 'pipeline'
            INFO doubling 0
            INFO Finished in state Completed()
            INFO doubling 1
            INFO Finished in state Completed()
            INFO Finished in state Completed()
        "#]]
        .assert_eq(&text);
        engine.close().await.unwrap();
    });
}

#[test]
fn two_processes_at_once_share_one_file_and_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let child = || {
        Child::at(folder.path()).env("TIDEGATE_LOGGING_LEVEL", "OFF").start(|| {
            #[flow]
            async fn both() -> Result<()> {
                let handles: Vec<_> = (0..50).map(|number| double(number).submit()).collect();
                for handle in handles {
                    handle.await?;
                }
                Ok(())
            }
            block_on(both()).unwrap();
        })
    };
    let (first, second) = (child(), child());
    for left in [first.wait(), second.wait()] {
        assert!(left.success, "{}", left.stderr);
    }

    block_on(async {
        let engine = engine_at(folder.path());
        let mut counts = BTreeMap::new();
        for run in engine.runs().list().await.unwrap() {
            *counts.entry((run.definition.name.clone(), timeline(&run))).or_insert(0) += 1;
        }
        expect![[r#"
            {
                (
                    "both",
                    "Pending > Running > Completed",
                ): 2,
                (
                    "double",
                    "Pending > Running > Completed",
                ): 100,
            }
        "#]]
        .assert_debug_eq(&counts);
        engine.close().await.unwrap();
    });
}

/// CANCEL-03: until leases are part of Tidegate, nothing notices.
#[test]
fn a_process_that_is_killed_leaves_what_was_durable() {
    let folder = tempfile::tempdir().unwrap();
    let left = Child::at(folder.path()).run(|| {
        #[flow]
        async fn killed() -> Result<()> {
            double(1).await?;
            std::process::abort();
        }
        let _ = block_on(killed());
    });
    assert!(!left.success);
    block_on(async {
        let engine = engine_at(folder.path());
        let runs = engine.runs().oldest_first().list().await.unwrap();
        let texts: Vec<_> =
            runs.iter().map(|run| format!("{}: {}", run.definition.name, timeline(run))).collect();
        expect![[r#"
            killed: Pending > Running
            double: Pending > Running > Completed"#]]
        .assert_eq(&texts.join("\n"));
        engine.close().await.unwrap();
    });
}

#[tidegate::test]
async fn every_durability_keeps_what_a_closed_engine_has_recorded() {
    let folder = tempfile::tempdir().unwrap();
    for durability in Durability::ALL {
        let url = format!("sqlite:{}", folder.path().join(format!("{durability}.db")).display());
        let engine = Engine::builder().database(&url).durability(durability).open().unwrap();
        assert_eq!(engine.run(pipeline(3)).await.unwrap(), 6);
        engine.close().await.unwrap();
        let engine = Engine::builder().database(&url).open().unwrap();
        let completed = engine.runs().state(StateType::Completed);
        assert_eq!(completed.count().await.unwrap(), 4, "{durability}");
        engine.close().await.unwrap();
    }
}

#[tidegate::test(start_paused = true)]
async fn engines_in_memory_share_nothing() {
    let other = Engine::builder().database("sqlite::memory:").open().unwrap();
    other.run(pipeline(1)).await.unwrap();
    assert_eq!(Engine::current().unwrap().runs().count().await.unwrap(), 0);
    other.close().await.unwrap();
}

#[tidegate::test(start_paused = true)]
async fn questions_for_runs_can_be_narrowed_ordered_and_paged() {
    let engine = Engine::current().unwrap();
    let flow = {
        pipeline(3).named("mine").await.unwrap();
        engine.runs().flow("pipeline").list().await.unwrap().remove(0)
    };
    double(9).named("lonely").await.unwrap();

    assert_eq!(engine.runs().count().await.unwrap(), 5);
    assert_eq!(engine.runs().flows().count().await.unwrap(), 1);
    assert_eq!(engine.runs().tasks().count().await.unwrap(), 4);
    assert_eq!(engine.runs().task("double").inside(flow.id).count().await.unwrap(), 3);
    assert_eq!(engine.runs().state(StateType::Failed).count().await.unwrap(), 0);
    let either = engine.runs().state(StateType::Failed).state(StateType::Completed);
    assert_eq!(either.count().await.unwrap(), 5);
    assert_eq!(engine.runs().since(flow.created).count().await.unwrap(), 5);
    assert_eq!(engine.runs().before(flow.created).count().await.unwrap(), 0);

    let newest = engine.runs().limit(1).list().await.unwrap().remove(0);
    assert_eq!((&*newest.name, newest.kind()), ("lonely", RunKind::Task));
    let page = engine.runs().oldest_first().offset(1).limit(2).list().await.unwrap();
    let numbers: Vec<_> = page.iter().map(|run| run.parameters.get("number").unwrap()).collect();
    assert_eq!(numbers, [0, 1]);
    assert_eq!(engine.run_record(flow.id).await.unwrap(), Some(flow));
}
