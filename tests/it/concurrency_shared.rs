//! Concurrency limits that several processes share: never exceeded, free again when a process dies, and waited for without a word
//! between processes. Processes are this test program again.

use std::path::Path;
use std::time::Duration;

use futures_util::FutureExt;
use tidegate::prelude::*;
use tidegate::{ConcurrencyError, ConcurrencyLimit, Engine, concurrency, rate_limit};

use crate::child::{Child, Started, block_on};

/// Prints a line for whoever started this process.
fn say(line: impl std::fmt::Display) {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").unwrap();
    out.flush().unwrap();
}

fn home() -> std::path::PathBuf {
    std::env::var_os("TIDEGATE_HOME").unwrap().into()
}

fn engine_at(home: &Path) -> Engine {
    let path = home.join("tidegate.db");
    Engine::builder().database(format!("sqlite:{}", path.display())).open().unwrap()
}

async fn create(engine: &Engine, limit: ConcurrencyLimit) {
    engine.concurrency_limits().create(limit).await.unwrap();
}

async fn occupied(engine: &Engine, limit: &str) -> u64 {
    engine.concurrency_limits().get(limit).await.unwrap().unwrap().occupied
}

/// Waits until a file is there.
async fn appears(file: &str) {
    while !home().join(file).exists() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Takes a slot, and counts those of all processes who have one: each leaves a file while it has.
async fn enter(number: u32) -> Result<()> {
    let _slot = concurrency("db", 1).strict().await?;
    let folder = home().join("inside");
    let mine = folder.join(format!("{}-{number}", std::process::id()));
    std::fs::write(&mine, "")?;
    let inside = std::fs::read_dir(&folder)?.count();
    assert!(inside <= 3, "{inside} are inside");
    tokio::task::yield_now().await;
    std::fs::remove_file(&mine)?;
    Ok(())
}

/// As many processes as work at it, each with more who wait than there are slots.
#[test]
fn a_limit_is_never_exceeded_by_several_processes() {
    #[task(tags = ["crowd"])]
    async fn enters(number: u32) -> Result<()> {
        for round in 0..10 {
            enter(100 * number + round).await?;
        }
        Ok(())
    }
    #[flow]
    async fn crowd() -> Result<()> {
        let handles: Vec<_> = (0..8).map(|number| enters(number).submit()).collect();
        for handle in handles {
            handle.await?;
        }
        Ok(())
    }
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join("inside")).unwrap();
    let engine = engine_at(home.path());
    block_on(async {
        create(&engine, ConcurrencyLimit::new("db", 3)).await;
        create(&engine, ConcurrencyLimit::for_tag("crowd", 9)).await;
    });
    let start = || {
        let child = Child::at(home.path()).env("TIDEGATE_LOGGING_LEVEL", "WARNING");
        child.start(|| block_on(crowd()).unwrap())
    };
    let processes: Vec<Started> = (0..3).map(|_| start()).collect();
    for process in processes {
        let left = process.wait();
        assert!(left.success, "{}", left.stderr);
    }
    block_on(async {
        assert_eq!((occupied(&engine, "db").await, occupied(&engine, "tag:crowd").await), (0, 0));
        assert_eq!(engine.runs().task("enters").count().await.unwrap(), 24);
        engine.close().await.unwrap();
    });
}

