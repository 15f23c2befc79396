//! What becomes of the runs of dead owners, and of suspended ones that nobody has resumed in time. Ending a lease fences its owner off; only then are its runs given another state, so
//! that an owner which was only slow cannot write over it.

use std::collections::HashSet;

use tidegate_core::store::Advance;
use tidegate_core::{
    Clock, Holder, Order, Proposal, RequestKind, RequestQuery, Run, RunId, RunKind, RunQuery,
    State, StateType, Store, StoreError, StoreErrorKind, Timestamp, Verdict, Write, transition,
};

use super::{Spared, host};
use crate::engine::control::{cancelled, expired};

/// How many runs are looked at together.
const AT_ONCE: u64 = 500;

/// What is said of a run whose owner died.
const DIED: &str = "The process that ran it is gone: it did not renew its lease.";

/// Ends the leases whose owners are known to be dead, or were not heard of for too long; how many.
pub(super) async fn end_dead_leases(
    store: &dyn Store,
    spared: &Spared,
    us: &Holder,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let mut ended = 0;
    for lease in store.leases().await? {
        let silent = lease.has_expired(now) && !spared.silent;
        let dead = silent || host::has_ended(&lease.holder, us);
        if Some(lease.id) != spared.own && dead && store.end_lease(lease.id, lease.expires).await? {
            ended += 1;
            tracing::debug!(target: "tidegate::engine", "the lease {} has ended: process {} is gone", lease.id, lease.holder.pid);
        }
    }
    Ok(ended)
}

/// Ends every run whose lease has ended; how many.
pub(super) async fn crash_orphans(store: &dyn Store, clock: Clock) -> Result<usize, StoreError> {
    let mut crashed = 0;
    loop {
        let orphans = store.orphans(AT_ONCE).await?;
        let found = orphans.len();
        let asked = if orphans.is_empty() { HashSet::new() } else { to_cancel(store).await? };
        let writes: Vec<_> = orphans
            .into_iter()
            .filter_map(|run| {
                let above = [Some(run.id), run.flow_run_id, run.task_run_id, run.root_flow_run_id];
                let to_cancel = above.iter().flatten().any(|id| asked.contains(id));
                end(run, to_cancel, clock.now())
            })
            .map(|write| store.put_acknowledged(write))
            .collect();
        let mut progress = 0;
        for write in writes {
            match write.await {
                Ok(()) => progress += 1,
                // Another process was faster.
                Err(error) if error.kind() == StoreErrorKind::Fenced => {}
                Err(error) => return Err(error),
            }
        }
        crashed += progress;
        if progress == 0 || (found as u64) < AT_ONCE {
            return Ok(crashed);
        }
    }
}

/// How a run ends whose owner died: one that was asked to cancel has done what it was asked.
fn end(mut run: Run, to_cancel: bool, now: Timestamp) -> Option<Write> {
    let is_cancelling =
        run.state().is_some_and(|state| state.state_type() == StateType::Cancelling);
    if to_cancel || is_cancelling {
        return cancelled(run, now, DIED);
    }
    let (known, policy) = (run.states.len(), run.policy.clone());
    run.lease = None;
    let crashed = State::crashed(now).message(DIED);
    if let Verdict::Reject(_) | Verdict::Wait(_) = transition(&mut run, Proposal::new(crashed), now)
    {
        return None;
    }
    let mut advance = Advance::since(&run, known);
    advance.policy = (run.policy != policy).then(|| Box::new(run.policy.clone()));
    Some(Write::Advance(Box::new(advance)))
}

/// Fails the suspended runs that nobody has resumed in time. A run whose process waits in a pause is that process's.
pub(super) async fn fail_expired(store: &dyn Store, clock: Clock) -> Result<(), StoreError> {
    let suspended = RunQuery {
        kind: Some(RunKind::Flow),
        state_types: vec![StateType::Paused],
        state_names: vec!["Suspended".to_owned()],
        order: Order::OldestFirst,
        limit: Some(AT_ONCE),
        ..RunQuery::default()
    };
    let mut offset = 0;
    loop {
        let query = RunQuery { offset, ..suspended.clone() };
        let found = store.runs(query).await?;
        let is_last_page = (found.len() as u64) < AT_ONCE;
        offset += found.len() as u64;
        for write in found.into_iter().filter_map(|run| expired(run, clock.now())) {
            match store.put_acknowledged(write).await {
                // It is not among those that are asked for next.
                Ok(()) => offset -= 1,
                // Another was faster, or it is resumed.
                Err(error) if error.kind() == StoreErrorKind::Fenced => {}
                Err(error) => return Err(error),
            }
        }
        if is_last_page {
            return Ok(());
        }
    }
}

/// The runs that were asked to cancel.
async fn to_cancel(store: &dyn Store) -> Result<HashSet<RunId>, StoreError> {
    let requests = store.requests(RequestQuery::default()).await?;
    let cancels = requests.iter().filter(|request| request.kind == RequestKind::Cancel);
    Ok(cancels.map(|request| request.run_id).collect())
}
