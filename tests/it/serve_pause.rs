//! Runs that wait for a person who answers at a server: in the process that serves, in another, and in none.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tidegate::prelude::*;
use tidegate::{
    Engine, FlowCall, Run, RunHandle, RunId, StateType, pause_flow_run, runtime, suspend_flow_run,
};

use crate::child::{Child, block_on};
use crate::http::ask;
use crate::timeline::timeline;

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Approval {
    approved: bool,
    #[serde(default)]
    by: String,
}

#[flow]
async fn asks() -> Result<String> {
    println!("flow run {}", runtime::flow_run::id().unwrap());
    let approval = pause_flow_run().wait_for_input::<Approval>().description("Is it good?").await?;
    Ok(format!("{} by {}", approval.approved, approval.by))
}

#[flow]
async fn leaves() -> Result<String> {
    let approval = suspend_flow_run().wait_for_input::<Approval>().await?;
    Ok(format!("{} by {}", approval.approved, approval.by))
}

fn engine_at(home: &Path) -> Engine {
    let path = home.join("tidegate.db");
    Engine::builder().database(format!("sqlite:{}", path.display())).open().unwrap()
}

async fn wait_for(engine: &Engine, id: RunId, state_type: StateType) -> Run {
    loop {
        let run = engine.run_record(id).await.unwrap();
        if let Some(run) = run.filter(|run| run.state().unwrap().state_type() == state_type) {
            return run;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn submit(engine: &Engine, call: FlowCall<'static, String>) -> (RunId, RunHandle<String>) {
    let handle = call.on(engine).submit();
    (handle.id().unwrap(), handle)
}

/// Answers a run, and gives what the server says.
async fn answer(server: SocketAddr, run: RunId, body: &str) -> String {
    ask(server, &format!("POST /api/flow_runs/{run}/resume"), body).await
}

/// In memory nothing but the process itself could tell the run of it.
#[test]
fn a_run_that_waits_in_the_process_that_serves_is_answered_there() {
    for database in ["sqlite::memory:", "file"] {
        block_on(async {
            let home = tempfile::tempdir().unwrap();
            let engine = match database {
                "file" => engine_at(home.path()),
                url => Engine::builder().database(url).open().unwrap(),
            };
            let server = engine.serve("127.0.0.1:0").await.unwrap();
            let (id, handle) = submit(&engine, asks());
            wait_for(&engine, id, StateType::Paused).await;
            let wrong = answer(server.address(), id, r#"{"run_input": {"by": 3}}"#).await;
            assert!(wrong.starts_with("HTTP/1.1 422"), "{wrong}");
            assert!(wrong.contains(r#"["body","run_input","approved"]"#), "{wrong}");
            assert!(wrong.contains("the field `by` must be a text"), "{wrong}");
            let right = r#"{"run_input": {"approved": true, "by": "Ada"}}"#;
            let answered = answer(server.address(), id, right).await;
            assert!(answered.starts_with("HTTP/1.1 20"), "{answered}");
            assert_eq!(handle.await.unwrap(), "true by Ada");
            let again = answer(server.address(), id, right).await;
            assert!(again.contains("ABORT") && again.contains("not paused"), "{again}");
            let run = wait_for(&engine, id, StateType::Completed).await;
            assert_eq!(timeline(&run), "Pending > Running > Paused > Running > Completed");
            engine.close().await.unwrap();
        });
    }
}

#[test]
fn a_run_that_waits_in_another_process_goes_on_there() {
    let home = tempfile::tempdir().unwrap();
    let mut process = Child::at(home.path()).start(|| {
        println!("gave {}", block_on(asks()).unwrap());
    });
    block_on(async {
        let engine = engine_at(home.path());
        let server = engine.serve("127.0.0.1:0").await.unwrap();
        let printed = process.wait_for("flow run");
        let id = printed.lines().find_map(|line| line.strip_prefix("flow run ")).unwrap();
        let id: RunId = id.parse().unwrap();
        wait_for(&engine, id, StateType::Paused).await;
        let answered =
            answer(server.address(), id, r#"{"run_input": {"approved": false, "by": "Bo"}}"#).await;
        assert!(answered.starts_with("HTTP/1.1 20"), "{answered}");
        process.wait_for("gave false by Bo");
        engine.close().await.unwrap();
    });
    assert!(process.wait_for_rest().success);
}

#[test]
fn a_suspended_run_that_is_answered_is_taken_up_by_who_has_its_flow() {
    let home = tempfile::tempdir().unwrap();
    block_on(async {
        let engine = engine_at(home.path());
        let (id, handle) = submit(&engine, leaves());
        assert!(handle.await.is_err(), "it has left its process");
        let server = engine.serve("127.0.0.1:0").await.unwrap();
        let wrong = answer(server.address(), id, "{}").await;
        assert!(wrong.starts_with("HTTP/1.1 422"), "{wrong}");
        let body = r#"{"run_input": {"approved": true, "by": "Cy"}}"#;
        let answered = answer(server.address(), id, body).await;
        assert!(answered.contains("Resuming"), "{answered}");

        // Of those who watch, one runs it: from now on, or at once by who is told to.
        engine.recover().await.unwrap();
        let run = wait_for(&engine, id, StateType::Completed).await;
        assert_eq!(engine.result::<String>(id).await.unwrap(), "true by Cy");
        let expected = "Pending > Running > Suspended > Resuming(0s) > Running > Completed";
        assert_eq!(timeline(&run), expected);

        // One that is answered later is found by who watches.
        let (id, handle) = submit(&engine, leaves());
        assert!(handle.await.is_err());
        answer(server.address(), id, body).await;
        wait_for(&engine, id, StateType::Completed).await;
        engine.close().await.unwrap();
    });
}

#[test]
fn a_suspended_run_that_was_answered_at_a_server_can_be_resumed_by_name() {
    let home = tempfile::tempdir().unwrap();
    block_on(async {
        let engine = engine_at(home.path());
        let (id, handle) = submit(&engine, leaves());
        assert!(handle.await.is_err());
        let server = engine.serve("127.0.0.1:0").await.unwrap();
        let body = r#"{"run_input": {"approved": true, "by": "Di"}}"#;
        answer(server.address(), id, body).await;
        let run = engine.resume(id).await.unwrap();
        assert!(run.state().unwrap().is_completed());
        assert_eq!(engine.result::<String>(id).await.unwrap(), "true by Di");
        engine.close().await.unwrap();
    });
}

#[test]
fn a_run_in_memory_that_is_cancelled_at_a_server_is_asked_and_not_written_over() {
    block_on(async {
        let engine = Engine::builder().database("sqlite::memory:").open().unwrap();
        let server = engine.serve("127.0.0.1:0").await.unwrap();
        let (id, handle) = submit(&engine, asks());
        wait_for(&engine, id, StateType::Paused).await;
        let cancel = format!("POST /api/flow_runs/{id}/set_state");
        let forced = r#"{"state": {"type": "COMPLETED"}, "force": true}"#;
        assert!(ask(server.address(), &cancel, forced).await.contains("REJECT"));
        ask(server.address(), &cancel, r#"{"state": {"type": "CANCELLING"}}"#).await;
        assert!(handle.await.unwrap_err().is_cancelled());
        engine.close().await.unwrap();
    });
}

/// Fails as often as this file is not there.
#[flow]
async fn leaves_and_fails(file: String) -> Result<String> {
    suspend_flow_run().await?;
    Ok(std::fs::read_to_string(file)?)
}

#[test]
fn a_run_that_has_failed_is_retried_on_a_page_by_who_has_its_flow() {
    let home = tempfile::tempdir().unwrap();
    block_on(async {
        let engine = engine_at(home.path());
        engine.recover().await.unwrap();
        let server = engine.serve("127.0.0.1:0").await.unwrap();
        let file = home.path().join("answer.txt");
        let (id, handle) = submit(&engine, leaves_and_fails(file.display().to_string()));
        assert!(handle.await.is_err());
        answer(server.address(), id, "{}").await;
        wait_for(&engine, id, StateType::Failed).await;
        std::fs::write(&file, "done").unwrap();
        let retried = ask(server.address(), &format!("POST /runs/{id}/retry"), "").await;
        assert!(retried.starts_with("HTTP/1.1 303"), "{retried}");
        wait_for(&engine, id, StateType::Completed).await;
        assert_eq!(engine.result::<String>(id).await.unwrap(), "done");
        engine.close().await.unwrap();
    });
}
