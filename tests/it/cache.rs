//! Caching: which runs take the result of another, and which do not.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use expect_test::{Expect, expect};
use serde::{Serialize, Serializer};
use tidegate::cache::{DEFAULT, INPUTS, IsolationLevel, NO_CACHE, RUN_ID, TASK_SOURCE};
use tidegate::prelude::*;
use tidegate::{Engine, LogLevel, Parameters, Run, RunKind};

use crate::child::{Child, block_on};
use crate::timeline::{check, run_of, runs, timeline};

/// Which number a run of any body has, of all in the process: equal numbers are one run.
fn count() -> u32 {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    RUNS.fetch_add(1, Ordering::Relaxed)
}

/// The last states of the task runs, oldest first.
async fn ends() -> String {
    let runs = runs().await.into_iter().filter(|run| run.kind() == RunKind::Task);
    runs.map(|run| run.state().unwrap().name.to_string()).collect::<Vec<_>>().join(", ")
}

/// The lines of this level or above in the store, with the names of runs left out.
async fn lines(level: LogLevel) -> String {
    let logs = Engine::current().unwrap().logs().list().await.unwrap();
    let logs = logs.into_iter().filter(|line| line.level >= level);
    logs.map(|line| format!("{} {}\n", line.level, line.message)).collect()
}

