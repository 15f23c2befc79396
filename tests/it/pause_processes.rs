//! Pauses, suspensions and inputs between processes that share a file: whoever answers, asks or sends is another process than the one that
//! runs the flow, and processes are killed in between.

use std::future::pending;
use std::path::Path;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tidegate::prelude::*;
use tidegate::{
    Engine, Run, RunId, StateType, pause_flow_run, receive_input, resume, runtime, send_input,
    suspend_flow_run,
};

use crate::child::{Child, Started, block_on};
use crate::timeline::timeline;

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Approval {
    approved: bool,
    #[serde(default)]
    comment: String,
}

/// Prints a line for whoever started this process.
fn say(line: impl std::fmt::Display) {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").unwrap();
    out.flush().unwrap();
}

/// Says that it ran, and in which process.
#[task]
async fn step(name: String) -> String {
    say(format_args!("step {name}"));
    format!("{name}@{}", std::process::id())
}

fn announce() {
    say(format_args!("flow run {}", runtime::flow_run::id().unwrap()));
}

#[flow(recover)]
async fn approving(version: String) -> Result<(String, String, Approval)> {
    announce();
    let before = step(version).await?;
    let approval = pause_flow_run().wait_for_input::<Approval>().await?;
    Ok((before, step("after".into()).await?, approval))
}

#[flow(recover)]
async fn suspending(version: String) -> Result<(String, String, Approval)> {
    announce();
    let before = step(version).await?;
    let approval = suspend_flow_run().wait_for_input::<Approval>().await?;
    Ok((before, step("after".into()).await?, approval))
}

