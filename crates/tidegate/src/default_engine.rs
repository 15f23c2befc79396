//! The engine of code that names none: opened from the settings by the first run of the process.

use std::sync::{Mutex, PoisonError};

use crate::engine::{Context, Engine};
use crate::error::Result;

static DEFAULT: Mutex<Option<Engine>> = Mutex::new(None);

impl Engine {
    /// The engine of the calling code: that of the run it belongs to, or else the default one, which is opened now if no run
    /// has opened it yet.
    ///
    /// # Errors
    ///
    /// The default engine's store cannot be opened, or a setting has no meaning.
    pub fn current() -> Result<Self> {
        match Context::with(|context| context.engine.clone()).flatten() {
            Some(engine) => Ok(engine),
            None => default_engine(),
        }
    }
}

/// The default engine. An engine that could not be opened is tried again by the next run.
fn default_engine() -> Result<Engine> {
    let mut default = DEFAULT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(engine) = &*default {
        return Ok(engine.clone());
    }
    let engine = Engine::builder().open()?;
    *default = Some(engine.clone());
    Ok(engine)
}
