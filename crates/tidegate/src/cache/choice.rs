//! What applies to a call: of its options and the settings, one way to make a key, or none. Pure.

use std::time::Duration;

use super::{CacheKeyFn, CachePolicy, DEFAULT};
use crate::options::Options;
use crate::settings::Settings;

/// How results of a call are cached.
#[derive(Debug)]
pub(crate) struct Choice<'a> {
    /// What makes the key.
    pub(crate) by: By<'a>,
    /// How long a result may be taken.
    pub(crate) expiration: Option<Duration>,
    /// Runs always, and replaces what is there.
    pub(crate) refresh: bool,
    /// What was said in vain.
    pub(crate) ignored: Option<Ignored>,
}
