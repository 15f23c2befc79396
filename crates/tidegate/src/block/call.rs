//! What is asked about blocks and not done yet: on which engine, and from which kind of code. It knows nothing of blocks.

use std::fmt;
use std::future::IntoFuture;

use futures_util::future::BoxFuture;

use crate::engine::Engine;
use crate::error::Result;

/// What is to be done with a block, which happens when this is awaited.
#[must_use = "nothing is done with a block until this is awaited"]
pub struct BlockCall<'a, T> {
    engine: Option<Engine>,
    ask: Box<dyn FnOnce(Engine) -> BoxFuture<'a, Result<T>> + Send + 'a>,
}

impl<'a, T: 'a> BlockCall<'a, T> {
    pub(super) fn new(ask: impl FnOnce(Engine) -> BoxFuture<'a, Result<T>> + Send + 'a) -> Self {
        Self { engine: None, ask: Box::new(ask) }
    }

    /// With the blocks of `engine`, and not those of the engine of the calling code.
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

impl<'a, T: 'a> IntoFuture for BlockCall<'a, T> {
    type Output = Result<T>;
    type IntoFuture = BoxFuture<'a, Result<T>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.perform())
    }
}

impl<T> fmt::Debug for BlockCall<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BlockCall")
    }
}