/// CONC-26: within a second or so, on the same host.
#[test]
fn the_slots_of_a_killed_process_are_free_again() {
    #[task(tags = ["slow"])]
    async fn hangs() -> Result<()> {
        let _slots = concurrency("db", 2).await?;
        say("has slots");
        std::future::pending().await
    }
    let home = tempfile::tempdir().unwrap();
    let engine = engine_at(home.path());
    block_on(async {
        create(&engine, ConcurrencyLimit::new("db", 2)).await;
        create(&engine, ConcurrencyLimit::for_tag("slow", 1)).await;
        create(&engine, ConcurrencyLimit::new("api", 2).slot_decay_per_second(0.0001)).await;
    });
    let mut process = Child::at(home.path()).start(|| {
        block_on(async {
            rate_limit("api", 1).await.unwrap();
            hangs().await.unwrap();
        });
    });
    process.wait_for("has slots");
    block_on(async {
        let taken = async |limit| occupied(&engine, limit).await;
        assert_eq!([taken("db").await, taken("tag:slow").await, taken("api").await], [2, 1, 1]);
        let holders = engine.concurrency_limits().holders("db").await.unwrap();
        let leases = engine.store().unwrap().leases().await.unwrap();
        assert_eq!(
            leases.iter().map(|lease| Some(lease.id)).collect::<Vec<_>>(),
            [holders[0].lease]
        );

        #[flow]
        async fn waits() -> Result<()> {
            drop(concurrency(["db", "tag:slow"], 1).await?);
            Ok(())
        }
        let kill = async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            process.signal("KILL");
        };
        let (waited, ()) = tokio::join!(engine.run(waits()), kill);
        waited.unwrap();
        assert_eq!([taken("db").await, taken("tag:slow").await, taken("api").await], [0, 0, 1]);
        engine.close().await.unwrap();
    });
    process.wait_for_rest();
}

/// Who waits in one process goes on soon after another has let go, or has changed the limit.
#[test]
fn who_waits_for_another_process_goes_on_when_that_lets_go() {
    let home = tempfile::tempdir().unwrap();
    let engine = engine_at(home.path());
    block_on(create(&engine, ConcurrencyLimit::new("db", 1)));
    let mut process = Child::at(home.path()).start(|| {
        block_on(async {
            let slot = concurrency("db", 1).await.unwrap();
            say("first");
            appears("let-go").await;
            drop(slot);
            appears("taken").await;
            let _slot = concurrency("db", 1).await.unwrap();
            say("second");
            appears("end").await;
            Engine::current().unwrap().close().await.unwrap();
        });
    });
    process.wait_for("first");
    #[flow]
    async fn takes() -> Result<()> {
        let slot = concurrency("db", 1).await?;
        assert_eq!(slot.limits(), ["db"]);
        Ok(())
    }
    block_on(async {
        let error = engine.run(tries()).await.unwrap_err();
        let why = error.downcast_ref::<ConcurrencyError>();
        assert!(matches!(why, Some(ConcurrencyError::TimedOut { .. })));
        let let_go = async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            std::fs::write(home.path().join("let-go"), "").unwrap();
        };
        let (taken, ()) = tokio::join!(engine.run(takes()), let_go);
        taken.unwrap();
        std::fs::write(home.path().join("taken"), "").unwrap();
    });
    process.wait_for("second");
    block_on(async {
        let raise = async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            let other = engine_at(home.path());
            other.concurrency_limits().update(ConcurrencyLimit::new("db", 2)).await.unwrap();
            other.close().await.unwrap();
        };
        let (taken, ()) = tokio::join!(engine.run(takes()), raise);
        taken.unwrap();
        std::fs::write(home.path().join("end"), "").unwrap();
        assert!(process.wait_for_rest().success);
        engine.close().await.unwrap();
    });
}

#[flow]
async fn tries() -> Result<()> {
    concurrency("db", 1).timeout(0.05).await.map(drop)
}

/// When all slots are held by those who wait with it in one process, a change by another is looked for too, once a second.
#[test]
fn a_limit_that_another_process_raises_lets_those_pass_who_wait_for_their_own() {
    let home = tempfile::tempdir().unwrap();
    let (engine, other) = (engine_at(home.path()), engine_at(home.path()));
    #[flow]
    async fn takes_two() -> Result<()> {
        let (_first, _second) = (concurrency("db", 1).await?, concurrency("db", 1).await?);
        Ok(())
    }
    block_on(async {
        create(&engine, ConcurrencyLimit::new("db", 1)).await;
        let raise = async {
            while occupied(&other, "db").await == 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            other.concurrency_limits().update(ConcurrencyLimit::new("db", 2)).await.unwrap();
        };
        let (taken, ()) = tokio::join!(engine.run(takes_two()), raise);
        taken.unwrap();
        engine.close().await.unwrap();
        other.close().await.unwrap();
    });
}

