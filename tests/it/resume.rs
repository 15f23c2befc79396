//! Resume: a flow run whose body runs again takes what it has completed from the record.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use expect_test::expect;
use futures_util::future::{join_all, try_join_all};
use tidegate::prelude::*;
use tidegate::{Engine, LogLevel, Run, RunHandle, State, StateType};

use crate::timeline::{check, history, run_of, runs};

/// Fails so many times, then never again.
struct Failing(AtomicU32);

impl Failing {
    const fn times(count: u32) -> Self {
        Self(AtomicU32::new(count))
    }

    fn now(&self) -> Result<()> {
        let left =
            self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        if left.is_ok() { Err("not yet".into()) } else { Ok(()) }
    }
}

/// What bodies did, in order.
struct Work(Mutex<Vec<String>>);

impl Work {
    const fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    fn did(&self, what: impl Into<String>) {
        self.0.lock().unwrap().push(what.into());
    }

    fn done(&self) -> String {
        let mut work = self.0.lock().unwrap();
        let text = work.join(" ");
        work.clear();
        text
    }
}

/// The warnings and errors that were stored, but for those of failed attempts.
async fn warnings() -> String {
    let engine = Engine::current().unwrap();
    engine.flush().await.unwrap();
    let lines = engine.logs().at_least(LogLevel::Warning).list().await.unwrap();
    let lines = lines.iter().filter(|line| line.level == LogLevel::Warning);
    lines.map(|line| format!("{}\n", line.message)).collect()
}

