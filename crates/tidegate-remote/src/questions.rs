//! Asks the server. A question goes out when everything that was put before it is answered, and again while there is no server; what runs
//! wait for is asked for as long as it takes, and everything else for a while.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::stream::{FuturesUnordered, StreamExt};
use tidegate_core::store::Question;
use tidegate_core::{Acknowledgement, StoreError};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{sleep, timeout};

use crate::http::{Server, Trouble};
use crate::outages::Pauses;
use crate::prefect::{self, Known};
use crate::queue::Queue;

/// How long one question may take: a store may have much to look through.
pub(crate) const REQUEST_TIME: Duration = Duration::from_secs(300);

/// How often whoever waits for a server is looked after.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// A question on its way.
#[derive(Debug)]
pub(crate) struct Asked {
    /// Resolves when everything that was put before it is answered.
    pub(crate) before: Acknowledgement,
    pub(crate) question: Question,
    /// How long it waits for a server; none where a run waits for the answer.
    pub(crate) within: Option<Duration>,
    pub(crate) reply: oneshot::Sender<Result<Bytes, StoreError>>,
}

/// Who answers.
#[derive(Clone, Debug)]
pub(crate) enum Answering {
    /// A server of Tidegate.
    Tidegate(Server),
    /// A server of Prefect, with what is known here of what it has no room for.
    Prefect(Server, Known),
}

impl Answering {
    pub(crate) fn server(&self) -> &Server {
        match self {
            Self::Tidegate(server) | Self::Prefect(server, _) => server,
        }
    }

    async fn answer(&self, question: &Question) -> Result<Bytes, Trouble> {
        match self {
            Self::Tidegate(server) => {
                let body = serde_json::to_vec(question).unwrap_or_default();
                server.post("/tidegate/store/ask", body.into(), REQUEST_TIME).await
            }
            Self::Prefect(server, known) => {
                prefect::answer(known, server, question).await.map(Bytes::from)
            }
        }
    }
}

/// Whether a run waits for the answer, so that it is held back rather than told that there is no server.
pub(crate) fn is_waited_for_by_a_run(question: &Question) -> bool {
    match question {
        Question::RecordedCalls(_)
        | Question::Transactions(_)
        | Question::Inputs(_)
        | Question::Cached(_)
        | Question::Limits(_)
        | Question::Run(_)
        | Question::Flush => true,
        Question::Runs(_)
        | Question::CountRuns(_)
        | Question::Definitions(_)
        | Question::Leases
        | Question::Orphans(_)
        | Question::Requests(_)
        | Question::Artifacts(_)
        | Question::Variables(_)
        | Question::Events(_)
        | Question::SlotHolders(_)
        | Question::BlockTypes(_)
        | Question::BlockSchemas(_)
        | Question::BlockDocuments(_)
        | Question::Logs(_)
        | Question::Vacuum => false,
    }
}

/// Asks what it is given, until nobody can give it anything any more.
pub(crate) async fn run(queue: Arc<Queue>, answering: Answering, mut asked: mpsc::Receiver<Asked>) {
    let mut under_way = FuturesUnordered::new();
    loop {
        tokio::select! {
            next = asked.recv() => match next {
                Some(next) => under_way.push(answer(&queue, &answering, next)),
                None => break,
            },
            Some(()) = under_way.next(), if !under_way.is_empty() => {}
        }
    }
    while under_way.next().await.is_some() {}
}

async fn answer(queue: &Queue, answering: &Answering, asked: Asked) {
    let Asked { before, question, within, mut reply } = asked;
    let answer = tokio::select! {
        answer = ask(queue, answering, before, &question, within) => answer,
        // Nobody waits for it any more.
        () = reply.closed() => return,
    };
    let _ = reply.send(answer);
}

async fn ask(
    queue: &Queue,
    answering: &Answering,
    mut before: Acknowledgement,
    question: &Question,
    within: Option<Duration>,
) -> Result<Bytes, StoreError> {
    let asked = Instant::now();
    let is_over = || within.is_some_and(|within| asked.elapsed() >= within);
    loop {
        match timeout(LOOK_EVERY, &mut before).await {
            Ok(answered) => break answered?,
            Err(_) => {
                if let Some(outage) = queue.outage().filter(|_| is_over()) {
                    return Err(outage.error);
                }
            }
        }
    }
    let mut pauses = Pauses::default();
    loop {
        let trouble = match answering.answer(question).await {
            Ok(answer) => return Ok(answer),
            Err(trouble) => trouble,
        };
        let error = trouble.error(answering.server().url());
        match trouble {
            Trouble::Unreachable { .. } | Trouble::Untrusted(_) | Trouble::Unauthorized(_)
                if !queue.is_open() =>
            {
                return Err(queue.closed());
            }
            Trouble::Unreachable { .. } | Trouble::Untrusted(_) | Trouble::Unauthorized(_)
                if !is_over() =>
            {
                tracing::debug!(target: "tidegate::remote", "{error}");
                sleep(pauses.next()).await;
            }
            Trouble::Unreachable { .. }
            | Trouble::Untrusted(_)
            | Trouble::Unauthorized(_)
            | Trouble::TooLarge
            | Trouble::NotFound
            | Trouble::Refused(..) => return Err(error),
        }
    }
}
