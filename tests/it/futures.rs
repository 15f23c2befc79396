//! Waiting for submitted runs: with a limit, for failures, by callback; and what becomes of runs that nobody waits for. Nothing here looks
//! at a clock of the wall.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use expect_test::expect;
use tidegate::prelude::*;
use tidegate::{Engine, Hook, Run, State, StateType};

use crate::timeline::{check, run_of};

#[task]
async fn slow(seconds: u64) -> u64 {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    seconds
}

#[task]
async fn parses(text: String) -> Result<u32> {
    Ok(text.parse()?)
}

/// FUTURE-03: limits are those of tokio, and the stream tells how many have not ended.
#[tidegate::test(start_paused = true)]
async fn a_limit_on_what_ends_next_leaves_the_rest_to_be_asked_for() {
    #[flow]
    async fn pipeline() -> Result<u64> {
        let handle = slow(10).submit();
        let mut ending = as_completed([&handle]);
        assert!(tokio::time::timeout(Duration::from_secs(1), ending.next()).await.is_err());
        assert_eq!(ending.len(), 1, "1 of 1 unfinished");
        ending.next().await.unwrap().await
    }
    assert_eq!(pipeline().await.unwrap(), 10);
}

/// FUTURE-04
#[tidegate::test(start_paused = true)]
async fn a_run_goes_on_whose_result_took_too_long_to_wait_for() {
    #[flow]
    async fn pipeline() -> Result<u64> {
        let handle = slow(10).submit();
        assert!(tokio::time::timeout(Duration::from_millis(200), &handle).await.is_err());
        assert_eq!(handle.state().unwrap().state_type(), StateType::Running);
        handle.await
    }
    assert_eq!(pipeline().await.unwrap(), 10);
}

/// FUTURE-05
#[tidegate::test(start_paused = true)]
async fn the_error_of_a_failed_run_is_a_value() {
    #[flow]
    async fn pipeline() -> bool {
        let given = parses("many".into()).submit().await;
        given.unwrap_err().downcast_ref::<std::num::ParseIntError>().is_some()
    }
    assert!(pipeline().await.unwrap());
}

/// FUTURE-08: the callback of one call is a hook.
#[tidegate::test(start_paused = true)]
async fn a_callback_is_called_with_the_run_when_it_has_ended() {
    static CALLED: Mutex<Vec<String>> = Mutex::new(Vec::new());
    async fn note(run: Run, state: State) {
        assert!(state.is_terminal() && run.state() == Some(&state));
        CALLED.lock().unwrap().push(format!("{} {}", run.name, state.name));
    }
    #[flow]
    async fn pipeline() {
        let note = Hook::new("note", note);
        let call = |text: &str| parses(text.into()).named(format!("parse {text}"));
        call("3").on_completion(note.clone()).submit().wait().await;
        call("no").on_failure(note).submit().wait().await;
    }
    pipeline().await.unwrap();
    assert_eq!(*CALLED.lock().unwrap(), ["parse 3 Completed", "parse no Failed"]);
}

#[tidegate::test(start_paused = true)]
async fn a_flow_says_what_it_waits_for_that_nobody_awaited() {
    #[flow]
    async fn pipeline() {
        drop(slow::map([1, 2]));
        drop(slow(3).submit());
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
    let lines = Engine::current().unwrap().logs().list().await.unwrap();
    let said = "Waiting for 3 runs that were submitted and not awaited";
    assert_eq!(lines.iter().filter(|line| line.message == said).count(), 1);
}

#[tidegate::test(start_paused = true)]
async fn a_flow_that_fails_waits_for_what_it_submitted() {
    #[flow]
    async fn pipeline() -> Result<()> {
        drop(slow(60).submit());
        Err("no".into())
    }
    check(
        pipeline(),
        expect![[r#"
            Err: Failed('Flow run encountered an exception: no')
            flow pipeline: Pending > Running > Failed
              task slow: Pending > Running > Completed
        "#]],
    )
    .await;
    let (flow, task) = (run_of("pipeline").await, run_of("slow").await);
    assert!(task.end_time <= flow.end_time);
}

#[tidegate::test(start_paused = true)]
async fn a_flow_that_ran_out_of_time_waits_for_nothing() {
    #[flow(timeout_seconds = 5)]
    async fn pipeline() -> Result<()> {
        let waits = slow(60).submit();
        drop(slow::submit(&waits));
        drop(waits.then(slow));
        waits.await.map(drop)
    }
    check(
        pipeline(),
        expect![[r#"
            Err: TimedOut('Flow run exceeded timeout of 5 second(s)', type=FAILED)
            flow pipeline: Pending > Running > TimedOut
              task slow: Pending > Running > Crashed
              task slow: Pending > Crashed
        "#]],
    )
    .await;
}

/// Each handle keeps what its run gave, and a run that has ended keeps nothing else.
#[tidegate::test(start_paused = true)]
async fn what_runs_gave_is_freed_with_the_last_of_their_handles() {
    #[task]
    async fn give(token: Arc<AtomicU32>) -> Arc<AtomicU32> {
        token.fetch_add(1, Ordering::Relaxed);
        token
    }
    #[flow]
    async fn pipeline() -> Result<u32> {
        let token = Arc::new(AtomicU32::new(0));
        let mut handles: Vec<_> = (0..100).map(|_| give(Arc::clone(&token)).submit()).collect();
        for handle in &handles {
            handle.wait().await;
        }
        assert_eq!(Arc::strong_count(&token), 1 + 100, "nothing but the values");
        let clones = handles.clone();
        handles.truncate(40);
        assert_eq!(Arc::strong_count(&token), 1 + 100, "the others have a second handle");
        drop(clones);
        assert_eq!(Arc::strong_count(&token), 1 + 40);
        drop(handles);
        assert_eq!(Arc::strong_count(&token), 1);
        Ok(token.load(Ordering::Relaxed))
    }
    assert_eq!(pipeline().await.unwrap(), 100);
}
