//! Ownership: runs of processes that died, froze or were slow, in a store that several processes share. Processes are this test
//! program again.

use std::path::Path;
use std::time::Duration;

use expect_test::expect;
use tidegate::prelude::*;
use tidegate::{Engine, Run, RunId, StateType};

use crate::child::{Child, block_on};
use crate::timeline::timeline;

/// Prints a line for whoever started this process.
fn say(line: impl std::fmt::Display) {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").unwrap();
    out.flush().unwrap();
}

#[task]
async fn note(number: u32) -> u32 {
    say(format_args!("body {number}"));
    number
}

/// Completes one task, and then waits for its end.
#[flow]
async fn hangs() -> Result<u32> {
    let given = note(1).await?;
    if std::env::var_os("HANG").is_some() {
        say(format_args!("flow run {}", tidegate::runtime::flow_run::root_flow_run_id().unwrap()));
        std::future::pending::<()>().await;
    }
    Ok(given + note(2).await?)
}

#[flow(recover)]
async fn hangs_once() -> Result<u32> {
    hangs().await
}

fn engine_at(home: &Path) -> Engine {
    let path = home.join("tidegate.db");
    Engine::builder().database(format!("sqlite:{}", path.display())).open().unwrap()
}

fn id_in(printed: &str) -> RunId {
    let line = printed.lines().find_map(|line| line.strip_prefix("flow run ")).unwrap();
    line.parse().unwrap()
}

