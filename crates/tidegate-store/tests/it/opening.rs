//! What is checked before a file is used. Whatever is refused stays as it was, byte for byte.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use tempfile::TempDir;
use tidegate_core::store::suite::samples::full_run;
use tidegate_core::{Store, StoreErrorKind, Write};
use tidegate_store::{Options, Sqlite};

/// Opening the file at `path` fails so, names the path, says these words and changes nothing.
#[track_caller]
fn check(path: &Path, kind: StoreErrorKind, words: &str) {
    let before = fs::read(path).ok();
    let error = Sqlite::open(Options::file(path)).unwrap_err();
    assert_eq!(error.kind(), kind, "{error}");
    let message = error.to_string();
    assert!(message.contains(&path.display().to_string()), "{message}");
    assert!(message.contains(words), "{message}");
    assert_eq!(fs::read(path).ok(), before, "the file was changed");
}

fn folder_and_path() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    (folder, path)
}

/// A closed database with one run in it.
async fn database() -> (TempDir, PathBuf) {
    let (folder, path) = folder_and_path();
    let store = Sqlite::open(Options::file(&path)).unwrap();
    store.put_acknowledged(Write::Begin(Box::new(full_run()))).await.unwrap();
    store.close().await.unwrap();
    (folder, path)
}

#[test]
fn a_folder_in_place_of_the_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    check(folder.path(), StoreErrorKind::Unopenable, "it is a folder");
}

#[test]
fn a_path_below_a_file_is_refused() {
    let (_folder, path) = folder_and_path();
    fs::write(&path, "text").unwrap();
    check(&path.join("runs.db"), StoreErrorKind::Unopenable, "folder cannot be made");
    assert_eq!(fs::read(&path).unwrap(), b"text");
}

#[cfg(target_os = "linux")]
#[test]
fn a_path_that_cannot_be_made_is_refused() {
    check(Path::new("/proc/tidegate/runs.db"), StoreErrorKind::Unopenable, "change what is there");
    check(Path::new("/proc/runs.db"), StoreErrorKind::Unopenable, "change what is there");
}

#[cfg(unix)]
#[test]
fn a_file_that_this_user_may_not_write_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let (_folder, path) = folder_and_path();
    drop(Sqlite::open(Options::file(&path)).unwrap());
    fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
    if fs::OpenOptions::new().write(true).open(&path).is_ok() {
        return; // The superuser may.
    }
    check(&path, StoreErrorKind::Unopenable, "may not write it");
}

#[test]
fn the_database_of_another_program_is_refused() {
    for mode in ["delete", "wal"] {
        let (_folder, path) = folder_and_path();
        let other = Connection::open(&path).unwrap();
        other.pragma_update_and_check(None, "journal_mode", mode, |_| Ok(())).unwrap();
        other.execute_batch("CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1)").unwrap();
        check(&path, StoreErrorKind::Foreign, "another program");
        drop(other);
        check(&path, StoreErrorKind::Foreign, "another program");
    }
}

#[test]
fn a_database_marked_by_another_program_is_refused_though_it_is_empty() {
    let (_folder, path) = folder_and_path();
    Connection::open(&path).unwrap().pragma_update(None, "application_id", 77).unwrap();
    check(&path, StoreErrorKind::Foreign, "another program");
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    for content in
        [b"x".to_vec(), b"SQLite format 2".to_vec(), b"text\n".repeat(5000), vec![0; 8192]]
    {
        let (_folder, path) = folder_and_path();
        fs::write(&path, content).unwrap();
        check(&path, StoreErrorKind::Foreign, "not an SQLite database");
    }
}

#[tokio::test]
async fn the_database_of_a_newer_tidegate_is_refused() {
    let (_folder, path) = database().await;
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 1000).unwrap();
    check(&path, StoreErrorKind::Newer, "schema 1000");
}

#[tokio::test]
async fn a_damaged_header_is_noticed() {
    let (_folder, path) = database().await;
    let whole = fs::read(&path).unwrap();
    for (place, kind) in [(0, StoreErrorKind::Foreign), (16, StoreErrorKind::Foreign)] {
        let mut content = whole.clone();
        content[place] ^= 0xff;
        fs::write(&path, content).unwrap();
        check(&path, kind, "not an SQLite database");
    }
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    check(&path, StoreErrorKind::Damaged, "is damaged");
}

#[tokio::test]
async fn a_damaged_schema_is_noticed() {
    let (_folder, path) = database().await;
    Connection::open(&path).unwrap().execute_batch("DROP INDEX runs_by_kind").unwrap();
    check(&path, StoreErrorKind::Damaged, "its schema lacks runs_by_kind");
}

#[tokio::test]
async fn a_damaged_index_is_noticed() {
    let (_folder, path) = database().await;
    let connection = Connection::open(&path).unwrap();
    connection
        .execute_batch(
            "PRAGMA writable_schema = ON; \
             UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'logs_by_flow_run') \
             WHERE name = 'runs_by_kind'",
        )
        .unwrap();
    drop(connection);
    check(&path, StoreErrorKind::Damaged, "is damaged");
}

#[tokio::test]
async fn an_empty_file_becomes_a_database() {
    let (_folder, path) = folder_and_path();
    fs::write(&path, "").unwrap();
    Sqlite::open(Options::file(&path)).unwrap().close().await.unwrap();
    Sqlite::open(Options::file(&path)).unwrap().close().await.unwrap();
}

