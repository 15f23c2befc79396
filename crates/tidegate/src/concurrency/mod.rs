//! Concurrency limits as users see them: guards, rate limits, and the limits themselves. Who waits for whom is the business of the
//! engine; whether there is room, of the core.

mod error;
mod limits;
mod names;

use std::fmt;
use std::future::IntoFuture;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tidegate_core::{MissingLimit, SlotMode};

use crate::block_on::block_on;
use crate::duration::IntoDuration;
use crate::engine::{
    Context, Engine, Given, Hold, Wanted, not_in_transactional_body, run_logger, waiting,
};
use crate::error::{Error, Result};
use crate::runtime::cancelled;

pub use error::ConcurrencyError;
pub use limits::{ConcurrencyLimitState, ConcurrencyLimits};
pub use names::LimitNames;

/// Holds slots of concurrency limits while something is done: of one limit, or of several at once.
///
/// Awaited, it waits until there are as many slots and gives a guard, which lets go of them when it is dropped. Those who wait in one
/// process get them in the order in which they asked; nobody overtakes, however small his request, but for a run that holds slots already,
/// for which others may wait. Among processes, one that has waited for a second is given way to. A limit that does not exist does not
/// limit anything, and a warning says so, unless [`strict`](Concurrency::strict) makes that an error. Limits are made with
/// [`Engine::concurrency_limits`]; the slots are shared by all processes that use the same database, and those of a process that
/// dies are free again.
///
/// ```
/// use tidegate::prelude::*;
/// use tidegate::{ConcurrencyLimit, Engine, concurrency};
///
/// #[task]
/// async fn query(number: u32) -> Result<u32> {
///     let _slot = concurrency("db", 1).await?;
///     Ok(2 * number)
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> { tidegate::testing::run_async(async {
/// Engine::current()?.concurrency_limits().create(ConcurrencyLimit::new("db", 2)).await?;
/// assert_eq!(query(21).await?, 42);
/// # Ok(()) }).await }
/// ```
///
/// # Errors
///
/// More slots are asked for than a limit has, 0 included: then nothing waits. They were not free
/// [in time](Concurrency::timeout). The store failed. All but the last are a [`ConcurrencyError`].
///
/// # Cancel safety
///
/// Dropped while it waits, it leaves the line and holds nothing.
pub fn concurrency(limits: impl LimitNames, occupy: u32) -> Concurrency {
    Concurrency(Request::new(limits, occupy, SlotMode::Held))
}

/// Waits until something may be done again that must not be done too often: takes slots that nobody gives back but time, as fast as the
/// limit says with [`slot_decay_per_second`](crate::ConcurrencyLimit::slot_decay_per_second).
///
/// ```
/// use tidegate::prelude::*;
/// use tidegate::{ConcurrencyLimit, Engine, rate_limit};
///
/// #[task]
/// async fn ask_politely(number: u32) -> Result<u32> {
///     rate_limit("api", 1).await?;
///     Ok(number)
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> { tidegate::testing::run_async(async {
/// // At most five at once, and two each second after that.
/// let limit = ConcurrencyLimit::new("api", 5).slot_decay_per_second(2.0);
/// Engine::current()?.concurrency_limits().create(limit).await?;
/// assert_eq!(ask_politely(7).await?, 7);
/// # Ok(()) }).await }
/// ```
///
/// # Errors
///
/// As those of [`concurrency`]; or the limit does not decay.
///
/// # Cancel safety
///
/// Dropped while it waits, it leaves the line. The slots of a question that was answered just then stay taken, until they decay.
pub fn rate_limit(limits: impl LimitNames, occupy: u32) -> RateLimit {
    RateLimit(Request::new(limits, occupy, SlotMode::Decaying))
}

/// Slots that are asked for. Made by [`concurrency`].
#[derive(Clone, Debug)]
#[must_use = "slots are held once this is awaited, until the guard it gives is dropped"]
pub struct Concurrency(Request);

/// Slots that are asked for and left to time. Made by [`rate_limit`].
#[derive(Clone, Debug)]
#[must_use = "a rate limit does nothing until it is awaited"]
pub struct RateLimit(Request);

macro_rules! settings {
    ($($name:ident)*) => {
        $(impl $name {
            /// Waits no longer than this for slots: a number of seconds, a text such as `"1m30s"`, or a [`Duration`]. 0 does not wait.
            ///
            /// # Panics
            ///
            /// A text is not a length of time.
            pub fn timeout(mut self, timeout: impl IntoDuration) -> Self {
                self.0.timeout = Some(timeout.into_duration());
                self
            }

            /// Makes it an error that a limit does not exist.
            pub fn strict(mut self) -> Self {
                self.0.missing = MissingLimit::Refuse;
                self
            }
        })*
    };
}

settings! { Concurrency RateLimit }

impl Concurrency {
    /// Waits from code that is not async; see [`TaskCall::block_on`](crate::TaskCall::block_on).
    ///
    /// # Errors
    ///
    /// As when it is awaited; or the run was asked to cancel meanwhile; or it was called on a thread of an async runtime.
    pub fn block_on(self) -> Result<ConcurrencyGuard> {
        not_in_transactional_body(self.0.function())?;
        block_on(unless_cancelled(self.into_future()))
    }
}

impl RateLimit {
    /// Waits from code that is not async; see [`TaskCall::block_on`](crate::TaskCall::block_on).
    ///
    /// # Errors
    ///
    /// As when it is awaited; or the run was asked to cancel meanwhile; or it was called on a thread of an async runtime.
    pub fn block_on(self) -> Result<()> {
        not_in_transactional_body(self.0.function())?;
        block_on(unless_cancelled(self.into_future()))
    }
}

impl IntoFuture for Concurrency {
    type Output = Result<ConcurrencyGuard>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { Ok(ConcurrencyGuard(self.0.take().await?)) })
    }
}

impl IntoFuture for RateLimit {
    type Output = Result<()>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.0.take().await.map(drop) })
    }
}

/// Slots that are held until this is dropped. Given by [`concurrency`].
#[must_use = "the slots are let go of when the guard is dropped, so bind it to a name such as `_slot`"]
pub struct ConcurrencyGuard(Box<Hold>);

impl ConcurrencyGuard {
    /// The limits that slots are held of: those that were asked for, exist and are active.
    #[must_use]
    pub fn limits(&self) -> &[String] {
        self.0.limits()
    }

    /// Whether they are still held, as far as this process knows. They are not any more when the process was not heard of for longer
    /// than its lease holds, because it was frozen or its disk was stuck, and others have taken it for dead.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.0.is_held()
    }
}

