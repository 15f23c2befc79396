//! Questions about runs: each part of a question by itself, then together.

use std::sync::Arc;

use super::Subject;
use super::samples::{at, entered, flow_run, task_run};
use crate::{
    Definition, DefinitionRecord, Order, Run, RunKind, RunQuery, State, StateType, Store, Write,
};

async fn open_with(subject: &Subject, runs: &[Run]) -> Arc<dyn Store> {
    let store = subject.open().await;
    for run in runs {
        store.put(Write::Begin(Box::new(run.clone()))).await.expect("there is room");
    }
    store
}

/// The places in `runs` of those that match, oldest first; counting must agree.
async fn check(store: &Arc<dyn Store>, runs: &[Run], query: RunQuery, expected: &[usize]) {
    let query = RunQuery { order: Order::OldestFirst, ..query };
    let found = store.runs(query.clone()).await.expect("the store answers");
    let places: Vec<_> =
        found.iter().map(|found| runs.iter().position(|run| run == found)).collect();
    let expected: Vec<_> = expected.iter().copied().map(Some).collect();
    assert_eq!(places, expected, "{query:?}");
    let count = store.count_runs(query.clone()).await.expect("the store answers");
    assert_eq!(count, expected.len() as u64, "{query:?}");
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().copied().map(str::to_owned).collect()
}

/// Also when there is none.
pub async fn an_empty_question_matches_every_run(subject: &Subject) {
    let store = subject.open().await;
    check(&store, &[], RunQuery::default(), &[]).await;
    let runs = [flow_run("a", 0), task_run("b", 1)];
    for run in &runs {
        store.put(Write::Begin(Box::new(run.clone()))).await.expect("there is room");
    }
    check(&store, &runs, RunQuery::default(), &[0, 1]).await;
}

/// Flow runs, task runs.
pub async fn runs_are_found_by_kind(subject: &Subject) {
    let runs = [flow_run("same", 0), task_run("same", 1), flow_run("same", 2)];
    let store = open_with(subject, &runs).await;
    let of = |kind| RunQuery { kind: Some(kind), ..RunQuery::default() };
    check(&store, &runs, of(RunKind::Flow), &[0, 2]).await;
    check(&store, &runs, of(RunKind::Task), &[1]).await;
}

/// Exactly that name.
pub async fn runs_are_found_by_definition_name(subject: &Subject) {
    let runs = [flow_run("load", 0), task_run("load", 1), task_run("Load", 2), task_run("lo%", 3)];
    let store = open_with(subject, &runs).await;
    let of = |name| RunQuery { definition_name: text(name), ..RunQuery::default() };
    check(&store, &runs, of("load"), &[0, 1]).await;
    check(&store, &runs, of("lo%"), &[3]).await;
    check(&store, &runs, of("' OR 1=1 --"), &[]).await;
}

/// Exactly that name.
pub async fn runs_are_found_by_name(subject: &Subject) {
    let mut runs = [task_run("a", 0), task_run("a", 1), task_run("a", 2)];
    runs[1].name = "it's \"me\"".to_owned();
    let store = open_with(subject, &runs).await;
    let of = |name| RunQuery { name: text(name), ..RunQuery::default() };
    check(&store, &runs, of("a-1"), &[0, 2]).await;
    check(&store, &runs, of("it's \"me\""), &[1]).await;
}

/// Task runs and subflow runs, and not those of subflows.
pub async fn runs_are_found_by_flow_run(subject: &Subject) {
    let parent = flow_run("parent", 0);
    let mut subflow = flow_run("subflow", 1);
    subflow.flow_run_id = Some(parent.id);
    subflow.root_flow_run_id = Some(parent.id);
    let mut task = task_run("task", 2);
    task.flow_run_id = Some(parent.id);
    let mut deep = task_run("deep", 3);
    deep.flow_run_id = Some(subflow.id);
    deep.root_flow_run_id = Some(parent.id);
    let runs = [parent, subflow, task, deep];
    let store = open_with(subject, &runs).await;
    let of = |run: &Run| RunQuery { flow_run_id: Some(run.id), ..RunQuery::default() };
    check(&store, &runs, of(&runs[0]), &[1, 2]).await;
    check(&store, &runs, of(&runs[1]), &[3]).await;
    check(&store, &runs, of(&runs[3]), &[]).await;
}

