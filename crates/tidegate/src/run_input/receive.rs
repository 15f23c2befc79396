//! Receiving what was sent to a flow run, one input after the other. It takes nothing away: whoever asks anew receives it anew.

use std::collections::VecDeque;
use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use futures_util::stream::{self, Stream};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tidegate_core::{InputQuery, LogLevel, RunId, RunInput, Timestamp};
use tokio::time::Instant;

use super::{DEFAULT_CHANNEL, SendInput, channel_prefix, send_input};
use crate::duration::IntoDuration;
use crate::engine::{Context, Engine, Listener, run_logger, waiting};
use crate::error::{Error, Result};

/// How many inputs are asked for at once.
const PAGE: u64 = 100;

/// Receives what is sent to this flow run by [`send_input`]: every input that is a `T`, from the first one that was ever sent to the run.
/// Inputs of other types are left to other receivers, and a run that runs again receives the same ones again.
///
/// ```
/// use tidegate::prelude::*;
/// use tidegate::{receive_input, send_input};
///
/// #[flow]
/// async fn greeter() -> Result<()> {
///     let mut names = receive_input::<String>().timeout("10ms");
///     while let Some(name) = names.next_with_metadata().await? {
///         name.respond(format!("Hello, {}", name.value)).await?;
///     }
///     Ok(())
/// }
///
/// #[flow]
/// async fn ada() -> Result<Option<String>> {
///     let greeter = greeter().submit();
///     send_input("Ada", greeter.id().unwrap()).await?;
///     receive_input::<String>().next().await
/// }
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> { tidegate::testing::run_async(async {
/// assert_eq!(ada().await?.as_deref(), Some("Hello, Ada"));
/// # Ok(()) }).await }
/// ```
pub fn receive_input<T: DeserializeOwned>() -> InputReceiver<T> {
    InputReceiver {
        channel: DEFAULT_CHANNEL.to_owned(),
        flow_run_id: None,
        timeout: None,
        raises_timeout_error: false,
        engine: None,
        listening: None,
        seen: 0,
        found: VecDeque::new(),
        of_type: PhantomData,
    }
}

/// Receives the inputs of a flow run. Made by [`receive_input`].
#[must_use = "a receiver receives nothing until it is asked for the `next`"]
pub struct InputReceiver<T> {
    channel: String,
    flow_run_id: Option<RunId>,
    timeout: Option<Duration>,
    raises_timeout_error: bool,
    engine: Option<Engine>,
    listening: Option<Listening>,
    /// How many inputs of the channel were looked at.
    seen: u64,
    found: VecDeque<RunInput>,
    of_type: PhantomData<fn() -> T>,
}

/// Where a receiver looks, once it was asked.
struct Listening {
    engine: Engine,
    flow_run_id: RunId,
    prefix: String,
    listener: Listener,
}

/// No input came in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Timed out waiting for input: none came within {0:?}")]
pub struct InputTimeout(Duration);

/// An input, with where it comes from.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Received<T> {
    /// The input.
    pub value: T,
    /// Its key.
    pub key: String,
    /// The flow run that sent it; none if it came from elsewhere.
    pub sender: Option<RunId>,
    /// When it was sent.
    pub created: Timestamp,
    engine: Engine,
    flow_run_id: RunId,
}

impl<T> Received<T> {
    /// Sends an answer to the flow run that sent this.
    ///
    /// # Errors
    ///
    /// No flow run sent it; or as [`send_input`].
    ///
    /// # Cancel safety
    ///
    /// Dropped once it was polled, the answer may be sent or not.
    pub async fn respond<A: Serialize>(&self, answer: A) -> Result<()> {
        let Some(sender) = self.sender else {
            return Err(Error::configuration(format!(
                "the input `{}` of flow run {} cannot be answered: no flow run sent it",
                self.key, self.flow_run_id
            )));
        };
        let answer: SendInput = send_input(answer, sender).on(&self.engine);
        answer.await
    }
}

impl<T: DeserializeOwned> InputReceiver<T> {
    /// Waits so long for each input; without a timeout, for ever.
    pub fn timeout(mut self, timeout: impl IntoDuration) -> Self {
        self.timeout = Some(timeout.into_duration());
        self
    }

    /// Makes it an error ([`InputTimeout`]) that no input came in time. Otherwise there is no next one then.
    pub fn raise_timeout_error(mut self) -> Self {
        self.raises_timeout_error = true;
        self
    }

    /// Receives what was sent under this prefix, and nothing else.
    pub fn key_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.channel = prefix.into();
        self
    }

    /// Receives what was sent to this flow run, and not to that of the calling code.
    pub fn of_flow_run(mut self, flow_run_id: RunId) -> Self {
        self.flow_run_id = Some(flow_run_id);
        self
    }

    /// Receives by `engine` and not by the engine of the calling code.
    pub fn on(mut self, engine: &Engine) -> Self {
        self.engine = Some(engine.clone());
        self
    }

    /// The next input; none if none came in time.
    ///
    /// # Errors
    ///
    /// No input came in time, where that is [an error](Self::raise_timeout_error); the code belongs to no flow run and names none; the
    /// store cannot be read, or the engine has none.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: an input is received by whoever asks next.
    pub async fn next(&mut self) -> Result<Option<T>> {
        Ok(self.next_with_metadata().await?.map(|received| received.value))
    }

    /// The next input with its key, its sender and its time; none if none came in time.
    ///
    /// # Errors
    ///
    /// As [`next`](Self::next).
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: an input is received by whoever asks next.
    pub async fn next_with_metadata(&mut self) -> Result<Option<Received<T>>> {
        if self.listening.is_none() {
            self.listening = Some(self.listen()?);
        }
        let deadline = self.timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        loop {
            if let Some(received) = self.look().await? {
                return Ok(Some(received));
            }
            let Some(listening) = &mut self.listening else { return Ok(None) };
            let arrival = listening.listener.arrival();
            let Some(deadline) = deadline else {
                waiting(arrival).await;
                continue;
            };
            if waiting(tokio::time::timeout_at(deadline, arrival)).await.is_ok() {
                continue;
            }
            // What came at the last moment is not late.
            return match (self.look().await?, self.timeout) {
                (None, Some(timeout)) if self.raises_timeout_error => {
                    Err(InputTimeout(timeout).into())
                }
                (received, _) => Ok(received),
            };
        }
    }

    /// The inputs as a stream, which ends when none came in time.
    pub fn into_stream(self) -> impl Stream<Item = Result<T>> + Send {
        stream::unfold(Some(self), |receiver| async {
            let mut receiver = receiver?;
            match receiver.next().await {
                Ok(Some(value)) => Some((Ok(value), Some(receiver))),
                Ok(None) => None,
                Err(error) => Some((Err(error), None)),
            }
        })
    }

    fn listen(&mut self) -> Result<Listening> {
        let engine = self.engine.clone().map_or_else(Engine::current, Ok)?;
        let own = || Context::with(|context| context.flow.as_ref().map(|flow| flow.id())).flatten();
        let Some(flow_run_id) = self.flow_run_id.or_else(own) else {
            return Err(Error::configuration(
                "inputs are sent to flow runs, and this code belongs to none: name the flow run with `.of_flow_run(id)`",
            ));
        };
        let prefix = channel_prefix(&self.channel)?;
        let listener = engine.listen(flow_run_id);
        Ok(Listening { engine, flow_run_id, prefix, listener })
    }

    /// The next input that is there.
    async fn look(&mut self) -> Result<Option<Received<T>>> {
        let Some(listening) = &self.listening else { return Ok(None) };
        loop {
            if self.found.is_empty() {
                let query = InputQuery {
                    prefix: Some(listening.prefix.clone()),
                    offset: self.seen,
                    limit: Some(PAGE),
                    ..InputQuery::of(listening.flow_run_id)
                };
                self.found = listening.engine.find_inputs(query).await?.into();
            }
            let Some(input) = self.found.pop_front() else { return Ok(None) };
            self.seen += 1;
            let RunInput { flow_run_id, key, value, sender, created } = input;
            match serde_json::from_value(value) {
                Ok(value) => {
                    let engine = listening.engine.clone();
                    return Ok(Some(Received { value, key, sender, created, engine, flow_run_id }));
                }
                Err(error) => {
                    // Those who share a channel may mean different types; who has one for itself does not.
                    let level = if self.channel == DEFAULT_CHANNEL {
                        LogLevel::Debug
                    } else {
                        LogLevel::Warning
                    };
                    let of_type = std::any::type_name::<T>();
                    run_logger().log(
                        level,
                        format!("The input `{key}` is left out, since it is no {of_type}: {error}"),
                    );
                }
            }
        }
    }
}

impl<T> fmt::Debug for InputReceiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InputReceiver")
            .field("channel", &self.channel)
            .field("flow_run_id", &self.flow_run_id)
            .finish_non_exhaustive()
    }
}
