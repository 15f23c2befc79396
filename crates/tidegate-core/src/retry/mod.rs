//! Whether and when a failed run is tried again: one question, [`RetryPolicy::next_delay`], with one answer.
//! It never sleeps, reads a clock or throws dice: the roll is part of the question.

#[cfg(test)]
mod tests;

use std::f64::consts::LN_2;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// When and how often a failed run is tried again.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RetryPolicy {
    retries: u32,
    delays: Delays,
    jitter_factor: f64,
}

/// The delays before the attempts after the first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delays {
    /// No delay.
    #[default]
    None,
    /// Always the same.
    Fixed(Duration),
    /// One after the other; the last one repeats.
    List(Vec<Duration>),
    /// `base * 2^n` for the n-th retry, counted from 0.
    Exponential {
        /// The delay before the first retry.
        base: Duration,
    },
}

/// What is known of a failed attempt when the retry decision is made.
#[derive(Clone, Copy, Debug)]
pub struct Failure {
    /// What the state or the user's condition says of trying again; unknown counts as yes.
    pub retriable: Option<bool>,
    /// A uniformly random number in `0.0..1.0`, which jitter is taken from.
    pub roll: f64,
}

/// Why a retry policy cannot be.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidRetryPolicy {
    /// More than 50 delays.
    #[error("a retry policy takes at most 50 delays, and {0} were given")]
    TooManyDelays(usize),
    /// A negative or infinite jitter factor.
    #[error("retry_jitter_factor must be a number of at least 0, and {0} was given")]
    JitterFactor(f64),
}

impl RetryPolicy {
    /// At most this many delays fit a policy.
    pub const MAX_DELAYS: usize = 50;

    /// No delay is longer: a hundred years, so that every time of a next attempt can be told.
    pub const MAX_DELAY: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

    /// A policy that retries so often, with these delays and this jitter.
    ///
    /// # Errors
    ///
    /// More than [`MAX_DELAYS`](Self::MAX_DELAYS) delays, or a jitter factor that is negative or not finite.
    pub fn new(
        retries: u32,
        delays: Delays,
        jitter_factor: f64,
    ) -> Result<Self, InvalidRetryPolicy> {
        if let Delays::List(list) = &delays
            && list.len() > Self::MAX_DELAYS
        {
            return Err(InvalidRetryPolicy::TooManyDelays(list.len()));
        }
        if !jitter_factor.is_finite() || jitter_factor < 0.0 {
            return Err(InvalidRetryPolicy::JitterFactor(jitter_factor));
        }
        Ok(Self { retries, delays, jitter_factor })
    }

    /// How many attempts may follow the first.
    #[must_use]
    pub const fn retries(&self) -> u32 {
        self.retries
    }

    /// **Where retries are decided**: how long to wait before the next attempt after `attempt` (counted from 1) ended
    /// in `failure`, or `None` when there is no next attempt. The answer is in whole microseconds, as all times are.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tidegate_core::{Failure, RetryPolicy, exponential_backoff};
    ///
    /// let policy = RetryPolicy::new(2, exponential_backoff(10), 0.0)?;
    /// let failure = Failure { retriable: None, roll: 0.5 };
    /// assert_eq!(policy.next_delay(1, &failure), Some(Duration::from_secs(10)));
    /// assert_eq!(policy.next_delay(2, &failure), Some(Duration::from_secs(20)));
    /// assert_eq!(policy.next_delay(3, &failure), None);
    /// # Ok::<(), tidegate_core::InvalidRetryPolicy>(())
    /// ```
    #[must_use]
    pub fn next_delay(&self, attempt: u32, failure: &Failure) -> Option<Duration> {
        let attempt = attempt.max(1);
        if attempt > self.retries || failure.retriable == Some(false) {
            return None;
        }
        let mut delay = self.delays.before_retry(attempt - 1);
        if self.jitter_factor > 0.0 {
            delay = clamped_poisson(delay, self.jitter_factor, failure.roll);
        }
        let microseconds = delay.min(Self::MAX_DELAY).as_micros();
        u64::try_from(microseconds).ok().map(Duration::from_micros)
    }
}

impl Delays {
    /// The delay before the retry of this number, counted from 0.
    fn before_retry(&self, retry: u32) -> Duration {
        match self {
            Self::None => Duration::ZERO,
            Self::Fixed(delay) => *delay,
            Self::List(list) => {
                list.get(retry as usize).or(list.last()).copied().unwrap_or_default()
            }
            Self::Exponential { base } => {
                let doublings = retry.min(RetryPolicy::MAX_DELAYS as u32 - 1);
                let seconds = base.as_secs_f64() * 2_f64.powi(doublings as i32);
                Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
            }
        }
    }
}

/// Delays that double: `exponential_backoff(2)` waits 2, 4, 8, 16, ... seconds. A base that is no time counts as none.
///
/// ```
/// use tidegate_core::{RetryPolicy, exponential_backoff};
///
/// let policy = RetryPolicy::new(3, exponential_backoff(0.5), 0.0)?;
/// assert_eq!(policy.retries(), 3);
/// # Ok::<(), tidegate_core::InvalidRetryPolicy>(())
/// ```
#[must_use]
pub fn exponential_backoff(base_seconds: impl Into<f64>) -> Delays {
    Delays::Exponential {
        base: Duration::try_from_secs_f64(base_seconds.into()).unwrap_or_default(),
    }
}

/// A random interval around `average`: the time between two events of a Poisson process, kept within
/// `average * log2(2^k / (2^k - 1)) ..= average * k` with `k = 1 + factor`, where the cut below makes up for the cut
/// above and the mean stays near `average`. It is Prefect's `clamped_poisson_interval`.
fn clamped_poisson(average: Duration, factor: f64, roll: f64) -> Duration {
    let high = 1.0 + factor;
    // log2(2^k / (2^k - 1)), in a form that neither overflows nor cancels for large k.
    let low = -(-(-high).exp2()).ln_1p() / LN_2;
    // An exponential variate of mean 1 exceeds x with the probability e^-x; the roll picks one between those of the ends.
    let (above_low, above_high) = ((-low).exp(), (-high).exp());
    let exceeded = above_low - roll.clamp(0.0, 1.0) * (above_low - above_high);
    let seconds = average.as_secs_f64() * (-exceeded.ln()).clamp(low, high);
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
}
