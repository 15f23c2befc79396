//! Conditions, sorts and tallies: a store finds, sorts and counts what the core says they mean, run by run.

use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use super::Subject;
use super::samples::{at, entered, flow_run, task_run};
use crate::store::tally;
use crate::{
    DeploymentId, Order, RelatedRuns, Run, RunCondition, RunField, RunId, RunKind, RunQuery,
    RunSort, RunTime, State, StateType, Steps, Store, TallyQuery, Write,
};

/// Runs that are all that there are.
struct All(Vec<Run>);

impl RelatedRuns for All {
    fn run(&self, id: RunId) -> Option<Run> {
        self.0.iter().find(|run| run.id == id).cloned()
    }

    fn called_in(&self, flow_run: RunId) -> Vec<Run> {
        self.0.iter().filter(|run| run.flow_run_id == Some(flow_run)).cloned().collect()
    }
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().copied().map(str::to_owned).collect()
}

/// Runs that differ in all that can be asked for: two flow runs with task runs, one of which stands for a subflow run, and others.
fn runs() -> Vec<Run> {
    let mut tides = flow_run("tides", 0);
    Arc::make_mut(&mut tides.definition).tags = texts(&["sea", "daily"]);
    Arc::make_mut(&mut tides.definition).version = Some("2".to_owned());
    tides.name = "Noisy-Raccoon".to_owned();
    tides.tags = texts(&["http", "x\"y"]);
    tides.start_time = Some(at(10));
    tides.expected_start_time = Some(at(4));
    tides.deployment_id = Some(DeploymentId::from(Uuid::from_u128(7)));
    tides.total_run_time = Duration::from_micros(30);
    let tides = entered(entered(tides, State::running(at(10))), State::completed(at(40)));

    let mut waves = flow_run("waves_%", 1);
    waves.name = "100%_sure".to_owned();
    waves.expected_start_time = Some(at(5));
    let waves = entered(waves, State::scheduled(at(5), at(1)));

    let mut step = task_run("step", 2);
    step.flow_run_id = Some(tides.id);
    step.start_time = Some(at(11));
    step.tags = texts(&["db", "http"]);
    let step = entered(step, State::failed(at(12)));

    let mut caller = task_run("inner", 3);
    caller.flow_run_id = Some(tides.id);
    let caller = entered(caller, State::running(at(13)));

    let mut inner = flow_run("inner", 3);
    inner.flow_run_id = Some(tides.id);
    inner.task_run_id = Some(caller.id);
    inner.start_time = Some(at(20));
    inner.total_run_time = Duration::from_micros(5);
    let inner = entered(inner, State::running(at(20)));

    let mut other = task_run("step", 4);
    other.flow_run_id = Some(waves.id);
    let other = entered(other, State::timed_out(at(14)));

    let mut deep = task_run("step", 5);
    deep.flow_run_id = Some(inner.id);
    deep.next_scheduled_start_time = Some(at(70));
    let deep = entered(deep, State::awaiting_retry(at(70), at(15)));

    vec![tides, waves, step, caller, inner, other, deep, task_run("bare", 6)]
}

async fn open_with(subject: &Subject, runs: &[Run]) -> Arc<dyn Store> {
    let store = subject.open().await;
    for run in runs {
        store.put(Write::Begin(Box::new(run.clone()))).await.expect("there is room");
    }
    store
}

