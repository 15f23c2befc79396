//! Damaged files: whatever is wrong with a database or with the `-wal` that a crash has left, there is an error or the right
//! answer. The only thing that damage to the `-wal` may do unnoticed is to undo the last commits; in part, if the database has them
//! already.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use fastrand::Rng;
use tidegate_core::store::suite::samples::{advance, at, flow_run, full_run, log_line, task_run};
use tidegate_core::{
    Advance, LogQuery, LogRecord, Order, Run, RunId, RunKind, RunQuery, State, StateType, Store,
    StoreError, StoreErrorKind, Write,
};
use tidegate_faults::{Disk, Replay};
use tidegate_store::{Options, Sqlite};

use crate::proof::{amount, block_on, dice, in_parallel, say, scratch, seed};
use crate::workload::on_disk;

const NAME: &str = "runs.db";
const PAGE: usize = 4096;

/// Every answer that a store gives.
#[derive(Clone, Debug, PartialEq)]
struct Content {
    runs: Vec<Run>,
    by_id: BTreeMap<RunId, Option<Run>>,
    tasks: Vec<Run>,
    unfinished: Vec<Run>,
    of_flow: Vec<Run>,
    count: u64,
    lines: Vec<LogRecord>,
    lines_of_flow: Vec<LogRecord>,
}

/// A database and its `-wal`, as a crash leaves them, with what was in it after each of the last commits.
struct Base {
    database: Vec<u8>,
    log: Vec<u8>,
    moments: Vec<Content>,
    /// Whether the database has everything that the log has.
    is_home: bool,
}

/// What is damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    Database,
    Log,
    Both,
}

/// What came of one case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// There was an error.
    Noticed,
    /// The answers are those of before the damage.
    Unharmed,
    /// They are those of an earlier commit.
    Undone,
    /// Of each run they are those of an earlier commit.
    Mixed,
}

