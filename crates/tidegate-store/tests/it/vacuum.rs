//! Giving room back to the file system: the file shrinks, in steps that are short.

use std::fs;
use std::path::Path;

use tidegate_core::store::suite::samples::{at, entered, flow_run, task_run};
use tidegate_core::{Expired, Run, State, Store, Write};
use tidegate_store::{Options, Sqlite};

use crate::failures::wait_until;

const EVERYTHING: Expired =
    Expired { ended_before: None, beyond_newest: Some(0), run: None, ended_lately: None };

/// A store that had many runs, all of which were deleted.
async fn emptied(path: &Path) -> Sqlite {
    let store = Sqlite::open(Options::file(path)).unwrap();
    for n in 0..20_000 {
        let run = entered(flow_run("etl", n), State::completed(at(n)));
        let run = Run { root_flow_run_id: Some(run.id), ..run };
        store.put(Write::Begin(Box::new(run))).await.unwrap();
    }
    while store.delete_runs(EVERYTHING, 1000).await.unwrap().more {}
    store
}

fn size(path: &Path) -> u64 {
    fs::metadata(path).unwrap().len()
}

/// The most frames that any commit in the log has.
fn longest_commit(database: &Path) -> usize {
    let log = fs::read(format!("{}-wal", database.display())).unwrap();
    let (mut longest, mut frames) = (0, 0);
    for frame in log[32..].chunks_exact(24 + 4096) {
        frames += 1;
        if frame[4..8] != [0; 4] {
            longest = longest.max(frames);
            frames = 0;
        }
    }
    longest
}

#[tokio::test]
async fn the_file_shrinks_while_the_store_is_open() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    let store = emptied(&path).await;
    store.put_acknowledged(Write::Begin(Box::new(task_run("kept", 0)))).await.unwrap();
    let full = size(&path);
    let bytes = store.vacuum().await.unwrap();
    assert!(full > 2_000_000 && bytes > full / 2, "{bytes} of {full}");
    wait_until(|| size(&path) < 400_000);
    store.close().await.unwrap();
    assert!(size(&path) < 400_000);
    let store = Sqlite::open(Options::file(&path)).unwrap();
    assert_eq!(store.count_runs(tidegate_core::RunQuery::default()).await.unwrap(), 1);
}

#[tokio::test]
async fn each_step_is_a_short_transaction() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    let store = emptied(&path).await;
    store.vacuum().await.unwrap();
    let frames = longest_commit(&path);
    assert!((1..1500).contains(&frames), "{frames}");
}