impl fmt::Debug for ConcurrencyGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConcurrencyGuard").field("limits", &self.limits()).finish_non_exhaustive()
    }
}

#[derive(Clone, Debug)]
struct Request {
    limits: Vec<String>,
    slots: u32,
    mode: SlotMode,
    missing: MissingLimit,
    timeout: Option<Duration>,
}

impl Request {
    fn new(limits: impl LimitNames, slots: u32, mode: SlotMode) -> Self {
        let mut limits = limits.into_names();
        limits.sort_unstable();
        limits.dedup();
        Self { limits, slots, mode, missing: MissingLimit::LeaveOut, timeout: None }
    }

    fn function(&self) -> &'static str {
        match self.mode {
            SlotMode::Held => "concurrency",
            SlotMode::Decaying => "rate_limit",
        }
    }

    async fn take(self) -> Result<Box<Hold>> {
        not_in_transactional_body(self.function())?;
        if self.slots == 0 {
            return Err(ConcurrencyError::NoSlots.into());
        }
        let engine = Engine::current()?;
        // A dry run knows no limits, and takes no slots from those who run.
        let missing = match engine.dry_run() {
            Some(_) => MissingLimit::LeaveOut,
            None => self.missing,
        };
        let wanted = Wanted {
            limits: self.limits.clone(),
            slots: self.slots,
            mode: self.mode,
            missing,
            run: Context::with(|context| context.run().cloned()).flatten(),
            timeout: self.timeout,
        };
        let say = || {
            run_logger().debug(format_args!(
                "Waiting for {} slot(s) of '{}'",
                self.slots,
                self.limits.join("', '")
            ));
        };
        let given = waiting(engine.take_slots(wanted, &say)).await;
        match given.map_err(|error| Error::store(None, error))? {
            Given::Slots(hold, missing) => {
                if !missing.is_empty() {
                    run_logger().warning(format_args!(
                        "Concurrency limits ['{}'] do not exist - skipping acquisition.",
                        missing.join("', '")
                    ));
                }
                Ok(hold)
            }
            Given::Never(limit) => {
                let (name, has) = (limit.name, limit.limit);
                Err(ConcurrencyError::TooManySlots { name, slots: self.slots, has }.into())
            }
            Given::Missing(names) => Err(ConcurrencyError::Missing { names }.into()),
            Given::NoDecay(name) => Err(ConcurrencyError::NoDecay { name }.into()),
            Given::TimedOut(timeout) => {
                Err(ConcurrencyError::TimedOut { names: self.limits, timeout }.into())
            }
        }
    }
}

/// For a thread that waits for slots, which is not dropped when its run is cancelled, as a future is.
async fn unless_cancelled<T>(slots: BoxFuture<'static, Result<T>>) -> Result<T> {
    tokio::select! {
        biased;
        given = slots => given,
        () = cancelled() => Err(ConcurrencyError::Cancelled.into()),
    }
}
