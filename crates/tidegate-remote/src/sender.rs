//! Sends what was put, one numbered batch after the other. A batch is sent again until it is answered, which the server takes once; so
//! neither a lost request nor a lost answer changes what is recorded.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use tidegate_core::store::{BatchAnswer, Change, Changed, ClientId};
use tidegate_core::{LogRecord, StoreError, StoreErrorKind, Write};
use tokio::time::timeout;

use crate::http::{Server, Trouble};
use crate::outages::Outages;
use crate::queue::{Answer, Load, Queue, Queued, Turn};

/// About how many bytes a batch has at most, unless one change has more.
const BYTES_IN_A_BATCH: usize = 4 << 20;

/// How long one request may take.
const REQUEST_TIME: Duration = Duration::from_secs(60);

/// See the module.
pub(crate) struct Sender {
    queue: Arc<Queue>,
    server: Server,
    client: ClientId,
    /// The number of the next batch.
    number: u64,
    outages: Outages,
}

/// A batch, as [`Batch`](tidegate_core::store::Batch) is read.
#[derive(Serialize)]
struct Outgoing<'a> {
    client: ClientId,
    number: u64,
    changes: &'a [&'a RawValue],
    logs: &'a [LogRecord],
}

impl Sender {
    pub(crate) fn new(queue: Arc<Queue>, server: Server) -> Self {
        let outages = Outages::new(Arc::clone(&queue));
        Self { queue, server, client: ClientId::new(), number: 1, outages }
    }

    /// Sends until the queue is closed.
    pub(crate) async fn run(mut self) {
        loop {
            match self.queue.next() {
                Turn::Rest(None) => self.queue.wake.notified().await,
                Turn::Rest(Some(rest)) => {
                    let _ = timeout(rest, self.queue.wake.notified()).await;
                }
                Turn::End => return self.queue.end(Ok(())),
                Turn::Send(load) => {
                    if let Err(error) = self.send(load).await {
                        return self.queue.end(Err(error));
                    }
                }
            }
        }
    }

    /// Sends until there is an answer; an error when the queue closes and no server is there.
    async fn send(&mut self, mut load: Load) -> Result<(), StoreError> {
        loop {
            let body = match self.encode(&mut load) {
                Ok(body) => body,
                Err(error) => {
                    self.refuse(load, &StoreError::new(StoreErrorKind::Other, error));
                    return Ok(());
                }
            };
            let answer = self.server.post("/tidegate/store/apply", body, REQUEST_TIME).await;
            let (error, after) = match answer.map(|body| read(&body)) {
                Ok(Ok(BatchAnswer::Applied(answers))) => {
                    self.outages.over();
                    self.number += 1;
                    self.applied(load, answers);
                    return Ok(());
                }
                Ok(Ok(BatchAnswer::OutOfTurn { last })) => {
                    self.outages.over();
                    tracing::error!(
                        target: "tidegate::remote",
                        "the server {} has lost what was recorded on it (it knows batch {last} of this program, which has sent {}): it was \
                         restored from a backup; what follows is recorded as far as it follows what is there",
                        self.server.url(), self.number - 1
                    );
                    (self.client, self.number) = (ClientId::new(), 1);
                    continue;
                }
                Ok(Err(error)) if error.kind() == StoreErrorKind::Unsupported => {
                    self.refuse(load, &error);
                    return Ok(());
                }
                Ok(Err(error)) => (error, None),
                Err(Trouble::TooLarge) if load.changes.len() > 1 => {
                    let half = load.changes.split_off(load.changes.len() / 2);
                    self.queue.put_back(half);
                    continue;
                }
                Err(trouble @ (Trouble::TooLarge | Trouble::Refused(..))) => {
                    let error = trouble.error(self.server.url());
                    tracing::error!(target: "tidegate::remote", "{error}");
                    self.refuse(load, &error);
                    return Ok(());
                }
                Err(trouble) => (trouble.error(self.server.url()), trouble.after()),
            };
            answer_renewals(&mut load, &error);
            if let Err(error) = self.outages.wait(error, after).await {
                return Err(self.given_up(load, error));
            }
        }
    }

