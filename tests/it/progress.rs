//! How people see how far long flow runs have got: lines in the log, bars on a terminal. The terminal is one that `script` makes, and
//! `vt100` tells what a person would see there.

use std::io::Read;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use expect_test::expect;
use tidegate::prelude::*;
use tidegate::testing::TestOptions;
use tidegate::{Engine, RunHandles};

use crate::child::{Child, Started, block_on};
use crate::timeline::run_of;

#[task]
async fn takes(seconds: u64) -> Result<()> {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    if seconds % 10 == 5 { Err("an odd number".into()) } else { Ok(()) }
}

#[flow]
async fn pipeline(times: Vec<u64>) -> Result<()> {
    let taken: RunHandles<()> = takes::map(times);
    taken.wait().await;
    Ok(())
}

/// What the log of the flow run says of its progress, with how long it had run then.
async fn told() -> String {
    let run = run_of("pipeline").await;
    let (started, mut told) = (run.start_time.unwrap(), String::new());
    let lines = Engine::current().unwrap().logs().of_flow_run(run.id).list().await.unwrap();
    for line in lines.iter().filter(|line| line.message.contains(" ended")) {
        // To the next second: the run has started a moment before anyone looks at it.
        let after = ((line.timestamp - started).num_milliseconds() + 500) / 1000;
        told.push_str(&format!("{after} s: {} {}\n", line.level, line.message));
    }
    told
}

/// On an engine in memory, with time that stands still but for waiting.
fn in_paused_time<F: Future<Output = ()>>(test: F) {
    let options = TestOptions { start_paused: true, ..TestOptions::default() };
    tidegate::testing::run(options, test);
}

/// Runs a process that was to check something by itself.
#[track_caller]
fn well(left: crate::child::Left) {
    assert!(left.success, "{}", left.stderr);
}

