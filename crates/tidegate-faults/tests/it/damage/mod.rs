//! Damaged files: whatever is wrong with a database or with the `-wal` that a crash has left, there is an error or the right
//! answer. The only thing that damage to the `-wal` may do unnoticed is to undo the last commits; in part, if the database has them
//! already.

mod base;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use fastrand::Rng;
use tidegate_core::{
    CacheEntry, LogQuery, Order, Run, RunKind, RunQuery, StateType, Store, StoreError,
    StoreErrorKind,
};
use tidegate_store::{Options, Sqlite};

use self::base::{Base, Content, base, keys};
use crate::proof::{amount, block_on, dice, in_parallel, say, scratch, seed};

const NAME: &str = "runs.db";
const PAGE: usize = 4096;

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
        let mut cached = BTreeMap::new();
        for key in keys() {
            cached.insert(key, store.cached(key).await?);
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
            cached,
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
        let kept = |entry: &CacheEntry| {
            self.moments.iter().any(|moment| moment.cached[&entry.key].as_ref() == Some(entry))
        };
        if let Some(entry) = found.cached.values().flatten().find(|entry| !kept(entry)) {
            return Err(format!("{entry:?} was never kept"));
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
