//! Transactions that are given to user code: with the writes that they commit, all or nothing. A store that has no SQL says so, and
//! has nothing to promise.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::FutureExt;
use futures_util::future::{join, join_all};

use super::Subject;
use super::samples::{advance, at, entered, lease, log_line, task_run};
use crate::store::{SqlError, SqlErrorKind, SqlTransaction, SqlValue, TransactionEnd};
use crate::{LogQuery, Run, RunId, RunQuery, State, Store, StoreError, StoreErrorKind, Write};

/// The store with a table of accounts, if it has SQL.
async fn open(subject: &Subject) -> Option<Arc<dyn Store>> {
    let store = subject.open().await;
    let made = transact(&store, |tx| {
        tx.execute("CREATE TABLE accounts (id INTEGER PRIMARY KEY, cents INTEGER NOT NULL CHECK (cents >= 0))", ())?;
        tx.execute("INSERT INTO accounts (id, cents) VALUES (1, 500), (2, 0)", ())?;
        Ok(TransactionEnd::Commit(vec![]))
    });
    match made.await {
        Err(error) if error.kind() == StoreErrorKind::Unsupported => None,
        made => {
            made.expect("the table is made");
            Some(store)
        }
    }
}

/// Does work in a transaction; where a statement fails that should not, so does the test.
async fn transact(
    store: &Arc<dyn Store>,
    work: impl FnOnce(&mut SqlTransaction<'_>) -> Result<TransactionEnd, SqlError> + Send + 'static,
) -> Result<(), StoreError> {
    let failed = Arc::new(std::sync::Mutex::new(None));
    let told = Arc::clone(&failed);
    let done = store.transact(Box::new(move |tx| {
        work(tx).unwrap_or_else(|error| {
            *told.lock().expect("nobody panicked") = Some(error);
            TransactionEnd::RollBack
        })
    }));
    let done = done.await;
    let failed = failed.lock().expect("nobody panicked").take();
    assert!(failed.is_none(), "{failed:?}");
    done
}

fn transfer(tx: &mut SqlTransaction<'_>, cents: i64) -> Result<(), SqlError> {
    tx.execute("UPDATE accounts SET cents = cents - ?1 WHERE id = 1", (cents,))?;
    tx.execute("UPDATE accounts SET cents = cents + ?1 WHERE id = 2", (cents,))?;
    Ok(())
}

/// What is in both accounts.
async fn balance(store: &Arc<dyn Store>) -> [i64; 2] {
    let (sender, receiver) = std::sync::mpsc::channel();
    let looked = transact(store, move |tx| {
        let rows = tx.query("SELECT cents FROM accounts ORDER BY id", ())?;
        let cents = rows.iter().map(|row| row.get(0)).collect::<Result<Vec<i64>, _>>()?;
        sender.send(cents).expect("somebody waits");
        Ok(TransactionEnd::RollBack)
    });
    looked.await.expect("the store works");
    receiver.recv().expect("it was looked").try_into().expect("there are two accounts")
}

/// Also when the store was closed since.
pub async fn what_a_transaction_commits_stays(subject: &Subject) {
    let Some(store) = open(subject).await else { return };
    transact(&store, |tx| {
        transfer(tx, 200)?;
        Ok(TransactionEnd::Commit(vec![]))
    })
    .await
    .expect("it is committed");
    assert_eq!(balance(&store).await, [300, 200]);
    store.close().await.expect("the store closes");
    if let Some(store) = subject.reopen().await {
        assert_eq!(balance(&store).await, [300, 200]);
    }
}

/// And the store goes on.
pub async fn a_transaction_that_is_rolled_back_leaves_nothing(subject: &Subject) {
    let Some(store) = open(subject).await else { return };
    transact(&store, |tx| {
        transfer(tx, 200)?;
        tx.execute("CREATE TABLE others (id INTEGER)", ())?;
        Ok(TransactionEnd::RollBack)
    })
    .await
    .expect("it is undone, as it said");
    assert_eq!(balance(&store).await, [500, 0]);
    let again = |tx: &mut SqlTransaction<'_>| {
        tx.execute("CREATE TABLE others (id INTEGER)", ())?;
        Ok(TransactionEnd::Commit(vec![]))
    };
    transact(&store, again).await.expect("the table was not there");
}

/// Both are there when it is done, and both after the store was closed.
pub async fn a_transaction_commits_its_writes_with_what_it_did(subject: &Subject) {
    let Some(store) = open(subject).await else { return };
    let run = entered(task_run("transfer", 0), State::running(at(1)));
    let room = store.put(Write::Begin(Box::new(run.clone())));
    let write = Write::Advance(Box::new(advance(&run, State::completed(at(2)))));
    transact(&store, move |tx| {
        transfer(tx, 200)?;
        Ok(TransactionEnd::Commit(vec![write]))
    })
    .await
    .expect("it is committed");
    room.await.expect("there is room");
    let run = entered(run, State::completed(at(2)));
    assert_eq!(balance(&store).await, [300, 200]);
    assert_eq!(store.run(run.id).await.expect("the store answers").as_ref(), Some(&run));
    store.close().await.expect("the store closes");
    if let Some(store) = subject.reopen().await {
        assert_eq!(balance(&store).await, [300, 200]);
        assert_eq!(store.run(run.id).await.expect("the store answers").as_ref(), Some(&run));
    }
}