/// What is written: runs with log lines, one after the other.
struct Model {
    flow: RunId,
    runs: Vec<Run>,
    lines: Vec<LogRecord>,
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
fn base(is_home: bool) -> Base {
    let (disk, folder) = (Disk::new(), scratch());
    let path = folder.path().join(NAME);
    let flow = flow_run("etl", 0);
    let mut model = Model { flow: flow.id, runs: Vec::new(), lines: Vec::new() };
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

/// Reads everything there is.
fn read(path: &Path, known: &Content) -> Result<Content, StoreError> {
    let store = Sqlite::open(Options::file(path))?;
    let oldest_first = || RunQuery { order: Order::OldestFirst, ..RunQuery::default() };
    let flow = known.runs[0].id;
    block_on(async {
        let mut by_id = BTreeMap::new();
        for run in &known.runs {
            by_id.insert(run.id, store.run(run.id).await?);
        }
        let content = Content {
            runs: store.runs(oldest_first()).await?,
            by_id,
            tasks: store.runs(RunQuery { kind: Some(RunKind::Task), ..oldest_first() }).await?,
            unfinished: store
                .runs(RunQuery { state_types: vec![StateType::Running], ..oldest_first() })
                .await?,
            of_flow: store.runs(RunQuery { flow_run_id: Some(flow), ..oldest_first() }).await?,
            count: store.count_runs(RunQuery::default()).await?,
            lines: store.logs(LogQuery::default()).await?,
            lines_of_flow: store
                .logs(LogQuery { flow_run_id: Some(flow), ..LogQuery::default() })
                .await?,
        };
        store.close().await?;
        Ok(content)
    })
}

/// Damages a file.
fn damage(content: &mut Vec<u8>, dice: &mut Rng) {
    let length = content.len();
    let place = dice.usize(..length);
    let end = length.min(place + 1 + dice.usize(..600));
    let pages = length.div_ceil(PAGE);
    match dice.u8(..12) {
        // Cut, but not to nothing: a file without content is a new one.
        0 => content.truncate(place.max(1)),
        // Zeroed.
        1 => content[place..end].fill(0),
        2 => {
            let page = dice.usize(..pages) * PAGE;
            content[page..length.min(page + PAGE)].fill(0);
        }
        // Foreign bytes, in place of what was there or between.
        3 => content[place..end].fill_with(|| dice.u8(..)),
        4 => drop(
            content.splice(place..place, (place..end).map(|_| dice.u8(..)).collect::<Vec<_>>()),
        ),
        5 => content[place..end]
            .iter_mut()
            .zip(b"GET / HTTP/1.1 ".iter().cycle())
            .for_each(|(to, from)| *to = *from),
        // A page in the place of another.
        6 => {
            let (from, to) = (dice.usize(..pages) * PAGE, dice.usize(..pages) * PAGE);
            let size = PAGE.min(length - from).min(length - to);
            content.copy_within(from..from + size, to);
        }
        // Flipped.
        flips => {
            for _ in 6..flips {
                let place = dice.usize(..length);
                content[place] ^= 1 << dice.u8(..8);
            }
        }
    }
}

/// Damages the files of a base, and reads what is in them.
fn check(base: &Base, folder: &Path, dice: &mut Rng) -> Result<(Target, Outcome), String> {
    let target = [Target::Database, Target::Log, Target::Both][dice.usize(..3)];
    let (mut database, mut log) = (base.database.clone(), base.log.clone());
    if target != Target::Log {
        damage(&mut database, dice);
    }
    if target != Target::Database {
        damage(&mut log, dice);
    }
    let path = folder.join(NAME);
    fs::write(&path, &database).unwrap();
    fs::write(folder.join("runs.db-wal"), &log).unwrap();
    let last = base.moments.last().expect("there are some");
    let result = read(&path, last);
    for entry in fs::read_dir(folder).unwrap() {
        fs::remove_file(entry.unwrap().path()).unwrap();
    }
    let found = match result {
        Ok(found) => found,
        Err(error) => {
            let kinds = [StoreErrorKind::Damaged, StoreErrorKind::Foreign, StoreErrorKind::Newer];
            let message = error.to_string();
            if !kinds.contains(&error.kind()) || !message.contains(&path.display().to_string()) {
                return Err(format!("{:?}: {message}", error.kind()));
            }
            return Ok((target, Outcome::Noticed));
        }
    };
    let outcome = base.outcome(&found)?;
    let allowed = match (outcome, target) {
        (Outcome::Noticed | Outcome::Unharmed, _) => true,
        (Outcome::Undone, Target::Log | Target::Both) => true,
        (Outcome::Mixed, Target::Log | Target::Both) => base.is_home,
        (Outcome::Undone | Outcome::Mixed, Target::Database) => false,
    };
    if allowed {
        Ok((target, outcome))
    } else {
        Err(format!("{outcome:?} by damage to {target:?}"))
    }
}

impl Base {
    /// What has become of the answers.
    fn outcome(&self, found: &Content) -> Result<Outcome, String> {
        let last = self.moments.last().expect("there are some");
        if found == last {
            return Ok(Outcome::Unharmed);
        }
        let is_moment = |moment: &Content| {
            // All runs there ever were are asked for.
            let mut moment = moment.clone();
            for id in last.by_id.keys() {
                moment.by_id.entry(*id).or_insert(None);
            }
            *found == moment
        };
        if self.moments.iter().any(is_moment) {
            return Ok(Outcome::Undone);
        }
        let was = |run: &Run| self.moments.iter().any(|moment| moment.runs.contains(run));
        let wrong = found.runs.iter().chain(found.by_id.values().flatten()).find(|run| !was(run));
        if let Some(run) = wrong {
            return Err(format!("{run:?} was never so"));
        }
        let lost = self.moments[0].runs.iter().find(|run| found.by_id[&run.id].is_none());
        if let Some(run) = lost {
            return Err(format!("{run:?} is not there"));
        }
        match found.lines.iter().find(|line| !last.lines.contains(line)) {
            Some(line) => Err(format!("{line:?} was never written")),
            None => Ok(Outcome::Mixed),
        }
    }
}

#[test]
fn a_damaged_file_gives_an_error_or_what_was_written() {
    let seed = seed();
    let bases = [base(false), base(true)];
    let cases: Vec<usize> = (0..amount(10_000, 100_000)).collect();
    let outcomes = in_parallel(&cases, |cases| {
        let folder = scratch();
        let outcomes = cases.iter().map(|case| {
            let outcome = check(&bases[case % 2], folder.path(), &mut dice(seed, *case));
            outcome.unwrap_or_else(|error| panic!("seed {seed}, case {case}: {error}"))
        });
        outcomes.collect::<Vec<_>>()
    });
    let count = |wanted: Outcome| {
        outcomes.iter().flatten().filter(|(_, outcome)| *outcome == wanted).count()
    };
    let [noticed, unharmed, undone, mixed] =
        [Outcome::Noticed, Outcome::Unharmed, Outcome::Undone, Outcome::Mixed].map(count);
    say(&format!(
        "damaged files: {}, of which {noticed} gave an error, {unharmed} every right answer, {undone} those of an earlier commit \
         and {mixed} those of several, the last two by damage to the log only; no wrong answer; seed {seed}",
        cases.len()
    ));
    assert!(noticed > cases.len() / 5 && undone > cases.len() / 20, "{noticed}, {undone}");
    assert!(mixed > 0, "the last commits can be undone in part");
}
