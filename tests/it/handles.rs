//! Handles as arguments, in `wait_for` and in `then`: what a run depends on, and what becomes of it when that fails.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use expect_test::expect;
use tidegate::prelude::*;
use tidegate::{Engine, Hook, Run, RunHandle, RunHandles, State, StateType};

use crate::timeline::{check, history, outcome, run_of, runs, timeline};

#[task]
async fn double(number: u32) -> u32 {
    2 * number
}

#[task]
async fn slow(seconds: u64) -> u64 {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    seconds
}

#[task]
async fn fails() -> Result<u32> {
    Err("no".into())
}

#[task]
async fn fails_by(number: u32) -> Result<u32> {
    Err(format!("no {number}").into())
}

#[task]
async fn sum(numbers: Vec<u32>) -> u32 {
    numbers.iter().sum()
}

#[task]
async fn told(number: Result<u32>) -> String {
    match number {
        Ok(number) => number.to_string(),
        Err(error) => format!("{error}"),
    }
}

/// The message of the state that a run is in.
fn message(run: &Run) -> String {
    run.state().unwrap().message.as_deref().unwrap().to_owned()
}

fn not_completed(run: &Run) -> String {
    format!("Upstream task run '{}' did not reach a 'COMPLETED' state.", run.id)
}

#[tidegate::test(start_paused = true)]
async fn a_handle_stands_for_its_value() {
    #[task]
    async fn add(left: u32, right: u32) -> u32 {
        left + right
    }
    #[flow]
    async fn pipeline() -> Result<u32> {
        let two = double::submit(1);
        let three = add::submit(&two, 1);
        add::submit(two, three).await
    }
    check(
        pipeline(),
        expect![[r#"
            Ok(5)
            flow pipeline: Pending > Running > Completed
              task double: Pending > Running > Completed
              task add: Pending > Running > Completed
              task add: Pending > Running > Completed
        "#]],
    )
    .await;
}

#[tidegate::test(start_paused = true)]
async fn a_call_with_handles_takes_options_and_is_awaited_like_any_other() {
    #[flow]
    async fn pipeline() -> Result<u32> {
        let two = double::submit(1);
        double::call(&two).named("four").tags(["late"]).await
    }
    assert_eq!(pipeline().await.unwrap(), 4);
    let four = runs().await.into_iter().find(|run| run.name == "four").unwrap();
    assert_eq!(four.tags, ["late"]);
}

#[tidegate::test(start_paused = true)]
async fn a_run_waits_as_pending_and_is_recorded_meanwhile() {
    #[flow]
    async fn pipeline() -> Result<u64> {
        let first = slow::submit(60);
        let second = slow::submit(&first);
        tokio::time::sleep(Duration::from_secs(30)).await;
        assert_eq!(second.state().unwrap().to_string(), "Pending()");
        let recorded = Engine::current()?.run_record(second.id().unwrap()).await?.unwrap();
        assert_eq!(timeline(&recorded), "Pending");
        let first = first.id().unwrap();
        assert_eq!(
            recorded.parameters.get("seconds").unwrap(),
            &format!("<result of task run {first}>")
        );
        second.await
    }
    let started = tokio::time::Instant::now();
    assert_eq!(pipeline().await.unwrap(), 60);
    assert_eq!(started.elapsed().as_secs(), 120, "one after the other");
    for run in runs().await.iter().filter(|run| run.definition.name == "slow") {
        assert_eq!(timeline(run), "Pending > Running > Completed");
        assert_eq!(run.parameters.get("seconds").unwrap(), 60, "the value, once it is known");
    }
}

#[tidegate::test(start_paused = true)]
async fn a_run_is_named_when_its_arguments_are_known() {
    #[task(task_run_name = "send-{number}")]
    async fn send(number: u64) -> Option<String> {
        assert_eq!(number, 5);
        tidegate::runtime::task_run::name()
    }
    #[flow]
    async fn pipeline() -> Result<(String, String)> {
        let waits = slow::submit(5);
        let (send, named) = (send::submit(&waits), send::call(&waits).named("mine").submit());
        assert_eq!((send.name(), named.name().as_deref()), (None, Some("mine")));
        Ok((send.await?.unwrap(), named.await?.unwrap()))
    }
    assert_eq!(pipeline().await.unwrap(), ("send-5".to_owned(), "mine".to_owned()));
    let names: Vec<_> = runs().await.into_iter().map(|run| run.name).collect();
    assert!(names.contains(&"send-5".to_owned()), "{names:?}");
}

/// TASK-07, TASK-09
#[tidegate::test(start_paused = true)]
async fn a_run_that_was_given_the_handle_of_a_failed_one_never_begins() {
    static BODIES: AtomicU32 = AtomicU32::new(0);
    #[task]
    async fn downstream(number: u32) -> u32 {
        BODIES.fetch_add(1, Ordering::Relaxed);
        number
    }
    #[flow]
    async fn pipeline() -> Result<u32> {
        downstream::submit(fails::submit()).await
    }
    let given = pipeline().await;
    let (fails, downstream) = (run_of("fails").await, run_of("downstream").await);
    assert_eq!(
        outcome(&given),
        format!("Err: Failed('Flow run encountered an exception: {}')", not_completed(&fails))
    );
    expect![[r#"
        flow pipeline: Pending > Running > Failed
          task fails: Pending > Running > Failed
          task downstream: Pending > NotReady
    "#]]
    .assert_eq(&history().await);
    assert_eq!(message(&downstream), not_completed(&fails));
    assert_eq!((downstream.run_count, BODIES.load(Ordering::Relaxed)), (0, 0));
    assert_eq!(downstream.start_time, None);
    assert!(downstream.end_time.is_some(), "nothing will come of it");
}

#[tidegate::test(start_paused = true)]
async fn the_error_of_a_run_that_never_began_names_the_run_it_waited_for() {
    #[flow]
    async fn pipeline() -> Result<()> {
        let failed = fails::submit();
        let error = double::submit(&failed).await.unwrap_err();
        assert!(error.is_upstream() && !error.is_failed());
        let upstream = failed.id().unwrap();
        let text = error.to_string();
        assert!(text.starts_with("Task run 'double-"), "{text}");
        assert!(
            text.ends_with(&format!(
                "could not start: Upstream task run '{upstream}' did not reach a 'COMPLETED' state."
            )),
            "{text}"
        );
        assert!(
            format!("{error:?}").ends_with("failed: no"),
            "its cause is the other's error: {error:?}"
        );
        Ok(())
    }
    pipeline().await.unwrap();
}

#[tidegate::test(start_paused = true)]
async fn the_error_of_the_users_code_is_found_through_all_that_depends_on_it() {
    #[task]
    async fn parses() -> Result<u32> {
        Ok("many".parse::<u32>()?)
    }
    let error = double::submit(double::submit(parses::submit())).await.unwrap_err();
    assert!(error.is_upstream());
    assert!(error.downcast_ref::<std::num::ParseIntError>().is_some());
}

/// TASK-10
#[tidegate::test(start_paused = true)]
async fn of_a_chain_each_run_names_the_one_before_it() {
    #[flow]
    async fn pipeline() {
        let first = double::call(fails::submit()).named("first").submit();
        drop(double::call(&first).named("second").submit());
    }
    pipeline().await.unwrap();
    let runs = runs().await;
    let named = |name: &str| runs.iter().find(|run| run.name == name).unwrap();
    let failed = run_of("fails").await;
    assert_eq!(message(named("first")), not_completed(&failed));
    assert_eq!(message(named("second")), not_completed(named("first")));
}

#[tidegate::test(start_paused = true)]
async fn a_crashed_run_is_not_completed_either() {
    #[flow]
    async fn pipeline() {
        let crashed = crashes().submit();
        assert!(double::submit(&crashed).await.unwrap_err().is_upstream());
        assert!(told::submit(allow_failure(&crashed)).await.unwrap_err().is_upstream(), "TASK-17");
    }
    #[task]
    async fn crashes() -> Result<State, tidegate::Error> {
        Ok(State::crashed(tidegate::Timestamp::UNIX_EPOCH))
    }
    #[task]
    async fn double(state: State) -> bool {
        state.is_terminal()
    }
    #[task]
    async fn told(state: Result<State>) -> bool {
        state.is_ok()
    }
    pipeline().await.unwrap();
}

/// TASK-13
#[tidegate::test(start_paused = true)]
async fn a_run_that_waits_for_a_failed_one_never_begins() {
    #[flow]
    async fn pipeline() {
        let failed = fails().submit();
        assert!(double(1).wait_for([&failed]).submit().await.unwrap_err().is_upstream());
        assert!(double(1).wait_for(&failed).await.unwrap_err().is_upstream());
    }
    check(
        pipeline(),
        expect![[r#"
            Ok(())
            flow pipeline: Pending > Running > Completed
              task fails: Pending > Running > Failed
              task double: Pending > NotReady
              task double: Pending > NotReady
        "#]],
    )
    .await;
}

/// TASK-16
#[tidegate::test(start_paused = true)]
async fn a_run_waits_for_others_of_any_type() {
    static ENDED: Mutex<Vec<&str>> = Mutex::new(Vec::new());
    #[task]
    async fn first() -> &'static str {
        tokio::time::sleep(Duration::from_secs(9)).await;
        ENDED.lock().unwrap().push("first");
        "a text"
    }
    #[task]
    async fn second() {
        ENDED.lock().unwrap().push("second");
    }
    #[task]
    async fn last() -> Vec<&'static str> {
        ENDED.lock().unwrap().clone()
    }
    #[flow]
    async fn pipeline() -> Result<Vec<&'static str>> {
        let (first, second, third) = (first().submit(), second().submit(), double::map([1, 2]));
        last().wait_for((&first, [&second], &third)).await
    }
    assert_eq!(pipeline().await.unwrap(), ["second", "first"]);
}

/// TASK-17
#[tidegate::test(start_paused = true)]
async fn a_failure_that_is_allowed_arrives_as_the_error() {
    #[flow]
    async fn pipeline() -> Result<String> {
        let (failed, completed) = (fails().named("f").submit(), double(2).submit());
        let first = told::submit(allow_failure(&failed)).await?;
        let second = told::submit(allow_failure(completed)).await?;
        Ok(format!("{first}; {second}"))
    }
    assert_eq!(pipeline().await.unwrap(), "Task run 'f' failed: no; 4");
}

/// TASK-18
#[tidegate::test(start_paused = true)]
async fn failures_are_allowed_inside_collections() {
    #[task]
    async fn count(numbers: Vec<Result<u32>>) -> (usize, u32) {
        let failed = numbers.iter().filter(|number| number.is_err()).count();
        (failed, numbers.into_iter().flatten().sum())
    }
    #[flow]
    async fn pipeline() -> Result<(usize, u32)> {
        let handles = [fails().submit(), double(1).submit(), double(2).submit()];
        count::submit(allow_failure(&handles)).await
    }
    assert_eq!(pipeline().await.unwrap(), (1, 6));
}

/// TASK-21
#[tidegate::test(start_paused = true)]
async fn a_failed_state_without_an_error_arrives_as_an_error_with_its_message() {
    #[task]
    async fn asks() -> State {
        State::failed(tidegate::Timestamp::UNIX_EPOCH).message("by hand")
    }
    #[task]
    async fn told(state: Result<State>) -> String {
        state.unwrap_err().to_string()
    }
    #[flow]
    async fn pipeline() -> Result<String> {
        told::submit(allow_failure(asks().named("asks").submit())).await
    }
    assert_eq!(pipeline().await.unwrap(), "Task run 'asks' failed: by hand");
}

/// TASK-22
#[tidegate::test(start_paused = true)]
async fn waiting_for_failures_that_are_allowed_is_waiting_for_their_end() {
    #[flow]
    async fn pipeline() -> Result<u32> {
        let failed = fails_by::map([1, 2]);
        let not_ready = double::map(&failed);
        double(4).wait_for([allow_failure(&failed), allow_failure(&not_ready)]).await
    }
    check(
        pipeline(),
        expect![[r#"
            Ok(8)
            flow pipeline: Pending > Running > Completed
              task double: Pending > Running > Completed
              task fails_by: Pending > Running > Failed
              task fails_by: Pending > Running > Failed
              task double: Pending > NotReady
              task double: Pending > NotReady
        "#]],
    )
    .await;
}

/// TASK-23
#[tidegate::test(start_paused = true)]
async fn handles_are_found_at_any_depth_of_what_is_gathered() {
    type Nested = (Vec<u32>, BTreeMap<&'static str, (u32, Option<[u32; 2]>)>);
    #[task]
    async fn show(nested: Nested) -> String {
        format!("{nested:?}")
    }
    #[flow]
    async fn pipeline() -> Result<String> {
        let one = double(1).submit();
        let more = double::map([2, 3]);
        let nested =
            (more, BTreeMap::from([("a", (&one, Some([double(4).submit(), one.clone()])))]));
        show::submit(gather(nested)).await
    }
    assert_eq!(pipeline().await.unwrap(), r#"([4, 6], {"a": (2, Some([8, 2]))})"#);
}

#[tidegate::test]
async fn no_handles_are_an_empty_list() {
    #[flow]
    async fn pipeline() -> Result<u32> {
        let none: Vec<RunHandle<u32>> = Vec::new();
        assert_eq!(sum::submit(gather(Vec::<RunHandle<u32>>::new())).await?, 0);
        let waits = sum::call(&none).wait_for(double(1).submit()).submit();
        Ok(sum::submit(&none).await? + sum::call(none).await? + waits.await?)
    }
    assert_eq!(pipeline().await.unwrap(), 0);
}

#[tidegate::test(start_paused = true)]
async fn one_failed_run_among_what_is_gathered_is_enough() {
    #[flow]
    async fn pipeline() {
        let handles = vec![double(1).submit(), fails().submit()];
        assert!(sum::submit(&handles).await.unwrap_err().is_upstream());
        let gathered = gather((double(1).submit(), handles)).then(|(one, _)| double(one));
        assert!(gathered.await.unwrap_err().is_upstream());
    }
    pipeline().await.unwrap();
}

/// TASK-24: a handle goes where a handle is wanted.
#[tidegate::test(start_paused = true)]
async fn a_handle_arrives_untouched_where_the_argument_is_a_handle() {
    #[task]
    async fn looks(handle: RunHandle<u32>) -> String {
        handle.state().unwrap().to_string()
    }
    #[flow]
    async fn pipeline() -> Result<String> {
        let failed = fails().submit();
        failed.wait().await;
        looks::submit(failed).await
    }
    assert_eq!(pipeline().await.unwrap(), "Failed('Task run encountered an exception: no')");
}

/// TASK-25
#[tidegate::test(start_paused = true)]
async fn what_a_run_gave_is_not_looked_into() {
    #[task]
    async fn gives() -> Option<Vec<RunHandle<u32>>> {
        Some(vec![double(1).submit(), fails().submit()])
    }
    #[task]
    async fn count(handles: Option<Vec<RunHandle<u32>>>) -> usize {
        handles.unwrap_or_default().len()
    }
    #[flow]
    async fn pipeline() -> Result<usize> {
        count::submit(gives().submit()).await
    }
    assert_eq!(pipeline().await.unwrap(), 2);
}

/// TASK-27: in Prefect the run stays Pending for ever.
#[tidegate::test(start_paused = true)]
async fn a_run_that_awaits_its_own_handle_fails() {
    static OWN: OnceLock<RunHandle<u32>> = OnceLock::new();
    #[task]
    async fn itself() -> Result<u32> {
        let own = OWN.get().unwrap();
        Ok(RunHandles::from(vec![double(1).submit(), own.clone()]).await?.len() as u32)
    }
    #[flow]
    async fn pipeline() -> Result<u32> {
        let handle = itself().submit();
        OWN.set(handle.clone()).unwrap();
        handle.await
    }
    check(
        pipeline(),
        expect![[r#"
            Err: Failed('Flow run encountered an exception: a run waits for itself here, or for a run that waits for it, and neither would ever end')
            flow pipeline: Pending > Running > Failed
              task itself: Pending > Running > Failed
                task double: Pending > Running > Completed > RolledBack
        "#]],
    )
    .await;
}

#[tidegate::test(start_paused = true)]
async fn a_run_that_depends_on_the_run_around_it_fails() {
    static OWN: OnceLock<RunHandle<()>> = OnceLock::new();
    #[task]
    async fn around() -> Result<()> {
        double(1).wait_for(OWN.get().unwrap()).await.map(drop)
    }
    #[flow]
    async fn pipeline() -> Result<()> {
        let handle = around().submit();
        OWN.set(handle.clone()).unwrap();
        handle.await
    }
    check(
        pipeline(),
        expect![[r#"
            Err: Failed('Flow run encountered an exception: 'double' depends on the run that it is called in, and both would wait for each other for ever: call it after that run, or leave the handle out')
            flow pipeline: Pending > Running > Failed
              task around: Pending > Running > Failed
                task double: Pending > Running > Failed
        "#]],
    )
    .await;
}

/// SUBFLOW-06
#[tidegate::test(start_paused = true)]
async fn a_subflow_takes_handles_too() {
    #[flow]
    async fn child(number: u32) -> Result<u32> {
        double(number).await
    }
    #[flow]
    async fn parent() -> Result<u32> {
        let two = double(1).submit();
        child::call(&two).await
    }
    check(
        parent(),
        expect![[r#"
            Ok(4)
            flow parent: Pending > Running > Completed
              flow child: Pending > Running > Completed
              task double: Pending > Running > Completed
                task double: Pending > Running > Completed
        "#]],
    )
    .await;
    assert_eq!(run_of("child").await.parameters.get("number").unwrap(), 2);
}

/// SUBFLOW-07
#[tidegate::test(start_paused = true)]
async fn a_subflow_that_waits_for_a_failed_run_never_begins() {
    #[flow]
    async fn child() {}
    #[flow]
    async fn parent() {
        let failed = fails().submit();
        assert!(child().wait_for([&failed]).await.unwrap_err().is_upstream());
    }
    check(
        parent(),
        expect![[r#"
            Ok(())
            flow parent: Pending > Running > Completed
              flow child: Pending > NotReady
              task fails: Pending > Running > Failed
        "#]],
    )
    .await;
    assert_eq!(message(&run_of("child").await), not_completed(&run_of("fails").await));
}

/// HOOK-08
#[tidegate::test(start_paused = true)]
async fn no_hook_is_called_for_a_run_that_never_begins() {
    static CALLED: AtomicU32 = AtomicU32::new(0);
    async fn count(_run: Run, _state: State) {
        CALLED.fetch_add(1, Ordering::Relaxed);
    }
    #[task(on_running = count, on_completion = count, on_failure = count)]
    async fn hooked(number: u32) -> u32 {
        number
    }
    let hook = Hook::new("count", count);
    let handle = hooked::call(fails::submit()).on_failure(hook).submit();
    assert!(handle.await.unwrap_err().is_upstream());
    assert_eq!(CALLED.load(Ordering::Relaxed), 0);
}

/// TIMEOUT-10
#[tidegate::test(start_paused = true)]
async fn a_limit_counts_from_the_body_and_not_while_the_run_waits() {
    #[flow(timeout_seconds = 5)]
    async fn child() -> Result<u64> {
        slow(4).await
    }
    #[flow]
    async fn parent() -> Result<u64> {
        let first = slow(60).submit();
        child().wait_for(&first).await
    }
    assert_eq!(parent().await.unwrap(), 4);
}

#[tidegate::test(start_paused = true)]
async fn a_call_is_made_with_what_a_run_gave() {
    #[flow]
    async fn pipeline() -> Result<u32> {
        let four = double(1).submit().then(double);
        let (four, eight) = (four.clone(), four.then(|four| double(four).named("eight")));
        assert_eq!(eight.id(), None, "it is not known yet");
        let sixteen = double::submit(&eight);
        assert_eq!(sixteen.await?, 16);
        assert_eq!(eight.name().as_deref(), Some("eight"));
        Ok(four.await? + eight.await?)
    }
    check(
        pipeline(),
        expect![[r#"
            Ok(12)
            flow pipeline: Pending > Running > Completed
              task double: Pending > Running > Completed
              task double: Pending > Running > Completed
              task double: Pending > Running > Completed
              task double: Pending > Running > Completed
        "#]],
    )
    .await;
}

#[tidegate::test(start_paused = true)]
async fn no_call_is_made_with_what_a_failed_run_did_not_give() {
    #[flow]
    async fn pipeline() -> Result<u32> {
        let failed = fails().submit();
        let then = failed.then(double);
        assert!((&then).await.unwrap_err().is_upstream());
        assert_eq!((then.id(), then.is_finished()), (None, true));
        assert!(double::submit(&then).await.unwrap_err().is_upstream());
        let recovered = allow_failure(&failed).then(|given| double(given.unwrap_or(21)));
        recovered.await
    }
    check(
        pipeline(),
        expect![[r#"
            Ok(42)
            flow pipeline: Pending > Running > Completed
              task fails: Pending > Running > Failed
              task double: Pending > NotReady
              task double: Pending > Running > Completed
        "#]],
    )
    .await;
}

#[tidegate::test(start_paused = true)]
async fn a_then_that_panics_fails_its_handle_alone() {
    #[flow]
    async fn pipeline() -> String {
        let then = double(1).submit().then(|number| {
            assert!(number > 10, "too small");
            double(number)
        });
        let text = then.await.unwrap_err().to_string();
        text.split(": ").last().unwrap().to_owned()
    }
    assert_eq!(pipeline().await.unwrap(), "too small");
}

/// FUTURE-01
#[tidegate::test(start_paused = true)]
async fn handles_come_in_the_order_in_which_their_runs_end() {
    #[flow]
    async fn pipeline() -> Result<Vec<u64>> {
        let handles = slow::map([6, 1, 3]);
        let (mut ending, mut order) = (as_completed(&handles), Vec::new());
        assert_eq!(ending.len(), 3);
        while let Some(handle) = ending.next().await {
            assert!(handle.is_finished());
            order.push(handle.await?);
        }
        assert!(ending.is_empty());
        Ok(order)
    }
    assert_eq!(pipeline().await.unwrap(), [1, 3, 6]);
}

/// FUTURE-02
#[tidegate::test(start_paused = true)]
async fn waiting_for_so_long_tells_who_has_ended() {
    #[flow]
    async fn pipeline() -> (usize, usize) {
        let handles = vec![slow(1).submit(), slow(20).submit()];
        let (done, not_done) = tidegate::wait(&handles, Duration::from_secs(6)).await;
        assert_eq!((done[0].id(), not_done[0].id()), (handles[0].id(), handles[1].id()));
        let (all, none) = tidegate::wait(handles, None).await;
        assert_eq!((all.len(), none.len()), (2, 0));
        (done.len(), not_done.len())
    }
    assert_eq!(pipeline().await.unwrap(), (1, 1));
}

#[tidegate::test(start_paused = true)]
async fn a_list_of_handles_fails_as_soon_as_one_run_does() {
    #[task]
    async fn fragile(number: u64) -> Result<u64> {
        tokio::time::sleep(Duration::from_secs(number)).await;
        if number == 1 { Err("no".into()) } else { Ok(number) }
    }
    #[flow]
    async fn pipeline() -> u64 {
        let started = tokio::time::Instant::now();
        let handles = fragile::map([100, 1, 100]);
        assert!(handles.await.unwrap_err().is_failed());
        started.elapsed().as_secs()
    }
    assert_eq!(pipeline().await.unwrap(), 1);
}

#[tidegate::test(start_paused = true)]
async fn handles_are_a_list_like_any_other() {
    #[flow]
    async fn pipeline() -> Result<u32> {
        let handles: RunHandles<u32> = (1..=3).map(|number| double(number).submit()).collect();
        assert_eq!((handles.len(), handles.is_empty()), (3, false));
        assert_eq!(handles.get(3).map(RunHandle::is_finished), None);
        handles.wait().await;
        assert!(handles.iter().all(RunHandle::is_finished));
        assert_eq!((&handles[0]).await? + (&handles).await?[1], 6);
        let mut sum = 0;
        for handle in handles {
            sum += handle.await?;
        }
        Ok(sum)
    }
    assert_eq!(pipeline().await.unwrap(), 12);
}

#[tidegate::test(start_paused = true)]
async fn a_run_that_never_began_goes_on_as_the_same_run_when_its_flow_is_resumed() {
    static FAILING: AtomicU32 = AtomicU32::new(1);
    #[task]
    async fn fragile() -> Result<u32> {
        if FAILING.swap(0, Ordering::Relaxed) == 1 { Err("not yet".into()) } else { Ok(4) }
    }
    #[flow(retries = 1)]
    async fn pipeline() -> Result<u32> {
        double::submit(fragile::submit()).await
    }
    check(
        pipeline(),
        expect![[r#"
            Ok(8)
            flow pipeline: Pending > Running > AwaitingRetry(0s) > Running > Completed
              task fragile: Pending > Running > Failed > Retrying > Completed
              task double: Pending > NotReady > Running > Completed
        "#]],
    )
    .await;
    let double = run_of("double").await;
    assert_eq!(double.parameters.get("number").unwrap(), 4);
    assert_eq!(double.end_time, Some(double.state().unwrap().timestamp));
}

#[tidegate::test(start_paused = true)]
async fn a_flow_whose_run_never_began_can_be_deleted() {
    let retention = tidegate::Retention::default().count(0);
    let engine = Engine::builder().database("sqlite::memory:").retention(retention).open().unwrap();
    #[flow]
    async fn pipeline() {
        drop(double::submit(fails::submit()));
    }
    engine.run(pipeline()).await.unwrap();
    assert_eq!(engine.runs().count().await.unwrap(), 3);
    assert_eq!(engine.apply_retention().await.unwrap(), 3);
}

/// FINAL-16
#[tidegate::test(start_paused = true)]
async fn a_run_that_never_began_is_no_final_state() {
    #[flow]
    async fn pipeline() -> RunHandle<u32> {
        double::submit(fails::submit())
    }
    let given = pipeline().await;
    let error = given.unwrap_err();
    assert_eq!(error.state().unwrap().message.as_deref(), Some("1/1 states are not final."));
}

#[tidegate::test(start_paused = true)]
async fn handles_are_used_outside_of_flows_too() {
    let two = double::submit(1);
    assert_eq!(double::submit(&two).await.unwrap(), 4);
    assert_eq!(double::map([&two, &two]).await.unwrap(), [4, 4]);
    let runs = Engine::current().unwrap().runs().task("double").state(StateType::Completed);
    assert_eq!(runs.count().await.unwrap(), 4);
}
