//! Inputs of flow runs: sending one to a run while it runs, and receiving those that were sent. What a pause asks for is the business of
//! `pause`.

mod receive;

use std::fmt;
use std::future::IntoFuture;

use futures_util::future::BoxFuture;
use serde::Serialize;
use serde_json::Value;
use tidegate_core::{IfExists, InputQuery, RunId, RunInput, RunKind, StoreErrorKind, Write};
use uuid::Uuid;

use crate::engine::{Context, Engine};
use crate::error::{Error, Result};
use crate::redact;
use crate::secret;

pub use receive::{InputReceiver, InputTimeout, Received, receive_input};

/// Where inputs go that are sent to no channel by name.
const DEFAULT_CHANNEL: &str = "input";

/// Sends an input to a flow run, where [`receive_input`] receives it: in the same process at once, in another within a second. Inputs stay
/// with the run; one that is sent before the run asks for it is received when it does.
///
/// ```
/// use tidegate::prelude::*;
/// use tidegate::{receive_input, runtime, send_input};
///
/// #[flow]
/// async fn sum() -> Result<u32> {
///     let mut numbers = receive_input::<u32>();
///     let mut sum = 0;
///     while let Some(number) = numbers.next().await? {
///         if number == 0 {
///             break;
///         }
///         sum += number;
///     }
///     Ok(sum)
/// }
///
/// #[flow]
/// async fn accountant() -> Result<u32> {
///     let sum = sum().submit();
///     for number in [3, 4, 0] {
///         send_input(number, sum.id().unwrap()).await?;
///     }
///     sum.await
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> { tidegate::testing::run_async(async {
/// assert_eq!(accountant().await?, 7);
/// # Ok(()) }).await }
/// ```
pub fn send_input<T: Serialize>(value: T, flow_run_id: RunId) -> SendInput {
    let value = secret::refused(|| serde_json::to_value(value)).map_err(|error| error.to_string());
    SendInput { value, flow_run_id, channel: DEFAULT_CHANNEL.to_owned(), key: None, engine: None }
}

/// An input that is sent when this is awaited. Made by [`send_input`].
#[derive(Clone)]
#[must_use = "an input is sent when this is awaited"]
pub struct SendInput {
    value: std::result::Result<Value, String>,
    flow_run_id: RunId,
    channel: String,
    key: Option<String>,
    engine: Option<Engine>,
}

impl SendInput {
    /// Sends it to those who receive what is sent under this prefix, and to no others.
    pub fn key_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.channel = prefix.into();
        self
    }

    /// Sends it once: a second input of the same key is an error. Without a key, each has one of its own.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Sends it by `engine` and not by the engine of the calling code.
    pub fn on(mut self, engine: &Engine) -> Self {
        self.engine = Some(engine.clone());
        self
    }

    /// Sends it from code that is not async.
    ///
    /// # Errors
    ///
    /// As when it is awaited; a configuration error where the calling thread belongs to an async runtime.
    pub fn block_on(self) -> Result<()> {
        crate::block_on::block_on(self.send())
    }

    async fn send(self) -> Result<()> {
        let engine = self.engine.map_or_else(Engine::current, Ok)?;
        let id = self.flow_run_id;
        let value = self.value.map_err(|error| {
            Error::configuration(format!("the input cannot be written as JSON: {error}"))
        })?;
        let prefix = channel_prefix(&self.channel)?;
        let key = self.key.unwrap_or_else(|| Uuid::now_v7().to_string());
        let input = RunInput {
            flow_run_id: id,
            key: prefix + &key,
            value,
            sender: Context::with(|context| context.flow.as_ref().map(|flow| flow.id())).flatten(),
            created: engine.now(),
        };
        engine.check_receives(id).await?;
        match engine.put_input(input, IfExists::Refuse, None).await? {
            Put::Done => Ok(()),
            Put::Exists => Err(Error::configuration(format!(
                "flow run {id} has an input of the key `{key}` already: send this one under another key, or without one"
            ))),
            Put::Refused => Err(Error::configuration(format!(
                "an input cannot be sent to flow run {id}: it ended long ago, and its record is being deleted"
            ))),
        }
    }
}

/// # Errors
///
/// There is no such flow run, it has an input of the same key, or it is being deleted; the input cannot be written as JSON; the engine keeps no records, or the
/// store cannot write.
///
/// # Cancel safety
///
/// Dropped once it was polled, the input may be sent or not.
impl IntoFuture for SendInput {
    type Output = Result<()>;
    type IntoFuture = BoxFuture<'static, Result<()>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

impl fmt::Debug for SendInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendInput").field("flow_run_id", &self.flow_run_id).finish_non_exhaustive()
    }
}

/// What has become of an input that was put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Put {
    /// It is durable.
    Done,
    /// There is one of its key.
    Exists,
    /// Its run is not recorded, or has left the state that it is for.
    Refused,
}

