//! What becomes of `tracing` events: printed in the console or the JSON format, and stored with the run they were made in.
//! Installed by the first engine, unless the program has a subscriber of its own.

mod console;
mod fields;
mod json;
mod layer;

use std::sync::atomic::{AtomicBool, Ordering};

use tracing_subscriber::layer::SubscriberExt;

use crate::log::{Format, LevelFilter};

pub use layer::{RunLayer, layer};

/// Installs a subscriber that prints where the harness of a test captures it, unless the program has one.
#[cfg(feature = "testing")]
pub(crate) fn install_captured(level: LevelFilter) {
    if tracing::dispatcher::has_been_set() {
        return;
    }
    let console = console::Console::captured(level);
    let subscriber = tracing_subscriber::registry().with(layer()).with(console);
    // Another thread may have installed one just now, which is as good.
    let _ = tracing::subscriber::set_global_default(subscriber);
}

/// Whether the console of this process is the one that was installed here.
static OWN_CONSOLE: AtomicBool = AtomicBool::new(false);

/// Whether log lines are printed in the console format by what was installed here.
pub(crate) fn has_own_console() -> bool {
    OWN_CONSOLE.load(Ordering::SeqCst)
}

/// Installs a subscriber that prints, unless the program has one.
pub(crate) fn install(level: LevelFilter, format: Format) {
    if tracing::dispatcher::has_been_set() {
        return;
    }
    let subscriber = tracing_subscriber::registry().with(layer());
    // Another thread may have installed one just now, which is as good.
    match format {
        Format::Console => {
            let console = subscriber.with(console::Console::new(level));
            if tracing::subscriber::set_global_default(console).is_ok() {
                OWN_CONSOLE.store(true, Ordering::SeqCst);
            }
        }
        Format::Json => {
            let json = subscriber.with(json::Json::new(level));
            let _ = tracing::subscriber::set_global_default(json);
        }
    }
}
