//! Databases to be damaged, with what was in them after each of their last commits.

use std::collections::BTreeMap;

use tidegate_core::store::suite::samples::{
    advance, at, cache_entry, cache_key, flow_run, full_run, log_line, task_run,
};
use tidegate_core::{
    Advance, CacheEntry, CacheKey, LogRecord, Run, RunId, RunKind, State, StateType, Store, Write,
};
use tidegate_faults::{Disk, Replay};
use tidegate_store::Sqlite;

use super::NAME;
use crate::proof::{block_on, scratch};
use crate::workload::on_disk;

/// Every answer that a store gives.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Content {
    pub(super) runs: Vec<Run>,
    pub(super) by_id: BTreeMap<RunId, Option<Run>>,
    pub(super) tasks: Vec<Run>,
    pub(super) unfinished: Vec<Run>,
    pub(super) of_flow: Vec<Run>,
    pub(super) count: u64,
    pub(super) lines: Vec<LogRecord>,
    pub(super) lines_of_flow: Vec<LogRecord>,
    pub(super) cached: BTreeMap<CacheKey, Option<CacheEntry>>,
}

/// The keys of cached results.
pub(super) fn keys() -> impl Iterator<Item = CacheKey> {
    (0..KEYS).map(cache_key)
}

const KEYS: u8 = 5;

/// A database and its `-wal`, as a crash leaves them, with what was in it after each of the last commits.
pub(super) struct Base {
    pub(super) database: Vec<u8>,
    pub(super) log: Vec<u8>,
    pub(super) moments: Vec<Content>,
    /// Whether the database has everything that the log has.
    pub(super) is_home: bool,
}

/// What is written: runs with log lines, one after the other.
struct Model {
    flow: RunId,
    runs: Vec<Run>,
    lines: Vec<LogRecord>,
    cached: BTreeMap<CacheKey, Option<CacheEntry>>,
}

impl Model {
    fn content(&self) -> Content {
        let matching = |matches: &dyn Fn(&Run) -> bool| -> Vec<Run> {
            self.runs.iter().filter(|run| matches(run)).cloned().collect()
        };
        Content {
            runs: self.runs.clone(),
            by_id: self.runs.iter().map(|run| (run.id, Some(run.clone()))).collect(),
            tasks: matching(&|run| run.kind() == RunKind::Task),
            unfinished: matching(&|run| {
                run.state().is_some_and(|state| state.state_type() == StateType::Running)
            }),
            of_flow: matching(&|run| run.flow_run_id == Some(self.flow)),
            count: self.runs.len() as u64,
            lines: self.lines.clone(),
            lines_of_flow: self
                .lines
                .iter()
                .filter(|line| line.flow_run_id == Some(self.flow))
                .cloned()
                .collect(),
            cached: self.cached.clone(),
        }
    }

    /// Writes another few runs and lines, as one commit.
    fn grow(&mut self, store: &Sqlite, n: i64) {
        let mut run = task_run(if n % 3 == 0 { "load" } else { "fetch" }, 100 + n);
        run.flow_run_id = Some(self.flow);
        run.parameters.insert("filler", "x".repeat(usize::try_from(n * 37 % 400).unwrap()));
        drop(store.put(Write::Begin(Box::new(run.clone()))));
        if let Some(before) = self.runs.iter_mut().rev().find(|run| !run.is_terminal()) {
            let state = State::completed(at(1_000 + n));
            let write = advance(before, state);
            drop(store.put(Write::Advance(Box::new(write.clone()))));
            write.apply_to(before);
        }
        let write = advance(&run, State::running(at(2_000 + n)));
        drop(store.put(Write::Advance(Box::new(write.clone()))));
        write.apply_to(&mut run);
        self.runs.push(run);
        let line = log_line(self.flow, n, &format!("line {n}"));
        store.put_logs(vec![line.clone()]);
        self.lines.push(line);
        let number = u8::try_from(n).unwrap() % KEYS;
        let entry = CacheEntry { created: at(n), ..cache_entry(number) };
        drop(store.put(Write::Cache { entry: Box::new(entry.clone()), lease: None }));
        self.cached.insert(entry.key, Some(entry));
        block_on(store.flush()).unwrap();
    }
}

impl Model {
    /// Changes two runs far from each other, as one commit that no index knows of.
    fn change(&mut self, store: &Sqlite, n: u32) {
        let (first, last) = (2, self.runs.len() - 1);
        for run in [first, last] {
            let run = &mut self.runs[run];
            run.run_count = n;
            let write = Advance::since(run, run.states.len());
            drop(store.put(Write::Advance(Box::new(write))));
        }
        block_on(store.flush()).unwrap();
    }
}

/// A database with a log of some commits, which is home or not.
pub(super) fn base(is_home: bool) -> Base {
    let (disk, folder) = (Disk::new(), scratch());
    let path = folder.path().join(NAME);
    let flow = flow_run("etl", 0);
    let cached = keys().map(|key| (key, None)).collect();
    let mut model = Model { flow: flow.id, runs: Vec::new(), lines: Vec::new(), cached };
    let open = || Sqlite::open(on_disk(&disk, &path)).unwrap();

    let store = open();
    for run in [flow, full_run()] {
        block_on(store.put_acknowledged(Write::Begin(Box::new(run.clone())))).unwrap();
        model.runs.push(run);
    }
    model.runs[1].created = at(0);
    for n in 0..12 {
        model.grow(&store, n);
    }
    block_on(store.close()).unwrap();
    let mut moments = vec![model.content()];

    let store = open();
    for n in 12..24 {
        model.grow(&store, n);
        moments.push(model.content());
    }
    for n in 24..30 {
        model.change(&store, n);
        moments.push(model.content());
    }
    if is_home {
        let flags = rusqlite::OpenFlags::default();
        let other =
            rusqlite::Connection::open_with_flags_and_vfs(&path, flags, disk.vfs()).unwrap();
        other.pragma(None, "wal_checkpoint", "passive", |_| Ok(())).unwrap();
    }
    let recording = disk.recording();
    let mut replay = Replay::new(&recording);
    replay.advance_to(recording.len());
    let image = replay.whole();
    let file = |name| image.file(name).expect("it is there").to_vec();
    Base { database: file(NAME), log: file("runs.db-wal"), moments, is_home }
}
