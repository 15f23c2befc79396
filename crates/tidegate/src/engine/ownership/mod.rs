//! Who owns the runs of an engine. While an engine has runs it holds a lease, which a thread of its own renews; the same thread
//! looks for leases whose owners are dead. It never decides how a run goes.
//!
//! ```text
//!   Execution ── claim ──> Ownership ── TakeLease ──────────────> Store   every write of a run tells its lease
//!                              │ starts
//!                              └─> heartbeat thread ── RenewLease ─> Store   again and again
//!                                        ├── requests about what it owns, handed to the runs
//!                                        └── sweep: leases whose owner is dead end, and their runs become CRASHED
//! ```

mod heartbeat;
mod host;
mod sweep;

use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tidegate_core::pause::{is_resumed, resumed};
use tidegate_core::{Clock, Holder, Lease, LeaseId, Store, StoreError, Timestamp, Write};

use crate::engine::control::{Roster, deliver_open};

/// What an engine owns, in a store that others may share.
pub(super) struct Ownership {
    store: Arc<dyn Store>,
    clock: Clock,
    /// How long a lease holds without being renewed.
    term: Duration,
    us: Holder,
    state: Mutex<State>,
    wake: Condvar,
    thread: Mutex<Option<JoinHandle<()>>>,
    /// The runs of the engine that live.
    roster: Arc<Roster>,
    /// Told of every sweep that found something.
    on_found: Mutex<Option<OnFound>>,
}

/// Called from the heartbeat thread after runs of dead owners have become CRASHED, and while there are suspended ones that were resumed by
/// who cannot run them.
pub(crate) type OnFound = Box<dyn Fn() + Send>;

#[derive(Debug, Default)]
struct State {
    lease: Option<LeaseId>,
    /// How many claims there are.
    claims: usize,
    /// Since when there is none.
    idle_since: Option<Instant>,
    started: bool,
    stopping: bool,
    /// Until when owners that were not heard of are left alone.
    spares_until: Option<Timestamp>,
}

/// Whose leases do not end.
pub(super) struct Spared {
    /// That of this process.
    own: Option<LeaseId>,
    /// Those that were not heard of for too long, too.
    silent: bool,
}

/// How closely dead owners are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// At leases only.
    Quick,
    /// At every run that has not ended.
    Thorough,
}

/// A run's claim to be owned by this engine. While there is one, the engine's lease is renewed.
pub(crate) struct Claim {
    ownership: Arc<Ownership>,
    lease: LeaseId,
}

impl Ownership {
    /// The owner of what an engine will run on a store.
    pub(super) fn new(
        store: Arc<dyn Store>,
        clock: Clock,
        term: Duration,
        roster: Arc<Roster>,
    ) -> Arc<Self> {
        Arc::new(Self {
            store,
            clock,
            term,
            us: host::this_process(),
            state: Mutex::default(),
            wake: Condvar::new(),
            thread: Mutex::default(),
            roster,
            on_found: Mutex::default(),
        })
    }

    /// Owns one more run. The lease that the first claim takes is written before anything that is put after this call.
    pub(super) fn claim(self: &Arc<Self>) -> Claim {
        let mut state = self.lock();
        state.claims += 1;
        state.idle_since = None;
        let lease = match state.lease {
            Some(lease) => lease,
            None => {
                let lease = LeaseId::new();
                let holder = self.us.clone();
                let taken = Lease { id: lease, holder, expires: self.expiry() };
                // Whoever claims waits for writes that come later in the same queue.
                drop(self.store.put(Write::TakeLease(Box::new(taken))));
                state.lease = Some(lease);
                lease
            }
        };
        self.start(state);
        Claim { ownership: Arc::clone(self), lease }
    }

    /// The lease that is held now.
    pub(super) fn lease(&self) -> Option<LeaseId> {
        self.lock().lease
    }

    /// Owns one more run, which is called inside a run of this lease and is lost with it.
    pub(super) fn claim_within(self: &Arc<Self>, lease: LeaseId) -> Claim {
        let mut state = self.lock();
        state.claims += 1;
        state.idle_since = None;
        Claim { ownership: Arc::clone(self), lease }
    }

