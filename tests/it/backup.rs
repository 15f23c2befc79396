//! Backups: copies of the database while runs go on, and room that is given back.

use std::fs;
use std::path::Path;

use expect_test::expect;
use tidegate::prelude::*;
use tidegate::{Engine, Retention, StateType};

#[task]
async fn fetch(number: u32) -> u32 {
    number
}

#[flow]
async fn nightly(tasks: u32) -> Result<()> {
    for number in 0..tasks {
        fetch(number).await?;
    }
    Ok(())
}

fn open(path: &Path) -> Engine {
    Engine::builder().database(format!("sqlite:{}", path.display())).open().unwrap()
}

#[tokio::test]
async fn a_backup_is_a_database_with_the_runs_there_were() {
    #[flow]
    async fn backs_up(path: String) -> Result<()> {
        fetch(1).await?;
        Engine::current()?.backup(path).await?;
        fetch(2).await.map(drop)
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("backup.db");
    let engine = open(&folder.path().join("app.db"));
    engine.run(nightly(2)).await.unwrap();
    engine.run(backs_up(path.display().to_string())).await.unwrap();

    let copy = open(&path);
    let flows = copy.runs().flows().oldest_first().list().await.unwrap();
    let states: Vec<_> = flows.iter().map(|run| run.state().unwrap().state_type()).collect();
    assert_eq!(states, [StateType::Completed, StateType::Running], "as they were at that moment");
    assert_eq!(copy.runs().tasks().count().await.unwrap(), 3);
    copy.run(nightly(1)).await.unwrap();
    copy.close().await.unwrap();
    assert_eq!(engine.runs().tasks().count().await.unwrap(), 4);
    engine.close().await.unwrap();
}

#[tokio::test]
async fn a_failed_flow_run_can_be_resumed_in_a_backup() {
    #[flow]
    async fn needs(file: String) -> Result<u32> {
        let number = fetch(7).await?;
        fs::metadata(file)?;
        Ok(number)
    }
    let folder = tempfile::tempdir().unwrap();
    let [path, file] = ["backup.db", "file"].map(|name| folder.path().join(name));
    let engine = open(&folder.path().join("app.db"));
    let failed = engine.run(needs(file.display().to_string())).await.unwrap_err();
    engine.backup(&path).await.unwrap();
    engine.close().await.unwrap();

    fs::write(file, "").unwrap();
    let copy = open(&path);
    let run = copy.resume(failed.run_id().unwrap()).await.unwrap();
    assert!(run.state().unwrap().is_completed());
    assert_eq!(copy.runs().tasks().count().await.unwrap(), 1, "its task did not run again");
    copy.close().await.unwrap();
}

#[tokio::test]
async fn a_file_is_replaced_only_by_who_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("backup.db");
    let engine = Engine::builder().database("sqlite::memory:").open().unwrap();
    engine.run(nightly(1)).await.unwrap();
    engine.backup(&path).await.unwrap();
    engine.run(nightly(1)).await.unwrap();

    let error = engine.backup(&path).await.unwrap_err();
    assert!(error.is_store());
    expect![[
        "no backup was written: there is a file <folder>/backup.db already; give another path, or ask for it to be replaced"
    ]]
    .assert_eq(&error.to_string().replace(&folder.path().display().to_string(), "<folder>"));
    let copy = open(&path);
    assert_eq!(copy.runs().flows().count().await.unwrap(), 1);
    copy.close().await.unwrap();

    engine.backup(&path).replace_existing().await.unwrap();
    let copy = open(&path);
    assert_eq!(copy.runs().flows().count().await.unwrap(), 2);
    copy.close().await.unwrap();
}

#[tokio::test]
async fn a_backup_into_no_folder_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let engine = Engine::builder().database("sqlite::memory:").open().unwrap();
    let error = engine.backup(folder.path().join("backups/a.db")).await.unwrap_err();
    expect![[
        "the backup <folder>/backups/a.db of memory could not be written (No such file or directory (os error 2)), and nothing of it was left; make its folder, or give another path"
    ]]
    .assert_eq(&error.to_string().replace(&folder.path().display().to_string(), "<folder>"));
}

#[tokio::test]
async fn an_engine_without_a_store_has_nothing_to_back_up() {
    let engine = Engine::builder().without_store().open().unwrap();
    assert!(engine.backup("backup.db").await.unwrap_err().is_configuration());
    assert!(engine.vacuum().await.unwrap_err().is_configuration());
    assert!(!Path::new("backup.db").exists());
}

#[tokio::test]
async fn a_vacuum_makes_the_file_smaller() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.db");
    let engine = Engine::builder()
        .database(format!("sqlite:{}", path.display()))
        .durability(tidegate::Durability::None)
        .retention(Retention::default().count(0))
        .open()
        .unwrap();
    engine.run(nightly(3000)).await.unwrap();
    engine.apply_retention().await.unwrap();
    let bytes = engine.vacuum().await.unwrap();
    assert!(bytes > 300_000, "{bytes}");
    engine.close().await.unwrap();
    let size = fs::metadata(&path).unwrap().len();
    // An empty one has a few hundred kilobytes.
    assert!(size < 400_000, "{size}");
}
