//! Suspending a flow run: it leaves its process, and its body runs again, from the record, when it is resumed.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use expect_test::expect;
use serde_json::json;
use tidegate::prelude::*;
use tidegate::{Engine, Error, LogLevel, StateType, pause_flow_run, resume, suspend_flow_run};

use crate::timeline::{check, history, run_of, timeline};

/// PAUSE-17, PAUSE-18, PAUSE-19, LOG-17
#[tidegate::test(start_paused = true)]
async fn a_suspended_flow_runs_again_from_its_record_when_it_is_resumed() {
    static BODIES: AtomicU32 = AtomicU32::new(0);
    static TASKS: AtomicU32 = AtomicU32::new(0);
    #[task]
    async fn one() -> u32 {
        TASKS.fetch_add(1, Ordering::Relaxed);
        1
    }
    #[flow]
    async fn suspending(ten: u32) -> Result<u32> {
        BODIES.fetch_add(1, Ordering::Relaxed);
        let before = one().await?;
        let input = suspend_flow_run().wait_for_input::<u32>().await?;
        Ok(10 * ten + input + before + one().await?)
    }
    let error = suspending(10).named("order").await.unwrap_err();
    assert!(error.is_suspended());
    assert_eq!(
        error.to_string(),
        "Flow run 'order' is suspended, until `tidegate::resume` goes on with it"
    );
    let run = run_of("suspending").await;
    assert_eq!(run.policy.pause_keys, ["1"]);
    assert_eq!(error.run_id(), Some(run.id));
    assert_eq!(timeline(&run), "Pending > Running > Suspended");
    let state = serde_json::to_value(run.state()).unwrap();
    assert_eq!(
        (&state["type"], &state["reschedule"], &state["key"]),
        (&json!("PAUSED"), &json!(true), &json!("1"))
    );

    let refused = resume(run.id).input("ten").await.unwrap_err().to_string();
    assert!(
        refused.contains("the field `value` must be a whole number, and is a text"),
        "{refused}"
    );
    let run = resume(run.id).input(5).await.unwrap();
    assert_eq!(run.run_count, 1, "resuming uses up no retry");
    check(
        Engine::current().unwrap().result::<u32>(run.id),
        expect![[r#"
            Ok(107)
            flow suspending: Pending > Running > Suspended > Resuming(0s) > Running > Completed
              task one: Pending > Running > Completed
              task one: Pending > Running > Completed
        "#]],
    )
    .await;
    assert_eq!((BODIES.load(Ordering::Relaxed), TASKS.load(Ordering::Relaxed)), (2, 2));
    let lines = Engine::current().unwrap().logs().of_flow_run(run.id).list().await.unwrap();
    let told = "Suspending flow run, execution will be rescheduled when this flow run is resumed.";
    assert!(lines.iter().any(|line| line.message == told && line.level == LogLevel::Info));
    let again = resume(run.id).await.unwrap_err().to_string();
    assert!(again.contains("it has completed"), "{again}");
}

/// PAUSE-17
#[tidegate::test]
async fn what_could_not_be_resumed_is_not_suspended() {
    let error = suspend_flow_run().await.unwrap_err().to_string();
    assert!(error.starts_with("Flow run cannot be suspended: only a flow run can be"), "{error}");

    #[flow]
    async fn inner() -> Result<()> {
        suspend_flow_run().await
    }
    #[flow]
    async fn outer() -> Result<()> {
        inner().await
    }
    let error = outer().await.unwrap_err().to_string();
    assert!(error.contains("Flow run cannot be suspended: Cannot suspend subflows."), "{error}");

    struct Pool;
    #[flow]
    async fn borrowing(_pool: &Pool) -> Result<()> {
        suspend_flow_run().await
    }
    let error = borrowing(&Pool).await.unwrap_err().to_string();
    assert!(
        error.contains(
            "Flow run cannot be suspended: it could not be resumed, since this program has no flow"
        ),
        "{error}"
    );

    #[flow]
    async fn in_transaction() -> Result<()> {
        tidegate::transaction().run(async |_| suspend_flow_run().await).await
    }
    let error = in_transaction().await.unwrap_err().to_string();
    assert!(error.contains("it is in a transaction"), "{error}");
}

#[tidegate::test(start_paused = true)]
async fn what_is_under_way_ends_before_a_flow_is_suspended_and_what_is_not_begins_later() {
    #[task(retries = 1)]
    async fn long(name: String, seconds: u64) -> Result<String> {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        Ok(name)
    }
    #[task]
    async fn outer() -> Result<String> {
        tokio::time::sleep(Duration::from_secs(3)).await;
        long("nested".into(), 1).await
    }
    #[task]
    async fn late() -> &'static str {
        "late"
    }
    #[flow]
    async fn busy() -> Result<String> {
        let submitted = long("submitted".into(), 5).submit();
        let outer = outer().submit();
        let suspend = async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            suspend_flow_run().await
        };
        let next = async {
            tokio::time::sleep(Duration::from_secs(2)).await;
            let later = late().submit();
            Ok::<_, Error>(format!("{} {}", late().await?, later.await?))
        };
        let (in_place, suspended, next) = tokio::join!(long("in place".into(), 4), suspend, next);
        suspended?;
        let next = next?;
        Ok([in_place?, submitted.await?, outer.await?, next].join(" "))
    }
    check(
        busy(),
        expect![[r#"
            Err: Suspended(type=PAUSED)
            flow busy: Pending > Running > Suspended
              task long: Pending > Running > Completed
              task long: Pending > Running > Completed
              task outer: Pending > Running > Completed
                task long: Pending > Running > Completed
        "#]],
    )
    .await;
    let run = resume(run_of("busy").await.id).await.unwrap();
    let result: String = Engine::current().unwrap().result(run.id).await.unwrap();
    assert_eq!(result, "in place submitted nested late late");
    expect![[r#"
        flow busy: Pending > Running > Suspended > Resuming(0s) > Running > Completed
          task long: Pending > Running > Completed
          task long: Pending > Running > Completed
          task outer: Pending > Running > Completed
            task long: Pending > Running > Completed
          task late: Pending > Running > Completed
          task late: Pending > Running > Completed
    "#]]
    .assert_eq(&history().await);
}

#[tidegate::test(start_paused = true)]
async fn a_flow_is_suspended_as_often_as_it_asks() {
    #[flow]
    async fn stepwise() -> Result<Vec<u32>> {
        let mut numbers = Vec::new();
        for _ in 0..3 {
            numbers.push(suspend_flow_run().wait_for_input().await?);
        }
        Ok(numbers)
    }
    let id = stepwise().await.unwrap_err().run_id().unwrap();
    for number in 0..2 {
        assert!(resume(id).input(number).await.unwrap_err().is_suspended());
    }
    let run = resume(id).input(2).await.unwrap();
    let numbers: Vec<u32> = Engine::current().unwrap().result(run.id).await.unwrap();
    assert_eq!(numbers, [0, 1, 2]);
    assert_eq!((run.run_count, run.policy.pause_keys.len()), (1, 3));
}

#[tidegate::test(start_paused = true)]
async fn a_flow_that_runs_again_is_not_asked_again() {
    static ATTEMPTS: AtomicU32 = AtomicU32::new(0);
    #[flow(retries = 1)]
    async fn asking() -> Result<(u32, u32)> {
        let first = suspend_flow_run().wait_for_input().await?;
        let second = pause_flow_run().wait_for_input().await?;
        match ATTEMPTS.fetch_add(1, Ordering::Relaxed) {
            0 => Err("not yet".into()),
            _ => Ok((first, second)),
        }
    }
    let id = asking().await.unwrap_err().run_id().unwrap();
    let answering = async {
        crate::pause::paused(id).await;
        resume(id).input(2).await.unwrap();
    };
    let (run, ()) = tokio::join!(resume(id).input(1), answering);
    let run = run.unwrap();
    assert_eq!(
        timeline(&run),
        "Pending > Running > Suspended > Resuming(0s) > Running > Paused > Running > AwaitingRetry(0s) > Running > Completed"
    );
    assert_eq!(run.run_count, 2);
    let result: (u32, u32) = Engine::current().unwrap().result(id).await.unwrap();
    assert_eq!(result, (1, 2));
}

#[tidegate::test(start_paused = true)]
async fn a_suspended_run_whose_time_is_up_fails_when_it_is_resumed() {
    #[flow]
    async fn expiring() -> Result<()> {
        suspend_flow_run().timeout(60).await
    }
    let id = expiring().await.unwrap_err().run_id().unwrap();
    tokio::time::sleep(Duration::from_secs(61)).await;
    let error = resume(id).await.unwrap_err().to_string();
    assert!(error.contains("its time was up"), "{error}");
    expect![[r#"
        flow expiring: Pending > Running > Suspended > Failed
    "#]]
    .assert_eq(&history().await);
    let state = run_of("expiring").await.state().unwrap().clone();
    assert_eq!(state.message.as_deref(), Some("The flow was suspended and never resumed."));
}

#[tidegate::test(worker_threads = 2)]
async fn a_sync_flow_is_suspended_too() {
    #[flow]
    fn blocking_suspend() -> Result<u32> {
        suspend_flow_run().wait_for_input().block_on()
    }
    let error = blocking_suspend().await.unwrap_err();
    assert!(error.is_suspended());
    let run = resume(error.run_id().unwrap()).input(4).await.unwrap();
    assert_eq!(run.state().unwrap().state_type(), StateType::Completed);
}

/// As any run that has ended well: nobody is told of a failure.
#[tidegate::test(start_paused = true)]
async fn no_hook_is_called_for_a_suspension() {
    static HOOKS: AtomicU32 = AtomicU32::new(0);
    async fn count(_run: tidegate::Run, _state: tidegate::State) {
        HOOKS.fetch_add(1, Ordering::Relaxed);
    }
    #[flow(on_completion = [count], on_failure = [count], on_crashed = [count], on_cancellation = [count])]
    async fn hooked() -> Result<()> {
        suspend_flow_run().await
    }
    let id = hooked().await.unwrap_err().run_id().unwrap();
    assert_eq!(HOOKS.load(Ordering::Relaxed), 0);
    resume(id).await.unwrap();
    assert_eq!(HOOKS.load(Ordering::Relaxed), 1);
}

/// Whoever answers may die before the run goes on. The answer stays, and is no obstacle.
#[tidegate::test(start_paused = true)]
async fn a_run_whose_answer_is_on_record_goes_on_with_that() {
    #[flow]
    async fn answered() -> Result<u32> {
        suspend_flow_run().wait_for_input().await
    }
    let engine = Engine::current().unwrap();
    for (given, told) in [(None, Ok(5)), (Some(5), Ok(5)), (Some(6), Err("with another input"))] {
        let id = answered().await.unwrap_err().run_id().unwrap();
        let input = tidegate::RunInput {
            flow_run_id: id,
            key: "suspended-1-response".to_owned(),
            value: json!({ "value": 5 }),
            sender: None,
            created: engine.run_record(id).await.unwrap().unwrap().created,
        };
        let write = tidegate::store::Write::Input {
            input: Box::new(input),
            if_exists: tidegate::store::IfExists::Refuse,
            after: None,
        };
        engine.store().unwrap().put_acknowledged(write).await.unwrap();
        let resuming = match given {
            Some(given) => resume(id).input(given),
            None => resume(id),
        };
        match (resuming.await, told) {
            (Ok(_), Ok(value)) => assert_eq!(engine.result::<u32>(id).await.unwrap(), value),
            (Err(error), Err(text)) => assert!(error.to_string().contains(text), "{error}"),
            (given, _) => panic!("{given:?}"),
        }
    }
}