/// RETRY-30
#[tidegate::test(start_paused = true)]
async fn a_retried_flow_does_not_run_its_completed_tasks_again() {
    static WORK: Work = Work::new();
    static FAILING: Failing = Failing::times(1);
    #[task]
    async fn double(number: u32) -> u32 {
        WORK.did(format!("double({number})"));
        2 * number
    }
    #[task]
    async fn fragile(number: u32) -> Result<u32> {
        WORK.did("fragile");
        FAILING.now()?;
        Ok(number)
    }
    #[flow(retries = 1)]
    async fn pipeline() -> Result<u32> {
        let sum = double(1).await? + double(2).await?;
        fragile(sum).await
    }
    check(
        pipeline(),
        expect![[r#"
            Ok(6)
            flow pipeline: Pending > Running > AwaitingRetry(0s) > Running > Completed
              task double: Pending > Running > Completed
              task double: Pending > Running > Completed
              task fragile: Pending > Running > Failed > Retrying > Completed
        "#]],
    )
    .await;
    assert_eq!(WORK.done(), "double(1) double(2) fragile fragile");
}

#[tidegate::test(start_paused = true)]
async fn equal_calls_are_told_apart_by_their_order() {
    static WORK: Work = Work::new();
    static FAILING: Failing = Failing::times(1);
    static NEXT: AtomicU32 = AtomicU32::new(0);
    #[task]
    async fn ticket() -> u32 {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        WORK.did(format!("ticket={number}"));
        number
    }
    #[flow(retries = 1)]
    async fn pipeline() -> Result<Vec<u32>> {
        let mut tickets = Vec::new();
        for _ in 0..3 {
            tickets.push(ticket().await?);
        }
        FAILING.now()?;
        tickets.push(ticket().await?);
        Ok(tickets)
    }
    assert_eq!(pipeline().await.unwrap(), [0, 1, 2, 3]);
    assert_eq!(WORK.done(), "ticket=0 ticket=1 ticket=2 ticket=3");
}

#[tidegate::test(start_paused = true)]
async fn a_call_is_counted_when_it_is_made_and_not_when_it_is_polled() {
    static FAILING: Failing = Failing::times(1);
    static NEXT: AtomicU32 = AtomicU32::new(0);
    #[task]
    async fn ticket() -> u32 {
        NEXT.fetch_add(1, Ordering::Relaxed)
    }
    #[flow(retries = 1)]
    async fn pipeline() -> Result<(u32, u32)> {
        let (first, second) = (ticket(), ticket());
        // The second attempt polls them the other way round.
        let (first, second) = if FAILING.0.load(Ordering::Relaxed) == 1 {
            (first.await?, second.await?)
        } else {
            let second = second.await?;
            (first.await?, second)
        };
        FAILING.now()?;
        Ok((first, second))
    }
    assert_eq!(pipeline().await.unwrap(), (0, 1));
}

#[tidegate::test(start_paused = true)]
async fn submitted_and_concurrent_calls_are_found_too() {
    static WORK: Work = Work::new();
    static FAILING: Failing = Failing::times(1);
    #[task]
    async fn square(number: u64) -> u64 {
        WORK.did(number.to_string());
        number * number
    }
    #[flow(retries = 1)]
    async fn pipeline() -> Result<u64> {
        let handles: Vec<RunHandle<u64>> = (1..4).map(|number| square(number).submit()).collect();
        let submitted: Vec<u64> = join_all(handles.iter().map(IntoFuture::into_future))
            .await
            .into_iter()
            .collect::<Result<_>>()?;
        let joined = try_join_all((4..6).map(square)).await?;
        FAILING.now()?;
        Ok(submitted.iter().chain(&joined).sum())
    }
    assert_eq!(pipeline().await.unwrap(), 1 + 4 + 9 + 16 + 25);
    assert_eq!(WORK.done(), "1 2 3 4 5");
    assert_eq!(runs().await.len(), 6);
}

#[tidegate::test(start_paused = true)]
async fn a_handle_to_a_call_that_was_found_tells_of_the_recorded_run() {
    static FAILING: Failing = Failing::times(1);
    static IDS: Mutex<Vec<tidegate::RunId>> = Mutex::new(Vec::new());
    #[task]
    async fn one() -> u32 {
        1
    }
    #[flow(retries = 1)]
    async fn pipeline() -> Result<()> {
        let handle = one().submit();
        assert_eq!((&handle).await?, 1);
        assert!(handle.state().unwrap().is_completed());
        IDS.lock().unwrap().push(handle.id().unwrap());
        FAILING.now()
    }
    pipeline().await.unwrap();
    let ids = IDS.lock().unwrap().clone();
    assert_eq!(ids.len(), 2);
    assert_eq!(ids[0], ids[1]);
    assert_eq!(run_of("one").await.id, ids[0]);
}

/// RETRY-32
#[tidegate::test(start_paused = true)]
async fn a_subflow_that_completed_does_not_run_again() {
    static WORK: Work = Work::new();
    static FAILING: Failing = Failing::times(1);
    #[flow]
    async fn child(number: u32) -> u32 {
        WORK.did(format!("child({number})"));
        number + 1
    }
    #[flow(retries = 1)]
    async fn parent() -> Result<u32> {
        let given = child(1).await?;
        FAILING.now()?;
        child(given).await
    }
    check(
        parent(),
        expect![[r#"
            Ok(3)
            flow parent: Pending > Running > AwaitingRetry(0s) > Running > Completed
              flow child: Pending > Running > Completed
              flow child: Pending > Running > Completed
        "#]],
    )
    .await;
    assert_eq!(WORK.done(), "child(1) child(2)");
}

#[tidegate::test(start_paused = true)]
async fn a_subflow_that_failed_goes_on_where_it_failed() {
    static WORK: Work = Work::new();
    static FAILING: Failing = Failing::times(1);
    #[task]
    async fn step(number: u32) -> u32 {
        WORK.did(format!("step({number})"));
        number
    }
    #[flow]
    async fn child() -> Result<u32> {
        let first = step(1).await?;
        FAILING.now()?;
        Ok(first + step(2).await?)
    }
    #[flow(retries = 1)]
    async fn parent() -> Result<u32> {
        child().await
    }
    check(
        parent(),
        expect![[r#"
            Ok(3)
            flow parent: Pending > Running > AwaitingRetry(0s) > Running > Completed
              flow child: Pending > Running > Failed > Rerunning > Completed
                task step: Pending > Running > Completed
                task step: Pending > Running > Completed
        "#]],
    )
    .await;
    assert_eq!(WORK.done(), "step(1) step(2)");
}

/// What a failed task had called is rolled back with it, so it runs again too; what a task that completed had called does not.
#[tidegate::test(start_paused = true)]
async fn tasks_in_tasks_are_found_by_the_task_that_calls_them() {
    static WORK: Work = Work::new();
    static FAILING: Failing = Failing::times(1);
    #[task]
    async fn inner(number: u32) -> u32 {
        WORK.did(format!("inner({number})"));
        number
    }
    #[task]
    async fn outer(name: &'static str) -> Result<u32> {
        let given = inner(1).await?;
        WORK.did(name);
        if name == "b" {
            FAILING.now()?;
        }
        Ok(given)
    }
    #[flow(retries = 1)]
    async fn pipeline() -> Result<u32> {
        Ok(outer("a").await? + outer("b").await?)
    }
    assert_eq!(pipeline().await.unwrap(), 2);
    assert_eq!(WORK.done(), "inner(1) a inner(1) b inner(1) b");
}

#[tidegate::test(start_paused = true)]
async fn steps_are_found_by_their_names() {
    static WORK: Work = Work::new();
    static FAILING: Failing = Failing::times(1);
    #[flow(retries = 1)]
    async fn pipeline() -> Result<String> {
        let card = tidegate::step("charge card").run(|| async {
            WORK.did("charge");
            Ok::<_, std::io::Error>("receipt".to_owned())
        });
        let receipt = card.await?;
        FAILING.now()?;
        Ok(receipt)
    }
    assert_eq!(pipeline().await.unwrap(), "receipt");
    assert_eq!(WORK.done(), "charge");
}

#[tidegate::test(start_paused = true)]
async fn arguments_that_cannot_be_written_count_by_their_names() {
    static WORK: Work = Work::new();
    static FAILING: Failing = Failing::times(1);
    struct Pool;
    #[task]
    async fn query(_pool: &Pool, id: u32) -> u32 {
        WORK.did(id.to_string());
        id
    }
    #[flow(retries = 1)]
    async fn pipeline() -> Result<u32> {
        let sum = query(&Pool, 1).await? + query(&Pool, 2).await?;
        FAILING.now()?;
        Ok(sum)
    }
    assert_eq!(pipeline().await.unwrap(), 3);
    assert_eq!(WORK.done(), "1 2");
}

/// RETRY-29, RETRY-33: whose result cannot be recorded runs again.
#[tidegate::test(start_paused = true)]
async fn a_call_whose_result_is_not_recorded_runs_again() {
    static WORK: Work = Work::new();
    static FAILING: Failing = Failing::times(1);
    #[derive(Clone)]
    struct Connection;
    #[task]
    async fn connect() -> Connection {
        WORK.did("connect");
        Connection
    }
    #[flow]
    async fn child() -> Connection {
        WORK.did("child");
        Connection
    }
    #[flow(retries = 1)]
    async fn pipeline() -> Result<()> {
        let (_first, _second) = (connect().await?, child().await?);
        FAILING.now()
    }
    pipeline().await.unwrap();
    assert_eq!(WORK.done(), "connect child connect child");
    expect![[r#"
        flow pipeline: Pending > Running > AwaitingRetry(0s) > Running > Completed
          task connect: Pending > Running > Completed > Retrying > Completed
          flow child: Pending > Running > Completed > Rerunning > Completed
    "#]]
    .assert_eq(&history().await);
}

#[tidegate::test(start_paused = true)]
async fn a_changed_flow_runs_what_it_does_not_find_and_says_so_once() {
    static FAILING: Failing = Failing::times(1);
    #[task(task_run_name = "number-{number}")]
    async fn number(number: u32) -> u32 {
        number
    }
    #[flow(retries = 1)]
    async fn pipeline() -> Result<u32> {
        // As if the code had been changed between the attempts.
        let from = if FAILING.0.load(Ordering::Relaxed) == 1 { 0 } else { 5 };
        let mut sum = 0;
        for each in from..from + 7 {
            sum += number(each).await?;
        }
        FAILING.now()?;
        Ok(sum)
    }
    assert_eq!(pipeline().await.unwrap(), (5..12).sum::<u32>());
    expect![[r#"
        5 runs of earlier attempts were not met again: 'number-0', 'number-1', 'number-2', 'number-3', 'number-4'. What is called, or with which arguments, has changed since; they stay in the record as they are
    "#]]
    .assert_eq(&warnings().await);
}

#[tidegate::test(start_paused = true)]
async fn a_result_that_cannot_be_read_any_more_is_made_again() {
    static FAILING: Failing = Failing::times(1);
    mod before {
        use super::*;
        #[task(name = "answer")]
        pub(super) async fn answer() -> String {
            "forty-two".to_owned()
        }
    }
    let definition = before::answer::definition();
    assert_eq!(definition.name(), "answer");
    #[flow(retries = 1)]
    async fn pipeline() -> Result<u32> {
        // A step is found by its name, whatever it gives.
        let step = tidegate::step("answer");
        if FAILING.0.load(Ordering::Relaxed) == 1 {
            step.run(|| async { Ok::<_, std::io::Error>("forty-two".to_owned()) }).await?;
            FAILING.now()?;
            return Ok(0);
        }
        step.run(|| async { Ok::<_, std::io::Error>(42) }).await
    }
    assert_eq!(pipeline().await.unwrap(), 42);
    let warnings = warnings().await;
    assert!(warnings.contains("which is u32; so it runs again"), "{warnings}");
    assert!(!warnings.contains("forty-two"), "{warnings}");
}

#[tidegate::test]
async fn a_failed_flow_run_is_resumed_as_the_same_run() {
    static WORK: Work = Work::new();
    static FAILING: Failing = Failing::times(1);
    #[task]
    async fn charge(cents: u32) -> u32 {
        WORK.did(format!("charge({cents})"));
        cents
    }
    #[flow]
    async fn order(cents: u32) -> Result<u32> {
        let charged = charge(cents).await?;
        FAILING.now()?;
        Ok(charged)
    }
    let id = order(250).await.unwrap_err().run_id().unwrap();
    let run = tidegate::resume(id).await.unwrap();
    assert_eq!(run.id, id);
    assert_eq!(WORK.done(), "charge(250)");
    expect![[r#"
        flow order: Pending > Running > Failed > Rerunning > Completed
          task charge: Pending > Running > Completed
    "#]]
    .assert_eq(&history().await);

    let error = tidegate::resume(id).await.unwrap_err().to_string();
    assert_eq!(error, format!("flow run '{}' cannot be resumed: it has completed", run.name));
}

#[tidegate::test]
async fn a_resumed_flow_run_says_what_it_met_in_the_record() {
    static FAILING: Failing = Failing::times(1);
    #[task(task_run_name = "the-task")]
    async fn task() -> u32 {
        1
    }
    #[flow(flow_run_name = "the-flow")]
    async fn pipeline() -> Result<()> {
        task().await?;
        FAILING.now()
    }
    let id = pipeline().await.unwrap_err().run_id().unwrap();
    tidegate::resume(id).await.unwrap();
    let engine = Engine::current().unwrap();
    engine.flush().await.unwrap();
    let lines = engine.logs().list().await.unwrap();
    let text: String =
        lines.iter().map(|line| format!("{} {}\n", line.level, line.message)).collect();
    expect![[r#"
        INFO Created flow run 'the-flow' for flow 'pipeline'
        INFO Finished in state Completed()
        ERROR Encountered exception during execution: not yet
        INFO Finished in state Failed('Flow run encountered an exception: not yet')
        INFO Resuming flow run 'the-flow' for flow 'pipeline'
        INFO Found in the record, and not run again: Completed()
        INFO Finished in state Completed()
    "#]]
    .assert_eq(&text);
}

#[tidegate::test]
async fn a_flow_that_cannot_be_called_from_its_record_is_resumed_by_its_own_call() {
    static FAILING: Failing = Failing::times(1);
    struct Pool;
    #[task]
    async fn query(_pool: &Pool) -> u32 {
        7
    }
    #[flow]
    async fn report(pool: &Pool, _day: u32) -> Result<u32> {
        let given = query(pool).await?;
        FAILING.now()?;
        Ok(given)
    }
    #[flow]
    async fn other() {}

    let pool = Pool;
    let failed = report(&pool, 1).await.unwrap_err();
    let id = failed.run_id().unwrap();
    let error = tidegate::resume(id).await.unwrap_err();
    assert!(error.is_configuration());
    assert!(error.to_string().contains("end it with `.resume(id)`"), "{error}");
    let error = other().resume(id).await.unwrap_err().to_string();
    assert!(error.contains("a call of another flow cannot go on with it"), "{error}");
    assert_eq!(report(&pool, 1).resume(id).await.unwrap(), 7);
    assert_eq!(run_of("report").await.run_count, 2);
    assert_eq!(run_of("query").await.run_count, 1);
}

#[tidegate::test]
async fn arguments_that_were_not_recorded_whole_are_not_guessed() {
    #[flow]
    async fn large(_text: String) -> Result<()> {
        Err("no".into())
    }
    let id = large("x".repeat(100_000)).await.unwrap_err().run_id().unwrap();
    let error = tidegate::resume(id).await.unwrap_err().to_string();
    assert!(error.contains("the argument `_text` was too large to be recorded whole"), "{error}");
    let failed = large("x".repeat(100_000)).resume(id).await.unwrap_err();
    assert!(failed.is_failed());
    assert_eq!(run_of("large").await.run_count, 2);
}

#[tidegate::test]
async fn what_is_no_ended_flow_run_is_not_resumed() {
    #[task]
    async fn fails() -> Result<()> {
        Err("no".into())
    }
    #[flow]
    async fn resumes_itself() -> Result<()> {
        let id = tidegate::runtime::flow_run::id().unwrap();
        let error = tidegate::resume(id).await.unwrap_err().to_string();
        assert!(
            error.ends_with("it has not ended and is not paused; a process that lives owns it"),
            "{error}"
        );
        Ok(())
    }
    resumes_itself().await.unwrap();
    let id = fails().await.unwrap_err().run_id().unwrap();
    let error = tidegate::resume(id).await.unwrap_err().to_string();
    assert!(error.contains("is a task run: only flow runs can be resumed"), "{error}");
    let unknown = tidegate::RunId::new();
    let error = tidegate::resume(unknown).await.unwrap_err().to_string();
    assert_eq!(error, format!("run {unknown} is not recorded in the store of this engine"));
}

#[tidegate::test(start_paused = true)]
async fn a_dropped_flow_run_is_recovered_when_it_is_marked_for_it() {
    static WORK: Work = Work::new();
    static HANGS: AtomicU32 = AtomicU32::new(1);
    #[task]
    async fn work(number: u32) -> u32 {
        WORK.did(format!("work({number})"));
        number
    }
    #[flow(recover)]
    async fn marked(number: u32) -> Result<u32> {
        let given = work(number).await?;
        if HANGS.swap(0, Ordering::Relaxed) == 1 {
            std::future::pending::<()>().await;
        }
        Ok(given)
    }
    #[flow]
    async fn unmarked() {
        std::future::pending::<()>().await;
    }
    let second = std::time::Duration::from_secs(1);
    tokio::time::timeout(second, marked(3)).await.unwrap_err();
    tokio::time::timeout(second, unmarked()).await.unwrap_err();

    let recovered = Engine::current().unwrap().recover().await.unwrap();
    assert_eq!(recovered.len(), 1);
    recovered[0].wait().await;
    assert_eq!(WORK.done(), "work(3)");
    expect![[r#"
        flow marked: Pending > Running > Crashed > Rerunning > Completed
          task work: Pending > Running > Completed
        flow unmarked: Pending > Running > Crashed
    "#]]
    .assert_eq(&history().await);
    assert!(Engine::current().unwrap().recover().await.unwrap().is_empty());
}

#[tidegate::test(start_paused = true)]
async fn a_run_that_crashes_each_time_is_recovered_three_times() {
    static END: tokio::sync::Notify = tokio::sync::Notify::const_new();
    #[flow(recover)]
    async fn fatal() {
        END.notified().await;
    }
    let second = std::time::Duration::from_secs(1);
    tokio::time::timeout(second, fatal()).await.unwrap_err();
    let run = run_of("fatal").await;
    for recovery in 1..=4 {
        let engine = Engine::current().unwrap();
        let id = run.id;
        // Its crash is played by a state, as if the process had died.
        let recovered = engine.recover().await.unwrap();
        assert_eq!(recovered.len(), usize::from(recovery <= 3), "recovery {recovery}");
        if recovery <= 3 {
            while engine.run_record(id).await.unwrap().unwrap().states.last().unwrap().name
                != "Rerunning"
            {
                tokio::task::yield_now().await;
            }
            crash(&engine, id).await;
        }
    }
    let crashes = |run: Run| run.states.iter().filter(|state| state.name == "Crashed").count();
    assert_eq!(crashes(run_of("fatal").await), 4);
    END.notify_waiters();
}

/// Writes that a run has crashed, as one who sweeps up after a dead process does.
async fn crash(engine: &Engine, id: tidegate::RunId) {
    let store = engine.store().unwrap();
    let mut run = engine.run_record(id).await.unwrap().unwrap();
    let known = run.states.len();
    run.states.push(State::crashed(run.states.last().unwrap().timestamp + chrono_micro()));
    run.end_time = Some(run.states.last().unwrap().timestamp);
    let advance = tidegate::store::Advance::since(&run, known);
    store.put_acknowledged(tidegate::store::Write::Advance(Box::new(advance))).await.unwrap();
    assert_eq!(run.state().unwrap().state_type(), StateType::Crashed);
}

fn chrono_micro() -> std::time::Duration {
    std::time::Duration::from_micros(1)
}
