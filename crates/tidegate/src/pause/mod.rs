//! Pausing a flow run from its body: it waits in its process, or leaves it, until someone resumes it, with an input of the type it waits
//! for. What answers a pause stays with the run, so that a body which runs again is not asked again. Who answers is the business of
//! `answer`.
//!
//! ```text
//!   body ── PauseCall ──> inputs: paused-1-schema          resume(id).input(..) ── checked against it ──> paused-1-response
//!                         state:  Paused, or Suspended                                                        │
//!   body <───────────────────────────────── the value of that ────────────────────────────────────────────────┘
//! ```

mod answer;
mod form;

use std::fmt;
use std::future::IntoFuture;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tidegate_core::pause::{Part, input_key};
use tidegate_core::{IfExists, RunInput, State, StateData, Timestamp};

use crate::duration::IntoDuration;
use crate::engine::{Context, IN_TRANSACTION, LiveRun, never_resumed, waiting};
use crate::error::{Error, Result};
use crate::result::MadeUp;
use crate::resume;
use crate::run_input::Put;

use form::Form;

/// How long a pause waits that says nothing else.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(3600);

#[doc = include_str!("pause_flow_run.md")]
pub fn pause_flow_run() -> PauseCall<()> {
    PauseCall::new(How::Pause)
}

#[doc = include_str!("suspend_flow_run.md")]
pub fn suspend_flow_run() -> PauseCall<()> {
    PauseCall::new(How::Suspend)
}

/// A pause that happens when this is awaited. Made by [`pause_flow_run`] and [`suspend_flow_run`].
#[must_use = "a pause does nothing until it is awaited"]
pub struct PauseCall<T> {
    how: How,
    key: Option<String>,
    timeout: Option<Duration>,
    form: Option<Form>,
    initial: Option<std::result::Result<Value, String>>,
    description: Option<String>,
    read: fn(Option<&Form>, Value) -> std::result::Result<T, String>,
    /// What stands in for the answer in a dry run.
    made_up: fn() -> std::result::Result<T, String>,
}

/// What becomes of the process meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    /// The body waits in it.
    Pause,
    /// The run leaves it.
    Suspend,
}

/// Nobody has resumed a paused flow run in time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Flow run '{run}' was paused and never resumed: nobody did within {}", seconds(*timeout))]
pub struct FlowPauseTimeout {
    run: String,
    timeout: Duration,
}

fn seconds(time: Duration) -> String {
    format!("{} second(s)", crate::log::seconds(time))
}

impl PauseCall<()> {
    fn new(how: How) -> Self {
        // Numbered when it is made, not when it is polled, as all calls are.
        let pausing = |context: &Context| Some(context.flow.as_ref()?.pausing()?.next_key());
        Self {
            how,
            key: Context::with(pausing).flatten(),
            timeout: match how {
                How::Pause => Some(DEFAULT_TIMEOUT),
                How::Suspend => None,
            },
            form: None,
            initial: None,
            description: None,
            read: |_, _| Ok(()),
            made_up: || Ok(()),
        }
    }

    /// Waits for a `T`, which [`resume`](crate::resume()) is given as its `input`, and gives that. Its JSON Schema is kept with the run as
    /// the form to be filled in. What does not fit the schema does not resume the run; of a type with named fields, neither do fields
    /// it has not.
    ///
    /// Any other type is asked for as the one field `value`.
    pub fn wait_for_input<T: JsonSchema + DeserializeOwned>(self) -> PauseCall<T> {
        let Self { how, key, timeout, initial, description, .. } = self;
        let form = Some(Form::of::<T>());
        let made_up = || T::deserialize(MadeUp::default()).map_err(|error| error.to_string());
        PauseCall { how, key, timeout, form, initial, description, read: read::<T>, made_up }
    }
}

