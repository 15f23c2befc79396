//! What is recorded in a file is recorded on a server too, once; and how fast, side by side in one run:
//! `cargo test -p tidegate-remote --release -- --nocapture figures`.

use std::sync::Arc;
use std::time::Instant;

use futures_util::future::join_all;
use tidegate::Engine;
use tidegate::prelude::*;
use tidegate_core::{Durability, RunKind, RunQuery, StateType};
use tidegate_server::Config;
use tidegate_store::{Options, Sqlite};

use crate::served::Served;

#[task]
async fn nothing() {}

#[flow]
async fn tasks(count: u32) -> Result<()> {
    for _ in 0..count {
        nothing().await?;
    }
    Ok(())
}

/// How many tasks are awaited one after the other, and how many in each of 32 flows.
const ALONE: u32 = 300;
const EACH: u32 = 100;

/// Microseconds of an awaited task in one flow, and tasks a second of 32 flows at once.
async fn measure(engine: &Engine) -> (f64, f64) {
    let (alone, each) = (ALONE, EACH);
    let began = Instant::now();
    tasks(alone).on(engine).await.unwrap();
    let awaited = began.elapsed().as_secs_f64() * 1e6 / f64::from(alone);
    let began = Instant::now();
    for flow in join_all((0..32).map(|_| async { tasks(each).on(engine).await })).await {
        flow.unwrap();
    }
    (awaited, f64::from(32 * each) / began.elapsed().as_secs_f64())
}

/// Every task run is on record once, and completed.
async fn check(engine: &Engine) {
    let query = RunQuery {
        kind: Some(RunKind::Task),
        state_types: vec![StateType::Completed],
        ..RunQuery::default()
    };
    let store = engine.store().unwrap();
    assert_eq!(store.count_runs(query).await.unwrap(), u64::from(ALONE + 32 * EACH));
    let any = RunQuery { kind: Some(RunKind::Task), ..RunQuery::default() };
    assert_eq!(store.count_runs(any).await.unwrap(), u64::from(ALONE + 32 * EACH));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn as_many_runs_are_recorded_on_a_server_as_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    for durability in [Durability::Full, Durability::Process] {
        let file = |name: &str| {
            let options = Options::file(folder.path().join(format!("{name}-{durability}.db")));
            Arc::new(Sqlite::open(options.durability(durability)).unwrap())
        };
        let builder = || Engine::builder().log_level(tidegate::LogLevel::Error.into());
        let local = builder().store(file("local")).open().unwrap();
        let (alone, together) = measure(&local).await;
        check(&local).await;
        local.close().await.unwrap();
        eprintln!(
            "file, {durability}: {alone:.0} us an awaited task, {together:.0} tasks/s of 32 flows"
        );
        let served = Served::over(file("served"), Config::new());
        let remote = builder().api_url(served.url()).open().unwrap();
        let (alone, together) = measure(&remote).await;
        check(&remote).await;
        remote.close().await.unwrap();
        eprintln!(
            "server, {durability}: {alone:.0} us an awaited task, {together:.0} tasks/s of 32 flows"
        );
    }
}
