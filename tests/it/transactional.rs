//! Transactional tasks: what a task does in the store's own database and that it has completed are committed together, or neither is.

use std::collections::BTreeSet;
use std::future::IntoFuture;
use std::path::Path;
use std::sync::{Arc, Mutex, mpsc};
use std::task::Poll;
use std::time::Duration;

use expect_test::expect;
use futures_util::future::{join_all, try_join_all};
use tidegate::prelude::*;
use tidegate::store::SqlErrorKind;
use tidegate::{
    Engine, LogLevel, RunId, SqlError, SqlTransaction, State, StateResult, StateType, runtime,
};

use crate::child::{Child, block_on};
use crate::timeline::{check, history, run_of, timeline};

/// How much is in all accounts together, always.
const SUM: i64 = 10_000;

/// Makes ten accounts with the same in each, unless they are there.
async fn make_accounts(engine: &Engine) {
    let made = engine.sql_transaction(|tx| -> Result<(), SqlError> {
        tx.execute(
            "CREATE TABLE IF NOT EXISTS accounts (id INTEGER PRIMARY KEY, cents INTEGER NOT NULL CHECK (cents >= 0))",
            (),
        )?;
        tx.execute("CREATE TABLE IF NOT EXISTS transfers (run TEXT NOT NULL)", ())?;
        for id in 0..10 {
            tx.execute(
                "INSERT OR IGNORE INTO accounts (id, cents) VALUES (?1, ?2)",
                (id, SUM / 10),
            )?;
        }
        Ok(())
    });
    made.await.unwrap();
}

/// Moves money, notes which run did, and gives what is left.
#[task(transactional)]
fn transfer(tx: &mut SqlTransaction<'_>, from: i64, to: i64, cents: i64) -> Result<i64, SqlError> {
    let run = runtime::task_run::id().map(|id| id.to_string());
    tx.execute("INSERT INTO transfers (run) VALUES (?1)", (run.unwrap_or_default(),))?;
    tx.execute("UPDATE accounts SET cents = cents + ?1 WHERE id = ?2", (cents, to))?;
    tx.execute("UPDATE accounts SET cents = cents - ?1 WHERE id = ?2", (cents, from))?;
    tx.query_value("SELECT cents FROM accounts WHERE id = ?1", (from,))
}

async fn cents(engine: &Engine, id: i64) -> i64 {
    let cents = engine.sql_transaction(move |tx| {
        tx.query_value("SELECT cents FROM accounts WHERE id = ?1", (id,))
    });
    cents.await.unwrap()
}

/// The runs whose transfer is in the database, checked to be those that are recorded as completed.
async fn transferred(engine: &Engine) -> BTreeSet<RunId> {
    let found = engine.sql_transaction(|tx| {
        let sum: i64 = tx.query_value("SELECT sum(cents) FROM accounts", ())?;
        let runs = tx.query("SELECT run FROM transfers", ())?;
        let runs = runs.iter().map(|row| row.get(0)).collect::<Result<Vec<String>, _>>()?;
        Ok::<_, SqlError>((sum, runs))
    });
    let (sum, noted) = found.await.unwrap();
    assert_eq!(sum, SUM);
    let effects: BTreeSet<RunId> = noted.iter().map(|run| run.parse().unwrap()).collect();
    assert_eq!(effects.len(), noted.len(), "a transfer was made twice");
    let completed = engine.runs().tasks().state(StateType::Completed).list().await.unwrap();
    let states: BTreeSet<RunId> = completed.iter().map(|run| run.id).collect();
    assert_eq!(effects, states, "effects and states differ");
    effects
}

fn engine_at(folder: &Path) -> Engine {
    let path = folder.join("tidegate.db");
    Engine::builder().database(format!("sqlite:{}", path.display())).open().unwrap()
}

async fn test_engine() -> Engine {
    let engine = Engine::current().unwrap();
    make_accounts(&engine).await;
    engine
}