/// Because it does not follow, because nothing is known of its run, or because its lease has ended.
pub async fn a_transaction_whose_write_is_refused_leaves_nothing(subject: &Subject) {
    let Some(store) = open(subject).await else { return };
    let run = entered(task_run("transfer", 0), State::running(at(1)));
    let (owned, dead) = (entered(task_run("transfer", 0), State::running(at(1))), lease(10));
    let owned = Run { lease: Some(dead.id), ..owned };
    drop(store.put(Write::TakeLease(Box::new(dead.clone()))));
    drop(store.put(Write::Begin(Box::new(owned.clone()))));
    drop(store.put(Write::Begin(Box::new(run.clone()))));
    store.put_acknowledged(Write::ReleaseLease(dead.id)).await.expect("the lease ends");

    let unknown = entered(task_run("transfer", 0), State::running(at(1)));
    let mut early = advance(&run, State::completed(at(2)));
    early.after -= 1;
    let refused = [
        (advance(&unknown, State::completed(at(2))), StoreErrorKind::Other),
        (advance(&owned, State::completed(at(2))), StoreErrorKind::LeaseEnded),
        (early, StoreErrorKind::Fenced),
    ];
    for (write, kind) in refused {
        let fine = Write::Begin(Box::new(task_run("other", 5)));
        let done = transact(&store, move |tx| {
            transfer(tx, 200)?;
            Ok(TransactionEnd::Commit(vec![fine, Write::Advance(Box::new(write))]))
        });
        assert_eq!(done.await.expect_err("a write is refused").kind(), kind);
        assert_eq!(balance(&store).await, [500, 0]);
    }
    let others = RunQuery { definition_name: Some("other".to_owned()), ..RunQuery::default() };
    assert_eq!(store.count_runs(others).await.expect("the store answers"), 0);
    assert_eq!(store.run(run.id).await.expect("the store answers"), Some(run));
}

/// Whoever waits is told, and the next one works.
pub async fn a_transaction_that_panics_leaves_nothing(subject: &Subject) {
    let Some(store) = open(subject).await else { return };
    let run = task_run("fetch", 0);
    let (panicked, put) = join(
        store.transact(Box::new(|tx| {
            transfer(tx, 200).expect("the statements are right");
            std::panic::resume_unwind(Box::new("no"));
        })),
        store.put_acknowledged(Write::Begin(Box::new(run.clone()))),
    )
    .await;
    panicked.expect_err("it panicked");
    put.expect("others are not concerned");
    assert_eq!(balance(&store).await, [500, 0]);
    assert_eq!(store.run(run.id).await.expect("the store answers"), Some(run));
}

/// What was done before it stays, if the work goes on.
pub async fn a_statement_that_fails_undoes_itself_alone(subject: &Subject) {
    let Some(store) = open(subject).await else { return };
    transact(&store, |tx| {
        transfer(tx, 200)?;
        let broke = tx.execute("UPDATE accounts SET cents = cents - 400", ());
        assert!(broke.expect_err("it is too much").is_constraint());
        let wrong = tx.query("SELECT nothing FROM nowhere", ());
        assert_eq!(wrong.expect_err("there is no such table").kind(), SqlErrorKind::Other);
        let none = tx.query_value::<i64>("SELECT cents FROM accounts WHERE id = 3", ());
        assert!(none.expect_err("there is no such account").is_no_row());
        Ok(TransactionEnd::Commit(vec![]))
    })
    .await
    .expect("it is committed");
    assert_eq!(balance(&store).await, [300, 200]);
}

/// Of each kind.
pub async fn values_come_back_as_they_were_bound(subject: &Subject) {
    let Some(store) = open(subject).await else { return };
    transact(&store, |tx| {
        tx.execute("CREATE TABLE notes (a INTEGER, b REAL, c TEXT, d BLOB, e TEXT)", ())?;
        let changed = tx.execute(
            "INSERT INTO notes (a, b, c, d, e) VALUES (?1, ?2, ?3, ?4, ?5), (1, 1.5, 'x', NULL, 'y')",
            (i64::MIN, 1.0 / 3.0, "it's \u{0} 🦝", vec![0_u8, 255], None::<String>),
        )?;
        assert_eq!(changed, 2);
        let rows = tx.query("SELECT a, b, c, d, e FROM notes WHERE a < 0", ())?;
        let [row] = rows.as_slice() else { panic!("{rows:?}") };
        assert_eq!(row.columns(), ["a", "b", "c", "d", "e"]);
        let expected = [
            SqlValue::Integer(i64::MIN),
            SqlValue::Real(1.0 / 3.0),
            SqlValue::Text("it's \u{0} 🦝".to_owned()),
            SqlValue::Blob(vec![0, 255]),
            SqlValue::Null,
        ];
        assert_eq!(row.values(), expected);
        assert_eq!(tx.query_row("SELECT b, c FROM notes WHERE a = ?1", [1])?.get::<f64>("b")?, 1.5);
        Ok(TransactionEnd::RollBack)
    })
    .await
    .expect("the store works");
}

