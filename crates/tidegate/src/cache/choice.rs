//! What applies to a call: of its options and the settings, one way to make a key, or none. Pure.

use std::time::Duration;

use super::{CacheKeyFn, CachePolicy, DEFAULT, IsolationLevel};
use crate::options::Options;
use crate::settings::EngineSettings;

/// How results of a call are cached.
#[derive(Debug)]
pub(crate) struct Choice<'a> {
    /// What makes the key.
    pub(crate) by: By<'a>,
    /// How long a result may be taken.
    pub(crate) expiration: Option<Duration>,
    /// Runs always, and replaces what is there.
    pub(crate) refresh: bool,
}

/// What makes a key.
#[derive(Debug)]
pub(crate) enum By<'a> {
    Policy(&'a CachePolicy),
    Function(&'a CacheKeyFn),
}

impl<'a> Choice<'a> {
    /// Whether those who compute one result at once wait for each other.
    pub(crate) fn isolation(&self) -> IsolationLevel {
        match self.by {
            // A sum of two levels has no run.
            By::Policy(policy) => policy.isolation_level().unwrap_or_default(),
            By::Function(_) => IsolationLevel::default(),
        }
    }

    /// How results are cached with these options and settings, if they are.
    pub(crate) fn of(options: &'a Options, settings: &EngineSettings) -> Option<Self> {
        static DEFAULT_POLICY: CachePolicy = DEFAULT;
        let by = match (&options.cache_key_fn, &options.cache_policy) {
            (Some(function), _) => By::Function(function),
            (None, Some(policy)) if policy.is_none() => return None,
            (None, Some(policy)) => By::Policy(policy),
            (None, None) if options.cache_expiration.is_some() && !settings.default_no_cache => {
                By::Policy(&DEFAULT_POLICY)
            }
            (None, None) => return None,
        };
        // What expires when it is made is never taken.
        let never = options.cache_expiration.is_some_and(|expiration| expiration.is_zero());
        (!settings.disable_caching && !never).then(|| Self {
            by,
            expiration: options.cache_expiration,
            refresh: options.refresh_cache.unwrap_or(settings.refresh_cache),
        })
    }
}
