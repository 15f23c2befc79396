//! One attempt at the body of a transactional task: the store runs it in a transaction, and commits with it the state in which its
//! run ends. The rules are asked before the commit, so nothing is committed for a run that may not complete. Whoever gives the
//! attempt up gives it up before it is decided, or not at all.
//!
//! ```text
//!   Execution ── transact(work) ──> Store ── BEGIN ─> body ─> rules ─> states of the run ─> COMMIT
//!        ^                                             │       │
//!        └──────── committed, or what went wrong <─────┴───────┘ rolled back
//! ```

use std::cell::Cell;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tidegate_core::store::{Advance, SqlTransaction, TransactionEnd};
use tidegate_core::{Run, RunPolicy, SlotsView, State, Verdict, Write};

use crate::engine::attempt::Outcome;
use crate::engine::caching::Leave;
use crate::engine::control::CalledOff;
use crate::engine::panics::Panic;
use crate::engine::{Attempted, Context, Engine, Execution, LiveRun, Returned, Work};
use crate::error::{Error, Result};
use crate::result::Unkept;

impl Execution {
    /// Has the store call the body once.
    pub(super) async fn transact(&mut self, work: Work) -> Result<Outcome, CalledOff> {
        let Some(store) = self.live.engine().store().cloned() else {
            return Ok(Outcome::Failed(no_store(self.live.definition().name())));
        };
        let attempt = Arc::new(Shared::default());
        let doing = Doing {
            attempt: Arc::clone(&attempt),
            live: Arc::clone(&self.live),
            context: Arc::clone(&self.context),
            recorded: self.recorded.unwrap_or_default(),
            recorded_policy: self.recorded_policy.clone(),
            leave: self.leave(),
        };
        let mut done =
            store.transact(Box::new(move |transaction| doing.perform(transaction, work)));
        let owner = Owner { attempt: &attempt, live: &self.live, ended: Some(&mut self.ended) };
        let answer = {
            let limited = async {
                match self.options.time_limit() {
                    None => Ok((&mut done).await),
                    Some(limit) => match tokio::time::timeout(limit, &mut done).await {
                        Ok(done) => Ok(done),
                        Err(_elapsed) => Err(Outcome::TimedOut(limit)),
                    },
                }
            };
            self.live.unless_called_off(pin!(limited)).await
        };
        let done = match answer {
            Ok(Ok(done)) => done,
            given_up => match (owner.give_up(), given_up) {
                (Some(_decided), _) => done.await,
                (None, Ok(Err(timed_out))) => return Ok(timed_out),
                (None, _) => return Err(CalledOff),
            },
        };
        owner.answered();
        if let Err(error) = done {
            return Ok(Outcome::Failed(Error::store(None, error)));
        }
        let run = match std::mem::take(&mut *attempt.lock()) {
            Stage::Decided(run) => run,
            Stage::Undone(outcome) => return Ok(*outcome),
            Stage::Waiting | Stage::Underway | Stage::GivenUp => {
                unreachable!("work that was done has an end")
            }
        };
        self.recorded = Some(run.states.len());
        self.recorded_policy = run.policy.clone();
        *self.live.record_mut() = *run;
        self.live.engine().feed().recorded();
        self.has_left_result();
        Ok(Outcome::Committed)
    }
}

/// Where an attempt stands, between the store that does it and the run that waits for it.
#[derive(Default)]
struct Shared(Mutex<Stage>);

#[derive(Default)]
enum Stage {
    /// The store has not come to it.
    #[default]
    Waiting,
    /// The body runs.
    Underway,
    /// Nobody waits for it any more, so it is not to be committed.
    GivenUp,
    /// It is committed, with its run in this state, unless the commit fails.
    Decided(Box<Run>),
    /// It is undone.
    Undone(Box<Outcome>),
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Stage> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Goes on to another stage; whether it was not given up before.
    fn enter(&self, next: Stage) -> bool {
        let mut stage = self.lock();
        if let Stage::GivenUp = *stage {
            return false;
        }
        *stage = next;
        true
    }
}

