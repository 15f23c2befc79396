//! Ending in order: programs that are asked to stop by a signal. Processes are this test program again.

use std::time::Duration;

use expect_test::expect;
use tidegate::Engine;
use tidegate::prelude::*;

use crate::child::{Child, block_on};
use crate::timeline::timeline;

fn say(line: impl std::fmt::Display) {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").unwrap();
    out.flush().unwrap();
}

fn told_to_end() -> bool {
    std::fs::exists(std::env::var("TIDEGATE_HOME").unwrap() + "/end").unwrap()
}

/// Begins a task that goes on until it is told to end, and would begin another.
#[flow]
async fn two_tasks() -> Result<()> {
    #[task]
    async fn first() {
        say("begun");
        while !told_to_end() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        say("first ended");
    }
    #[task]
    async fn second() {
        say("second begun");
    }
    first().await?;
    second().await
}

fn run_until_signal<F: Future<Output = Result<()>>>(program: F) {
    let engine = Engine::builder().open().unwrap();
    match block_on(engine.run_until_signal(program)) {
        Ok(result) => say(format_args!("ended: {result:?}")),
        Err(error) => say(format_args!("interrupted {}: {error}", error.is_interrupted())),
    }
}

fn histories(home: &std::path::Path) -> String {
    block_on(async {
        let path = home.join("tidegate.db");
        let url = format!("sqlite:{}", path.display());
        let engine = Engine::builder().database(url).open().unwrap();
        let leases = engine.store().unwrap().leases().await.unwrap();
        let runs = engine.runs().oldest_first().list().await.unwrap();
        engine.close().await.unwrap();
        let lines = runs.iter().map(|run| format!("{}: {}\n", run.definition.name, timeline(run)));
        format!("{}leases: {}\n", lines.collect::<String>(), leases.len())
    })
}

#[test]
fn asked_to_stop_a_task_under_way_ends_and_no_other_begins() {
    for signal in ["INT", "TERM"] {
        let home = tempfile::tempdir().unwrap();
        let mut process = Child::at(home.path())
            .env("TIDEGATE_SHUTDOWN_GRACE_SECONDS", "1000")
            .start(|| run_until_signal(two_tasks()));
        process.wait_for("begun");
        process.signal(signal);
        // The signal is heard before the task is told to end: the program says so.
        process.wait_for_error("no further task begins");
        std::fs::write(home.path().join("end"), "").unwrap();
        let left = process.wait_for_rest();
        assert_eq!(
            left.stdout,
            format!(
                "first ended\ninterrupted true: the program was asked to stop by SIG{signal}; runs that had not ended are \
                 recorded as CRASHED, and `tidegate::resume` or `Engine::recover` goes on with them\n"
            ),
            "{}",
            left.stderr
        );
        expect![[r#"
            two-tasks: Pending > Running > Crashed
            first: Pending > Running > Completed
            second: Pending > Crashed
            leases: 0
        "#]]
        .assert_eq(&histories(home.path()));
    }
}

#[test]
fn what_does_not_end_within_the_grace_time_is_dropped() {
    let home = tempfile::tempdir().unwrap();
    let mut process = Child::at(home.path())
        .env("TIDEGATE_SHUTDOWN_GRACE_SECONDS", "0.05")
        .start(|| run_until_signal(two_tasks()));
    process.wait_for("begun");
    process.signal("INT");
    let left = process.wait_for_rest();
    assert!(left.stdout.starts_with("interrupted true"), "{} {}", left.stdout, left.stderr);
    expect![[r#"
        two-tasks: Pending > Running > Crashed
        first: Pending > Running > Crashed
        leases: 0
    "#]]
    .assert_eq(&histories(home.path()));
}

#[test]
fn a_second_signal_ends_the_process_at_once() {
    let home = tempfile::tempdir().unwrap();
    let mut process = Child::at(home.path())
        .env("TIDEGATE_SHUTDOWN_GRACE_SECONDS", "1000")
        .start(|| run_until_signal(two_tasks()));
    process.wait_for("begun");
    process.signal("INT");
    process.wait_for_error("no further task begins");
    process.signal("TERM");
    let left = process.wait_for_rest();
    assert_eq!((left.code, &*left.stdout), (Some(128 + 15), ""), "{}", left.stderr);
}

#[test]
fn a_program_that_ends_by_itself_gives_its_output() {
    let left = Child::new().run(|| {
        run_until_signal(async {
            tidegate::step("one").run(|| async { Ok::<_, std::io::Error>(()) }).await
        });
    });
    assert_eq!(left.stdout, "ended: Ok(())\n", "{}", left.stderr);
}

/// What goes on beside the program, as recovered runs do, gets no further either, and does not keep the process from ending.
#[test]
fn asked_to_stop_a_program_that_ends_in_time_does_not_wait_for_runs_beside_it() {
    let home = tempfile::tempdir().unwrap();
    let mut process =
        Child::at(home.path()).env("TIDEGATE_SHUTDOWN_GRACE_SECONDS", "1000").start(|| {
            run_until_signal(async {
                two_tasks().submit();
                while !std::fs::exists(std::env::var("TIDEGATE_HOME").unwrap() + "/leave").unwrap()
                {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                say("the program ends");
                Ok(())
            });
        });
    process.wait_for("begun");
    process.signal("TERM");
    process.wait_for_error("no further task begins");
    std::fs::write(home.path().join("leave"), "").unwrap();
    process.wait_for("the program ends");
    std::fs::write(home.path().join("end"), "").unwrap();
    let left = process.wait_for_rest();
    assert_eq!(left.stdout, "first ended\nended: Ok(())\n", "{}", left.stderr);
    expect![[r#"
        two-tasks: Pending > Running > Crashed
        first: Pending > Running > Completed
        second: Pending > Crashed
        leases: 0
    "#]]
    .assert_eq(&histories(home.path()));
}
