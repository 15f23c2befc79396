//! The one place that reads the time of day. Pure code takes `now` as a parameter instead.

use std::time::SystemTime;

use chrono::{DateTime, Duration, Utc};

/// An instant, in UTC with a resolution of one microsecond.
pub type Timestamp = DateTime<Utc>;

/// Tells the time of day.
///
/// [`Clock::system`] reads the machine's clock. [`Clock::runtime`] follows the tokio runtime's
/// clock instead, so that a test which pauses or advances tokio's time moves run timestamps too.
///
/// ```
/// let clock = tidegate_core::Clock::system();
/// assert!(clock.now() <= clock.now());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Clock(Source);

#[derive(Clone, Copy, Debug)]
enum Source {
    System,
    Runtime { origin: Timestamp, started: tokio::time::Instant },
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub const fn system() -> Self {
        Self(Source::System)
    }

    /// The tokio runtime's clock, starting at the machine's time of this call.
    #[must_use]
    pub fn runtime() -> Self {
        Self(Source::Runtime { origin: system_now(), started: tokio::time::Instant::now() })
    }

    /// The current instant.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match self.0 {
            Source::System => system_now(),
            Source::Runtime { origin, started } => {
                let elapsed = i64::try_from(started.elapsed().as_micros()).unwrap_or(i64::MAX);
                origin + Duration::microseconds(elapsed)
            }
        }
    }
}

#[allow(clippy::disallowed_methods, reason = "the clock is the home of this call")]
fn system_now() -> Timestamp {
    let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let micros = i64::try_from(since_1970.as_micros()).unwrap_or(i64::MAX);
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}
