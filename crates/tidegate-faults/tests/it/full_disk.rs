//! Full disks: nothing that was acknowledged is lost, whoever waits is told that the disk is full, and what was kept is stored once
//! there is room again.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tidegate_core::store::suite::samples::{at, task_run};
use tidegate_core::{Durability, State, Store};
use tidegate_faults::{Disk, Fault};
use tidegate_store::Sqlite;

use crate::diary::{Diary, Found, Kept, Tickets};
use crate::io_errors::{Course, Told, work};
use crate::proof::{block_on, say, scratch};
use crate::workload::{Await, Writer, moment, on_disk};

#[test]
fn whichever_write_finds_the_disk_full_nothing_acknowledged_is_lost() {
    let (mut workloads, mut told_in_all, mut acknowledged) = (0, 0, 0);
    for course in [Course::Healed, Course::Lasting] {
        for n in 0.. {
            let (disk, folder) = (Disk::new(), scratch());
            let path = folder.path().join("runs.db");
            let mut told = Told::of_a_full_disk(&path);
            let diary = work(&disk, Durability::Full, Fault::full(n), course, &mut told);
            disk.heal();
            let store = Sqlite::open(on_disk(&disk, &path)).unwrap();
            let found = Found::in_store(&store).unwrap();
            let compared = diary.compare(usize::MAX, &found, Kept::Acknowledged);
            let compared =
                compared.unwrap_or_else(|error| panic!("full at write {n}, {course:?}: {error}"));
            workloads += 1;
            told_in_all += told.errors;
            acknowledged += compared.acknowledged;
            if disk.failed() == 0 {
                break;
            }
        }
    }
    say(&format!(
        "full disks: {workloads} workloads with the disk full from another write on in each, {told_in_all} errors told, \
         {acknowledged} acknowledgements checked, nothing lost"
    ));
    assert!(workloads > 100 && told_in_all > 500, "{workloads}, {told_in_all}");
}

/// A small disk in memory, which takes the rights of the superuser to have.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(folder: &Path) -> Option<Self> {
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=4m", "tidegate-faults"])
            .arg(folder)
            .stderr(Stdio::null())
            .status();
        mount.is_ok_and(|status| status.success()).then(|| Self(folder.to_owned()))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

/// Makes a file that takes all the room that is left.
fn fill(path: &Path) {
    let _ = fs::write(path, vec![1; 8 << 20]);
}

#[test]
fn on_a_disk_that_fills_up_and_is_cleared_everything_kept_is_stored() {
    let folder = scratch();
    let Some(small) = SmallDisk::mount(folder.path()) else {
        say("a full file system: skipped, as none can be mounted here");
        return;
    };
    let (path, ballast) = (small.0.join("runs.db"), small.0.join("ballast"));
    fs::write(&ballast, vec![1; 1 << 20]).unwrap();
    let disk = Disk::new();
    let tickets = Tickets::default();
    let mut told = Told::of_a_full_disk(&path);
    let store = Sqlite::open(on_disk(&disk, &path)).unwrap();
    let mut writer =
        Writer { store: &store, disk: &disk, tickets: &tickets, diary: Diary::default() };

    let mut acknowledged = 0;
    while told.errors == 0 {
        acknowledged += usize::from(block_on(write(&mut writer, &mut told)));
    }
    for _ in 0..20 {
        block_on(write(&mut writer, &mut told));
    }
    fs::remove_file(&ballast).unwrap();
    block_on(writer.flush()).unwrap();
    let found = Found::in_store(&store).unwrap();
    writer.diary.compare(usize::MAX, &found, Kept::Acknowledged).unwrap();

    // Full once more, and closed like that.
    fill(&ballast);
    while block_on(write(&mut writer, &mut told)) {}
    told.of(block_on(store.close()));
    let diary = writer.diary;
    told.of(Sqlite::open(on_disk(&disk, &path)).map(drop));
    fs::remove_file(&ballast).unwrap();
    let store = Sqlite::open(on_disk(&disk, &path)).unwrap();
    let found = Found::in_store(&store).unwrap();
    let compared = diary.compare(usize::MAX, &found, Kept::Acknowledged).unwrap();
    say(&format!(
        "a full file system: full after {acknowledged} acknowledged runs, {} errors told, {} acknowledgements checked, nothing lost",
        told.errors, compared.acknowledged
    ));
    assert!(acknowledged > 100 && told.errors > 20, "{acknowledged}, {told:?}");
    drop((store, small));
}

/// Writes a run of some size; whether it was acknowledged.
async fn write(writer: &mut Writer<'_>, told: &mut Told<'_>) -> bool {
    let mut run = task_run("fetch", moment());
    run.parameters.insert("filler", "x".repeat(500));
    told.of(writer.begin(&run, Await::Room).await);
    let end = State::completed(at(moment()));
    told.of(writer.enter(&mut run, end, Await::Acknowledgement).await).is_some()
}
