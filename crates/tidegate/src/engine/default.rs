//! The engine of code that names none: opened from the settings by the first run of the process.

use std::sync::{Mutex, PoisonError};

use crate::engine::Engine;
use crate::error::Result;

static DEFAULT: Mutex<Option<Engine>> = Mutex::new(None);

/// The default engine. An engine that could not be opened is tried again by the next run.
pub(super) fn engine() -> Result<Engine> {
    let mut default = DEFAULT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(engine) = &*default {
        return Ok(engine.clone());
    }
    let engine = Engine::builder().open()?;
    *default = Some(engine.clone());
    Ok(engine)
}