/// A second later at most.
#[test]
fn a_limit_on_a_tag_that_another_process_makes_is_kept() {
    #[task(tags = ["db"])]
    async fn tagged() {}
    let home = tempfile::tempdir().unwrap();
    let (engine, other) = (engine_at(home.path()), engine_at(home.path()));
    block_on(async {
        engine.run(tagged()).await.unwrap();
        create(&other, ConcurrencyLimit::for_tag("db", 0)).await;
        while engine.run(tagged()).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        other.concurrency_limits().delete("tag:db").await.unwrap();
        while engine.run(tagged()).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        engine.close().await.unwrap();
        other.close().await.unwrap();
    });
}

/// Its slots go to others, and its guards know that once it has looked.
#[test]
fn a_process_that_was_frozen_for_too_long_has_lost_its_slots() {
    let home = tempfile::tempdir().unwrap();
    let engine = engine_at(home.path());
    block_on(create(&engine, ConcurrencyLimit::new("db", 1)));
    let mut process = Child::at(home.path()).env("TIDEGATE_LEASE_SECONDS", "1").start(|| {
        block_on(async {
            let slot = concurrency("db", 1).await.unwrap();
            say(format_args!("held: {}", slot.is_held()));
            while slot.is_held() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            say("lost");
            // What is let go of is another's by now.
            drop(slot);
            let engine = Engine::current().unwrap();
            engine.flush().await.unwrap();
            say(format_args!("occupied: {}", occupied(&engine, "db").await));
            appears("end").await;
            // Under another lease it can have some again.
            drop(concurrency("db", 1).await.unwrap());
            engine.close().await.unwrap();
        });
    });
    process.wait_for("held: true");
    process.signal("STOP");
    #[flow]
    async fn takes(process: std::sync::Arc<std::sync::Mutex<Started>>) -> Result<()> {
        let _slot = concurrency("db", 1).await?;
        let mut process = process.lock().unwrap();
        process.signal("CONT");
        process.wait_for("lost");
        process.wait_for("occupied: 1");
        Ok(())
    }
    let process = std::sync::Arc::new(std::sync::Mutex::new(process));
    block_on(async {
        engine.run(takes(std::sync::Arc::clone(&process))).await.unwrap();
        engine.close().await.unwrap();
    });
    std::fs::write(home.path().join("end"), "").unwrap();
    let process = std::sync::Arc::into_inner(process).unwrap().into_inner().unwrap();
    let left = process.wait_for_rest();
    assert!(left.success, "{}", left.stderr);
}

