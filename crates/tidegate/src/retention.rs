//! Which ended runs are kept. When they are deleted is the business of the engine.

use std::time::Duration;

use tidegate_core::{Expired, Timestamp};

use crate::duration::IntoDuration;

/// Which ended runs an engine keeps. What is older than its age, or more than its count, is deleted; by default nothing is.
///
/// Only whole top-level runs are deleted, each with everything inside it and its log lines, and never before all of it has ended.
///
/// While an engine has a retention, it deletes in the background: at most once a minute, when a top-level run begins, and only
/// what ended more than a minute ago, because the last log lines of a run follow its end. It deletes a few hundred records at a
/// time and rests in between, so that running flows are not held up. [`Engine::apply_retention`](crate::Engine::apply_retention)
/// deletes at once.
///
/// ```
/// use tidegate::{Engine, Retention};
///
/// # fn main() -> tidegate::Result<()> {
/// let engine = Engine::builder()
///     .database("sqlite::memory:")
///     .retention(Retention::age("30d").count(10_000))
///     .open()?;
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    pub(crate) age: Option<Duration>,
    pub(crate) count: Option<u64>,
}

impl Retention {
    /// Deletes runs that ended longer ago than this: `"30d"`, a number of seconds, or a [`Duration`].
    ///
    /// # Panics
    ///
    /// A text is not a length of time.
    #[must_use]
    pub fn age(age: impl IntoDuration) -> Self {
        Self { age: Some(age.into_duration()), count: None }
    }

    /// Keeps this many of the newest top-level runs, whether or not they have ended, and deletes others that have:
    /// `Retention::default().count(100)`.
    #[must_use]
    pub fn count(self, count: u64) -> Self {
        Self { count: Some(count), ..self }
    }

    /// What it names at this time; none if it keeps everything.
    pub(crate) fn expired(self, now: Timestamp) -> Option<Expired> {
        if self == Self::default() {
            return None;
        }
        Some(Expired {
            // An age that goes back beyond all times names nothing.
            ended_before: self.age.and_then(|age| before(now, age)),
            beyond_newest: self.count,
            ..Expired::default()
        })
    }
}

/// The time so long before `now`, if there is one.
pub(crate) fn before(now: Timestamp, age: Duration) -> Option<Timestamp> {
    now.checked_sub_signed(chrono::TimeDelta::from_std(age).ok()?)
}
