//! Random courses of calls to a store, compared with the simplest thing that keeps the same promises: two lists in memory.

use std::cell::Cell;
use std::sync::Arc;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use tempfile::TempDir;
use tidegate_core::store::suite::samples::{at, entered, log_line};
use tidegate_core::{
    Advance, Definition, Durability, LogLevel, LogQuery, LogRecord, Order, Run, RunId, RunKind,
    RunQuery, State, StateType, Store, Write,
};
use tidegate_store::{Options, Sqlite};
use tokio::runtime::Runtime;

use crate::proof::{amount, say, scratch, seed};
use crate::workload::Await;

/// So many runs take part in a course.
const RUNS: usize = 8;

const TAGS: [&str; 2] = ["http", "nightly"];

/// One call. Runs are named by numbers.
#[derive(Clone, Debug)]
enum Call {
    Begin(usize, Await),
    Enter(usize, StateType, Await),
    Log(usize, LogLevel, i64),
    Read(usize),
    Runs(Filter),
    Count(Filter),
    Logs {
        run: Option<usize>,
        task: Option<usize>,
        at_least: Option<LogLevel>,
        newest_first: bool,
        page: Page,
    },
    Flush,
    Close,
    Drop,
}

type Page = (Option<u64>, u64);

/// A question about runs.
#[derive(Clone, Debug)]
struct Filter {
    kind: Option<RunKind>,
    definition: Option<&'static str>,
    name: Option<usize>,
    flow: Option<usize>,
    state_types: Vec<StateType>,
    state_name: Option<&'static str>,
    tags: Vec<&'static str>,
    after: Option<i64>,
    before: Option<i64>,
    oldest_first: bool,
    page: Page,
}

fn run() -> impl Strategy<Value = usize> + Clone {
    0..RUNS
}

fn wait() -> impl Strategy<Value = Await> {
    prop::sample::select(vec![Await::Acknowledgement, Await::Room])
}

fn state_type() -> impl Strategy<Value = StateType> {
    prop::sample::select(StateType::ALL.to_vec())
}

fn level() -> impl Strategy<Value = LogLevel> {
    prop::sample::select(LogLevel::ALL.to_vec())
}

fn page() -> impl Strategy<Value = Page> {
    (option::weighted(0.2, 0..5_u64), prop_oneof![4 => Just(0), 1 => 0..5_u64])
}

fn filter() -> impl Strategy<Value = Filter> {
    let definition = prop::sample::select(vec!["etl", "fetch"]);
    let state_name = prop::sample::select(vec!["Running", "Completed", "Pending"]);
    let identity = (
        option::weighted(0.2, prop::sample::select(vec![RunKind::Flow, RunKind::Task])),
        option::weighted(0.2, definition),
        option::weighted(0.1, run()),
        option::weighted(0.3, run()),
    );
    let state = (
        prop_oneof![2 => Just(Vec::new()), 1 => vec(state_type(), 1..4)],
        option::weighted(0.1, state_name),
        prop_oneof![3 => Just(Vec::new()), 1 => prop::sample::subsequence(TAGS.to_vec(), 1..=2)],
    );
    let time = (option::weighted(0.2, 0..6_i64), option::weighted(0.2, 0..6_i64));
    (identity, state, time, any::<bool>(), page()).prop_map(
        |(
            (kind, definition, name, flow),
            (state_types, state_name, tags),
            (after, before),
            oldest_first,
            page,
        )| {
            Filter {
                kind,
                definition,
                name,
                flow,
                state_types,
                state_name,
                tags,
                after,
                before,
                oldest_first,
                page,
            }
        },
    )
}

fn call() -> impl Strategy<Value = Call> {
    prop_oneof![
        6 => (run(), wait()).prop_map(|(run, wait)| Call::Begin(run, wait)),
        8 => (run(), state_type(), wait()).prop_map(|(run, state, wait)| Call::Enter(run, state, wait)),
        3 => (run(), level(), 0..5_i64).prop_map(|(run, level, time)| Call::Log(run, level, time)),
        3 => run().prop_map(Call::Read),
        4 => filter().prop_map(Call::Runs),
        2 => filter().prop_map(Call::Count),
        2 => (option::of(run()), option::weighted(0.2, run()), option::weighted(0.3, level()), any::<bool>(), page())
            .prop_map(|(run, task, at_least, newest_first, page)| Call::Logs { run, task, at_least, newest_first, page }),
        1 => Just(Call::Flush),
        1 => Just(Call::Close),
        1 => Just(Call::Drop),
    ]
}

