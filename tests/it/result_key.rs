//! Keys of results: what they say, and that a task whose result is there already does not run.

use std::fmt::Write;
use std::sync::atomic::{AtomicU32, Ordering};

use expect_test::{Expect, expect};
use tidegate::prelude::*;
use tidegate::{Engine, LogLevel, MemoryStorage, ResultStorage, RunKind};

use crate::timeline::{check, history, run_of, runs};

#[task(result_storage_key = "key-{parameters[x]}-{task_run.task_name}.json")]
async fn double(x: u32) -> u32 {
    x * 2
}

/// RESULT-05
#[tidegate::test(start_paused = true)]
async fn a_task_whose_result_is_there_already_does_not_run() {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    #[task(result_storage_key = "key-{x}.json", persist_result)]
    async fn counted(x: u32) -> u32 {
        RUNS.fetch_add(1, Ordering::Relaxed);
        x * 2
    }
    #[flow]
    async fn pipeline() -> Result<[u32; 4]> {
        let storage = MemoryStorage::new();
        let call = |x| counted(x).result_storage(storage.clone());
        let given = [call(1).await?, call(1).await?, call(2).await?, call(1).await?];
        assert_eq!(storage.keys(), ["key-1.json", "key-2.json"]);
        Ok(given)
    }
    check(
        pipeline(),
        expect![[r#"
            Ok([2, 2, 4, 2])
            flow pipeline: Pending > Running > Completed
              task counted: Pending > Running > Completed
              task counted: Pending > Cached
              task counted: Pending > Running > Completed
              task counted: Pending > Cached
        "#]],
    )
    .await;
    assert_eq!(RUNS.load(Ordering::Relaxed), 2);
    let cached = runs().await.into_iter().filter(|run| run.kind() == RunKind::Task).nth(1).unwrap();
    assert_eq!((cached.run_count, cached.total_run_time.as_nanos()), (0, 0));
    let engine = Engine::current().unwrap();
    assert_eq!(engine.result::<u32>(cached.id).await.unwrap(), 2);
}

/// RESULT-05
#[tidegate::test(start_paused = true)]
async fn a_key_says_what_was_called_and_where() {
    #[task(
        task_run_name = "run-of-{x}",
        result_storage_key = "{{{parameters[x]:03}}}/{x}{y:?}/{task_run.name}/{task_run.id}/{task_run.task_name}/{flow_run.name}/{flow_run.id}/{flow_run.flow_name}"
    )]
    async fn named(x: u32, y: Option<char>) -> u32 {
        y.map_or(x, u32::from)
    }
    #[flow]
    async fn around(storage: MemoryStorage) -> Result<()> {
        named(7, Some('y')).result_storage(storage).await.map(drop)
    }
    let storage = MemoryStorage::new();
    around(storage.clone()).named("mine").await.unwrap();
    let (task, flow) = (run_of("named").await, run_of("around").await);
    let key = storage.keys().remove(0);
    let key = key.replace(&task.id.to_string(), "TASK").replace(&flow.id.to_string(), "FLOW");
    expect!["{007}/7Some('y')/run-of-7/TASK/named/mine/FLOW/around"].assert_eq(&key);
}