/// It is neither committed nor undone by what it says itself.
pub async fn no_statement_ends_a_transaction(subject: &Subject) {
    let Some(store) = open(subject).await else { return };
    transact(&store, |tx| {
        transfer(tx, 200)?;
        for sql in ["COMMIT", "END", "ROLLBACK", "BEGIN", "SAVEPOINT a", "RELEASE a"] {
            let refused = tx.execute(sql, ()).expect_err("it is refused");
            assert_eq!(refused.kind(), SqlErrorKind::Refused, "{sql}");
        }
        let two = tx.execute("UPDATE accounts SET cents = 0; COMMIT", ());
        two.expect_err("one statement is run at a time");
        Ok(TransactionEnd::RollBack)
    })
    .await
    .expect("the store works");
    assert_eq!(balance(&store).await, [500, 0]);
}

/// Each sees what the ones before it committed.
pub async fn transactions_at_once_take_turns(subject: &Subject) {
    let Some(store) = open(subject).await else { return };
    let turns = (0..40).map(|turn| {
        transact(&store, move |tx| {
            let cents: i64 = tx.query_value("SELECT cents FROM accounts WHERE id = 1", ())?;
            tx.execute("UPDATE accounts SET cents = ?1 WHERE id = 1", (cents - 10,))?;
            tx.execute("UPDATE accounts SET cents = cents + 10 WHERE id = 2", ())?;
            Ok(if turn % 4 == 0 {
                TransactionEnd::RollBack
            } else {
                TransactionEnd::Commit(vec![])
            })
        })
    });
    for done in join_all(turns).await {
        done.expect("each is done as it said");
    }
    assert_eq!(balance(&store).await, [200, 300]);
}

/// As a write whose acknowledgement is dropped is stored.
pub async fn a_transaction_whose_future_is_dropped_is_done_all_the_same(subject: &Subject) {
    let Some(store) = open(subject).await else { return };
    let work = |tx: &mut SqlTransaction<'_>| {
        transfer(tx, 200).expect("the statements are right");
        TransactionEnd::Commit(vec![])
    };
    drop(store.transact(Box::new(work)));
    assert_eq!(balance(&store).await, [300, 200]);
}

/// It would wait for itself.
pub async fn what_a_transaction_asks_of_its_store_is_refused_and_hangs_nothing(subject: &Subject) {
    let Some(store) = open(subject).await else { return };
    let asked = Arc::clone(&store);
    transact(&store, move |tx| {
        transfer(tx, 200)?;
        let refused = |answer: Option<Result<(), StoreError>>| {
            answer.expect("the answer is there at once").expect_err("it is refused");
        };
        refused(asked.run(RunId::new()).now_or_never().map(|run| run.map(drop)));
        refused(asked.leases().now_or_never().map(|leases| leases.map(drop)));
        refused(asked.logs(LogQuery::default()).now_or_never().map(|lines| lines.map(drop)));
        refused(asked.end_lease(lease(1).id, at(1)).now_or_never().map(|ended| ended.map(drop)));
        refused(asked.flush().now_or_never());
        let write = Write::Begin(Box::new(task_run("fetch", 0)));
        refused(asked.put_acknowledged(write).now_or_never());
        refused(asked.transact(Box::new(|_| TransactionEnd::RollBack)).now_or_never());
        refused(asked.close().now_or_never());
        Ok(TransactionEnd::Commit(vec![]))
    })
    .await
    .expect("it is committed");
    assert_eq!(balance(&store).await, [300, 200]);
}

/// Whatever becomes of it.
pub async fn log_lines_of_a_transaction_are_kept(subject: &Subject) {
    let Some(store) = open(subject).await else { return };
    let (flow_run, logged) = (RunId::new(), Arc::clone(&store));
    transact(&store, move |_| {
        logged.put_logs(vec![log_line(flow_run, 0, "from within")]);
        Ok(TransactionEnd::RollBack)
    })
    .await
    .expect("the store works");
    let lines = store.logs(LogQuery::default()).await.expect("the store answers");
    assert_eq!(lines, [log_line(flow_run, 0, "from within")]);
}

/// Nothing of it is done.
pub async fn a_transaction_after_closing_is_refused(subject: &Subject) {
    let Some(store) = open(subject).await else { return };
    store.close().await.expect("the store closes");
    let done = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&done);
    let refused = store.transact(Box::new(move |_| {
        seen.store(true, Ordering::Relaxed);
        TransactionEnd::RollBack
    }));
    assert_eq!(refused.await.expect_err("it is closed").kind(), StoreErrorKind::Closed);
    assert!(!done.load(Ordering::Relaxed));
}