impl<T> PauseCall<T> {
    /// Tells this pause of the flow run from others. Without it, they are numbered.
    ///
    /// What answers a pause answers every further pause of the same key at once.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Gives it up after so long: of a pause, its body is given a [`FlowPauseTimeout`]; a run that is suspended fails when it is to be
    /// resumed. Unset, a pause waits for an hour and a suspension for ever.
    pub fn timeout(mut self, timeout: impl IntoDuration) -> Self {
        self.timeout = Some(timeout.into_duration());
        self
    }

    /// Waits for ever.
    pub fn without_timeout(mut self) -> Self {
        self.timeout = None;
        self
    }

    /// What is filled in already: fields that need not be given when the run is resumed.
    pub fn with_initial_data(mut self, initial: impl Serialize) -> Self {
        self.initial = Some(
            crate::secret::refused(|| serde_json::to_value(initial))
                .map_err(|error| error.to_string()),
        );
        self
    }

    /// What is asked for, in words for people.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// Pauses from a body that is not async.
    ///
    /// # Errors
    ///
    /// As when it is awaited; a configuration error where the calling thread belongs to an async runtime.
    pub fn block_on(self) -> Result<T> {
        crate::block_on::block_on(self.perform())
    }

    async fn perform(self) -> Result<T> {
        if Context::with(|context| context.engine.as_ref()?.dry_run().map(drop)).flatten().is_some()
        {
            return (self.made_up)().map_err(|why| {
                Error::configuration(format!(
                    "nothing can stand in for the answer to a pause in a dry run: {why}"
                ))
            });
        }
        let live = self.how.place()?;
        let key = self.key.clone().unwrap_or_default();
        let asked = Asked { how: self.how, key: key.clone() };
        if let Some(response) = asked.response(&live).await? {
            return self.read(&live, response);
        }
        let form = self.filled_form(&live)?;
        asked.put(&live, Part::Schema, form.as_ref().map(|form| form.schema().clone())).await?;
        asked.put(&live, Part::Description, self.description.clone().map(Value::String)).await?;
        let now = live.engine().now();
        let deadline = self.timeout.and_then(|timeout| after(now, timeout));
        let state = self.how.state(key, deadline, now);
        match self.how {
            How::Suspend => Err(live.suspend(state).await),
            How::Pause => {
                let response = waiting(asked.wait(&live, state, deadline)).await?;
                let response = response.ok_or_else(|| FlowPauseTimeout {
                    run: live.name(),
                    timeout: self.timeout.unwrap_or_default(),
                })?;
                self.read(&live, response)
            }
        }
    }

    fn filled_form(&self, live: &LiveRun) -> Result<Option<Form>> {
        let wrong = |why: String| {
            let name = live.name();
            Error::configuration(format!(
                "flow run '{name}' cannot pause with this initial data: {why}"
            ))
        };
        let Some(initial) = &self.initial else { return Ok(self.form.clone()) };
        let initial = initial.clone().map_err(wrong)?;
        let Some(mut form) = self.form.clone() else {
            return Err(wrong(
                "it waits for no input; say of which type with `wait_for_input`".into(),
            ));
        };
        form.begin_with(initial).map_err(wrong)?;
        Ok(Some(form))
    }

    fn read(&self, live: &LiveRun, response: Value) -> Result<T> {
        (self.read)(self.form.as_ref(), response).map_err(|why| {
            let name = live.name();
            Error::msg(format!(
                "the input that flow run '{name}' was resumed with is not what it waits for: {why}"
            ))
        })
    }
}

fn read<T: DeserializeOwned>(
    form: Option<&Form>,
    response: Value,
) -> std::result::Result<T, String> {
    match form {
        Some(form) => form.read(response),
        None => Err("it waits for none".to_owned()),
    }
}

/// So long after; none if that is never.
fn after(now: Timestamp, timeout: Duration) -> Option<Timestamp> {
    chrono::TimeDelta::from_std(timeout).ok().and_then(|timeout| now.checked_add_signed(timeout))
}