#[flow(recover)]
async fn stepping() -> Result<Vec<String>> {
    announce();
    let mut steps = Vec::new();
    for number in 0..4_000 {
        steps.push(step(number.to_string()).await?);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(steps)
}

/// Waits for ever in the process where `REST` is set.
#[task]
async fn rest() -> Result<()> {
    if std::env::var_os("REST").is_some() {
        // Nothing is being written when it is frozen.
        Engine::current()?.flush().await?;
        say("resting");
        pending().await
    }
    Ok(())
}

#[flow(recover)]
async fn resting() -> Result<()> {
    announce();
    rest().await?;
    step("after".into()).await?;
    Ok(())
}

#[flow]
async fn adding() -> Result<u32> {
    announce();
    let mut numbers = receive_input::<u32>();
    let mut sum = 0;
    while let Some(number) = numbers.next().await? {
        if number == 0 {
            break;
        }
        sum += number;
    }
    Ok(sum)
}

fn engine_at(home: &Path) -> Engine {
    let path = home.join("tidegate.db");
    Engine::builder().database(format!("sqlite:{}", path.display())).open().unwrap()
}

/// Waits until its process says which flow run it has begun.
fn begun(process: &mut Started) -> RunId {
    let printed = process.wait_for("flow run");
    let line = printed.lines().find_map(|line| line.strip_prefix("flow run ")).unwrap();
    line.parse().unwrap()
}

async fn record(engine: &Engine, id: RunId) -> Run {
    engine.run_record(id).await.unwrap().unwrap()
}

/// Waits until a run is in a state of this name.
async fn until(engine: &Engine, id: RunId, name: &str) {
    while engine.run_record(id).await.unwrap().is_none_or(|run| run.state().unwrap().name != name) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn open_requests(engine: &Engine) -> usize {
    engine.store().unwrap().requests(Default::default()).await.unwrap().len()
}

/// Whatever a flow is given, or that it is suspended.
fn tell<T: std::fmt::Debug>(given: Result<T>) {
    match given {
        Ok(value) => say(format_args!("gives {value:?}")),
        Err(error) if error.is_suspended() => say("suspended"),
        Err(error) => say(format_args!("fails: {error}")),
    }
    block_on(Engine::current().unwrap().close()).unwrap();
}

#[test]
fn a_run_that_is_paused_in_one_process_is_resumed_by_another() {
    let home = tempfile::tempdir().unwrap();
    let child = Child::at(home.path());
    let mut process = child.start(|| tell(block_on(approving("1.0".into()).into_future())));
    let id = begun(&mut process);
    let pid = process.id();
    block_on(async {
        let engine = engine_at(home.path());
        until(&engine, id, "Paused").await;
        let refused = engine.resume(id).input(["yes"]).await.unwrap_err().to_string();
        assert!(refused.contains("its input does not fit"), "{refused}");
        let refused = engine.resume(id).await.unwrap_err().to_string();
        assert!(refused.contains("the field `approved` is missing"), "{refused}");
        let approval = Approval { approved: true, comment: "well done".into() };
        engine.resume(id).input(approval).await.unwrap();
        let again = engine.resume(id).input(Approval { approved: false, comment: String::new() });
        let again = again.await.unwrap_err().to_string();
        assert!(
            again.contains("it has been resumed already")
                || again.contains("it has gone on meanwhile")
                || again.contains("it has not ended and is not paused")
                || again.contains("it has completed"),
            "{again}"
        );
        let left = process.wait_for_rest();
        let gives = format!(
            r#"gives ("1.0@{pid}", "after@{pid}", Approval {{ approved: true, comment: "well done" }})"#
        );
        assert!(left.stdout.contains(&gives), "{}", left.stdout);
        let run = record(&engine, id).await;
        assert_eq!(timeline(&run), "Pending > Running > Paused > Running > Completed");
        assert_eq!(open_requests(&engine).await, 0);
        engine.close().await.unwrap();
    });
}

#[test]
fn inputs_that_another_process_sends_are_received_in_their_order() {
    let home = tempfile::tempdir().unwrap();
    let mut process = Child::at(home.path()).start(|| tell(block_on(adding().into_future())));
    let id = begun(&mut process);
    block_on(async {
        let engine = engine_at(home.path());
        for number in (1..=100).chain([0]) {
            send_input(number, id).on(&engine).await.unwrap();
        }
        assert!(process.wait_for_rest().stdout.contains("gives 5050"));
        let unknown = RunId::new();
        let error = send_input(1, unknown).on(&engine).await.unwrap_err().to_string();
        assert_eq!(
            error,
            format!(
                "an input cannot be sent to run {unknown}: it is not recorded in the store of this engine"
            )
        );
        engine.close().await.unwrap();
    });
}

#[test]
fn a_run_that_was_suspended_in_one_process_goes_on_in_another_from_the_record() {
    let home = tempfile::tempdir().unwrap();
    let child = Child::at(home.path());
    let mut process = child.start(|| tell(block_on(suspending("1.0".into()).into_future())));
    let id = begun(&mut process);
    let pid = process.id();
    let left = process.wait_for_rest();
    assert!(
        left.success && left.stdout.ends_with("suspended\n"),
        "{} {}",
        left.stdout,
        left.stderr
    );
    block_on(async {
        let engine = engine_at(home.path());
        let run = record(&engine, id).await;
        assert_eq!((timeline(&run).as_str(), run.lease), ("Pending > Running > Suspended", None));
        let approval = Approval { approved: false, comment: "not yet".into() };
        let run = engine.resume(id).input(&approval).await.unwrap();
        let result: (String, String, Approval) = engine.result(id).await.unwrap();
        let us = std::process::id();
        assert_eq!(result, (format!("1.0@{pid}"), format!("after@{us}"), approval));
        assert_eq!(
            timeline(&run),
            "Pending > Running > Suspended > Resuming(0s) > Running > Completed"
        );
        engine.close().await.unwrap();
    });
}

/// PAUSE-21
#[test]
fn a_run_is_suspended_by_another_process_and_goes_on_there() {
    let home = tempfile::tempdir().unwrap();
    let mut process = Child::at(home.path()).start(|| tell(block_on(stepping().into_future())));
    let id = begun(&mut process);
    block_on(async {
        let engine = engine_at(home.path());
        process.wait_for("step 3");
        engine.suspend(id).await.unwrap();
        let left = process.wait_for_rest();
        assert!(left.success && left.stdout.ends_with("suspended\n"), "{}", left.stderr);
        let run = record(&engine, id).await;
        assert_eq!((timeline(&run).as_str(), run.lease), ("Pending > Running > Suspended", None));
        let tasks = engine.runs().task("step").list().await.unwrap();
        assert!(
            tasks.iter().all(|task| task.state().unwrap().state_type() == StateType::Completed),
            "what was under way has ended"
        );
        assert_eq!(open_requests(&engine).await, 0);
        // It is suspended again where it goes on.
        let next = tasks.len();
        let (resumed, ()) = tokio::join!(engine.resume(id), async {
            until(&engine, id, "Running").await;
            engine.suspend(id).await.unwrap();
        });
        assert!(resumed.unwrap_err().is_suspended());
        let tasks = engine.runs().task("step").list().await.unwrap();
        assert!(tasks.len() >= next);
        engine.close().await.unwrap();
    });
}

#[test]
fn a_paused_run_whose_process_is_killed_is_asked_anew_and_goes_on_elsewhere() {
    let home = tempfile::tempdir().unwrap();
    let child = Child::at(home.path());
    let mut process = child.start(|| tell(block_on(approving("1.0".into()).into_future())));
    let id = begun(&mut process);
    let pid = process.id();
    block_on(async {
        let engine = engine_at(home.path());
        until(&engine, id, "Paused").await;
        process.kill();
        let approval = Approval { approved: true, comment: String::new() };
        let run = engine.resume(id).input(&approval).await.unwrap();
        let us = std::process::id();
        let result: (String, String, Approval) = engine.result(id).await.unwrap();
        assert_eq!(result, (format!("1.0@{pid}"), format!("after@{us}"), approval));
        assert_eq!(timeline(&run), "Pending > Running > Paused > Crashed > Rerunning > Completed");
        engine.close().await.unwrap();
    });
}

#[test]
fn an_answer_that_the_process_did_not_live_to_see_is_not_lost() {
    let home = tempfile::tempdir().unwrap();
    let child = Child::at(home.path());
    let mut process = child.start(|| tell(block_on(approving("1.0".into()).into_future())));
    let id = begun(&mut process);
    block_on(async {
        let engine = engine_at(home.path());
        until(&engine, id, "Paused").await;
        // Its last write before it waits.
        while engine
            .logs()
            .of_flow_run(id)
            .list()
            .await
            .unwrap()
            .iter()
            .all(|line| !line.message.starts_with("Pausing"))
        {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        process.signal("STOP");
        let approval = Approval { approved: true, comment: "quick".into() };
        engine.resume(id).input(&approval).await.unwrap();
        process.kill();
        for handle in engine.recover().await.unwrap() {
            handle.await.unwrap();
        }
        let result: (String, String, Approval) = engine.result(id).await.unwrap();
        assert_eq!(result.2, approval);
        assert_eq!(
            timeline(&record(&engine, id).await),
            "Pending > Running > Paused > Crashed > Rerunning > Completed"
        );
        assert_eq!(open_requests(&engine).await, 0);
        engine.close().await.unwrap();
    });
}

#[test]
fn a_suspension_that_the_process_did_not_live_to_see_is_seen_by_who_recovers_it() {
    let home = tempfile::tempdir().unwrap();
    let child = Child::at(home.path()).env("REST", "1");
    let mut process = child.start(|| tell(block_on(resting().into_future())));
    let id = begun(&mut process);
    block_on(async {
        let engine = engine_at(home.path());
        process.wait_for("resting");
        process.signal("STOP");
        engine.suspend(id).await.unwrap();
        process.kill();
        for handle in engine.recover().await.unwrap() {
            assert!(handle.await.unwrap_err().is_suspended());
        }
        let run = record(&engine, id).await;
        assert_eq!(timeline(&run), "Pending > Running > Crashed > Rerunning > Suspended");
        assert_eq!((run.lease, open_requests(&engine).await), (None, 0));
        engine.close().await.unwrap();
    });
}

/// A few steps and a suspension, again and again, until its process is killed.
async fn suspends_for_ever() {
    let mut id = None;
    loop {
        let given = match id {
            None => suspending("1.0".into()).await.map(drop),
            Some(id) => resume(id)
                .input(Approval { approved: true, comment: String::new() })
                .await
                .map(drop),
        };
        match given {
            Ok(()) => id = None,
            Err(error) => {
                assert!(error.is_suspended(), "{error}");
                id = error.run_id();
                say(format_args!("suspended {}", id.unwrap()));
            }
        }
    }
}

#[test]
fn a_process_that_is_killed_at_any_time_leaves_each_run_suspended_ended_or_crashed() {
    let home = tempfile::tempdir().unwrap();
    let rounds = if std::env::var_os("TIDEGATE_DEEP").is_some() { 400 } else { 15 };
    let mut suspended = Vec::new();
    for round in 0..rounds {
        let mut process = Child::at(home.path()).start(|| block_on(suspends_for_ever()));
        let mut printed = String::new();
        for _ in 0..1 + round % 4 {
            printed.push_str(&process.wait_for("suspended"));
        }
        // So that it is killed in the middle of something.
        std::thread::park_timeout(Duration::from_micros(round * 437 % 6000));
        process.signal("KILL");
        printed.push_str(&process.wait_for_rest().stdout);
        let whole = printed.rsplit_once('\n').map_or("", |(whole, _)| whole);
        suspended.extend(
            whole.lines().filter_map(|line| line.strip_prefix("suspended ")?.parse::<RunId>().ok()),
        );
    }
    block_on(async {
        let engine = engine_at(home.path());
        for handle in engine.recover().await.unwrap() {
            let given = handle.await;
            assert!(given.as_ref().is_ok_and(|()| true) || given.unwrap_err().is_suspended());
        }
        assert!(suspended.len() >= rounds as usize);
        for run in engine.runs().flow("suspending").list().await.unwrap() {
            let state = run.state().unwrap();
            let asked = timeline(&run).contains("Suspended");
            assert!(state.is_completed() || state.name == "Suspended", "{}", timeline(&run));
            assert!(asked || !suspended.contains(&run.id), "what was told is on record");
            if state.name == "Suspended" {
                let approval = Approval { approved: true, comment: String::new() };
                engine.resume(run.id).input(approval).await.unwrap();
            }
            // What is on record of its tasks did not run again.
            let tasks = engine.runs().task("step").inside(run.id).list().await.unwrap();
            assert_eq!(tasks.len(), 2, "{}", timeline(&run));
            let result: (String, String, Approval) = engine.result(run.id).await.unwrap();
            assert!(result.2.approved);
        }
        engine.close().await.unwrap();
    });
}

#[test]
fn a_suspended_run_whose_time_is_up_fails_by_itself() {
    #[flow]
    async fn expiring() -> Result<()> {
        announce();
        suspend_flow_run().timeout(Duration::from_millis(1)).await
    }
    let home = tempfile::tempdir().unwrap();
    block_on(async {
        let engine = engine_at(home.path());
        let id = expiring().on(&engine).await.unwrap_err().run_id().unwrap();
        engine.close().await.unwrap();

        // Any engine that looks for dead owners looks for it.
        let engine = engine_at(home.path());
        engine.recover().await.unwrap();
        until(&engine, id, "Failed").await;
        let run = record(&engine, id).await;
        assert_eq!(timeline(&run), "Pending > Running > Suspended > Failed");
        let message = run.state().unwrap().message.clone();
        assert_eq!(message.as_deref(), Some("The flow was suspended and never resumed."));
        engine.close().await.unwrap();
    });
}
