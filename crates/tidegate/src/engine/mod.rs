//! What it takes to run user code. The life of a run reads top to bottom in `execution`; the other files are its steps.
//!
//! ```text
//!   Plan ──describe──> Execution ──perform──> propose Running ─> attempt ─> propose its end ─> record ─> hooks
//!                          │                        └──────────── again <──────┘
//!                       LiveRun (what others may see of the run: context, handles, loggers)
//! ```

mod activity;
mod attempt;
mod body;
mod caching;
mod call_key;
mod calls;
mod conclude;
mod context;
mod control;
mod crash;
mod dry_run;
mod end;
mod execution;
mod feed;
mod first_record;
mod flow_attempt;
mod hooks;
mod inbox;
mod learn;
mod live;
mod nursery;
mod order;
mod ownership;
mod panics;
mod pausing;
mod plan;
mod propose;
mod recall;
mod reporter;
mod result;
mod retention;
mod seat;
#[cfg(feature = "server")]
mod serving;
mod shutdown;
mod slots;
mod staging;
mod transact;
mod turn;
mod upstream;

use std::fmt;
use std::sync::{Arc, Weak};
use std::time::Duration;

use tidegate_core::{Clock, LeaseId, Store, Timestamp};

use crate::error::{Error, Result};
use crate::log::{Shows, Sink};
use crate::result::Archive;
use crate::settings::EngineSettings;

use activity::Activity;
pub use attempt::blocking;
pub(crate) use attempt::in_blocking_body;
pub(crate) use body::{Attempt, Attempted, Body, Returned, Told, Work};
pub(crate) use call_key::{call_key, map_key, mapped_key, then_key, transaction_key};
pub(crate) use calls::Calls;
pub use context::run_logger;
pub(crate) use context::{Context, union};
use control::Roster;
pub(crate) use control::{ASKED_TO_CANCEL, cancelled, expired};
pub(crate) use dry_run::DryRun;
pub(crate) use execution::Execution;
use feed::Feed;
pub(crate) use first_record::place;
use inbox::Inbox;
pub(crate) use inbox::Listener;
pub(crate) use live::LiveRun;
pub(crate) use nursery::Nursery;
pub(crate) use order::{Called, Made, gathered};
pub(crate) use ownership::Claim;
use ownership::{Look, OnFound, Ownership};
pub(crate) use panics::{Panic, caught};
pub(crate) use pausing::{IN_TRANSACTION, UnderWay, never_resumed};
pub(crate) use plan::Plan;
use reporter::Reporter;
pub(crate) use reporter::{Counted, Ended, Tally};
use retention::Housekeeping;
pub(crate) use seat::{Away, Seat, Workers, waiting};
#[cfg(feature = "server")]
use serving::Servers;
#[cfg(feature = "server")]
pub(crate) use serving::{Here, Served};
#[cfg(all(feature = "cli", feature = "server"))]
pub(crate) use shutdown::Signals;
use slots::Slots;
pub(crate) use slots::{Given, Hold, Wanted};
pub(crate) use transact::not_in_transactional_body;
use turn::Turns;
pub(crate) use turn::{Line, Turn};
pub(crate) use upstream::{Dependency, Need, Upstream};

/// Runs flows and tasks, and records them in a store. Cheap to clone; the clones are one engine.
///
/// Code that does not name an engine uses the default one, which the first run of a process opens from the settings.
/// An application that embeds Tidegate opens its own:
///
/// ```
/// use tidegate::prelude::*;
/// use tidegate::Engine;
///
/// #[flow]
/// async fn greet(name: String) -> String {
///     format!("Hello, {name}")
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
/// let engine = Engine::builder().database("sqlite::memory:").open()?;
/// assert_eq!(engine.run(greet("Ada".into())).await?, "Hello, Ada");
/// assert_eq!(engine.runs().flow("greet").count().await?, 1);
/// engine.close().await?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

/// See [`Engine::downgrade`].
pub(crate) struct WeakEngine(Weak<Inner>);

impl WeakEngine {
    /// The engine, if it is still open.
    pub(crate) fn upgrade(&self) -> Option<Engine> {
        self.0.upgrade().map(Engine)
    }
}

struct Inner {
    store: Option<Arc<dyn Store>>,
    settings: EngineSettings,
    clock: Clock,
    sink: Sink,
    nursery: Nursery,
    activity: Activity,
    feed: Feed,
    /// Who waits for inputs of flow runs.
    inbox: Inbox,
    /// Who computes what is to be cached.
    turns: Turns,
    /// Who waits for slots of concurrency limits.
    slots: Slots,
    archive: Archive,
    housekeeping: Housekeeping,
    /// The servers that show it.
    #[cfg(feature = "server")]
    servers: Servers,
    /// Shows people how far it has got.
    reporter: Reporter,
    /// What it runs at top level.
    roster: Arc<Roster>,
    /// Of an engine whose store others may share.
    ownership: Option<Arc<Ownership>>,
    /// Of an engine that was opened for a dry run, and makes no calls.
    dry_run: Option<DryRun>,
}

