//! The store that callers see. Each of its methods becomes a change or a question; a thread of its own speaks with the server, so that it
//! works in any runtime and in none.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, mpsc as threads};
use std::thread::JoinHandle;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};
use serde::de::DeserializeOwned;
use tidegate_core::store::{
    Acknowledgement, ArtifactQuery, Batch, BatchAnswer, Change, Changed, Deleted, EventQuery,
    Expired, IfExists, InputQuery, LogQuery, Question, RecordedCall, RequestQuery, Room, RunQuery,
    SqlWork, Store, StoreError, StoreErrorKind, StoreInfo, VariableQuery, Write,
};
use tidegate_core::{
    ApiKeyAnswer, ApiKeyChange, ApiKeyRecord, ArtifactId, ArtifactRecord, BlockAnswer, BlockChange,
    BlockDocument, BlockDocumentQuery, BlockSchema, BlockSchemaQuery, BlockType, BlockTypeQuery,
    CacheEntry, CacheKey, DefinitionRecord, EventRecord, Lease, LeaseId, LimitChange, LimitUse,
    LogRecord, Request, Run, RunId, RunInput, RunKind, SlotAnswer, SlotHolder, SlotRequest,
    Timestamp, TransactionRecord, VariableAnswer, VariableChange, VariableRecord,
};
use tokio::sync::{mpsc, oneshot};

use crate::greeting::{Found, greet};
use crate::http::Server;
use crate::options::Options;
use crate::prefect::{Known, Recorder};
use crate::questions::{self, Answering, Asked, is_waited_for_by_a_run};
use crate::queue::Queue;
use crate::sender::Sender;

/// So many questions wait for the thread at most; more wait to be asked.
const QUESTIONS: usize = 1024;

/// How long dropping a store that was not closed may block.
const PATIENCE: Duration = Duration::from_secs(5);

/// A store on a server.
///
/// What is put is kept in memory until the server has it, and sent again while there is no answer; the server takes each batch once. A write
/// that is acknowledged is as durable as the server's own. While the server cannot be reached, whoever waits for a write waits, and a full
/// queue holds back those who do not: nothing is lost but what is still in memory when the process ends. A WARN says so at first, and now and
/// then while it lasts.
///
/// It has no SQL, so [`transact`](Store::transact) is refused, and its [`backup`](Store::backup) is made on the server.
pub struct Remote {
    info: StoreInfo,
    queue: Arc<Queue>,
    asked: mpsc::Sender<Asked>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Remote {
    /// Connects to a server by the address of its API, `http://host:4200/api`. Blocks until the server has said which it is, or cannot be
    /// reached within [`Options::connect_within`].
    ///
    /// # Errors
    ///
    /// The address is none, there is no server, it does not let the caller in, or it speaks another protocol.
    pub fn connect(url: &str, options: Options) -> Result<Self, StoreError> {
        let server = Server::new(url, &options)?;
        let queue = Arc::new(Queue::new(server.url().into(), options));
        let (asked, questions) = mpsc::channel(QUESTIONS);
        let (sender, greeted) = threads::channel();
        let thread = std::thread::Builder::new()
            .name("tidegate-remote".to_owned())
            .spawn({
                let queue = Arc::clone(&queue);
                move || serve(&queue, &server, questions, &sender)
            })
            .map_err(|error| {
                let why = format!("no thread could be started that speaks with {url} ({error})");
                StoreError::new(StoreErrorKind::Unopenable, why).caused_by(error)
            })?;
        let stopped = || StoreError::new(StoreErrorKind::Other, "the thread of the store stopped");
        let info = greeted.recv().unwrap_or_else(|_| Err(stopped()))?;
        Ok(Self { info, queue, asked, thread: Mutex::new(Some(thread)) })
    }

    /// Asks when everything that was put before is answered.
    fn ask<T: DeserializeOwned + Send + 'static>(
        &self,
        question: Question,
    ) -> BoxFuture<'_, Result<T, StoreError>> {
        let with_logs = matches!(question, Question::Logs(_) | Question::Flush);
        self.ask_after(self.queue.answered(with_logs), question)
    }

    fn ask_after<T: DeserializeOwned + Send + 'static>(
        &self,
        before: Acknowledgement,
        question: Question,
    ) -> BoxFuture<'_, Result<T, StoreError>> {
        let held = is_waited_for_by_a_run(&question);
        let within = (!held).then_some(self.queue.options.ask_within);
        async move {
            let (reply, answer) = oneshot::channel();
            let asked = Asked { before, question, within, reply };
            self.asked.send(asked).await.map_err(|_| self.queue.closed())?;
            let json = answer.await.unwrap_or_else(|_| Err(self.queue.closed()))?;
            let answer: Result<T, StoreError> = serde_json::from_slice(&json).map_err(senseless)?;
            answer
        }
        .boxed()
    }

    /// Has a change made after everything that was put before, and gives what came of it.
    fn change<T: Send + 'static>(
        &self,
        change: Change,
        take: impl FnOnce(Changed) -> Option<T> + Send + 'static,
    ) -> BoxFuture<'_, Result<T, StoreError>> {
        let answer = match self.queue.change(change) {
            Ok(answer) => answer,
            Err(error) => return ready(Err(error)).boxed(),
        };
        async move {
            let changed = answer.await.unwrap_or_else(|_| Err(self.queue.closed()))?;
            take(changed).ok_or_else(|| senseless("it answers another question"))
        }
        .boxed()
    }

    fn join(&self) {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}

