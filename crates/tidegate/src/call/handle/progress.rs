//! How far the runs of a map have got. It counts what its handles say; nothing is kept for it.

use std::fmt;

use tidegate_core::StateType;

use super::RunHandles;

/// How many runs of several have got how far, at the moment they were asked.
///
/// Printed, it says it in words: `3 of 10 have ended, 1 of them failed; 4 are running`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct MapProgress {
    /// All runs.
    pub total: usize,
    /// Those that gave their value.
    pub completed: usize,
    /// Those that ended with an error: failed, crashed, or not begun because something they depend on did not complete.
    pub failed: usize,
    /// Those that were cancelled.
    pub cancelled: usize,
    /// Those that are running; the others wait for what they depend on, for a slot, for their next attempt, or for their turn.
    pub running: usize,
}

impl MapProgress {
    /// How many have ended, whatever their ends.
    #[must_use]
    pub fn ended(&self) -> usize {
        self.completed + self.failed + self.cancelled
    }

    /// How many have not ended.
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.total - self.ended()
    }

    /// The share of those that have ended, from 0 to 1; 1 where there are none.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "a share needs no more than 52 bits")]
    pub fn fraction(&self) -> f64 {
        if self.total == 0 { 1.0 } else { self.ended() as f64 / self.total as f64 }
    }
}

impl fmt::Display for MapProgress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let have = if self.ended() == 1 { "has" } else { "have" };
        write!(f, "{} of {} {have} ended", self.ended(), self.total)?;
        match (self.failed, self.cancelled) {
            (0, 0) => {}
            (failed, 0) => write!(f, ", {failed} of them failed")?,
            (0, cancelled) => write!(f, ", {cancelled} of them cancelled")?,
            (failed, cancelled) => {
                write!(f, ", {failed} of them failed and {cancelled} cancelled")?;
            }
        }
        match self.running {
            0 => Ok(()),
            1 => write!(f, "; 1 is running"),
            running => write!(f, "; {running} are running"),
        }
    }
}

impl<T: Send + 'static> RunHandles<T> {
    /// How far they have got now. It looks at each handle, so a million take some milliseconds.
    ///
    /// Where a run gives the list that is mapped over, there is nothing to count before it has ended: see [`ready`](Self::ready).
    ///
    /// ```
    /// use tidegate::prelude::*;
    ///
    /// #[task]
    /// async fn half(number: u32) -> Result<u32> {
    ///     if number % 2 == 0 { Ok(number / 2) } else { Err("it is odd".into()) }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> { tidegate::testing::run_async(async {
    /// let halves = half::map([2, 4, 5]);
    /// assert_eq!(halves.progress().total, 3);
    /// halves.wait().await;
    /// assert_eq!(halves.progress().to_string(), "3 of 3 have ended, 1 of them failed");
    /// # Ok(()) }).await }
    /// ```
    #[must_use]
    pub fn progress(&self) -> MapProgress {
        let mut progress = MapProgress { total: self.len(), ..MapProgress::default() };
        for handle in self.iter() {
            let end = handle.0.look(|result| match result {
                Ok(_) => None,
                Err(error) => Some(error.is_cancelled()),
            });
            match end {
                Some(None) => progress.completed += 1,
                Some(Some(true)) => progress.cancelled += 1,
                Some(Some(false)) => progress.failed += 1,
                None => {
                    let running = handle
                        .state()
                        .is_some_and(|state| state.state_type() == StateType::Running);
                    progress.running += usize::from(running);
                }
            }
        }
        progress
    }
}