    /// The body of a batch with as many of the changes as go into it; the others are put back.
    fn encode(&self, load: &mut Load) -> Result<Bytes, serde_json::Error> {
        let (mut changes, mut bytes) = (Vec::with_capacity(load.changes.len()), 0);
        let was_held_up = self.queue.outage().is_some();
        for queued in &load.changes {
            let json = match was_held_up.then(|| as_of_now(queued)).flatten() {
                Some(change) => to_raw_value(&change)?,
                None => to_raw_value(&queued.change)?,
            };
            bytes += json.get().len();
            if bytes > BYTES_IN_A_BATCH && !changes.is_empty() {
                break;
            }
            changes.push(json);
        }
        if changes.len() < load.changes.len() {
            self.queue.put_back(load.changes.split_off(changes.len()));
        }
        let changes: Vec<_> = changes.iter().map(|json| &**json).collect();
        let Self { client, number, .. } = *self;
        let batch = Outgoing { client, number, changes: &changes, logs: &load.logs };
        serde_json::to_vec(&batch).map(Bytes::from)
    }

    fn applied(&self, load: Load, answers: Vec<(usize, Result<Changed, StoreError>)>) {
        let (changes, logs) = (load.changes.len(), load.logs.len());
        let mut given: Vec<_> = load.changes.iter().map(|_| Ok(Changed::Written)).collect();
        for (place, answer) in answers {
            if let Some(given) = given.get_mut(place) {
                *given = answer;
            }
        }
        for (queued, answer) in load.changes.into_iter().zip(given) {
            if let Err(error) = &answer {
                let level_is_low = error.kind() == StoreErrorKind::Exists;
                if level_is_low {
                    tracing::debug!(target: "tidegate::remote", "{error}");
                } else {
                    tracing::error!(target: "tidegate::remote", "{error}");
                }
            }
            queued.answer.give(answer);
        }
        self.queue.done(changes, logs);
    }

    fn refuse(&self, load: Load, error: &StoreError) {
        let (changes, logs) = (load.changes.len(), load.logs.len());
        for queued in load.changes {
            queued.answer.give(Err(error.clone()));
        }
        self.queue.done(changes, logs);
    }

    fn given_up(&self, load: Load, error: StoreError) -> StoreError {
        let lost = load.changes.len() + self.queue.len();
        let error = StoreError::new(
            error.kind(),
            format!("{lost} changes were not recorded when the store was closed: {error}"),
        )
        .caused_by(error);
        tracing::error!(target: "tidegate::remote", "{error}");
        self.refuse(load, &error);
        error
    }
}

/// A lease that was held up, as it is sent: it holds from now on, so that it is not over when it gets there.
fn as_of_now(queued: &Queued) -> Option<Change> {
    let held_up = queued.at.elapsed();
    let write = if let Change::Write(Write::TakeLease(lease)) = &queued.change {
        let mut lease = lease.clone();
        lease.expires += held_up;
        Write::TakeLease(lease)
    } else if let Change::Write(Write::RenewLease { id, expires }) = &queued.change {
        Write::RenewLease { id: *id, expires: *expires + held_up }
    } else {
        return None;
    };
    Some(Change::Write(write))
}

/// Whoever renews a lease has other things to do than to wait, and comes again.
fn answer_renewals(load: &mut Load, error: &StoreError) {
    for queued in &mut load.changes {
        if matches!(queued.change, Change::Write(Write::RenewLease { .. })) {
            std::mem::replace(&mut queued.answer, Answer::Nobody).give(Err(error.clone()));
        }
    }
}

fn read(body: &[u8]) -> Result<BatchAnswer, StoreError> {
    let answer: Result<Result<BatchAnswer, StoreError>, _> = serde_json::from_slice(body);
    answer.unwrap_or_else(|error| {
        Err(StoreError::new(
            StoreErrorKind::Io,
            format_args!(
                "what the server answered makes no sense ({error}); is something in between?"
            ),
        ))
    })
}
