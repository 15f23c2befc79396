//! Inputs of flow runs: sent while they run, received in order, by those who want their type.

use std::time::Duration;

use futures_util::StreamExt;
use tidegate::prelude::*;
use tidegate::{Engine, InputTimeout, LogLevel, RunId, receive_input, send_input};

fn own_id() -> RunId {
    tidegate::runtime::flow_run::id().unwrap()
}

/// PAUSE-24
#[tidegate::test(start_paused = true)]
async fn a_receiver_takes_the_inputs_of_its_type_and_leaves_them_for_the_next() {
    #[flow]
    async fn pipeline() -> Result<()> {
        send_input(7, own_id()).await?;
        send_input("s", own_id()).await?;
        send_input(8, own_id()).await?;
        for _ in 0..2 {
            let numbers = receive_input::<i64>().timeout(1).into_stream();
            let numbers: Vec<_> = numbers.map(Result::unwrap).collect().await;
            assert_eq!(numbers, [7, 8]);
        }
        let mut texts = receive_input::<String>().timeout(1);
        assert_eq!(texts.next().await?.as_deref(), Some("s"));
        assert_eq!(texts.next().await?, None);
        Ok(())
    }
    pipeline().await.unwrap();
}

/// PAUSE-25
#[tidegate::test(start_paused = true)]
async fn a_receiver_that_waits_in_vain_ends_or_fails() {
    #[flow]
    async fn pipeline() -> Result<()> {
        assert_eq!(receive_input::<u32>().timeout(5).next().await?, None);
        let late = receive_input::<u32>().timeout(5).raise_timeout_error().next().await;
        let error = late.unwrap_err();
        assert!(error.downcast_ref::<InputTimeout>().is_some());
        assert_eq!(error.to_string(), "Timed out waiting for input: none came within 5s");
        Ok(())
    }
    pipeline().await.unwrap();
}

/// The clock stands still unless everybody waits, so nobody looks again and again.
#[tidegate::test(start_paused = true)]
async fn a_receiver_is_woken_at_once() {
    #[flow]
    async fn receiver() -> Result<Vec<u32>> {
        let mut numbers = receive_input::<u32>();
        let mut all = Vec::new();
        while let Some(number) = numbers.next().await? {
            all.push(number);
            if number == 0 {
                break;
            }
        }
        Ok(all)
    }
    let call = receiver().submit();
    let id = call.id().unwrap();
    let began = tokio::time::Instant::now();
    for number in [3, 2, 1, 0] {
        send_input(number, id).await.unwrap();
    }
    assert_eq!(call.await.unwrap(), [3, 2, 1, 0]);
    assert_eq!(began.elapsed(), Duration::ZERO);
}

#[tidegate::test(start_paused = true)]
async fn an_input_is_answered_to_the_flow_run_that_sent_it() {
    #[flow]
    async fn echo() -> Result<()> {
        let received = receive_input::<u32>().next_with_metadata().await?.unwrap();
        received.respond(received.value + 1).await
    }
    #[flow]
    async fn asking() -> Result<u32> {
        let echo = echo().submit();
        send_input(41, echo.id().unwrap()).await?;
        let answer = receive_input::<u32>().next_with_metadata().await?.unwrap();
        assert_eq!(answer.sender, echo.id());
        Ok(answer.value)
    }
    assert_eq!(asking().await.unwrap(), 42);
}

#[tidegate::test(start_paused = true)]
async fn an_input_from_outside_has_nobody_to_answer_to() {
    #[flow]
    async fn echo() -> Result<()> {
        let received = receive_input::<u32>().next_with_metadata().await?.unwrap();
        assert_eq!(received.sender, None);
        received.respond("hello").await
    }
    let call = echo().submit();
    send_input(1, call.id().unwrap()).await.unwrap();
    let error = call.await.unwrap_err().to_string();
    assert!(error.contains("cannot be answered: no flow run sent it"), "{error}");
}

#[tidegate::test(start_paused = true)]
async fn a_prefix_is_a_channel_of_its_own() {
    #[flow]
    async fn pipeline() -> Result<()> {
        for (channel, value) in [("orders", 1), ("orders-old", 2), ("orders", 3)] {
            send_input(value, own_id()).key_prefix(channel).await?;
        }
        send_input("none", own_id()).key_prefix("orders").await?;
        let receive = |channel: &str| {
            let receiver = receive_input::<u32>().key_prefix(channel).timeout(1);
            receiver.into_stream().map(Result::unwrap).collect::<Vec<_>>()
        };
        assert_eq!(receive("orders").await, [1, 3]);
        assert_eq!(receive("orders-old").await, [2]);
        assert_eq!(receive_input::<u32>().timeout(1).next().await?, None);
        Ok(())
    }
    pipeline().await.unwrap();
    let warnings = Engine::current().unwrap().logs().at_least(LogLevel::Warning);
    let warnings = warnings.list().await.unwrap();
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].message.contains("is left out, since it is no u32"), "{warnings:?}");
}

/// PAUSE-26
#[tidegate::test]
async fn an_input_with_a_key_is_sent_once() {
    #[flow]
    async fn pipeline() -> Result<Option<u32>> {
        send_input(1, own_id()).key("order-17").await?;
        let error = send_input(2, own_id()).key("order-17").await.unwrap_err();
        assert!(error.is_configuration());
        assert!(
            error.to_string().contains("has an input of the key `order-17` already"),
            "{error}"
        );
        receive_input().next().await
    }
    assert_eq!(pipeline().await.unwrap(), Some(1));
}

#[tidegate::test]
async fn what_cannot_be_sent_or_received_is_told() {
    let error = receive_input::<u32>().next().await.unwrap_err().to_string();
    assert!(error.contains("this code belongs to none"), "{error}");
    #[flow]
    async fn pipeline() -> Result<()> {
        let numbers: std::collections::HashMap<(u8, u8), u8> = [((1, 2), 3)].into();
        let error = send_input(numbers, own_id()).await.unwrap_err().to_string();
        assert!(error.contains("cannot be written as JSON"), "{error}");
        let error = send_input(1, own_id()).key_prefix("a:b").await.unwrap_err().to_string();
        assert!(error.contains("cannot be the prefix of keys"), "{error}");
        Ok(())
    }
    pipeline().await.unwrap();
}

/// Of a flow that runs in this process, from outside of any flow.
#[tidegate::test(start_paused = true)]
async fn a_receiver_may_listen_to_another_flow_run() {
    #[flow]
    async fn quiet() -> Result<()> {
        tokio::time::sleep(Duration::from_secs(5)).await;
        Ok(())
    }
    let call = quiet().submit();
    let id = call.id().unwrap();
    send_input("heard", id).await.unwrap();
    let mut receiver = receive_input::<String>().of_flow_run(id);
    assert_eq!(receiver.next().await.unwrap().as_deref(), Some("heard"));
    call.await.unwrap();
}

#[tidegate::test(worker_threads = 2)]
async fn a_sync_task_sends_too() {
    #[task]
    fn tell() -> Result<()> {
        send_input("done", own_id()).block_on()
    }
    #[flow]
    async fn pipeline() -> Result<Option<String>> {
        tell().await?;
        receive_input().next().await
    }
    assert_eq!(pipeline().await.unwrap().as_deref(), Some("done"));
}
