//! What becomes of `tracing` events: printed in the console or the JSON format, and stored with the run they were made in.
//! Installed by the first engine, unless the program has a subscriber of its own.

mod console;
mod fields;
mod json;
mod layer;

use tracing_subscriber::layer::SubscriberExt;

use crate::log::{Format, LevelFilter};

pub use layer::{RunLayer, layer};

/// Installs a subscriber that prints, unless the program has one.
pub(crate) fn install(level: LevelFilter, format: Format) {
    if tracing::dispatcher::has_been_set() {
        return;
    }
    let subscriber = tracing_subscriber::registry().with(layer());
    // Another thread may have installed one just now, which is as good.
    let _ = match format {
        Format::Console => {
            tracing::subscriber::set_global_default(subscriber.with(console::Console::new(level)))
        }
        Format::Json => {
            tracing::subscriber::set_global_default(subscriber.with(json::Json::new(level)))
        }
    };
}
