//! Transactions given to user code, on disks of which a call fails: what was told as done is there, what was told as failed is not,
//! and what a task has changed is there together with its record or not at all. A commit that failed at its sync has written what it
//! wrote, so a death right after it may bring it back, in full; once anything else is durable, nothing does.

use std::path::Path;
use std::sync::mpsc;

use tidegate_core::store::suite::samples::{at, entered, task_run};
use tidegate_core::store::{SqlError, SqlTransaction, TransactionEnd};
use tidegate_core::{Run, RunQuery, State, Store, StoreError, Write};
use tidegate_faults::{Call, Disk, Fault, Image, Lasting, Replay, Syncs};
use tidegate_store::Sqlite;

use crate::proof::{amount, block_on, dice, in_parallel, say, scratch, seed};
use crate::workload::{moment, on_disk};

const NAME: &str = "runs.db";

/// How many transactions one course makes, each with an effect and the record of a run.
const EFFECTS: i64 = 4;

/// What was told of an effect, and when.
#[derive(Debug)]
struct Told {
    effect: i64,
    run: Run,
    done: bool,
    position: usize,
}

fn transact(
    store: &Sqlite,
    work: impl FnOnce(&mut SqlTransaction<'_>) -> Result<TransactionEnd, SqlError> + Send + 'static,
) -> Result<(), StoreError> {
    let work = move |tx: &mut SqlTransaction<'_>| work(tx).unwrap_or(TransactionEnd::RollBack);
    block_on(store.transact(Box::new(work)))
}

/// The effects that are there; none if they cannot be read.
fn effects(store: &Sqlite) -> Option<Vec<i64>> {
    let (sender, receiver) = mpsc::channel();
    let asked = transact(store, move |tx| {
        let rows = tx.query("SELECT id FROM effects ORDER BY id", ())?;
        let ids = rows.iter().map(|row| row.get(0)).collect::<Result<Vec<i64>, _>>()?;
        let _ = sender.send(ids);
        Ok(TransactionEnd::RollBack)
    });
    asked.ok().and_then(|()| receiver.recv().ok())
}

/// Makes transactions, of which one meets the fault; what was told of each.
fn course(disk: &Disk, path: &Path, fault: Fault) -> Vec<Told> {
    let store = Sqlite::open(on_disk(disk, path)).unwrap();
    let made = transact(&store, |tx| {
        tx.execute("CREATE TABLE effects (id INTEGER PRIMARY KEY)", ())?;
        Ok(TransactionEnd::Commit(vec![]))
    });
    made.unwrap();
    disk.fail(fault);
    let mut told = Vec::new();
    for effect in 0..EFFECTS {
        let run = entered(task_run("pay", moment()), State::completed(at(moment())));
        let write = Write::Begin(Box::new(run.clone()));
        let done = transact(&store, move |tx| {
            tx.execute("INSERT INTO effects (id) VALUES (?1)", (effect,))?;
            Ok(TransactionEnd::Commit(vec![write]))
        });
        // A statement that failed has undone everything, which is no failure of the store.
        let there = effects(&store);
        let done = done.is_ok() && there.as_ref().is_none_or(|there| there.contains(&effect));
        assert!(done || !there.is_some_and(|there| there.contains(&effect)));
        told.push(Told { effect, run, done, position: disk.position() });
    }
    told
}

/// What is in an image that was left at this position agrees with what was told; how many failed transactions have come back.
fn check(image: &Image, cut: usize, told: &[Told]) -> Result<usize, String> {
    let folder = scratch();
    let disk = Disk::holding(image, folder.path()).unwrap();
    let path = folder.path().join(NAME);
    let store = Sqlite::open(on_disk(&disk, &path)).map_err(|error| error.to_string())?;
    let there = effects(&store).ok_or("there is no table of effects")?;
    let runs = block_on(store.runs(RunQuery::default())).map_err(|error| error.to_string())?;
    let known = || told.iter().filter(|told| told.position <= cut);
    let mut back = 0;
    for Told { effect, run, done, position } in told {
        let (is_there, is_recorded) = (there.contains(effect), runs.contains(run));
        if is_there != is_recorded {
            return Err(format!("effect {effect}: there {is_there}, recorded {is_recorded}"));
        }
        let is_overwritten = known().any(|later| later.done && later.position > *position);
        if *position <= cut && is_there != *done {
            if *done || is_overwritten {
                return Err(format!("effect {effect}: told as done {done}, there {is_there}"));
            }
            back += 1;
        }
    }
    Ok(back)
}

#[test]
fn a_transaction_is_there_with_its_record_or_not_at_all_and_as_was_told() {
    let seed = seed();
    let images = amount(2, 20);
    let mut cases = Vec::new();
    for call in [Call::Write, Call::Sync, Call::Read, Call::Lock] {
        for syncs in [Syncs::Honest, Syncs::Forgetful] {
            cases.push((call, syncs));
        }
    }
    let counts = in_parallel(&cases, |cases| {
        let (mut failed, mut made, mut back) = (0, 0, 0);
        for &(call, syncs) in cases {
            for n in 0.. {
                let (disk, folder) = (Disk::new(), scratch());
                disk.sync(syncs);
                let path = folder.path().join(NAME);
                let told = course(&disk, &path, Fault::new(call, n, Lasting::Once));
                let recording = disk.recording();
                let mut dice = dice(seed, made);
                for Told { position, .. } in &told {
                    let mut replay = Replay::new(&recording);
                    replay.advance_to(*position);
                    // As the death of the process leaves the files, and as losses of power may.
                    let whole = std::iter::once(replay.whole());
                    let mut cut = || replay.image(&mut dice);
                    let cuts: Vec<_> = (0..images).map(|_| cut()).collect();
                    for image in whole.chain(cuts) {
                        made += 1;
                        back += check(&image, *position, &told).unwrap_or_else(|error| {
                            panic!(
                                "seed {seed}, {call:?} {n}, {syncs:?}, cut at {position}: {error}"
                            )
                        });
                    }
                }
                failed += told.iter().filter(|told| !told.done).count();
                if disk.failed() == 0 {
                    break;
                }
            }
        }
        [failed, made, back]
    });
    let [failed, made, back] =
        [0, 1, 2].map(|n| counts.iter().map(|count| count[n]).sum::<usize>());
    say(&format!(
        "transactions: {failed} told as failed, {made} images of the files after, in {back} of which the last one is there after all, \
         none in part; seed {seed}"
    ));
    assert!(failed > 20 && made > 500, "{failed}, {made}");
}
