//! What a server of Prefect has no room for: calls that can be found again, results, leases, locks, inputs, requests. It lives as long as the
//! process; of runs that have ended only the newest are kept.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tidegate_core::store::{InputQuery, RequestQuery};
use tidegate_core::{
    CacheEntry, CacheKey, IfExists, Lease, LeaseId, Request, Run, RunId, RunInput, RunKind,
    StateType, StoreError, StoreErrorKind, TransactionId, TransactionRecord, Write,
};

/// So many top-level runs are kept when they have ended.
const ENDED: usize = 64;

/// What is known here, shared by who records and who answers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
pub(crate) struct Kept {
    pub(crate) runs: BTreeMap<RunId, Run>,
    /// What the server calls the flow runs.
    pub(crate) remote: HashMap<RunId, String>,
    pub(crate) leases: HashMap<LeaseId, Lease>,
    pub(crate) cache: HashMap<CacheKey, CacheEntry>,
    pub(crate) locks: HashMap<CacheKey, LeaseId>,
    transactions: Vec<(TransactionId, TransactionRecord)>,
    inputs: Vec<RunInput>,
    requests: Vec<Request>,
    /// Flow runs that somebody was seen to cancel on the server.
    asked: HashSet<RunId>,
    ended: VecDeque<RunId>,
}

impl Known {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// Whether a write can be made, as far as is known here.
    pub(crate) fn check(&self, write: &Write) -> Result<(), StoreError> {
        let lease = match write {
            Write::Begin(run) => run.lease,
            Write::Advance(advance) => advance.lease,
            Write::RenewLease { id, .. } => Some(*id),
            Write::Cache { lease, .. } | Write::Transaction { lease, .. } => *lease,
            Write::Define(_)
            | Write::Artifact(_)
            | Write::Event(_)
            | Write::TakeLease(_)
            | Write::ReleaseLease(_)
            | Write::Input { .. }
            | Write::Unlock { .. }
            | Write::ReleaseSlots(_)
            | Write::Request(_)
            | Write::EndRequest(_) => None,
        };
        if lease.is_some_and(|lease| !self.leases.contains_key(&lease)) {
            return Err(refused(StoreErrorKind::LeaseEnded, "its lease has ended"));
        }
        if let Write::Begin(run) = write
            && self.runs.contains_key(&run.id)
        {
            return Err(refused(StoreErrorKind::Other, "the run is recorded already"));
        }
        if let Write::Advance(advance) = write {
            let states = self.runs.get(&advance.run_id).map(|run| run.states.len());
            let states = states.ok_or_else(|| {
                refused(StoreErrorKind::Other, "this process has not begun the run")
            })?;
            if states != advance.after {
                return Err(refused(StoreErrorKind::Fenced, "the run has moved on"));
            }
        }
        if let Write::Input { input, if_exists, after } = write {
            let is_there = self.inputs.iter().any(|known| is_same(known, input));
            if is_there && *if_exists == IfExists::Refuse {
                return Err(refused(StoreErrorKind::Exists, "the run has an input of this key"));
            }
            let states = self.runs.get(&input.flow_run_id).map(|run| run.states.len());
            if after.is_some() && *after != states {
                return Err(refused(StoreErrorKind::Fenced, "the run has moved on"));
            }
        }
        Ok(())
    }

    /// Remembers a write that was made.
    pub(crate) fn apply(&mut self, write: Write) {
        match write {
            Write::Begin(run) => {
                let id = run.id;
                self.runs.insert(id, *run);
                self.forget_after(id);
            }
            Write::Advance(advance) => {
                let id = advance.run_id;
                if let Some(run) = self.runs.get_mut(&id) {
                    advance.apply_to(run);
                }
                self.forget_after(id);
            }
            Write::TakeLease(lease) => {
                self.leases.insert(lease.id, *lease);
            }
            Write::RenewLease { id, expires } => {
                if let Some(lease) = self.leases.get_mut(&id) {
                    lease.expires = expires;
                }
            }
            Write::ReleaseLease(id) => self.end_lease(id),
            Write::Cache { entry, .. } => {
                self.cache.insert(entry.key, *entry);
            }
            Write::Transaction { record, .. } => {
                match self.transactions.iter_mut().find(|(id, _)| *id == record.id) {
                    Some((_, known)) => *known = *record,
                    None => self.transactions.push((record.id, *record)),
                }
            }
            Write::Input { input, .. } => {
                self.inputs.retain(|known| !is_same(known, &input));
                self.inputs.push(*input);
            }
            Write::Unlock { key, lease } => {
                if self.locks.get(&key) == Some(&lease) {
                    self.locks.remove(&key);
                }
            }
            Write::Request(request) => self.requests.push(*request),
            Write::EndRequest(id) => self.requests.retain(|request| request.id != id),
            Write::Define(_) | Write::Artifact(_) | Write::Event(_) | Write::ReleaseSlots(_) => {}
        }
    }

