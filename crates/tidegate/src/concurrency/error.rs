//! Why slots of concurrency limits were not given, or a limit was not made.

use std::fmt;
use std::time::Duration;

use tidegate_core::InvalidConcurrencyLimit;

use crate::log::seconds;

/// Why slots were not given, or a limit was not made: what [`Error::downcast_ref`](crate::Error::downcast_ref) finds in the error.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConcurrencyError {
    /// The slots were not free in time.
    #[error(
        "Attempt to acquire concurrency slots of {} timed out after {} second(s)",
        quoted(names),
        seconds(*timeout)
    )]
    TimedOut {
        /// The limits.
        names: Vec<String>,
        /// How long they were waited for.
        timeout: Duration,
    },
    /// The limits do not exist, and it was asked to be strict about that.
    #[error(
        "the concurrency limits {} do not exist; make them with `Engine::concurrency_limits`, or do without `strict`",
        quoted(names)
    )]
    Missing {
        /// Their names.
        names: Vec<String>,
    },
    /// The limit never has so many slots. One of 0 lets nobody pass.
    #[error("{}", too_many(name, *slots, *has))]
    TooManySlots {
        /// The limit.
        name: String,
        /// How many were asked for.
        slots: u32,
        /// How many there are.
        has: u32,
    },
    /// Time would never give back what a rate limit takes.
    #[error(
        "the concurrency limit '{name}' cannot limit a rate, because its slots do not decay; give it a `slot_decay_per_second`"
    )]
    NoDecay {
        /// The limit.
        name: String,
    },
    /// The run was asked to cancel while a thread of it waited for slots.
    #[error("the run was asked to cancel while it waited for concurrency slots; let it end")]
    Cancelled,
    /// No slot at all was asked for.
    #[error("0 slots were asked for; ask for 1 at least")]
    NoSlots,
    /// There is a limit of this name.
    #[error("there is a concurrency limit called '{name}' already; change it with `update`")]
    Exists {
        /// The name.
        name: String,
    },
    /// There is no limit of this name to change.
    #[error("there is no concurrency limit called '{name}' to change; make it with `create`")]
    NotFound {
        /// The name.
        name: String,
    },
    /// There can be no such limit.
    #[error(transparent)]
    Invalid(#[from] InvalidConcurrencyLimit),
}

fn quoted(names: &[String]) -> impl fmt::Display {
    format!("'{}'", names.join("', '"))
}

fn too_many(name: &str, slots: u32, has: u32) -> String {
    if has == 0 {
        return format!(
            "the concurrency limit '{name}' is 0, so that nothing under it may begin; raise the limit, and try again"
        );
    }
    format!(
        "{slots} slots of the concurrency limit '{name}' were asked for, which has {has} in all; ask for fewer, or raise the limit"
    )
}
