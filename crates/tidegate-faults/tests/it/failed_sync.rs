//! Syncs that fail and take with them what was not synced, as operating systems do that drop the pages they could not write: to
//! sync once more then succeeds and brings nothing back. A store that did only that would acknowledge what is not there.

use tidegate_core::Durability;
use tidegate_faults::{Call, Disk, Fault, Replay, Syncs};

use crate::diary::Kept;
use crate::io_errors::{Course, Told, work};
use crate::power_cut::{Tally, examine};
use crate::proof::{amount, dice, say, scratch, seed};

#[test]
fn what_a_failed_sync_took_away_is_never_acknowledged_without_being_written_again() {
    let seed = seed();
    let images = amount(4, 40);
    let (mut failed, mut made, mut tally) = (0, 0, Tally::default());
    for course in Course::ALL {
        for n in 0.. {
            let (disk, folder) = (Disk::new(), scratch());
            disk.sync(Syncs::Forgetful);
            let path = folder.path().join("runs.db");
            let mut told = Told::of_io(&path);
            let fault = Fault::new(Call::Sync, n, course.lasting());
            let diary = work(&disk, Durability::Full, fault, course, &mut told);
            let recording = disk.recording();
            let mut dice = dice(seed, made);
            let mut cuts: Vec<_> = (1..images).map(|_| dice.usize(..=recording.len())).collect();
            cuts.push(recording.len());
            cuts.sort_unstable();
            let mut replay = Replay::new(&recording);
            for cut in cuts {
                replay.advance_to(cut);
                made += 1;
                let image = replay.image(&mut dice);
                examine(&image, cut, &diary, Kept::Acknowledged, &mut tally).unwrap_or_else(
                    |error| {
                        panic!("seed {seed}, sync {n} fails, {course:?}, cut at {cut}: {error}")
                    },
                );
            }
            failed += disk.failed();
            if disk.failed() == 0 {
                break;
            }
        }
    }
    let acknowledged = tally.acknowledged;
    say(&format!(
        "failing syncs: {failed} failed and took with them what was unsynced, {made} images after a loss of power, {acknowledged} \
         acknowledgements checked, nothing lost; seed {seed}"
    ));
    assert!(failed > 50 && acknowledged > 500, "{failed}, {acknowledged}");
}
