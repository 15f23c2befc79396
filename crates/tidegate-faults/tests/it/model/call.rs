//! The calls of a course, and how they are thrown.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use tidegate_core::{LogLevel, RunKind, StateType};

use super::{RUNS, TAGS};
use crate::workload::Await;

/// One call. Runs are named by numbers.
#[derive(Clone, Debug)]
pub(super) enum Call {
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

pub(super) type Page = (Option<u64>, u64);

/// A question about runs.
#[derive(Clone, Debug)]
pub(super) struct Filter {
    pub(super) kind: Option<RunKind>,
    pub(super) definition: Option<&'static str>,
    pub(super) name: Option<usize>,
    pub(super) flow: Option<usize>,
    pub(super) state_types: Vec<StateType>,
    pub(super) state_name: Option<&'static str>,
    pub(super) tags: Vec<&'static str>,
    pub(super) after: Option<i64>,
    pub(super) before: Option<i64>,
    pub(super) oldest_first: bool,
    pub(super) page: Page,
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

pub(super) fn call() -> impl Strategy<Value = Call> {
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
