//! A group in one glance: how many of its runs went on at a time, and where one of them failed.

/// How many pieces a strip has.
pub(super) const PIECES: usize = 48;

/// When a run went on, and whether it failed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Went {
    pub(super) from: i64,
    pub(super) until: i64,
    pub(super) failed: bool,
}

/// A character for each piece of the time from the first to the last: `0` for none to `9` for as many as ever, and `a` to `j` for the
/// same where a run has failed.
pub(super) fn strip(runs: &[Went]) -> String {
    let Some(from) = runs.iter().map(|run| run.from).min() else { return String::new() };
    let until = runs.iter().map(|run| run.until).max().unwrap_or(from).max(from + 1);
    let piece = |at: i64| {
        let share = (at - from) as i128 * PIECES as i128 / (until - from) as i128;
        (share as usize).min(PIECES - 1)
    };
    let mut change = [0_i64; PIECES + 1];
    let mut failed = [false; PIECES];
    for run in runs {
        change[piece(run.from)] += 1;
        change[piece(run.until) + 1] -= 1;
        failed[piece(run.until)] |= run.failed;
    }
    let mut going = 0;
    let counts: Vec<i64> = change[..PIECES]
        .iter()
        .map(|change| {
            going += change;
            going
        })
        .collect();
    let most = counts.iter().copied().max().unwrap_or(1).max(1);
    let heights = counts.iter().map(|count| ((count * 9 + most - 1) / most) as u8);
    heights
        .zip(failed)
        .map(|(height, failed)| char::from(height + if failed { b'a' } else { b'0' }))
        .collect()
}
