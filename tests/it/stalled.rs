//! A flow that submits ten thousand tasks while the disk answers nothing: only as many bodies run as the queue has room for, the
//! others are held back, and once the disk goes on every task ends and is recorded. In a process of its own, whose memory is measured.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, Instant};

use tidegate::prelude::*;
use tidegate::{Engine, RunHandle, StateType};
use tidegate_faults::Disk;
use tidegate_store::{Options, Sqlite};

use crate::child::Child;
use crate::proof::{amount, in_memory, say};

const TASKS: usize = 10_000;

/// Far more than it takes.
const HANGS: Duration = Duration::from_secs(60);

/// What ten thousand tasks that are held back may take, and all that waits for the disk.
const MEMORY: usize = 100 << 20;

static DISK: LazyLock<Disk> = LazyLock::new(Disk::new);
static BODIES: AtomicUsize = AtomicUsize::new(0);
static HANDLES: Mutex<Vec<RunHandle<usize>>> = Mutex::new(Vec::new());

#[task]
async fn count(number: usize) -> usize {
    BODIES.fetch_add(1, Ordering::SeqCst);
    tokio::task::yield_now().await;
    number
}

#[flow]
async fn many() -> Result<usize> {
    // What waits for the disk is one run, and all that follow are in the queue.
    DISK.stall();
    let first = count(0).submit();
    tokio::task::spawn_blocking(|| DISK.wait_until_it_holds_back()).await?;
    let handles: Vec<_> = (1..TASKS).map(|number| count(number).submit()).collect();
    HANDLES.lock().unwrap().clone_from(&handles);
    let mut sum = first.await?;
    for handle in handles {
        sum += handle.await?;
    }
    Ok(sum)
}

/// How much memory this process has, where the system tells.
fn memory() -> Option<usize> {
    let text = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: usize = text.split(' ').nth(1)?.parse().ok()?;
    Some(pages * 4096)
}

/// Waits until every task has asked the store to record that it runs.
async fn all_submitted() {
    loop {
        let handles = HANDLES.lock().unwrap().clone();
        let has_begun = |handle: &RunHandle<usize>| {
            handle.state().is_some_and(|state| state.state_type() != StateType::Pending)
        };
        if !handles.is_empty() && handles.iter().all(has_begun) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

async fn stall_and_go_on() {
    let folder = in_memory();
    let mut options = Options::file(folder.path().join("tidegate.db"));
    options.vfs = Some(DISK.vfs().to_owned());
    let capacity = options.queue_capacity;
    let engine = Engine::builder().store(Arc::new(Sqlite::open(options).unwrap())).open().unwrap();
    let before = memory();

    let flow = many().on(&engine).submit();
    tokio::time::timeout(HANGS, all_submitted()).await.expect("all tasks are submitted");
    let stalled = Instant::now();
    let rest = amount(1, 10);
    tokio::time::sleep(Duration::from_secs(rest as u64)).await;
    let bodies = BODIES.load(Ordering::SeqCst);
    let grown = memory().zip(before).map(|(now, before)| now.saturating_sub(before));
    let stalled = stalled.elapsed();
    assert!(bodies >= capacity / 2, "{bodies} bodies ran");
    assert!(bodies <= capacity + 1, "{bodies} bodies ran with a queue of {capacity}");
    assert!(!flow.is_finished());
    assert!(grown.is_none_or(|grown| grown < MEMORY), "{grown:?} bytes");

    DISK.release();
    let sum = tokio::time::timeout(HANGS, flow.into_future()).await.expect("it drains").unwrap();
    assert_eq!(sum, TASKS * (TASKS - 1) / 2);
    assert_eq!(BODIES.load(Ordering::SeqCst), TASKS, "each ran once");
    engine.flush().await.unwrap();
    let completed = engine.runs().state(StateType::Completed);
    assert_eq!(completed.count().await.unwrap(), TASKS as u64 + 1);
    assert_eq!(engine.runs().count().await.unwrap(), TASKS as u64 + 1);
    engine.close().await.unwrap();
    println!(
        "{TASKS} tasks submitted to a disk that held back for {stalled:.1?}: {bodies} bodies ran with a queue of {capacity}, \
         {} MiB more memory; then all were recorded",
        grown.unwrap_or_default() >> 20
    );
}

#[test]
fn ten_thousand_tasks_wait_for_a_stalled_disk_in_bounded_memory_and_none_is_lost() {
    let left = Child::new().env("TIDEGATE_LOGGING_LEVEL", "WARNING").run(|| {
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = runtime.worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(stall_and_go_on());
    });
    assert!(left.success, "{}{}", left.stdout, left.stderr);
    say(&format!("a stalled disk: {}", left.stdout.trim()));
    assert!(left.stdout.contains("10000 tasks submitted"));
}
