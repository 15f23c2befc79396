//! Answering questions about a file without holding up whoever asks: a few threads, each with a connection of its own,
//! started when there are questions. They write nothing.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use tidegate_core::{Acknowledgement, Acknowledger, StoreError, StoreErrorKind};
use tokio::sync::oneshot;

use super::database::Database;
use super::error::{Doing, closed, failed};
use super::open;
use super::options::Options;

/// Asks with an open database, or is told why there is none.
type Ask = Box<dyn FnOnce(Result<&mut Database, StoreError>) + Send>;

/// What is asked, and whether nobody waits for it any more.
struct Question {
    ask: Ask,
    abandoned: Arc<AtomicBool>,
}

/// Held by whoever waits for an answer: when it is dropped, the question is given up.
#[derive(Debug, Default)]
pub(super) struct Waiting(pub(super) Arc<AtomicBool>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// The threads that answer questions.
#[derive(Debug)]
pub(super) struct Readers {
    shared: Arc<Shared>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

#[derive(Debug)]
struct Shared {
    path: PathBuf,
    place: Arc<str>,
    options: Options,
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Default)]
struct State {
    questions: VecDeque<Question>,
    threads: usize,
    idle: usize,
    closed: bool,
    /// Those who wait for the last thread to end.
    waiting: Vec<Acknowledger>,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State")
            .field("questions", &self.questions.len())
            .field("threads", &self.threads)
            .finish_non_exhaustive()
    }
}

impl Readers {
    pub(super) fn new(path: PathBuf, place: Arc<str>, options: Options) -> Self {
        let shared = Shared { path, place, options, state: Mutex::default(), wake: Condvar::new() };
        Self { shared: Arc::new(shared), threads: Mutex::default() }
    }

    /// Has a question answered. When nobody waits for it any more it is not asked, or given up, so that it holds up no other.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut Database) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (sender, answer) = oneshot::channel();
        let waiting = Waiting::default();
        let ask = move |database: Result<&mut Database, _>| {
            let _ = sender.send(database.and_then(question));
        };
        self.push(Question { ask: Box::new(ask), abandoned: Arc::clone(&waiting.0) })?;
        answer.await.unwrap_or_else(|_| Err(closed(&self.shared.place)))
    }

    fn push(&self, question: Question) -> Result<(), StoreError> {
        let mut state = self.shared.lock();
        if state.closed {
            return Err(closed(&self.shared.place));
        }
        state.questions.push_back(question);
        let start =
            state.idle < state.questions.len() && state.threads < self.shared.options.readers;
        if start {
            state.threads += 1;
        }
        drop(state);
        self.shared.wake.notify_one();
        if start { self.start() } else { Ok(()) }
    }

    fn start(&self) -> Result<(), StoreError> {
        let shared = Arc::clone(&self.shared);
        let thread = std::thread::Builder::new()
            .name("tidegate-read".to_owned())
            .spawn(move || shared.run())
            .map_err(|error| {
                StoreError::new(
                    StoreErrorKind::Other,
                    format!("no thread could be started to read {} ({error})", self.shared.place),
                )
                .caused_by(error)
            })?;
        self.threads.lock().unwrap_or_else(PoisonError::into_inner).push(thread);
        Ok(())
    }

    /// Answers what was asked before, and ends the threads.
    pub(super) async fn close(&self) {
        let (acknowledger, ended) = Acknowledgement::later();
        {
            let mut state = self.shared.lock();
            state.closed = true;
            if state.threads > 0 {
                state.waiting.push(acknowledger);
            } else {
                acknowledger.acknowledge(Ok(()));
            }
        }
        self.shared.wake.notify_all();
        // An error would mean that nobody is there to answer, which is what is waited for.
        let _ = ended.await;
        self.join();
    }

    /// As [`close`](Self::close), but blocks for as long as that takes.
    pub(super) fn close_blocking(&self) {
        self.shared.lock().closed = true;
        self.shared.wake.notify_all();
        self.join();
    }

    fn join(&self) {
        let mut threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        for thread in threads.drain(..) {
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self) {
        let _end = End(self);
        let mut database = None;
        while let Some(Question { ask, abandoned }) = self.next() {
            if abandoned.load(Ordering::Relaxed) {
                continue;
            }
            if database.is_none() {
                match open::reader(&self.path, &self.options) {
                    Ok(connection) => {
                        database = Some(Database::new(connection, Arc::clone(&self.place)));
                    }
                    Err(error) => {
                        ask(Err(failed(&self.place, Doing::Reading, error)));
                        continue;
                    }
                }
            }
            if let Some(database) = &mut database {
                let ready = database.give_up_once(abandoned);
                ask(ready.map(|()| database));
            }
        }
    }

    fn next(&self) -> Option<Question> {
        let mut state = self.lock();
        loop {
            if let Some(question) = state.questions.pop_front() {
                return Some(question);
            }
            if state.closed {
                return None;
            }
            state.idle += 1;
            state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.idle -= 1;
        }
    }
}

/// Tells those who wait that another thread has ended.
struct End<'a>(&'a Shared);

impl Drop for End<'_> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.threads -= 1;
        if state.threads == 0 {
            for waiting in state.waiting.drain(..) {
                waiting.acknowledge(Ok(()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// Counts for ever.
    const ENDLESS: &str = "WITH RECURSIVE counted (number) AS \
        (SELECT 1 UNION ALL SELECT number + 1 FROM counted) SELECT max(number) FROM counted";

    #[tokio::test]
    async fn a_question_that_nobody_waits_for_holds_up_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runs.db");
        let options = Options { readers: 1, ..Options::file(&path) };
        drop(open::writer(&path, "runs.db", &options).unwrap());
        let readers = Readers::new(path, Arc::from("runs.db"), options);
        let query = |database: &mut Database, sql| {
            database
                .connection()
                .query_row(sql, [], |row| row.get::<_, i64>(0))
                .map_err(|error| StoreError::new(StoreErrorKind::Other, error.to_string()))
        };
        for _ in 0..3 {
            let endless = readers.ask(move |database| query(database, ENDLESS));
            let waited = tokio::time::timeout(Duration::from_millis(20), endless).await;
            assert!(waited.is_err(), "{waited:?}");
        }
        assert_eq!(readers.ask(move |database| query(database, "SELECT 7")).await.unwrap(), 7);
        readers.close().await;
    }
}
