//! Artifacts come back as they were put, and the newest of a key is its latest.

use std::sync::Arc;

use serde_json::json;

use super::Subject;
use super::samples::at;
use crate::{ArtifactId, ArtifactQuery, ArtifactRecord, ArtifactType, Order, RunId, Store, Write};

fn artifact(key: &str, micros: i64) -> ArtifactRecord {
    ArtifactRecord {
        id: ArtifactId::new(),
        key: (!key.is_empty()).then(|| key.to_owned()),
        artifact_type: ArtifactType::Markdown,
        data: json!(format!("{key} at {micros}")),
        description: None,
        flow_run_id: None,
        task_run_id: None,
        created: at(micros),
        updated: at(micros),
    }
}

async fn put(store: &Arc<dyn Store>, artifact: &ArtifactRecord) {
    let write = Write::Artifact(Box::new(artifact.clone()));
    store.put_acknowledged(write).await.expect("the artifact is stored");
}

async fn ask(store: &Arc<dyn Store>, query: ArtifactQuery) -> Vec<ArtifactRecord> {
    store.artifacts(query).await.expect("the store answers")
}

/// Of every type, with everything and with nothing.
pub async fn an_artifact_comes_back_as_it_was_put(subject: &Subject) {
    let store = subject.open().await;
    let mut expected = Vec::new();
    for (micros, artifact_type) in (0..).zip(ArtifactType::ALL) {
        let full = ArtifactRecord {
            artifact_type,
            data: json!([{"n": 0.1, "text": "\u{0}\"🦝"}, null]),
            description: Some("what\nit is".to_owned()),
            flow_run_id: Some(RunId::new()),
            task_run_id: Some(RunId::new()),
            ..artifact("report", micros)
        };
        put(&store, &full).await;
        expected.push(full);
    }
    let bare = artifact("", 9);
    put(&store, &bare).await;
    expected.push(bare);
    let all = ArtifactQuery { order: Order::OldestFirst, ..ArtifactQuery::default() };
    assert_eq!(ask(&store, all.clone()).await, expected);
    if let Some(store) = subject.reopen().await {
        assert_eq!(ask(&store, all).await, expected);
    }
}

/// And those without a key are the latest of nothing.
pub async fn the_latest_of_a_key_is_the_newest_that_is_left(subject: &Subject) {
    let store = subject.open().await;
    let [old, new, other] = [artifact("a", 1), artifact("a", 0), artifact("b", 2)];
    for each in [&old, &new, &other, &artifact("", 3)] {
        put(&store, each).await;
    }
    let latest = ArtifactQuery { latest: true, ..ArtifactQuery::default() };
    assert_eq!(ask(&store, latest.clone()).await, [other.clone(), new.clone()]);
    assert!(store.delete_artifact(new.id).await.expect("the store deletes"));
    assert!(!store.delete_artifact(new.id).await.expect("it is gone"));
    assert_eq!(ask(&store, latest).await, [other, old]);
}

/// The data of one, as progress does; its place among the others stays.
pub async fn an_artifact_that_is_put_again_is_brought_up_to_date(subject: &Subject) {
    let store = subject.open().await;
    let [mut first, second] = [artifact("a", 1), artifact("a", 2)];
    put(&store, &first).await;
    put(&store, &second).await;
    first.data = json!(50.0);
    first.updated = at(9);
    put(&store, &first).await;
    let of_key = ArtifactQuery { key: Some("a".to_owned()), ..ArtifactQuery::default() };
    assert_eq!(ask(&store, of_key).await, [second, first]);
}

/// Each question alone, and pages.
pub async fn artifacts_are_found_by_what_they_are_and_who_made_them(subject: &Subject) {
    let store = subject.open().await;
    let (flow, task) = (RunId::new(), RunId::new());
    let made = ArtifactRecord {
        artifact_type: ArtifactType::Table,
        flow_run_id: Some(flow),
        task_run_id: Some(task),
        ..artifact("a", 1)
    };
    let others = [artifact("b", 2), artifact("c", 3)];
    for each in [&made, &others[0], &others[1]] {
        put(&store, each).await;
    }
    let empty = ArtifactQuery::default;
    for query in [
        ArtifactQuery { id: Some(made.id), ..empty() },
        ArtifactQuery { key: Some("a".to_owned()), ..empty() },
        ArtifactQuery { types: vec![ArtifactType::Table, ArtifactType::Image], ..empty() },
        ArtifactQuery { flow_run_id: Some(flow), ..empty() },
        ArtifactQuery { task_run_id: Some(task), ..empty() },
        ArtifactQuery { offset: 2, limit: Some(5), ..empty() },
    ] {
        assert_eq!(ask(&store, query.clone()).await, std::slice::from_ref(&made), "{query:?}");
    }
    assert_eq!(ask(&store, ArtifactQuery { limit: Some(2), ..empty() }).await.len(), 2);
}