/// Conditions of every kind over those runs.
fn conditions(runs: &[Run]) -> Vec<RunCondition> {
    use RunCondition as C;
    let mut all = vec![
        C::Id(vec![runs[1].id, runs[4].id, RunId::new()]),
        C::Id(Vec::new()),
        C::Name(texts(&["100%_sure", "step-1"])),
        C::Name(Vec::new()),
        C::NameLike("RACC".to_owned()),
        C::NameLike("0%_s".to_owned()),
        C::NameLike("%".to_owned()),
        C::NameLike("\\".to_owned()),
        C::Definition(texts(&["tides", "inner", "' OR 1=1 --"])),
        C::DefinitionLike("VES_".to_owned()),
        C::DefinitionLike("s_e".to_owned()),
        C::Version(texts(&["2"])),
        C::DefinitionTags(texts(&["sea", "daily"])),
        C::DefinitionTags(texts(&["sea", "hourly"])),
        C::DefinitionTags(Vec::new()),
        C::AnyDefinitionTag(texts(&["hourly", "daily"])),
        C::DefinitionUntagged,
        C::StateType(vec![StateType::Failed, StateType::Scheduled]),
        C::StateType(Vec::new()),
        C::StateName(texts(&["TimedOut", "AwaitingRetry"])),
        C::Tags(texts(&["http", "x\"y"])),
        C::Tags(Vec::new()),
        C::AnyTag(texts(&["db", "x\"y"])),
        C::AnyTag(Vec::new()),
        C::Untagged,
        C::Deployment(vec![DeploymentId::from(Uuid::from_u128(7))]),
        C::FlowRun(vec![runs[0].id]),
        C::TaskRun(vec![runs[3].id]),
        C::HasSubflow,
        C::InFlowRun(Box::new(C::Definition(texts(&["tides"])))),
        C::InFlowRun(Box::new(C::InFlowRun(Box::new(C::NameLike("noisy".to_owned()))))),
        C::HasTaskRun(Box::new(C::StateType(vec![StateType::Failed]))),
        C::HasTaskRun(Box::new(C::All(Vec::new()))),
    ];
    let times = [
        RunTime::Created,
        RunTime::ExpectedStart,
        RunTime::Start,
        RunTime::End,
        RunTime::NextScheduled,
    ];
    for time in times {
        for micros in [3, 10, 20, 40] {
            all.extend([C::Since(time, at(micros)), C::Until(time, at(micros))]);
        }
        all.push(C::Unset(RunField::Time(time)));
    }
    let fields = [RunField::FlowRun, RunField::TaskRun, RunField::Deployment];
    all.extend(fields.map(C::Unset));
    let simple = all.clone();
    all.extend(simple.iter().cloned().map(|one| C::Not(Box::new(one))));
    // Each with the next ones.
    for pair in simple.windows(3) {
        all.extend([C::All(pair.to_vec()), C::Any(pair.to_vec())]);
        all.push(C::Not(Box::new(C::Any(pair.to_vec()))));
    }
    all.extend([C::All(Vec::new()), C::Any(Vec::new())]);
    all
}

/// Whatever is asked, and whatever of it is turned around or taken together.
pub async fn runs_are_found_of_which_a_condition_holds(subject: &Subject) {
    let all = All(runs());
    let store = open_with(subject, &all.0).await;
    for condition in conditions(&all.0) {
        for kind in [None, Some(RunKind::Flow), Some(RunKind::Task)] {
            let query =
                RunQuery { kind, condition: Some(condition.clone()), ..RunQuery::default() };
            let mut found = store.runs(query.clone()).await.expect("the store answers");
            let count = store.count_runs(query.clone()).await.expect("the store answers");
            assert_eq!(count, found.len() as u64, "{condition:?}");
            for sort in [RunSort::Start, RunSort::ExpectedStart] {
                let page = RunQuery { sort, limit: Some(100), ..query.clone() };
                let page = store.runs(page).await.expect("the store answers");
                assert_eq!(page.len(), found.len(), "{condition:?} by {sort:?}");
            }
            let tally = TallyQuery { runs: query, steps: None, sums: false, now: at(60) };
            let told = store.tally_runs(tally).await.expect("the store answers");
            let in_states = found.iter().filter(|run| !run.states.is_empty()).count();
            let told: u64 = told.iter().map(|tally| tally.runs).sum();
            assert_eq!(told, in_states as u64, "{condition:?}");
            found.sort_by_key(|run| all.0.iter().position(|each| each.id == run.id));
            let is_asked = |run: &&Run| {
                kind.is_none_or(|kind| run.kind() == kind) && condition.holds(run, &all)
            };
            let expected: Vec<Run> = all.0.iter().filter(is_asked).cloned().collect();
            let names = |runs: &[Run]| runs.iter().map(|run| run.name.clone()).collect::<Vec<_>>();
            assert_eq!(names(&found), names(&expected), "{condition:?} of {kind:?}");
        }
    }
}

/// A condition is one more part of a question.
pub async fn a_condition_holds_beside_the_other_parts_of_a_question(subject: &Subject) {
    let runs = runs();
    let store = open_with(subject, &runs).await;
    let query = RunQuery {
        definition_name: Some("step".to_owned()),
        created_before: Some(at(5)),
        condition: Some(RunCondition::StateType(vec![StateType::Failed])),
        order: Order::OldestFirst,
        ..RunQuery::default()
    };
    let found = store.runs(query).await.expect("the store answers");
    assert_eq!(found, [runs[2].clone(), runs[5].clone()]);
}

