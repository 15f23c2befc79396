//! Where results are that are not part of their run's record: what is written there, when, and what is said when it cannot be read.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use expect_test::expect;
use futures_util::future::BoxFuture;
use tempfile::TempDir;
use tidegate::erased_serde::{Deserializer, Serialize};
use tidegate::prelude::*;
use tidegate::{
    CompressedJsonSerializer, Engine, LocalFiles, MemoryStorage, ResultReference, ResultSerializer,
    ResultStorage, Run, RunId, SerializerError, SqlTransaction, StateResult, StateType, TakeValue,
    step,
};
use tokio::sync::Notify;

use crate::timeline::{check, run_of, timeline};

/// An engine with a database in this folder.
fn open(folder: &Path) -> Engine {
    let url = format!("sqlite:{}", folder.join("app.db").display());
    Engine::builder().database(url).open().unwrap()
}

/// The files below a folder but those of the database, by their path in it.
fn listed(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(inner) = folders.pop() {
        for entry in fs::read_dir(inner).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(folder).unwrap().display().to_string();
            if path.is_dir() {
                folders.push(path);
            } else if !name.starts_with("app.db") || name.contains('/') {
                found.push(name);
            }
        }
    }
    found.sort();
    found
}

/// Where the result of a run is.
fn reference(run: &Run) -> ResultReference {
    match &run.state().unwrap().result {
        Some(StateResult::Persisted { reference }) => (**reference).clone(),
        other => panic!("{other:?}"),
    }
}

async fn run(engine: &Engine, id: RunId) -> Run {
    engine.run_record(id).await.unwrap().unwrap()
}

/// A text with what changes from run to run replaced.
fn stable(text: &str, run: &Run, folder: &Path) -> String {
    let text = text.replace(&folder.display().to_string(), "FOLDER");
    let text = text.replace(&run.id.to_string(), "RUN");
    let key = reference(run).key;
    let key = key.strip_prefix(&run.id.to_string()).unwrap_or("none");
    text.replace(key, "-KEY").replace(env!("CARGO_PKG_VERSION"), "VERSION")
}

#[task]
async fn bytes(count: usize) -> Vec<u8> {
    vec![7; count]
}

/// A mebibyte of JSON, and more.
const LARGE: usize = 1 << 20;

