//! What was put into a store and what it answered, with the position of the disk at each; and whether what is found later
//! agrees with it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};

use tidegate_core::{LogQuery, LogRecord, Run, RunId, RunQuery, Store, StoreError};

use crate::proof::block_on;

/// Counts puts, so that diaries of several writers can be compared: a put that returned before another was made has the
/// smaller ticket.
#[derive(Debug, Default)]
pub(crate) struct Tickets(AtomicU64);

/// What one writer did, or several.
#[derive(Debug, Default)]
pub(crate) struct Diary {
    /// Of each run, every write about it in order.
    runs: BTreeMap<RunId, Vec<Entry>>,
    lines: Vec<Line>,
    flushes: Vec<Flush>,
}

/// When something was put.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Put {
    /// The position before.
    at: usize,
    /// Everything with a ticket up to this was put before.
    after: u64,
    ticket: u64,
}

#[derive(Debug)]
struct Entry {
    /// The record after this write.
    run: Run,
    put: Put,
    /// The position at which its acknowledgement was observed.
    acknowledged: Option<usize>,
}

#[derive(Debug)]
struct Line {
    record: LogRecord,
    put: Put,
}

#[derive(Debug)]
struct Flush {
    put: Put,
    acknowledged: usize,
}

/// What a store must have kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    /// Whatever was acknowledged, and whatever was put before that.
    Acknowledged,
    /// Whatever was put before something that is there.
    Prefix,
}

/// Everything that a store holds.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) runs: Vec<Run>,
    pub(crate) lines: Vec<LogRecord>,
}

/// How much a comparison covered.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Compared {
    /// Acknowledgements that had to be honoured.
    pub(crate) acknowledged: usize,
    /// Runs that were there.
    pub(crate) runs: usize,
}

impl Tickets {
    /// Puts something.
    pub(crate) fn put<T>(&self, position: usize, put: impl FnOnce() -> T) -> (Put, T) {
        let after = self.0.load(Ordering::SeqCst);
        let answer = put();
        let ticket = self.0.fetch_add(1, Ordering::SeqCst) + 1;
        (Put { at: position, after, ticket }, answer)
    }
}

impl Diary {
    /// A write after which the record is this one.
    pub(crate) fn wrote(&mut self, run: Run, put: Put, acknowledged: Option<usize>) {
        self.runs.entry(run.id).or_default().push(Entry { run, put, acknowledged });
    }

    pub(crate) fn logged(&mut self, record: LogRecord, put: Put) {
        self.lines.push(Line { record, put });
    }

    pub(crate) fn flushed(&mut self, put: Put, acknowledged: usize) {
        self.flushes.push(Flush { put, acknowledged });
    }

    /// Adds what another writer did, which wrote about other runs.
    pub(crate) fn add(&mut self, other: Self) {
        for (id, entries) in other.runs {
            self.runs.entry(id).or_default().extend(entries);
        }
        self.lines.extend(other.lines);
        self.flushes.extend(other.flushes);
    }

    fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.runs.values().flatten()
    }

    /// Whether what is found after a cut at this position is what has to be there, and nothing else.
    pub(crate) fn compare(
        &self,
        cut: usize,
        found: &Found,
        kept: Kept,
    ) -> Result<Compared, String> {
        let versions = self.versions(cut, &found.runs)?;
        let is_known = |acknowledged: Option<usize>| acknowledged.is_some_and(|at| at <= cut);
        let demanded = |entry: &&Entry| kept == Kept::Acknowledged && is_known(entry.acknowledged);
        let flushes = || {
            let flushes = self.flushes.iter().filter(|flush| flush.acknowledged <= cut);
            flushes.filter(|_| kept == Kept::Acknowledged)
        };

        // Everything put before one of these is there.
        let bound = self
            .entries()
            .filter(demanded)
            .map(|entry| entry.put.after)
            .chain(flushes().map(|flush| flush.put.after))
            .chain(versions.values().map(|entry| entry.put.after))
            .max()
            .unwrap_or(0);
        let acknowledged = self.entries().filter(demanded).count();
        for (id, entries) in &self.runs {
            let there = versions.get(id).map_or(0, |entry| entry.put.ticket);
            let missing = entries.iter().find(|entry| {
                entry.put.ticket > there && (entry.put.ticket <= bound || demanded(entry))
            });
            if let Some(missing) = missing {
                return Err(format!(
                    "run {id} lacks a write that was put at {}, acknowledged at {:?}: {:?}; it has ticket {there} of {bound}",
                    missing.put.at,
                    missing.acknowledged,
                    missing.run.states.last()
                ));
            }
        }
        let flushed = flushes().map(|flush| flush.put.after).max().unwrap_or(0);
        self.compare_lines(cut, flushed, &found.lines)?;
        Ok(Compared { acknowledged, runs: found.runs.len() })
    }

    /// For each run that is there, the write after which its record was so.
    fn versions(&self, cut: usize, found: &[Run]) -> Result<BTreeMap<RunId, &Entry>, String> {
        let mut versions = BTreeMap::new();
        for run in found {
            let entries = self.runs.get(&run.id).ok_or_else(|| format!("{run:?} was never put"))?;
            let version = entries.iter().find(|entry| entry.put.at <= cut && entry.run == *run);
            let version = version.ok_or_else(|| format!("{run:?} was never so before {cut}"))?;
            if versions.insert(run.id, version).is_some() {
                return Err(format!("run {} is there twice", run.id));
            }
        }
        Ok(versions)
    }

    fn compare_lines(&self, cut: usize, flushed: u64, found: &[LogRecord]) -> Result<(), String> {
        let put: BTreeMap<&str, &Line> =
            self.lines.iter().map(|line| (line.record.message.as_str(), line)).collect();
        let mut there = BTreeSet::new();
        for record in found {
            let line = put.get(record.message.as_str());
            if line.is_none_or(|line| line.record != *record || line.put.at > cut) {
                return Err(format!("{record:?} was never put before {cut}"));
            }
            if !there.insert(record.message.as_str()) {
                return Err(format!("{record:?} is there twice"));
            }
        }
        let missing = |line: &&Line| {
            line.put.ticket <= flushed && !there.contains(line.record.message.as_str())
        };
        match self.lines.iter().find(missing) {
            Some(line) => Err(format!("{:?} was flushed and is not there", line.record)),
            None => Ok(()),
        }
    }
}

impl Found {
    /// Reads everything from a store.
    pub(crate) fn in_store(store: &dyn Store) -> Result<Self, StoreError> {
        block_on(async {
            let runs = store.runs(RunQuery::default()).await?;
            let lines = store.logs(LogQuery::default()).await?;
            Ok(Self { runs, lines })
        })
    }
}
