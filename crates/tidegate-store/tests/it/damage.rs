//! Damaged files: whatever byte is wrong, there is an error or the right answer, and never a panic or a wrong answer.

use std::fs;
use std::path::Path;

use tidegate_core::store::suite::samples::{at, entered, full_run, log_line, task_run};
use tidegate_core::{LogQuery, LogRecord, Order, Run, RunQuery, State, Store, StoreError, Write};
use tidegate_store::{Options, Sqlite};

const CASES: u64 = 500;

/// Everything there is to read.
#[derive(Debug, PartialEq)]
struct Content {
    runs: Vec<Run>,
    each: Vec<Option<Run>>,
    logs: Vec<LogRecord>,
}

async fn read(path: &Path, runs: &[Run]) -> Result<Content, StoreError> {
    let store = Sqlite::open(Options::file(path))?;
    let mut each = Vec::new();
    for run in runs {
        each.push(store.run(run.id).await?);
    }
    let query = RunQuery { order: Order::OldestFirst, ..RunQuery::default() };
    let runs = store.runs(query).await?;
    let logs = store.logs(LogQuery::default()).await?;
    store.close().await?;
    Ok(Content { runs, each, logs })
}

/// A deterministic sequence of numbers.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }
}

fn damage(content: &mut Vec<u8>, dice: &mut Dice) {
    let length = content.len();
    match dice.roll(10) {
        0 => content.truncate(dice.roll(length)),
        1 => {
            let start = dice.roll(length);
            let end = length.min(start + 1 + dice.roll(600));
            content[start..end].fill(0);
        }
        2 => {
            let (from, to) = (dice.roll(length / 4096) * 4096, dice.roll(length / 4096) * 4096);
            content.copy_within(from..from + 4096, to);
        }
        flips => {
            for _ in 0..flips {
                let place = dice.roll(length);
                content[place] ^= 1 << dice.roll(8);
            }
        }
    }
}

#[tokio::test]
async fn a_damaged_file_gives_an_error_or_what_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    let store = Sqlite::open(Options::file(&path)).unwrap();
    let mut runs = vec![full_run()];
    runs.extend((1..40).map(|n| entered(task_run("fetch", n), State::completed(at(n)))));
    for run in &runs {
        drop(store.put(Write::Begin(Box::new(run.clone()))));
    }
    store.put_logs((0..40).map(|n| log_line(runs[0].id, n, "line")).collect());
    store.close().await.unwrap();
    let whole = fs::read(&path).unwrap();
    let expected = read(&path, &runs).await.unwrap();
    assert_eq!(expected.runs, runs);

    let mut noticed = 0;
    for case in 1..=CASES {
        let mut content = whole.clone();
        damage(&mut content, &mut Dice(case.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
        if content.is_empty() {
            continue;
        }
        let path = folder.path().join(format!("{case}.db"));
        fs::write(&path, &content).unwrap();
        match read(&path, &runs).await {
            Ok(content) => assert_eq!(content, expected, "case {case}"),
            Err(error) => {
                noticed += 1;
                assert!(error.to_string().contains(&path.display().to_string()), "{error}");
            }
        }
        fs::remove_file(&path).unwrap();
    }
    assert!(noticed > CASES / 4, "only {noticed}");
}