    pub(crate) fn end_lease(&mut self, id: LeaseId) {
        self.leases.remove(&id);
        self.locks.retain(|_, holder| *holder != id);
    }

    pub(crate) fn delete_input(&mut self, run: RunId, key: &str) -> bool {
        let before = self.inputs.len();
        self.inputs.retain(|input| input.flow_run_id != run || input.key != key);
        self.inputs.len() < before
    }

    pub(crate) fn inputs(&self, query: &InputQuery) -> Vec<RunInput> {
        let matches = |input: &&RunInput| {
            input.flow_run_id == query.flow_run_id
                && query.key.as_ref().is_none_or(|key| *key == input.key)
                && query.prefix.as_ref().is_none_or(|prefix| input.key.starts_with(&**prefix))
        };
        let found = self.inputs.iter().filter(matches).cloned();
        page(found, query.offset, query.limit)
    }

    pub(crate) fn requests(&self, query: &RequestQuery) -> Vec<Request> {
        let matches = |request: &&Request| {
            let lease = || self.runs.get(&request.run_id).and_then(|run| run.lease);
            query.run_id.is_none_or(|id| id == request.run_id)
                && query.lease.is_none_or(|asked| lease() == Some(asked))
        };
        self.requests.iter().filter(matches).cloned().collect()
    }

    pub(crate) fn transactions(&self, run: RunId) -> Vec<TransactionRecord> {
        let of_it = |record: &&TransactionRecord| {
            record.flow_run_id.map_or(record.task_run_id == Some(run), |flow| flow == run)
        };
        self.transactions.iter().map(|(_, record)| record).filter(of_it).cloned().collect()
    }

    /// The flow runs that live here, by what the server calls them.
    pub(crate) fn living(&self) -> HashMap<String, RunId> {
        let lives = |run: &&Run| {
            let stopping = run.state().is_some_and(|state| {
                matches!(state.state_type(), StateType::Cancelling | StateType::Cancelled)
            });
            run.kind() == RunKind::Flow
                && !run.has_ended()
                && !stopping
                && !self.asked.contains(&run.id)
        };
        let living = self.runs.values().filter(lives);
        living.filter_map(|run| Some((self.remote.get(&run.id)?.clone(), run.id))).collect()
    }

    /// Somebody has asked for this on the server.
    pub(crate) fn ask(&mut self, request: Request) {
        if self.asked.insert(request.run_id) {
            self.requests.push(request);
        }
    }

    /// When a top-level run has ended, the oldest of those that ended is forgotten with all that was made in it.
    fn forget_after(&mut self, id: RunId) {
        let Some(run) = self.runs.get(&id) else { return };
        if !run.has_ended() || run.flow_run_id.is_some() || self.ended.contains(&id) {
            return;
        }
        self.ended.push_back(id);
        if self.ended.len() <= ENDED {
            return;
        }
        let Some(root) = self.ended.pop_front() else { return };
        self.runs.retain(|id, run| *id != root && run.root_flow_run_id != Some(root));
        let runs = &self.runs;
        self.remote.retain(|id, _| runs.contains_key(id));
        self.inputs.retain(|input| input.flow_run_id != root);
        self.requests.retain(|request| request.run_id != root);
        self.asked.remove(&root);
        self.transactions
            .retain(|(_, record)| ![record.flow_run_id, record.task_run_id].contains(&Some(root)));
    }
}

/// One page of what was found.
pub(crate) fn page<T>(found: impl Iterator<Item = T>, offset: u64, limit: Option<u64>) -> Vec<T> {
    let size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    found.skip(size(offset)).take(limit.map_or(usize::MAX, size)).collect()
}

fn is_same(one: &RunInput, other: &RunInput) -> bool {
    one.flow_run_id == other.flow_run_id && one.key == other.key
}

fn refused(kind: StoreErrorKind, why: &str) -> StoreError {
    StoreError::new(kind, format_args!("a write was refused: {why}; look at the record of the run"))
}