#[test]
fn a_long_map_is_told_of_in_lines_after_ten_seconds_and_then_ever_more_rarely() {
    well(Child::new().env("TIDEGATE_PROGRESS", "lines").run(|| {
        in_paused_time(async {
            pipeline((1..=40).map(|place| 5 * place).collect()).await.unwrap();
            let expected = expect![[r#"
                10 s: INFO 2 of 40 runs have ended, 1 of them failed
                20 s: INFO 4 of 40 runs have ended, 2 of them failed; about 3 min left
                40 s: INFO 8 of 40 runs have ended, 4 of them failed; about 2 min 40 s left
                80 s: INFO 16 of 40 runs have ended, 8 of them failed; about 2 min left
                160 s: INFO 32 of 40 runs have ended, 16 of them failed; about 40 s left
            "#]];
            expected.assert_eq(&told().await);
        });
    }));
}

#[test]
fn where_there_is_no_terminal_there_are_lines() {
    well(Child::new().env("TIDEGATE_PROGRESS", "auto").run(|| {
        in_paused_time(async {
            pipeline(vec![15; 10]).await.unwrap();
            expect![[r#"
                10 s: INFO 0 of 10 runs have ended
            "#]]
            .assert_eq(&told().await);
        });
    }));
}

#[test]
fn nothing_is_told_where_that_is_said() {
    well(Child::new().env("TIDEGATE_PROGRESS", "off").run(|| {
        in_paused_time(async {
            pipeline(vec![1000; 1000]).await.unwrap();
            assert_eq!(told().await, "");
        });
    }));
}

#[test]
fn a_few_runs_are_not_told_of_however_long_they_take() {
    well(Child::new().env("TIDEGATE_PROGRESS", "lines").run(|| {
        in_paused_time(async {
            pipeline(vec![86_400; 9]).await.unwrap();
            assert_eq!(told().await, "");
        });
    }));
}

#[test]
fn a_further_attempt_counts_anew() {
    #[task]
    async fn slow(seconds: u64) {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
    }
    #[flow(name = "pipeline", retries = 1)]
    async fn twice() -> Result<()> {
        let first = tidegate::runtime::flow_run::run_count() == 1;
        // Not those that have completed before.
        let count = if first { 20 } else { 30 };
        slow::map(vec![if first { 15 } else { 25 }; count]).await?;
        if first { Err("once more".into()) } else { Ok(()) }
    }
    well(Child::new().env("TIDEGATE_PROGRESS", "lines").run(|| {
        in_paused_time(async {
            twice().await.unwrap();
            expect![[r#"
                10 s: INFO 0 of 20 runs have ended
                26 s: INFO 0 of 30 runs have ended
                36 s: INFO 0 of 30 runs have ended
            "#]]
            .assert_eq(&told().await);
        });
    }));
}

#[test]
fn what_is_submitted_outside_of_flows_is_told_of_too() {
    let left = Child::new().env("TIDEGATE_PROGRESS", "lines").run(|| {
        in_paused_time(async {
            takes::map(vec![15; 20]).wait().await;
        });
    });
    assert!(left.success, "{}", left.stderr);
    assert_eq!(left.stderr.matches("0 of 20 runs have ended").count(), 1, "{}", left.stderr);
}

#[test]
fn a_way_that_is_none_is_an_error_that_names_the_ways() {
    let left = Child::new().env("TIDEGATE_PROGRESS", "loud").run(|| {
        println!("{}", block_on(pipeline(Vec::new())).unwrap_err());
    });
    expect![[r#"
        TIDEGATE_PROGRESS is set to `loud`, which has no meaning: set it to auto, bar, lines or off
    "#]]
    .assert_eq(&left.stdout);
}

/// Says to the process where a file will be when its terminal has shown what it was to show.
const SEEN: &str = "IT_SEEN";

/// Works on until that has been seen.
async fn until_seen() {
    let seen = std::env::var(SEEN).unwrap();
    while !Path::new(&seen).exists() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A terminal on which a process was started, and what is to be seen there.
struct Terminal {
    started: Started,
    screen: vt100::Parser,
    seen: tempfile::TempDir,
}

const SIZE: (u16, u16) = (400, 120);

/// Whether terminals can be made here.
fn has_terminals() -> bool {
    let made =
        ["script", "stty"].iter().all(|tool| Command::new(tool).arg("--version").output().is_ok());
    if !made {
        println!("skipped: there is no `script` here, which makes terminals");
    }
    made
}

impl Terminal {
    fn open(start: impl FnOnce(Child) -> Started) -> Self {
        let seen = tempfile::tempdir().unwrap();
        let child = Child::new()
            .env("TERM", "xterm-256color")
            .env("CI", "")
            .env(SEEN, seen.path().join("seen"));
        Self { started: start(child), screen: vt100::Parser::new(SIZE.0, SIZE.1, 0), seen }
    }

    /// The rows that are not empty.
    fn rows(&self) -> Vec<String> {
        let rows = self.screen.screen().rows(0, SIZE.1);
        rows.map(|row| row.trim_end().to_owned()).filter(|row| !row.is_empty()).collect()
    }

    /// Lets the process go on to its end once a row holds this: the rows of that moment, and those that are there at last.
    fn see(mut self, text: &str) -> (Vec<String>, Vec<String>) {
        let mut output = self.started.take_output();
        let (mut found, mut some) = (None, [0; 4096]);
        loop {
            // A terminal whose last process has gone may be an error to read from.
            let count = output.read(&mut some).unwrap_or(0);
            if count == 0 {
                break;
            }
            self.screen.process(&some[..count]);
            if found.is_none() && self.rows().iter().any(|row| row.contains(text)) {
                found = Some(self.rows());
                std::fs::write(self.seen.path().join("seen"), "").unwrap();
            }
        }
        let last = self.rows();
        (found.unwrap_or_else(|| panic!("no `{text}`: {last:#?}")), last)
    }
}

#[task]
async fn speaks(number: u64) {
    until_seen().await;
    tokio::time::sleep(Duration::from_millis(10 * number)).await;
    println!("printed {number}");
    run_logger().info(format!("logged {number}"));
}

#[test]
fn log_lines_and_prints_stay_whole_while_a_bar_is_drawn_below_them() {
    #[flow]
    async fn talk() -> Result<()> {
        speaks::map(0..40).await.map(drop)
    }
    if !has_terminals() {
        return;
    }
    let terminal = Terminal::open(|child| {
        child.start_in_terminal(SIZE, || {
            block_on(talk()).unwrap();
            println!("said after the flow");
        })
    });
    let (with_bar, last) = terminal.see("0 of 40 runs");
    let bar = with_bar.last().unwrap();
    assert!(bar.contains("Flow run '") && bar.contains("──"), "{with_bar:#?}");

    for number in 0..40 {
        let printed = format!("printed {number}");
        assert_eq!(last.iter().filter(|row| **row == printed).count(), 1, "{printed}: {last:#?}");
        let logged = format!(" - logged {number}");
        let whole = |row: &&String| {
            let is_time =
                row.as_bytes().get(2) == Some(&b':') && row.as_bytes().get(8) == Some(&b'.');
            is_time && row.contains(" | INFO    | Task run 'speaks-") && row.ends_with(&logged)
        };
        assert_eq!(last.iter().filter(whole).count(), 1, "{logged}: {last:#?}");
    }
    assert!(last.iter().any(|row| row == "said after the flow"), "{last:#?}");
    let of_bar = |row: &&String| row.contains('─') || row.contains(" of 40 runs");
    assert_eq!(last.iter().find(of_bar), None, "{last:#?}");
}

#[test]
fn a_flow_that_submits_nothing_shows_how_long_it_has_run() {
    #[flow]
    async fn patient() {
        until_seen().await;
    }
    if !has_terminals() {
        return;
    }
    let terminal =
        Terminal::open(|child| child.start_in_terminal(SIZE, || block_on(patient()).unwrap()));
    let (with_bar, last) = terminal.see("' 1 s");
    assert!(with_bar.last().unwrap().contains("Flow run '"), "{with_bar:#?}");
    assert!(last.iter().all(|row| !row.ends_with("' 1 s")), "{last:#?}");
}