/// Of one of these types; states before do not count.
pub async fn runs_are_found_by_the_type_of_their_current_state(subject: &Subject) {
    let bare = task_run("a", 0);
    let pending = entered(task_run("a", 1), State::pending(at(1)));
    let completed =
        entered(entered(task_run("a", 2), State::pending(at(2))), State::completed(at(3)));
    let cached = entered(task_run("a", 3), State::cached(at(3)));
    let failed = entered(task_run("a", 4), State::timed_out(at(4)));
    let runs = [bare, pending, completed, cached, failed];
    let store = open_with(subject, &runs).await;
    let of = |types: &[StateType]| RunQuery { state_types: types.to_vec(), ..RunQuery::default() };
    check(&store, &runs, of(&[StateType::Pending]), &[1]).await;
    check(&store, &runs, of(&[StateType::Completed]), &[2, 3]).await;
    check(&store, &runs, of(&[StateType::Failed, StateType::Pending]), &[1, 4]).await;
    check(&store, &runs, of(&[StateType::Failed, StateType::Completed]), &[2, 3, 4]).await;
    check(&store, &runs, of(&[StateType::Crashed]), &[]).await;
}

/// Of one of these names.
pub async fn runs_are_found_by_the_name_of_their_current_state(subject: &Subject) {
    let runs = [
        entered(task_run("a", 0), State::completed(at(0))),
        entered(task_run("a", 1), State::cached(at(1))),
        entered(task_run("a", 2), State::completed(at(2)).named("Skipped")),
    ];
    let store = open_with(subject, &runs).await;
    let of = |names: &[&str]| RunQuery { state_names: texts(names), ..RunQuery::default() };
    check(&store, &runs, of(&["Completed"]), &[0]).await;
    check(&store, &runs, of(&["Skipped", "Cached"]), &[1, 2]).await;
    check(&store, &runs, of(&["completed"]), &[]).await;
}

/// Further tags do not matter.
pub async fn runs_are_found_by_all_of_their_tags(subject: &Subject) {
    let mut runs = [task_run("a", 0), task_run("a", 1), task_run("a", 2)];
    runs[1].tags = texts(&["db", "http"]);
    runs[2].tags = texts(&["http", "it's", "x\"y"]);
    let store = open_with(subject, &runs).await;
    let of = |tags: &[&str]| RunQuery { tags: texts(tags), ..RunQuery::default() };
    check(&store, &runs, of(&["http"]), &[1, 2]).await;
    check(&store, &runs, of(&["http", "db"]), &[1]).await;
    check(&store, &runs, of(&["x\"y", "it's"]), &[2]).await;
    check(&store, &runs, of(&["htt"]), &[]).await;
}

/// From then on, and until before.
pub async fn runs_are_found_by_the_time_they_were_made(subject: &Subject) {
    let runs = [task_run("a", 0), task_run("a", 1), task_run("a", 2)];
    let store = open_with(subject, &runs).await;
    let made = |after: Option<i64>, before: Option<i64>| RunQuery {
        created_after: after.map(at),
        created_before: before.map(at),
        ..RunQuery::default()
    };
    check(&store, &runs, made(Some(1), None), &[1, 2]).await;
    check(&store, &runs, made(None, Some(1)), &[0]).await;
    check(&store, &runs, made(Some(1), Some(2)), &[1]).await;
    check(&store, &runs, made(Some(2), Some(1)), &[]).await;
}

/// Those that have not started are none of them.
pub async fn runs_are_found_by_the_time_they_started(subject: &Subject) {
    let mut runs = [task_run("a", 0), task_run("b", 0), task_run("c", 0)];
    runs[0].start_time = Some(at(5));
    runs[1].start_time = Some(at(6));
    let store = open_with(subject, &runs).await;
    let started = |after: Option<i64>, before: Option<i64>| RunQuery {
        started_after: after.map(at),
        started_before: before.map(at),
        ..RunQuery::default()
    };
    check(&store, &runs, started(Some(5), None), &[0, 1]).await;
    check(&store, &runs, started(Some(6), None), &[1]).await;
    check(&store, &runs, started(None, Some(6)), &[0]).await;
    check(&store, &runs, started(Some(5), Some(5)), &[]).await;
}

/// The first and the last are among them.
pub async fn runs_are_found_by_the_range_of_their_ids(subject: &Subject) {
    let id = |number: u128| crate::RunId::from(uuid::Uuid::from_u128(number));
    let mut runs = [task_run("a", 0), task_run("b", 1), task_run("c", 2), task_run("d", 3)];
    for (run, number) in
        runs.iter_mut().zip([0x1f_u128 << 120, 0x20 << 120, 0x2f << 120, 0x30 << 120])
    {
        run.id = id(number);
    }
    let store = open_with(subject, &runs).await;
    let from = |first, last| RunQuery { ids: Some((id(first), id(last))), ..RunQuery::default() };
    check(&store, &runs, from(0x20 << 120, 0x2f << 120), &[1, 2]).await;
    check(&store, &runs, from(0, u128::MAX), &[0, 1, 2, 3]).await;
    check(&store, &runs, from(u128::MAX, 0), &[]).await;
}

