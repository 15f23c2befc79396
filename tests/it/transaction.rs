//! Transactions of tasks: what is committed and rolled back, in which order hooks are called, and what is on record of it.

use std::sync::atomic::{AtomicU32, Ordering};

use expect_test::{Expect, expect};
use tidegate::prelude::*;
use tidegate::transaction::{
    CommitMode, HookStatus, Transaction, TransactionHook, TransactionState, transaction,
};
use tidegate::{Engine, Error, IsolationLevel, LogLevel, Run};

use crate::timeline::{history, run_of, timeline};

fn commit_a(_: Transaction) {}
fn commit_b(_: Transaction) {}
async fn undo_a(_: Transaction) {}
fn undo_b(_: Transaction) -> Result<()> {
    Ok(())
}
fn fails(_: Transaction) -> Result<()> {
    Err("no luck".into())
}

#[task(on_commit = commit_a, on_rollback = undo_a)]
async fn a() -> u32 {
    1
}

#[task(on_commit = commit_b, on_rollback = undo_b)]
fn b() -> u32 {
    2
}

#[task]
async fn broken() -> Result<u32> {
    Err("broken".into())
}

/// A hook that does nothing but be called by this name.
fn hook(name: &'static str) -> TransactionHook {
    TransactionHook::new(name, |_: Transaction| {})
}

/// A hook that fails.
fn failing(name: &'static str) -> TransactionHook {
    TransactionHook::new(name, fails)
}

/// What log lines say of hooks, of ends and of rolled back transactions, in their order; without the ids in names.
async fn said() -> String {
    let engine = Engine::current().unwrap();
    engine.flush().await.unwrap();
    let lines = engine.logs().list().await.unwrap();
    let told = ["hook", "Hook", "Finished", "body", "rolled back", "Found"];
    let lines = lines.iter().filter(|line| told.iter().any(|word| line.message.contains(word)));
    let lines = lines.filter(|line| !line.message.starts_with("Running"));
    let named = async {
        let mut text = String::new();
        for line in lines {
            let run = line.task_run_id.or(line.flow_run_id).unwrap();
            let run: Run = engine.run_record(run).await.unwrap().unwrap();
            let level = if line.level > LogLevel::Info {
                format!("{} ", line.level)
            } else {
                String::new()
            };
            let message = line.message.replace(" finished running successfully", "");
            text.push_str(&format!("{level}{}: {message}\n", run.definition.name));
        }
        text
    };
    named.await
}

/// Runs a call, and compares what was said of hooks and ends, and the history of all runs.
async fn check<T: std::fmt::Debug>(call: impl Future<Output = Result<T>>, expected: Expect) {
    let given = crate::timeline::outcome(&call.await);
    expected.assert_eq(&format!("{given}\n{}\n{}", said().await, history().await));
}

