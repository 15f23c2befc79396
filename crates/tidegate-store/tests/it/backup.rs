//! Copies that are made while others write: each is of one moment, and whole.

use std::collections::HashSet;
use std::fs;
use std::io::{BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::{join, poll_immediate};
use rusqlite::{Connection, OpenFlags};
use tidegate_core::store::suite::samples::{advance, at, entered, task_run};
use tidegate_core::{IfExists, Run, RunQuery, State, Store, StoreErrorKind, Write};
use tidegate_store::{Options, Sqlite};

use crate::failures::wait_until;

fn begin(run: &Run) -> Write {
    Write::Begin(Box::new(run.clone()))
}

/// A store whose file has a few megabytes.
async fn large(path: &Path) -> Sqlite {
    let store = Sqlite::open(Options::file(path)).unwrap();
    for n in 0..1000 {
        let mut run = task_run("fetch", n);
        run.parameters.insert("filler", "x".repeat(4000));
        store.put(begin(&run)).await.unwrap();
    }
    store.flush().await.unwrap();
    store
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test]
#[ignore = "the other process of a test below"]
async fn write_and_tell() {
    let Some(path) = std::env::var_os("TIDEGATE_TEST_DATABASE") else { return };
    let store = Sqlite::open(Options::file(path)).unwrap();
    for n in 0.. {
        let run = entered(task_run("fetch", n), State::running(at(n)));
        drop(store.put(begin(&run)));
        let end = advance(&run, State::completed(at(n + 1)));
        store.put_acknowledged(Write::Advance(Box::new(end))).await.unwrap();
        let mut out = std::io::stdout().lock();
        if writeln!(out, "acknowledged {}", run.id).and_then(|()| out.flush()).is_err() {
            return;
        }
    }
}

/// A process that writes until it is dropped, and what it has been acknowledged.
struct Writer(Child, Arc<Mutex<Vec<String>>>);

impl Writer {
    fn start(path: &Path) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["backup::write_and_tell", "--exact", "--ignored", "--nocapture"])
            .env("TIDEGATE_TEST_DATABASE", path)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let told = Arc::new(Mutex::new(Vec::new()));
        let out = BufReader::new(process.stdout.take().unwrap());
        // It ends with the process.
        std::thread::spawn({
            let told = Arc::clone(&told);
            move || {
                for line in out.lines().map_while(Result::ok) {
                    if let Some(id) = line.strip_prefix("acknowledged ") {
                        told.lock().unwrap().push(id.to_owned());
                    }
                }
            }
        });
        Self(process, told)
    }

    fn told(&self) -> Vec<String> {
        self.1.lock().unwrap().clone()
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn a_backup_while_two_processes_write_is_whole_and_holds_everything_acknowledged() {
    const BACKUPS: usize = 5;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    let store = large(&path).await;
    let writers = [Writer::start(&path), Writer::start(&path)];
    for n in 0..BACKUPS {
        let enough = 20 * (n + 1);
        wait_until(|| writers.iter().all(|writer| writer.told().len() >= enough));
        let acknowledged: Vec<_> = writers.iter().flat_map(Writer::told).collect();
        let copy = folder.path().join(format!("backup-{n}.db"));
        store.backup(&copy, IfExists::Refuse).await.unwrap();
        // Each writes on while it is made and after.
        let now: usize = writers.iter().map(|writer| writer.told().len()).sum();
        wait_until(|| writers.iter().map(|writer| writer.told().len()).sum::<usize>() > now);

        let found: HashSet<String> = {
            let connection =
                Connection::open_with_flags(&copy, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
            let check: String =
                connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
            assert_eq!(check, "ok");
            let mut statement =
                connection.prepare("SELECT hex(id) FROM runs WHERE state_type = 3").unwrap();
            let ids = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
            ids.map(Result::unwrap).collect()
        };
        for id in &acknowledged {
            let id = id.replace('-', "").to_uppercase();
            assert!(found.contains(&id), "{id} of {} in backup {n}", acknowledged.len());
        }
        let copied = Sqlite::open(Options::file(&copy)).unwrap();
        assert!(
            copied.count_runs(RunQuery::default()).await.unwrap()
                >= 1000 + acknowledged.len() as u64
        );
        copied.close().await.unwrap();
    }
    drop(writers);
    store.close().await.unwrap();
}

#[tokio::test]
async fn a_backup_is_one_file_for_its_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(Options::file(folder.path().join("store/runs.db"))).unwrap();
    let backups = folder.path().join("backups");
    fs::create_dir(&backups).unwrap();
    let path = backups.join("monday.db");
    store.backup(&path, IfExists::Refuse).await.unwrap();
    assert_eq!(names(&backups), ["monday.db"]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let header = fs::read(&path).unwrap();
    assert_eq!(header[18..20], [1, 1], "it can be read where nothing can be written beside it");
}

#[tokio::test]
async fn a_database_is_not_replaced_by_its_own_backup() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    let store = large(&path).await;
    let link = folder.path().join("link.db");
    #[cfg(unix)]
    std::os::unix::fs::symlink(&path, &link).unwrap();
    let roundabout = folder.path().join("./runs.db");
    for target in [&path, &roundabout, &link] {
        let error = store.backup(target, IfExists::Replace).await.unwrap_err().to_string();
        assert!(error.contains("the database itself"), "{error}");
    }
    assert_eq!(store.count_runs(RunQuery::default()).await.unwrap(), 1000);
}

#[tokio::test]
async fn a_backup_does_not_take_the_place_of_a_database_that_is_open() {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(Options::file(folder.path().join("runs.db"))).unwrap();
    let path = folder.path().join("other.db");
    let other = large(&path).await;
    let error = store.backup(&path, IfExists::Replace).await.unwrap_err().to_string();
    assert!(error.contains("other.db-wal") && error.contains("close what uses it"), "{error}");
    other.close().await.unwrap();
    store.backup(&path, IfExists::Replace).await.unwrap();
    let other = Sqlite::open(Options::file(&path)).unwrap();
    assert_eq!(other.count_runs(RunQuery::default()).await.unwrap(), 0);
}

#[tokio::test]
async fn damage_is_told_and_not_copied() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    large(&path).await.close().await.unwrap();
    let mut content = fs::read(&path).unwrap();
    let middle = content.len() / 2 / 4096 * 4096;
    content[middle..middle + 4096].fill(0x5a);
    fs::write(&path, content).unwrap();
    let store = Sqlite::open(Options::file(&path)).unwrap();
    let copy = folder.path().join("copy.db");
    let error = store.backup(&copy, IfExists::Refuse).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Damaged, "{error}");
    assert!(error.to_string().contains(&path.display().to_string()), "{error}");
    assert!(names(folder.path()).iter().all(|name| name.starts_with("runs.db")));
}

