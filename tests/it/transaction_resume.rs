//! Transactions of flow runs whose process died: what is committed stays so, hooks that were not called are called, and what was being
//! rolled back counts for nothing. Processes are this test program again.

use std::path::Path;
use std::sync::Mutex;

use expect_test::{Expect, expect};
use tidegate::prelude::*;
use tidegate::transaction::{Transaction, TransactionHook, TransactionState, transaction};
use tidegate::{Engine, Error};

use crate::child::{Child, block_on};
use crate::timeline::{check, history, timeline};

/// What was done in this process, in order.
static DONE: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn did(what: impl std::fmt::Display) {
    println!("{what}");
    DONE.lock().unwrap().push(what.to_string());
}

/// Ends the process as a crash does, if it is told to here, when everything so far is on record.
async fn dies_at(place: &str) {
    if std::env::var("DIES_AT").is_ok_and(|wanted| wanted == place) {
        Engine::current().unwrap().flush().await.unwrap();
        let pid = std::process::id().to_string();
        let _ = std::process::Command::new("kill").args(["-KILL", &pid]).status();
        std::future::pending::<()>().await;
    }
}

/// A hook that says so, and may be where the process dies.
fn hook(name: &'static str) -> TransactionHook {
    TransactionHook::new(name, move |_: Transaction| async move {
        dies_at(name).await;
        did(name);
    })
}

async fn committed(txn: Transaction) -> Result<()> {
    let seat: u32 = txn.get("seat")?;
    dies_at(&format!("commit of seat {seat}")).await;
    did(format_args!("commit of seat {seat}"));
    Ok(())
}

async fn undone(txn: Transaction) -> Result<()> {
    let seat: u32 = txn.get("seat")?;
    dies_at(&format!("rollback of seat {seat}")).await;
    did(format_args!("rollback of seat {seat}"));
    Ok(())
}

#[task(on_commit = committed, on_rollback = undone)]
async fn reserve(seat: u32) -> Result<u32> {
    did(format_args!("reserve {seat}"));
    Transaction::current().unwrap().set("seat", seat)?;
    Ok(seat)
}

#[flow(recover)]
async fn book(too_much: bool) -> Result<u32> {
    reserve(1).await?;
    let booked = transaction()
        .on_commit(hook("outer commit"))
        .on_rollback(hook("outer rollback"))
        .run(async |_| {
            let sum = reserve(2).await? + reserve(3).await?;
            dies_at("body").await;
            if too_much && std::env::var_os("DIES_AT").is_some() {
                return Err("too much".into());
            }
            Ok::<_, Error>(sum)
        })
        .await?;
    dies_at("end").await;
    Ok(booked)
}

/// As [`book`], but its body fails when it runs again.
#[flow(recover)]
async fn book_and_forget() -> Result<u32> {
    let body = transaction().on_commit(hook("outer commit")).on_rollback(hook("outer rollback"));
    let given = body.run(async |_| {
        let seat = reserve(2).await?;
        if std::env::var_os("DIES_AT").is_none() {
            Err("not again".into())
        } else {
            Ok::<_, Error>(seat)
        }
    });
    given.await
}

fn engine_at(home: &Path) -> Engine {
    let path = home.join("tidegate.db");
    Engine::builder().database(format!("sqlite:{}", path.display())).open().unwrap()
}

/// Books in a process that dies at this place, recovers in this one, and compares what each did and what is on record.
fn check_death(left: crate::child::Left, home: &Path, expected: Expect) {
    assert_eq!(left.code, None, "it was killed: {}", left.stderr);
    let said =
        |line: &&str| ["commit", "rollback", "reserve"].iter().any(|word| line.contains(word));
    let first: Vec<_> = left.stdout.lines().filter(said).map(str::to_owned).collect();
    DONE.lock().unwrap().clear();
    let history = block_on(async {
        let engine = engine_at(home);
        for run in engine.recover().await.unwrap() {
            run.wait().await;
        }
        let runs = engine.runs().oldest_first().list().await.unwrap();
        let flow_run = runs.iter().find(|run| run.definition.name.starts_with("book")).unwrap().id;
        let mut text = String::new();
        for run in &runs {
            text.push_str(&format!("{}: {}\n", run.definition.name, timeline(run)));
        }
        for record in engine.transactions(flow_run).await.unwrap() {
            let hooks = record.hooks.iter().map(|hook| format!(" {} {:?}", hook.name, hook.status));
            text.push_str(&format!("{}:{}\n", record.state, hooks.collect::<String>()));
        }
        engine.close().await.unwrap();
        text
    });
    let second = DONE.lock().unwrap().join("\n");
    expected.assert_eq(&format!("{}\n-- killed --\n{second}\n--\n{history}", first.join("\n")));
}