/// TXN-01, TXN-18, LOG-15
#[tidegate::test(start_paused = true)]
async fn what_is_in_a_transaction_is_committed_when_its_body_has_ended() {
    #[flow]
    async fn pipeline() -> Result<u32> {
        let mut seen = None;
        let sum = transaction()
            .on_commit(hook("outer"))
            .run(async |txn| {
                assert_eq!(txn.state(), TransactionState::Active);
                let sum = a().await? + b().await?;
                txn.stage(sum)?;
                assert_eq!(txn.state(), TransactionState::Staged);
                run_logger().info("end of body");
                seen = Some(txn);
                Ok::<_, Error>(sum)
            })
            .await?;
        assert_eq!(seen.unwrap().state(), TransactionState::Committed);
        Ok(sum)
    }
    check(
        pipeline(),
        expect![[r#"
        Ok(3)
        a: Finished in state Completed()
        b: Finished in state Completed()
        pipeline: end of body
        a: Commit hook 'commit_a'
        b: Commit hook 'commit_b'
        pipeline: Commit hook 'outer'
        pipeline: Finished in state Completed()

        flow pipeline: Pending > Running > Completed
          task a: Pending > Running > Completed
          task b: Pending > Running > Completed
    "#]],
    )
    .await;
    let engine = Engine::current().unwrap();
    let lines = engine.logs().list().await.unwrap();
    let running = lines.iter().filter(|line| line.message.starts_with("Running"));
    let running: Vec<_> = running.map(|line| &*line.message).collect();
    assert_eq!(
        running,
        [
            "Running commit hook 'commit_a'",
            "Running commit hook 'commit_b'",
            "Running commit hook 'outer'"
        ]
    );
}

/// TXN-01, TXN-19, LOG-15
#[tidegate::test(start_paused = true)]
async fn a_task_that_fails_rolls_back_what_came_before_it_the_last_first() {
    #[flow]
    async fn pipeline() -> Result<u32> {
        let mut seen = None;
        let given = transaction()
            .on_rollback(hook("outer"))
            .run(async |txn| {
                seen = Some(txn);
                Ok::<_, Error>(a().await? + b().await? + broken().await?)
            })
            .await;
        assert_eq!(seen.unwrap().state(), TransactionState::RolledBack);
        given
    }
    check(
        pipeline(),
        expect![[r#"
        Err: Failed('Flow run encountered an exception: broken')
        a: Finished in state Completed()
        b: Finished in state Completed()
        pipeline: Rollback hook 'outer'
        b: Rollback hook 'undo_b'
        a: Rollback hook 'undo_a'
        ERROR broken: Finished in state Failed('Task run encountered an exception: broken')
        pipeline: Finished in state Failed('Flow run encountered an exception: broken')

        flow pipeline: Pending > Running > Failed
          task a: Pending > Running > Completed > RolledBack
          task b: Pending > Running > Completed > RolledBack
          task broken: Pending > Running > Failed
    "#]],
    )
    .await;
    let state = run_of("a").await.state().unwrap().clone();
    assert_eq!(state.message.as_deref(), Some("Task rolled back as part of transaction"));
}

#[tidegate::test(start_paused = true)]
async fn a_body_that_fails_rolls_back_too() {
    #[flow]
    async fn pipeline() -> Result<u32> {
        let nested = transaction().run(async |_| {
            a().await?;
            transaction().on_rollback(hook("inner")).run(async |_| b().await).await?;
            Err::<u32, Error>("too much".into())
        });
        nested.await
    }
    check(
        pipeline(),
        expect![[r#"
        Err: Failed('Flow run encountered an exception: too much')
        a: Finished in state Completed()
        b: Finished in state Completed()
        pipeline: Rollback hook 'inner'
        b: Rollback hook 'undo_b'
        a: Rollback hook 'undo_a'
        pipeline: Finished in state Failed('Flow run encountered an exception: too much')

        flow pipeline: Pending > Running > Failed
          task a: Pending > Running > Completed > RolledBack
          task b: Pending > Running > Completed > RolledBack
    "#]],
    )
    .await;
}

/// TXN-02
#[tidegate::test(start_paused = true)]
async fn a_nested_transaction_is_committed_with_the_outermost_and_takes_over_its_modes() {
    #[flow]
    async fn pipeline() -> Result<()> {
        let mut inner = None;
        transaction()
            .isolation_level(IsolationLevel::Serializable)
            .run(async |outer| {
                assert_eq!(outer.commit_mode(), CommitMode::Lazy);
                transaction()
                    .on_commit(hook("inner"))
                    .run(async |txn| {
                        assert_eq!(txn.commit_mode(), CommitMode::Lazy);
                        assert_eq!(txn.isolation_level(), IsolationLevel::Serializable);
                        inner = Some(txn);
                        a().await
                    })
                    .await?;
                run_logger().info("end of body");
                assert_eq!(inner.as_ref().unwrap().state(), TransactionState::Active);
                Ok::<_, Error>(())
            })
            .await?;
        assert_eq!(inner.unwrap().state(), TransactionState::Committed);
        Ok(())
    }
    check(
        pipeline(),
        expect![[r#"
        Ok(())
        a: Finished in state Completed()
        pipeline: end of body
        a: Commit hook 'commit_a'
        pipeline: Commit hook 'inner'
        pipeline: Finished in state Completed()

        flow pipeline: Pending > Running > Completed
          task a: Pending > Running > Completed
    "#]],
    )
    .await;
}

/// TXN-05, TXN-07
#[tidegate::test(start_paused = true)]
async fn an_eager_transaction_stays_committed_when_the_outer_one_fails() {
    #[flow]
    async fn pipeline() -> Result<()> {
        transaction()
            .run(async |_| {
                transaction()
                    .commit_mode(CommitMode::Eager)
                    .on_rollback(hook("never"))
                    .run(async |_| {
                        a().await?;
                        // It takes over the mode, and so is committed at once.
                        transaction()
                            .on_commit(hook("inner"))
                            .run(async |_| Ok::<_, Error>(()))
                            .await?;
                        run_logger().info("end of body");
                        Ok::<_, Error>(())
                    })
                    .await?;
                Err::<(), Error>("no".into())
            })
            .await
    }
    check(
        pipeline(),
        expect![[r#"
        Err: Failed('Flow run encountered an exception: no')
        a: Finished in state Completed()
        a: Commit hook 'commit_a'
        pipeline: Commit hook 'inner'
        pipeline: end of body
        pipeline: Finished in state Failed('Flow run encountered an exception: no')

        flow pipeline: Pending > Running > Failed
          task a: Pending > Running > Completed
    "#]],
    )
    .await;
}

/// TXN-06
#[tidegate::test(start_paused = true)]
async fn without_a_commit_mode_it_is_rolled_back_unless_it_was_committed() {
    #[flow]
    async fn pipeline(commits: bool) -> Result<u32> {
        let mut seen = None;
        let given = transaction()
            .commit_mode(CommitMode::Off)
            .run(async |txn| {
                let given = a().await?;
                if commits {
                    assert!(txn.commit().await?);
                    // What comes later is committed with it.
                    b().await?;
                }
                seen = Some(txn);
                Ok::<_, Error>(given)
            })
            .await?;
        run_logger().info(format!("body: {}", seen.unwrap().state()));
        Ok(given)
    }
    pipeline(false).await.unwrap();
    check(
        pipeline(true),
        expect![[r#"
        Ok(1)
        a: Finished in state Completed()
        a: Rollback hook 'undo_a'
        pipeline: body: ROLLED_BACK
        pipeline: Finished in state Completed()
        a: Finished in state Completed()
        a: Commit hook 'commit_a'
        b: Finished in state Completed()
        b: Commit hook 'commit_b'
        pipeline: body: COMMITTED
        pipeline: Finished in state Completed()

        flow pipeline: Pending > Running > Completed
          task a: Pending > Running > Completed > RolledBack
        flow pipeline: Pending > Running > Completed
          task a: Pending > Running > Completed
          task b: Pending > Running > Completed
    "#]],
    )
    .await;
}

/// TXN-10
#[tidegate::test(start_paused = true)]
async fn a_commit_hook_that_fails_rolls_back_what_it_belongs_to() {
    #[flow]
    async fn pipeline() -> Result<TransactionText> {
        let mut seen = None;
        transaction()
            .on_commit(hook("first"))
            .on_commit(failing("bad"))
            .on_commit(hook("last"))
            .on_rollback(hook("undo first"))
            .on_rollback(hook("undo last"))
            .run(async |txn| {
                seen = Some(txn);
                a().await?;
                b().on_commit(failing("bad of b")).await
            })
            .await?;
        Ok(seen.unwrap().state().to_string())
    }
    check(pipeline(), expect![[r#"
        Ok("ROLLED_BACK")
        a: Finished in state Completed()
        b: Finished in state Completed()
        a: Commit hook 'commit_a'
        b: Commit hook 'commit_b'
        ERROR b: An error was encountered while running commit hook 'bad of b': no luck
        b: Rollback hook 'undo_b'
        pipeline: Commit hook 'first'
        ERROR pipeline: An error was encountered while running commit hook 'bad': no luck
        pipeline: Rollback hook 'undo last'
        pipeline: Rollback hook 'undo first'
        WARNING pipeline: The transaction without a key is rolled back though its body went through, because something in it failed
        pipeline: Finished in state Completed()

        flow pipeline: Pending > Running > Completed
          task a: Pending > Running > Completed
          task b: Pending > Running > Completed > RolledBack
    "#]]).await;
    let flow_run = run_of("pipeline").await.id;
    let records = Engine::current().unwrap().transactions(flow_run).await.unwrap();
    let [record] = records.as_slice() else { panic!("{records:?}") };
    assert_eq!(record.state, TransactionState::RolledBack);
    expect![[r#"
        commit hook 'commit_a' of a task: done
        commit hook 'commit_b' of a task: done
        commit hook 'bad of b' of a task: failed: no luck
        commit hook 'first': done
        commit hook 'bad': failed: no luck
        commit hook 'last': skipped
        rollback hook 'undo_b' of a task: done
        rollback hook 'undo last': done
        rollback hook 'undo first': done
    "#]]
    .assert_eq(&hooks_of(record));
}

type TransactionText = String;

/// What has become of the hooks of a transaction, one a line.
fn hooks_of(record: &tidegate::transaction::TransactionRecord) -> String {
    let line = |hook: &tidegate::transaction::HookRecord| {
        let whose = if hook.task_run_id.is_some() { " of a task" } else { "" };
        let status = match &hook.status {
            HookStatus::Pending => "pending".to_owned(),
            HookStatus::Done => "done".to_owned(),
            HookStatus::Failed(why) => format!("failed: {why}"),
            HookStatus::Skipped => "skipped".to_owned(),
        };
        format!("{} hook '{}'{whose}: {status}\n", hook.kind.as_str(), hook.name)
    };
    record.hooks.iter().map(line).collect()
}

/// TXN-11
#[tidegate::test(start_paused = true)]
async fn a_rollback_hook_that_fails_leaves_its_task_as_it_is_and_no_other() {
    #[flow]
    async fn pipeline() -> Result<u32> {
        let body = transaction().run(async |_| {
            a().await?;
            b().on_rollback(failing("bad")).await?;
            let mut inner = None;
            transaction()
                .on_rollback(hook("not called"))
                .on_rollback(failing("bad of inner"))
                .run(async |txn| {
                    inner = Some(txn.clone());
                    txn.stage(1)
                })
                .await?;
            Transaction::current().unwrap().set("inner", inner.unwrap().state().to_string())?;
            Err::<u32, Error>("the original error".into())
        });
        body.await
    }
    check(
        pipeline(),
        expect![[r#"
        Err: Failed('Flow run encountered an exception: the original error')
        a: Finished in state Completed()
        b: Finished in state Completed()
        ERROR pipeline: An error was encountered while running rollback hook 'bad of inner': no luck
        ERROR b: An error was encountered while running rollback hook 'bad': no luck
        a: Rollback hook 'undo_a'
        pipeline: Finished in state Failed('Flow run encountered an exception: the original error')

        flow pipeline: Pending > Running > Failed
          task a: Pending > Running > Completed > RolledBack
          task b: Pending > Running > Completed
    "#]],
    )
    .await;
    let flow_run = run_of("pipeline").await.id;
    let records = Engine::current().unwrap().transactions(flow_run).await.unwrap();
    expect![[r#"
        rollback hook 'bad of inner': failed: no luck
        rollback hook 'not called': skipped
        rollback hook 'bad' of a task: failed: no luck
        rollback hook 'undo_b' of a task: skipped
        rollback hook 'undo_a' of a task: done
    "#]]
    .assert_eq(&hooks_of(&records[0]));
    assert_eq!(records[0].state, TransactionState::RolledBack);
}

/// TXN-12: where Prefect stops, everything else is undone all the same.
#[tidegate::test(start_paused = true)]
async fn a_rollback_hook_of_the_outermost_that_fails_stops_nothing() {
    #[flow]
    async fn pipeline() -> Result<u32> {
        let mut seen = None;
        let given = transaction()
            .on_rollback(hook("undo first"))
            .on_rollback(failing("bad"))
            .run(async |txn| {
                seen = Some(txn);
                a().await?;
                Err::<u32, Error>("the original error".into())
            })
            .await;
        assert_eq!(seen.unwrap().state(), TransactionState::RolledBack);
        given
    }
    check(
        pipeline(),
        expect![[r#"
        Err: Failed('Flow run encountered an exception: the original error')
        a: Finished in state Completed()
        ERROR pipeline: An error was encountered while running rollback hook 'bad': no luck
        pipeline: Rollback hook 'undo first'
        a: Rollback hook 'undo_a'
        pipeline: Finished in state Failed('Flow run encountered an exception: the original error')

        flow pipeline: Pending > Running > Failed
          task a: Pending > Running > Completed > RolledBack
    "#]],
    )
    .await;
}

/// TXN-13, TXN-14, TXN-31
#[tidegate::test(start_paused = true)]
async fn a_key_that_is_there_commits_a_transaction_from_the_start() {
    let staged = async |value: u32, overwrite: bool, write: bool| {
        let described = transaction().key("order/7").overwrite(overwrite).write_on_commit(write);
        let given = described.on_commit(hook("c")).run(async |txn| {
            let before = txn.state();
            txn.stage_with(value, [hook("r")], [hook("staged")])?;
            assert_eq!(txn.key(), Some("order/7"));
            let read = txn.read::<u32>().await?;
            Ok::<_, Error>(format!("{before}, then {}; {read:?} is there", txn.state()))
        });
        given.await.unwrap()
    };
    #[flow]
    async fn later() -> Result<Option<u32>> {
        transaction().key("order/7").run(async |txn| txn.read::<u32>().await).await
    }
    assert_eq!(staged(0, false, false).await, "ACTIVE, then STAGED; None is there");
    assert_eq!(staged(1, false, true).await, "ACTIVE, then STAGED; None is there");
    assert_eq!(staged(2, false, true).await, "COMMITTED, then COMMITTED; Some(1) is there");
    assert_eq!(later().await.unwrap(), Some(1));
    assert_eq!(staged(3, true, true).await, "ACTIVE, then STAGED; Some(1) is there");
    assert_eq!(later().await.unwrap(), Some(3));
}

#[tidegate::test(start_paused = true)]
async fn what_is_rolled_back_keeps_nothing_under_its_key() {
    let failed = transaction().key("k").run(async |txn| {
        txn.stage("value")?;
        Err::<(), Error>("no".into())
    });
    failed.await.unwrap_err();
    let read = transaction().key("k").run(async |txn| txn.read::<String>().await);
    assert_eq!(read.await.unwrap(), None);
}

/// TXN-16, TXN-17
#[tidegate::test(start_paused = true)]
async fn values_are_copies_that_those_inside_see() {
    let body = transaction().run(async |outer| {
        let mut list = vec![1, 2];
        outer.set("list", &list)?;
        list.push(3);
        let mut copy: Vec<u32> = outer.get("list")?;
        assert_eq!(copy, [1, 2], "it is as it was when it was set");
        copy.push(4);
        assert_eq!(outer.get::<Vec<u32>>("list")?, [1, 2], "what was got is a copy");

        transaction()
            .run(async |inner| {
                assert_eq!(inner.get::<Vec<u32>>("list")?, [1, 2]);
                outer.set("later", "seen")?;
                assert_eq!(inner.get::<String>("later")?, "seen");
                inner.set("list", [9])?;
                assert_eq!(inner.get::<Vec<u32>>("list")?, [9]);
                assert_eq!(outer.get::<Vec<u32>>("list")?, [1, 2]);
                Ok::<_, Error>(())
            })
            .await?;
        assert_eq!(outer.get_or("x", 5)?, 5);
        let mut errors = String::new();
        errors.push_str(&format!("{}\n", outer.get::<u32>("x").unwrap_err()));
        errors.push_str(&format!("{}\n", outer.get::<u32>("list").unwrap_err()));
        errors.push_str(&format!("{}\n", outer.set("n", f64::NAN).unwrap_err()));
        Ok::<_, Error>(errors)
    });
    expect![[r#"
        there is no value `x` in the transaction without a key or around it; set it, or give a default with `get_or`
        the value `list` of a transaction is no u32: invalid type: sequence, expected u32 at line 1 column 0
        the value `n` of a transaction cannot be kept: it has the number NaN, which JSON does not know
    "#]].assert_eq(&body.await.unwrap());
}

#[tidegate::test(start_paused = true)]
async fn hooks_read_the_values_of_their_task_and_of_what_it_is_in() {
    async fn tells(txn: Transaction) -> Result<()> {
        let (file, folder): (String, String) = (txn.get("file")?, txn.get("folder")?);
        run_logger().info(format!("hook sees {folder}/{file}"));
        Ok(())
    }
    #[task(on_commit = tells)]
    async fn writes(file: String) -> Result<()> {
        Transaction::current().unwrap().set("file", file)
    }
    #[flow]
    async fn pipeline() -> Result<()> {
        transaction()
            .run(async |txn| {
                txn.set("folder", "tmp")?;
                writes("one".into()).await?;
                writes("two".into()).await
            })
            .await
    }
    check(
        pipeline(),
        expect![[r#"
        Ok(())
        writes: Finished in state Completed()
        writes: Finished in state Completed()
        pipeline: hook sees tmp/one
        writes: Commit hook 'tells'
        pipeline: hook sees tmp/two
        writes: Commit hook 'tells'
        pipeline: Finished in state Completed()

        flow pipeline: Pending > Running > Completed
          task writes: Pending > Running > Completed
          task writes: Pending > Running > Completed
    "#]],
    )
    .await;
}

/// TXN-21
#[tidegate::test]
async fn tasks_that_are_submitted_inside_take_part() {
    #[flow]
    async fn pipeline(fails: bool) -> Result<()> {
        transaction()
            .run(async |_| {
                let (one, two) = (a().submit(), b().submit());
                if fails {
                    one.await?;
                    two.await?;
                    broken().submit().await?;
                }
                // Those that are not awaited are waited for.
                Ok::<_, Error>(())
            })
            .await
    }
    pipeline(false).await.unwrap();
    let completed = [run_of("a").await, run_of("b").await].map(|run| timeline(&run));
    assert_eq!(completed, ["Pending > Running > Completed"; 2]);
    let committed = said().await;
    assert!(committed.contains("a: Commit hook 'commit_a'"), "{committed}");
    assert!(committed.contains("b: Commit hook 'commit_b'"), "{committed}");

    let engine = Engine::current().unwrap();
    pipeline(true).await.unwrap_err();
    for name in ["a", "b"] {
        let run = engine.runs().task(name).limit(1).list().await.unwrap().remove(0);
        assert_eq!(timeline(&run), "Pending > Running > Completed > RolledBack");
    }
}

/// TXN-22
#[tidegate::test(start_paused = true)]
async fn a_task_that_fails_undoes_the_tasks_that_it_has_called() {
    #[task(on_rollback = undo_b, on_commit = commit_b)]
    async fn outer() -> Result<u32> {
        a().await?;
        Err("after all".into())
    }
    check(
        outer(),
        expect![[r#"
        Err: Failed('Task run encountered an exception: after all')
        a: Finished in state Completed()
        a: Rollback hook 'undo_a'
        ERROR outer: Finished in state Failed('Task run encountered an exception: after all')

        task outer: Pending > Running > Failed
          task a: Pending > Running > Completed > RolledBack
    "#]],
    )
    .await;
}

#[tidegate::test(start_paused = true)]
async fn a_task_that_goes_on_when_one_it_has_called_failed_is_committed() {
    #[task(on_commit = commit_b)]
    async fn outer() -> Result<u32> {
        let one = a().await?;
        Ok(broken().await.unwrap_or(one))
    }
    check(
        outer(),
        expect![[r#"
        Ok(1)
        a: Finished in state Completed()
        ERROR broken: Finished in state Failed('Task run encountered an exception: broken')
        outer: Finished in state Completed()
        a: Commit hook 'commit_a'
        outer: Commit hook 'commit_b'

        task outer: Pending > Running > Completed
          task a: Pending > Running > Completed
          task broken: Pending > Running > Failed
    "#]],
    )
    .await;
}

/// TXN-23
#[tidegate::test(start_paused = true)]
async fn the_hook_of_a_lone_task_is_called_when_it_has_completed() {
    async fn notify(_: Run, _: tidegate::State) {}
    #[task(on_commit = commit_a, on_completion = notify)]
    async fn lone() -> u32 {
        1
    }
    check(
        lone(),
        expect![[r#"
        Ok(1)
        lone: Finished in state Completed()
        lone: Commit hook 'commit_a'
        lone: Hook 'notify'

        task lone: Pending > Running > Completed
    "#]],
    )
    .await;
    let records = Engine::current().unwrap().transactions(run_of("lone").await.id).await.unwrap();
    assert_eq!(records[0].state, TransactionState::Committed);
    assert_eq!(hooks_of(&records[0]), "commit hook 'commit_a' of a task: done\n");
}

#[tidegate::test(start_paused = true)]
async fn a_lone_task_whose_commit_hook_fails_is_rolled_back() {
    check(
        a().on_commit(failing("bad")),
        expect![[r#"
        Ok(1)
        a: Finished in state Completed()
        a: Commit hook 'commit_a'
        ERROR a: An error was encountered while running commit hook 'bad': no luck
        a: Rollback hook 'undo_a'

        task a: Pending > Running > Completed > RolledBack
    "#]],
    )
    .await;
}

#[tidegate::test(start_paused = true)]
async fn what_has_no_hooks_and_no_values_leaves_no_record() {
    #[flow]
    async fn pipeline() -> Result<u32> {
        transaction().run(async |_| tidegate::step("s").run(async || Ok::<_, Error>(1)).await).await
    }
    pipeline().await.unwrap();
    let flow_run = run_of("pipeline").await.id;
    assert_eq!(Engine::current().unwrap().transactions(flow_run).await.unwrap(), []);
}

/// Prefect rolls back before each retry, and so undoes what the retry needs.
#[tidegate::test(start_paused = true)]
async fn a_failed_attempt_that_is_tried_again_rolls_back_nothing() {
    #[task(retries = 1, retry_delay_seconds = 5)]
    async fn fickle(goes_through: bool) -> Result<u32> {
        match tidegate::runtime::task_run::run_count() {
            2 if goes_through => Ok(1),
            _ => Err("not yet".into()),
        }
    }
    #[flow]
    async fn pipeline(goes_through: bool) -> Result<u32> {
        transaction().run(async |_| Ok::<_, Error>(a().await? + fickle(goes_through).await?)).await
    }
    pipeline(true).await.unwrap();
    check(
        pipeline(false),
        expect![[r#"
        Err: Failed('Flow run encountered an exception: not yet')
        a: Finished in state Completed()
        fickle: Finished in state Completed()
        a: Commit hook 'commit_a'
        pipeline: Finished in state Completed()
        a: Finished in state Completed()
        a: Rollback hook 'undo_a'
        ERROR fickle: Finished in state Failed('Task run encountered an exception: not yet')
        pipeline: Finished in state Failed('Flow run encountered an exception: not yet')

        flow pipeline: Pending > Running > Completed
          task a: Pending > Running > Completed
          task fickle: Pending > Running > AwaitingRetry(5s) > Retrying > Completed
        flow pipeline: Pending > Running > Failed
          task a: Pending > Running > Completed > RolledBack
          task fickle: Pending > Running > AwaitingRetry(5s) > Retrying > Failed
    "#]],
    )
    .await;
}

#[tidegate::test(start_paused = true)]
async fn a_failed_task_rolls_back_though_its_error_is_handled() {
    #[flow]
    async fn pipeline() -> Result<u32> {
        let body = transaction().run(async |_| {
            let one = a().await?;
            let other = broken().await.unwrap_or(0);
            // What comes later in a transaction that is rolled back is rolled back too.
            b().await?;
            Ok::<_, Error>(one + other)
        });
        body.await
    }
    check(pipeline(), expect![[r#"
        Ok(1)
        a: Finished in state Completed()
        a: Rollback hook 'undo_a'
        ERROR broken: Finished in state Failed('Task run encountered an exception: broken')
        b: Finished in state Completed()
        b: Rollback hook 'undo_b'
        WARNING pipeline: The transaction without a key is rolled back though its body went through, because something in it failed
        pipeline: Finished in state Completed()

        flow pipeline: Pending > Running > Completed
          task a: Pending > Running > Completed > RolledBack
          task broken: Pending > Running > Failed
          task b: Pending > Running > Completed > RolledBack
    "#]]).await;
}

/// TXN-25: a panic, and a call that is dropped. A process that exits is gone; what it left open goes on when it is resumed.
#[tidegate::test(start_paused = true)]
async fn a_panic_and_a_drop_roll_back() {
    #[flow]
    async fn panics() -> Result<()> {
        let body = transaction().run(async |_| -> Result<()> {
            a().await?;
            panic!("boom")
        });
        body.await
    }
    #[flow]
    async fn hangs() -> Result<()> {
        let body = transaction().run(async |_| {
            b().await?;
            std::future::pending::<Result<()>>().await
        });
        body.await
    }
    assert!(panics().await.unwrap_err().is_panicked());
    let hanging = hangs();
    tokio::time::timeout(std::time::Duration::from_secs(1), hanging).await.unwrap_err();
    while timeline(&run_of("b").await) != "Pending > Running > Completed > RolledBack" {
        tokio::task::yield_now().await;
    }
    let said = said().await;
    let said = said.lines().filter(|line| line.contains("hook")).collect::<Vec<_>>().join("\n");
    expect![[r#"
        a: Rollback hook 'undo_a'
        b: Rollback hook 'undo_b'
        flow panics: Pending > Running > Panicked
          task a: Pending > Running > Completed > RolledBack
        flow hangs: Pending > Running > Crashed
          task b: Pending > Running > Completed > RolledBack
    "#]]
    .assert_eq(&format!("{said}\n{}", history().await));
}

#[tidegate::test(start_paused = true)]
async fn a_call_that_is_dropped_inside_dooms_the_transaction() {
    #[task]
    async fn endless() {
        std::future::pending::<()>().await;
    }
    #[flow]
    async fn pipeline() -> Result<u32> {
        let body = transaction().run(async |_| {
            let one = a().await?;
            let _ = tokio::time::timeout(std::time::Duration::from_secs(1), endless()).await;
            Ok::<_, Error>(one)
        });
        body.await
    }
    check(pipeline(), expect![[r#"
        Ok(1)
        a: Finished in state Completed()
        ERROR endless: Finished in state Crashed('Execution was aborted: its future was dropped before it had ended.')
        a: Rollback hook 'undo_a'
        WARNING pipeline: The transaction without a key is rolled back though its body went through, because something in it failed
        pipeline: Finished in state Completed()

        flow pipeline: Pending > Running > Completed
          task a: Pending > Running > Completed > RolledBack
          task endless: Pending > Running > Crashed
    "#]]).await;
}

/// TXN-26, TXN-27
#[tidegate::test(start_paused = true)]
async fn a_cached_task_runs_no_hook_and_nothing_is_cached_before_the_outer_commit() {
    static RAN: AtomicU32 = AtomicU32::new(0);
    #[task(cache_policy = INPUTS, on_commit = commit_a, on_rollback = undo_a)]
    async fn cached(number: u32) -> u32 {
        RAN.fetch_add(1, Ordering::Relaxed);
        number
    }
    #[flow]
    async fn pipeline(fails: bool) -> Result<()> {
        let body = transaction().run(async |_| {
            cached(7).await?;
            cached(7).await?;
            if fails { Err("no".into()) } else { Ok::<_, Error>(()) }
        });
        body.await
    }
    pipeline(true).await.unwrap_err();
    assert_eq!(RAN.load(Ordering::Relaxed), 2, "what was rolled back is not cached");
    pipeline(false).await.unwrap();
    assert_eq!(RAN.load(Ordering::Relaxed), 4, "both ran, since nothing was committed in between");
    check(
        pipeline(true),
        expect![[r#"
        Err: Failed('Flow run encountered an exception: no')
        cached: Finished in state Completed()
        cached: Finished in state Completed()
        cached: Rollback hook 'undo_a'
        cached: Rollback hook 'undo_a'
        pipeline: Finished in state Failed('Flow run encountered an exception: no')
        cached: Finished in state Completed()
        cached: Finished in state Completed()
        cached: Commit hook 'commit_a'
        cached: Commit hook 'commit_a'
        pipeline: Finished in state Completed()
        cached: Finished in state Cached(type=COMPLETED)
        cached: Finished in state Cached(type=COMPLETED)
        pipeline: Finished in state Failed('Flow run encountered an exception: no')

        flow pipeline: Pending > Running > Failed
          task cached: Pending > Running > Completed > RolledBack
          task cached: Pending > Running > Completed > RolledBack
        flow pipeline: Pending > Running > Completed
          task cached: Pending > Running > Completed
          task cached: Pending > Running > Completed
        flow pipeline: Pending > Running > Failed
          task cached: Pending > Cached
          task cached: Pending > Cached
    "#]],
    )
    .await;
    assert_eq!(RAN.load(Ordering::Relaxed), 4);
}

/// TXN-29: the store is what keeps others out.
#[tidegate::test(start_paused = true)]
async fn nothing_to_keep_records_in_is_told_where_keys_need_it() {
    let engine = Engine::builder().without_store().open().unwrap();
    #[flow]
    async fn keyed() -> Result<()> {
        transaction().key("k").run(async |_| Ok::<_, Error>(())).await
    }
    #[flow]
    async fn serializable() -> Result<()> {
        let described = transaction().isolation_level(IsolationLevel::Serializable);
        described.run(async |_| Ok::<_, Error>(())).await
    }
    #[flow]
    async fn plain() -> Result<u32> {
        transaction().run(async |_| Ok::<_, Error>(a().await? + broken().await?)).await
    }
    expect!["Flow run 'f' failed: a transaction has the key 'k', and this engine keeps no records: open it with a database"].assert_eq(&engine.run(keyed().named("f")).await.unwrap_err().to_string());
    expect!["Flow run 'f' failed: a transaction is SERIALIZABLE, and this engine keeps no records by which others could be kept out: open it with a database"].assert_eq(&engine.run(serializable().named("f")).await.unwrap_err().to_string());
    engine.run(plain()).await.unwrap_err();
    engine.close().await.unwrap();
}

/// TXN-30
#[tidegate::test]
async fn of_two_with_one_key_the_second_waits_and_finds_it_committed() {
    async fn writes(value: u32, started: &tokio::sync::Barrier) -> String {
        let described = transaction().key("k").isolation_level(IsolationLevel::Serializable);
        started.wait().await;
        let given = described.run(async |txn| {
            let before = txn.state();
            tokio::task::yield_now().await;
            txn.stage(value)?;
            Ok::<_, Error>(format!("{before} {:?}", txn.read::<u32>().await?.is_some()))
        });
        given.await.unwrap()
    }
    let started = tokio::sync::Barrier::new(2);
    let mut given = [String::new(), String::new()];
    let [one, two] = &mut given;
    (*one, *two) = tokio::join!(writes(1, &started), writes(2, &started));
    given.sort();
    assert_eq!(given, ["ACTIVE false", "COMMITTED true"]);
}

#[tidegate::test]
async fn a_transaction_inside_one_of_its_key_does_not_wait_for_itself() {
    let serializable = || transaction().key("k").isolation_level(IsolationLevel::Serializable);
    let given = serializable().run(async |outer| {
        serializable().run(async |inner| inner.stage(1)).await?;
        outer.stage(2)
    });
    given.await.unwrap();
    let read = transaction().key("k").run(async |txn| txn.read::<u32>().await);
    assert_eq!(read.await.unwrap(), Some(2));
}

#[tidegate::test]
async fn a_transaction_outside_of_any_run_works_too() {
    let (mut one, borrowed) = (0, String::from("borrowed"));
    let given = transaction().on_commit(hook("c")).run(|txn| async move {
        a().await?;
        b().await?;
        Ok::<_, Error>(txn.state().to_string())
    });
    assert_eq!(given.await.unwrap(), "ACTIVE");
    let length = transaction().run(async |_| {
        one += 1;
        Ok::<_, Error>(borrowed.len())
    });
    assert_eq!(length.await.unwrap() + one, 9);
    assert!(Transaction::current().is_none());
}

#[tidegate::test(start_paused = true)]
async fn a_subflow_inside_takes_part() {
    #[flow]
    async fn inner() -> Result<u32> {
        a().await
    }
    #[flow]
    async fn outer() -> Result<u32> {
        transaction().run(async |_| Ok::<_, Error>(inner().await? + broken().await?)).await
    }
    check(
        outer(),
        expect![[r#"
        Err: Failed('Flow run encountered an exception: broken')
        a: Finished in state Completed()
        inner: Finished in state Completed()
        a: Rollback hook 'undo_a'
        ERROR broken: Finished in state Failed('Task run encountered an exception: broken')
        outer: Finished in state Failed('Flow run encountered an exception: broken')

        flow outer: Pending > Running > Failed
          flow inner: Pending > Running > Completed
            task a: Pending > Running > Completed > RolledBack
          task broken: Pending > Running > Failed
    "#]],
    )
    .await;
}

/// What is rolled back is no result to take.
#[tidegate::test(start_paused = true)]
async fn a_retried_flow_runs_again_what_was_rolled_back_and_nothing_else() {
    #[flow(retries = 1)]
    async fn pipeline() -> Result<u32> {
        let before = b().await?;
        let attempt = tidegate::runtime::flow_run::run_count();
        let body = transaction().run(async |_| {
            let one = a().await?;
            if attempt == 1 { Err("not yet".into()) } else { Ok::<_, Error>(before + one) }
        });
        body.await
    }
    check(
        pipeline(),
        expect![[r#"
        Ok(3)
        b: Finished in state Completed()
        b: Commit hook 'commit_b'
        a: Finished in state Completed()
        a: Rollback hook 'undo_a'
        b: Found in the record, and not run again: Completed()
        a: Finished in state Completed()
        a: Commit hook 'commit_a'
        pipeline: Finished in state Completed()

        flow pipeline: Pending > Running > AwaitingRetry(0s) > Running > Completed
          task b: Pending > Running > Completed
          task a: Pending > Running > Completed > RolledBack > Retrying > Completed
    "#]],
    )
    .await;
}

#[tidegate::test(start_paused = true)]
async fn a_retried_flow_does_not_call_commit_hooks_again() {
    #[flow(retries = 1)]
    async fn pipeline() -> Result<u32> {
        b().await?;
        let one = transaction().on_commit(hook("outer")).run(async |_| a().await).await?;
        match tidegate::runtime::flow_run::run_count() {
            1 => Err("not yet".into()),
            _ => Ok(one),
        }
    }
    check(
        pipeline(),
        expect![[r#"
        Ok(1)
        b: Finished in state Completed()
        b: Commit hook 'commit_b'
        a: Finished in state Completed()
        a: Commit hook 'commit_a'
        pipeline: Commit hook 'outer'
        b: Found in the record, and not run again: Completed()
        a: Found in the record, and not run again: Completed()
        pipeline: Finished in state Completed()

        flow pipeline: Pending > Running > AwaitingRetry(0s) > Running > Completed
          task b: Pending > Running > Completed
          task a: Pending > Running > Completed
    "#]],
    )
    .await;
}
