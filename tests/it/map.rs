//! Mapping: one run for each element, over values, handles and what runs give.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use expect_test::expect;
use tidegate::prelude::*;
use tidegate::{Engine, RunHandle, RunHandles};

use crate::timeline::{check, runs};

#[task]
async fn double(number: u32) -> u32 {
    2 * number
}

#[task]
async fn add(left: u32, right: u32) -> u32 {
    left + right
}

#[task]
async fn sum(numbers: Vec<u32>) -> u32 {
    numbers.iter().sum()
}

#[task]
async fn fragile(number: u32) -> Result<u32> {
    if number == 2 { Err("no 2".into()) } else { Ok(number) }
}

/// What went on in bodies, in order.
static WORK: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// TASK-30
#[tidegate::test(start_paused = true)]
async fn two_lists_are_taken_element_by_element() {
    #[flow]
    async fn pipeline() -> Result<Vec<u32>> {
        add::map(vec![1, 2], [3, 4]).await
    }
    check(
        pipeline(),
        expect![[r#"
            Ok([4, 6])
            flow pipeline: Pending > Running > Completed
              task add: Pending > Running > Completed
              task add: Pending > Running > Completed
        "#]],
    )
    .await;
    let parameters: Vec<_> = runs().await.into_iter().skip(1).map(|run| run.parameters).collect();
    assert_eq!(parameters[0].get("left").unwrap(), 1);
    assert_eq!(parameters[1].get("right").unwrap(), 4);
}

/// TASK-31
#[tidegate::test(start_paused = true)]
async fn what_is_unmapped_goes_to_each_call_whole() {
    #[task]
    async fn scaled(number: u32, by: Vec<u32>) -> Vec<u32> {
        by.iter().map(|by| number * by).collect()
    }
    let scaled = scaled::map([1, 2], unmapped(vec![3, 4])).await;
    assert_eq!(scaled.unwrap(), [[3, 4], [6, 8]]);
}

/// TASK-32
#[tidegate::test(start_paused = true)]
async fn a_single_value_goes_to_each_call() {
    assert_eq!(add::map([1, 2], 5).await.unwrap(), [6, 7]);
    assert_eq!(add::map(5, 1..=3).await.unwrap(), [6, 7, 8]);
    assert_eq!(add::map([1, 2], unmapped(5)).await.unwrap(), [6, 7]);
}

/// TASK-34: a map gives its pairs, as everywhere in Rust.
#[tidegate::test(start_paused = true)]
async fn a_map_is_mapped_pair_by_pair() {
    #[task]
    async fn show(entry: (u32, char)) -> String {
        format!("{}{}", entry.0, entry.1)
    }
    assert_eq!(show::map(BTreeMap::from([(1, 'a'), (3, 'b')])).await.unwrap(), ["1a", "3b"]);
    assert_eq!(show::map(HashMap::from([(1, 'a')])).await.unwrap(), ["1a"]);
    let keys = BTreeMap::from([(1, 2), (3, 4)]).into_keys();
    assert_eq!(double::map(mapped(keys)).await.unwrap(), [2, 6]);
}

/// TASK-35
#[tidegate::test(start_paused = true)]
async fn mapping_over_nothing_starts_nothing() {
    #[flow]
    async fn pipeline() -> Result<usize> {
        let handles = double::map(Vec::<u32>::new());
        assert!(handles.is_empty());
        Ok(handles.await?.len())
    }
    check(
        pipeline(),
        expect![[r#"
            Ok(0)
            flow pipeline: Pending > Running > Completed
        "#]],
    )
    .await;
}

/// TASK-36
#[tidegate::test(start_paused = true)]
async fn lists_of_different_lengths_start_nothing_and_say_so() {
    #[flow]
    async fn pipeline() -> Result<Vec<u32>> {
        let handles = add::map([1], [1, 2]);
        assert!(handles.is_empty());
        assert!((&handles).await.unwrap_err().is_configuration());
        assert!(sum::submit(&handles).await.unwrap_err().is_upstream());
        handles.await
    }
    check(
        pipeline(),
        expect![[r#"
            Err: Failed('Flow run encountered an exception: 'add' cannot be mapped over lists of different lengths: `left` has 1, `right` has 2; make them equally long, or give what is for all calls as `unmapped(..)`')
            flow pipeline: Pending > Running > Failed
              task sum: Pending > NotReady
        "#]],
    )
    .await;
    let lines = Engine::current().unwrap().logs().list().await.unwrap();
    let said = lines.iter().filter(|line| line.message.contains("cannot be mapped")).count();
    assert!(said > 0, "also where nobody awaits the handles");
}

/// TASK-37
#[tidegate::test(start_paused = true)]
#[expect(clippy::needless_borrows_for_generic_args, reason = "lists may be borrowed too")]
async fn ranges_sets_and_iterators_are_mapped() {
    assert_eq!(double::map(0..2).await.unwrap(), [0, 2]);
    assert_eq!(double::map(1..=2).await.unwrap(), [2, 4]);
    assert_eq!(double::map(BTreeSet::from([6, 5])).await.unwrap(), [10, 12]);
    let mut set = double::map(HashSet::from([5, 6])).await.unwrap();
    set.sort_unstable();
    assert_eq!(set, [10, 12]);
    assert_eq!(double::map(VecDeque::from([1, 2])).await.unwrap(), [2, 4]);
    assert_eq!(double::map(&[1, 2]).await.unwrap(), [2, 4]);
    assert_eq!(double::map(&vec![1, 2]).await.unwrap(), [2, 4]);
    assert_eq!(double::map(&vec![1, 2][..]).await.unwrap(), [2, 4]);
    let odd = (1..6).filter(|number| number % 2 == 1);
    assert_eq!(double::map(mapped(odd)).await.unwrap(), [2, 6, 10]);
    #[task]
    async fn length(text: String) -> usize {
        text.len()
    }
    assert_eq!(length::map(["a", "bc"]).await.unwrap(), [1, 2]);
    assert_eq!(length::map(vec!["a".to_owned()]).await.unwrap(), [1]);
}

/// TASK-38: there is no annotation that keeps handles from being resolved; where a handle is wanted, it is given.
#[tidegate::test(start_paused = true)]
async fn handles_that_are_wanted_themselves_are_mapped_too() {
    #[task]
    async fn name(of: RunHandle<u32>) -> Option<String> {
        of.name()
    }
    let handles = vec![double(1).named("a").submit(), double(1).named("b").submit()];
    let names = name::map(handles).await.unwrap();
    assert_eq!(names, [Some("a".to_owned()), Some("b".to_owned())]);
}

/// TASK-39: without holding anybody up.
#[tidegate::test(start_paused = true)]
async fn a_list_that_a_run_gives_is_mapped_when_it_is_there() {
    #[task]
    async fn numbers(count: u32) -> Vec<u32> {
        tokio::time::sleep(Duration::from_secs(9)).await;
        (0..count).collect()
    }
    #[flow]
    async fn pipeline() -> Result<u32> {
        let numbers = numbers::submit(3);
        let doubled = double::map(&numbers);
        assert!(!numbers.is_finished() && doubled.is_empty());
        let added = add::map(&doubled, 1);
        assert_eq!(added.len(), 0);
        assert_eq!(added.ready().await?.len(), 3);
        assert_eq!(doubled.len(), 3);
        let sum = sum::submit(&added).await?;
        assert_eq!(added.await?, [1, 3, 5]);
        Ok(sum)
    }
    check(
        pipeline(),
        expect![[r#"
            Ok(9)
            flow pipeline: Pending > Running > Completed
              task numbers: Pending > Running > Completed
              task double: Pending > Running > Completed
              task double: Pending > Running > Completed
              task double: Pending > Running > Completed
              task add: Pending > Running > Completed
              task add: Pending > Running > Completed
              task add: Pending > Running > Completed
              task sum: Pending > Running > Completed
        "#]],
    )
    .await;
}

#[tidegate::test(start_paused = true)]
async fn nothing_is_mapped_over_a_list_that_never_came() {
    #[task]
    async fn numbers() -> Result<Vec<u32>> {
        Err("no numbers".into())
    }
    #[flow]
    async fn pipeline() {
        let doubled = double::map(numbers().submit());
        let error = doubled.ready().await.unwrap_err();
        assert!(error.is_upstream(), "{error}");
        assert!(sum::submit(&doubled).await.unwrap_err().is_upstream());
        assert!(double::map(&doubled).await.unwrap_err().is_upstream());
    }
    check(
        pipeline(),
        expect![[r#"
            Ok(())
            flow pipeline: Pending > Running > Completed
              task numbers: Pending > Running > Failed
              task sum: Pending > NotReady
        "#]],
    )
    .await;
}

#[tidegate::test(start_paused = true)]
async fn lists_of_different_lengths_are_told_also_when_one_comes_late() {
    #[task]
    async fn numbers() -> Vec<u32> {
        vec![1, 2, 3]
    }
    let error = add::map(numbers().submit(), [1, 2]).await.unwrap_err();
    assert!(error.to_string().contains("`left` has 3, `right` has 2"), "{error}");
}

/// TASK-42
#[tidegate::test(start_paused = true)]
async fn each_run_waits_for_its_own_element_alone() {
    #[task]
    async fn slow(number: u32) -> u32 {
        tokio::time::sleep(Duration::from_secs(u64::from(number))).await;
        number
    }
    #[task]
    async fn note(number: u32, offset: u32) {
        WORK.lock().unwrap().push(format!("{number}+{offset}"));
    }
    #[flow]
    async fn pipeline() -> Result<()> {
        let offset = slow::submit(5);
        let numbers = slow::map([30, 1, 10]);
        note::map(&numbers, unmapped(&offset)).await.map(drop)
    }
    pipeline().await.unwrap();
    assert_eq!(*WORK.lock().unwrap(), ["1+5", "10+5", "30+5"]);
}

#[tidegate::test(start_paused = true)]
async fn one_failed_element_holds_up_its_own_run_alone() {
    #[flow]
    async fn pipeline() -> usize {
        let doubled = double::map(fragile::map([1, 2, 3]));
        doubled.wait().await;
        doubled.iter().filter(|handle| handle.state().unwrap().is_completed()).count()
    }
    check(
        pipeline(),
        expect![[r#"
            Ok(2)
            flow pipeline: Pending > Running > Completed
              task fragile: Pending > Running > Completed
              task fragile: Pending > Running > Failed
              task fragile: Pending > Running > Completed
              task double: Pending > Running > Completed
              task double: Pending > NotReady
              task double: Pending > Running > Completed
        "#]],
    )
    .await;
}

#[tidegate::test(start_paused = true)]
async fn failures_that_are_allowed_are_mapped_as_errors() {
    #[task]
    async fn or_zero(number: Result<u32>) -> u32 {
        number.unwrap_or(0)
    }
    assert_eq!(or_zero::map(allow_failure(fragile::map(1..4))).await.unwrap(), [1, 0, 3]);
    let failed = fragile(2).submit();
    let numbers = [1, 2];
    #[task]
    async fn both(number: u32, failed: Result<u32>) -> (u32, bool) {
        (number, failed.is_err())
    }
    assert_eq!(both::map(numbers, allow_failure(&failed)).await.unwrap(), [(1, true), (2, true)]);
}

#[tidegate::test(start_paused = true)]
async fn what_is_said_of_a_map_goes_for_each_run() {
    static ATTEMPTS: AtomicU32 = AtomicU32::new(0);
    #[task]
    async fn twice(number: u32) -> Result<u32> {
        ATTEMPTS.fetch_add(1, Ordering::Relaxed);
        match tidegate::runtime::task_run::run_count() {
            1 => Err("not yet".into()),
            _ => Ok(number),
        }
    }
    #[flow]
    async fn pipeline() -> Result<Vec<u32>> {
        let first = double(1).submit();
        twice::each([1, 2]).retries(1).tags(["mapped"]).wait_for(&first).await
    }
    assert_eq!(pipeline().await.unwrap(), [1, 2]);
    assert_eq!(ATTEMPTS.load(Ordering::Relaxed), 4);
    let tagged = Engine::current().unwrap().runs().task("twice").tag("mapped");
    assert_eq!(tagged.count().await.unwrap(), 2);
}

#[tidegate::test(start_paused = true)]
async fn flows_are_mapped_as_tasks_are() {
    #[flow]
    async fn child(number: u32) -> Result<u32> {
        double(number).await
    }
    #[flow]
    async fn parent() -> Result<Vec<u32>> {
        child::map([1, 2]).await
    }
    assert_eq!(parent().await.unwrap(), [2, 4]);
    assert_eq!(Engine::current().unwrap().runs().flow("child").count().await.unwrap(), 2);
}

/// TASK-06: mapping outside of a flow is allowed; the engine waits when it is closed.
#[tidegate::test(start_paused = true)]
async fn what_is_mapped_outside_a_flow_belongs_to_the_engine() {
    let engine = Engine::builder().database("sqlite::memory:").open().unwrap();
    let handles: RunHandles<u32> = double::each([1, 2]).on(&engine).submit();
    assert!(!handles[0].is_finished());
    engine.close().await.unwrap();
    assert_eq!(handles.await.unwrap(), [2, 4]);
}

#[tidegate::test(start_paused = true)]
async fn mapped_runs_that_completed_do_not_run_again() {
    static RAN: Mutex<Vec<String>> = Mutex::new(Vec::new());
    static FAILING: AtomicU32 = AtomicU32::new(1);
    #[task]
    async fn list(count: u32) -> Vec<u32> {
        RAN.lock().unwrap().push(format!("list({count})"));
        (0..count).collect()
    }
    #[task]
    async fn work(number: u32, add: u32) -> Result<u32> {
        RAN.lock().unwrap().push(format!("work({number},{add})"));
        if number == 1 && FAILING.swap(0, Ordering::Relaxed) == 1 {
            return Err("not yet".into());
        }
        Ok(number + add)
    }
    #[flow(retries = 1)]
    async fn pipeline() -> Result<u32> {
        let lists = [list::submit(2), list::submit(2)];
        let (first, again) = (work::map(&lists[0], 10), work::map(&lists[1], 10));
        let second = work::map(&first, 20);
        sum::submit(vec![sum::submit(&first), sum::submit(&second), sum::submit(&again)]).await
    }
    assert_eq!(pipeline().await.unwrap(), 21 + 61 + 21);
    expect!["list(2) list(2) work(0,10) work(1,10) work(0,10) work(1,10) work(10,20) work(1,10) work(11,20)"]
        .assert_eq(&RAN.lock().unwrap().join(" "));
}

#[tidegate::test(worker_threads = 2)]
async fn a_map_of_many_maps_is_one_result() {
    #[flow]
    async fn pipeline() -> Result<u32> {
        let doubled = double::map(0..2000);
        let added = add::map(&doubled, &doubled);
        sum::submit(&added).await
    }
    assert_eq!(pipeline().await.unwrap(), 4 * (0..2000).sum::<u32>());
}

#[tidegate::test(start_paused = true)]
async fn a_program_sees_how_far_a_map_has_got() {
    #[task]
    async fn work(seconds: u64) -> Result<u64> {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        if seconds == 1 { Err("too short".into()) } else { Ok(seconds) }
    }
    #[flow]
    async fn pipeline() -> Vec<String> {
        let waits = work::submit(100);
        let works: RunHandles<u64> = work::each([1, 2, 50]).submit();
        let after: RunHandles<u64> = work::each([1]).wait_for(&waits).submit();
        let mut said = vec![works.progress().to_string()];
        for milliseconds in [500, 1000, 1000] {
            tokio::time::sleep(Duration::from_millis(milliseconds)).await;
            said.push(works.progress().to_string());
        }
        assert_eq!(after.progress().running, 0, "it has not begun");
        works.cancel();
        works.wait().await;
        let end = works.progress();
        said.push(end.to_string());
        assert_eq!(
            (end.ended(), end.remaining(), end.fraction().to_bits()),
            (3, 0, 1f64.to_bits())
        );
        after.cancel();
        waits.cancel();
        said
    }
    expect![[r#"
        0 of 3 have ended
        0 of 3 have ended; 3 are running
        1 of 3 has ended, 1 of them failed; 2 are running
        2 of 3 have ended, 1 of them failed; 1 is running
        3 of 3 have ended, 1 of them failed and 1 cancelled"#]]
    .assert_eq(&pipeline().await.unwrap().join("\n"));
}
