//! The n-th call of each kind fails, for every n of a workload: once, or from then on. Whoever is told of it is told what to do,
//! nothing that was acknowledged is lost, and after one failure the store goes on by itself.

use std::path::Path;
use std::time::Duration;

use tidegate_core::store::suite::samples::{at, flow_run, task_run};
use tidegate_core::{Durability, LogQuery, RunQuery, State, Store, StoreError, StoreErrorKind};
use tidegate_faults::{Call, Disk, Fault, Lasting};
use tidegate_store::Sqlite;

use crate::diary::{Diary, Found, Kept, Tickets};
use crate::proof::{block_on, in_parallel, say, scratch};
use crate::workload::{Await, Writer, moment, on_disk};

/// Far more than any call takes.
const HANGS: Duration = Duration::from_secs(60);

/// The errors that a store told.
#[derive(Debug)]
pub(crate) struct Told<'a> {
    path: &'a Path,
    kinds: &'a [StoreErrorKind],
    pub(crate) errors: usize,
}

impl<'a> Told<'a> {
    /// What a store at this path tells of a disk that fails.
    pub(crate) fn of_io(path: &'a Path) -> Self {
        Self { path, kinds: &[StoreErrorKind::Io, StoreErrorKind::Unopenable], errors: 0 }
    }

    /// What a store at this path tells of a full disk.
    pub(crate) fn of_a_full_disk(path: &'a Path) -> Self {
        Self { path, kinds: &[StoreErrorKind::DiskFull], errors: 0 }
    }

    /// What was asked for, or none if there was an error: which names the database, says what to do, and does not take a disk
    /// that fails for a damaged file.
    #[track_caller]
    pub(crate) fn of<T>(&mut self, result: Result<T, StoreError>) -> Option<T> {
        let error = match result {
            Ok(answer) => return Some(answer),
            Err(error) => error,
        };
        self.errors += 1;
        let message = error.to_string();
        assert!(self.kinds.contains(&error.kind()), "{:?}: {message}", error.kind());
        assert!(message.contains(&self.path.display().to_string()), "{message}");
        let advice = ["check", "free some space", "give another path"];
        assert!(advice.iter().any(|advice| message.contains(advice)), "{message}");
        None
    }
}

/// What becomes of a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Course {
    /// One call fails.
    Once,
    /// All calls fail, until the disk is healed while the store is open.
    Healed,
    /// All calls fail until the store is closed.
    Lasting,
}

impl Course {
    pub(crate) const ALL: [Self; 3] = [Self::Once, Self::Healed, Self::Lasting];

    pub(crate) fn lasting(self) -> Lasting {
        match self {
            Self::Once => Lasting::Once,
            Self::Healed | Self::Lasting => Lasting::FromThenOn,
        }
    }
}

/// A workload of two sessions on a disk of which a call fails; what came of it.
pub(crate) fn work(
    disk: &Disk,
    durability: Durability,
    fault: Fault,
    course: Course,
    told: &mut Told<'_>,
) -> Diary {
    disk.fail(fault);
    let tickets = Tickets::default();
    let mut diary = Diary::default();
    let path = told.path;
    let open = || Sqlite::open(on_disk(disk, path).durability(durability));
    for _ in 0..2 {
        let opened = told.of(open()).or_else(|| {
            if course == Course::Healed {
                disk.heal();
            }
            told.of(open())
        });
        let Some(store) = opened else {
            assert_eq!(course, Course::Lasting, "the second time, it opens");
            break;
        };
        let mut writer = Writer { store: &store, disk, tickets: &tickets, diary };
        block_on(async {
            let work = tokio::time::timeout(HANGS, use_store(&mut writer, course, told));
            work.await.expect("a store answers");
            let close = tokio::time::timeout(HANGS, store.close());
            told.of(close.await.expect("a store closes"));
        });
        diary = writer.diary;
    }
    diary
}

