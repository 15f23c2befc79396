//! What a run that is paused waits for, and what may be answered. It is decided here alone, of records; who records an answer, and who
//! runs the run on, is the business of others.

use serde_json::Value;

use crate::form::{Complaint, fill_in, told};
use crate::{
    Request, RequestKind, Run, RunId, RunInput, RunKind, RunQuery, State, StateData, StateType,
    Timestamp,
};

/// What the state of a run is called that somebody has resumed who cannot run it: one that was suspended, or one that had ended.
const RESUMED: [&str; 2] = ["Resuming", "AwaitingRetry"];

/// A pause that a recorded run is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    prefix: String,
    pause_key: String,
    timeout: Option<Timestamp>,
    waits: Waits,
}

/// Who waits for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Waits {
    /// Its process, in a pause.
    Process,
    /// Nobody: the run has left its process.
    Suspended,
    /// Nobody: its process has died while it was paused.
    Died,
}

/// A part of a question, which is recorded as an input of its run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The JSON Schema of what is asked for; none if nothing is.
    Schema,
    /// What is asked for, in words for people.
    Description,
    /// What was answered.
    Response,
}

/// Why an answer is not recorded.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Unanswerable {
    /// Nobody has answered in time.
    #[error("its time was up before")]
    TooLate,
    /// Nothing is asked for but to go on.
    #[error("its input does not fit: it waits for no input")]
    NoInput,
    /// It is not what is asked for.
    #[error("its input does not fit: {}", told(.0))]
    Misfit(Vec<Complaint>),
    /// It was answered otherwise, and nobody has come to running it on.
    #[error(
        "it was answered before, with another input, and did not come to going on: resume it without an input, and it goes on with that"
    )]
    AnsweredOtherwise,
}

impl Part {
    fn as_str(self) -> &'static str {
        match self {
            Self::Schema => "schema",
            Self::Description => "description",
            Self::Response => "response",
        }
    }
}

/// How the key of an input of a pause is made: of the name of its state and of its own key.
#[must_use]
pub fn input_key(state_name: &str, pause_key: &str, part: Part) -> String {
    format!("{}-{pause_key}-{}", state_name.to_lowercase(), part.as_str())
}

impl Question {
    /// What a run waits for: one that is paused or suspended, and one whose process has died while it was paused.
    #[must_use]
    pub fn of(run: &Run) -> Option<Self> {
        let (last, before) = run.states.split_last()?;
        let died = last.state_type() == StateType::Crashed;
        let paused = if died { before.last()? } else { last };
        let StateData::Paused { timeout, reschedule, key: Some(key) } = &paused.data else {
            return None;
        };
        Some(Self {
            prefix: paused.name.clone().into_owned(),
            pause_key: key.clone(),
            // One who died asks anew.
            timeout: timeout.filter(|_| !died),
            waits: match (died, reschedule) {
                (true, _) => Waits::Died,
                (false, true) => Waits::Suspended,
                (false, false) => Waits::Process,
            },
        })
    }

    /// The key of an input that is part of it.
    #[must_use]
    pub fn key(&self, part: Part) -> String {
        input_key(&self.prefix, &self.pause_key, part)
    }

    /// Until when it can be answered.
    #[must_use]
    pub fn timeout(&self) -> Option<Timestamp> {
        self.timeout
    }

    /// Whether its process waits for the answer.
    #[must_use]
    pub fn is_waited_for(&self) -> bool {
        self.waits == Waits::Process
    }

    /// Whether the run is suspended: whoever resumes it runs it.
    #[must_use]
    pub fn is_suspended(&self) -> bool {
        self.waits == Waits::Suspended
    }

    /// What is to be recorded as the answer; nothing, if it was answered before and is to be gone on with that.
    ///
    /// # Errors
    ///
    /// It cannot be answered, or not with this.
    pub fn judge(
        &self,
        schema: Option<&Value>,
        answered: Option<&Value>,
        given: Option<Value>,
        now: Timestamp,
    ) -> Result<Option<Value>, Unanswerable> {
        if self.timeout.is_some_and(|timeout| timeout < now) {
            return Err(Unanswerable::TooLate);
        }
        // Whoever has answered a run that nobody waits in has not come to running it again.
        let answered = answered.filter(|_| !self.is_waited_for());
        if answered.is_some() && given.is_none() {
            return Ok(None);
        }
        let value = match (schema, given) {
            (Some(schema), given) => fill_in(schema, given).map_err(Unanswerable::Misfit)?,
            (None, None) => Value::Null,
            (None, Some(_)) => return Err(Unanswerable::NoInput),
        };
        match answered {
            Some(answered) if *answered == value => Ok(None),
            Some(_) => Err(Unanswerable::AnsweredOtherwise),
            None => Ok(Some(value)),
        }
    }

    /// The answer, as it is recorded: once, and only while the run has as many states as when it was asked.
    #[must_use]
    pub fn response(
        &self,
        run: &Run,
        value: Value,
        sender: Option<RunId>,
        now: Timestamp,
    ) -> RunInput {
        RunInput { flow_run_id: run.id, key: self.key(Part::Response), value, sender, created: now }
    }

    /// What the process that waits is asked once an answer is there; nothing, if none waits.
    #[must_use]
    pub fn request(&self, run: RunId, now: Timestamp) -> Option<Request> {
        let kind = RequestKind::Resume { pause_key: self.pause_key.clone() };
        self.is_waited_for().then(|| Request::new(run, kind, now))
    }
}

/// The runs that were resumed by who cannot run them. [`is_resumed`] says of each whether it is one.
#[must_use]
pub fn resumed() -> RunQuery {
    RunQuery {
        kind: Some(RunKind::Flow),
        state_types: vec![StateType::Scheduled],
        state_names: RESUMED.map(str::to_owned).to_vec(),
        ..RunQuery::default()
    }
}

/// Whether a run is resumed, and waits for a program that has its flow. A run of Prefect's clients is run on by them.
#[must_use]
pub fn is_resumed(run: &Run) -> bool {
    let is = |state: &State| {
        state.state_type() == StateType::Scheduled && RESUMED.contains(&&*state.name)
    };
    run.lease.is_none() && run.policy.restartable && run.state().is_some_and(is)
}
