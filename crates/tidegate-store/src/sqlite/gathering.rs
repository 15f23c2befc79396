//! Who may come for the next batch. Callers that wait for a commit, each for one run after the other, fall into two groups
//! without it: one puts while the other's commit is on its way, and each commit carries half of them. So the thread rests for
//! a fraction of a commit's time until all are there. It never waits for those who did not come back the last times.

use std::time::Duration;

/// With so many runs waiting the time of a commit is not that of its sync, and more company gains nothing.
const ENOUGH: usize = 256;

/// The thread rests for this fraction of a commit's time at most.
const FRACTION: u32 = 4;

/// A commit that takes less is over about as soon as a thread has been put to rest and woken.
const WORTH_A_REST: Duration = Duration::from_micros(400);

/// After resting in vain, so many batches are stored without a rest.
const WITHOUT: u32 = 32;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Gathering {
    /// How many wait when all are there.
    expected: usize,
    /// Until when, counted from the end of the last commit.
    patience: Duration,
    /// How many batches to store without a rest.
    without: u32,
}

impl Gathering {
    /// A batch was stored in this time. Those who were answered may come back, beside those who wait already.
    pub(super) fn stored(&mut self, answered: usize, waiting: usize, took: Duration) {
        self.expected = answered + waiting;
        self.patience = if took < WORTH_A_REST { Duration::ZERO } else { took / FRACTION };
    }

    /// How much longer to wait for company, if that is worth it: so many wait already, and so long after the last commit.
    pub(super) fn rest(&self, waiting: usize, since: Duration) -> Option<Duration> {
        let wanted = self.without == 0 && waiting < self.expected && waiting < ENOUGH;
        let left = self.patience.saturating_sub(since);
        (wanted && !left.is_zero()).then_some(left)
    }

    /// A batch is taken, with so many who wait for it.
    pub(super) fn taken(&mut self, waiting: usize) {
        if self.without > 0 {
            self.without -= 1;
        } else if waiting < self.expected && waiting < ENOUGH {
            self.without = WITHOUT;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: Duration = Duration::from_micros(800);
    const REST: Duration = Duration::from_micros(200);

    #[test]
    fn one_caller_is_never_kept_waiting() {
        let mut gathering = Gathering::default();
        assert_eq!(gathering.rest(1, Duration::ZERO), None);
        gathering.stored(1, 0, COMMIT);
        assert_eq!(gathering.rest(1, Duration::ZERO), None);
    }

    #[test]
    fn those_who_were_answered_and_those_who_wait_become_one_batch() {
        let mut gathering = Gathering::default();
        gathering.stored(16, 16, COMMIT);
        assert_eq!(gathering.rest(16, Duration::ZERO), Some(REST));
        assert_eq!(gathering.rest(31, REST / 2), Some(REST / 2));
        assert_eq!(gathering.rest(31, REST), None, "not for longer than a fraction of a commit");
        assert_eq!(gathering.rest(32, Duration::ZERO), None, "all are there");
    }

    #[test]
    fn who_did_not_come_back_is_not_waited_for_again() {
        let mut gathering = Gathering::default();
        for _ in 0..=WITHOUT {
            gathering.stored(1, 1, COMMIT);
            gathering.taken(1);
        }
        gathering.stored(1, 1, COMMIT);
        assert_eq!(gathering.rest(1, Duration::ZERO), Some(REST), "but once in a while");
        gathering.taken(1);
        assert_eq!(gathering.rest(1, Duration::ZERO), None);
    }

    #[test]
    fn nobody_waits_for_a_quick_commit() {
        let mut gathering = Gathering::default();
        gathering.stored(16, 16, WORTH_A_REST / 2);
        assert_eq!(gathering.rest(16, Duration::ZERO), None);
    }

    #[test]
    fn a_large_batch_does_not_wait() {
        let mut gathering = Gathering::default();
        gathering.stored(4000, 300, COMMIT);
        assert_eq!(gathering.rest(300, Duration::ZERO), None);
    }
}