/// Asks again and again, until the run is in a state of this type.
async fn wait_for(engine: &Engine, id: RunId, state_type: StateType) -> Run {
    loop {
        let run = engine.run_record(id).await.unwrap().unwrap();
        if run.state().unwrap().state_type() == state_type {
            return run;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// SUBFLOW-12: the subflow run that was under way goes on, too.
#[test]
fn the_runs_of_a_killed_process_are_ended_by_another_and_recovered() {
    let home = tempfile::tempdir().unwrap();
    let mut process = Child::at(home.path()).env("HANG", "1").start(|| {
        block_on(hangs_once()).unwrap();
    });
    let id = id_in(&process.wait_for("flow run"));
    process.signal("KILL");
    assert_eq!(process.wait_for_rest().code, None);

    block_on(async {
        let engine = engine_at(home.path());
        let recovered = engine.recover().await.unwrap();
        assert_eq!(recovered.iter().map(tidegate::RunHandle::id).collect::<Vec<_>>(), [Some(id)]);
        recovered[0].wait().await;
        let run = engine.run_record(id).await.unwrap().unwrap();
        assert_eq!(timeline(&run), "Pending > Running > Crashed > Rerunning > Completed");
        let crashed = run.states[2].message.as_deref();
        assert_eq!(crashed, Some("The process that ran it is gone: it did not renew its lease."));
        let subflows = engine.runs().flow("hangs").list().await.unwrap();
        assert_eq!(subflows.len(), 1);
        let subflow = timeline(&subflows[0]);
        assert_eq!(subflow, "Pending > Running > Crashed > Rerunning > Completed");
        let tasks = engine.runs().task("note").oldest_first().list().await.unwrap();
        let tasks: Vec<_> =
            tasks.iter().map(|run| format!("{} {}", run.run_count, timeline(run))).collect();
        assert_eq!(tasks, ["1 Pending > Running > Completed", "1 Pending > Running > Completed"]);
        engine.close().await.unwrap();
    });
}

#[test]
fn an_engine_that_recovers_goes_on_with_the_runs_of_processes_that_die_later() {
    let home = tempfile::tempdir().unwrap();
    let mut process = Child::at(home.path()).env("HANG", "1").start(|| {
        block_on(hangs_once()).unwrap();
    });
    block_on(async {
        let engine = engine_at(home.path());
        let id = id_in(&process.wait_for("flow run"));
        assert!(engine.recover().await.unwrap().is_empty(), "its process lives");
        process.signal("KILL");
        let run = wait_for(&engine, id, StateType::Completed).await;
        assert_eq!(timeline(&run), "Pending > Running > Crashed > Rerunning > Completed");
        engine.close().await.unwrap();
    });
    process.wait_for_rest();
}

#[test]
fn the_runs_of_a_process_that_lives_are_left_alone() {
    let home = tempfile::tempdir().unwrap();
    let mut process = Child::at(home.path()).env("HANG", "1").start(|| {
        block_on(hangs_once()).unwrap();
    });
    let id = id_in(&process.wait_for("flow run"));
    block_on(async {
        let engine = engine_at(home.path());
        let error = engine.resume(id).await.unwrap_err().to_string();
        assert!(
            error.ends_with("it has not ended and is not paused; a process that lives owns it"),
            "{error}"
        );
        engine.close().await.unwrap();
    });
    process.signal("KILL");
    process.wait_for_rest();
}

/// Frozen for longer than its lease holds, and then woken: nothing that it still does is recorded.
#[test]
fn no_write_of_an_owner_that_was_taken_for_dead_is_accepted() {
    let home = tempfile::tempdir().unwrap();
    let mut process =
        Child::at(home.path()).env("HANG", "1").env("TIDEGATE_LEASE_SECONDS", "1").start(|| {
            #[flow]
            async fn goes_on() -> Result<()> {
                note(1).await?;
                say(format_args!("flow run {}", tidegate::runtime::flow_run::id().unwrap()));
                let mut line = String::new();
                while !std::fs::exists(std::env::var("TIDEGATE_HOME").unwrap() + "/woken").unwrap()
                {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                    line.clear();
                }
                note(2).await?;
                Ok(())
            }
            let error = block_on(goes_on()).unwrap_err();
            say(format_args!("refused: {}", error.is_fenced()));
            // A run that begins now has a lease of its own.
            say(format_args!("new run: {}", block_on(note(3)).is_ok()));
        });
    let id = id_in(&process.wait_for("flow run"));
    process.signal("STOP");
    block_on(async {
        let engine = engine_at(home.path());
        engine.recover().await.unwrap();
        let crashed = wait_for(&engine, id, StateType::Crashed).await;
        std::fs::write(home.path().join("woken"), "").unwrap();
        process.signal("CONT");
        let left = process.wait_for_rest();
        assert_eq!(
            left.stdout.lines().collect::<Vec<_>>(),
            ["body 2", "refused: true", "body 3", "new run: true"],
            "{}",
            left.stderr
        );
        let now = engine.run_record(id).await.unwrap().unwrap();
        assert_eq!(now, crashed, "nothing was written after it was taken for dead");
        expect!["Pending > Running > Crashed"].assert_eq(&timeline(&now));
        assert_eq!(engine.runs().task("note").count().await.unwrap(), 2);
        engine.close().await.unwrap();
    });
}

/// The lease is renewed by a thread of its own.
#[allow(clippy::disallowed_methods, reason = "a body that blocks is what this is about")]
#[test]
fn a_body_that_blocks_the_runtime_does_not_lose_the_lease() {
    let home = tempfile::tempdir().unwrap();
    let mut process = Child::at(home.path()).env("TIDEGATE_LEASE_SECONDS", "1").start(|| {
        #[flow]
        async fn blocks() {
            say(format_args!("flow run {}", tidegate::runtime::flow_run::id().unwrap()));
            while !std::fs::exists(std::env::var("TIDEGATE_HOME").unwrap() + "/enough").unwrap() {
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        block_on(blocks()).unwrap();
        say("completed");
    });
    let id = id_in(&process.wait_for("flow run"));
    block_on(async {
        let engine = engine_at(home.path());
        engine.recover().await.unwrap();
        let first = engine.store().unwrap().leases().await.unwrap();
        // Until its first lease would have expired three times over.
        let mut renewals = Vec::new();
        while renewals.len() < 12 {
            let leases = engine.store().unwrap().leases().await.unwrap();
            if renewals.last() != Some(&leases) {
                renewals.push(leases);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert!(renewals.iter().all(|leases| leases.len() == 1 && leases[0].id == first[0].id));
        std::fs::write(home.path().join("enough"), "").unwrap();
        let left = process.wait_for_rest();
        assert_eq!(left.stdout, "completed\n", "{}", left.stderr);
        let run = engine.run_record(id).await.unwrap().unwrap();
        assert_eq!(timeline(&run), "Pending > Running > Completed");
        engine.close().await.unwrap();
    });
}

#[test]
fn an_engine_that_is_closed_or_dropped_gives_its_lease_back() {
    let home = tempfile::tempdir().unwrap();
    block_on(async {
        let watching = engine_at(home.path());
        let leases = async || watching.store().unwrap().leases().await.unwrap().len();
        for close in [true, false] {
            let engine = engine_at(home.path());
            engine.run(note(1)).await.unwrap();
            assert_eq!(leases().await, 1);
            if close {
                engine.close().await.unwrap();
            }
            drop(engine);
            assert_eq!(leases().await, 0);
        }
        watching.close().await.unwrap();
    });
}