/// What a store holds, in the order in which it was put.
struct Model {
    /// The runs that take part, as they are when they are recorded.
    cast: Vec<Run>,
    runs: Vec<Run>,
    lines: Vec<LogRecord>,
}

impl Model {
    fn new() -> Self {
        let mut cast: Vec<Run> = Vec::new();
        for n in 0..RUNS {
            let (kind, name) = [(RunKind::Flow, "etl"), (RunKind::Task, "fetch")][n % 2];
            let definition = Arc::new(Definition::new(kind, name));
            // Some were made at the same time.
            let mut run = Run::new(definition, format!("run-{}", n / 2), at(n as i64 % 5));
            run.flow_run_id = cast.get(n / 3).map(|flow| flow.id);
            run.tags = TAGS.iter().take(n % 3).map(ToString::to_string).collect();
            cast.push(run);
        }
        Self { cast, runs: Vec::new(), lines: Vec::new() }
    }

    fn id(&self, run: usize) -> RunId {
        self.cast[run].id
    }

    fn recorded(&mut self, run: usize) -> Option<&mut Run> {
        let id = self.id(run);
        self.runs.iter_mut().find(|run| run.id == id)
    }

    fn query(&self, filter: &Filter) -> RunQuery {
        RunQuery {
            kind: filter.kind,
            definition_name: filter.definition.map(str::to_owned),
            name: filter.name.map(|run| self.cast[run].name.clone()),
            flow_run_id: filter.flow.map(|run| self.id(run)),
            state_types: filter.state_types.clone(),
            state_names: filter.state_name.iter().map(ToString::to_string).collect(),
            tags: filter.tags.iter().map(ToString::to_string).collect(),
            created_after: filter.after.map(at),
            created_before: filter.before.map(at),
            order: if filter.oldest_first { Order::OldestFirst } else { Order::NewestFirst },
            limit: filter.page.0,
            offset: filter.page.1,
        }
    }

    /// The runs that match, of all pages.
    fn matching(&self, query: &RunQuery) -> Vec<Run> {
        let matches = |run: &&Run| {
            let state = run.state();
            query.kind.is_none_or(|kind| run.kind() == kind)
                && query.definition_name.as_ref().is_none_or(|name| run.definition.name == *name)
                && query.name.as_ref().is_none_or(|name| run.name == *name)
                && query.flow_run_id.is_none_or(|flow| run.flow_run_id == Some(flow))
                && (query.state_types.is_empty()
                    || state.is_some_and(|state| query.state_types.contains(&state.state_type())))
                && (query.state_names.is_empty()
                    || state.is_some_and(|state| {
                        query.state_names.iter().any(|name| *name == *state.name)
                    }))
                && query.tags.iter().all(|tag| run.tags.contains(tag))
                && query.created_after.is_none_or(|after| run.created >= after)
                && query.created_before.is_none_or(|before| run.created < before)
        };
        let mut runs: Vec<Run> = self.runs.iter().filter(matches).cloned().collect();
        runs.sort_by_key(|run| run.created);
        if query.order == Order::NewestFirst {
            runs.reverse();
        }
        runs
    }

    fn lines(&self, query: &LogQuery) -> Vec<LogRecord> {
        let matches = |line: &&LogRecord| {
            query.flow_run_id.is_none_or(|flow| line.flow_run_id == Some(flow))
                && query.task_run_id.is_none_or(|task| line.task_run_id == Some(task))
                && query.at_least.is_none_or(|level| line.level >= level)
        };
        let mut lines: Vec<LogRecord> = self.lines.iter().filter(matches).cloned().collect();
        lines.sort_by_key(|line| line.timestamp);
        if query.newest_first {
            lines.reverse();
        }
        page_of(lines, (query.limit, query.offset))
    }
}

fn page_of<T>(all: Vec<T>, (limit, offset): Page) -> Vec<T> {
    let count = |number: u64| usize::try_from(number).unwrap();
    all.into_iter().skip(count(offset)).take(limit.map_or(usize::MAX, count)).collect()
}

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
    let courses = amount(2_000, 40_000);
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