macro_rules! deaths {
    ($($(#[$doc:meta])* $name:ident: $place:literal, $too_much:literal => $expected:expr;)*) => {
        $($(#[$doc])*
        #[test]
        fn $name() {
            let home = tempfile::tempdir().unwrap();
            let child = Child::at(home.path()).env("DIES_AT", $place);
            let left = child.run(|| drop(block_on(book($too_much))));
            let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            check_death(left, home.path(), $expected);
        })*
    };
}

/// What is done in this process is told of one test at a time.
static ALONE: Mutex<()> = Mutex::new(());

deaths! {
    /// The body goes on, with values that tasks had set.
    a_transaction_whose_process_died_in_its_body_goes_on: "body", false => expect![[r#"
        reserve 1
        commit of seat 1
        reserve 2
        reserve 3
        -- killed --
        commit of seat 2
        commit of seat 3
        outer commit
        --
        book: Pending > Running > Crashed > Rerunning > Completed
        reserve: Pending > Running > Completed
        reserve: Pending > Running > Completed
        reserve: Pending > Running > Completed
        COMMITTED: committed Done
        STAGED:
        STAGED:
        COMMITTED: committed Done committed Done outer commit Done
    "#]];

    /// The commit is on record before any hook: it is not taken back.
    hooks_that_were_not_called_after_a_commit_are_called_later: "commit of seat 2", false => expect![[r#"
        reserve 1
        commit of seat 1
        reserve 2
        reserve 3
        -- killed --
        commit of seat 2
        commit of seat 3
        outer commit
        --
        book: Pending > Running > Crashed > Rerunning > Completed
        reserve: Pending > Running > Completed
        reserve: Pending > Running > Completed
        reserve: Pending > Running > Completed
        COMMITTED: committed Done
        STAGED:
        STAGED:
        COMMITTED: committed Done committed Done outer commit Done
    "#]];

    /// Those that are on record as done are not called again.
    a_commit_goes_on_where_it_was: "outer commit", false => expect![[r#"
        reserve 1
        commit of seat 1
        reserve 2
        reserve 3
        commit of seat 2
        commit of seat 3
        -- killed --
        outer commit
        --
        book: Pending > Running > Crashed > Rerunning > Completed
        reserve: Pending > Running > Completed
        reserve: Pending > Running > Completed
        reserve: Pending > Running > Completed
        COMMITTED: committed Done
        STAGED:
        STAGED:
        COMMITTED: committed Done committed Done outer commit Done
    "#]];

    nothing_of_a_commit_is_done_again: "end", false => expect![[r#"
        reserve 1
        commit of seat 1
        reserve 2
        reserve 3
        commit of seat 2
        commit of seat 3
        outer commit
        -- killed --

        --
        book: Pending > Running > Crashed > Rerunning > Completed
        reserve: Pending > Running > Completed
        reserve: Pending > Running > Completed
        reserve: Pending > Running > Completed
        COMMITTED: committed Done
        STAGED:
        STAGED:
        COMMITTED: committed Done committed Done outer commit Done
    "#]];

    /// What was being undone counts for nothing, whether or not its hook was called.
    what_was_being_rolled_back_runs_again: "rollback of seat 2", true => expect![[r#"
        reserve 1
        commit of seat 1
        reserve 2
        reserve 3
        outer rollback
        rollback of seat 3
        -- killed --
        reserve 2
        reserve 3
        commit of seat 2
        commit of seat 3
        outer commit
        --
        book: Pending > Running > Crashed > Rerunning > Completed
        reserve: Pending > Running > Completed
        reserve: Pending > Running > Completed > RolledBack > Retrying > Completed
        reserve: Pending > Running > Completed > RolledBack > Retrying > Completed
        COMMITTED: committed Done
        STAGED:
        STAGED:
        ROLLED_BACK: outer rollback Done undone Done undone Pending
        COMMITTED: committed Done committed Done outer commit Done
    "#]];

    a_rollback_that_had_called_no_hook_is_one_all_the_same: "outer rollback", true => expect![[r#"
        reserve 1
        commit of seat 1
        reserve 2
        reserve 3
        -- killed --
        reserve 2
        reserve 3
        commit of seat 2
        commit of seat 3
        outer commit
        --
        book: Pending > Running > Crashed > Rerunning > Completed
        reserve: Pending > Running > Completed
        reserve: Pending > Running > Completed > RolledBack > Retrying > Completed
        reserve: Pending > Running > Completed > RolledBack > Retrying > Completed
        COMMITTED: committed Done
        STAGED:
        STAGED:
        ROLLED_BACK: outer rollback Pending undone Pending undone Pending
        COMMITTED: committed Done committed Done outer commit Done
    "#]];
}

/// What is on record as committed stays so, whatever its body does when it runs again.
#[test]
fn a_commit_that_is_on_record_is_not_taken_back() {
    let home = tempfile::tempdir().unwrap();
    let child = Child::at(home.path()).env("DIES_AT", "commit of seat 2");
    let left = child.run(|| drop(block_on(book_and_forget())));
    let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    check_death(
        left,
        home.path(),
        expect![[r#"
        reserve 2
        -- killed --
        commit of seat 2
        outer commit
        --
        book-and-forget: Pending > Running > Crashed > Rerunning > Failed
        reserve: Pending > Running > Completed
        STAGED:
        COMMITTED: committed Done outer commit Done
    "#]],
    );
}

/// A subflow run that completed inside is undone with its tasks.
#[tidegate::test(start_paused = true)]
async fn a_subflow_that_was_rolled_back_runs_again() {
    #[task]
    async fn inner_task() -> u32 {
        1
    }
    #[flow]
    async fn inner() -> Result<u32> {
        inner_task().await
    }
    #[flow(retries = 2)]
    async fn outer() -> Result<u32> {
        let attempt = tidegate::runtime::flow_run::run_count();
        let body = transaction().run(async |_| {
            let given = inner().await?;
            if attempt == 1 { Err("not yet".into()) } else { Ok::<_, Error>(given) }
        });
        let given = body.await?;
        if attempt == 2 { Err("not yet".into()) } else { Ok(given) }
    }
    check(outer(), expect![[r#"
        Ok(1)
        flow outer: Pending > Running > AwaitingRetry(0s) > Running > AwaitingRetry(0s) > Running > Completed
          flow inner: Pending > Running > Completed
            task inner_task: Pending > Running > Completed > RolledBack
          flow inner: Pending > Running > Completed
            task inner_task: Pending > Running > Completed
    "#]]).await;
}

#[tidegate::test(start_paused = true)]
async fn a_store_that_cannot_record_a_commit_calls_no_hook() {
    let (store, engine) = crate::troubled::Troubled::engine();
    #[flow]
    async fn pipeline() -> Result<()> {
        let body = transaction().on_commit(hook("never"));
        body.run(async |_| Ok::<_, Error>(())).await
    }
    store.refuses_transactions.store(true, std::sync::atomic::Ordering::Relaxed);
    let error = engine.run(pipeline().named("p")).await.unwrap_err();
    expect!["Flow run 'p' failed: the disk of /data is full; make room on it"]
        .assert_eq(&error.to_string());
    assert!(!DONE.lock().unwrap().iter().any(|line| line.contains("never")));
    assert_eq!(history().await, "");
    engine.close().await.unwrap();
}

/// For [`TransactionState`]: a name for people, as Prefect has them.
#[test]
fn states_have_names() {
    let names = [
        TransactionState::Pending,
        TransactionState::Active,
        TransactionState::Staged,
        TransactionState::Committed,
        TransactionState::RolledBack,
    ];
    assert_eq!(
        names.map(|state| state.to_string()),
        ["PENDING", "ACTIVE", "STAGED", "COMMITTED", "ROLLED_BACK"]
    );
}
