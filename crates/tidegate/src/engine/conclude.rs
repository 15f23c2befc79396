//! From the outcome of an attempt to the state of its run: what is proposed, what is said of it, and whether there is
//! another attempt.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::sync::Arc;

use tidegate_core::{LogLevel, RunKind, State, StateData, Timestamp, Verdict};

use crate::engine::attempt::Outcome;
use crate::engine::panics::Panic;
use crate::engine::result::Unwritten;
use crate::engine::{Body, Execution, hooks, waiting};
use crate::error::{Error, Result};
use crate::log::seconds;
use crate::result::Unkept;

/// What comes after an attempt.
pub(super) enum Next {
    /// Another one, at this time.
    AttemptAt(Timestamp),
    /// Nothing: the run has ended like this.
    Ended(Result<()>),
}

/// What cannot be told at once of an attempt that has ended.
pub(super) enum Unfinished {
    /// It failed, and another may follow.
    Failing(Failing),
    /// Its result must be written first.
    Unwritten(Unwritten),
}

/// What a failed attempt is proposed as, and what is said of it.
pub(super) struct Failing {
    state: State,
    cause: Option<Arc<dyn StdError + Send + Sync>>,
    what: What,
    text: String,
}

/// Why a failed attempt, if it is not followed by another, was the last.
#[derive(Clone, Copy)]
enum Last {
    /// There are no retries.
    Only,
    /// All retries are used.
    Exhausted,
    /// The user's condition said so.
    Vetoed,
    /// This argument cannot be given to another.
    UsedUp(&'static str),
}

/// How an attempt failed, as log lines tell it.
enum What {
    /// It returned a state.
    State,
    /// It returned an error, or panicked.
    Exception,
    /// It took too long.
    Timeout,
}

impl Failing {
    /// What is said of a failed attempt of a flow; of a returned state nothing, since the state speaks for itself.
    fn of_a_flow(&self) -> Option<String> {
        match self.what {
            What::State => None,
            What::Exception => {
                Some(format!("Encountered exception during execution: {}", self.text))
            }
            What::Timeout => Some(self.text.clone()),
        }
    }

    /// What is said of a failed attempt of a task.
    fn of_a_task(&self) -> String {
        match self.what {
            What::State => format!("Task run failed with state: {}", self.text),
            What::Exception => format!("Task run failed with exception: {}", self.text),
            What::Timeout => self.text.clone(),
        }
    }
}

impl Execution {
    /// Waits for what the attempt submitted; a timed-out attempt's is dropped instead.
    pub(super) async fn join_submitted(&self, outcome: &Outcome) {
        let submitted = match outcome {
            Outcome::TimedOut(_) => self.live.stop_submitted(),
            Outcome::Returned
            | Outcome::Failed(_)
            | Outcome::Panicked(_)
            | Outcome::Committed
            | Outcome::Refused(_) => self.live.nursery(),
        };
        if let Some(submitted) = submitted {
            let unfinished = submitted.tally().unfinished();
            if unfinished > 0 && !matches!(outcome, Outcome::TimedOut(_)) {
                self.say_unfinished(unfinished);
            }
            waiting(submitted.join()).await;
        }
    }

    /// Waits for what was submitted.
    pub(super) async fn join_nursery(&self) {
        if let Some(submitted) = self.live.nursery() {
            submitted.join().await;
        }
    }

    fn say_unfinished(&self, count: usize) {
        let Some(logger) = self.live.logger_at(LogLevel::Info) else { return };
        let noun = if count == 1 { "run that was" } else { "runs that were" };
        logger.info(format_args!("Waiting for {count} {noun} submitted and not awaited"));
    }

