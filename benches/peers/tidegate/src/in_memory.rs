//! Tasks that nobody records: Tidegate without a store, dagx, and bare tokio. Each function says how many seconds its work took.

use std::time::Instant;

use dagx::{DagRunner, task_fn};
use tidegate::logging::LevelFilter;
use tidegate::prelude::*;
use tidegate::{Engine, FlowCall};
use tokio::runtime::Runtime;

#[task]
async fn no_op(number: u64) -> u64 {
    number
}

#[flow]
async fn submit_all(count: u64) -> Result<u64> {
    let handles: Vec<_> = (0..count).map(|number| no_op(number).submit()).collect();
    let mut sum = 0;
    for handle in &handles {
        sum += handle.await?;
    }
    Ok(sum)
}

#[flow]
async fn await_each(count: u64) -> Result<u64> {
    let mut last = 0;
    for _ in 0..count {
        last = no_op(last + 1).await?;
    }
    Ok(last)
}

pub(crate) fn submitted(count: u64) -> f64 {
    tidegate(submit_all(count), count * (count - 1) / 2)
}

pub(crate) fn awaited(count: u64) -> f64 {
    tidegate(await_each(count), count)
}

fn tidegate(call: FlowCall<'static, u64>, expected: u64) -> f64 {
    let runtime = runtime();
    let engine = Engine::builder().without_store().log_level(LevelFilter::OFF).open();
    let engine = engine.expect("an engine without a store opens");
    let started = Instant::now();
    let sum = runtime.block_on(engine.run(call)).expect("it completes");
    let seconds = started.elapsed().as_secs_f64();
    assert_eq!(sum, expected);
    seconds
}

pub(crate) fn dagx_independent(count: u64) -> f64 {
    runtime().block_on(async {
        let started = Instant::now();
        let dag = DagRunner::new();
        let handles: Vec<_> = (0..count)
            .map(|number| dag.add_task(task_fn(move |_: ()| async move { number })))
            .collect();
        dag.run(spawn).await.expect("it runs");
        let sum: u64 = handles.into_iter().map(|handle| dag.get(handle).expect("it ran")).sum();
        let seconds = started.elapsed().as_secs_f64();
        assert_eq!(sum, count * (count - 1) / 2);
        seconds
    })
}

pub(crate) fn dagx_chain(count: u64) -> f64 {
    runtime().block_on(async {
        let started = Instant::now();
        let dag = DagRunner::new();
        let mut last = dag.add_task(task_fn(|_: ()| async { 0_u64 })).depends_on(());
        for _ in 0..count {
            last = dag.add_task(task_fn(|before: u64| async move { before + 1 })).depends_on(&last);
        }
        dag.run(spawn).await.expect("it runs");
        let seconds = started.elapsed().as_secs_f64();
        assert_eq!(dag.get(last).expect("it ran"), count);
        seconds
    })
}

pub(crate) fn spawned(count: u64) -> f64 {
    runtime().block_on(async {
        let started = Instant::now();
        let handles: Vec<_> =
            (0..count).map(|number| tokio::spawn(async move { number })).collect();
        let mut sum = 0;
        for handle in handles {
            sum += handle.await.expect("it does not panic");
        }
        let seconds = started.elapsed().as_secs_f64();
        assert_eq!(sum, count * (count - 1) / 2);
        seconds
    })
}

fn spawn(task: impl Future<Output = ()> + Send + 'static) {
    drop(tokio::spawn(task));
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime starts")
}
