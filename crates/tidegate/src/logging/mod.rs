//! Log lines of runs: made once, stored with their run, and handed to `tracing` to be printed. A sink that fails or floods
//! never fails or blocks a run.
//!
//! With no subscriber installed, the first engine installs one that prints in the console format. With one installed, Tidegate
//! leaves it alone: engine lines and those of [`run_logger`] reach it as events of the target `tidegate::run`, and are stored
//! in any case; add [`layer`] to store what plain `tracing` macros say inside a run as well.

mod console;
mod json;
mod layer;
mod level;
mod logger;
mod prints;

use std::time::Duration;

use tracing_subscriber::layer::SubscriberExt;

use crate::settings::Settings;

pub use layer::{RunLayer, layer};
pub use level::{Format, LevelFilter};
pub(crate) use logger::Finished;
pub use logger::{RunLogger, run_logger};
#[doc(hidden)]
pub use prints::{Print, print};

/// The target of engine lines and of [`run_logger`]'s.
pub(crate) const TARGET: &str = "tidegate::run";

/// Installs a subscriber that prints, unless the program has one.
pub(crate) fn install(settings: &Settings) {
    if tracing::dispatcher::has_been_set() {
        return;
    }
    let subscriber = tracing_subscriber::registry().with(layer());
    let level = settings.log_level;
    // Another thread may have installed one just now, which is as good.
    let _ = match settings.log_format {
        Format::Console => {
            tracing::subscriber::set_global_default(subscriber.with(console::Console::new(level)))
        }
        Format::Json => {
            tracing::subscriber::set_global_default(subscriber.with(json::Json::new(level)))
        }
    };
}

/// A length of time as a number of seconds for people: `0.2`, `30`, `1.5`.
pub(crate) fn seconds(duration: Duration) -> f64 {
    // Whatever is below a millisecond says nothing to a reader.
    (duration.as_secs_f64() * 1000.0).round() / 1000.0
}