    /// Proposes what the outcome amounts to, and says what follows; what takes longer goes on to [`finish`](Self::finish).
    ///
    /// Not async, so that the future of a run holds no outcome: most runs just return.
    pub(super) fn conclude(
        &mut self,
        outcome: Outcome,
        body: &dyn Body,
    ) -> Result<Next, Box<Unfinished>> {
        let now = self.live.engine().now();
        let failing = match outcome {
            Outcome::Returned => {
                let state = match body.conclude() {
                    None => State::completed(now),
                    Some(state) => State { timestamp: now, ..state },
                };
                if !state.is_failed() {
                    let state = self.with_result(state, body)?;
                    return Ok(self.end_in(state));
                }
                let text = format!("{state:?}");
                Failing { state, cause: None, what: What::State, text }
            }
            Outcome::Failed(error) => {
                let text = Panic::catch_sync(|| error.root_text())
                    .unwrap_or_else(|panic| format!("an error that cannot be shown: {panic}"));
                let state = State::failed(now).message(self.encountered(&text));
                let cause = Some(error.into_cause());
                Failing { state, cause, what: What::Exception, text }
            }
            Outcome::Panicked(panic) => self.panicked(panic, now),
            Outcome::Committed => return Ok(self.end_as_entered()),
            Outcome::Refused(reason) => return Ok(self.end_refused(reason)),
            Outcome::TimedOut(limit) => {
                let noun = self.noun();
                let text = format!("{noun} run exceeded timeout of {} second(s)", seconds(limit));
                let state = State::timed_out(now).message(text.clone());
                Failing { state, cause: None, what: What::Timeout, text }
            }
        };
        Err(Box::new(Unfinished::Failing(failing)))
    }

    fn panicked(&self, panic: Panic, now: Timestamp) -> Failing {
        let text = panic.to_string();
        let state = State::panicked(now).message(text.clone());
        Failing { state, cause: Some(Arc::new(panic)), what: What::Exception, text }
    }

    /// A run whose result cannot be kept, though it was told to.
    pub(super) fn failing_to_keep(&self, unkept: Unkept) -> Failing {
        let text = unkept.to_string();
        let state = State::failed(self.live.engine().now()).message(self.encountered(&text));
        Failing { state, cause: Some(Arc::new(unkept)), what: What::Exception, text }
    }

    /// Goes on from an attempt that cannot be concluded at once.
    pub(super) async fn finish(
        &mut self,
        unfinished: Unfinished,
        used_up: Option<&'static str>,
    ) -> Next {
        let failing = match unfinished {
            Unfinished::Failing(failing) => failing,
            Unfinished::Unwritten(unwritten) => match self.write_result(unwritten).await {
                Ok(state) => return self.end_in(state),
                Err(failing) => failing,
            },
        };
        self.fail(failing, used_up).await
    }

    /// Proposes a failed state, which the rules may turn into another attempt.
    async fn fail(&mut self, mut failing: Failing, used_up: Option<&'static str>) -> Next {
        let (attempt, retries) = {
            let record = self.live.record();
            (record.run_count, record.policy.retry.retries())
        };
        let last = if retries == 0 {
            Last::Only
        } else if attempt > retries {
            Last::Exhausted
        } else if let Some(argument) = used_up {
            Last::UsedUp(argument)
        } else if self.is_vetoed(&failing.state).await {
            Last::Vetoed
        } else {
            Last::Exhausted
        };
        if let Last::UsedUp(_) | Last::Vetoed = last {
            failing.state.data = StateData::Failed { retriable: Some(false) };
        }
        let verdict = self.propose(failing.state.clone());
        let entered = self.live.state().unwrap_or_else(|| failing.state.clone());
        if let (Verdict::Replace(_), StateData::Scheduled { scheduled_time }) =
            (&verdict, &entered.data)
        {
            self.say_retry(&failing, attempt, retries, *scheduled_time);
            return Next::AttemptAt(*scheduled_time);
        }
        self.say_failure(&failing, last);
        self.end(entered, failing.cause)
    }

    /// Whether the user's condition says that there is no further attempt.
    async fn is_vetoed(&self, proposed: &State) -> bool {
        let Some(condition) = &self.options.retry_condition else { return false };
        let snapshot = self.live.record().clone();
        let context = Arc::clone(&self.context);
        !hooks::may_retry(&self.live, context, condition, snapshot, proposed).await
    }

