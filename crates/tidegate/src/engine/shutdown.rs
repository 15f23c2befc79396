//! Ending a program in order when it is asked to stop: nothing new begins, what is under way has a moment to end, and then all
//! that did not is recorded as CRASHED and can be gone on with.

use std::future::IntoFuture;
use std::pin::pin;
use std::process;

use crate::engine::{Context, Engine, Nursery};
use crate::error::{Error, Result};
use crate::log::seconds;

impl Engine {
    /// Runs a program on this engine until it has ended, or the process is asked to stop by SIGINT (Ctrl-C) or SIGTERM.
    ///
    /// Asked to stop, no further task begins; those under way have the time of `TIDEGATE_SHUTDOWN_GRACE_SECONDS` (5 seconds) to
    /// end. Then the program's future is dropped with all that was submitted, which records the runs that have not ended as
    /// CRASHED, and the engine is closed: everything is durable, and the lease is given back. A second signal ends the process at
    /// once, with the exit code 128 plus the signal's number. Sync bodies cannot be stopped: the process waits for them, or for
    /// the second signal.
    ///
    /// Calls in the program run on this engine. Without this method a signal ends the process at once, and what the process had
    /// under way is found to have crashed by the next one.
    ///
    /// ```
    /// use tidegate::prelude::*;
    ///
    /// #[flow(recover)]
    /// async fn nightly() -> Result<u32> {
    ///     Ok(42)
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
    /// let engine = tidegate::Engine::builder().database("sqlite::memory:").open()?;
    /// assert_eq!(engine.run_until_signal(nightly()).await??, 42);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// The process was asked to stop ([`Error::is_interrupted`]), signals cannot be listened to, or the store cannot write.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future drops the program.
    pub async fn run_until_signal<F: IntoFuture>(&self, program: F) -> Result<F::Output> {
        let mut signals = Signals::listen()?;
        let (signal, ended) = {
            let inside = Context { engine: Some(self.clone()), ..Context::default() };
            let mut program = pin!(std::sync::Arc::new(inside).scope(program.into_future()));
            let signal = tokio::select! {
                biased;
                output = &mut program => return Ok(output),
                signal = signals.next() => signal,
            };
            self.say_stopping(&signal);
            let _stopping = Stopping(self.nursery());
            let mut grace = pin!(tokio::time::sleep(self.settings().shutdown_grace));
            let mut ended = None;
            loop {
                tokio::select! {
                    biased;
                    output = &mut program, if ended.is_none() => ended = Some(output),
                    () = self.idle() => break,
                    () = &mut grace => break,
                    signal = signals.next() => signal.end_process(),
                }
            }
            (signal, ended)
        };
        tokio::select! {
            closed = self.close() => closed?,
            signal = signals.next() => signal.end_process(),
        }
        ended.ok_or_else(|| Error::interrupted(signal.name))
    }

    fn say_stopping(&self, signal: &Signal) {
        let under_way = self.begin_nothing();
        let grace = seconds(self.settings().shutdown_grace);
        tracing::warn!(
            target: "tidegate::engine",
            "{}: no further task begins, and {under_way} under way have {grace} second(s) to end; a second signal ends the \
             program at once",
            signal.name
        );
    }
}

/// Drops what was submitted outside of flow runs when the engine has stopped: it waits for tasks that never begin.
struct Stopping<'a>(&'a Nursery);

impl Drop for Stopping<'_> {
    fn drop(&mut self) {
        self.0.stop();
    }
}

/// A signal that asks a process to stop.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signal {
    name: &'static str,
    number: i32,
}

impl Signal {
    pub(crate) fn end_process(self) -> ! {
        process::exit(128 + self.number)
    }
}

const SIGINT: Signal = Signal { name: "SIGINT", number: 2 };

#[cfg(unix)]
#[derive(Debug)]
pub(crate) struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    pub(crate) fn listen() -> Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        let listen = |kind| signal(kind).map_err(unheard);
        Ok(Self {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
        })
    }

    pub(crate) async fn next(&mut self) -> Signal {
        const SIGTERM: Signal = Signal { name: "SIGTERM", number: 15 };
        tokio::select! {
            _ = self.interrupt.recv() => SIGINT,
            _ = self.terminate.recv() => SIGTERM,
        }
    }
}

#[cfg(not(unix))]
pub(crate) struct Signals;

#[cfg(not(unix))]
impl Signals {
    pub(crate) fn listen() -> Result<Self> {
        Ok(Self)
    }

    pub(crate) async fn next(&mut self) -> Signal {
        match tokio::signal::ctrl_c().await {
            Ok(()) => SIGINT,
            Err(_unheard) => std::future::pending().await,
        }
    }
}

fn unheard(error: std::io::Error) -> Error {
    Error::configuration(format!("signals cannot be listened to: {error}"))
}