/// RESULT-02, RESULT-14
#[tidegate::test(start_paused = true)]
async fn a_result_in_a_folder_is_one_file_that_says_what_it_is() {
    let folder = TempDir::new().unwrap();
    bytes(3).result_storage(folder.path()).await.unwrap();
    let run = run_of("bytes").await;
    let files = listed(folder.path());
    assert_eq!(files, [reference(&run).key]);
    let object = fs::read_to_string(folder.path().join(&files[0])).unwrap();
    let (line, payload) = object.split_once('\n').unwrap();
    let mut header: serde_json::Value = serde_json::from_str(line).unwrap();
    assert!(line.starts_with(r#"{"storage_key":"#) && header["created"].is_string());
    header["created"] = "NOW".into();
    let text = stable(&format!("{header:#}\n{payload}"), &run, folder.path());
    expect![[r#"
        {
          "created": "NOW",
          "digest": "32583e187194e81fd8a956d284ebee136ed42ecc6e570aff9c663e5750ece2b5",
          "expiration": null,
          "serializer": "json",
          "size": 7,
          "storage_key": "RUN-KEY",
          "tidegate_version": "VERSION"
        }
        [7,7,7]"#]]
    .assert_eq(&text);
    let reference = format!("{:?}", reference(&run));
    expect![[r#"ResultReference { storage: "FOLDER", key: "RUN-KEY", serializer: "json", size: 7, digest: "32583e187194e81fd8a956d284ebee136ed42ecc6e570aff9c663e5750ece2b5" }"#]].assert_eq(&stable(&reference, &run, folder.path()));
}

#[tokio::test]
async fn a_large_result_goes_to_a_folder_beside_the_database_and_moves_with_it() {
    let home = TempDir::new().unwrap();
    let engine = open(home.path());
    let handle = bytes(LARGE).on(&engine).submit();
    assert_eq!(handle.await.unwrap().len(), LARGE);
    let id = engine.runs().list().await.unwrap()[0].id;
    let kept = reference(&run(&engine, id).await);
    assert_eq!((kept.size, &*kept.serializer), (2 * LARGE as u64 + 1, "json"));
    assert_eq!(listed(home.path()), [format!("app.db.results/{}", kept.key)]);
    bytes(LARGE / 4).on(&engine).await.unwrap();
    assert_eq!(listed(home.path()).len(), 1, "what is small enough is part of the record");
    engine.close().await.unwrap();

    let elsewhere = TempDir::new().unwrap();
    let moved = elsewhere.path().join("moved");
    fs::rename(home.path(), &moved).unwrap();
    let engine = open(&moved);
    assert_eq!(engine.result::<Vec<u8>>(id).await.unwrap(), vec![7; LARGE]);
    engine.close().await.unwrap();
}

#[test]
fn settings_say_what_is_large_and_where_it_goes() {
    use crate::child::{Child, block_on};
    let folder = TempDir::new().unwrap();
    let left = Child::new()
        .env("TIDEGATE_RESULTS_LOCAL_STORAGE_PATH", folder.path())
        .env("TIDEGATE_RESULTS_INLINE_LIMIT", "10")
        .run(|| {
            block_on(async {
                step("ten")
                    .run(|| async { Ok::<_, tidegate::Error>("12345678".to_owned()) })
                    .await
                    .unwrap();
                step("eleven")
                    .run(|| async { Ok::<_, tidegate::Error>("123456789".to_owned()) })
                    .await
                    .unwrap();
                for name in ["ten", "eleven"] {
                    println!("{name}: {:?}", run_of(name).await.state().unwrap().result.is_some());
                }
                let eleven = run_of("eleven").await.id;
                println!("{}", Engine::current().unwrap().result::<String>(eleven).await.unwrap());
            });
        });
    assert!(left.success, "{}", left.stderr);
    expect![[r#"
        ten: true
        eleven: true
        123456789
    "#]]
    .assert_eq(&left.stdout);
    assert_eq!(listed(folder.path()).len(), 1);
}

/// A storage that does as it is told.
#[derive(Debug, Default)]
struct Troubled {
    inner: MemoryStorage,
    /// How many writes fail before one does not.
    failures: AtomicU32,
    /// Whether reads fail.
    is_down: AtomicU32,
    /// Writes wait for this, where there is one.
    gate: Mutex<Option<Arc<Notify>>>,
    begun: Notify,
}

impl ResultStorage for Troubled {
    fn name(&self) -> &str {
        "bucket://troubled"
    }

    fn write<'a>(&'a self, key: &'a str, object: Vec<u8>) -> BoxFuture<'a, io::Result<()>> {
        Box::pin(async move {
            let gate = self.gate.lock().unwrap().clone();
            self.begun.notify_one();
            if let Some(gate) = gate {
                gate.notified().await;
            }
            let failures = self.failures.load(Ordering::Relaxed);
            if failures > 0 {
                self.failures.store(failures - 1, Ordering::Relaxed);
                return Err(io::Error::new(io::ErrorKind::StorageFull, "the bucket is full"));
            }
            self.inner.write(key, object).await
        })
    }

    fn read<'a>(&'a self, key: &'a str) -> BoxFuture<'a, io::Result<Option<Vec<u8>>>> {
        if self.is_down.load(Ordering::Relaxed) > 0 {
            return Box::pin(async { Err(io::Error::new(io::ErrorKind::TimedOut, "no answer")) });
        }
        self.inner.read(key)
    }

    fn delete<'a>(&'a self, key: &'a str) -> BoxFuture<'a, io::Result<()>> {
        self.inner.delete(key)
    }
}

#[tidegate::test(start_paused = true)]
async fn a_run_completes_when_its_result_is_in_its_storage_and_not_before() {
    let (storage, gate) = (Arc::new(Troubled::default()), Arc::new(Notify::new()));
    *storage.gate.lock().unwrap() = Some(Arc::clone(&gate));
    let handle = bytes(3).result_storage(Arc::clone(&storage)).submit();
    storage.begun.notified().await;
    tokio::time::sleep(std::time::Duration::from_secs(60)).await;
    assert_eq!(handle.state().unwrap().state_type(), StateType::Running);
    let engine = Engine::current().unwrap();
    let recorded = run(&engine, handle.id().unwrap()).await;
    assert_eq!(recorded.state().unwrap().state_type(), StateType::Running);
    gate.notify_one();
    handle.await.unwrap();
    let run = run_of("bytes").await;
    assert_eq!(timeline(&run), "Pending > Running > Completed");
    assert_eq!(storage.inner.keys(), [reference(&run).key]);
    assert!(run.total_run_time.as_secs() >= 59, "the write is part of the run");
}

#[tidegate::test(start_paused = true)]
async fn a_run_whose_result_cannot_be_written_fails_and_may_be_tried_again() {
    let storage = Arc::new(Troubled::default());
    storage.failures.store(2, Ordering::Relaxed);
    let call = bytes(3).result_storage(Arc::clone(&storage)).result_storage_key("k");
    check(
        call.retries(1),
        expect![[r#"
            Err: Failed('Task run encountered an exception: its result could not be written to bucket://troubled under the key `k`: the bucket is full')
            task bytes: Pending > Running > AwaitingRetry(0s) > Retrying > Failed
        "#]],
    )
    .await;
    assert_eq!(storage.inner.keys(), [""; 0]);

    storage.failures.store(1, Ordering::Relaxed);
    let call = step("again").run(|| async { Ok::<_, tidegate::Error>(7) });
    let handle = call.result_storage(Arc::clone(&storage)).retries(1).submit();
    assert_eq!(handle.await.unwrap(), 7);
    assert_eq!(
        timeline(&run_of("again").await),
        "Pending > Running > AwaitingRetry(0s) > Retrying > Completed"
    );
}

#[tidegate::test(start_paused = true)]
async fn the_error_of_a_failed_write_names_the_storage_and_holds_the_cause() {
    let storage = Arc::new(Troubled::default());
    storage.failures.store(1, Ordering::Relaxed);
    let error =
        bytes(3).result_storage(Arc::clone(&storage)).result_storage_key("k").await.unwrap_err();
    expect!["Task run 'bytes' failed: its result could not be written to bucket://troubled under the key `k`: the bucket is full"].assert_eq(&error.to_string());
    let cause = error.downcast_ref::<io::Error>().unwrap();
    assert_eq!(cause.kind(), io::ErrorKind::StorageFull);
}

/// RESULT-09
#[tidegate::test(start_paused = true)]
async fn a_run_that_fails_writes_nothing() {
    #[task]
    async fn fails() -> Result<u8> {
        Err("no".into())
    }
    let storage = MemoryStorage::new();
    fails().result_storage(storage.clone()).await.unwrap_err();
    assert_eq!(storage.keys(), [""; 0]);
}

/// RESULT-03
#[tidegate::test(start_paused = true)]
async fn a_serializer_is_given_by_its_name_or_itself() {
    #[task(result_serializer = "json")]
    async fn plain() -> Vec<u8> {
        vec![0; 5_000]
    }
    #[task(result_serializer = "compressed/json")]
    async fn compressed() -> Vec<u8> {
        vec![0; 5_000]
    }
    #[flow(result_serializer = CompressedJsonSerializer)]
    async fn by_value() -> Vec<u8> {
        vec![0; 5_000]
    }
    plain().await.unwrap();
    compressed().await.unwrap();
    by_value().await.unwrap();
    let engine = Engine::current().unwrap();
    let mut lines = String::new();
    for name in ["plain", "compressed", "by-value"] {
        let run = run_of(name).await;
        assert_eq!(engine.result::<Vec<u8>>(run.id).await.unwrap(), vec![0; 5_000]);
        let ResultReference { storage, serializer, size, .. } = reference(&run);
        lines.push_str(&format!("{name}: {storage} {serializer} {size}\n"));
    }
    expect![[r#"
        plain: memory json 10001
        compressed: memory compressed/json 57
        by-value: memory compressed/json 57
    "#]]
    .assert_eq(&lines);
}

/// Lines of text, for the tests of serializers.
#[derive(Debug)]
struct Reversed;

impl ResultSerializer for Reversed {
    fn name(&self) -> &str {
        "reversed"
    }

    fn serialize(&self, value: &dyn Serialize) -> Result<Vec<u8>, SerializerError> {
        let mut bytes = serde_json::to_vec(value)?;
        bytes.reverse();
        Ok(bytes)
    }

    fn deserialize(&self, bytes: &[u8], take: TakeValue<'_>) -> Result<(), SerializerError> {
        let text: Vec<u8> = bytes.iter().rev().copied().collect();
        let mut json = serde_json::Deserializer::from_slice(&text);
        Ok(take(&mut <dyn Deserializer<'_>>::erase(&mut json))?)
    }
}

#[tokio::test]
async fn a_serializer_of_ones_own_is_found_by_its_name_where_it_is_known() {
    let home = TempDir::new().unwrap();
    let engine = open(home.path());
    bytes(3).result_serializer(Reversed).on(&engine).await.unwrap();
    let id = engine.runs().list().await.unwrap()[0].id;
    assert_eq!(engine.result::<Vec<u8>>(id).await.unwrap(), [7; 3]);
    let key = reference(&run(&engine, id).await).key;
    let object = fs::read(home.path().join("app.db.results").join(key)).unwrap();
    assert!(object.ends_with(b"\n]7,7,7["));
    engine.close().await.unwrap();

    let engine = open(home.path());
    let error = engine.result::<Vec<u8>>(id).await.unwrap_err();
    assert!(error.is_unreadable_result());
    expect!["Task run 'bytes' has a result that the serializer `reversed` made, which this engine does not know: give it to `EngineBuilder::known_result_serializer`"].assert_eq(&error.to_string());
    engine.close().await.unwrap();

    let url = format!("sqlite:{}", home.path().join("app.db").display());
    let engine = Engine::builder().database(url).known_result_serializer(Reversed).open().unwrap();
    assert_eq!(engine.result::<Vec<u8>>(id).await.unwrap(), [7; 3]);
    engine.close().await.unwrap();
}

#[tokio::test]
async fn a_storage_is_found_by_its_name_where_it_is_known() {
    let home = TempDir::new().unwrap();
    let engine = open(home.path());
    let storage = Arc::new(Troubled::default());
    bytes(3).result_storage(Arc::clone(&storage)).on(&engine).await.unwrap();
    let id = engine.runs().list().await.unwrap()[0].id;
    assert_eq!(engine.result::<Vec<u8>>(id).await.unwrap(), [7; 3]);
    bytes(4).result_storage(home.path().join("elsewhere")).on(&engine).await.unwrap();
    let in_folder = engine.runs().list().await.unwrap()[0].id;
    engine.close().await.unwrap();

    let engine = open(home.path());
    assert_eq!(
        engine.result::<Vec<u8>>(in_folder).await.unwrap(),
        [7; 4],
        "a folder is known by its path"
    );
    let error = engine.result::<Vec<u8>>(id).await.unwrap_err();
    assert!(error.is_unreadable_result());
    expect!["Task run 'bytes' has its result in the storage `bucket://troubled`, which this engine does not know: give it to `EngineBuilder::known_result_storage`"].assert_eq(&error.to_string());
    engine.close().await.unwrap();

    let url = format!("sqlite:{}", home.path().join("app.db").display());
    let engine = Engine::builder().database(url).known_result_storage(storage).open().unwrap();
    assert_eq!(engine.result::<Vec<u8>>(id).await.unwrap(), [7; 3]);
    engine.close().await.unwrap();
}

#[tidegate::test(start_paused = true)]
async fn a_result_that_is_gone_or_damaged_is_an_error_that_names_its_run_and_its_key() {
    let folder = TempDir::new().unwrap();
    bytes(3).result_storage(folder.path()).await.unwrap();
    let engine = Engine::current().unwrap();
    let run = run_of("bytes").await;
    let path = folder.path().join(reference(&run).key);
    let whole = fs::read(&path).unwrap();
    let mut changed = whole.clone();
    *changed.last_mut().unwrap() = b'}';
    let mut replaced = LocalFiles::new(folder.path());
    let mut lines = String::new();
    for (what, object) in [
        ("gone", None),
        ("cut", Some(whole[..whole.len() - 1].to_vec())),
        ("empty", Some(Vec::new())),
        ("changed", Some(changed)),
        ("foreign", Some(b"a letter\nto Ada".to_vec())),
    ] {
        match object {
            Some(object) => fs::write(&path, object).unwrap(),
            None => fs::remove_file(&path).unwrap(),
        }
        let error = engine.result::<Vec<u8>>(run.id).await.unwrap_err();
        assert_eq!(
            (error.is_missing_result(), error.is_unreadable_result()),
            (what == "gone", what != "gone")
        );
        assert_eq!(error.run_id(), Some(run.id));
        lines.push_str(&format!("{what}: {}\n", stable(&error.to_string(), &run, folder.path())));
    }
    expect![[r#"
        gone: Task run 'bytes' has lost its result: there is nothing under the key `RUN-KEY` in FOLDER; put it back, or call it again for its value
        cut: Task run 'bytes' has a damaged result: under the key `RUN-KEY` in FOLDER, it should have 7 bytes and has 6; put back what was written, or delete it and call it again for its value
        empty: Task run 'bytes' has a damaged result: under the key `RUN-KEY` in FOLDER, it does not begin as results do; put back what was written, or delete it and call it again for its value
        changed: Task run 'bytes' has a damaged result: under the key `RUN-KEY` in FOLDER, its bytes have changed since it was written; put back what was written, or delete it and call it again for its value
        foreign: Task run 'bytes' has a damaged result: under the key `RUN-KEY` in FOLDER, it does not begin as results do; put back what was written, or delete it and call it again for its value
    "#]].assert_eq(&lines);
    replaced.write(&reference(&run).key, whole).await.unwrap();
    assert_eq!(engine.result::<Vec<u8>>(run.id).await.unwrap(), [7; 3]);
    replaced = LocalFiles::new(folder.path().join("other"));
    assert!(replaced.read(&reference(&run).key).await.unwrap().is_none());
}

#[tidegate::test(start_paused = true)]
async fn a_storage_that_does_not_answer_is_told_apart_from_a_result_that_is_gone() {
    let storage = Arc::new(Troubled::default());
    bytes(3).result_storage(Arc::clone(&storage)).result_storage_key("k").await.unwrap();
    storage.is_down.store(1, Ordering::Relaxed);
    let engine = Engine::current().unwrap();
    let error = engine.result::<Vec<u8>>(run_of("bytes").await.id).await.unwrap_err();
    assert!(error.is_unreadable_result());
    expect!["Task run 'bytes' has a result that cannot be read now: the key `k` in bucket://troubled: no answer"].assert_eq(&error.to_string());
    assert_eq!(error.downcast_ref::<io::Error>().unwrap().kind(), io::ErrorKind::TimedOut);
}

#[tidegate::test(start_paused = true)]
async fn a_flow_that_is_tried_again_takes_results_from_their_storage() {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    #[task]
    async fn counted() -> u32 {
        RUNS.fetch_add(1, Ordering::Relaxed)
    }
    #[flow(retries = 1)]
    async fn pipeline(storage: MemoryStorage, attempts: Arc<AtomicU32>) -> Result<u32> {
        let given = counted().result_storage(storage).await?;
        if attempts.fetch_add(1, Ordering::Relaxed) == 0 { Err("once".into()) } else { Ok(given) }
    }
    assert_eq!(pipeline(MemoryStorage::new(), Arc::default()).await.unwrap(), 0);
    assert_eq!(RUNS.load(Ordering::Relaxed), 1);
}

#[tidegate::test(start_paused = true)]
async fn a_flow_that_is_tried_again_is_told_of_a_result_that_is_gone() {
    #[flow(retries = 1)]
    async fn pipeline(storage: MemoryStorage) -> Result<usize> {
        let given = bytes(3).result_storage(storage.clone()).await?;
        for key in storage.keys() {
            storage.delete(&key).await?;
        }
        Err(given.len().to_string().into())
    }
    let error = pipeline(MemoryStorage::new()).await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("has lost its result"), "{text}");
    let run = run_of("bytes").await;
    assert_eq!(timeline(&run), "Pending > Running > Completed", "it did not run again");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_results_are_written_at_once() {
    let home = TempDir::new().unwrap();
    let engine = open(home.path());
    let storage = home.path().join("many");
    let handles: Vec<_> =
        (0..200).map(|count| bytes(count).result_storage(&*storage).on(&engine).submit()).collect();
    for handle in &handles {
        handle.wait().await;
    }
    for (count, handle) in handles.iter().enumerate() {
        assert_eq!(engine.result::<Vec<u8>>(handle.id().unwrap()).await.unwrap(), vec![7; count]);
    }
    assert_eq!(listed(&storage).len(), 200);
    engine.close().await.unwrap();
}

#[tidegate::test]
async fn a_transactional_task_keeps_its_result_in_its_record_however_large_it_is() {
    #[task(transactional)]
    fn transfer(tx: &mut SqlTransaction<'_>, count: usize) -> Result<Vec<u8>> {
        tx.execute("CREATE TABLE IF NOT EXISTS effects (id INTEGER PRIMARY KEY)", ())?;
        Ok(vec![7; count])
    }
    transfer(LARGE).await.unwrap();
    let run = run_of("transfer").await;
    assert!(matches!(run.state().unwrap().result, Some(StateResult::Recorded { .. })));
    let engine = Engine::current().unwrap();
    assert_eq!(engine.result::<Vec<u8>>(run.id).await.unwrap(), vec![7; LARGE]);
    let error = transfer(1).result_storage(MemoryStorage::new()).await.unwrap_err();
    assert!(error.is_configuration());
    expect!["'transfer' is transactional: its result is kept in its record, which its transaction commits, so it takes no result storage, key or serializer"].assert_eq(&error.to_string());
}

#[tidegate::test]
async fn a_transactional_task_whose_result_shall_be_kept_and_cannot_be_changes_nothing() {
    #[task(transactional, persist_result)]
    fn transfer(tx: &mut SqlTransaction<'_>) -> Result<f64> {
        tx.execute("CREATE TABLE effects (id INTEGER PRIMARY KEY)", ())?;
        Ok(f64::NAN)
    }
    let error = transfer().await.unwrap_err();
    expect!["Task run 'transfer' failed: its result cannot be kept: it has the number NaN, which JSON does not know"].assert_eq(&error.to_string());
    let again = transfer().await.unwrap_err();
    assert_eq!(again.to_string(), error.to_string(), "there is no table yet");
}
