//! What is written, and how its writer learns of it. Nothing here knows where things are kept.

use serde::{Deserialize, Serialize};

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::sync::oneshot;

use uuid::Uuid;

use crate::{
    ArtifactRecord, CacheEntry, CacheKey, CallPlace, Definition, EventRecord, IfExists, Lease,
    LeaseId, Parameters, Request, RequestId, Run, RunId, RunInput, RunPolicy, SlotRelease, State,
    StoreError, StoreErrorKind, Timestamp, TransactionRecord,
};

/// One change to what is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Write {
    /// A run is recorded for the first time, with the states it has been in so far.
    Begin(Box<Run>),
    /// A recorded run has moved on.
    Advance(Box<Advance>),
    /// There is a flow or task, of which there may be no run yet.
    Define(Arc<Definition>),
    /// An artifact is made, or its data is changed.
    Artifact(Box<ArtifactRecord>),
    /// An event is emitted. One whose id is known already is not recorded again.
    Event(Box<EventRecord>),
    /// A lease is taken.
    TakeLease(Box<Lease>),
    /// A lease holds until a later time. Refused as [`LeaseEnded`](StoreErrorKind::LeaseEnded) when it has ended.
    RenewLease {
        /// The lease.
        id: LeaseId,
        /// When it may be ended unless it is renewed again.
        expires: Timestamp,
    },
    /// A lease ends, because its owner has nothing left to own.
    ReleaseLease(LeaseId),
    /// A result can be found by its key from now on, and no older one of that key. Refused as [`LeaseEnded`](StoreErrorKind::LeaseEnded)
    /// when the lease it is written under has ended.
    Cache {
        /// What is found.
        entry: Box<CacheEntry>,
        /// The lease of the run that computed it.
        lease: Option<LeaseId>,
    },
    /// A transaction of tasks is recorded, or what is recorded of it is replaced. Refused as
    /// [`LeaseEnded`](StoreErrorKind::LeaseEnded) when the lease it is written under has ended.
    Transaction {
        /// What is known of it now.
        record: Box<TransactionRecord>,
        /// The lease of who runs it.
        lease: Option<LeaseId>,
    },
    /// A flow run is handed an input; it may come before the run is recorded. Refused as [`Exists`](StoreErrorKind::Exists) when the run
    /// has an input of this key that is not to be replaced.
    Input {
        /// The input.
        input: Box<RunInput>,
        /// What becomes of an input of the same key.
        if_exists: IfExists,
        /// Refused as [`Fenced`](StoreErrorKind::Fenced) when the run is not recorded with exactly so many states.
        after: Option<usize>,
    },
    /// A lock is let go of, if it is held under this lease.
    Unlock {
        /// What is locked.
        key: CacheKey,
        /// The lease it is held under.
        lease: LeaseId,
    },
    /// Slots are free again. Those that are free already stay so.
    ReleaseSlots(Box<SlotRelease>),
    /// Something is asked of the owner of a run.
    Request(Box<Request>),
    /// A request is not open any more. One that is not there is fine.
    EndRequest(RequestId),
}

impl Write {
    /// What it is about: the id of a run, an artifact, an event, a lease, a transaction, a request or slots that were taken together, or the
    /// first half of a key. A definition has none.
    #[must_use]
    pub fn subject(&self) -> Uuid {
        match self {
            Self::Begin(run) => *run.id.as_uuid(),
            Self::Advance(advance) => *advance.run_id.as_uuid(),
            Self::Define(_) => Uuid::nil(),
            Self::Artifact(artifact) => *artifact.id.as_uuid(),
            Self::Event(event) => *event.id.as_uuid(),
            Self::TakeLease(lease) => *lease.id.as_uuid(),
            Self::RenewLease { id, .. } | Self::ReleaseLease(id) => *id.as_uuid(),
            Self::Cache { entry, .. } => Uuid::from_bytes(entry.key.half()),
            Self::Transaction { record, .. } => *record.id.as_uuid(),
            Self::Input { input, .. } => *input.flow_run_id.as_uuid(),
            Self::Unlock { key, .. } => Uuid::from_bytes(key.half()),
            Self::ReleaseSlots(release) => *release.hold.as_uuid(),
            Self::Request(request) => *request.id.as_uuid(),
            Self::EndRequest(id) => *id.as_uuid(),
        }
    }
}

/// How a run has moved on since the write before: its new states, and its books after them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Advance {
    /// The run.
    pub run_id: RunId,
    /// The lease it is written under.
    pub lease: Option<LeaseId>,
    /// Whether it is under no lease afterwards: nobody owns it until someone goes on with it.
    pub release: bool,
    /// How many states the run had before; it must be as many in the record.
    pub after: usize,
    /// Its states since the write before, oldest first; may be empty.
    pub states: Vec<State>,
    /// Its name, when it has changed.
    pub name: Option<String>,
    /// What it was called with, when that has become known.
    pub parameters: Option<Box<Parameters>>,
    /// Its place in the graph, when what it depends on has become known.
    pub place: Option<Box<CallPlace>>,
    /// Its policy, when that has changed.
    pub policy: Option<Box<RunPolicy>>,
    /// Its tags, when they have changed.
    pub tags: Option<Vec<String>>,
    /// See [`Run::infrastructure_pid`], when that has become known.
    pub infrastructure_pid: Option<String>,
    /// See [`Run::run_count`].
    pub run_count: u32,
    /// See [`Run::flow_run_run_count`].
    pub flow_run_run_count: u32,
    /// See [`Run::total_run_time`].
    pub total_run_time: Duration,
    /// See [`Run::expected_start_time`].
    pub expected_start_time: Option<Timestamp>,
    /// See [`Run::start_time`].
    pub start_time: Option<Timestamp>,
    /// See [`Run::end_time`].
    pub end_time: Option<Timestamp>,
    /// See [`Run::next_scheduled_start_time`].
    pub next_scheduled_start_time: Option<Timestamp>,
}

