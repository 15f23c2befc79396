//! What the figures are taken of: a task and flows that do nothing, and engines to run them.

use std::path::PathBuf;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tempfile::TempDir;
use tidegate::prelude::*;
use tidegate::{Durability, Engine, LogLevel};
use tokio::runtime::Runtime;

/// A task that does nothing, with one argument as most have some.
#[task]
pub(crate) async fn no_op(number: u64) -> u64 {
    number
}

/// The same, whose result later runs take.
#[task(cache_policy = INPUTS)]
pub(crate) async fn cached(number: u64) -> u64 {
    number
}

/// A flow of two steps, one after the other.
#[flow]
pub(crate) async fn two_steps(number: u64) -> Result<u64> {
    no_op(no_op(number).await?).await
}

/// Submits so many tasks at once, and waits for them.
#[flow]
pub(crate) async fn submit_all(tasks: u64) -> Result<()> {
    let handles: Vec<_> = (0..tasks).map(|number| no_op(number).submit()).collect();
    for handle in &handles {
        handle.await?;
    }
    Ok(())
}

/// Runs so many tasks, at most `at_once` of them at a time.
#[flow]
pub(crate) async fn keep_busy(tasks: u64, at_once: usize) -> Result<()> {
    let mut busy = FuturesUnordered::new();
    for number in 0..tasks {
        if busy.len() == at_once {
            busy.next().await.transpose()?;
        }
        busy.push(no_op(number).submit().into_future());
    }
    while busy.next().await.transpose()?.is_some() {}
    Ok(())
}

/// A runtime as `#[tokio::main]` makes it.
pub(crate) fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime starts")
}

/// An engine that keeps no records and writes no log lines.
pub(crate) fn engine_without_store() -> Result<Engine> {
    Engine::builder().without_store().log_level(tidegate::logging::LevelFilter::OFF).open()
}

/// Whether log lines are stored. They are never printed here.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Logs {
    Off,
    Stored,
}

/// An engine on a new file.
pub(crate) struct Durable {
    pub(crate) engine: Engine,
    folder: TempDir,
}

impl Durable {
    pub(crate) fn open(durability: Durability, logs: Logs) -> Result<Self> {
        let folder = folder();
        let level = match logs {
            Logs::Off => tidegate::logging::LevelFilter::OFF,
            Logs::Stored => LogLevel::Info.into(),
        };
        let engine = Engine::builder()
            .database(format!("sqlite:{}", folder.path().join("runs.db").display()))
            .durability(durability)
            .log_level(level)
            .open()?;
        Ok(Self { engine, folder })
    }

    /// Where its file is.
    pub(crate) fn database(&self) -> PathBuf {
        self.folder.path().join("runs.db")
    }

    /// Closes the engine, and says how large its file is.
    pub(crate) async fn close(self) -> Result<u64> {
        self.engine.close().await?;
        let file = std::fs::metadata(self.database());
        Ok(file.map_or(0, |file| file.len()))
    }
}

/// A new folder on the disk of the build, which is a real one where `/tmp` may not be.
pub(crate) fn folder() -> TempDir {
    tempfile::tempdir_in(target()).expect("the target folder can be written")
}

/// The target folder of this build.
pub(crate) fn target() -> PathBuf {
    let program = std::env::current_exe().expect("a program knows where it is");
    program.ancestors().nth(3).expect("it is in target/release/deps").to_owned()
}

/// The figure in the middle.
pub(crate) fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