/// CACHE-01: a task without any option of caching is not cached.
#[tidegate::test(start_paused = true)]
async fn a_task_that_says_nothing_of_caching_is_not_cached() {
    #[task]
    async fn fetch(x: u32) -> u32 {
        x + count()
    }
    #[flow]
    async fn twice() -> Result<bool> {
        Ok(fetch(1).await? == fetch(1).await?)
    }
    check(
        twice(),
        expect![[r#"
            Ok(false)
            flow twice: Pending > Running > Completed
              task fetch: Pending > Running > Completed
              task fetch: Pending > Running > Completed
        "#]],
    )
    .await;
}

#[task(cache_policy = DEFAULT)]
async fn by_default(x: u32) -> u32 {
    x + count()
}

#[flow]
async fn default_twice(x: u32) -> Result<(u32, u32)> {
    Ok((by_default(x).await?, by_default(x).await?))
}

/// CACHE-02, LOG-03: the run is recorded, and its body does not run.
#[tidegate::test(start_paused = true)]
async fn an_equal_call_in_one_flow_run_is_cached() {
    let (first, second) = default_twice(1).await.unwrap();
    assert_eq!(first, second);
    let [_, first, second] = &runs().await[..] else { panic!("a flow run and two task runs") };
    assert_eq!(timeline(first), "Pending > Running > Completed");
    assert_eq!(timeline(second), "Pending > Cached");
    assert_eq!((second.run_count, second.total_run_time), (0, Duration::ZERO));
    let [first, second] = [first, second].map(|run| run.state().unwrap());
    assert!(second.is_completed());
    assert_eq!(first.result, second.result);
    expect![[r#"
        INFO Created flow run '<flow>' for flow 'default-twice'
        INFO Finished in state Completed()
        INFO Finished in state Cached(type=COMPLETED)
        INFO Finished in state Completed()
    "#]]
    .assert_eq(&lines(LogLevel::Info).await.replace(&run_of("default-twice").await.name, "<flow>"));
}

/// CACHE-03
#[tidegate::test(start_paused = true)]
async fn the_default_policy_does_not_reach_into_other_flow_runs() {
    assert_ne!(default_twice(1).await.unwrap().0, default_twice(1).await.unwrap().0);
    assert_eq!(ends().await, "Completed, Cached, Completed, Cached");
}

#[task(cache_policy = INPUTS)]
async fn by_inputs(x: u32) -> u32 {
    x + count()
}

/// CACHE-04
#[tidegate::test(start_paused = true)]
async fn inputs_reach_into_other_flow_runs() {
    #[flow]
    async fn once(x: u32) -> Result<u32> {
        by_inputs(x).await
    }
    let first = once(1).await.unwrap();
    assert_eq!(once(1).await.unwrap(), first);
    assert_eq!(by_inputs(1).await.unwrap(), first);
    assert_ne!(by_inputs(2).await.unwrap(), first);
    assert_eq!(ends().await, "Completed, Cached, Cached, Completed");
}

/// CACHE-08
#[tidegate::test(start_paused = true)]
async fn an_argument_that_is_left_out_does_not_matter() {
    #[task(cache_policy = INPUTS - "y")]
    async fn fetch(x: u32, y: u32) -> u32 {
        x + y
    }
    assert_eq!(fetch(92, 1).await.unwrap(), 93);
    assert_eq!(fetch(92, 2).await.unwrap(), 93);
    assert_eq!(fetch(91, 2).await.unwrap(), 93);
    assert_eq!(ends().await, "Completed, Cached, Completed");
}

/// CACHE-09
#[tidegate::test(start_paused = true)]
async fn by_its_source_alone_a_task_gives_one_result() {
    #[task(cache_policy = TASK_SOURCE)]
    async fn fetch(x: u32) -> u32 {
        x
    }
    assert_eq!(fetch(1).await.unwrap(), 1);
    assert_eq!(fetch(2).await.unwrap(), 1);
    assert_eq!(ends().await, "Completed, Cached");
}

/// CACHE-10
#[tidegate::test(start_paused = true)]
async fn by_the_run_alone_a_flow_run_has_one_result() {
    #[task(cache_policy = RUN_ID)]
    async fn fetch(x: u32) -> u32 {
        x
    }
    #[flow]
    async fn twice() -> Result<(u32, u32)> {
        Ok((fetch(1).await?, fetch(2).await?))
    }
    assert_eq!(twice().await.unwrap(), (1, 1));
    assert_eq!((fetch(1).await.unwrap(), fetch(2).await.unwrap()), (1, 2));
    assert_eq!(ends().await, "Completed, Cached, Completed, Completed");
}

#[task(cache_policy = FLOW_PARAMETERS)]
async fn by_flow_parameters(x: u32) -> u32 {
    x
}

/// CACHE-11
#[tidegate::test(start_paused = true)]
async fn by_the_parameters_of_the_flow_equal_flow_runs_share_a_result() {
    #[flow]
    async fn report(day: String, x: u32) -> Result<u32> {
        let x = x + u32::try_from(day.len()).unwrap();
        drop(day);
        by_flow_parameters(x).await
    }
    #[flow]
    async fn without() -> Result<u32> {
        by_flow_parameters(1).await
    }
    assert_eq!(report("Mo".into(), 1).await.unwrap(), 3);
    assert_eq!(report("Mo".into(), 1).await.unwrap(), 3);
    assert_eq!(report("Tuesday".into(), 1).await.unwrap(), 8);
    assert_eq!(without().await.unwrap(), 1);
    assert_eq!(without().await.unwrap(), 1);
    assert_eq!(by_flow_parameters(5).await.unwrap(), 5);
    assert_eq!(ends().await, "Completed, Cached, Completed, Completed, Completed, Completed");
}

/// CACHE-13
#[tidegate::test(start_paused = true)]
async fn one_and_one_point_zero_are_two_inputs() {
    #[derive(Serialize)]
    #[serde(untagged)]
    enum Number {
        Whole(u32),
        Decimal(f64),
    }
    #[task(cache_policy = INPUTS)]
    async fn fetch(number: Number) -> bool {
        matches!(number, Number::Whole(_))
    }
    assert!(fetch(Number::Whole(1)).await.unwrap());
    assert!(!fetch(Number::Decimal(1.0)).await.unwrap());
    assert!(fetch(Number::Whole(1)).await.unwrap());
    assert_eq!(ends().await, "Completed, Completed, Cached");
}

/// CACHE-17: a policy that asks for nothing that is known.
#[tidegate::test(start_paused = true)]
async fn a_task_without_arguments_has_no_key_by_its_inputs() {
    #[task]
    async fn fetch() -> u32 {
        count()
    }
    let cached = || fetch().cache(INPUTS);
    assert_ne!(cached().await.unwrap(), cached().await.unwrap());
    assert_eq!(ends().await, "Completed, Completed");
}

/// CACHE-18: where a task is called whose policy says two things.
#[tidegate::test(start_paused = true)]
async fn a_policy_of_two_isolation_levels_is_an_error() {
    let policy = INPUTS.isolation(IsolationLevel::Serializable)
        + RUN_ID.isolation(IsolationLevel::ReadCommitted);
    let error = by_inputs(1).cache(policy).await.unwrap_err();
    assert!(error.is_configuration());
    expect![[r#"'by_inputs': its cache policy is a sum of two with different isolation levels; say the level once, for the sum: `(INPUTS + RUN_ID).isolation(..)`"#]]
        .assert_eq(&error.to_string());
}

fn first_letter(_run: &Run, parameters: &Parameters) -> Option<String> {
    let word = parameters.get("word")?.as_str()?;
    word.chars().next().map(String::from)
}

#[task(cache_key_fn = first_letter)]
async fn by_letter(word: String) -> String {
    word
}

/// CACHE-20
#[tidegate::test(start_paused = true)]
async fn equal_keys_of_a_function_are_one_result() {
    #[task(cache_key_fn = first_letter)]
    async fn another(word: String) -> String {
        word + "!"
    }
    #[flow]
    async fn read() -> Result<String> {
        by_letter("ape".into()).await
    }
    assert_eq!(by_letter("ant".into()).await.unwrap(), "ant");
    assert_eq!(read().await.unwrap(), "ant");
    assert_eq!(another("ass".into()).await.unwrap(), "ant", "in another task too");
    assert_eq!(by_letter("bee".into()).await.unwrap(), "bee");
    assert_eq!(ends().await, "Completed, Cached, Cached, Completed");
}

/// CACHE-20: a function may say that there is no key.
#[tidegate::test(start_paused = true)]
async fn without_a_key_a_run_is_not_cached() {
    assert_eq!(by_letter(String::new()).await.unwrap(), "");
    assert_eq!(by_letter(String::new()).await.unwrap(), "");
    assert_eq!(ends().await, "Completed, Completed");
}

/// CACHE-33: Prefect's server refuses keys of more than 2,000 characters.
#[tidegate::test(start_paused = true)]
async fn a_key_of_a_function_may_be_long() {
    #[task(cache_key_fn = |_, _| "k".repeat(100_000))]
    async fn fetch(x: u32) -> u32 {
        x
    }
    assert_eq!((fetch(1).await.unwrap(), fetch(2).await.unwrap()), (1, 1));
    assert_eq!(ends().await, "Completed, Cached");
}

/// CACHE-21
#[tidegate::test(start_paused = true)]
async fn a_key_function_that_fails_is_told_and_the_task_runs() {
    #[task(cache_key_fn = |_, _| Err::<String, _>("no clock"))]
    async fn fails(x: u32) -> u32 {
        x
    }
    #[task(cache_key_fn = panics)]
    async fn panicked(x: u32) -> u32 {
        x
    }
    fn panics(_: &Run, _: &Parameters) -> String {
        panic!("no clock either")
    }
    assert_eq!((fails(1).await.unwrap(), fails(2).await.unwrap()), (1, 2));
    assert_eq!(panicked(3).await.unwrap(), 3);
    assert_eq!(ends().await, "Completed, Completed, Completed");
    let errors = lines(LogLevel::Error).await;
    let (place, _) = errors
        .split_once("tests/it/cache.rs:")
        .map(|(_, rest)| rest.split_once(": no").unwrap())
        .unwrap();
    expect![[r#"
        ERROR Error encountered when computing cache key - result will not be cached: closure failed: no clock
        ERROR Error encountered when computing cache key - result will not be cached: closure failed: no clock
        ERROR Error encountered when computing cache key - result will not be cached: panics panicked at tests/it/cache.rs:<place>: no clock either
    "#]]
    .assert_eq(&errors.replace(place, "<place>"));
}

/// CACHE-22: said once.
#[tidegate::test(start_paused = true)]
async fn of_a_function_and_a_policy_the_function_makes_the_key() {
    #[task(cache_policy = INPUTS, cache_key_fn = first_letter)]
    async fn fetch(word: String) -> String {
        word
    }
    assert_eq!(fetch("cat".into()).await.unwrap(), "cat");
    assert_eq!(fetch("cow".into()).await.unwrap(), "cat");
    expect![[r#"
        WARNING Both `cache_policy` and `cache_key_fn` are set on task 'fetch'. `cache_key_fn` will be used.
    "#]]
    .assert_eq(&lines(LogLevel::Warning).await);
}

/// CACHE-27
#[tidegate::test(start_paused = true)]
async fn a_policy_is_ignored_where_the_result_is_not_kept() {
    #[task(cache_policy = INPUTS, persist_result = false)]
    async fn fetch(x: u32) -> u32 {
        x + count()
    }
    assert_ne!(fetch(1).await.unwrap(), fetch(1).await.unwrap());
    expect![[r#"
        WARNING `cache_policy` of task 'fetch' is ignored, because `persist_result` is false.
    "#]]
    .assert_eq(&lines(LogLevel::Warning).await);
}

/// RESULT-04: the flow's own setting is for those that say nothing.
#[tidegate::test(start_paused = true)]
async fn a_policy_asks_for_the_result_to_be_kept() {
    #[flow(persist_result = false)]
    async fn twice() -> Result<(bool, bool)> {
        let cached = by_inputs(1).await? == by_inputs(1).await?;
        let expiring = || by_letter(String::new()).cache_expiration(Duration::from_secs(1));
        expiring().await?;
        Ok((cached, by_default(1).await? == by_default(1).await?))
    }
    assert_eq!(twice().await.unwrap(), (true, true));
    let not_kept = || by_inputs(2).cache(NO_CACHE).cache_expiration(Duration::from_secs(1));
    assert_ne!(not_kept().await.unwrap(), not_kept().await.unwrap());
}

#[tidegate::test(start_paused = true)]
async fn a_result_key_is_used_and_not_a_policy() {
    let folder = tempfile::tempdir().unwrap();
    #[task(cache_policy = INPUTS, result_storage_key = "count")]
    async fn fetch(x: u32) -> u32 {
        x
    }
    let fetch = |x| fetch(x).result_storage(folder.path());
    assert_eq!((fetch(1).await.unwrap(), fetch(2).await.unwrap()), (1, 1));
    expect![[r#"
        WARNING Both `cache_policy` and `result_storage_key` are set on task 'fetch'. `result_storage_key` will be used.
    "#]].assert_eq(&lines(LogLevel::Warning).await);
}

/// Prefect keeps the entry of a key and the result apart where it is told to; here they always are, the one in the database and the
/// other where results go.
#[tidegate::test(start_paused = true)]
async fn a_result_in_a_storage_is_taken_from_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    let cached = |x| by_inputs(x).result_storage(path.clone());
    let first = cached(1).await.unwrap();
    assert_eq!(cached(1).await.unwrap(), first);
    let files = || std::fs::read_dir(&path).unwrap().map(|file| file.unwrap().path());
    assert_eq!(files().count(), 1);
    let [computed, taken] = [0, 1].map(async |place| runs().await.swap_remove(place));
    assert_eq!(computed.await.state().unwrap().result, taken.await.state().unwrap().result);

    for file in files() {
        std::fs::write(file, "something else").unwrap();
    }
    let second = cached(1).await.unwrap();
    assert_ne!(second, first, "what cannot be read is computed anew");
    assert_eq!(cached(1).await.unwrap(), second);
    for file in files() {
        std::fs::remove_file(file).unwrap();
    }
    assert_ne!(cached(1).await.unwrap(), second);
    assert_eq!(ends().await, "Completed, Cached, Completed, Cached, Completed");
    let folder = path.display().to_string();
    let mut told = lines(LogLevel::Warning).await.replace(&folder, "<folder>");
    for run in runs().await {
        told = told.replace(&run.id.to_string(), "<id>");
    }
    // A key ends in a number of its own, so that no two attempts write under one.
    let told = told
        .split("<id>-")
        .map(|part| part.get(8..).filter(|_| part.get(8..9) == Some("`")).unwrap_or(part));
    let told = told.collect::<Vec<_>>().join("<key>");
    expect![[r#"
        WARNING What is cached of run <id> cannot be taken, so the task runs: Task run 'by_inputs' has a damaged result: under the key `<key>` in <folder>, it does not begin as results do; put back what was written, or delete it and call it again for its value
        WARNING What is cached of run <id> cannot be taken, so the task runs: Task run 'by_inputs' has lost its result: there is nothing under the key `<key>` in <folder>; put it back, or call it again for its value
    "#]].assert_eq(&told);
}

/// CACHE-23
#[tidegate::test(start_paused = true)]
async fn a_result_is_taken_until_it_expires() {
    #[task(cache_policy = INPUTS, cache_expiration = 0.5)]
    async fn fetch(x: u32) -> u32 {
        x + count()
    }
    let first = fetch(1).await.unwrap();
    assert_eq!(fetch(1).await.unwrap(), first);
    tokio::time::sleep(Duration::from_millis(700)).await;
    let second = fetch(1).await.unwrap();
    assert_ne!(second, first);
    assert_eq!(fetch(1).await.unwrap(), second);
    assert_eq!(ends().await, "Completed, Cached, Completed, Cached");
}

/// CACHE-24: a length of time is not negative; with zero, every call runs.
#[tidegate::test(start_paused = true)]
async fn a_result_that_expires_at_once_is_never_taken() {
    #[task(cache_policy = INPUTS, cache_expiration = 0)]
    async fn fetch(x: u32) -> u32 {
        x + count()
    }
    assert_ne!(fetch(1).await.unwrap(), fetch(1).await.unwrap());
    let first = by_inputs(1).cache_expiration(Duration::ZERO).await.unwrap();
    assert_ne!(by_inputs(1).await.unwrap(), first);
    assert_eq!(ends().await, "Completed, Completed, Completed, Completed");
}

#[tidegate::test(start_paused = true)]
async fn a_result_that_never_expires_in_this_age_is_taken() {
    let first = by_inputs(1).cache_expiration(Duration::MAX).await.unwrap();
    tokio::time::sleep(Duration::from_secs(1_000_000_000)).await;
    assert_eq!(by_inputs(1).await.unwrap(), first);
}

/// An expiration alone asks for caching, and so for the default policy.
#[tidegate::test(start_paused = true)]
async fn a_task_with_an_expiration_alone_is_cached_in_its_flow_run() {
    #[task(cache_expiration = "1h")]
    async fn fetch(x: u32) -> u32 {
        x + count()
    }
    #[flow]
    async fn twice() -> Result<bool> {
        Ok(fetch(1).await? == fetch(1).await?)
    }
    assert!(twice().await.unwrap());
    assert!(twice().await.unwrap());
    assert_eq!(ends().await, "Completed, Cached, Completed, Cached");
}

/// CACHE-25
#[tidegate::test(start_paused = true)]
async fn a_refreshed_result_takes_the_place_of_the_one_before() {
    #[task(cache_key_fn = |_, _| "shared".to_owned(), refresh_cache)]
    async fn refresh(x: u32) -> u32 {
        x
    }
    #[task(cache_key_fn = |_, _| "shared".to_owned())]
    async fn read() -> u32 {
        0
    }
    assert_eq!(refresh(1).await.unwrap(), 1);
    assert_eq!(refresh(2).await.unwrap(), 2);
    assert_eq!(read().await.unwrap(), 2);
    assert_eq!(refresh(3).refresh_cache(false).await.unwrap(), 2);
    assert_eq!(ends().await, "Completed, Completed, Cached, Cached");
}

#[tidegate::test(start_paused = true)]
async fn a_call_says_for_itself_how_it_is_cached() {
    let first = by_inputs(1).await.unwrap();
    assert_ne!(by_inputs(1).cache(NO_CACHE).await.unwrap(), first);
    assert_ne!(by_inputs(1).cache(TASK_SOURCE).await.unwrap(), first);
    assert_eq!(by_inputs(1).await.unwrap(), first);
    assert_ne!(by_inputs(1).refresh_cache(true).await.unwrap(), first);
    assert_ne!(by_inputs(1).await.unwrap(), first);
    let by_word = by_letter("dog".into()).cache(INPUTS);
    assert_eq!(by_word.await.unwrap(), "dog");
    assert_eq!(by_letter("dot".into()).cache(INPUTS).await.unwrap(), "dot");
    assert_eq!(by_letter("dot".into()).cache(DEFAULT).await.unwrap(), "dot");
}

/// CACHE-30, LOG-19
#[tidegate::test(start_paused = true)]
async fn an_argument_that_cannot_be_hashed_is_told_and_the_task_runs() {
    #[derive(Clone, Debug)]
    struct Client;
    struct Broken;
    impl Serialize for Broken {
        fn serialize<S: Serializer>(&self, _: S) -> std::result::Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("the file is closed"))
        }
    }
    #[task(cache_policy = INPUTS + TASK_SOURCE)]
    async fn fetch(client: &Client, x: u32) -> u32 {
        let _ = client;
        x + count()
    }
    #[task(cache_policy = INPUTS)]
    async fn broken(file: Broken) -> u32 {
        let _ = file;
        count()
    }
    assert_ne!(fetch(&Client, 1).await.unwrap(), fetch(&Client, 1).await.unwrap());
    broken(Broken).await.unwrap();
    assert_eq!(ends().await, "Completed, Completed, Completed");
    let sum = INPUTS + TASK_SOURCE - "client";
    let first = fetch(&Client, 1).cache(sum.clone()).await.unwrap();
    assert_eq!(fetch(&Client, 1).cache(sum).await.unwrap(), first);
    let errors = lines(LogLevel::Error).await.replace(module_path!(), "it::cache");
    expect![[r#"
        ERROR Error encountered when computing cache key - result will not be cached: the argument 'client', a `&it::cache::an_argument_that_cannot_be_hashed_is_told_and_the_task_runs::__tidegate_test::{{closure}}::Client`, cannot be hashed: it is not `Serialize`; leave it out of the key with `- "client"`
        ERROR Error encountered when computing cache key - result will not be cached: the argument 'client', a `&it::cache::an_argument_that_cannot_be_hashed_is_told_and_the_task_runs::__tidegate_test::{{closure}}::Client`, cannot be hashed: it is not `Serialize`; leave it out of the key with `- "client"`
        ERROR Error encountered when computing cache key - result will not be cached: the argument 'file', a `it::cache::an_argument_that_cannot_be_hashed_is_told_and_the_task_runs::__tidegate_test::{{closure}}::Broken`, cannot be hashed: the file is closed; leave it out of the key with `- "file"`
    "#]].assert_eq(&errors);
}

/// CACHE-32: a policy; a function is given what is recorded, and of the receiver nothing is.
#[tidegate::test(start_paused = true)]
async fn the_receiver_of_a_method_is_an_input_called_self() {
    #[derive(Serialize)]
    struct Station {
        city: &'static str,
    }
    struct Client;
    impl Station {
        #[task(cache_policy = INPUTS)]
        async fn fetch(&self, x: u32) -> String {
            format!("{} {}", self.city, x + count())
        }
    }
    impl Client {
        #[task(cache_policy = INPUTS - "self")]
        async fn fetch(&self, x: u32) -> u32 {
            x + count()
        }

        #[task(cache_policy = INPUTS)]
        async fn fails_to_be_cached(&self) -> u32 {
            count()
        }
    }
    let (rome, oslo) = (Station { city: "Rome" }, Station { city: "Oslo" });
    let first = rome.fetch(1).await.unwrap();
    assert_ne!(oslo.fetch(1).await.unwrap(), first);
    assert_eq!(rome.fetch(1).await.unwrap(), first);
    assert_eq!(Client.fetch(1).await.unwrap(), Client.fetch(1).await.unwrap());
    assert_ne!(
        Client.fails_to_be_cached().await.unwrap(),
        Client.fails_to_be_cached().await.unwrap()
    );
    assert!(lines(LogLevel::Error).await.contains("'self'"));
}

#[tidegate::test(start_paused = true)]
async fn a_generic_task_has_a_result_for_each_type() {
    trait Named {
        const NAME: &'static str;
    }
    impl Named for u8 {
        const NAME: &'static str = "u8";
    }
    impl Named for u16 {
        const NAME: &'static str = "u16";
    }
    #[task(cache_policy = INPUTS)]
    async fn name<T: Named + Serialize + Send>(value: T) -> String {
        let _ = value;
        T::NAME.to_owned()
    }
    assert_eq!(name(1_u8).await.unwrap(), "u8");
    assert_eq!(name(1_u16).await.unwrap(), "u16");
    assert_eq!(name(1_u8).await.unwrap(), "u8");
    assert_eq!(ends().await, "Completed, Completed, Cached");
}

#[tidegate::test(start_paused = true)]
async fn equal_calls_of_two_tasks_do_not_mix() {
    #[task(cache_policy = INPUTS)]
    async fn double(x: u32) -> u32 {
        2 * x
    }
    #[task(cache_policy = INPUTS)]
    async fn square(x: u32) -> u32 {
        x * x
    }
    assert_eq!((double(3).await.unwrap(), square(3).await.unwrap()), (6, 9));
}

#[tidegate::test(start_paused = true)]
async fn a_failure_is_not_cached() {
    #[task(cache_policy = INPUTS, retries = 1)]
    async fn flaky(x: u32) -> Result<u32> {
        if tidegate::runtime::task_run::run_count() < 2 {
            return Err("no".into());
        }
        Ok(x)
    }
    check(
        flaky(1).retries(0),
        expect![[r#"
            Err: Failed('Task run encountered an exception: no')
            task flaky: Pending > Running > Failed
        "#]],
    )
    .await;
    flaky(1).await.unwrap();
    flaky(1).await.unwrap();
    assert_eq!(ends().await, "Failed, Completed, Cached");
}

#[tidegate::test(start_paused = true)]
async fn a_cached_run_calls_the_hooks_for_its_end() {
    static CALLED: AtomicU32 = AtomicU32::new(0);
    fn note(_run: Run, state: tidegate::State) {
        assert!(state.is_completed());
        CALLED.fetch_add(1, Ordering::Relaxed);
    }
    fn never(run: Run, _state: tidegate::State) {
        assert!(run.run_count > 0, "it does not run");
    }
    #[task(cache_policy = INPUTS, on_completion = note, on_running = never)]
    async fn fetch(x: u32) -> u32 {
        x
    }
    fetch(1).await.unwrap();
    fetch(1).await.unwrap();
    assert_eq!(CALLED.load(Ordering::Relaxed), 2);
    assert_eq!(lines(LogLevel::Error).await, "");
}

#[tidegate::test(start_paused = true)]
async fn a_cached_result_that_cannot_be_read_any_more_is_computed_anew() {
    #[task(cache_key_fn = |_, _| "shared".to_owned())]
    async fn text() -> String {
        "one".to_owned()
    }
    #[task(cache_key_fn = |_, _| "shared".to_owned())]
    async fn number() -> u32 {
        1
    }
    let first = text().await.unwrap();
    assert_eq!(number().await.unwrap(), 1);
    assert_eq!(number().await.unwrap(), 1);
    assert_eq!(
        (first, ends().await),
        ("one".to_owned(), "Completed, Completed, Cached".to_owned())
    );
    let warnings = lines(LogLevel::Warning).await;
    let id = run_of("text").await.id.to_string();
    expect![[r#"
        WARNING What is cached of run <id> cannot be taken, so the task runs: Task run 'number' has a result that cannot be read as the type that is asked for, which is u32
    "#]].assert_eq(&warnings.replace(&id, "<id>"));
}

#[tidegate::test(start_paused = true)]
async fn a_step_can_be_cached_in_its_flow_run() {
    #[flow]
    async fn twice() -> Result<bool> {
        let step = || {
            let body = || async { Ok::<_, std::io::Error>(count()) };
            tidegate::step("look").run(body).cache(RUN_ID)
        };
        Ok(step().await? == step().await?)
    }
    assert!(twice().await.unwrap());
    assert_eq!(ends().await, "Completed, Cached");
}

/// Runs `body` in a process where this setting is true, and compares what it printed.
fn check_with(setting: &str, body: impl FnOnce(), expected: Expect) {
    let left = Child::new().env(setting, "true").run(body);
    assert!(left.success, "{}", left.stderr);
    expected.assert_eq(&left.stdout);
}

/// How two equal calls end.
fn tell(name: &str, call: impl Fn() -> tidegate::TaskCall<'static, u32>) {
    let (first, second) = block_on(async { (call().await.unwrap(), call().await.unwrap()) });
    println!("{name}: Completed, {}", if first == second { "Cached" } else { "Completed" });
}

#[task(cache_policy = INPUTS, refresh_cache = false)]
async fn not_refreshed(x: u32) -> u32 {
    x + count()
}

#[task(cache_key_fn = |_, _| "k".to_owned())]
async fn by_function() -> u32 {
    count()
}

#[task(cache_policy = INPUTS)]
async fn of_what_has_no_hash(_notify: std::sync::Arc<tokio::sync::Notify>) -> u32 {
    count()
}

/// CACHE-26
#[test]
fn tasks_that_do_not_say_are_refreshed_where_a_setting_says_so() {
    check_with(
        "TIDEGATE_TASKS_REFRESH_CACHE",
        || {
            tell("says nothing", || by_inputs(1));
            tell("says false", || not_refreshed(1));
            tell("the call says false", || by_inputs(1).refresh_cache(false));
        },
        expect![[r#"
            says nothing: Completed, Completed
            says false: Completed, Cached
            the call says false: Completed, Cached
        "#]],
    );
}

/// CACHE-28: where no policy is given, the default is none.
#[test]
fn a_setting_takes_the_default_policy_away() {
    #[flow]
    async fn expires_twice() -> Result<bool> {
        let call = || by_default(1).cache_expiration(Duration::from_secs(60));
        let no_policy = || plain(1).cache_expiration(Duration::from_secs(60));
        println!("explicit policy: {}", call().await? == call().await?);
        println!("expiration alone: {}", no_policy().await? == no_policy().await?);
        Ok(true)
    }
    #[task]
    async fn plain(x: u32) -> u32 {
        x + count()
    }
    check_with(
        "TIDEGATE_TASKS_DEFAULT_NO_CACHE",
        || {
            block_on(expires_twice()).unwrap();
            tell("function", by_function);
        },
        expect![[r#"
            explicit policy: true
            expiration alone: false
            function: Completed, Cached
        "#]],
    );
}

/// CACHE-29, LOG-19: and nothing is said of keys that cannot be computed, since nothing would be kept.
#[test]
fn a_setting_disables_caching_whatever_tasks_say() {
    check_with(
        "TIDEGATE_TASKS_DISABLE_CACHING",
        || {
            tell("policy", || by_inputs(1));
            tell("says false", || not_refreshed(1));
            tell("function", by_function);
            tell("no hash", || of_what_has_no_hash(Default::default()));
            block_on(async {
                let errors = Engine::current().unwrap().logs().at_least(LogLevel::Error);
                println!("{} errors", errors.list().await.unwrap().len());
            });
        },
        expect![[r#"
            policy: Completed, Completed
            says false: Completed, Completed
            function: Completed, Completed
            no hash: Completed, Completed
            0 errors
        "#]],
    );
}
