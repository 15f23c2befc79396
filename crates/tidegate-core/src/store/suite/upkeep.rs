//! Room is given back, and copies are made, while the store is in use.

use std::fs;
use std::path::{Path, PathBuf};
use std::slice::from_ref;
use std::sync::Arc;

use futures_util::future::{join, join_all};
use uuid::Uuid;

use super::Subject;
use super::samples::{at, entered, flow_run, full_run, lease, log_line, task_run};
use crate::{
    Expired, IfExists, LogQuery, Order, Run, RunId, RunQuery, State, Store, StoreErrorKind, Write,
};

const EVERYTHING: Expired =
    Expired { ended_before: None, beyond_newest: Some(0), run: None, ended_lately: None };

/// A folder that goes away with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("tidegate-suite-{}", Uuid::now_v7()));
        fs::create_dir(&path).expect("a folder for the test");
        Self(path)
    }

    fn files(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(&self.0).expect("the folder can be read");
        entries.map(|entry| entry.expect("the folder can be read").path()).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn begin(run: &Run) -> Write {
    Write::Begin(Box::new(run.clone()))
}

async fn runs(store: &Arc<dyn Store>) -> Vec<Run> {
    let query = RunQuery { order: Order::OldestFirst, ..RunQuery::default() };
    store.runs(query).await.expect("the store answers")
}

async fn back_up(store: &Arc<dyn Store>, path: &Path) {
    store.backup(path, IfExists::Refuse).await.expect("the backup is written");
}

/// A run whose row takes a page.
fn large_run(n: i64) -> Run {
    let mut run = entered(flow_run("large", n), State::completed(at(n)));
    run.parameters.insert("filler", "x".repeat(4000));
    Run { root_flow_run_id: Some(run.id), ..run }
}

/// The store and an empty folder for its backups; none of a store that has no file to copy, and says so.
async fn open(subject: &Subject) -> Option<(Arc<dyn Store>, Folder)> {
    let (store, folder) = (subject.open().await, Folder::new());
    let nowhere = folder.0.join("missing/backup.db");
    match store.backup(&nowhere, IfExists::Refuse).await {
        Err(error) if error.kind() == StoreErrorKind::Unsupported => None,
        Ok(()) | Err(_) => Some((store, folder)),
    }
}

/// What is left is untouched.
pub async fn vacuuming_gives_room_back_and_keeps_every_record(subject: &Subject) {
    let store = subject.open().await;
    let kept = [full_run(), task_run("fetch", 0)];
    for n in 0..300 {
        store.put(begin(&large_run(n))).await.expect("there is room");
    }
    for run in &kept {
        store.put(begin(run)).await.expect("there is room");
    }
    while store.delete_runs(EVERYTHING, 100).await.expect("the store deletes").more {}
    let bytes = store.vacuum().await.expect("the store vacuums");
    assert!(bytes > 500_000, "{bytes}");
    assert_eq!(store.vacuum().await.expect("the store vacuums"), 0);
    for run in &kept {
        assert_eq!(store.run(run.id).await.expect("the store answers").as_ref(), Some(run));
    }
}

/// At once, and to no effect.
pub async fn vacuuming_an_empty_store_is_fine(subject: &Subject) {
    let store = subject.open().await;
    assert_eq!(store.vacuum().await.expect("the store vacuums"), 0);
}

/// Those who write meanwhile lose nothing.
pub async fn others_write_while_room_is_given_back(subject: &Subject) {
    let store = subject.open().await;
    for n in 0..300 {
        store.put(begin(&large_run(n))).await.expect("there is room");
    }
    while store.delete_runs(EVERYTHING, 100).await.expect("the store deletes").more {}
    let new: Vec<_> = (0..100).map(|n| task_run("fetch", n)).collect();
    let write = async {
        for run in &new {
            store.put_acknowledged(begin(run)).await.expect("the write is stored");
        }
    };
    let (vacuumed, ()) = join(store.vacuum(), write).await;
    vacuumed.expect("the store vacuums");
    assert_eq!(runs(&store).await, new);
}

/// Runs, log lines and leases, those too that nobody awaited.
pub async fn a_backup_holds_what_was_put_before(subject: &Subject) {
    let Some((store, folder)) = open(subject).await else { return };
    let path = folder.0.join("backup.db");
    let (owner, line) = (lease(10), log_line(RunId::new(), 0, "line"));
    let all = [full_run(), entered(flow_run("etl", 1), State::running(at(1)))];
    drop(store.put(Write::TakeLease(Box::new(owner.clone()))));
    for run in &all {
        drop(store.put(begin(run)));
    }
    store.put_logs(vec![line.clone()]);
    back_up(&store, &path).await;
    assert_eq!(folder.files(), from_ref(&path), "nothing else is left");

    store.put_acknowledged(begin(&task_run("later", 9))).await.expect("the write is stored");
    let Some(copy) = subject.open_backup(path).await else { return };
    assert_eq!(runs(&copy).await, all);
    assert_eq!(copy.logs(LogQuery::default()).await.expect("the copy answers"), [line]);
    assert_eq!(copy.leases().await.expect("the copy answers"), [owner]);
    copy.put_acknowledged(begin(&task_run("new", 5))).await.expect("the copy is a store");
    copy.close().await.expect("the copy closes");
    assert_eq!(runs(&store).await.len(), 3, "each goes its own way");
}

/// Also of a store in which there is nothing.
pub async fn a_backup_of_an_empty_store_is_an_empty_store(subject: &Subject) {
    let Some((store, folder)) = open(subject).await else { return };
    let path = folder.0.join("backup.db");
    back_up(&store, &path).await;
    let Some(copy) = subject.open_backup(path).await else { return };
    assert_eq!(runs(&copy).await, []);
}

/// As much of it as was there at one moment: a run is never there without one that was put before it.
pub async fn others_write_while_a_backup_is_made(subject: &Subject) {
    let Some((store, folder)) = open(subject).await else { return };
    let path = folder.0.join("backup.db");
    let all: Vec<_> = (0..200).map(|n| task_run("fetch", n)).collect();
    for run in &all[..100] {
        store.put_acknowledged(begin(run)).await.expect("the write is stored");
    }
    let write = async {
        for run in &all[100..] {
            store.put_acknowledged(begin(run)).await.expect("the write is stored");
        }
    };
    let (backed_up, ()) = join(store.backup(&path, IfExists::Refuse), write).await;
    backed_up.expect("the backup is written");
    assert_eq!(runs(&store).await, all);
    let Some(copy) = subject.open_backup(path).await else { return };
    let copied = runs(&copy).await;
    assert!(copied.len() >= 100, "{}", copied.len());
    assert_eq!(copied, all[..copied.len()]);
}

/// The file that is there stays as it is, and the error names it.
pub async fn a_backup_replaces_a_file_only_if_it_is_asked_to(subject: &Subject) {
    let Some((store, folder)) = open(subject).await else { return };
    let path = folder.0.join("precious.txt");
    fs::write(&path, "precious").expect("the file is written");
    let refused = store.backup(&path, IfExists::Refuse).await.expect_err("there is a file");
    assert_eq!(refused.kind(), StoreErrorKind::Exists);
    assert!(refused.to_string().contains("precious.txt"), "{refused}");
    assert_eq!(fs::read(&path).expect("the file is there"), b"precious");
    assert_eq!(folder.files(), from_ref(&path));

    store.put_acknowledged(begin(&task_run("fetch", 0))).await.expect("the write is stored");
    store.backup(&path, IfExists::Replace).await.expect("the backup is written");
    assert_eq!(folder.files(), from_ref(&path));
    let Some(copy) = subject.open_backup(path).await else { return };
    assert_eq!(runs(&copy).await.len(), 1);
}

/// One of them is written, and whole.
pub async fn of_backups_to_one_place_at_once_one_is_written(subject: &Subject) {
    let Some((store, folder)) = open(subject).await else { return };
    let path = folder.0.join("backup.db");
    let answers = join_all((0..4).map(|_| store.backup(&path, IfExists::Refuse))).await;
    let (written, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
    assert_eq!(written.len(), 1);
    for refused in refused {
        assert_eq!(refused.expect_err("it is refused").kind(), StoreErrorKind::Exists);
    }
    assert_eq!(folder.files(), [path]);
}

/// And the error names the place.
pub async fn a_backup_that_cannot_be_written_leaves_nothing(subject: &Subject) {
    let Some((store, folder)) = open(subject).await else { return };
    for path in [folder.0.join("missing/backup.db"), folder.0.clone()] {
        for if_exists in [IfExists::Refuse, IfExists::Replace] {
            let error = store.backup(&path, if_exists).await.expect_err("it cannot be written");
            assert!(error.to_string().contains(&path.display().to_string()), "{error}");
        }
    }
    assert!(folder.files().is_empty());
}
