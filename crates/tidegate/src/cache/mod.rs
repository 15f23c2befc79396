//! Caching: the result of a task run is taken by later runs, in other flow runs and other processes too, that would compute the same.
//!
//! A task is cached when it says what its result depends on. Names of policies need no import in the attribute:
//!
//! ```
//! use tidegate::prelude::*;
//!
//! #[task(cache_policy = INPUTS + TASK_SOURCE, cache_expiration = "1h")]
//! async fn fetch(city: String) -> Result<String> {
//!     Ok(format!("the weather of {city}"))
//! }
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> { tidegate::testing::run_async(async {
//! fetch("Rome".into()).await?; // runs
//! fetch("Rome".into()).await?; // is Cached
//! fetch("Oslo".into()).await?; // runs
//! # Ok(()) }).await }
//! ```
//!
//! A run that finds a result ends in the state Completed, named Cached, and its body does not run. Results are kept in the database
//! of the engine, so an engine without one caches nothing. What is cached must be `Serialize` and `DeserializeOwned`.
//!
//! Only runs of one task share results, unless a [`CacheKeyFn`] says otherwise: a renamed or moved task begins anew.

mod choice;
mod key;
mod key_fn;
mod policy;
#[cfg(test)]
mod tests;

pub use crate::isolation::IsolationLevel;
pub(crate) use choice::{By, Choice};
pub(crate) use key::{Facts, key_of_policy, key_of_text, key_of_transaction};
pub use key_fn::{CacheKeyFn, CacheKeyOutcome};
pub use policy::{CacheMember, CachePolicy, MixedIsolation};

/// The arguments. A task without arguments has no key by this policy alone, and is not cached.
///
/// Each must be `Serialize`, the receiver of a method too, which is called `self`; one that is not, or does not matter, is left out
/// by its name: `INPUTS - "client"`.
pub const INPUTS: CachePolicy = CachePolicy::of(CacheMember::Inputs);

/// The source of the function, without spaces and comments. What it calls does not count.
pub const TASK_SOURCE: CachePolicy = CachePolicy::of(CacheMember::TaskSource);

/// The flow run: results are taken within it only. Outside a flow run, the task run, so nothing is taken.
pub const RUN_ID: CachePolicy = CachePolicy::of(CacheMember::RunId);

/// The arguments of the flow. A task outside a flow run, or in one of a flow without arguments, has no key by this policy alone, and is
/// not cached.
pub const FLOW_PARAMETERS: CachePolicy = CachePolicy::of(CacheMember::FlowParameters);

/// No caching.
pub const NO_CACHE: CachePolicy = CachePolicy::NONE;

/// `INPUTS + TASK_SOURCE + RUN_ID`: equal calls in one flow run. The policy of a task that has a `cache_expiration` and no policy.
pub const DEFAULT: CachePolicy = CachePolicy::DEFAULT;
