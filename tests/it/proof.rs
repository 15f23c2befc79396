//! What the proofs need: their size, their dice, a place for files, and a line that says what was done. Each runs in a size for
//! every day and, with `TIDEGATE_DEEP=1`, in a larger one; `TIDEGATE_SEED` repeats the dice of a run.

use std::io::Write as _;
use std::path::Path;

use tempfile::TempDir;

/// This many every day, and that many in the larger size.
pub(crate) fn amount(gate: usize, deep: usize) -> usize {
    let is_deep = std::env::var_os("TIDEGATE_DEEP").is_some_and(|deep| deep == "1");
    if is_deep { deep } else { gate }
}

/// The seed of all dice: of the environment, or a new one.
pub(crate) fn seed() -> u64 {
    match std::env::var("TIDEGATE_SEED") {
        Ok(seed) => seed.parse().expect("TIDEGATE_SEED is a number"),
        Err(_) => fastrand::u64(..),
    }
}

/// The seed of the case of this number.
pub(crate) fn seed_of(seed: u64, number: usize) -> u64 {
    seed.wrapping_add((number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

/// The dice of a seed.
pub(crate) fn dice(seed: u64) -> fastrand::Rng {
    fastrand::Rng::with_seed(seed)
}

/// A folder in memory where there is such a place.
pub(crate) fn in_memory() -> TempDir {
    let named = || {
        let mut builder = tempfile::Builder::new();
        builder.prefix("tidegate-proof-");
        builder
    };
    named().tempdir_in(Path::new("/dev/shm")).or_else(|_| named().tempdir()).unwrap()
}

/// Says what a proof did, also where the test harness keeps what tests print to itself.
pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "proof: {line}");
}