/// A database that is being written, and the journal by which to undo that: to this first page, or to nothing.
fn write_by_halves(path: &Path, before: Option<&[u8]>) {
    Connection::open(path).unwrap().execute_batch("CREATE TABLE theirs (a)").unwrap();
    let mut journal = vec![0; 512];
    journal[..8].copy_from_slice(&[0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7]);
    journal[22] = 2; // sectors of 512 bytes
    journal[26] = 16; // pages of 4,096 bytes
    if let Some(page) = before {
        // One page there was, and one is in the journal, with its number and a checksum over every 200th byte.
        let sum: u32 = (96..4096).step_by(200).map(|at| u32::from(page[at])).sum();
        journal[11] = 1;
        journal[19] = 1;
        journal.extend([0, 0, 0, 1]);
        journal.extend(page);
        journal.extend(sum.to_be_bytes());
    }
    fs::write(format!("{}-journal", path.display()), journal).unwrap();
}

/// The first page of a database without tables.
fn empty_page(application_id: i32) -> Vec<u8> {
    let (_folder, path) = folder_and_path();
    let database = Connection::open(&path).unwrap();
    database.pragma_update(None, "application_id", 1).unwrap();
    database.pragma_update(None, "application_id", application_id).unwrap();
    drop(database);
    fs::read(path).unwrap()
}

#[tokio::test]
async fn a_file_whose_maker_died_while_making_it_is_made_anew() {
    for before in [None, Some(empty_page(0))] {
        let (folder, path) = folder_and_path();
        write_by_halves(&path, before.as_deref());
        let store = Sqlite::open(Options::file(&path)).unwrap();
        store.put_acknowledged(Write::Begin(Box::new(full_run()))).await.unwrap();
        store.close().await.unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}

/// The journal of a change to this page, the only one of its database. SQLite sums up every two hundredth byte, from the end.
fn journal_of_page_1(page: &[u8]) -> Vec<u8> {
    let mut journal = vec![0; 512];
    journal[..8].copy_from_slice(&[0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7]);
    journal[11] = 1; // one record
    journal[19] = 1; // one page before
    journal[22] = 2; // sectors of 512 bytes
    journal[26] = 16; // pages of 4,096 bytes
    journal.extend(1_u32.to_be_bytes());
    journal.extend(page);
    let sum: u32 = (1..=20).map(|back| u32::from(page[4096 - 200 * back])).sum();
    journal.extend(sum.to_be_bytes());
    journal
}

/// The first transaction has made a page, and the second switches to the write-ahead log.
#[tokio::test]
async fn a_file_whose_maker_died_at_the_second_step_of_making_it_is_made_anew() {
    let (folder, path) = folder_and_path();
    let maker = Connection::open(&path).unwrap();
    maker.pragma_update(None, "auto_vacuum", "incremental").unwrap();
    drop(maker);
    let mut page = fs::read(&path).unwrap();
    assert_eq!(page.len(), 4096, "SQLite makes the first page for this setting alone");
    fs::write(format!("{}-journal", path.display()), journal_of_page_1(&page)).unwrap();
    (page[18], page[19]) = (2, 2);
    fs::write(&path, page).unwrap();

    let store = Sqlite::open(Options::file(&path)).unwrap();
    store.put_acknowledged(Write::Begin(Box::new(full_run()))).await.unwrap();
    store.close().await.unwrap();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_database_of_one_page_that_another_program_has_written_by_halves_is_refused() {
    let (_folder, path) = folder_and_path();
    let other = Connection::open(&path).unwrap();
    other.pragma_update(None, "user_version", 7).unwrap();
    drop(other);
    let page = fs::read(&path).unwrap();
    assert_eq!(page.len(), 4096);
    fs::write(format!("{}-journal", path.display()), journal_of_page_1(&page)).unwrap();
    check(&path, StoreErrorKind::Foreign, "another program died while it wrote");
}

#[test]
fn a_database_that_another_program_has_written_by_halves_is_refused() {
    let marked = empty_page(77);
    let mut with_a_table = empty_page(0);
    with_a_table[104] = 1;
    for before in [marked, with_a_table] {
        let (_folder, path) = folder_and_path();
        write_by_halves(&path, Some(&before));
        check(&path, StoreErrorKind::Foreign, "another program died while it wrote");
    }
}

#[tokio::test]
async fn closing_leaves_one_file() {
    let (folder, _) = database().await;
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[cfg(unix)]
#[tokio::test]
async fn files_and_folders_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("a").join("b");
    let store = Sqlite::open(Options::file(home.join("runs.db"))).unwrap();
    store.put_acknowledged(Write::Begin(Box::new(full_run()))).await.unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!([mode(&home), mode(home.parent().unwrap())], [0o700, 0o700]);
    for file in ["runs.db", "runs.db-wal", "runs.db-shm"] {
        assert_eq!(mode(&home.join(file)), 0o600, "{file}");
    }
}

#[test]
fn a_url_that_is_none_says_how_to_write_one() {
    for url in ["runs.db", "postgres://host/db", "sqlite:", "sqlite://", "sqlite:a.db?mode=ro", ""]
    {
        let error = Options::from_url(url).unwrap_err();
        assert!(error.to_string().contains(&format!("`{url}`")), "{error}");
        assert!(error.to_string().contains("write `sqlite:runs.db`"), "{error}");
    }
}