impl Engine {
    pub(crate) fn assemble(
        store: Option<Arc<dyn Store>>,
        settings: EngineSettings,
        clock: Clock,
        archive: Archive,
        shows: Shows,
        dry_run: Option<DryRun>,
    ) -> Self {
        let sink = Sink::new(store.clone(), settings.log_level, clock);
        let roster = Arc::new(Roster::default());
        let ownership = store.as_ref().filter(|store| store.info().shared).map(|store| {
            Ownership::new(Arc::clone(store), clock, settings.lease_term, Arc::clone(&roster))
        });
        Self(Arc::new(Inner {
            store,
            settings,
            clock,
            sink,
            nursery: Nursery::new(),
            activity: Activity::default(),
            feed: Feed::default(),
            inbox: Inbox::default(),
            turns: Turns::default(),
            slots: Slots::default(),
            archive,
            housekeeping: Housekeeping::default(),
            #[cfg(feature = "server")]
            servers: Servers::default(),
            reporter: Reporter::new(shows),
            roster,
            ownership,
            dry_run,
        }))
    }

    /// Where runs are kept; none for an engine without a store.
    #[must_use]
    pub fn store(&self) -> Option<&Arc<dyn Store>> {
        self.0.store.as_ref()
    }

    pub(crate) fn require_store(&self) -> Result<&Arc<dyn Store>> {
        self.store().ok_or_else(|| {
            Error::configuration(
                "this engine keeps no records: open it with a database to ask for runs and logs",
            )
        })
    }

    /// Waits until everything recorded so far, log lines included, is durable.
    ///
    /// # Errors
    ///
    /// The store cannot write.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn flush(&self) -> Result<()> {
        match self.store() {
            Some(store) => store.flush().await.map_err(|error| Error::store(None, error)),
            None => Ok(()),
        }
    }

    /// Waits for what was submitted outside flow runs, makes everything durable and closes the store. Closing twice is fine.
    ///
    /// # Errors
    ///
    /// The store cannot write.
    ///
    /// # Cancel safety
    ///
    /// May be called again after its future was dropped.
    pub async fn close(&self) -> Result<()> {
        self.0.housekeeping.stop();
        self.0.nursery.join().await;
        #[cfg(feature = "server")]
        self.0.servers.stop().await;
        self.0.reporter.stop().await;
        if let Some(thread) = self.0.ownership.as_ref().and_then(|ownership| ownership.stop()) {
            self.0.nursery.spawn_blocking(move || thread.join());
            self.0.nursery.join().await;
        }
        match self.store() {
            Some(store) => store.close().await.map_err(|error| Error::store(None, error)),
            None => Ok(()),
        }
    }

    fn activity(&self) -> &Activity {
        &self.0.activity
    }

    /// Wakes those who follow events.
    pub(crate) fn feed(&self) -> &Feed {
        &self.0.feed
    }

    /// Owns one more run, in a store where runs need an owner. A run that is called inside another has the lease of that, so that an owner which was taken for dead gets no further with a
    /// run it has lost.
    pub(crate) fn claim(&self, outer: &Context) -> Option<Claim> {
        let ownership = self.0.ownership.as_ref()?;
        let caller = outer.run().filter(|run| Arc::ptr_eq(&run.engine().0, &self.0));
        let lease = caller.and_then(|run| {
            let record = run.record();
            record.lease.filter(|_| !record.is_terminal())
        });
        Some(lease.map_or_else(|| ownership.claim(), |lease| ownership.claim_within(lease)))
    }

    /// The lease that it holds now.
    fn lease(&self) -> Option<LeaseId> {
        self.0.ownership.as_ref().and_then(|ownership| ownership.lease())
    }

    /// Ends the runs of owners that died, in a store that others may share.
    pub(crate) async fn sweep(&self) -> Result<()> {
        if let Some(ownership) = &self.0.ownership {
            let swept = ownership.sweep(Look::Thorough).await;
            swept.map_err(|error| Error::store(None, error))?;
        }
        Ok(())
    }

    /// Looks for owners that died from now on, and calls this after some have.
    pub(crate) fn watch(&self, on_found: OnFound) {
        if let Some(ownership) = &self.0.ownership {
            ownership.watch(on_found);
        }
    }

    /// A reference that does not keep the engine open.
    pub(crate) fn downgrade(&self) -> WeakEngine {
        WeakEngine(Arc::downgrade(&self.0))
    }

    /// What was found out so far, on an engine that was opened for a dry run.
    pub(crate) fn dry_run(&self) -> Option<&DryRun> {
        self.0.dry_run.as_ref()
    }

    /// Whether its runs need an owner, because others may share its store.
    pub(crate) fn owns_by_lease(&self) -> bool {
        self.0.ownership.is_some()
    }

    /// What it runs at top level.
    pub(crate) fn roster(&self) -> &Roster {
        &self.0.roster
    }

    pub(crate) fn settings(&self) -> &EngineSettings {
        &self.0.settings
    }

    /// Where results are that are not part of the record.
    pub(crate) fn archive(&self) -> &Archive {
        &self.0.archive
    }

    /// Where the log lines of its runs go.
    pub(crate) fn sink(&self) -> &Sink {
        &self.0.sink
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// Whether no further attempt begins.
    pub(crate) fn is_stopping(&self) -> bool {
        self.0.activity.is_stopping()
    }

    pub(crate) fn nursery(&self) -> &Nursery {
        &self.0.nursery
    }

    /// How long it is until `time`; zero when it has passed.
    pub(crate) fn until(&self, time: Timestamp) -> Duration {
        (time - self.now()).to_std().unwrap_or_default()
    }
}

/// An engine that is dropped without being closed gives its lease back too.
impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(thread) = self.ownership.as_ref().and_then(|ownership| ownership.stop())
            && thread.thread().id() != std::thread::current().id()
        {
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("store", &self.0.store).finish_non_exhaustive()
    }
}
