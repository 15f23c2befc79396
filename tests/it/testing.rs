//! `#[tidegate::test]`: what a test can rely on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tidegate::Engine;
use tidegate::prelude::*;
use tidegate::testing::{TestOptions, run};

use crate::timeline::run_of;

#[task]
async fn one() -> u32 {
    1
}

#[tidegate::test(start_paused = true)]
async fn a_test_may_give_a_result() -> Result<()> {
    assert_eq!(one().await?, 1);
    let engine = Engine::current()?;
    assert_eq!(engine.runs().count().await?, 1);
    Ok(())
}

#[tidegate::test]
#[should_panic(expected = "as it should")]
async fn a_test_keeps_its_other_attributes() {
    one().await.unwrap();
    panic!("as it should");
}

#[tidegate::test(start_paused = true)]
async fn times_of_runs_follow_the_paused_clock() {
    #[task]
    async fn day() {
        tokio::time::sleep(Duration::from_secs(24 * 60 * 60)).await;
    }
    day().await.unwrap();
    let run = run_of("day").await;
    let hours = (run.end_time.unwrap() - run.start_time.unwrap()).as_seconds_f64() / 3600.0;
    assert_eq!(hours.round(), 24.0);
}

#[tidegate::test(worker_threads = 2)]
async fn a_test_may_have_several_threads() {
    #[flow]
    async fn pipeline() -> Result<u32> {
        let (a, b) = (one().submit(), one().submit());
        Ok(a.await? + b.await?)
    }
    assert_eq!(pipeline().await.unwrap(), 2);
}

#[test]
fn a_test_waits_for_what_it_forgot() {
    let ended = Arc::new(AtomicBool::new(false));
    let options = TestOptions { start_paused: true, ..TestOptions::default() };
    run(options, async {
        let ended = Arc::clone(&ended);
        let step = tidegate::step("slow").run(move || {
            let ended = Arc::clone(&ended);
            async move {
                tokio::time::sleep(Duration::from_secs(60)).await;
                ended.store(true, Ordering::Relaxed);
                Ok::<_, tidegate::Error>(())
            }
        });
        drop(step.submit());
    });
    assert!(ended.load(Ordering::Relaxed));
}
