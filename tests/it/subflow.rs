//! Subflows: flows called in flows.

use expect_test::expect;
use tidegate::prelude::*;
use tidegate::{Engine, State, Timestamp, runtime};

use crate::timeline::{check, run_of, runs};

#[flow]
async fn child() -> u32 {
    1
}

#[flow]
async fn failing_child() -> Result<u32> {
    Err("no".into())
}

/// SUBFLOW-01: there is no tracking task run; the child names its parent.
#[tidegate::test(start_paused = true)]
async fn a_subflow_run_names_its_parent() {
    #[flow]
    async fn parent() -> Result<u32> {
        child().await
    }
    check(
        parent(),
        expect![[r#"
        Ok(1)
        flow parent: Pending > Running > Completed
          flow child: Pending > Running > Completed
    "#]],
    )
    .await;
    let (parent, child) = (run_of("parent").await, run_of("child").await);
    assert_eq!(child.flow_run_id, Some(parent.id));
    assert_eq!((parent.flow_run_id, child.task_run_id), (None, None));
}

/// SUBFLOW-02: calls are told apart by their runs, in the order in which they were made.
#[tidegate::test(start_paused = true)]
async fn each_call_of_a_subflow_is_a_run_of_its_own() {
    #[flow]
    async fn parent() -> Result<u32> {
        Ok(child().await? + child().await?)
    }
    check(
        parent(),
        expect![[r#"
        Ok(2)
        flow parent: Pending > Running > Completed
          flow child: Pending > Running > Completed
          flow child: Pending > Running > Completed
    "#]],
    )
    .await;
}

/// SUBFLOW-03
#[tidegate::test(start_paused = true)]
async fn a_subflow_called_in_a_task_names_the_task_too() {
    #[task]
    async fn between() -> Result<u32> {
        child().await
    }
    #[flow]
    async fn parent() -> Result<u32> {
        between().await
    }
    check(
        parent(),
        expect![[r#"
        Ok(1)
        flow parent: Pending > Running > Completed
          task between: Pending > Running > Completed
            flow child: Pending > Running > Completed
    "#]],
    )
    .await;
    let (parent, between, child) =
        (run_of("parent").await, run_of("between").await, run_of("child").await);
    assert_eq!((child.flow_run_id, child.task_run_id), (Some(parent.id), Some(between.id)));
}

/// SUBFLOW-04
#[tidegate::test(start_paused = true)]
async fn a_parent_that_does_not_catch_fails_with_what_the_child_said() {
    #[flow]
    async fn parent() -> Result<u32> {
        failing_child().await
    }
    check(
        parent(),
        expect![[r#"
        Err: Failed('Flow run encountered an exception: no')
        flow parent: Pending > Running > Failed
          flow failing-child: Pending > Running > Failed
    "#]],
    )
    .await;
}

/// SUBFLOW-05
#[tidegate::test(start_paused = true)]
async fn a_parent_that_catches_goes_on() {
    #[flow]
    async fn parent() -> Result<u32> {
        Ok(failing_child().await.unwrap_or(7))
    }
    check(
        parent(),
        expect![[r#"
        Ok(7)
        flow parent: Pending > Running > Completed
          flow failing-child: Pending > Running > Failed
    "#]],
    )
    .await;
}

/// SUBFLOW-10, TAGS-02
#[tidegate::test(start_paused = true)]
async fn a_subflow_has_the_tags_around_its_parents_call() {
    #[flow(tags = ["own"])]
    async fn parent() -> Result<u32> {
        child().await
    }
    tidegate::with_tags(["o"], async { parent().await }).await.unwrap();
    assert_eq!(run_of("parent").await.tags, ["o", "own"]);
    assert_eq!(run_of("child").await.tags, ["o"]);
}

/// SUBFLOW-11
#[tidegate::test(start_paused = true)]
async fn the_beginning_of_a_subflow_is_told_by_who_called_it() {
    #[task]
    async fn between() -> Result<u32> {
        child().named("second").await
    }
    #[flow]
    async fn parent() -> Result<u32> {
        Ok(child().named("first").await? + between().await?)
    }
    parent().await.unwrap();
    let (parent, between) = (run_of("parent").await.id, run_of("between").await.id);
    let mut text = String::new();
    for line in Engine::current().unwrap().logs().of_flow_run(parent).list().await.unwrap() {
        if line.message.contains("subflow") {
            let who = if line.task_run_id == Some(between) { "task" } else { "parent" };
            text.push_str(&format!("{who} {} {}\n", line.level, line.message));
        }
    }
    expect![[r#"
        parent INFO Beginning subflow run 'first' for flow 'child'
        task INFO Beginning subflow run 'second' for flow 'child'
    "#]]
    .assert_eq(&text);
}

/// SUBFLOW-13
#[tidegate::test(start_paused = true)]
async fn a_parent_that_returns_the_state_of_a_cancelled_child_is_cancelled() {
    #[flow]
    async fn cancels() -> State {
        State::cancelled(Timestamp::UNIX_EPOCH)
    }
    #[flow]
    async fn parent() -> [State; 1] {
        [cancels().await.unwrap_err().state().unwrap().clone()]
    }
    check(
        parent(),
        expect![[r#"
        Err: Cancelled('1/1 states cancelled.')
        flow parent: Pending > Running > Cancelled
          flow cancels: Pending > Running > Cancelled
    "#]],
    )
    .await;
}

/// SUBFLOW-14
#[tidegate::test(start_paused = true)]
async fn a_grandchild_knows_its_parent_and_its_root() {
    #[flow]
    async fn grandchild() {
        assert_eq!(runtime::flow_run::parent_flow_run_id(), Some(run_of("middle").await.id));
        assert_eq!(runtime::flow_run::root_flow_run_id(), Some(run_of("top").await.id));
    }
    #[flow]
    async fn middle() -> Result<()> {
        grandchild().await
    }
    #[flow]
    async fn top() -> Result<()> {
        assert_eq!(runtime::flow_run::root_flow_run_id(), runtime::flow_run::id());
        middle().await
    }
    top().await.unwrap();
    let root = run_of("top").await.id;
    assert!(runs().await.iter().all(|run| run.root_flow_run_id == Some(root)));
}

#[tidegate::test(start_paused = true)]
async fn subflows_can_be_submitted_and_joined() {
    #[flow]
    async fn parent() -> Result<u32> {
        let (a, b) = (child().submit(), child().submit());
        Ok(a.await? + b.await?)
    }
    check(
        parent(),
        expect![[r#"
        Ok(2)
        flow parent: Pending > Running > Completed
          flow child: Pending > Running > Completed
          flow child: Pending > Running > Completed
    "#]],
    )
    .await;
}
