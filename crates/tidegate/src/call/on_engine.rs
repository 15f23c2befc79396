//! Making a call on an engine of one's own.

use crate::call::{FlowCall, TaskCall};
use crate::engine::Engine;

impl Engine {
    /// Makes a call on this engine.
    ///
    /// # Errors
    ///
    /// The error of the run.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future ends the run: it is recorded as CRASHED.
    pub async fn run<C: Callable>(&self, call: C) -> C::Output {
        call.on_engine(self).await
    }
}

/// A call that an engine can run.
pub trait Callable: Future {
    #[doc(hidden)]
    fn on_engine(self, engine: &Engine) -> Self;
}

impl<'a, T: Send + 'a> Callable for TaskCall<'a, T> {
    fn on_engine(self, engine: &Engine) -> Self {
        self.on(engine)
    }
}

impl<'a, T: Send + 'a> Callable for FlowCall<'a, T> {
    fn on_engine(self, engine: &Engine) -> Self {
        self.on(engine)
    }
}
