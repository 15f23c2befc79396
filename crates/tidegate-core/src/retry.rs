//! Whether and when a failed run is tried again: one question, [`RetryPolicy::next_delay`], with one answer.
//! It never sleeps, reads a clock or throws dice: the roll is part of the question.

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
    /// in `failure`, or `None` when there is no next attempt.
    #[must_use]
    pub fn next_delay(&self, attempt: u32, failure: &Failure) -> Option<Duration> {
        if attempt > self.retries || failure.retriable == Some(false) {
            return None;
        }
        let delay = self.delays.before_retry(attempt.max(1) - 1);
        if self.jitter_factor > 0.0 && !delay.is_zero() {
            return Some(clamped_poisson(delay, self.jitter_factor, failure.roll));
        }
        Some(delay)
    }
}

impl Delays {
    /// The delay before the retry of this number, counted from 0.
    fn before_retry(&self, retry: u32) -> Duration {
        match self {
            Self::None => Duration::ZERO,
            Self::Fixed(delay) => *delay,
            Self::List(list) => list
                .get(retry as usize)
                .or(list.last())
                .copied()
                .unwrap_or_default(),
            Self::Exponential { base } => {
                let doublings = retry.min(RetryPolicy::MAX_DELAYS as u32 - 1);
                let seconds = base.as_secs_f64() * 2_f64.powi(doublings as i32);
                Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
            }
        }
    }
}

/// Delays that double: `exponential_backoff(2)` waits 2, 4, 8, 16, ... seconds.
#[must_use]
pub fn exponential_backoff(base_seconds: impl Into<f64>) -> Delays {
    Delays::Exponential { base: Duration::try_from_secs_f64(base_seconds.into()).unwrap_or_default() }
}

/// A random interval around `average`: an exponential variate, as between the events of a Poisson process, cut to
/// `average * log2(2^k / (2^k - 1)) ..= average * k` with `k = 1 + factor`. Cutting off equal probability at both ends of
/// the median leaves the mean near `average`. The formula is that of Prefect's `clamped_poisson_interval`.
fn clamped_poisson(average: Duration, factor: f64, roll: f64) -> Duration {
    let k = 1.0 + factor;
    let power = k.exp2();
    let (low, high) = ((power / (power - 1.0)).log2(), k);
    // P(X <= x) = 1 - 2^-x for the variate measured in units of its median, so the roll is mapped into the cut range.
    let (p_low, p_high) = (1.0 - (-low).exp2(), 1.0 - (-high).exp2());
    let p = p_low + roll.clamp(0.0, 1.0) * (p_high - p_low);
    let units = -(1.0 - p).log2();
    average.mul_f64(units.clamp(low, high))
}