#[tidegate::test(start_paused = true)]
async fn what_it_does_is_committed_with_its_state_and_its_result() {
    let engine = test_engine().await;
    check(
        transfer(1, 2, 300),
        expect![[r#"
            Ok(700)
            task transfer: Pending > Running > Completed
        "#]],
    )
    .await;
    assert_eq!((cents(&engine, 1).await, cents(&engine, 2).await), (700, 1300));
    let run = run_of("transfer").await;
    assert_eq!(transferred(&engine).await, [run.id].into());
    let result = StateResult::Recorded { json: "700".into() };
    assert_eq!(run.state().unwrap().result, Some(result));
    let names: Vec<_> = run.parameters.iter().map(|(name, _)| name.to_string()).collect();
    assert_eq!(names, ["from", "to", "cents"], "the transaction is no parameter");
}

#[tidegate::test(start_paused = true)]
async fn what_a_failed_attempt_did_is_undone_and_the_next_one_begins_anew() {
    #[task(transactional, retries = 3, retry_delay_seconds = 5)]
    fn fickle(tx: &mut SqlTransaction<'_>, cents: i64) -> Result<i64> {
        tx.execute("UPDATE accounts SET cents = cents + ?1 WHERE id = 1", (cents,))?;
        tx.execute("UPDATE accounts SET cents = cents - ?1 WHERE id = 2", (cents,))?;
        let left = tx.query_value("SELECT cents FROM accounts WHERE id = 2", ())?;
        match runtime::task_run::run_count() {
            1 => Err("not yet".into()),
            2 => panic!("not yet"),
            _ => Ok(left),
        }
    }
    let engine = test_engine().await;
    check(fickle(300), expect![[r#"
        Ok(700)
        task fickle: Pending > Running > AwaitingRetry(5s) > Retrying > AwaitingRetry(5s) > Retrying > Completed
    "#]]).await;
    assert_eq!((cents(&engine, 1).await, cents(&engine, 2).await), (1300, 700));
}

#[tidegate::test(start_paused = true)]
async fn a_task_whose_statement_fails_leaves_nothing() {
    let engine = test_engine().await;
    let error = transfer(1, 2, 5000).named("t").await.unwrap_err();
    assert!(error.is_failed());
    expect!["Task run 't' failed: the statement `UPDATE accounts SET cents = cents - ?1 WHERE id = ?2` failed: CHECK constraint failed: cents >= 0"].assert_eq(&error.to_string());
    assert_eq!(error.downcast_ref::<SqlError>().unwrap().kind(), SqlErrorKind::Constraint);
    assert_eq!(transferred(&engine).await, [].into());
}

#[tidegate::test(start_paused = true)]
async fn a_panic_leaves_nothing_and_is_told_with_its_place() {
    #[task(transactional)]
    fn explodes(tx: &mut SqlTransaction<'_>) -> Result<()> {
        tx.execute("UPDATE accounts SET cents = 0", ())?;
        panic!("boom");
    }
    let engine = test_engine().await;
    let error = explodes().await.unwrap_err();
    assert!(error.is_panicked());
    assert!(error.to_string().contains("panicked at tests/it/transactional.rs:"), "{error}");
    assert!(error.to_string().ends_with(": boom"), "{error}");
    assert_eq!(transferred(&engine).await, [].into());
}

/// Only what completes is committed.
#[tidegate::test(start_paused = true)]
async fn a_returned_state_that_is_no_completion_undoes_what_was_done() {
    #[task(transactional)]
    fn ends(tx: &mut SqlTransaction<'_>, state: State) -> Result<State> {
        tx.execute("UPDATE accounts SET cents = cents + 1 WHERE id = 1", ())?;
        Ok(state)
    }
    let engine = test_engine().await;
    let now = run_now();
    ends(State::cancelled(now)).await.unwrap_err();
    ends(State::failed(now)).await.unwrap_err();
    assert_eq!(cents(&engine, 1).await, 1000);
    ends(State::completed(now).named("Enriched")).await.unwrap();
    assert_eq!(cents(&engine, 1).await, 1001);
    expect![[r#"
        task ends: Pending > Running > Cancelled
        task ends: Pending > Running > Failed
        task ends: Pending > Running > Enriched
    "#]]
    .assert_eq(&history().await);
}

fn run_now() -> tidegate::Timestamp {
    tidegate::Clock::runtime().now()
}

#[tidegate::test(start_paused = true)]
async fn a_transaction_that_cannot_be_committed_is_a_failed_attempt() {
    let (store, engine) = crate::troubled::Troubled::engine();
    make_accounts(&engine).await;
    store.refuse(StateType::Completed);
    let error = transfer(1, 2, 300).named("t").on(&engine).await.unwrap_err();
    assert!(error.is_failed());
    expect!["Task run 't' failed: the disk of /data is full; make room on it"]
        .assert_eq(&error.to_string());
    store.recover();
    assert_eq!(transferred(&engine).await, [].into());
    engine.close().await.unwrap();
}

#[tidegate::test(start_paused = true)]
async fn tables_of_tidegate_are_not_its_to_change() {
    #[task(transactional)]
    fn sly(tx: &mut SqlTransaction<'_>, sql: String) -> Result<u64, SqlError> {
        tx.execute(&sql, ())
    }
    for sql in ["DELETE FROM runs", "COMMIT", "PRAGMA synchronous = off"] {
        let error = sly(sql.to_owned()).await.unwrap_err();
        assert_eq!(error.downcast_ref::<SqlError>().unwrap().kind(), SqlErrorKind::Refused);
    }
    expect![[r#"
        task sly: Pending > Running > Failed
        task sly: Pending > Running > Failed
        task sly: Pending > Running > Failed
    "#]]
    .assert_eq(&history().await);
}

#[tidegate::test(start_paused = true)]
async fn its_log_lines_and_prints_are_kept() {
    #[task(transactional, log_prints)]
    fn speaks(_tx: &mut SqlTransaction<'_>) -> Result<()> {
        println!("printed");
        run_logger().info("logged");
        Err("undone".into())
    }
    speaks().await.unwrap_err();
    let engine = Engine::current().unwrap();
    let lines = engine.logs().of_task_run(run_of("speaks").await.id).list().await.unwrap();
    let lines: Vec<_> = lines.iter().map(|line| &*line.message).collect();
    assert_eq!(lines[..2], ["printed", "logged"]);
}

#[tidegate::test(start_paused = true)]
async fn nothing_is_called_inside_one() {
    #[task]
    async fn other() {}
    #[task(transactional)]
    fn calls(tx: &mut SqlTransaction<'_>) -> Result<()> {
        tx.execute("UPDATE accounts SET cents = cents + 1", ())?;
        other().block_on()
    }
    #[task(transactional)]
    fn submits(_tx: &mut SqlTransaction<'_>) -> Option<String> {
        let handle = other().submit();
        futures_util::FutureExt::now_or_never(handle.into_future())
            .map(|given| given.unwrap_err().to_string())
    }
    let engine = test_engine().await;
    let folder = tempfile::tempdir().unwrap();
    let on_file = engine_at(folder.path());
    make_accounts(&on_file).await;
    calls().on(&on_file).await.unwrap_err();
    assert_eq!(cents(&on_file, 1).await, 1000);
    on_file.close().await.unwrap();

    calls().await.unwrap_err();
    assert_eq!(cents(&engine, 1).await, 1000);
    expect![[r#"Some("'other' cannot be called inside a transactional task, because nothing else is recorded until that returns: call it before or after")"#]].assert_eq(&format!("{:?}", submits().await.unwrap()));
}

#[tidegate::test(start_paused = true)]
async fn an_engine_that_keeps_no_records_says_so() {
    let engine = Engine::builder().without_store().open().unwrap();
    let error = transfer(1, 2, 3).on(&engine).await.unwrap_err();
    assert!(error.is_configuration());
    expect![
        "'transfer' is transactional, and this engine keeps no records: open it with a database"
    ]
    .assert_eq(&error.to_string());
    let error = engine.sql_transaction(|_| Ok::<_, SqlError>(())).await.unwrap_err();
    assert!(error.is_configuration());
}

#[tidegate::test(start_paused = true)]
async fn a_retried_flow_finds_the_transfer_in_the_record() {
    #[flow(retries = 1)]
    async fn pays() -> Result<i64> {
        let left = transfer(1, 2, 300).await?;
        match runtime::flow_run::run_count() {
            1 => Err("not yet".into()),
            _ => Ok(left + transfer(1, 2, 300).await?),
        }
    }
    let engine = test_engine().await;
    check(
        pays(),
        expect![[r#"
        Ok(1100)
        flow pays: Pending > Running > AwaitingRetry(0s) > Running > Completed
          task transfer: Pending > Running > Completed
          task transfer: Pending > Running > Completed
    "#]],
    )
    .await;
    assert_eq!(cents(&engine, 1).await, 400);
}

#[tidegate::test]
async fn methods_and_submitted_calls_work_too() {
    struct Bank {
        fee: i64,
    }
    impl Bank {
        #[task(transactional, task_run_name = "charge-{id}")]
        fn charge(self: Arc<Self>, tx: &mut SqlTransaction, id: i64) -> Result<i64, SqlError> {
            tx.execute("UPDATE accounts SET cents = cents - ?1 WHERE id = ?2", [self.fee, id])?;
            tx.query_value("SELECT cents FROM accounts WHERE id = ?1", [id])
        }
    }
    let engine = test_engine().await;
    let bank = Arc::new(Bank { fee: 10 });
    let handles: Vec<_> = (1..4).map(|id| Arc::clone(&bank).charge(id).submit()).collect();
    assert_eq!(
        try_join_all(handles.into_iter().map(IntoFuture::into_future)).await.unwrap(),
        [990, 990, 990]
    );
    assert_eq!(run_of_name(&engine, "charge-2").await, "Pending > Running > Completed");
}

async fn run_of_name(engine: &Engine, name: &str) -> String {
    timeline(&engine.runs().named(name).list().await.unwrap()[0])
}

#[tidegate::test]
async fn the_plain_function_is_tested_with_a_transaction_of_ones_own() {
    let engine = test_engine().await;
    let left = engine.sql_transaction(|tx| transfer::original(tx, 1, 2, 300));
    assert_eq!(left.await.unwrap(), 700);
    let undone = engine.sql_transaction(|tx| transfer::original(tx, 1, 2, 5000));
    undone.await.unwrap_err();
    assert_eq!(cents(&engine, 1).await, 700);
}

#[tidegate::test(worker_threads = 4)]
async fn transfers_at_once_keep_the_sum() {
    let folder = tempfile::tempdir().unwrap();
    let engine = engine_at(folder.path());
    make_accounts(&engine).await;
    #[flow]
    async fn many() -> usize {
        let calls = (0..200).map(|n| transfer(n % 10, (n * 7 + 3) % 10, 1 + n * 13 % 400).submit());
        let given = join_all(calls.map(IntoFuture::into_future)).await;
        given.iter().filter(|given| given.is_ok()).count()
    }
    let completed = engine.run(many()).await.unwrap();
    assert_eq!(transferred_by_tasks(&engine).await, completed);
    assert!(completed > 50);
    engine.close().await.unwrap();
}

async fn transferred_by_tasks(engine: &Engine) -> usize {
    transferred(engine).await.len()
}

/// A body that waits until it is let go, on the thread that writes.
#[derive(Clone)]
struct Gate(Arc<Mutex<mpsc::Receiver<()>>>, Arc<tokio::sync::Notify>);

impl Gate {
    fn new() -> (Self, mpsc::Sender<()>) {
        let (open, gate) = mpsc::channel();
        (Self(Arc::new(Mutex::new(gate)), Arc::default()), open)
    }

    /// Says that the body runs, and waits.
    fn pass(&self) {
        self.1.notify_one();
        self.0.lock().unwrap().recv().unwrap();
    }

    async fn reached(&self) {
        self.1.notified().await;
    }
}

#[task(transactional)]
fn slow(tx: &mut SqlTransaction<'_>, gate: Gate) -> Result<u64, SqlError> {
    let changed = tx.execute("UPDATE accounts SET cents = cents + 1 WHERE id = 1", ())?;
    gate.pass();
    Ok(changed)
}

/// LOG-20
#[tidegate::test]
async fn an_attempt_that_takes_too_long_is_undone_when_it_returns() {
    let folder = tempfile::tempdir().unwrap();
    let engine = engine_at(folder.path());
    make_accounts(&engine).await;
    let (gate, open) = Gate::new();
    let call = slow(gate.clone()).named("s").timeout(Duration::from_millis(50));
    let handle = call.on(&engine).submit();
    gate.reached().await;
    // Its end cannot be recorded before the body has returned.
    while handle.state().unwrap().name != "TimedOut" {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    open.send(()).unwrap();
    assert!(handle.await.unwrap_err().is_timed_out());
    assert_eq!(cents(&engine, 1).await, 1000);
    assert_eq!(run_of_name(&engine, "s").await, "Pending > Running > TimedOut");
    let lines = engine.logs().at_least(LogLevel::Warning).list().await.unwrap();
    let lines: Vec<_> = lines.iter().map(|line| &*line.message).collect();
    expect![[r#"
        The function of 'slow' goes on until it returns, and nobody can write before; what it does is undone
        Task run exceeded timeout of 0.05 second(s)
        Finished in state TimedOut('Task run exceeded timeout of 0.05 second(s)', type=FAILED)"#]].assert_eq(&lines.join("\n"));
    engine.close().await.unwrap();
}

#[tidegate::test]
async fn a_call_that_is_dropped_while_its_body_runs_is_undone() {
    let folder = tempfile::tempdir().unwrap();
    let engine = engine_at(folder.path());
    make_accounts(&engine).await;
    let (gate, open) = Gate::new();
    tokio::select! {
        _ = slow(gate.clone()).named("s").on(&engine) => panic!("it waits"),
        () = gate.reached() => {}
    }
    // One that waits for its turn is dropped too.
    let waiting = transfer(1, 2, 300).on(&engine);
    assert!(tokio::time::timeout(Duration::from_millis(1), waiting).await.is_err());
    open.send(()).unwrap();
    assert_eq!(transferred(&engine).await, [].into());
    assert_eq!(cents(&engine, 1).await, 1000);
    assert_eq!(run_of_name(&engine, "s").await, "Pending > Running > Crashed");
    engine.close().await.unwrap();
}

/// At any moment: before the store comes to it, while it commits, and after.
#[tidegate::test]
async fn wherever_a_call_is_dropped_effect_and_state_agree() {
    let folder = tempfile::tempdir().unwrap();
    let engine = engine_at(folder.path());
    make_accounts(&engine).await;
    let (mut dropped, mut ended) = (0, 0);
    for turn in 0..300_u64 {
        // Polled all the time, since timers are too coarse for a fast disk.
        let moment = std::time::Instant::now() + Duration::from_micros(turn * 2);
        let mut call = Box::pin(transfer(1, 2, 1).on(&engine).into_future());
        loop {
            if let Poll::Ready(given) = futures_util::poll!(&mut call) {
                given.unwrap();
                ended += 1;
                break;
            }
            if std::time::Instant::now() >= moment {
                dropped += 1;
                break;
            }
            tokio::task::yield_now().await;
        }
    }
    engine.flush().await.unwrap();
    let committed = transferred(&engine).await.len();
    assert!(dropped > 10 && committed >= ended, "{dropped} {ended} {committed}");
    let left = engine.runs().tasks().state(StateType::Running).count().await.unwrap();
    assert_eq!(left, 0, "no run is left as if it went on");
    engine.close().await.unwrap();
}

/// Transfers until its process is killed, and says what was acknowledged.
async fn transfers_for_ever() {
    let engine = Engine::current().unwrap();
    make_accounts(&engine).await;
    let turn: i64 = std::env::var("TURN").unwrap().parse().unwrap();
    let workers = (0..4).map(|worker| async move {
        for n in (turn + worker)..i64::MAX {
            let run = acknowledged(n % 10, (n * 7 + 3) % 10, n % 5).await.unwrap();
            use std::io::Write;
            let mut out = std::io::stdout().lock();
            writeln!(out, "done {run}").unwrap();
            out.flush().unwrap();
        }
    });
    join_all(workers).await;
}

/// As [`transfer`], but gives its own id.
#[task(transactional)]
fn acknowledged(
    tx: &mut SqlTransaction<'_>,
    from: i64,
    to: i64,
    cents: i64,
) -> Result<String, SqlError> {
    let enough: i64 = tx.query_value("SELECT cents FROM accounts WHERE id = ?1", (from,))?;
    transfer::original(tx, from, to, cents.min(enough))?;
    Ok(runtime::task_run::id().unwrap().to_string())
}

#[test]
fn a_process_that_is_killed_at_any_time_leaves_effect_and_state_together_or_neither() {
    let kills = if std::env::var_os("TIDEGATE_DEEP").is_some() { 2000 } else { 60 };
    let home = tempfile::tempdir().unwrap();
    let mut acknowledged = BTreeSet::new();
    let (mut killed, mut orphans) = (0, 0);
    while killed < kills {
        let turn = killed;
        let child = Child::at(home.path()).env("TURN", turn.to_string());
        let mut process = child.start(|| block_on(transfers_for_ever()));
        let mut said = String::new();
        for _ in 0..1 + turn * 5 % 23 {
            said.push_str(&process.wait_for("done"));
        }
        // So that it is killed in the middle of something.
        std::thread::park_timeout(Duration::from_micros(turn * 137 % 3000));
        process.signal("KILL");
        let left = process.wait_for_rest();
        assert_eq!(left.code, None, "{}", left.stderr);
        said.push_str(&left.stdout);
        let whole = said.rsplit_once('\n').map_or("", |(whole, _)| whole);
        let ids = whole.lines().filter_map(|line| line.strip_prefix("done "));
        acknowledged.extend(ids.map(|id| id.parse::<RunId>().unwrap()));
        killed += 1;
        if killed % 10 == 0 || killed == kills {
            block_on(async {
                let engine = engine_at(home.path());
                let effects = transferred(&engine).await;
                assert!(effects.is_superset(&acknowledged), "an acknowledged transfer is lost");
                let running = engine.runs().state(StateType::Running).count().await.unwrap();
                orphans += running;
                engine.close().await.unwrap();
            });
        }
    }
    assert!(acknowledged.len() as u64 > kills, "{} acknowledged", acknowledged.len());
    assert!(orphans > 0, "no process was killed in the middle of a transfer");
}