/// The body of the thread: greets the server, then sends and asks until the store is closed.
fn serve(
    queue: &Arc<Queue>,
    server: &Server,
    questions: mpsc::Receiver<Asked>,
    greeted: &threads::Sender<Result<StoreInfo, StoreError>>,
) {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            let why = format!("no runtime could be made that speaks with {}", server.url());
            let error = StoreError::new(StoreErrorKind::Unopenable, why).caused_by(error);
            let _ = greeted.send(Err(error));
            return;
        }
    };
    runtime.block_on(async {
        let found = match greet(server, queue.options.connect_within).await {
            Ok(found) => found,
            Err(error) => {
                let _ = greeted.send(Err(error));
                return;
            }
        };
        let _ = greeted.send(Ok(found.info(server)));
        let (queue, server) = (Arc::clone(queue), server.clone());
        // What is asked when the store closes is answered that it is closed.
        match found {
            Found::Tidegate(_) => {
                let answering = Answering::Tidegate(server.clone());
                tokio::select! {
                    () = Sender::new(Arc::clone(&queue), server).run() => {}
                    () = questions::run(queue, answering, questions) => {}
                }
            }
            Found::Prefect => {
                let known = Known::default();
                let answering = Answering::Prefect(server.clone(), known.clone());
                tokio::select! {
                    () = Recorder::new(Arc::clone(&queue), server, known).run() => {}
                    () = questions::run(queue, answering, questions) => {}
                }
            }
        }
    });
    queue.end(Err(queue.closed()));
}

/// The error of an answer that is none.
pub(crate) fn senseless(why: impl fmt::Display) -> StoreError {
    StoreError::new(
        StoreErrorKind::Other,
        format_args!(
            "what the server answered makes no sense ({why}); use the same release of Tidegate on both sides"
        ),
    )
}

/// Whoever records runs on a server has no say in who else may.
const KEYS: &str = "the keys of a server are kept on its own machine: make them there, with `tidegate server key create`";

fn unsupported(why: &str) -> StoreError {
    StoreError::new(StoreErrorKind::Unsupported, why)
}

impl Store for Remote {
    fn info(&self) -> StoreInfo {
        self.info.clone()
    }

    fn put(&self, write: Write) -> Room {
        self.queue.put(write)
    }

    fn put_acknowledged(&self, write: Write) -> Acknowledgement {
        self.queue.put_acknowledged(write)
    }

    fn put_logs(&self, records: Vec<LogRecord>) {
        self.queue.put_logs(records);
    }

    fn dropped_logs(&self) -> u64 {
        self.queue.dropped_logs()
    }

    /// What the server has acknowledged is durable, so that nothing more is asked of it.
    fn flush(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        self.queue.answered(true).boxed()
    }

