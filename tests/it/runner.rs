//! Task runners: how many submitted runs are under way at once, and where.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use expect_test::expect;
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use tidegate::prelude::*;
use tidegate::{
    Blocking, ConcurrencyLimit, Concurrent, Cpu, Engine, RunHandle, TaskCall, TaskRunner, WorkKind,
    concurrency,
};
use tokio::runtime::Handle;
use tokio::time::Instant;

use crate::timeline::{check, history, runs};

/// Counts what is under way, and the most that ever was.
#[derive(Debug, Default)]
struct Peak {
    now: AtomicUsize,
    most: AtomicUsize,
}

struct Inside<'a>(&'a Peak);

impl Peak {
    const fn new() -> Self {
        Self { now: AtomicUsize::new(0), most: AtomicUsize::new(0) }
    }

    fn enter(&self) -> Inside<'_> {
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        Inside(self)
    }

    fn most(&self) -> usize {
        self.most.load(Ordering::SeqCst)
    }
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, Ordering::SeqCst);
    }
}

/// All at once, as if each were awaited on a branch of its own.
async fn join_all<T: Clone + Send + 'static>(
    handles: impl IntoIterator<Item = RunHandle<T>>,
) -> Vec<Result<T>> {
    futures_util::future::join_all(handles.into_iter().map(IntoFuture::into_future)).await
}

async fn seconds(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}

#[task]
async fn slow(number: u64) -> u64 {
    seconds(1).await;
    number
}

#[task]
async fn one() -> u32 {
    1
}

/// Submits itself, so deep, and waits for each.
#[task]
async fn nested(depth: u32) -> Result<u32> {
    if depth == 0 {
        return Ok(0);
    }
    let inner: TaskCall<'static, u32> = nested(depth - 1);
    Ok(1 + inner.submit().await?)
}

/// FUTURE-09
#[tidegate::test(start_paused = true)]
async fn as_many_runs_as_a_runner_allows_are_under_way_at_once() {
    static PEAK: Peak = Peak::new();
    #[task]
    async fn counted() {
        let _inside = PEAK.enter();
        seconds(1).await;
    }
    #[flow(task_runner = Concurrent::new(2))]
    async fn pipeline() -> Result<()> {
        let handles: Vec<_> = (0..5).map(|_| counted().submit()).collect();
        for handle in handles {
            handle.await?;
        }
        Ok(())
    }
    let started = Instant::now();
    pipeline().await.unwrap();
    assert_eq!(PEAK.most(), 2);
    assert_eq!(started.elapsed().as_secs(), 3);
}

/// FUTURE-09
#[test]
fn a_runner_that_would_never_run_anything_is_refused() {
    let message = |make: fn()| {
        let panic = std::panic::catch_unwind(make).unwrap_err();
        panic
            .downcast_ref::<String>()
            .cloned()
            .unwrap_or_else(|| (*panic.downcast_ref::<&str>().unwrap()).to_owned())
    };
    assert!(message(|| _ = Concurrent::new(0)).contains("Concurrent::new(0)"));
    assert!(message(|| _ = Blocking::new(0)).contains("Blocking::new(0)"));
    assert!(message(|| drop(Cpu::new(0))).contains("0 threads"));
    assert!(Cpu::try_new(0).unwrap_err().is_configuration());
}

