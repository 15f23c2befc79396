//! Random courses of calls to a store, compared with the simplest thing that keeps the same promises: two lists in memory.

mod call;
mod lists;

use std::cell::Cell;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use tempfile::TempDir;
use tidegate_core::store::suite::samples::{at, entered, log_line};
use tidegate_core::{Advance, Durability, LogQuery, Run, RunKind, State, StateType, Store, Write};
use tidegate_store::{Options, Sqlite};
use tokio::runtime::Runtime;

use self::call::{Call, call};
use self::lists::{Model, page_of};
use crate::proof::{amount, say, scratch, seed};
use crate::workload::Await;

/// So many runs take part in a course.
const RUNS: usize = 8;

const TAGS: [&str; 2] = ["http", "nightly"];

/// The store that a course is run on, with what it takes to open it again.
struct Subject {
    store: Sqlite,
    options: Options,
    _folder: Option<TempDir>,
}

impl Subject {
    fn memory() -> Self {
        let options = Options::memory();
        Self { store: Sqlite::open(options.clone()).unwrap(), options, _folder: None }
    }

    fn file(durability: Durability) -> Self {
        let folder = scratch();
        let options = Options::file(folder.path().join("runs.db")).durability(durability);
        Self { store: Sqlite::open(options.clone()).unwrap(), options, _folder: Some(folder) }
    }

    fn open_again(&mut self) {
        self.store = Sqlite::open(self.options.clone()).unwrap();
    }
}

/// Makes one call to the store and to the model, and compares the answers.
async fn make(call: &Call, subject: &mut Subject, model: &mut Model) -> Result<(), TestCaseError> {
    let store = &subject.store;
    match call {
        Call::Begin(run, wait) => {
            let run = model.cast[*run].clone();
            let is_new = !model.runs.iter().any(|recorded| recorded.id == run.id);
            put(store, Write::Begin(Box::new(run.clone())), *wait, is_new).await?;
            if is_new {
                model.runs.push(run);
            }
        }
        Call::Enter(run, state, wait) => {
            let id = model.id(*run);
            let recorded = model.recorded(*run);
            let known = recorded.as_ref().map_or(0, |run| run.states.len());
            let moved = match &recorded {
                Some(run) => entered((*run).clone(), state_of(*state, known)),
                None => Run { id, ..entered(Model::new().cast[0].clone(), state_of(*state, 0)) },
            };
            let write = Write::Advance(Box::new(Advance::since(&moved, known)));
            put(store, write, *wait, recorded.is_some()).await?;
            if let Some(run) = recorded {
                *run = moved;
            }
        }
        Call::Log(run, level, time) => {
            let cast = &model.cast[*run];
            let mut line = log_line(
                cast.flow_run_id.unwrap_or(cast.id),
                *time,
                &format!("line {}", model.lines.len()),
            );
            line.task_run_id = (cast.kind() == RunKind::Task).then_some(cast.id);
            line.level = *level;
            store.put_logs(vec![line.clone()]);
            model.lines.push(line);
        }
        Call::Read(run) => {
            let found = store.run(model.id(*run)).await.unwrap();
            prop_assert_eq!(found, model.recorded(*run).cloned());
        }
        Call::Runs(filter) => {
            let query = model.query(filter);
            let expected = page_of(model.matching(&query), filter.page);
            prop_assert_eq!(store.runs(query).await.unwrap(), expected);
        }
        Call::Count(filter) => {
            let query = model.query(filter);
            let expected = model.matching(&query).len() as u64;
            prop_assert_eq!(store.count_runs(query).await.unwrap(), expected);
        }
        Call::Logs { run, task, at_least, newest_first, page } => {
            let query = LogQuery {
                flow_run_id: run.map(|run| model.id(run)),
                task_run_id: task.map(|task| model.id(task)),
                at_least: *at_least,
                newest_first: *newest_first,
                limit: page.0,
                offset: page.1,
                ..LogQuery::default()
            };
            let expected = model.lines(&query);
            prop_assert_eq!(store.logs(query).await.unwrap(), expected);
        }
        Call::Flush => store.flush().await.unwrap(),
        // What is in memory ends with its store.
        Call::Close | Call::Drop if subject.options == Options::memory() => {}
        Call::Close => {
            store.close().await.unwrap();
            subject.open_again();
        }
        Call::Drop => {
            // The one that is dropped has to be gone before the file is opened again.
            subject.store = Sqlite::open(Options::memory()).unwrap();
            subject.open_again();
        }
    }
    Ok(())
}

/// Puts a write that the store should take or refuse. What is refused is refused at the latest when it would be durable, and until
/// then nothing else is put.
async fn put(store: &Sqlite, write: Write, wait: Await, taken: bool) -> Result<(), TestCaseError> {
    let wait = if taken { wait } else { Await::Acknowledgement };
    let answer = match wait {
        Await::Acknowledgement => store.put_acknowledged(write).await,
        Await::Room => store.put(write).await,
    };
    prop_assert_eq!(answer.is_ok(), taken, "{:?}", answer);
    Ok(())
}

/// A state of this type, later than those before it.
fn state_of(state_type: StateType, before: usize) -> State {
    let at = at(100 + before as i64);
    match state_type {
        StateType::Scheduled => State::scheduled(at, at),
        StateType::Pending => State::pending(at),
        StateType::Running => State::running(at),
        StateType::Completed => State::completed(at).message("done"),
        StateType::Failed => State::failed(at).message("it's \"broken\""),
        StateType::Cancelled => State::cancelled(at),
        StateType::Crashed => State::crashed(at),
        StateType::Paused => State::paused(at),
        StateType::Cancelling => State::cancelling(at),
    }
}

/// Runs so many random courses on stores of this kind.
fn check(kind: &str, subject: impl Fn(usize) -> Subject) {
    let seed = seed();
    let courses = amount(1_000, 40_000);
    let config = Config {
        cases: u32::try_from(courses).unwrap(),
        failure_persistence: None,
        ..Config::default()
    };
    let bytes: Vec<u8> = seed.to_le_bytes().into_iter().cycle().take(32).collect();
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let runtime = Runtime::new().unwrap();
    let (run, made) = (Cell::new(0), Cell::new(0));
    let result = TestRunner::new_with_rng(config, rng).run(&vec(call(), 1..60), |calls| {
        run.set(run.get() + 1);
        made.set(made.get() + calls.len());
        let (mut subject, mut model) = (subject(run.get()), Model::new());
        runtime.block_on(async {
            for call in &calls {
                make(call, &mut subject, &mut model).await?;
            }
            subject.store.close().await.unwrap();
            Ok(())
        })
    });
    if let Err(error) = result {
        panic!("seed {seed}: {error}");
    }
    let (run, made) = (run.get(), made.get());
    say(&format!(
        "the model, {kind}: {run} courses of {made} calls, every answer the same; seed {seed}"
    ));
    assert!(run >= courses && made > courses * 20, "{run}, {made}");
}

#[test]
fn a_store_in_a_file_answers_as_the_model_does() {
    check("in files", |n| Subject::file(Durability::ALL[n % 3]));
}

#[test]
fn a_store_in_memory_answers_as_the_model_does() {
    check("in memory", |_| Subject::memory());
}