impl Advance {
    /// How `run` has moved on since it had `known` states.
    #[must_use]
    pub fn since(run: &Run, known: usize) -> Self {
        Self {
            run_id: run.id,
            lease: run.lease,
            release: false,
            after: known,
            states: run.states.get(known..).unwrap_or_default().to_vec(),
            name: None,
            parameters: None,
            place: None,
            policy: None,
            tags: None,
            infrastructure_pid: None,
            run_count: run.run_count,
            flow_run_run_count: run.flow_run_run_count,
            total_run_time: run.total_run_time,
            expected_start_time: run.expected_start_time,
            start_time: run.start_time,
            end_time: run.end_time,
            next_scheduled_start_time: run.next_scheduled_start_time,
        }
    }

    /// Brings a record of the run up to date.
    pub fn apply_to(self, run: &mut Run) {
        run.lease = self.lease.filter(|_| !self.release);
        run.states.extend(self.states);
        if let Some(name) = self.name {
            run.name = name;
        }
        if let Some(parameters) = self.parameters {
            run.parameters = *parameters;
        }
        if self.place.is_some() {
            run.place = self.place;
        }
        if let Some(policy) = self.policy {
            run.policy = *policy;
        }
        if let Some(tags) = self.tags {
            run.tags = tags;
        }
        if self.infrastructure_pid.is_some() {
            run.infrastructure_pid = self.infrastructure_pid;
        }
        run.run_count = self.run_count;
        run.flow_run_run_count = self.flow_run_run_count;
        run.total_run_time = self.total_run_time;
        run.expected_start_time = self.expected_start_time;
        run.start_time = self.start_time;
        run.end_time = self.end_time;
        run.next_scheduled_start_time = self.next_scheduled_start_time;
    }
}

/// Resolves once a write is durable, or with the reason why it is not known to be.
#[derive(Debug)]
#[must_use = "a write is durable only once its acknowledgement was awaited"]
pub struct Acknowledgement(Answer);

/// Resolves once the queue has room again; at once, if it has.
#[derive(Debug)]
#[must_use = "await the room, or a full queue cannot hold its writers back"]
pub struct Room(Answer);

#[derive(Debug)]
enum Answer {
    Now(Option<Result<(), StoreError>>),
    Later(oneshot::Receiver<Result<(), StoreError>>),
}

/// The store's end of an [`Acknowledgement`].
#[derive(Debug)]
pub struct Acknowledger(oneshot::Sender<Result<(), StoreError>>);

/// The store's end of a [`Room`].
#[derive(Debug)]
pub struct RoomMaker(oneshot::Sender<Result<(), StoreError>>);

impl Acknowledgement {
    /// An acknowledgement whose answer is known.
    pub fn now(result: Result<(), StoreError>) -> Self {
        Self(Answer::Now(Some(result)))
    }

    /// An acknowledgement, and the end that gives it.
    pub fn later() -> (Acknowledger, Self) {
        let (sender, receiver) = oneshot::channel();
        (Acknowledger(sender), Self(Answer::Later(receiver)))
    }
}

impl Room {
    /// There is room, or there never will be.
    pub fn now(result: Result<(), StoreError>) -> Self {
        Self(Answer::Now(Some(result)))
    }

    /// There will be room, when the other end says so.
    pub fn later() -> (RoomMaker, Self) {
        let (sender, receiver) = oneshot::channel();
        (RoomMaker(sender), Self(Answer::Later(receiver)))
    }
}

impl Acknowledger {
    /// Tells whoever waits. Nobody waiting is fine.
    pub fn acknowledge(self, result: Result<(), StoreError>) {
        let _ = self.0.send(result);
    }
}

impl RoomMaker {
    /// Tells whoever waits. Nobody waiting is fine.
    pub fn give(self, result: Result<(), StoreError>) {
        let _ = self.0.send(result);
    }
}

impl Future for Answer {
    type Output = Result<(), StoreError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut *self {
            Self::Now(result) => Poll::Ready(result.take().unwrap_or(Ok(()))),
            Self::Later(receiver) => {
                let result = ready!(Pin::new(receiver).poll(context));
                Poll::Ready(result.unwrap_or_else(|_| {
                    Err(StoreError::new(
                        StoreErrorKind::Closed,
                        "the store stopped before it answered",
                    ))
                }))
            }
        }
    }
}

impl Future for Acknowledgement {
    type Output = Result<(), StoreError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(context)
    }
}

impl Future for Room {
    type Output = Result<(), StoreError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(context)
    }
}