#[tidegate::test(start_paused = true)]
async fn a_run_stays_pending_until_it_has_a_worker_and_they_begin_in_order() {
    #[flow(task_runner = Concurrent::new(1))]
    async fn pipeline() -> Result<()> {
        let handles: Vec<_> = (0..3).map(|number| slow(number).submit()).collect();
        for (handle, expected) in handles.iter().zip([
            ["Completed", "Running", "Pending"],
            ["Completed", "Completed", "Running"],
            ["Completed", "Completed", "Completed"],
        ]) {
            handle.await?;
            tokio::task::yield_now().await;
            let states = handles.iter().map(|handle| handle.state().unwrap().name.to_string());
            assert_eq!(states.collect::<Vec<_>>(), expected);
        }
        Ok(())
    }
    check(
        pipeline(),
        expect![[r#"
            Ok(())
            flow pipeline: Pending > Running > Completed
              task slow: Pending > Running > Completed
              task slow: Pending > Running > Completed
              task slow: Pending > Running > Completed
        "#]],
    )
    .await;
}

/// FUTURE-10: tasks that submit tasks and wait for them cannot block one another, even where there is one worker.
#[tidegate::test(start_paused = true)]
async fn submissions_inside_submissions_end_with_one_worker() {
    #[flow(task_runner = Concurrent::new(1))]
    async fn pipeline() -> Result<u32> {
        nested(3).submit().await
    }
    assert_eq!(pipeline().await.unwrap(), 3);
}

/// FUTURE-10
#[tidegate::test(start_paused = true)]
async fn however_a_run_waits_for_others_it_does_not_block_them() {
    #[task]
    async fn waits() -> Result<u32> {
        let handles: Vec<_> = (0..3).map(|_| one().submit()).collect();
        // All at once, of which the last comes back.
        let mut sum: u32 = join_all(handles).await.into_iter().sum::<Result<u32>>()?;
        sum += nested::map([1, 2]).await?.iter().sum::<u32>();
        let mapped = nested::map([1, 2]);
        mapped.wait().await;
        let mut ending = as_completed(&[one().submit(), one().submit()]);
        while let Some(handle) = ending.next().await {
            sum += handle.await? + one().submit().await?;
        }
        let mut stream = as_completed(&[one().submit(), one().submit()]);
        while let Some(handle) = StreamExt::next(&mut stream).await {
            sum += handle.await? + one().submit().await?;
        }
        let (done, not_done) = tidegate::wait(&[one().submit()], Duration::from_secs(60)).await;
        assert_eq!((done.len(), not_done.len()), (1, 0));
        // One that is awaited in place, and waits for another.
        let first = one().submit();
        sum += one().wait_for(&first).await?;
        // What is given up is no wait any more.
        let patient = slow(1).submit();
        let waited = tokio::time::timeout(Duration::from_millis(1), patient.wait()).await;
        assert!(waited.is_err());
        sum += one().submit().await?;
        patient.await?;
        Ok(sum)
    }
    #[flow(task_runner = Concurrent::new(1))]
    async fn pipeline() -> Result<u32> {
        let (first, second) = (waits().submit(), waits().submit());
        Ok(first.await? + second.await?)
    }
    assert_eq!(pipeline().await.unwrap(), 2 * 16);
}

#[tidegate::test(start_paused = true)]
async fn runs_that_come_back_from_a_wait_count_again() {
    static PEAK: Peak = Peak::new();
    #[task]
    async fn inner() {
        let _inside = PEAK.enter();
        seconds(1).await;
    }
    #[task]
    async fn outer() -> Result<()> {
        for _ in 0..3 {
            {
                let _inside = PEAK.enter();
                seconds(1).await;
            }
            inner().submit().await?;
        }
        let _inside = PEAK.enter();
        seconds(1).await;
        Ok(())
    }
    #[flow(task_runner = Concurrent::new(2))]
    async fn pipeline() -> Result<()> {
        let handles: Vec<_> = (0..6).map(|_| outer().submit()).collect();
        for handle in handles {
            handle.await?;
        }
        Ok(())
    }
    pipeline().await.unwrap();
    assert_eq!(PEAK.most(), 2);
}

#[tidegate::test(start_paused = true)]
async fn a_run_that_waits_for_another_attempt_leaves_its_worker_to_others() {
    #[task(retries = 1, retry_delay_seconds = 60)]
    async fn fails_once() -> Result<u32> {
        match tidegate::runtime::task_run::run_count() {
            1 => Err("no".into()),
            count => Ok(count),
        }
    }
    #[flow(task_runner = Concurrent::new(1))]
    async fn pipeline() -> Result<u32> {
        let (failing, other) = (fails_once().submit(), slow(7).submit());
        other.await?;
        assert_eq!(failing.state().unwrap().name, "AwaitingRetry");
        failing.await
    }
    assert_eq!(pipeline().await.unwrap(), 2);
}

#[tidegate::test(start_paused = true)]
async fn a_run_that_waits_for_a_slot_leaves_its_worker_to_who_has_it() {
    #[task]
    async fn guarded(inside: bool) -> Result<u32> {
        let _guard = concurrency("db", 1).await?;
        if inside { one().submit().await } else { Ok(1) }
    }
    #[task(tags = ["tagged"])]
    async fn tagged(inside: bool) -> Result<u32> {
        if inside { one().submit().await } else { Ok(1) }
    }
    #[flow(task_runner = Concurrent::new(1))]
    async fn pipeline() -> Result<u32> {
        let mut handles: Vec<RunHandle<u32>> = Vec::new();
        for inside in [true, false, true] {
            handles.push(guarded(inside).submit());
            handles.push(tagged(inside).submit());
        }
        join_all(handles).await.into_iter().sum()
    }
    let limits = Engine::current().unwrap().concurrency_limits();
    limits.create(ConcurrencyLimit::new("db", 1)).await.unwrap();
    limits.create(ConcurrencyLimit::for_tag("tagged", 1)).await.unwrap();
    assert_eq!(pipeline().await.unwrap(), 6);
}

#[tidegate::test]
async fn a_map_of_ten_thousand_is_run_four_at_a_time() {
    static PEAK: Peak = Peak::new();
    #[task]
    async fn counted(number: u64) -> u64 {
        let _inside = PEAK.enter();
        tokio::task::yield_now().await;
        number
    }
    #[flow(task_runner = Concurrent::new(4))]
    async fn pipeline() -> Result<u64> {
        Ok(counted::map(0..10_000).await?.iter().sum())
    }
    let engine = Engine::builder().without_store().open().unwrap();
    assert_eq!(pipeline().on(&engine).await.unwrap(), 49_995_000);
    assert_eq!(PEAK.most(), 4);
}

/// FUTURE-11
#[tidegate::test(start_paused = true)]
async fn each_flow_run_has_workers_of_its_own() {
    static PEAK: Peak = Peak::new();
    #[task]
    async fn counted() {
        let _inside = PEAK.enter();
        seconds(1).await;
    }
    #[flow(task_runner = Concurrent::new(2))]
    async fn pipeline() -> Result<()> {
        join_all((0..4).map(|_| counted().submit())).await.into_iter().collect()
    }
    let (first, second) = tokio::join!(pipeline(), pipeline());
    first.and(second).unwrap();
    assert_eq!(PEAK.most(), 4);
}

#[tidegate::test(start_paused = true)]
async fn a_subflow_goes_by_its_own_runner_and_not_by_that_of_its_parent() {
    static PEAK: Peak = Peak::new();
    #[task]
    async fn counted() {
        let _inside = PEAK.enter();
        seconds(1).await;
    }
    #[flow]
    async fn inner() -> Result<()> {
        join_all((0..5).map(|_| counted().submit())).await.into_iter().collect()
    }
    #[task]
    async fn calls_a_flow() -> Result<()> {
        inner().await
    }
    #[flow(task_runner = Concurrent::new(1))]
    async fn pipeline() -> Result<()> {
        let (first, second) = (calls_a_flow().submit(), inner().submit());
        first.await.and(second.await)
    }
    pipeline().await.unwrap();
    assert_eq!(PEAK.most(), 10);
}

#[tidegate::test(start_paused = true)]
async fn what_is_awaited_in_place_needs_no_worker() {
    #[flow(task_runner = Concurrent::new(1))]
    async fn pipeline() -> Result<u64> {
        let handle = slow(1).submit();
        let started = Instant::now();
        tokio::task::yield_now().await;
        let both = tokio::join!(slow(2), slow(3));
        assert_eq!(started.elapsed().as_secs(), 1);
        Ok(both.0? + both.1? + handle.await?)
    }
    assert_eq!(pipeline().await.unwrap(), 6);
}

#[tidegate::test(start_paused = true)]
async fn the_runner_of_a_call_goes_before_that_of_its_flow() {
    #[flow(task_runner = Concurrent::new(1))]
    async fn pipeline() -> Result<Vec<u64>> {
        slow::map(0..4).await
    }
    let started = Instant::now();
    pipeline().task_runner(Concurrent::new(4)).await.unwrap();
    assert_eq!(started.elapsed().as_secs(), 1);
    pipeline().await.unwrap();
    assert_eq!(started.elapsed().as_secs(), 5);
}

#[tidegate::test(start_paused = true)]
async fn a_call_that_follows_another_is_run_by_the_runner_too() {
    static PEAK: Peak = Peak::new();
    #[task]
    async fn counted(_before: u32) {
        let _inside = PEAK.enter();
        seconds(1).await;
    }
    #[flow(task_runner = Concurrent::new(2))]
    async fn pipeline() -> Result<()> {
        let before = one().submit();
        join_all((0..5).map(|_| before.then(counted))).await.into_iter().collect()
    }
    pipeline().await.unwrap();
    assert_eq!(PEAK.most(), 2);
}

#[tidegate::test(start_paused = true)]
async fn a_run_that_is_cancelled_leaves_the_line() {
    #[flow(task_runner = Concurrent::new(1))]
    async fn pipeline() -> Result<u64> {
        let (first, second, third) = (slow(1).submit(), slow(2).submit(), slow(3).submit());
        tokio::task::yield_now().await;
        assert!(second.cancel());
        assert!(second.await.unwrap_err().is_cancelled());
        assert!(!first.is_finished());
        Ok(first.await? + third.await?)
    }
    let started = Instant::now();
    assert_eq!(pipeline().await.unwrap(), 4);
    assert_eq!(started.elapsed().as_secs(), 2);
}

#[tidegate::test]
async fn a_function_that_is_cancelled_in_line_is_never_called() {
    static CALLED: AtomicBool = AtomicBool::new(false);
    static GO_ON: Mutex<Option<std::sync::mpsc::Receiver<()>>> = Mutex::new(None);
    #[task]
    fn holds() {
        let go_on = GO_ON.lock().unwrap().take().unwrap();
        go_on.recv().unwrap();
    }
    #[task]
    fn called() {
        CALLED.store(true, Ordering::SeqCst);
    }
    #[flow(task_runner = Blocking::new(1))]
    async fn pipeline() -> Result<()> {
        let (go, go_on) = std::sync::mpsc::channel();
        *GO_ON.lock().unwrap() = Some(go_on);
        let (first, second) = (holds().submit(), called().submit());
        while first.state().unwrap().name != "Running" {
            tokio::task::yield_now().await;
        }
        assert!(second.cancel());
        assert!(second.await.unwrap_err().is_cancelled());
        go.send(()).unwrap();
        first.await
    }
    pipeline().await.unwrap();
    assert!(!CALLED.load(Ordering::SeqCst));
}

#[tidegate::test(start_paused = true)]
async fn when_a_flow_run_is_cancelled_nobody_is_left_in_line() {
    #[flow(task_runner = Concurrent::new(1))]
    async fn pipeline() -> Result<()> {
        join_all((0..3).map(|number| slow(3600 + number).submit())).await;
        std::future::pending().await
    }
    let handle = pipeline().submit();
    tokio::task::yield_now().await;
    assert!(handle.cancel());
    assert!(handle.await.unwrap_err().is_cancelled());
    let ends = runs().await.into_iter().map(|run| run.state().unwrap().name.to_string());
    assert_eq!(ends.collect::<BTreeSet<_>>(), BTreeSet::from(["Cancelled".to_owned()]));
}

#[tidegate::test]
async fn as_many_threads_as_a_blocking_runner_allows_are_taken_by_functions() {
    static PEAK: Peak = Peak::new();
    static ASYNC: Peak = Peak::new();
    #[task]
    fn sync(number: u64) -> u64 {
        let _inside = PEAK.enter();
        std::thread::yield_now();
        number
    }
    #[task]
    async fn not_counted(all: Arc<tokio::sync::Barrier>) {
        let _inside = ASYNC.enter();
        all.wait().await;
    }
    #[flow(task_runner = Blocking::new(2))]
    async fn pipeline() -> Result<u64> {
        let all = Arc::new(tokio::sync::Barrier::new(5));
        let others: Vec<_> = (0..5).map(|_| not_counted(Arc::clone(&all)).submit()).collect();
        let sum = sync::map(0..200).await?.iter().sum();
        for other in others {
            other.await?;
        }
        Ok(sum)
    }
    assert_eq!(pipeline().await.unwrap(), 19_900);
    assert!((1..=2).contains(&PEAK.most()));
    assert_eq!(ASYNC.most(), 5);
}

/// A function that submits others and waits for them, with the name of each thread.
#[task]
fn threads(depth: u32) -> Result<Vec<String>> {
    let mut names = vec![std::thread::current().name().unwrap_or_default().to_owned()];
    if depth > 0 {
        let inner: TaskCall<'static, Vec<String>> = threads(depth - 1);
        let handle = inner.submit();
        names.extend(Handle::current().block_on(async { handle.await })?);
    }
    Ok(names)
}

#[tidegate::test(worker_threads = 2)]
async fn functions_that_submit_functions_and_wait_end_with_one_thread() {
    #[flow]
    async fn pipeline() -> Result<usize> {
        Ok(threads(3).submit().await?.len())
    }
    assert_eq!(pipeline().task_runner(Blocking::new(1)).await.unwrap(), 4);
    assert_eq!(pipeline().task_runner(Concurrent::new(1)).await.unwrap(), 4);
    assert_eq!(pipeline().task_runner(Cpu::new(1)).await.unwrap(), 4);
}

#[tidegate::test]
async fn functions_of_a_cpu_runner_are_run_on_its_threads() {
    #[task]
    async fn elsewhere() -> String {
        std::thread::current().name().unwrap_or_default().to_owned()
    }
    #[flow(task_runner = Cpu::new(2))]
    async fn pipeline() -> Result<Vec<String>> {
        assert!(!elsewhere().submit().await?.starts_with("tidegate-cpu"));
        let names = threads::map([0; 20]).await?;
        // Awaited in place, it is no business of the runner.
        assert!(!threads(0).await?[0].starts_with("tidegate-cpu"));
        Ok(names.into_iter().flatten().collect())
    }
    for name in pipeline().await.unwrap() {
        assert!(name.starts_with("tidegate-cpu-"), "{name}");
    }
}

#[tidegate::test]
async fn a_panic_on_a_thread_of_a_cpu_runner_is_the_end_of_its_run_only() {
    #[task]
    fn panics() {
        panic!("no");
    }
    #[flow(task_runner = Cpu::new(1))]
    async fn pipeline() -> Result<usize> {
        let error = panics().submit().await.unwrap_err();
        assert_eq!(error.state().unwrap().name, "Panicked");
        Ok(threads(0).submit().await?.len())
    }
    assert_eq!(pipeline().await.unwrap(), 1);
}

/// Drops what it is given, every time or once it was told to.
#[derive(Debug)]
struct Dropping {
    kind: WorkKind,
}

impl TaskRunner for Dropping {
    fn name(&self) -> &str {
        "dropping"
    }

    fn max_workers(&self) -> Option<NonZeroUsize> {
        NonZeroUsize::new(1)
    }

    fn run_async(&self, work: BoxFuture<'static, ()>) {
        if self.kind == WorkKind::Sync {
            drop(Handle::current().spawn(work));
        }
    }

    fn run_sync(&self, _work: Box<dyn FnOnce() + Send>) {}
}

#[tidegate::test(start_paused = true)]
async fn what_a_runner_drops_is_not_lost() {
    #[task]
    fn function() {}
    #[flow]
    async fn pipeline() -> Result<()> {
        let (first, second) = (function().submit(), function().submit());
        first.wait().await;
        second.await
    }
    let dropped = pipeline().task_runner(Dropping { kind: WorkKind::Async }).await.unwrap_err();
    let error = pipeline().task_runner(Dropping { kind: WorkKind::Sync }).await.unwrap_err();
    assert!(format!("{dropped} {error}").contains("dropp"), "{dropped} {error}");
    expect![[r#"
        flow pipeline: Pending > Running > Failed
          task function: Pending > Crashed
          task function: Pending > Crashed
        flow pipeline: Pending > Running > Failed
          task function: Pending > Running > Panicked
          task function: Pending > Running > Panicked
    "#]]
    .assert_eq(&history().await);
}

#[tidegate::test(start_paused = true)]
async fn a_flow_run_that_is_taken_up_again_has_its_runner() {
    static PEAK: Peak = Peak::new();
    static FAILS: AtomicBool = AtomicBool::new(true);
    #[task(persist_result = true)]
    async fn counted(number: u64) -> Result<u64> {
        let _inside = PEAK.enter();
        seconds(1).await;
        if number == 3 && FAILS.load(Ordering::SeqCst) {
            return Err("no 3".into());
        }
        Ok(number)
    }
    #[flow(task_runner = Concurrent::new(2))]
    async fn pipeline() -> Result<u64> {
        let mut sum = 0;
        for handle in (0..6).map(|number| counted(number).submit()).collect::<Vec<_>>() {
            sum += handle.await?;
        }
        Ok(sum)
    }
    let id = pipeline().await.unwrap_err().run_id();
    let failed = runs().await.into_iter().find(|run| run.flow_run_id.is_none()).unwrap();
    assert!(id.is_some());
    FAILS.store(false, Ordering::SeqCst);
    assert_eq!(pipeline().resume(failed.id).await.unwrap(), 15);
    assert_eq!(PEAK.most(), 2);
}

#[tidegate::test(start_paused = true)]
async fn an_attempt_that_times_out_gives_its_worker_back() {
    #[task(timeout_seconds = 1)]
    async fn too_slow() -> Result<()> {
        nested(1).submit().await?;
        std::future::pending().await
    }
    #[flow(task_runner = Concurrent::new(1))]
    async fn pipeline() -> Result<u64> {
        let (first, second) = (too_slow().submit(), slow(7).submit());
        assert!(first.await.unwrap_err().is_timed_out());
        second.await
    }
    assert_eq!(pipeline().await.unwrap(), 7);
}
