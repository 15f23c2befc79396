//! What pages list of many runs: of each flow its own, and no flow hidden by another.

use std::sync::Arc;

use axum::http::StatusCode;
use chrono::TimeDelta;
use tidegate_core::{Clock, Definition, Run, RunKind, State, Store, Timestamp, Write};
use tidegate_store::{Options, Sqlite};

use super::{ask, request};
use crate::{Config, router};

/// A run of the flow of this key, which is named after its last part, that has begun so many seconds ago and took as many.
fn ended(key: &str, name: &str, ago: i64, took: i64, failed: bool) -> Run {
    let flow = key.rsplit("::").next().unwrap_or(key);
    let definition = Definition { key: key.to_owned(), ..Definition::new(RunKind::Flow, flow) };
    let now = Clock::system().now();
    let (start, end) = (now - TimeDelta::seconds(ago), now - TimeDelta::seconds(ago - took));
    let mut run = Run::new(Arc::new(definition), name, start);
    let last = if failed { State::failed(end).message("no") } else { State::completed(end) };
    run.states = vec![State::pending(start), State::running(start), last];
    (run.start_time, run.end_time) = (Some(start), Some(end));
    run
}

async fn page(runs: Vec<Run>, path: &str) -> String {
    let store: Arc<dyn Store> = Arc::new(Sqlite::open(Options::memory()).unwrap());
    for run in runs {
        store.put_acknowledged(Write::Begin(Box::new(run))).await.unwrap();
    }
    let (status, _, page) = ask(&router(store, Config::new()), request("GET", path, "")).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    page
}

/// The part of a page with this id.
fn part<'a>(page: &'a str, id: &str) -> &'a str {
    let start = page.find(&format!("id=\"{id}\"")).unwrap_or_else(|| panic!("no {id}: {page}"));
    page[start..].split("</section>").next().unwrap()
}

#[tokio::test]
async fn a_flow_that_fails_again_and_again_hides_no_other() {
    let mut runs = vec![ended("shop::report", "quiet-otter", 3000, 5, true)];
    runs.extend((0..40).map(|n| ended("shop::poll", &format!("poll-{n}"), 2000 - n, 1, true)));
    let page = page(runs, "/").await;
    let needy = part(&page, "needy");
    assert!(needy.contains("poll-39") && needy.contains("and 39 more of this flow"), "{needy}");
    assert!(!needy.contains("poll-38") && needy.contains("quiet-otter"), "{needy}");
}

#[tokio::test]
async fn a_flow_that_seldom_runs_is_among_the_slowest() {
    let mut runs = vec![ended("shop::report", "quiet-otter", 3000, 900, false)];
    runs.extend((0..150).map(|n| ended("shop::poll", &format!("poll-{n}"), 2000 - n, 1, false)));
    let page = page(runs, "/").await;
    let slow = part(&page, "slow");
    let place = |flow: &str| slow.find(&format!(">{flow}</a>"));
    assert!(place("report").is_some() && place("report") < place("poll"), "{slow}");
}

#[tokio::test]
async fn flows_of_one_name_have_strips_of_their_own() {
    let mut runs = vec![ended("shop::report", "quiet-otter", 3000, 900, true)];
    runs.extend((0..40).map(|n| ended("bank::report", &format!("bank-{n}"), 2000 - n, 1, false)));
    let page = page(runs, "/flows").await;
    let row = |key: &str| page.split("<tr>").find(|row| row.contains(key)).unwrap().to_owned();
    assert!(row("shop::report").contains("0% of 1<"), "{}", row("shop::report"));
    assert!(row("bank::report").contains("100% of 30<"), "{}", row("bank::report"));
}

#[tokio::test]
async fn what_should_have_begun_needs_somebody_and_is_not_what_comes_next() {
    let now = Clock::system().now();
    let scheduled = |name: &str, seconds: i64| {
        let mut run = ended("shop::report", name, 0, 0, false);
        let at = now + TimeDelta::seconds(seconds);
        (run.start_time, run.end_time) = (None, None);
        run.states = vec![State::scheduled(at, now)];
        (run.expected_start_time, run.next_scheduled_start_time) = (Some(at), Some(at));
        run
    };
    let page = page(vec![scheduled("late-newt", -60), scheduled("eager-newt", 600)], "/").await;
    let (needy, next) = (part(&page, "needy"), part(&page, "next"));
    assert!(needy.contains("late-newt") && needy.contains("Late"), "{needy}");
    assert!(next.contains("eager-newt") && !next.contains("late-newt"), "{next}");
}

#[tokio::test]
async fn the_last_run_of_a_flow_is_none_that_is_still_to_come() {
    let soon: Timestamp = Clock::system().now() + TimeDelta::seconds(600);
    let done = ended("shop::report", "quiet-otter", 3000, 900, false);
    let mut next = Run::new(Arc::clone(&done.definition), "eager-newt", Clock::system().now());
    next.states = vec![State::scheduled(soon, next.created)];
    next.next_scheduled_start_time = Some(soon);
    let page = page(vec![done, next], "/flows").await;
    assert!(page.contains("Completed") && !page.contains("eager-newt"), "{page}");
    assert!(page.contains("in 9m"), "{page}");
}