impl Engine {
    /// The inputs of a flow run, oldest first: what was sent to it, and what its pauses have asked for and were answered.
    ///
    /// # Errors
    ///
    /// The store cannot be read, or the engine has none.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn inputs(&self, flow_run_id: RunId) -> Result<Vec<RunInput>> {
        self.find_inputs(InputQuery::of(flow_run_id)).await
    }

    pub(crate) async fn find_inputs(&self, query: InputQuery) -> Result<Vec<RunInput>> {
        let found = self.require_store()?.inputs(query).await;
        found.map_err(|error| Error::store(None, error))
    }

    /// Whether there is a flow run of this id, which may be too new to be recorded.
    async fn check_receives(&self, id: RunId) -> Result<()> {
        let kind = match self.roster().find(id) {
            Some(live) => Some(live.kind()),
            None => self.run_record(id).await?.map(|run| run.kind()),
        };
        let why = match kind {
            Some(RunKind::Flow) => return Ok(()),
            Some(RunKind::Task) => "it is a task run, and only flow runs receive inputs",
            None => "it is not recorded in the store of this engine",
        };
        Err(Error::configuration(format!("an input cannot be sent to run {id}: {why}")))
    }

    /// The value of the input of this key.
    pub(crate) async fn input(&self, flow_run_id: RunId, key: &str) -> Result<Option<Value>> {
        let query = InputQuery { key: Some(key.to_owned()), ..InputQuery::of(flow_run_id) };
        Ok(self.find_inputs(query).await?.pop().map(|input| input.value))
    }

    /// Records an input, provided that the run has had so many states, and wakes those who wait for it.
    pub(crate) async fn put_input(
        &self,
        input: RunInput,
        if_exists: IfExists,
        after: Option<usize>,
    ) -> Result<Put> {
        let store = self.require_store()?;
        if redact::is_active() && redact::is_in(input.value.to_string().as_bytes()) {
            return Err(Error::configuration(
                "there is a secret in the input of a flow run, which would be stored in the clear: save it in a block, and send the name of that",
            ));
        }
        let id = input.flow_run_id;
        let write = Write::Input { input: Box::new(input), if_exists, after };
        match store.put_acknowledged(write).await {
            Ok(()) => {
                self.input_arrived(id);
                Ok(Put::Done)
            }
            Err(error) if error.kind() == StoreErrorKind::Exists => Ok(Put::Exists),
            Err(error) if error.kind() == StoreErrorKind::Fenced => Ok(Put::Refused),
            Err(error) => Err(Error::store(None, error)),
        }
    }
}

/// How the keys of what is sent to a channel begin.
fn channel_prefix(channel: &str) -> Result<String> {
    let is_name = |c: char| c.is_alphanumeric() || c == '-' || c == '_' || c == '.';
    if channel.is_empty() || !channel.chars().all(is_name) {
        return Err(Error::configuration(format!(
            "`{channel}` cannot be the prefix of keys: write letters, digits, dashes, underscores and dots, such as `orders`"
        )));
    }
    Ok(format!("{channel}:"))
}