/// Of each name and key, as it was when it was last changed.
pub async fn definitions_are_told_with_their_newest_runs(subject: &Subject) {
    let mut changed = flow_run("load", 3);
    Arc::make_mut(&mut changed.definition).version = text("2");
    let mut other = flow_run("load", 1);
    Arc::make_mut(&mut other.definition).key = "other::load".to_owned();
    let runs = [flow_run("save", 0), other, flow_run("load", 5), changed, task_run("load", 6)];
    let store = open_with(subject, &runs).await;
    let of = |kind| store.definitions(kind);
    let flows = of(RunKind::Flow).await.expect("the store answers");
    let told: Vec<_> =
        flows.iter().map(|flow| (&flow.definition.key, flow.last_run.as_ref())).collect();
    assert_eq!(
        told,
        [
            (&"load".to_owned(), Some(&runs[2])),
            (&"other::load".to_owned(), Some(&runs[1])),
            (&"save".to_owned(), Some(&runs[0]))
        ]
    );
    assert_eq!(flows[0].definition.version.as_deref(), Some("2"));
    assert_eq!(of(RunKind::Task).await.expect("the store answers").len(), 1);
}

/// All at once.
pub async fn every_part_of_a_question_must_hold(subject: &Subject) {
    let flow = flow_run("flow", 0);
    let make = |name: &str, tag: &str, state: State| {
        let mut run = entered(task_run(name, 5), state);
        run.flow_run_id = Some(flow.id);
        run.tags = texts(&[tag]);
        run
    };
    let runs = [
        make("load", "db", State::failed(at(6))),
        make("load", "db", State::completed(at(6))),
        make("load", "http", State::failed(at(6))),
        make("save", "db", State::failed(at(6))),
        make("load", "db", State::panicked(at(6))),
    ];
    let store = open_with(subject, &runs).await;
    let query = RunQuery {
        kind: Some(RunKind::Task),
        definition_name: text("load"),
        name: text("load-1"),
        flow_run_id: Some(flow.id),
        state_types: vec![StateType::Failed],
        state_names: texts(&["Failed"]),
        tags: texts(&["db"]),
        created_after: Some(at(5)),
        created_before: Some(at(6)),
        ..RunQuery::default()
    };
    check(&store, &runs, query, &[0]).await;
}

/// By the time of their making, not of their putting.
pub async fn runs_come_in_the_order_asked_for(subject: &Subject) {
    let runs = [task_run("a", 2), task_run("a", 0), task_run("a", 1)];
    let store = open_with(subject, &runs).await;
    check(&store, &runs, RunQuery::default(), &[1, 2, 0]).await;
    let newest = store.runs(RunQuery::default()).await.expect("the store answers");
    assert_eq!(newest, [runs[0].clone(), runs[2].clone(), runs[1].clone()]);
}

/// Even of runs made at one instant.
pub async fn pages_of_runs_leave_out_none_and_repeat_none(subject: &Subject) {
    let runs: Vec<_> = (0..25).map(|n| task_run("a", n / 10)).collect();
    let store = open_with(subject, &runs).await;
    for order in [Order::NewestFirst, Order::OldestFirst] {
        let mut paged = Vec::new();
        for offset in (0..30).step_by(4) {
            let query = RunQuery { order, limit: Some(4), offset, ..RunQuery::default() };
            paged.extend(store.runs(query).await.expect("the store answers"));
        }
        let whole = RunQuery { order, ..RunQuery::default() };
        assert_eq!(paged, store.runs(whole).await.expect("the store answers"));
        assert_eq!(paged.len(), 25);
    }
    let none = RunQuery { limit: Some(0), ..RunQuery::default() };
    assert_eq!(store.runs(none).await.expect("the store answers"), []);
}

/// It says how many pages there are.
pub async fn counting_ignores_limit_and_offset(subject: &Subject) {
    let runs: Vec<_> = (0..5).map(|n| task_run("a", n)).collect();
    let store = open_with(subject, &runs).await;
    let query = RunQuery { limit: Some(2), offset: 4, ..RunQuery::default() };
    assert_eq!(store.count_runs(query).await.expect("the store answers"), 5);
}

/// A flow is known before its first run, and once however often it is told.
pub async fn a_definition_is_known_before_its_first_run(subject: &Subject) {
    let store = subject.open().await;
    let flow = Arc::new(Definition::new(RunKind::Flow, "tides"));
    for _ in 0..2 {
        store.put_acknowledged(Write::Define(Arc::clone(&flow))).await.expect("the store answers");
    }
    let known = store.definitions(RunKind::Flow).await.expect("the store answers");
    assert_eq!(known, [DefinitionRecord { definition: flow, last_run: None }]);
}
