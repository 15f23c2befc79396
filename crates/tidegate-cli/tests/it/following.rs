//! A flow run that is followed and drawn.

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::sync::Arc;

use expect_test::expect;
use tidegate_core::{Advance, Clock, Definition, Run, RunKind, State, Store, Write};
use tidegate_store::{Options, Sqlite};

use crate::{Call, check};

#[test]
fn a_run_that_has_ended_is_told_at_once() {
    check(
        "flow-run watch brave-otter",
        &expect![[r#"
        2025-03-04 00:00:00.000 | STATE   | Flow run 'brave-otter' - Pending()
        2025-03-04 00:00:00.100 | STATE   | Flow run 'brave-otter' - Running()
        2025-03-04 00:00:00.100 | DEBUG   | Flow run 'brave-otter' - Beginning.
        2025-03-04 00:00:00.300 | WARNING | Task run 'fetch_weather-002' - No answer: the connection timed out
        2025-03-04 00:00:00.700 | INFO    | Task run 'fetch_weather-002' - 20.1 degrees
        2025-03-04 00:00:01.000 | STATE   | Flow run 'brave-otter' - Completed()
        2025-03-04 00:00:01.000 | INFO    | Flow run 'brave-otter' - Finished in state Completed()
        Flow run 'brave-otter' (01950100-0000-7000-8000-000000000001) - Completed()
    "#]],
    );
    check(
        "flow-run watch brave-otters",
        &expect![[r#"
        2025-03-04 00:01:00.000 | STATE   | Flow run 'brave-otters' - Pending()
        2025-03-04 00:01:00.100 | STATE   | Flow run 'brave-otters' - Running()
        2025-03-04 00:01:01.000 | STATE   | Flow run 'brave-otters' - Failed('the disk is full')
        2025-03-04 00:01:01.000 | ERROR   | Flow run 'brave-otters' - the disk is full�[2J
        Flow run 'brave-otters' (01950400-0000-7000-8000-000000000004) - Failed('the disk is full')
        -- exit code 3 --
    "#]],
    );
    check(
        "flow-run watch brave-otters -o json",
        &expect![[r#"
        {"kind":"state","type":"PENDING","name":"Pending","message":null,"timestamp":"2025-03-04T00:01:00Z"}
        {"kind":"state","type":"RUNNING","name":"Running","message":null,"timestamp":"2025-03-04T00:01:00.100Z"}
        {"kind":"state","type":"FAILED","name":"Failed","message":"the disk is full","timestamp":"2025-03-04T00:01:01Z"}
        {"kind":"log","timestamp":"2025-03-04T00:01:01Z","level":40,"level_name":"ERROR","name":"weather","message":"the disk is full\u001b[2J","flow_run_id":"01950400-0000-7000-8000-000000000004","task_run_id":null}
        -- exit code 3 --
    "#]],
    );
}

#[test]
fn a_run_that_does_not_end_in_time_goes_on() {
    check(
        "flow-run watch calm-heron --timeout 0.01",
        &expect![[r#"
        2025-03-04 00:02:00.000 | STATE   | Flow run 'calm-heron' - Scheduled()
        -- standard error --
        error: flow run 'calm-heron' has not ended in time, and goes on

          try: tidegate flow-run cancel calm-heron
        -- exit code 1 --
    "#]],
    );
}

#[test]
fn a_run_is_followed_until_it_has_ended() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let store = Sqlite::open(Options::file(folder.path().join("tidegate.db"))).unwrap();
        let now = Clock::system().now();
        let mut run = Run::new(Arc::new(Definition::new(RunKind::Flow, "slow")), "tortoise", now);
        run.states.push(State::running(now));
        store.put_acknowledged(Write::Begin(Box::new(run.clone()))).await.unwrap();

        let mut call = Call::within(folder.path().to_owned(), "flow-run watch tortoise");
        let mut child = call.command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        assert!(lines.next().unwrap().ends_with("| STATE   | Flow run 'tortoise' - Running()"));

        let known = run.states.len();
        let now = Clock::system().now();
        run.states.push(State::crashed(now));
        run.end_time = Some(now);
        let advance = Write::Advance(Box::new(Advance::since(&run, known)));
        store.put_acknowledged(advance).await.unwrap();
        assert!(lines.next().unwrap().ends_with("| STATE   | Flow run 'tortoise' - Crashed()"));
        assert!(lines.next().unwrap().ends_with(" - Crashed()"));
        assert_eq!(child.wait().unwrap().code(), Some(4));
        store.close().await.unwrap();
    });
}

#[test]
fn a_run_is_drawn() {
    check(
        "flow-run graph brave-otter",
        &expect![[r#"
        ✓ pipeline / brave-otter
          ✓ fetch_weather-002 (2 attempts)
            ✓ save_weather-003
    "#]],
    );
    let (mermaid, _) = Call::new("flow-run graph brave-otter --format mermaid").output();
    assert!(mermaid.starts_with("flowchart LR"), "{mermaid}");
    let (dot, _) = Call::new("flow-run graph brave-otter --format dot").output();
    assert!(dot.starts_with("digraph"), "{dot}");
    let (svg, _) = Call::new("flow-run graph brave-otter --format svg").output();
    assert!(svg.starts_with("<svg"), "{svg}");
    let (narrow, _) = Call::new("flow-run graph brave-otter").env("COLUMNS", "24").output();
    assert!(narrow.lines().all(|line| line.chars().count() <= 24), "{narrow}");
}
