//! The lines that runs write: their levels, and the logger that stores them with their run and hands them to `tracing`. How they
//! are printed is the business of `subscriber`.

#[cfg(feature = "progress")]
mod bars;
mod level;
mod logger;
#[cfg(not(feature = "progress"))]
mod no_bars;
mod progress;
mod sink;
mod terminal;

use std::time::Duration;

#[cfg(feature = "progress")]
pub(crate) use bars::Bars;
pub(crate) use level::from_tracing;
pub use level::{Format, LevelFilter, ParseFormatError, ParseLevelError};
pub use logger::RunLogger;
pub(crate) use logger::{Finished, Speaker};
#[cfg(not(feature = "progress"))]
pub(crate) use no_bars::Bars;
pub(crate) use progress::Shows;
pub use progress::{ParseProgressDisplayError, ProgressDisplay};
pub(crate) use sink::Sink;
pub(crate) use terminal::{Bar, print_line};
pub use terminal::{Stderr, stderr, without_bars};

/// The target of engine lines and of the run loggers'.
pub(crate) const TARGET: &str = "tidegate::run";

/// A length of time as a number of seconds for people: `0.2`, `30`, `1.5`.
pub(crate) fn seconds(duration: Duration) -> f64 {
    // Whatever is below a millisecond says nothing to a reader.
    (duration.as_secs_f64() * 1000.0).round() / 1000.0
}