    /// Watches over dead owners from now on, even without runs of its own.
    pub(super) fn watch(self: &Arc<Self>, on_found: OnFound) {
        *self.on_found.lock().unwrap_or_else(PoisonError::into_inner) = Some(on_found);
        self.start(self.lock());
    }

    /// Watches over dead owners from now on, and lets their runs be. Those who renew their leases through a server could not do so before it
    /// was there, so whoever is not known to be dead has the time of a lease to be heard of.
    #[cfg(feature = "server")]
    pub(super) fn keep_watch(self: &Arc<Self>) {
        let mut state = self.lock();
        state.spares_until = Some(self.expiry());
        self.start(state);
    }

    /// Starts the thread, unless it runs or has ended.
    fn start(self: &Arc<Self>, mut state: MutexGuard<'_, State>) {
        if std::mem::replace(&mut state.started, true) {
            return;
        }
        drop(state);
        match heartbeat::start(Arc::clone(self)) {
            Ok(thread) => {
                *self.thread.lock().unwrap_or_else(PoisonError::into_inner) = Some(thread);
            }
            Err(error) => tracing::error!(
                target: "tidegate::engine",
                "no thread could be started that renews the lease of this process ({error}), so others will take it for dead"
            ),
        }
    }

    /// Ends the thread, which gives the lease back. Stopping twice is fine.
    pub(super) fn stop(&self) -> Option<JoinHandle<()>> {
        let mut state = self.lock();
        state.stopping = true;
        state.started = true;
        drop(state);
        self.wake.notify_all();
        self.thread.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Ends leases whose owners are dead, and their runs; how many runs. A thorough look finds those too that another left when
    /// it died over this.
    pub(super) async fn sweep(&self, look: Look) -> Result<usize, StoreError> {
        let now = self.clock.now();
        let spared = {
            let state = self.lock();
            let silent = state.spares_until.is_some_and(|until| now < until);
            Spared { own: state.lease, silent }
        };
        let ended = sweep::end_dead_leases(&*self.store, &spared, &self.us, now).await?;
        match look {
            Look::Quick if ended == 0 => Ok(0),
            Look::Quick | Look::Thorough => sweep::crash_orphans(&*self.store, self.clock).await,
        }
    }

    /// Fails the suspended runs that nobody has resumed in time.
    pub(super) async fn fail_expired(&self) -> Result<(), StoreError> {
        sweep::fail_expired(&*self.store, self.clock).await
    }

    /// Whether there are runs to be taken up that were suspended.
    async fn is_any_resumed(&self) -> Result<bool, StoreError> {
        Ok(self.store.runs(resumed()).await?.iter().any(is_resumed))
    }

    /// Hands the open requests about runs that are owned here to those runs.
    async fn deliver_requests(&self) -> Result<(), StoreError> {
        let lease = {
            let state = self.lock();
            state.lease.filter(|_| state.claims > 0)
        };
        match lease {
            Some(lease) => deliver_open(&*self.store, &self.roster, lease).await,
            None => Ok(()),
        }
    }

    /// A write under this lease was refused because it has ended: what begins from now on has another.
    pub(super) fn lost(&self, lease: LeaseId) {
        let mut state = self.lock();
        if state.lease == Some(lease) {
            state.lease = None;
            drop(state);
            tracing::error!(
                target: "tidegate::engine",
                "this process was taken for dead, because its lease was not renewed in time: the runs it had are CRASHED, \
                 and nothing it still does for them is recorded"
            );
        }
    }

    fn expiry(&self) -> Timestamp {
        self.clock.now() + self.term
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Claim {
    /// The lease that the run is written under.
    pub(crate) fn lease(&self) -> LeaseId {
        self.lease
    }

    /// Whether its lease has not ended, as far as this process knows.
    pub(crate) fn holds(&self) -> bool {
        self.ownership.lock().lease == Some(self.lease)
    }

    /// A write under its lease was refused, because that has ended.
    pub(crate) fn lost(&self) {
        self.ownership.lost(self.lease);
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let mut state = self.ownership.lock();
        state.claims -= 1;
        if state.claims == 0 {
            state.idle_since = Some(Instant::now());
        }
    }
}

impl fmt::Debug for Ownership {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ownership").field("us", &self.us).finish_non_exhaustive()
    }
}
