//! Writers that keep a store busy as engines do, and their diaries.

use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

use fastrand::Rng;
use tidegate_core::store::suite::samples::{advance, at, entered, flow_run, log_line, task_run};
use tidegate_core::{Durability, Run, State, Store, Write};
use tidegate_faults::{Disk, Recording};
use tidegate_store::{Options, Sqlite};

use crate::diary::{Diary, Tickets};
use crate::proof::block_on;

/// Options for a database on this disk.
pub(crate) fn on_disk(disk: &Disk, path: &Path) -> Options {
    let mut options = Options::file(path);
    options.vfs = Some(disk.vfs().to_owned());
    options
}

/// One who writes, one thing after the other.
pub(crate) struct Writer<'a> {
    pub(crate) store: &'a Sqlite,
    pub(crate) disk: &'a Disk,
    pub(crate) tickets: &'a Tickets,
    pub(crate) diary: Diary,
}

/// Whether to wait until a write is durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Await {
    Acknowledgement,
    Room,
}

/// A moment that no other run or state has.
pub(crate) fn moment() -> i64 {
    static MOMENT: AtomicI64 = AtomicI64::new(0);
    MOMENT.fetch_add(1, Ordering::Relaxed)
}

impl Writer<'_> {
    async fn put(
        &mut self,
        write: Write,
        run: Run,
        wait: Await,
    ) -> Result<(), tidegate_core::StoreError> {
        let position = self.disk.position();
        let (put, answer) = match wait {
            Await::Acknowledgement => {
                let (put, answer) =
                    self.tickets.put(position, || self.store.put_acknowledged(write));
                (put, answer.await)
            }
            Await::Room => {
                let (put, room) = self.tickets.put(position, || self.store.put(write));
                (put, room.await)
            }
        };
        let durable = wait == Await::Acknowledgement && answer.is_ok();
        self.diary.wrote(run, put, durable.then(|| self.disk.position()));
        answer
    }

    /// Records a run.
    pub(crate) async fn begin(
        &mut self,
        run: &Run,
        wait: Await,
    ) -> Result<(), tidegate_core::StoreError> {
        self.put(Write::Begin(Box::new(run.clone())), run.clone(), wait).await
    }

    /// Lets a run enter a state.
    pub(crate) async fn enter(
        &mut self,
        run: &mut Run,
        state: State,
        wait: Await,
    ) -> Result<(), tidegate_core::StoreError> {
        let write = Write::Advance(Box::new(advance(run, state.clone())));
        *run = entered(run.clone(), state);
        self.put(write, run.clone(), wait).await
    }

    /// Writes a log line of a run.
    pub(crate) fn log(&mut self, run: &Run) {
        let moment = moment();
        let record = log_line(run.id, moment, &format!("line {moment}"));
        let position = self.disk.position();
        let (put, ()) = self.tickets.put(position, || self.store.put_logs(vec![record.clone()]));
        self.diary.logged(record, put);
    }

    /// Waits until everything is durable, log lines too.
    pub(crate) async fn flush(&mut self) -> Result<(), tidegate_core::StoreError> {
        let (put, flushed) = self.tickets.put(self.disk.position(), || self.store.flush());
        flushed.await?;
        self.diary.flushed(put, self.disk.position());
        Ok(())
    }
}

/// How long and how much to write.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    /// How often the store is opened and closed.
    pub(crate) sessions: usize,
    /// How many write at once.
    pub(crate) writers: usize,
    /// How many runs each of them makes.
    pub(crate) runs: usize,
    /// How many states one run goes through, with nothing else going on, so that the log becomes long enough for a checkpoint.
    pub(crate) alone: usize,
}

/// Keeps a store on this disk busy; what was done to the disk, and the diary.
pub(crate) fn record(
    disk: &Disk,
    path: &Path,
    durability: Durability,
    size: Size,
    dice: &mut Rng,
) -> (Recording, Diary) {
    let tickets = Tickets::default();
    let mut diary = Diary::default();
    for _ in 0..size.sessions {
        let store = Sqlite::open(on_disk(disk, path).durability(durability)).unwrap();
        let writer = || Writer { store: &store, disk, tickets: &tickets, diary: Diary::default() };
        std::thread::scope(|scope| {
            let writers: Vec<_> = (0..size.writers)
                .map(|_| {
                    let (writer, dice) = (writer(), Rng::with_seed(dice.u64(..)));
                    scope.spawn(move || block_on(keep_busy(writer, size.runs, dice)))
                })
                .collect();
            let (done, is_done) = mpsc::channel();
            scope.spawn(move || make_checkpoints(disk, path, &is_done));
            for writer in writers {
                diary.add(writer.join().unwrap());
            }
            drop(done);
        });
        diary.add(block_on(write_alone(writer(), size.alone)));
        if dice.bool() {
            block_on(store.close()).unwrap();
        }
    }
    (disk.recording(), diary)
}

/// A task run after the other, or a flow run that stays.
async fn keep_busy(mut writer: Writer<'_>, runs: usize, mut dice: Rng) -> Diary {
    let mut flow = flow_run("etl", moment());
    writer.begin(&flow, Await::Acknowledgement).await.unwrap();
    for _ in 0..runs {
        let mut run = task_run("fetch", moment());
        run.flow_run_id = Some(flow.id);
        run.parameters.insert("filler", "x".repeat(dice.usize(..300)));
        let first = if dice.u8(..4) == 0 { Await::Acknowledgement } else { Await::Room };
        writer.begin(&run, first).await.unwrap();
        writer.enter(&mut run, State::running(at(moment())), Await::Room).await.unwrap();
        if dice.bool() {
            writer.log(&run);
        }
        let end = [State::completed, State::failed, State::crashed][dice.usize(..3)];
        let last = if dice.u8(..8) == 0 { Await::Room } else { Await::Acknowledgement };
        writer.enter(&mut run, end(at(moment())), last).await.unwrap();
        match dice.u8(..12) {
            0 => writer.flush().await.unwrap(),
            1 => {
                writer.enter(&mut flow, State::running(at(moment())), Await::Room).await.unwrap();
            }
            2 => std::thread::yield_now(),
            _ => {}
        }
    }
    writer.diary
}

/// A run in many states, each durable before the next.
async fn write_alone(mut writer: Writer<'_>, states: usize) -> Diary {
    let mut run = flow_run("long", moment());
    for n in 0..states {
        if n % 20 == 0 {
            run = flow_run("long", moment());
            writer.begin(&run, Await::Room).await.unwrap();
        }
        let state = State::running(at(moment()));
        writer.enter(&mut run, state, Await::Acknowledgement).await.unwrap();
    }
    writer.diary
}

/// Another connection brings the log home every millisecond, in each of the ways there are.
fn make_checkpoints(disk: &Disk, path: &Path, is_done: &Receiver<()>) {
    let flags = rusqlite::OpenFlags::default();
    let other = rusqlite::Connection::open_with_flags_and_vfs(path, flags, disk.vfs()).unwrap();
    other.busy_timeout(Duration::from_millis(20)).unwrap();
    let mut modes = ["passive", "full", "restart", "truncate"].into_iter().cycle();
    while is_done.recv_timeout(Duration::from_millis(1)) == Err(RecvTimeoutError::Timeout) {
        let mode = modes.next().expect("there is always another");
        // Others may be in the way.
        let _ = other.pragma(None, "wal_checkpoint", mode, |_| Ok(()));
    }
}