    fn run(&self, id: RunId) -> BoxFuture<'_, Result<Option<Run>, StoreError>> {
        self.ask(Question::Run(id))
    }

    fn runs(&self, query: RunQuery) -> BoxFuture<'_, Result<Vec<Run>, StoreError>> {
        self.ask(Question::Runs(Box::new(query)))
    }

    fn count_runs(&self, query: RunQuery) -> BoxFuture<'_, Result<u64, StoreError>> {
        self.ask(Question::CountRuns(Box::new(query)))
    }

    fn definitions(
        &self,
        kind: RunKind,
    ) -> BoxFuture<'_, Result<Vec<DefinitionRecord>, StoreError>> {
        self.ask(Question::Definitions(kind))
    }

    fn recorded_calls(
        &self,
        flow_run: RunId,
    ) -> BoxFuture<'_, Result<Vec<RecordedCall>, StoreError>> {
        self.ask(Question::RecordedCalls(flow_run))
    }

    fn transactions(
        &self,
        run: RunId,
    ) -> BoxFuture<'_, Result<Vec<TransactionRecord>, StoreError>> {
        self.ask(Question::Transactions(run))
    }

    fn leases(&self) -> BoxFuture<'_, Result<Vec<Lease>, StoreError>> {
        self.ask(Question::Leases)
    }

    fn orphans(&self, limit: u64) -> BoxFuture<'_, Result<Vec<Run>, StoreError>> {
        self.ask(Question::Orphans(limit))
    }

    fn inputs(&self, query: InputQuery) -> BoxFuture<'_, Result<Vec<RunInput>, StoreError>> {
        self.ask(Question::Inputs(query))
    }

    fn requests(&self, query: RequestQuery) -> BoxFuture<'_, Result<Vec<Request>, StoreError>> {
        self.ask(Question::Requests(query))
    }

    fn artifacts(
        &self,
        query: ArtifactQuery,
    ) -> BoxFuture<'_, Result<Vec<ArtifactRecord>, StoreError>> {
        self.ask(Question::Artifacts(query))
    }

    fn variables(
        &self,
        query: VariableQuery,
    ) -> BoxFuture<'_, Result<Vec<VariableRecord>, StoreError>> {
        self.ask(Question::Variables(query))
    }

    fn api_keys(&self) -> BoxFuture<'_, Result<Vec<ApiKeyRecord>, StoreError>> {
        ready(Err(unsupported(KEYS))).boxed()
    }

    fn change_api_key(
        &self,
        _change: ApiKeyChange,
    ) -> BoxFuture<'_, Result<ApiKeyAnswer, StoreError>> {
        ready(Err(unsupported(KEYS))).boxed()
    }

    fn events(&self, query: EventQuery) -> BoxFuture<'_, Result<Vec<EventRecord>, StoreError>> {
        self.ask(Question::Events(Box::new(query)))
    }

    fn cached(&self, key: CacheKey) -> BoxFuture<'_, Result<Option<CacheEntry>, StoreError>> {
        self.ask(Question::Cached(key))
    }

    fn limits(&self, names: Vec<String>) -> BoxFuture<'_, Result<Vec<LimitUse>, StoreError>> {
        self.ask(Question::Limits(names))
    }

    fn slot_holders(&self, limit: String) -> BoxFuture<'_, Result<Vec<SlotHolder>, StoreError>> {
        self.ask(Question::SlotHolders(limit))
    }

    fn block_types(
        &self,
        query: BlockTypeQuery,
    ) -> BoxFuture<'_, Result<Vec<BlockType>, StoreError>> {
        self.ask(Question::BlockTypes(query))
    }

    fn block_schemas(
        &self,
        query: BlockSchemaQuery,
    ) -> BoxFuture<'_, Result<Vec<BlockSchema>, StoreError>> {
        self.ask(Question::BlockSchemas(query))
    }

    fn block_documents(
        &self,
        query: BlockDocumentQuery,
    ) -> BoxFuture<'_, Result<Vec<BlockDocument>, StoreError>> {
        self.ask(Question::BlockDocuments(query))
    }

    fn logs(&self, query: LogQuery) -> BoxFuture<'_, Result<Vec<LogRecord>, StoreError>> {
        self.ask(Question::Logs(query))
    }

    fn vacuum(&self) -> BoxFuture<'_, Result<u64, StoreError>> {
        self.ask(Question::Vacuum)
    }

    fn end_lease(
        &self,
        id: LeaseId,
        expires: Timestamp,
    ) -> BoxFuture<'_, Result<bool, StoreError>> {
        self.change(Change::EndLease { id, expires }, was)
    }

    fn delete_artifact(&self, id: ArtifactId) -> BoxFuture<'_, Result<bool, StoreError>> {
        self.change(Change::DeleteArtifact(id), was)
    }

    fn delete_input(&self, run: RunId, key: String) -> BoxFuture<'_, Result<bool, StoreError>> {
        self.change(Change::DeleteInput { run, key }, was)
    }

    fn change_variable(
        &self,
        change: VariableChange,
    ) -> BoxFuture<'_, Result<VariableAnswer, StoreError>> {
        self.change(Change::Variable(change), |changed| {
            if let Changed::Variable(answer) = changed { Some(answer) } else { None }
        })
    }

    fn lock(
        &self,
        key: CacheKey,
        lease: LeaseId,
        now: Timestamp,
    ) -> BoxFuture<'_, Result<bool, StoreError>> {
        self.change(Change::Lock { key, lease, now }, was)
    }

    fn take_slots(&self, request: SlotRequest) -> BoxFuture<'_, Result<SlotAnswer, StoreError>> {
        self.change(Change::Slots(request), |changed| {
            if let Changed::Slots(answer) = changed { Some(answer) } else { None }
        })
    }

    fn change_limit(
        &self,
        change: LimitChange,
        now: Timestamp,
    ) -> BoxFuture<'_, Result<bool, StoreError>> {
        self.change(Change::Limit { change, now }, was)
    }

    fn change_blocks(&self, change: BlockChange) -> BoxFuture<'_, Result<BlockAnswer, StoreError>> {
        self.change(Change::Blocks(change), |changed| {
            if let Changed::Blocks(answer) = changed { Some(answer) } else { None }
        })
    }

    fn apply(&self, _: Batch, _: Timestamp) -> BoxFuture<'_, Result<BatchAnswer, StoreError>> {
        let why = "a remote store makes the batches itself: send yours to its server";
        ready(Err(unsupported(why))).boxed()
    }

    fn delete_runs(
        &self,
        expired: Expired,
        at_most: u64,
    ) -> BoxFuture<'_, Result<Deleted, StoreError>> {
        // Log lines that wait to be sent go with their runs.
        let flushed = self.flush();
        async move {
            flushed.await?;
            self.change(Change::DeleteRuns { expired, at_most }, |changed| {
                if let Changed::Deleted(deleted) = changed { Some(deleted) } else { None }
            })
            .await
        }
        .boxed()
    }

    fn backup(&self, _: &Path, _: IfExists) -> BoxFuture<'_, Result<(), StoreError>> {
        let why = "a remote store has no file to copy: make the backup where its server keeps it";
        ready(Err(if self.queue.is_open() { unsupported(why) } else { self.queue.closed() }))
            .boxed()
    }

    fn transact(&self, _: SqlWork) -> BoxFuture<'_, Result<(), StoreError>> {
        let why = "a remote store has no SQL, so transactional tasks need a database of their own";
        ready(Err(unsupported(why))).boxed()
    }

    fn close(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        let closed = self.queue.close(self.queue.options.close_within);
        async move {
            let result = closed.await;
            self.join();
            result
        }
        .boxed()
    }
}

fn was(changed: Changed) -> Option<bool> {
    match changed {
        Changed::Was(done) => Some(done),
        Changed::Written
        | Changed::Variable(_)
        | Changed::Slots(_)
        | Changed::Blocks(_)
        | Changed::Deleted(_) => None,
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        drop(self.queue.close(PATIENCE));
        self.join();
    }
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remote").field("info", &self.info).finish_non_exhaustive()
    }
}
