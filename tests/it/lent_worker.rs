//! What waits for a person, or for an input, leaves the worker of its task to others meanwhile.

use tidegate::prelude::*;
use tidegate::{Concurrent, RunId, pause_flow_run, receive_input, resume, send_input};

use crate::pause::paused;
use crate::timeline::{run_of, timeline};

/// The run of a flow that is submitted by a task, once there is one.
async fn inner() -> RunId {
    loop {
        let runs = tidegate::Engine::current().unwrap().runs().flow("inner").list().await.unwrap();
        if let Some(run) = runs.first() {
            return run.id;
        }
        tokio::task::yield_now().await;
    }
}

/// Were the worker kept, nobody would answer.
#[tidegate::test(start_paused = true)]
async fn a_pause_in_a_subflow_of_a_task_lends_the_worker_of_the_task() {
    #[flow]
    async fn inner() -> Result<u32> {
        pause_flow_run().wait_for_input::<u32>().timeout("1h").await
    }
    #[task]
    async fn asks() -> Result<u32> {
        inner().await
    }
    #[task]
    async fn answers() -> Result<()> {
        let id = self::inner().await;
        paused(id).await;
        resume(id).input(7_u32).await.map(drop)
    }
    #[flow(task_runner = Concurrent::new(1))]
    async fn pipeline() -> Result<u32> {
        let (asked, answered) = (asks().submit(), answers().submit());
        answered.await?;
        asked.await
    }
    assert_eq!(pipeline().await.unwrap(), 7);
    assert_eq!(
        timeline(&run_of("inner").await),
        "Pending > Running > Paused > Running > Completed"
    );
}

/// One whose time is up takes its worker again before its body goes on.
#[tidegate::test(start_paused = true)]
async fn a_pause_that_nobody_answers_waits_for_its_worker_before_the_body_goes_on() {
    #[flow]
    async fn inner() -> Result<()> {
        let answer = pause_flow_run().timeout(10).await;
        assert!(answer.is_err());
        Ok(())
    }
    #[task]
    async fn asks() -> Result<()> {
        inner().await?;
        println!("asked");
        Ok(())
    }
    #[task]
    async fn works() {
        tokio::time::sleep(std::time::Duration::from_secs(60)).await;
    }
    #[flow(task_runner = Concurrent::new(1))]
    async fn pipeline() -> Result<()> {
        let (asked, worked) = (asks().submit(), works().submit());
        asked.await?;
        assert!(worked.is_finished());
        Ok(())
    }
    pipeline().await.unwrap();
    let run = run_of("inner").await;
    let paused = run.states[3].timestamp - run.states[2].timestamp;
    assert_eq!((paused.num_milliseconds() + 500) / 1000, 10, "the pause ends in time");
}

#[tidegate::test(start_paused = true)]
async fn who_receives_an_input_lends_its_worker_until_there_is_one() {
    #[flow]
    async fn inner(timeout: u64) -> Result<Option<String>> {
        receive_input::<String>().timeout(timeout).next().await
    }
    #[task]
    async fn receives() -> Result<Option<String>> {
        inner(3600).await
    }
    #[task]
    async fn sends() -> Result<()> {
        let id = self::inner().await;
        send_input("Ada", id).await
    }
    #[flow(task_runner = Concurrent::new(1))]
    async fn pipeline() -> Result<Option<String>> {
        let (received, sent) = (receives().submit(), sends().submit());
        sent.await?;
        received.await
    }
    assert_eq!(pipeline().await.unwrap().as_deref(), Some("Ada"));
}