#[tokio::test]
async fn a_backup_that_is_dropped_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = large(&folder.path().join("store/runs.db")).await;
    let backups = folder.path().join("backups");
    fs::create_dir(&backups).unwrap();
    for _ in 0..20 {
        let mut backup = pin!(store.backup(&backups.join("a.db"), IfExists::Refuse));
        while names(&backups).is_empty() && poll_immediate(&mut backup).await.is_none() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        if names(&backups) == ["a.db"] {
            fs::remove_file(backups.join("a.db")).unwrap();
        }
    }
    store.close().await.unwrap();
    let left = names(&backups);
    assert!(left.is_empty() || left == ["a.db"], "{left:?}");
}

#[tokio::test]
async fn closing_waits_for_a_backup_that_has_begun() {
    let folder = tempfile::tempdir().unwrap();
    let store = large(&folder.path().join("runs.db")).await;
    let path: PathBuf = folder.path().join("copy.db");
    let (written, closed) = join(store.backup(&path, IfExists::Refuse), store.close()).await;
    closed.unwrap();
    match written {
        Ok(()) => {
            let copy = Sqlite::open(Options::file(&path)).unwrap();
            assert_eq!(copy.count_runs(RunQuery::default()).await.unwrap(), 1000);
        }
        Err(error) => assert_eq!(error.kind(), StoreErrorKind::Closed, "{error}"),
    }
    assert!(!names(folder.path()).iter().any(|name| name.ends_with(".partial")));
}
