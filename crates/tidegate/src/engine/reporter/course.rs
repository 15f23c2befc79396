//! The course of something that takes long: since when it is watched, how fast it goes, and when the next line about it is due. It counts
//! nothing and says nothing.

use std::time::Duration;

use crate::engine::reporter::Counts;

/// So long something takes before there is a line about it.
const FIRST: Duration = Duration::from_secs(10);

/// No more time passes between two lines.
const LONGEST: Duration = Duration::from_secs(300);

/// What has ended so often tells how fast it goes.
const ENOUGH: usize = 3;

/// See the module. Times are those since the beginning of whatever counts them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Course {
    began: Duration,
    /// How many had ended by then.
    ended_before: usize,
    due: Duration,
    /// How long after that the next line is due.
    step: Duration,
}

impl Course {
    pub(super) fn begin(now: Duration, counts: Counts) -> Self {
        Self { began: now, ended_before: counts.ended, due: now + FIRST, step: FIRST }
    }

    /// How long it has taken.
    pub(super) fn elapsed(&self, now: Duration) -> Duration {
        now.saturating_sub(self.began)
    }

    /// How much longer it takes, if what has not ended goes as fast as what has; none while nobody can tell.
    pub(super) fn left(&self, now: Duration, counts: Counts) -> Option<Duration> {
        let ended = counts.ended.checked_sub(self.ended_before).filter(|ended| *ended >= ENOUGH)?;
        let remaining = counts.submitted.saturating_sub(counts.ended);
        let (ended, remaining) = (u32::try_from(ended).ok()?, u32::try_from(remaining).ok()?);
        Some(self.elapsed(now).checked_mul(remaining)? / ended)
    }

    /// Whether it is time for a line; the next one is due later, and later each time.
    pub(super) fn is_due(&mut self, now: Duration) -> bool {
        if now < self.due {
            return false;
        }
        self.due = now + self.step;
        self.step = (self.step * 2).min(LONGEST);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(submitted: usize, ended: usize) -> Counts {
        Counts { submitted, ended, ..Counts::default() }
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn what_is_left_takes_as_long_as_what_has_ended_since_it_is_watched() {
        let course = Course::begin(seconds(60), counts(1000, 100));
        assert_eq!(course.left(seconds(80), counts(1000, 600)), Some(seconds(16)));
    }

    #[test]
    fn nobody_can_tell_from_two_that_have_ended() {
        let course = Course::begin(seconds(0), counts(1000, 0));
        assert_eq!(course.left(seconds(80), counts(1000, 2)), None);
    }

    #[test]
    fn lines_are_due_after_ten_seconds_and_then_ever_more_rarely() {
        let mut course = Course::begin(seconds(0), counts(10, 0));
        let due: Vec<u64> = (0..2000).filter(|second| course.is_due(seconds(*second))).collect();
        assert_eq!(due, [10, 20, 40, 80, 160, 320, 620, 920, 1220, 1520, 1820]);
    }
}