/// By whatever is asked, both ways, and page by page.
pub async fn runs_come_sorted_by_what_is_asked(subject: &Subject) {
    let mut runs = runs();
    let store = open_with(subject, &runs).await;
    let started = |run: &Run| run.start_time.or(run.expected_start_time);
    type Compare = Box<dyn Fn(&Run, &Run) -> std::cmp::Ordering + Send>;
    let sorts: [(RunSort, Compare); 7] = [
        (RunSort::Created, Box::new(|_, _| std::cmp::Ordering::Equal)),
        (RunSort::Start, Box::new(move |a, b| started(a).cmp(&started(b)))),
        (
            RunSort::ExpectedStart,
            Box::new(|a, b| a.expected_start_time.cmp(&b.expected_start_time)),
        ),
        (
            RunSort::NextScheduled,
            Box::new(|a, b| a.next_scheduled_start_time.cmp(&b.next_scheduled_start_time)),
        ),
        (RunSort::End, Box::new(|a, b| a.end_time.cmp(&b.end_time))),
        (RunSort::Name, Box::new(|a, b| a.name.cmp(&b.name))),
        (
            RunSort::Duration,
            Box::new(|a, b| {
                let took = |run: &Run| Some(run.end_time? - run.start_time?);
                took(a).cmp(&took(b))
            }),
        ),
    ];
    // Those that are alike come as they were made and put.
    let places: Vec<RunId> = runs.iter().map(|run| run.id).collect();
    let place = |run: &Run| places.iter().position(|id| *id == run.id);
    for (sort, compare) in sorts {
        runs.sort_by(|a, b| {
            compare(a, b).then(a.created.cmp(&b.created)).then(place(a).cmp(&place(b)))
        });
        for order in [Order::OldestFirst, Order::NewestFirst] {
            let mut found = Vec::new();
            for offset in (0..runs.len() as u64).step_by(3) {
                let query = RunQuery { sort, order, limit: Some(3), offset, ..RunQuery::default() };
                found.extend(store.runs(query).await.expect("the store answers"));
            }
            assert_eq!(found, runs, "{sort:?} {order:?}");
            runs.reverse();
        }
    }
}

/// As if each run were looked at, in whatever steps.
pub async fn runs_are_counted_by_state_in_steps_of_time(subject: &Subject) {
    let store = open_with(subject, &runs()).await;
    let steps =
        |by, micros| Steps { by, start: at(0), end: at(41), length: Duration::from_micros(micros) };
    let all = [
        None,
        Some(steps(RunTime::Created, 2)),
        Some(steps(RunTime::Start, 7)),
        Some(steps(RunTime::ExpectedStart, 5)),
        Some(steps(RunTime::End, 100)),
        Some(steps(RunTime::Created, 0)),
    ];
    for steps in all {
        for kind in [None, Some(RunKind::Flow)] {
            for sums in [false, true] {
                let runs = RunQuery { kind, ..RunQuery::default() };
                let query = TallyQuery { runs, steps, sums, now: at(60) };
                let counted = store.tally_runs(query.clone()).await.expect("the store answers");
                let looked = tally::tally(&*store, query.clone()).await.expect("it answers");
                assert_eq!(counted, looked, "{query:?}");
            }
        }
    }
    let completed = RunCondition::StateType(vec![StateType::Completed]);
    let runs = RunQuery { condition: Some(completed), ..RunQuery::default() };
    let query = TallyQuery { runs, steps: None, sums: true, now: at(60) };
    let told = store.tally_runs(query).await.expect("the store answers");
    assert_eq!((told.len(), told[0].runs, &*told[0].state_name), (1, 1, "Completed"));
    assert_eq!(told[0].run_time, Duration::from_micros(30));
    assert_eq!(told[0].lateness, Duration::from_micros(6));
}

/// As if each call were looked at.
pub async fn calls_are_counted_by_flow_run_and_state(subject: &Subject) {
    let runs = runs();
    let store = open_with(subject, &runs).await;
    let ids: Vec<_> = runs.iter().map(|run| run.id).collect();
    let counted = store.count_calls(ids.clone()).await.expect("the store answers");
    assert_eq!(counted, tally::count_calls(&*store, ids).await.expect("it answers"));
    let of_tides = counted.iter().filter(|count| count.flow_run_id == runs[0].id);
    let inside = runs.iter().filter(|run| run.flow_run_id == Some(runs[0].id));
    assert_eq!(of_tides.map(|count| count.calls).sum::<u64>(), inside.count() as u64);
    assert_eq!(store.count_calls(Vec::new()).await.expect("the store answers"), []);
}
