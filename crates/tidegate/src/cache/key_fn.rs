//! Functions that make keys. They are told of a run; they never change one.

use std::fmt;
use std::sync::Arc;

use tidegate_core::{Parameters, Run};

use crate::error::{Error, Result};

type Function = Arc<dyn Fn(&Run, &Parameters) -> Result<Option<String>> + Send + Sync>;

/// A function that makes the key under which a result is found: `fn(&Run, &Parameters) -> String`, given the run and its recorded
/// parameters; or giving an `Option`, for which nothing is no caching, or a `Result` of either.
///
/// The key is all there is: runs of other tasks that make the same key share the result.
///
/// ```
/// use tidegate::prelude::*;
/// use tidegate::{Parameters, Run};
///
/// fn by_city(_run: &Run, parameters: &Parameters) -> String {
///     parameters.get("city").map(ToString::to_string).unwrap_or_default()
/// }
///
/// #[task(cache_key_fn = by_city)]
/// async fn fetch(city: String, attempt: u32) -> Result<u32> {
///     Ok(attempt)
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> { tidegate::testing::run_async(async {
/// assert_eq!(fetch("Rome".into(), 1).await?, 1);
/// assert_eq!(fetch("Rome".into(), 2).await?, 1);
/// # Ok(()) }).await }
/// ```
#[derive(Clone)]
pub struct CacheKeyFn {
    name: &'static str,
    function: Function,
}

impl CacheKeyFn {
    /// A key function, called `name` in log lines.
    pub fn new<O: CacheKeyOutcome>(
        name: &'static str,
        function: impl Fn(&Run, &Parameters) -> O + Send + Sync + 'static,
    ) -> Self {
        Self {
            name,
            function: Arc::new(move |run, parameters| function(run, parameters).into_key()),
        }
    }

    /// Its name in log lines.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    pub(crate) fn call(&self, run: &Run) -> Result<Option<String>> {
        (self.function)(run, &run.parameters)
    }
}

impl fmt::Debug for CacheKeyFn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CacheKeyFn({})", self.name)
    }
}

/// What a key function may give.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no key under which a result is cached",
    note = "a key function is `fn(&Run, &Parameters) -> String`, or gives an `Option<String>` or a `Result` of either"
)]
pub trait CacheKeyOutcome {
    #[doc(hidden)]
    fn into_key(self) -> Result<Option<String>>;
}

impl CacheKeyOutcome for String {
    fn into_key(self) -> Result<Option<String>> {
        Ok(Some(self))
    }
}

impl CacheKeyOutcome for Option<String> {
    fn into_key(self) -> Result<Option<String>> {
        Ok(self)
    }
}

impl<O: CacheKeyOutcome, E: Into<Error>> CacheKeyOutcome for Result<O, E> {
    fn into_key(self) -> Result<Option<String>> {
        self.map_err(Into::into)?.into_key()
    }
}
