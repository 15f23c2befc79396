//! A disk that answers nothing for a while, under ten thousand concurrent writers: each is held back, so the store keeps no more
//! than its queue and one write of each; once the disk goes on, everything is stored.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::{Duration, Instant};

use tidegate_core::store::suite::samples::{advance, at, log_line, task_run};
use tidegate_core::{LogQuery, RunQuery, State, StateType, Store, Write};
use tidegate_faults::Disk;
use tidegate_store::Sqlite;
use tokio::task::JoinSet;

use crate::proof::{is_deep, say, scratch};
use crate::workload::{moment, on_disk};

const WRITERS: usize = 10_000;

/// How many runs each of them writes.
const RUNS: usize = 4;

/// Far more than that takes.
const HANGS: Duration = Duration::from_secs(60);

/// How the writers are getting on.
#[derive(Debug, Default)]
struct Progress {
    /// Runs that the store was given.
    given: AtomicUsize,
    /// Writers who wait.
    held: AtomicUsize,
    /// Writers who are done.
    finished: AtomicUsize,
}

/// Waits for an answer of the store, and counts among those held back if it does not come at once.
async fn wait<T>(progress: &Progress, answer: impl Future<Output = T>) -> T {
    let mut answer = pin!(answer);
    let at_once = poll_fn(|context| Poll::Ready(answer.as_mut().poll(context))).await;
    match at_once {
        Poll::Ready(answer) => answer,
        Poll::Pending => {
            progress.held.fetch_add(1, Ordering::SeqCst);
            let answer = answer.await;
            progress.held.fetch_sub(1, Ordering::SeqCst);
            answer
        }
    }
}

async fn write(store: Arc<Sqlite>, progress: Arc<Progress>) {
    for n in 1..=RUNS {
        let run = task_run("fetch", moment());
        let end = advance(&run, State::completed(at(moment())));
        let line = log_line(run.id, moment(), "fetched");
        progress.given.fetch_add(1, Ordering::SeqCst);
        wait(&progress, store.put(Write::Begin(Box::new(run)))).await.unwrap();
        store.put_logs(vec![line]);
        let end = Write::Advance(Box::new(end));
        if n < RUNS {
            wait(&progress, store.put(end)).await.unwrap();
        } else {
            wait(&progress, store.put_acknowledged(end)).await.unwrap();
        }
    }
    progress.finished.fetch_add(1, Ordering::SeqCst);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stalled_disk_holds_ten_thousand_writers_back_and_drops_nothing() {
    let (disk, folder) = (Disk::new(), scratch());
    let path = folder.path().join("runs.db");
    let options = on_disk(&disk, &path);
    let (capacity, log_capacity) = (options.queue_capacity, options.log_capacity);
    let store = Arc::new(Sqlite::open(options).unwrap());
    let progress = Arc::new(Progress::default());

    // One run is on its way to the disk, and all that follow are in the queue.
    disk.stall();
    let first = store.put_acknowledged(Write::Begin(Box::new(task_run("first", moment()))));
    disk.wait_until_it_holds_back();
    let stalled = Instant::now();
    let mut writers = JoinSet::new();
    for _ in 0..WRITERS {
        writers.spawn(write(Arc::clone(&store), Arc::clone(&progress)));
    }
    let all_held = async {
        while progress.held.load(Ordering::SeqCst) < WRITERS {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(HANGS, all_held).await.expect("every writer is held back");
    if is_deep() {
        tokio::time::sleep(Duration::from_secs(10)).await;
    }
    let stalled = stalled.elapsed();
    let given = progress.given.load(Ordering::SeqCst);
    assert_eq!(progress.held.load(Ordering::SeqCst), WRITERS, "they stay held back");
    assert_eq!(progress.finished.load(Ordering::SeqCst), 0);
    assert!((capacity..=capacity + WRITERS).contains(&given), "{given} runs in the queue");

    let question = {
        let store = Arc::clone(&store);
        async move { store.count_runs(RunQuery::default()).await.unwrap() }
    };
    let mut questions = JoinSet::new();
    questions.spawn(question);
    assert!(questions.try_join_next().is_none(), "no answer would be fresh");
    disk.release();
    first.await.unwrap();
    while let Some(writer) = writers.join_next().await {
        writer.unwrap();
    }
    let counted = questions.join_next().await.unwrap().unwrap();
    assert!(counted > given as u64, "{counted}");
    store.flush().await.unwrap();
    let all = (WRITERS * RUNS + 1) as u64;
    assert_eq!(store.count_runs(RunQuery::default()).await.unwrap(), all);
    let completed = RunQuery { state_types: vec![StateType::Completed], ..RunQuery::default() };
    assert_eq!(store.count_runs(completed).await.unwrap(), all - 1);
    let lines = store.logs(LogQuery::default()).await.unwrap().len();
    let dropped = usize::try_from(store.dropped_logs()).unwrap();
    assert_eq!(lines + dropped, WRITERS * RUNS);
    assert!(lines >= log_capacity, "{lines}");
    store.close().await.unwrap();
    say(&format!(
        "a stalled disk: {WRITERS} writers held back for {stalled:.1?} with {given} runs in a queue of {capacity}, then all {all} \
         stored; of their {} log lines {dropped} dropped and counted",
        WRITERS * RUNS
    ));
}
