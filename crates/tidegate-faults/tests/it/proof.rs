//! What all proofs need: their size, their dice, a place for files, and a line that says what was done.

use std::io::Write as _;
use std::path::Path;

use tempfile::TempDir;

/// Whether the proofs run in their larger size.
pub(crate) fn is_deep() -> bool {
    std::env::var_os("TIDEGATE_DEEP").is_some_and(|deep| deep == "1")
}

/// This many every day, and that many in the larger size.
pub(crate) fn amount(gate: usize, deep: usize) -> usize {
    if is_deep() { deep } else { gate }
}

/// The seed of all dice: of the environment, or a new one.
pub(crate) fn seed() -> u64 {
    match std::env::var("TIDEGATE_SEED") {
        Ok(seed) => seed.parse().expect("TIDEGATE_SEED is a number"),
        Err(_) => fastrand::u64(..),
    }
}

/// The dice of the case of this number.
pub(crate) fn dice(seed: u64, number: usize) -> fastrand::Rng {
    fastrand::Rng::with_seed(seed.wrapping_add((number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)))
}

/// A folder in memory where there is such a place, because nothing here gains by waiting for a real disk.
pub(crate) fn scratch() -> TempDir {
    let memory = Path::new("/dev/shm");
    let builder = || {
        let mut builder = tempfile::Builder::new();
        builder.prefix("tidegate-faults-");
        builder
    };
    builder().tempdir_in(memory).or_else(|_| builder().tempdir()).unwrap()
}

/// Says what a proof did, also where the test harness keeps what tests print to itself.
pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "proof: {line}");
}

/// Waits for a future, on this thread.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(future)
}

/// Gives each case to one of as many threads as there are processors; each has a run of cases that follow each other.
pub(crate) fn in_parallel<T: Sync, R: Send>(
    cases: &[T],
    work: impl Fn(&[T]) -> R + Sync,
) -> Vec<R> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let size = cases.len().div_ceil(threads).max(1);
    std::thread::scope(|scope| {
        let started: Vec<_> = cases.chunks(size).map(|cases| scope.spawn(|| work(cases))).collect();
        started
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}