/// RESULT-07: nothing is a result too.
#[tidegate::test(start_paused = true)]
async fn nothing_is_kept_and_found_like_any_result() {
    #[task(result_storage_key = "done")]
    async fn nothing() {}
    nothing().await.unwrap();
    nothing().await.unwrap();
    expect![[r#"
        task nothing: Pending > Running > Completed
        task nothing: Pending > Cached
    "#]]
    .assert_eq(&history().await);
}

#[tidegate::test(start_paused = true)]
async fn a_run_that_keeps_nothing_looks_for_nothing() {
    double(1).await.unwrap();
    double(1).persist_result(false).await.unwrap();
    expect![[r#"
        task double: Pending > Running > Completed
        task double: Pending > Running > Completed
    "#]]
    .assert_eq(&history().await);
}

#[tidegate::test(start_paused = true)]
async fn a_key_that_leads_elsewhere_is_an_error_before_there_is_a_run() {
    #[task(result_storage_key = "{name}")]
    async fn named(name: String) -> String {
        name
    }
    #[task(result_storage_key = "{flow_run.name}")]
    async fn in_a_flow() -> u8 {
        1
    }
    let mut lines = String::new();
    for name in ["../../etc/passwd", "/etc/passwd", "", "a//b", "a\0b", &"x".repeat(300)] {
        let error = named(name.to_owned()).await.unwrap_err();
        assert!(error.is_configuration());
        writeln!(lines, "{error}").unwrap();
    }
    writeln!(lines, "{}", in_a_flow().await.unwrap_err()).unwrap();
    expect![[r#"
        'named': its `result_storage_key` has no meaning: `../../etc/passwd` is not a key: a key cannot have `..` as one of its names
        'named': its `result_storage_key` has no meaning: `/etc/passwd` is not a key: a key cannot begin or end with `/`, nor have two in a row
        'named': its `result_storage_key` has no meaning: `` is not a key: a key cannot be empty
        'named': its `result_storage_key` has no meaning: `a//b` is not a key: a key cannot begin or end with `/`, nor have two in a row
        'named': its `result_storage_key` has no meaning: `a\0b` is not a key: a key cannot contain '\0'
        'named': its `result_storage_key` has no meaning: `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx` is not a key: a name in a key has at most 255 bytes, and this one has one of 300
        'in_a_flow': its `result_storage_key` has no meaning: `{flow_run.name}` stands for a flow run, and this task is called in none
    "#]].assert_eq(&lines);
    assert_eq!(history().await, "");
}

/// Puts an object where a task looks for its result, calls the task, and compares what it gave, what happened, and what is there.
async fn check_with(object: impl FnOnce(Vec<u8>) -> Vec<u8>, expected: Expect) {
    const KEY: &str = "key-4-double.json";
    let storage = MemoryStorage::new();
    double(4).result_storage(storage.clone()).named("first").await.unwrap();
    let whole = storage.read(KEY).await.unwrap().unwrap();
    storage.write(KEY, object(whole)).await.unwrap();
    let given = double(4).result_storage(storage.clone()).named("second").await;
    let mut text = match given {
        Ok(value) => format!("gave {value}\n"),
        Err(error) => format!("{error}\n"),
    };
    let second = runs().await.remove(1);
    writeln!(text, "{}", crate::timeline::timeline(&second)).unwrap();
    let logs = Engine::current().unwrap().logs().at_least(LogLevel::Warning).list().await.unwrap();
    for line in logs.iter().filter(|line| line.level == LogLevel::Warning) {
        writeln!(text, "{}", line.message).unwrap();
    }
    let left = storage.read(KEY).await.unwrap().unwrap();
    let end = left.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    writeln!(text, "there is: {}", String::from_utf8_lossy(&left[end..])).unwrap();
    let storage = storage.name();
    expected.assert_eq(&text.replace(storage, "STORAGE"));
}

#[tidegate::test(start_paused = true)]
async fn a_result_that_is_whole_is_taken() {
    check_with(
        |whole| whole,
        expect![[r#"
        gave 8
        Pending > Cached
        there is: 8
    "#]],
    )
    .await;
}

#[tidegate::test(start_paused = true)]
async fn a_result_that_is_damaged_is_made_anew() {
    let changed = |mut whole: Vec<u8>| {
        *whole.last_mut().unwrap() = b'9';
        whole
    };
    check_with(changed, expect![[r#"
        gave 8
        Pending > Running > Completed
        What is under the key `key-4-double.json` in STORAGE is not taken as the result of 'second', which runs and writes it anew: its bytes have changed since it was written
        there is: 8
    "#]]).await;
}

#[tidegate::test(start_paused = true)]
async fn a_result_of_another_type_is_made_anew() {
    let storage = MemoryStorage::new();
    let text = || tidegate::step("text").run(|| async { Ok::<_, tidegate::Error>("8".to_owned()) });
    let key = "key-4-double.json";
    text().result_storage(storage.clone()).result_storage_key(key).await.unwrap();
    assert_eq!(double(4).result_storage(storage.clone()).await.unwrap(), 8);
    assert!(storage.read(key).await.unwrap().unwrap().ends_with(b"\n8"));
}

#[tidegate::test(start_paused = true)]
async fn what_is_no_result_is_never_written_over() {
    check_with(|_| b"the thesis of Ada".to_vec(), expect![[r#"
        Task run 'second' failed: Task run 'second' has a damaged result: under the key `key-4-double.json` in STORAGE, it does not begin as results do; put back what was written, or delete it and call it again for its value
        Pending > Running > Failed
        there is: the thesis of Ada
    "#]]).await;
}

#[tidegate::test(start_paused = true)]
async fn a_result_that_another_run_has_written_over_since_is_told_as_such() {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    #[task(result_storage_key = "latest")]
    async fn latest() -> u32 {
        RUNS.fetch_add(1, Ordering::Relaxed)
    }
    let storage = MemoryStorage::new();
    latest().result_storage(storage.clone()).await.unwrap();
    let first = run_of("latest").await;
    storage.delete("latest").await.unwrap();
    latest().result_storage(storage).await.unwrap();
    let error = Engine::current().unwrap().result::<u32>(first.id).await.unwrap_err();
    assert!(
        error.to_string().contains("another run has written its own result there since"),
        "{error}"
    );
}