impl How {
    /// The flow run whose body pauses.
    fn place(self) -> Result<Arc<LiveRun>> {
        let verb = self.verb();
        let cannot = |why: &str| Err(Error::configuration(format!("{verb}: {why}")));
        let context = Context::current().unwrap_or_default();
        let Some(live) = context.flow.clone().filter(|flow| !flow.record().is_terminal()) else {
            return cannot(
                "only a flow run can be, from its own body, and this code belongs to none",
            );
        };
        if let Some(task) = &context.task {
            let task = task.name();
            return cannot(&format!("task run '{task}' cannot; do it in the body of its flow"));
        }
        live.engine().require_store()?;
        if self == Self::Suspend {
            if let Some(why) = live.cannot_be_suspended() {
                return cannot(&why);
            }
            if context.transaction().is_some() {
                return cannot(IN_TRANSACTION);
            }
            let restartable = resume::check_restartable(&live.record());
            restartable.or_else(|why| cannot(&never_resumed(why)).map(drop))?;
            live.record_mut().policy.restartable = true;
        }
        Ok(live)
    }

    fn verb(self) -> &'static str {
        match self {
            Self::Pause => "Flow run cannot be paused",
            Self::Suspend => "Flow run cannot be suspended",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Pause => "Paused",
            Self::Suspend => "Suspended",
        }
    }

    fn state(self, key: String, timeout: Option<Timestamp>, now: Timestamp) -> State {
        let reschedule = self == Self::Suspend;
        let data = StateData::Paused { timeout, reschedule, key: Some(key) };
        State::new(self.name(), data, now)
    }
}

/// The inputs of a pause.
struct Asked {
    how: How,
    key: String,
}

impl Asked {
    /// What the pause was answered, if it was.
    async fn response(&self, live: &LiveRun) -> Result<Option<Value>> {
        live.engine().input(live.id(), &self.input(Part::Response)).await
    }

    fn input(&self, part: Part) -> String {
        input_key(self.how.name(), &self.key, part)
    }

    async fn put(&self, live: &LiveRun, part: Part, value: Option<Value>) -> Result<()> {
        let Some(value) = value else { return Ok(()) };
        let input = RunInput {
            flow_run_id: live.id(),
            key: self.input(part),
            value,
            sender: None,
            created: live.engine().now(),
        };
        match live.engine().put_input(input, IfExists::Replace, None).await? {
            Put::Done | Put::Exists => Ok(()),
            Put::Refused => Err(Error::configuration(format!(
                "flow run '{}' cannot pause: it is being deleted",
                live.name()
            ))),
        }
    }

    /// Waits in the paused state until it is answered; none if nobody does in time.
    async fn wait(
        &self,
        live: &Arc<LiveRun>,
        state: State,
        deadline: Option<Timestamp>,
    ) -> Result<Option<Value>> {
        let engine = live.engine();
        let pause = live.pause(state).await?;
        loop {
            if let Some(response) = self.response(live).await? {
                live.logger().info("Resuming flow run execution!");
                pause.end(engine.now()).await?;
                return Ok(Some(response));
            }
            let Some(deadline) = deadline else {
                live.resumed().await?;
                continue;
            };
            match tokio::time::timeout(engine.until(deadline), live.resumed()).await {
                Ok(resumed) => resumed?,
                Err(_elapsed) if engine.now() < deadline => {}
                Err(_elapsed) => {
                    // Once it goes on it cannot be answered any more; what came before that counts.
                    pause.end(deadline).await?;
                    return self.response(live).await;
                }
            }
        }
    }
}

/// # Errors
///
/// Nobody resumed it in time ([`FlowPauseTimeout`]), or the store cannot be read or written; a configuration error outside of the body
/// of a flow, while the run is paused already, and of a suspension also in a subflow, in a transaction, and in a flow that cannot be
/// called from its record.
///
/// # Cancel safety
///
/// When a pause is dropped, the run goes on.
impl<T: Send + 'static> IntoFuture for PauseCall<T> {
    type Output = Result<T>;
    type IntoFuture = BoxFuture<'static, Result<T>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.perform())
    }
}

impl<T> fmt::Debug for PauseCall<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PauseCall")
            .field("how", &self.how)
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}