    /// Proposes a state that is not a failure.
    pub(super) fn end_in(&mut self, state: State) -> Next {
        match self.propose(state) {
            Verdict::Accept | Verdict::Replace(_) => self.end_as_entered(),
            Verdict::Reject(rejection) => self.end_refused(rejection.reason),
            Verdict::Wait(until) => {
                self.end_refused(format!("it may not enter that state before {until}"))
            }
        }
    }

    /// The run has entered its last state.
    fn end_as_entered(&mut self) -> Next {
        if self.live.record().state().is_some_and(State::is_completed) {
            self.ended = true;
            return Next::Ended(Ok(()));
        }
        let entered = self.live.state().expect("a run that entered a state has one");
        self.end(entered, None)
    }

    /// A run whose value asks for a state that it may not enter has failed.
    fn end_refused(&mut self, reason: String) -> Next {
        let text = format!("the state that was returned is refused: {reason}");
        let mut state = State::failed(self.live.engine().now()).message(text);
        state.data = StateData::Failed { retriable: Some(false) };
        let _ = self.propose(state.clone());
        let entered = self.live.state().unwrap_or(state);
        self.end(entered, None)
    }

    fn end(&mut self, state: State, cause: Option<Arc<dyn StdError + Send + Sync>>) -> Next {
        Next::Ended(self.ended_in(state, cause))
    }

    /// The run has ended in this state: what its caller is given.
    pub(super) fn ended_in(
        &mut self,
        state: State,
        cause: Option<Arc<dyn StdError + Send + Sync>>,
    ) -> Result<()> {
        self.ended = true;
        if state.is_completed() {
            Ok(())
        } else {
            Err(Error::ended(self.live.label(), state, cause))
        }
    }

    /// Records how the run ended, and says so.
    pub(super) async fn record_end(&mut self) -> Result<()> {
        let Some(line) = self.live.has_finished() else { return Ok(()) };
        line.store();
        if self.caching.is_some() {
            Box::pin(self.leave_result()).await;
        }
        let recorded = self.record_acknowledged().await;
        self.caching = None;
        match &recorded {
            Ok(()) => line.print(),
            Err(error) => self.live.logger().error(format_args!("{error}")),
        }
        recorded
    }

    fn say_retry(&self, failing: &Failing, attempt: u32, retries: u32, at: Timestamp) {
        let logger = self.live.logger();
        match self.live.kind() {
            RunKind::Flow => {
                if let Some(text) = failing.of_a_flow() {
                    logger.error(text);
                }
                logger.info(format_args!(
                    "Received non-final state 'AwaitingRetry' when proposing final state '{}' and will attempt to run again...",
                    failing.state.name
                ));
            }
            RunKind::Task => {
                let delay = (at - failing.state.timestamp).to_std().unwrap_or_default();
                let start: Cow<'_, str> = if delay.is_zero() {
                    "immediately".into()
                } else {
                    format!("{} second(s) from now", seconds(delay)).into()
                };
                let failure = failing.of_a_task();
                logger
                    .info(format_args!("{failure} - Retry {attempt}/{retries} will start {start}"));
            }
        }
    }

    fn say_failure(&self, failing: &Failing, last: Last) {
        let logger = self.live.logger();
        let text = match self.live.kind() {
            RunKind::Flow => failing.of_a_flow(),
            RunKind::Task => Some(failing.of_a_task()),
        };
        let Some(text) = text else { return };
        match (last, self.live.kind()) {
            (Last::UsedUp(argument), _) => logger.error(format_args!(
                "{text} - No retry: the argument `{argument}` is used up; make it Clone, or take the retries away"
            )),
            (Last::Exhausted, RunKind::Task) => {
                logger.error(format_args!("{text} - Retries are exhausted"));
            }
            (Last::Exhausted, RunKind::Flow) | (Last::Only | Last::Vetoed, _) => logger.error(text),
        }
    }

    fn encountered(&self, text: &str) -> String {
        match self.live.kind() {
            RunKind::Flow => format!("Flow run encountered an exception: {text}"),
            RunKind::Task => format!("Task run encountered an exception: {text}"),
        }
    }

    fn noun(&self) -> &'static str {
        match self.live.kind() {
            RunKind::Flow => "Flow",
            RunKind::Task => "Task",
        }
    }
}
