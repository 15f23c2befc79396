//! The adapter, over two of the stores that the crate `object_store` has.

use std::sync::Arc;

use object_store::ObjectStore;
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;

use super::{ObjectStorage, ResultStorage};

async fn check(store: impl ObjectStore) {
    let storage = ObjectStorage::new("test://results", Arc::new(store));
    assert_eq!((storage.name(), storage.location()), ("test://results", "test://results".into()));
    for key in ["a", "b/c d/ü#%.json"] {
        assert_eq!(storage.read(key).await.unwrap(), None);
        storage.delete(key).await.unwrap();
        storage.write(key, vec![1]).await.unwrap();
        storage.write(key, vec![2; 10_000]).await.unwrap();
        assert_eq!(storage.read(key).await.unwrap(), Some(vec![2; 10_000]));
    }
    storage.delete("a").await.unwrap();
    assert_eq!(storage.read("a").await.unwrap(), None);
    for key in ["../a", "/a", "a//b", ""] {
        for error in [
            storage.write(key, vec![1]).await.unwrap_err(),
            storage.read(key).await.unwrap_err(),
            storage.delete(key).await.unwrap_err(),
        ] {
            assert!(error.to_string().contains("is not a key"), "{key}: {error}");
        }
    }
}

#[tokio::test]
async fn objects_in_memory_are_kept() {
    check(InMemory::new()).await;
}

#[tokio::test]
async fn objects_in_files_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    check(LocalFileSystem::new_with_prefix(folder.path()).unwrap()).await;
}

#[tokio::test]
async fn a_run_keeps_its_result_in_one() {
    let store = Arc::new(InMemory::new());
    let storage = ObjectStorage::new("memory://results", store);
    let engine = crate::Engine::builder()
        .database("sqlite::memory:")
        .result_storage(storage.clone())
        .open()
        .unwrap();
    let call = crate::step("seven").run(|| async { Ok::<_, crate::Error>(7) });
    let handle = call.result_storage_key("seven.json").on(&engine).submit();
    handle.wait().await;
    assert_eq!(engine.result::<u8>(handle.id().unwrap()).await.unwrap(), 7);
    let object = storage.read("seven.json").await.unwrap().unwrap();
    assert!(object.ends_with(b"\n7"));
    engine.close().await.unwrap();
}