/// Runs, log lines and questions.
async fn use_store(writer: &mut Writer<'_>, course: Course, told: &mut Told<'_>) {
    let store = writer.store;
    let mut flow = flow_run("etl", moment());
    told.of(writer.begin(&flow, Await::Acknowledgement).await);
    for _ in 0..3 {
        let mut run = task_run("fetch", moment());
        run.flow_run_id = Some(flow.id);
        told.of(writer.begin(&run, Await::Room).await);
        told.of(writer.enter(&mut run, State::running(at(moment())), Await::Room).await);
        writer.log(&run);
        let end = State::completed(at(moment()));
        told.of(writer.enter(&mut run, end, Await::Acknowledgement).await);
        if let Some(found) = told.of(store.run(run.id).await) {
            assert_eq!(found, Some(run), "an answer is fresh");
        }
    }
    let end = State::completed(at(moment()));
    told.of(writer.enter(&mut flow, end, Await::Acknowledgement).await);
    let query = RunQuery { flow_run_id: Some(flow.id), ..RunQuery::default() };
    if let Some(found) = told.of(store.runs(query.clone()).await) {
        assert_eq!(found.len(), 3);
    }
    if let Some(count) = told.of(store.count_runs(query).await) {
        assert_eq!(count, 3);
    }
    let query = LogQuery { flow_run_id: Some(flow.id), ..LogQuery::default() };
    told.of(store.logs(query).await);
    if told.of(writer.flush().await).is_none() {
        if course == Course::Healed {
            writer.disk.heal();
        }
        let flushed = told.of(writer.flush().await).is_some();
        assert!(flushed || course == Course::Lasting, "the second time, everything kept is stored");
    }
}

/// What was looked at.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    workloads: usize,
    failed: u64,
    told: usize,
    acknowledged: usize,
}

/// Lets the n-th call fail, for every n.
fn check(durability: Durability, call: Call, course: Course) -> Tally {
    let mut tally = Tally::default();
    for n in 0.. {
        let (disk, folder) = (Disk::new(), scratch());
        let path = folder.path().join("runs.db");
        let mut told = Told::of_io(&path);
        let fault = Fault::new(call, n, course.lasting());
        let diary = work(&disk, durability, fault, course, &mut told);
        let failed = disk.failed();
        disk.heal();
        let store = Sqlite::open(on_disk(&disk, &path).durability(durability)).unwrap();
        let found = Found::in_store(&store).unwrap();
        let compared = diary.compare(usize::MAX, &found, Kept::Acknowledged);
        let compared = compared
            .unwrap_or_else(|error| panic!("{durability}, {call:?} {n}, {course:?}: {error}"));
        tally.workloads += 1;
        tally.failed += failed;
        tally.told += told.errors;
        tally.acknowledged += compared.acknowledged;
        if failed == 0 {
            assert_eq!(told.errors, 0);
            break;
        }
    }
    tally
}

#[test]
fn whichever_call_fails_nothing_acknowledged_is_lost_and_the_store_goes_on() {
    let mut cases = Vec::new();
    for call in Call::ALL {
        for durability in Durability::ALL {
            cases.extend(Course::ALL.map(|course| (durability, call, course)));
        }
    }
    // So that each thread has some of each.
    fastrand::Rng::with_seed(1).shuffle(&mut cases);
    let tallies = in_parallel(&cases, |cases| {
        let tallies = cases.iter().map(|&(durability, call, course)| {
            let tally = check(durability, call, course);
            assert!(tally.workloads > 2, "{call:?} was hardly ever called");
            tally
        });
        tallies.collect::<Vec<_>>()
    });
    let sum = |of: fn(&Tally) -> usize| tallies.iter().flatten().map(of).sum::<usize>();
    let failed: u64 = tallies.iter().flatten().map(|tally| tally.failed).sum();
    let (workloads, told) = (sum(|tally| tally.workloads), sum(|tally| tally.told));
    let acknowledged = sum(|tally| tally.acknowledged);
    say(&format!(
        "failing calls: {workloads} workloads with another call failing in each, {failed} calls failed, {told} errors told, \
         {acknowledged} acknowledgements checked, nothing lost"
    ));
    assert!(workloads > 2_000 && told > 5_000, "{workloads}, {told}");
}