/// What the store has to do.
struct Doing {
    attempt: Arc<Shared>,
    live: Arc<LiveRun>,
    context: Arc<Context>,
    recorded: usize,
    recorded_policy: RunPolicy,
    /// Under what the result is left to others.
    leave: Option<Leave>,
}

/// What the rules say of a value that was returned.
enum Judged {
    /// The run completes.
    Completes(Box<Run>),
    /// It may not, for this reason.
    Refused(String),
    /// Its result cannot be kept, which was asked for.
    Unkept(Unkept),
    /// The value asks for another end.
    EndsOtherwise,
}

impl Doing {
    fn perform(self, transaction: &mut SqlTransaction<'_>, work: Work) -> TransactionEnd {
        if !self.attempt.enter(Stage::Underway) {
            return TransactionEnd::RollBack;
        }
        let mut judged = None;
        let worked = {
            let _inside = TransactionalBody::enter();
            let context = Arc::clone(&self.context);
            let mut tell = |returned: Returned<'_>| judged = Some(self.judge(returned));
            Panic::catch_sync(|| context.sync_scope(|| work(transaction, &mut tell)))
        };
        let outcome = match (worked, judged) {
            (Err(panic), _) => Outcome::Panicked(panic),
            (Ok(Attempted::Failed(error)), _) => Outcome::Failed(error),
            (Ok(Attempted::Returned), Some(Judged::Completes(run))) => {
                let mut advance = Advance::since(&run, self.recorded);
                advance.policy =
                    (run.policy != self.recorded_policy).then(|| Box::new(run.policy.clone()));
                let left = self.leave.and_then(|leave| leave.write(&run));
                return if self.attempt.enter(Stage::Decided(run)) {
                    let advance = Write::Advance(Box::new(advance));
                    TransactionEnd::Commit(left.into_iter().chain([advance]).collect())
                } else {
                    TransactionEnd::RollBack
                };
            }
            (Ok(Attempted::Returned), Some(Judged::Refused(reason))) => Outcome::Refused(reason),
            (Ok(Attempted::Returned), Some(Judged::Unkept(unkept))) => {
                Outcome::Failed(unkept.into())
            }
            (Ok(Attempted::Returned), Some(Judged::EndsOtherwise) | None) => Outcome::Returned,
        };
        self.attempt.enter(Stage::Undone(Box::new(outcome)));
        TransactionEnd::RollBack
    }

    /// Asks the rules whether the run may complete, on a copy of its record: the commit may fail.
    fn judge(&self, returned: Returned<'_>) -> Judged {
        let now = self.live.engine().now();
        let state = match returned.asks_for {
            None => State::completed(now),
            Some(state) => State { timestamp: now, ..state },
        };
        if !state.is_completed() {
            return Judged::EndsOtherwise;
        }
        let state = match self.live.with_recorded_result(state, returned.result) {
            Ok(state) => state,
            Err(unkept) => return Judged::Unkept(unkept),
        };
        let mut run = Box::new(self.live.record().clone());
        match self.live.judge(&mut run, state, SlotsView::Taken) {
            Verdict::Accept | Verdict::Replace(_) => {}
            Verdict::Reject(rejection) => return Judged::Refused(rejection.reason.to_string()),
            Verdict::Wait(until) => {
                return Judged::Refused(format!("it may not enter that state before {until}"));
            }
        }
        match run.state() {
            Some(state) if state.is_completed() => Judged::Completes(run),
            Some(state) => Judged::Refused(format!("it would be {} instead", state.name)),
            None => Judged::Refused("it would have no state".to_owned()),
        }
    }
}

/// The run that waits for an attempt. Dropped before it is answered, it gives the attempt up.
struct Owner<'a> {
    attempt: &'a Shared,
    live: &'a LiveRun,
    /// Whether the run has ended; none once there is nothing to give up.
    ended: Option<&'a mut bool>,
}

