//! Cancelling runs: what becomes of their code, of what is inside them, and of their records; in this process and from another.

use std::future::pending;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use expect_test::expect;
use tidegate::prelude::*;
use tidegate::{Engine, Request, RequestKind, Run, RunHandle, RunId, State, StateType, runtime};

use crate::child::{Child, block_on};
use crate::timeline::{history, run_of, timeline};

/// Waits for ever.
#[task]
async fn patient() -> Result<()> {
    pending().await
}

/// Lets everything that can get further do so.
async fn settle() {
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
}

async fn until_running<T: Send + Sync>(handle: &RunHandle<T>) {
    until(handle, StateType::Running).await;
}

async fn until<T: Send + Sync>(handle: &RunHandle<T>, state_type: StateType) {
    while handle.state().is_none_or(|state| state.state_type() != state_type) {
        tokio::task::yield_now().await;
    }
    settle().await;
}

#[tidegate::test]
async fn a_task_that_waits_is_cancelled_at_its_await() {
    let handle = patient().submit();
    until_running(&handle).await;
    assert!(handle.cancel());
    let error = handle.clone().await.unwrap_err();
    assert!(error.is_cancelled() && !error.is_crashed() && !error.is_failed());
    assert_eq!(error.run_id(), handle.id());
    expect!["Task run 'patient' was cancelled: It was asked to cancel."]
        .assert_eq(&error.to_string());
    expect![[r#"
        task patient: Pending > Running > Cancelling > Cancelled
    "#]]
    .assert_eq(&history().await);
}

#[tidegate::test]
async fn a_run_that_has_not_begun_never_runs() {
    let handle = patient().submit();
    assert!(handle.cancel());
    assert!(handle.await.unwrap_err().is_cancelled());
    expect![[r#"
        task patient: Pending > Cancelled
    "#]]
    .assert_eq(&history().await);
}

/// CANCEL-10
#[tidegate::test]
async fn a_run_that_has_ended_stays_as_it_is() {
    #[task]
    async fn quick() -> u32 {
        4
    }
    let handle = quick().submit();
    assert_eq!((&handle).await.unwrap(), 4);
    assert!(!handle.cancel());
    let error = tidegate::cancel(handle.id().unwrap()).await.unwrap_err();
    expect!["Task run 'quick' cannot be cancelled: it has ended as Completed"]
        .assert_eq(&error.to_string());
    expect![[r#"
        task quick: Pending > Running > Completed
    "#]]
    .assert_eq(&history().await);
}

#[tidegate::test]
async fn a_run_that_is_not_known_is_an_error_that_says_so() {
    let id = RunId::new();
    let error = tidegate::cancel(id).await.unwrap_err();
    assert!(error.to_string().contains(&id.to_string()), "{error}");
    assert!(error.is_configuration());
}

#[flow]
async fn family() -> Result<()> {
    let submitted = patient().submit();
    let subflow = inner().submit();
    let (a, b, c) = tokio::join!(patient().named("in place"), submitted, subflow);
    a.and(b).and(c)
}

#[flow]
async fn inner() -> Result<()> {
    patient().await
}

#[tidegate::test]
async fn a_flow_is_cancelled_with_everything_inside_it() {
    let handle = family().submit();
    until_running(&handle).await;
    tidegate::cancel(handle.id().unwrap()).await.unwrap();
    assert!(handle.await.unwrap_err().is_cancelled());
    expect![[r#"
        flow family: Pending > Running > Cancelling > Cancelled
          task patient: Pending > Running > Cancelling > Cancelled
          flow inner: Pending > Running > Cancelling > Cancelled
          task patient: Pending > Running > Cancelling > Cancelled
            task patient: Pending > Running > Cancelling > Cancelled
    "#]]
    .assert_eq(&history().await);
    let reason = run_of("inner").await.states.last().unwrap().message.clone().unwrap();
    assert!(
        reason.starts_with("Flow run '") && reason.ends_with("' was asked to cancel."),
        "{reason}"
    );
}

#[tidegate::test]
async fn a_run_that_is_cancelled_by_itself_leaves_its_flow_to_go_on() {
    #[flow]
    async fn careful() -> Result<bool> {
        let handle = patient().submit();
        until_running(&handle).await;
        handle.cancel();
        Ok(handle.await.unwrap_err().is_cancelled())
    }
    assert!(careful().await.unwrap());
}

#[tidegate::test]
async fn a_task_run_is_cancelled_by_its_id_with_what_it_has_called() {
    #[task]
    async fn outer() -> Result<()> {
        patient().await
    }
    #[flow]
    async fn pipeline() -> Result<()> {
        outer().await
    }
    let handle = pipeline().submit();
    until_running(&handle).await;
    tidegate::cancel(run_of("outer").await.id).await.unwrap();
    assert!(handle.await.unwrap_err().is_failed(), "the flow has not caught it");
    expect![[r#"
        flow pipeline: Pending > Running > Failed
          task outer: Pending > Running > Cancelling > Cancelled
            task patient: Pending > Running > Cancelling > Cancelled
    "#]]
    .assert_eq(&history().await);
}

/// The sleep of a retry ends at once. CANCEL-06
#[tidegate::test(start_paused = true)]
async fn a_run_that_waits_for_its_next_attempt_is_cancelled_at_once() {
    #[flow(retries = 1, retry_delay_seconds = 86_400)]
    async fn failing() -> Result<()> {
        Err("no".into())
    }
    let handle = failing().submit();
    until(&handle, StateType::Scheduled).await;
    let before = tidegate::Clock::system().now();
    assert!(handle.cancel());
    assert!(handle.await.unwrap_err().is_cancelled());
    assert!((tidegate::Clock::system().now() - before).num_hours() < 1);
    expect![[r#"
        flow failing: Pending > Running > AwaitingRetry(86400s) > Cancelled
    "#]]
    .assert_eq(&history().await);
}

#[tidegate::test]
async fn a_task_that_waits_for_a_turn_at_the_cache_is_cancelled_at_once() {
    #[task(cache_policy = INPUTS.isolation(IsolationLevel::Serializable))]
    async fn computed(key: u32) -> Result<u32> {
        pending::<()>().await;
        Ok(key)
    }
    let (first, second) = (computed(1).submit(), computed(1).submit());
    until_running(&first).await;
    assert!(second.cancel());
    assert!(second.await.unwrap_err().is_cancelled());
    assert!(!first.is_finished());
    first.cancel();
    first.wait().await;
}

/// CANCEL-08
#[tidegate::test]
async fn whatever_code_gives_that_was_asked_to_cancel_is_not_taken() {
    static STARTED: AtomicBool = AtomicBool::new(false);
    #[task]
    fn listens() -> u32 {
        STARTED.store(true, Ordering::SeqCst);
        while !runtime::is_cancelled() {
            std::thread::yield_now();
        }
        7
    }
    let handle = listens().submit();
    while !STARTED.load(Ordering::SeqCst) {
        tokio::task::yield_now().await;
    }
    handle.cancel();
    assert!(handle.await.unwrap_err().is_cancelled());
    expect![[r#"
        task listens: Pending > Running > Cancelling > Cancelled
    "#]]
    .assert_eq(&history().await);
}

#[tidegate::test(start_paused = true)]
async fn a_function_on_a_thread_that_does_not_listen_is_waited_for() {
    static LET_GO: AtomicBool = AtomicBool::new(false);
    #[task]
    fn deaf() {
        while !LET_GO.load(Ordering::SeqCst) {
            std::thread::yield_now();
        }
    }
    #[flow]
    async fn parent() -> Result<()> {
        deaf().await
    }
    let handle = parent().submit();
    while history().await.matches("Running").count() < 2 {
        tokio::task::yield_now().await;
    }
    settle().await;
    handle.cancel();
    until(&handle, StateType::Cancelling).await;
    assert_eq!(run_of("deaf").await.state().unwrap().state_type(), StateType::Cancelling);
    tokio::time::advance(Duration::from_secs(6)).await;
    settle().await;
    assert!(!handle.is_finished());
    LET_GO.store(true, Ordering::SeqCst);
    assert!(handle.await.unwrap_err().is_cancelled());
    expect![[r#"
        flow parent: Pending > Running > Cancelling > Cancelled
          task deaf: Pending > Running > Cancelling > Cancelled
    "#]]
    .assert_eq(&history().await);
    let lines = Engine::current().unwrap().logs().list().await.unwrap();
    let told: Vec<_> =
        lines.iter().filter(|line| line.message.contains("was asked to end")).collect();
    assert_eq!(told.len(), 1);
    expect!["The function of 'deaf' was asked to end 5 second(s) ago and goes on: a thread cannot be stopped, so the run stays CANCELLING until it returns; have it ask `tidegate::runtime::is_cancelled()` now and then"].assert_eq(&told[0].message);
}

/// CANCEL-12: at Cancelling, and not again at Cancelled.
#[tidegate::test]
async fn hooks_for_a_cancellation_are_called_once() {
    static CALLED: Mutex<Vec<String>> = Mutex::new(Vec::new());
    async fn note(_run: Run, state: State) {
        CALLED.lock().unwrap().push(state.name.to_string());
    }
    #[flow(on_cancellation = [note], on_crashed = [note], on_failure = [note])]
    async fn hooked() -> Result<()> {
        pending().await
    }
    let handle = hooked().submit();
    until_running(&handle).await;
    handle.cancel();
    handle.cancel();
    assert!(handle.await.unwrap_err().is_cancelled());
    assert_eq!(*CALLED.lock().unwrap(), ["Cancelling"]);
}

/// TXN-25
#[tidegate::test]
async fn the_transaction_of_a_flow_that_is_cancelled_is_rolled_back() {
    static UNDONE: AtomicU32 = AtomicU32::new(0);
    async fn undo(_transaction: tidegate::Transaction) {
        UNDONE.fetch_add(1, Ordering::SeqCst);
    }
    #[task(on_rollback = [undo])]
    async fn done() -> u32 {
        1
    }
    #[flow]
    async fn careful() -> Result<()> {
        tidegate::transaction()
            .run(|_| async {
                done().await?;
                patient().await
            })
            .await
    }
    let handle = careful().submit();
    until_running(&handle).await;
    handle.cancel();
    assert!(handle.await.unwrap_err().is_cancelled());
    settle().await;
    assert_eq!(UNDONE.load(Ordering::SeqCst), 1);
    assert_eq!(timeline(&run_of("done").await), "Pending > Running > Completed > RolledBack");
}

/// Waits for ever, and says who it is.
#[flow(recover)]
async fn lasting() -> Result<()> {
    say(format_args!("flow run {}", runtime::flow_run::id().unwrap()));
    patient().await
}

/// Prints a line for whoever started this process.
fn say(line: impl std::fmt::Display) {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").unwrap();
    out.flush().unwrap();
}

fn id_in(printed: &str) -> RunId {
    let line = printed.lines().find_map(|line| line.strip_prefix("flow run ")).unwrap();
    line.parse().unwrap()
}

fn engine_at(home: &Path) -> Engine {
    let path = home.join("tidegate.db");
    Engine::builder().database(format!("sqlite:{}", path.display())).open().unwrap()
}

#[test]
fn a_run_of_another_process_is_cancelled_by_its_id() {
    let home = tempfile::tempdir().unwrap();
    let mut process = Child::at(home.path()).start(|| {
        block_on(async {
            let error = lasting().await.unwrap_err();
            say(format_args!("cancelled {}", error.is_cancelled()));
            Engine::current().unwrap().close().await.unwrap();
        });
    });
    let id = id_in(&process.wait_for("flow run"));
    block_on(async {
        let engine = engine_at(home.path());
        engine.cancel(id).await.unwrap();
        assert!(process.wait_for_rest().stdout.contains("cancelled true"));
        let run = engine.run_record(id).await.unwrap().unwrap();
        assert_eq!(timeline(&run), "Pending > Running > Cancelling > Cancelled");
        let open = engine.store().unwrap().requests(Default::default()).await.unwrap();
        assert_eq!(open, []);
        engine.close().await.unwrap();
    });
}

/// CANCEL-03, CANCEL-11: nobody has to wait for it.
#[test]
fn a_run_whose_process_dies_before_it_sees_the_request_is_cancelled_and_not_recovered() {
    let home = tempfile::tempdir().unwrap();
    let mut process = Child::at(home.path()).start(|| {
        block_on(lasting()).unwrap();
    });
    let id = id_in(&process.wait_for("flow run"));
    block_on(async {
        let engine = engine_at(home.path());
        // Frozen in the middle of a commit it would keep the database to itself.
        while engine.runs().task("patient").state(StateType::Running).count().await.unwrap() == 0
            || engine.logs().of_flow_run(id).list().await.unwrap().is_empty()
        {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        // So it does not see what it is asked.
        process.signal("STOP");
        engine.cancel(id).await.unwrap();
        process.signal("KILL");
        process.wait_for_rest();
        assert!(engine.recover().await.unwrap().is_empty());
        let run = engine.run_record(id).await.unwrap().unwrap();
        assert_eq!(timeline(&run), "Pending > Running > Cancelling > Cancelled");
        for task in engine.runs().task("patient").list().await.unwrap() {
            assert_eq!(task.state().unwrap().state_type(), StateType::Cancelled);
        }
        engine.close().await.unwrap();
    });
}

/// A request may also come between the crash and the recovery.
#[test]
fn a_crashed_run_that_was_asked_to_cancel_is_not_recovered() {
    let home = tempfile::tempdir().unwrap();
    let mut process = Child::at(home.path()).start(|| {
        block_on(lasting()).unwrap();
    });
    let id = id_in(&process.wait_for("flow run"));
    process.signal("KILL");
    process.wait_for_rest();
    block_on(async {
        let engine = engine_at(home.path());
        let request = Request::new(id, RequestKind::Cancel, tidegate::Clock::system().now());
        let write = tidegate::store::Write::Request(Box::new(request));
        engine.store().unwrap().put_acknowledged(write).await.unwrap();
        assert!(engine.recover().await.unwrap().is_empty());
        let run = engine.run_record(id).await.unwrap().unwrap();
        assert_eq!(run.state().unwrap().state_type(), StateType::Cancelled);
        engine.close().await.unwrap();
    });
}
