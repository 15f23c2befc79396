//! Something that is asked of the variables of an engine, and not asked yet.

use std::fmt;
use std::future::IntoFuture;

use futures_util::future::BoxFuture;

use crate::engine::Engine;
use crate::error::Result;

/// Something that is done with a variable when this is awaited. Made by [`Variable`](crate::Variable).
#[must_use = "nothing is done with a variable until this is awaited"]
pub struct VariableCall<T> {
    engine: Option<Engine>,
    ask: Box<dyn FnOnce(Engine) -> BoxFuture<'static, Result<T>> + Send>,
}

impl<T: 'static> VariableCall<T> {
    pub(super) fn new(
        ask: impl FnOnce(Engine) -> BoxFuture<'static, Result<T>> + Send + 'static,
    ) -> Self {
        Self { engine: None, ask: Box::new(ask) }
    }

    /// For the variables of `engine`, and not those of the engine of the calling code.
    pub fn on(mut self, engine: &Engine) -> Self {
        self.engine = Some(engine.clone());
        self
    }

    /// Does it from code that is not async; see [`TaskCall::block_on`](crate::TaskCall::block_on).
    ///
    /// # Errors
    ///
    /// As when it is awaited; a configuration error where the calling thread belongs to an async runtime.
    pub fn block_on(self) -> Result<T> {
        crate::block_on::block_on(self.perform())
    }

    async fn perform(self) -> Result<T> {
        let engine = self.engine.map_or_else(Engine::current, Ok)?;
        (self.ask)(engine).await
    }
}

impl<T: 'static> IntoFuture for VariableCall<T> {
    type Output = Result<T>;
    type IntoFuture = BoxFuture<'static, Result<T>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.perform())
    }
}

impl<T> fmt::Debug for VariableCall<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VariableCall")
    }
}
