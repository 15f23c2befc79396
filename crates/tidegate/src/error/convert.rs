//! How other errors become ours, and ours others'. Nothing is lost on the way: an error of ours that went through a box comes
//! back as itself.

use std::error::Error as StdError;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use super::{Error, Inner, Kind};

type BoxError = Box<dyn StdError + Send + Sync>;

/// An [`Error`] as an error of the standard kind.
pub(super) struct Standing(pub(super) Error);

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl StdError for Standing {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source()
    }
}

/// Whatever converts into a boxed error: error types, texts, `anyhow::Error`, and boxed errors themselves.
impl<E: Into<BoxError>> From<E> for Error {
    fn from(error: E) -> Self {
        match error.into().downcast::<Standing>() {
            Ok(ours) => ours.0,
            Err(other) => {
                Self(Arc::new(Inner { kind: Kind::Plain, run: None, cause: Some(other.into()) }))
            }
        }
    }
}

impl Deref for Error {
    type Target = dyn StdError + Send + Sync;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

impl Error {
    /// The same as an error of the standard kind, for code that asks for one: `Box<dyn Error + Send + Sync>`, `eyre`,
    /// a `source` of one's own.
    ///
    /// ```
    /// fn main_loop() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    ///     Err(tidegate::Error::msg("stopped").into_std())?
    /// }
    /// assert_eq!(main_loop().unwrap_err().to_string(), "stopped");
    /// ```
    #[must_use]
    pub fn into_std(self) -> impl StdError + Send + Sync + 'static {
        Standing(self)
    }

    /// From an error of `anyhow`, so that what it was made of can still be found by its type.
    pub(crate) fn from_anyhow(error: anyhow::Error) -> Self {
        Self::from(error.reallocate_into_boxed_dyn_error_without_backtrace())
    }
}

impl From<Error> for Box<dyn StdError> {
    fn from(error: Error) -> Self {
        Box::new(Standing(error))
    }
}

impl From<Error> for anyhow::Error {
    fn from(error: Error) -> Self {
        Self::new(Standing(error))
    }
}
