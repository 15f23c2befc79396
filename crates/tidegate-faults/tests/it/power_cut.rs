//! Losses of power: a store is recorded while it works, and the files are rebuilt as a loss of power at any point could leave
//! them. The store must open each, and what it acknowledged before that point must be there.

use fastrand::Rng;
use rusqlite::Connection;
use tidegate_core::{Durability, Store};
use tidegate_faults::{Disk, Image, Recording, Replay, Syncs};
use tidegate_store::Sqlite;

use crate::diary::{Diary, Found, Kept};
use crate::proof::{amount, block_on, dice, in_parallel, say, scratch, seed};
use crate::workload::{Size, on_disk, record};

const NAME: &str = "runs.db";

const SIZE: Size = Size { sessions: 2, writers: 4, runs: 25, alone: 900 };

/// What was looked at.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    images: usize,
    /// Images of what opening an image did.
    again: usize,
    pub(crate) acknowledged: usize,
    unsynced: usize,
    runs: usize,
    broken: usize,
    /// How often the database itself was synced in the recordings.
    checkpoints: usize,
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.images += other.images;
        self.again += other.again;
        self.acknowledged += other.acknowledged;
        self.unsynced += other.unsynced;
        self.runs += other.runs;
        self.broken += other.broken;
        self.checkpoints += other.checkpoints;
    }
}

/// Whether an image that breaks the promise is told or counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Broken {
    Told,
    Counted,
}

/// Opens the image of a cut at this position and compares what is in it. Tells what was done to the disk meanwhile.
pub(crate) fn examine(
    image: &Image,
    cut: usize,
    diary: &Diary,
    kept: Kept,
    tally: &mut Tally,
) -> Result<Recording, String> {
    let folder = scratch();
    let disk = Disk::holding(image, folder.path()).unwrap();
    let path = folder.path().join(NAME);
    let text = |error: tidegate_core::StoreError| error.to_string();
    let store = Sqlite::open(on_disk(&disk, &path)).map_err(text)?;
    let found = Found::in_store(&store).map_err(text)?;
    block_on(store.close()).map_err(text)?;
    let compared = diary.compare(cut, &found, kept)?;
    tally.acknowledged += compared.acknowledged;
    tally.runs += compared.runs;
    let connection = Connection::open(&path).map_err(|error| error.to_string())?;
    let finding: String =
        connection.pragma_query_value(None, "integrity_check", |row| row.get(0)).unwrap();
    if finding == "ok" { Ok(disk.recording()) } else { Err(finding) }
}

/// Anywhere; or while the file is being made; or where the most can be lost.
fn cut(recording: &Recording, dice: &mut Rng) -> usize {
    match dice.u8(..10) {
        0..2 => dice.usize(..recording.len().min(60)),
        2..5 => recording.before_next_sync(dice.usize(..=recording.len())),
        _ => dice.usize(..=recording.len()),
    }
}

/// Rebuilds images at these cuts, and one in four of them once more while it is opened.
fn cut_power(
    cuts: &[(usize, usize)],
    recording: &Recording,
    diary: &Diary,
    kept: Kept,
    seed: u64,
    broken: Broken,
) -> Tally {
    let mut tally = Tally::default();
    let mut replay = Replay::new(recording);
    for &(cut, number) in cuts {
        let mut dice = dice(seed, number);
        replay.advance_to(cut);
        let image = replay.image(&mut dice);
        tally.images += 1;
        tally.unsynced += replay.unsynced();
        let result = examine(&image, cut, diary, kept, &mut tally).and_then(|opening| {
            if number % 4 != 0 {
                return Ok(());
            }
            let (start, end) = (image.len(), opening.len());
            let mut replay = Replay::new(&opening);
            replay.advance_to(dice.usize(start..=end));
            tally.again += 1;
            let again = replay.image(&mut dice);
            examine(&again, cut, diary, kept, &mut tally)
                .map(drop)
                .map_err(|error| format!("cut again while it is opened: {error}"))
        });
        match (result, broken) {
            (Ok(()), _) => {}
            (Err(_), Broken::Counted) => tally.broken += 1,
            (Err(error), Broken::Told) => {
                panic!("seed {seed}, image {number}, cut at {cut}: {error}")
            }
        }
    }
    tally
}

/// Records several workloads, and rebuilds this many images in all.
fn check(
    durability: Durability,
    syncs: Syncs,
    kept: Kept,
    recordings: usize,
    images: usize,
    broken: Broken,
) -> (Tally, u64) {
    let seed = seed();
    let mut tally = Tally::default();
    for number in 0..recordings {
        let folder = scratch();
        let disk = Disk::new();
        disk.sync(syncs);
        let mut dice = dice(seed, usize::MAX - number);
        let path = folder.path().join(NAME);
        let (recording, diary) = record(&disk, &path, durability, SIZE, &mut dice);
        let each = images / recordings;
        tally.checkpoints += recording.syncs_of(".db");
        let mut cuts: Vec<_> =
            (0..each).map(|image| (cut(&recording, &mut dice), number * each + image)).collect();
        cuts.sort_unstable();
        let tallies =
            in_parallel(&cuts, |cuts| cut_power(cuts, &recording, &diary, kept, seed, broken));
        tallies.into_iter().for_each(|each| tally.add(each));
    }
    (tally, seed)
}

#[test]
fn at_full_durability_a_loss_of_power_loses_nothing_that_was_acknowledged() {
    let images = amount(1_000, 20_000);
    let (tally, seed) = check(
        Durability::Full,
        Syncs::Honest,
        Kept::Acknowledged,
        amount(4, 40),
        images,
        Broken::Told,
    );
    let Tally { images: made, again, acknowledged, unsynced, runs, broken: _, checkpoints } = tally;
    say(&format!(
        "power cuts at full: {made} images and {again} of their recovery, {checkpoints} checkpoints, {unsynced} unsynced changes, {runs} runs and \
         {acknowledged} acknowledgements checked, nothing lost; seed {seed}"
    ));
    assert_eq!(made, images);
    assert!(again > images / 5, "{again}");
    assert!(acknowledged > images * 100, "{acknowledged}");
    assert!(unsynced > images * 2, "{unsynced}");
}

#[test]
fn at_process_durability_a_loss_of_power_damages_nothing_and_undoes_the_last_writes_at_most() {
    let images = amount(200, 4_000);
    let (tally, seed) = check(
        Durability::Process,
        Syncs::Honest,
        Kept::Prefix,
        amount(2, 20),
        images,
        Broken::Told,
    );
    let Tally { images: made, again, unsynced, runs, .. } = tally;
    say(&format!(
        "power cuts at process: {made} images and {again} of their recovery, {unsynced} unsynced changes, {runs} runs checked, \
         each image holds all that was written up to some moment; seed {seed}"
    ));
    assert_eq!(made, images);
    assert!(unsynced > images * 10, "{unsynced}");
    assert!(runs > images * 10, "{runs}");
}

/// The proofs above would notice: without syncs, what was acknowledged is lost.
#[test]
fn without_syncs_a_loss_of_power_loses_what_was_acknowledged() {
    let images = amount(100, 1_000);
    for (durability, syncs) in
        [(Durability::None, Syncs::Honest), (Durability::Full, Syncs::Swallowed)]
    {
        let (tally, seed) =
            check(durability, syncs, Kept::Acknowledged, 1, images, Broken::Counted);
        let Tally { images, broken, .. } = tally;
        say(&format!(
            "power cuts at {durability}, {syncs:?} syncs, as a control: {broken} of {images} images lost something; seed {seed}"
        ));
        assert!(broken > images / 3, "{broken}");
    }
}