/// Those who wait in one process hand slots on to each other, and do not keep those of another process from their turn.
#[test]
fn a_process_that_is_always_busy_gives_way_to_one_that_waits() {
    #[task]
    async fn busy() -> Result<()> {
        while !home().join("end").exists() {
            let _slot = concurrency("db", 1).await?;
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Ok(())
    }
    #[flow]
    async fn crowd() -> Result<()> {
        let handles: Vec<_> = (0..20).map(|_| busy().submit()).collect();
        say("busy");
        for handle in handles {
            handle.await?;
        }
        Ok(())
    }
    #[flow]
    async fn takes_turns(slots: u32) -> Result<()> {
        for _ in 0..3 {
            drop(concurrency("db", slots).await?);
        }
        Ok(())
    }
    let home = tempfile::tempdir().unwrap();
    let engine = engine_at(home.path());
    block_on(create(&engine, ConcurrencyLimit::new("db", 2)));
    let mut process = Child::at(home.path()).start(|| block_on(crowd()).unwrap());
    process.wait_for("busy");
    block_on(async {
        let both = async { tokio::join!(engine.run(takes_turns(1)), engine.run(takes_turns(2))) };
        let (one, two) = tokio::time::timeout(Duration::from_secs(60), both).await.unwrap();
        one.and(two).unwrap();
        std::fs::write(home.path().join("end"), "").unwrap();
        assert!(process.wait_for_rest().success);
        engine.close().await.unwrap();
    });
}

/// A process may not come when it is its turn, because all its threads are busy. The others go on without it after a while.
#[test]
fn a_turn_that_is_not_taken_holds_up_nobody_for_good() {
    #[flow]
    async fn takes() -> Result<()> {
        concurrency("db", 1).await.map(drop)
    }
    #[flow]
    async fn holds_while(other: Engine) -> Result<()> {
        let slot = concurrency("db", 1).await?;
        let mut waits = Box::pin(other.run(takes()));
        let waiting = async || other.concurrency_limits().get("db").await;
        while waiting().await?.unwrap().waiting == 0 {
            assert!((&mut waits).now_or_never().is_none());
        }
        // Nobody polls it any more, and its turn comes.
        tokio::time::sleep(Duration::from_millis(1100)).await;
        drop(slot);
        concurrency("db", 1).await.map(drop)?;
        waits.await
    }
    let home = tempfile::tempdir().unwrap();
    let (engine, other) = (engine_at(home.path()), engine_at(home.path()));
    block_on(async {
        create(&engine, ConcurrencyLimit::new("db", 1)).await;
        engine.run(holds_while(other.clone())).await.unwrap();
        engine.close().await.unwrap();
        other.close().await.unwrap();
    });
}

/// Their lease is renewed, so that nobody else gets them however long it takes.
#[test]
fn slots_are_held_for_longer_than_a_lease_lasts_while_their_process_lives() {
    let home = tempfile::tempdir().unwrap();
    let engine = engine_at(home.path());
    block_on(create(&engine, ConcurrencyLimit::new("db", 1)));
    let mut process = Child::at(home.path()).env("TIDEGATE_LEASE_SECONDS", "1").start(|| {
        block_on(async {
            let slot = concurrency("db", 1).await.unwrap();
            say("held");
            appears("end").await;
            say(format_args!("still held: {}", slot.is_held()));
            drop(slot);
            Engine::current().unwrap().close().await.unwrap();
        });
    });
    process.wait_for("held");
    block_on(async {
        let holders = engine.concurrency_limits().holders("db").await.unwrap();
        let expires = async || {
            let leases = engine.store().unwrap().leases().await.unwrap();
            let held_under = leases.into_iter().find(|lease| Some(lease.id) == holders[0].lease);
            held_under.expect("it is renewed").expires
        };
        let first = expires().await;
        while (expires().await - first).num_seconds() < 2 {
            assert!(engine.run(tries()).await.is_err());
        }
        std::fs::write(home.path().join("end"), "").unwrap();
        assert!(process.wait_for_rest().stdout.contains("still held: true"));
        engine.run(tries()).await.unwrap();
        engine.close().await.unwrap();
    });
}

#[test]
fn a_run_that_waits_for_slots_in_another_process_is_cancelled_by_its_id() {
    #[flow]
    async fn waits() -> Result<()> {
        say(format_args!("flow run {}", tidegate::runtime::flow_run::id().unwrap()));
        concurrency("db", 1).await.map(drop)
    }
    let home = tempfile::tempdir().unwrap();
    let engine = engine_at(home.path());
    #[flow]
    async fn holds(engine: Engine, mut process: Started) -> Result<()> {
        let _slot = concurrency("db", 1).await?;
        say("held");
        let printed = process.wait_for("flow run ");
        let id = printed.lines().find_map(|line| line.strip_prefix("flow run ")).unwrap();
        engine.cancel(id.parse().unwrap()).await?;
        process.wait_for("cancelled true, waiting 0");
        Ok(())
    }
    block_on(create(&engine, ConcurrencyLimit::new("db", 1)));
    let process = Child::at(home.path()).start(|| {
        block_on(async {
            let engine = Engine::current().unwrap();
            while occupied(&engine, "db").await == 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            let cancelled = waits().await.unwrap_err().is_cancelled();
            let waiting = engine.concurrency_limits().get("db").await.unwrap().unwrap().waiting;
            say(format_args!("cancelled {cancelled}, waiting {waiting}"));
            engine.close().await.unwrap();
        });
    });
    block_on(async {
        engine.run(holds(engine.clone(), process)).await.unwrap();
        engine.close().await.unwrap();
    });
}