impl<'a> Owner<'a> {
    /// Gives the attempt up, unless it is decided: then this is the run as it will be.
    fn give_up(&self) -> Option<Box<Run>> {
        let before = {
            let mut stage = self.attempt.lock();
            if let Stage::Decided(run) = &*stage {
                return Some(run.clone());
            }
            std::mem::replace(&mut *stage, Stage::GivenUp)
        };
        if let Stage::Underway = before {
            self.live.logger().warning(format_args!(
                "The function of '{}' goes on until it returns, and nobody can write before; what it does is undone",
                self.live.definition().name()
            ));
        }
        None
    }

    /// There is nothing to give up any more.
    fn answered(mut self) {
        self.ended = None;
    }
}

impl Drop for Owner<'_> {
    fn drop(&mut self) {
        if self.ended.is_some()
            && let Some(run) = self.give_up()
            && let Some(ended) = &mut self.ended
        {
            // It is as good as committed, so it is too late to crash.
            **ended = true;
            *self.live.record_mut() = *run;
        }
    }
}

thread_local! {
    static IN_TRANSACTIONAL_BODY: Cell<bool> = const { Cell::new(false) };
}

/// Fails on a thread that runs a transactional body: a run that is begun there would wait for the store, which waits for the body.
pub(crate) fn not_in_transactional_body(name: &str) -> Result<()> {
    if IN_TRANSACTIONAL_BODY.get() {
        return Err(Error::configuration(format!(
            "'{name}' cannot be called inside a transactional task, because nothing else is recorded until that returns: call it before or \
             after"
        )));
    }
    Ok(())
}

/// Marks this thread as running a transactional body, until dropped.
struct TransactionalBody;

impl TransactionalBody {
    fn enter() -> Self {
        IN_TRANSACTIONAL_BODY.set(true);
        Self
    }
}

impl Drop for TransactionalBody {
    fn drop(&mut self) {
        IN_TRANSACTIONAL_BODY.set(false);
    }
}

/// The error of a transactional task on an engine that keeps no records.
pub(super) fn no_store(name: &str) -> Error {
    Error::configuration(format!(
        "'{name}' is transactional, and this engine keeps no records: open it with a database"
    ))
}

impl Engine {
    /// Does something in a transaction of the store's own database, outside of any run: makes the tables that transactional tasks
    /// use, or looks into them. It is committed if `work` returns `Ok`, and undone otherwise.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> tidegate::Result<()> { tidegate::testing::run_async(async {
    /// let engine = tidegate::Engine::current()?;
    /// let count = engine.sql_transaction(|tx| {
    ///     tx.execute("CREATE TABLE IF NOT EXISTS accounts (id INTEGER PRIMARY KEY, cents INTEGER)", ())?;
    ///     tx.query_value::<i64>("SELECT count(*) FROM accounts", ())
    /// });
    /// assert_eq!(count.await?, 0);
    /// # Ok(()) }).await }
    /// ```
    ///
    /// # Errors
    ///
    /// The error of `work`; that this engine keeps no records; or that the store cannot commit.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future does not stop `work`, which is committed all the same.
    pub async fn sql_transaction<T, E>(
        &self,
        work: impl FnOnce(&mut SqlTransaction<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T>
    where
        T: Send + 'static,
        E: Into<Error>,
    {
        let given = Arc::new(Mutex::new(None));
        let told = Arc::clone(&given);
        let done = self.require_store()?.transact(Box::new(move |transaction| {
            let worked = Panic::catch_sync(|| work(transaction).map_err(Into::into));
            let end = match &worked {
                Ok(Ok(_)) => TransactionEnd::Commit(Vec::new()),
                Ok(Err(_)) | Err(_) => TransactionEnd::RollBack,
            };
            *told.lock().unwrap_or_else(PoisonError::into_inner) = Some(worked);
            end
        }));
        done.await.map_err(|error| Error::store(None, error))?;
        let worked = given.lock().unwrap_or_else(PoisonError::into_inner).take();
        match worked.expect("work that was done has given something") {
            Ok(result) => result,
            Err(panic) => panic.resume(),
        }
    }
}
