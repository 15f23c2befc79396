//! The thread that keeps an engine's lease: it is no part of the async runtime, so that a body that blocks the runtime does not
//! lose the lease. Each second it looks for dead owners, and for what others ask of the runs, too.

use std::sync::{Arc, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tidegate_core::{LeaseId, StoreError, StoreErrorKind, Write};

use super::{Look, Ownership};

/// How often the thread looks for dead owners.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How often it looks closely.
const LOOK_CLOSELY_EVERY: Duration = Duration::from_secs(10);

/// So long a new engine leaves the disk to its first runs before it looks for dead owners.
const FIRST_LOOK: Duration = Duration::from_millis(250);

/// The lease is renewed so many times in its term.
const RENEWALS_A_TERM: u32 = 4;

/// Starts the thread of an engine.
pub(super) fn start(ownership: Arc<Ownership>) -> std::io::Result<JoinHandle<()>> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    std::thread::Builder::new()
        .name("tidegate-lease".to_owned())
        .spawn(move || run(&ownership, &runtime))
}

fn run(ownership: &Ownership, runtime: &tokio::runtime::Runtime) {
    let renew_every = ownership.term / RENEWALS_A_TERM;
    let look_every = LOOK_EVERY.min(renew_every);
    let (mut renewed, mut next_look) = (Instant::now(), Instant::now() + FIRST_LOOK);
    let mut next_close_look = next_look;
    loop {
        let now = Instant::now();
        let lease = match next(
            ownership,
            next_look.min(renewed + renew_every).saturating_duration_since(now),
        ) {
            Turn::Stop(lease) => {
                if let Some(lease) = lease {
                    drop(ownership.store.put(Write::ReleaseLease(lease)));
                }
                return;
            }
            Turn::GoOn(lease) => lease,
        };
        let now = Instant::now();
        if now >= renewed + renew_every {
            renewed = now;
            if let Some(lease) = lease {
                renew(ownership, runtime, lease);
            }
        }
        if now >= next_look {
            next_look = now + look_every;
            let closely = now >= next_close_look;
            if closely {
                next_close_look = now + LOOK_CLOSELY_EVERY;
            }
            deliver_requests(ownership, runtime);
            look(ownership, runtime, if closely { Look::Thorough } else { Look::Quick });
            if closely {
                fail_expired(ownership, runtime);
            }
        }
    }
}

/// What the thread is to do.
enum Turn {
    /// Go on, with this lease to renew.
    GoOn(Option<LeaseId>),
    /// End, and give this lease back.
    Stop(Option<LeaseId>),
}

/// Rests, and gives the lease back once nothing was owned for a term.
fn next(ownership: &Ownership, rest: Duration) -> Turn {
    let state = ownership.lock();
    let waited = ownership.wake.wait_timeout_while(state, rest, |state| !state.stopping);
    let mut state = waited.unwrap_or_else(PoisonError::into_inner).0;
    if state.stopping {
        return Turn::Stop(state.lease.take());
    }
    let idle = state.idle_since.is_some_and(|since| since.elapsed() >= ownership.term);
    if idle && let Some(lease) = state.lease.take() {
        drop(ownership.store.put(Write::ReleaseLease(lease)));
    }
    Turn::GoOn(state.lease)
}

fn renew(ownership: &Ownership, runtime: &tokio::runtime::Runtime, lease: LeaseId) {
    let write = Write::RenewLease { id: lease, expires: ownership.expiry() };
    match runtime.block_on(ownership.store.put_acknowledged(write)) {
        Ok(()) => {}
        Err(error) if error.kind() == StoreErrorKind::LeaseEnded => {
            ownership.lost(lease);
        }
        Err(error) => {
            tracing::warn!(target: "tidegate::engine", "the lease was not renewed: {error}")
        }
    }
}

fn deliver_requests(ownership: &Ownership, runtime: &tokio::runtime::Runtime) {
    if let Err(error) = runtime.block_on(ownership.deliver_requests()) {
        tracing::warn!(target: "tidegate::engine", "nobody could look for what others ask of runs: {error}");
    }
}

fn fail_expired(ownership: &Ownership, runtime: &tokio::runtime::Runtime) {
    if let Err(error) = runtime.block_on(ownership.fail_expired()) {
        tracing::warn!(target: "tidegate::engine", "nobody could look for suspended runs whose time is up: {error}");
    }
}

fn look(ownership: &Ownership, runtime: &tokio::runtime::Runtime, look: Look) {
    let on_found = || ownership.on_found.lock().unwrap_or_else(PoisonError::into_inner);
    let is_told = on_found().is_some();
    let found = runtime.block_on(async {
        let crashed = ownership.sweep(look).await?;
        Ok::<_, StoreError>(crashed > 0 || is_told && ownership.is_any_resumed().await?)
    });
    match found {
        Ok(false) => {}
        Ok(true) => {
            if let Some(on_found) = &*on_found() {
                on_found();
            }
        }
        Err(error) => {
            tracing::warn!(target: "tidegate::engine", "dead owners could not be looked for: {error}");
        }
    }
}
