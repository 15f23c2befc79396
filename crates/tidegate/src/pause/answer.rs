//! Answering the pause of a flow run: what is given is checked against what it waits for, and recorded for the one state in which it was
//! asked, so that of an answer and a timeout one is first and the other knows. It never runs anything.

use serde_json::Value;
use tidegate_core::{
    IfExists, Request, RequestKind, Run, RunInput, StateData, StateType, StoreErrorKind, Timestamp,
    Write,
};

use super::form::fill_in;
use super::prefix;
use crate::engine::{Context, Engine, expired};
use crate::error::{Error, Result};
use crate::run_input::Put;

/// A pause that a recorded run is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Question {
    prefix: String,
    pause_key: String,
    timeout: Option<Timestamp>,
    /// Whether its process waits for the answer.
    pub(crate) is_waited_for: bool,
    is_suspended: bool,
}

impl Question {
    /// What a run waits for: one that is paused or suspended, and one whose process has died while it was paused.
    pub(crate) fn of(run: &Run) -> Option<Self> {
        let (last, before) = run.states.split_last()?;
        let died = last.state_type() == StateType::Crashed;
        let paused = if died { before.last()? } else { last };
        let StateData::Paused { timeout, reschedule, key: Some(key) } = &paused.data else {
            return None;
        };
        Some(Self {
            prefix: prefix(&paused.name, key),
            pause_key: key.clone(),
            // One who died asks anew.
            timeout: timeout.filter(|_| !died),
            is_waited_for: !died && !reschedule,
            is_suspended: !died && *reschedule,
        })
    }

    /// Records what a run is resumed with, if it fits.
    pub(crate) async fn answer(
        &self,
        engine: &Engine,
        run: &Run,
        given: Option<Value>,
    ) -> Result<()> {
        let name = &run.name;
        let refused = |why: &str| {
            Err(Error::configuration(format!("flow run '{name}' is not resumed: {why}")))
        };
        let now = engine.now();
        if self.timeout.is_some_and(|timeout| timeout < now) {
            if self.is_suspended {
                expire(engine, run, now).await?;
            }
            return refused("its time was up before");
        }
        let answered = engine.input(run.id, &self.key("response")).await?;
        if answered.is_some() && !self.is_waited_for && given.is_none() {
            // Whoever has answered has not come to running it again.
            return Ok(());
        }
        let schema = engine.input(run.id, &self.key("schema")).await?;
        let value = match (&schema, given) {
            (Some(schema), given) => fill_in(schema, given),
            (None, None) => Ok(Value::Null),
            (None, Some(_)) => Err("it waits for no input".to_owned()),
        };
        let value = match value {
            Ok(value) => value,
            Err(why) => return refused(&format!("its input does not fit: {why}")),
        };
        match answered.filter(|_| !self.is_waited_for) {
            Some(answered) if answered == value => return Ok(()),
            Some(_) => {
                return refused(
                    "it was answered before, with another input, and did not come to going on: resume it without an input, and it goes on with that",
                );
            }
            None => {}
        }
        let input = RunInput {
            flow_run_id: run.id,
            key: self.key("response"),
            value,
            sender: Context::with(|context| context.flow.as_ref().map(|flow| flow.id())).flatten(),
            created: now,
        };
        let put = engine.put_input(input, IfExists::Refuse, Some(run.states.len()));
        // One that was answered already, by who did not live to say so, is told too.
        let (put, told) = futures_util::join!(put, self.tell(engine, run, now));
        told?;
        match put? {
            Put::Done => Ok(()),
            Put::Exists => refused("it has been resumed already"),
            Put::Refused => refused("it has gone on meanwhile"),
        }
    }

    /// Has a paused run look for the answer: at once in this process, within a second in another.
    async fn tell(&self, engine: &Engine, run: &Run, now: Timestamp) -> Result<()> {
        if !self.is_waited_for {
            return Ok(());
        }
        let request =
            Request::new(run.id, RequestKind::Resume { pause_key: self.pause_key.clone() }, now);
        match engine.roster().find(run.id) {
            Some(live) => live.control().deliver(request),
            None if engine.owns_by_lease() => {
                let write = Write::Request(Box::new(request));
                let written = engine.require_store()?.put_acknowledged(write).await;
                written.map_err(|error| Error::store(None, error))?;
            }
            None => {}
        }
        Ok(())
    }

    fn key(&self, part: &str) -> String {
        format!("{}-{part}", self.prefix)
    }
}

/// Ends a suspended run whose time was up before it was resumed.
async fn expire(engine: &Engine, run: &Run, now: Timestamp) -> Result<()> {
    let Some(write) = expired(run.clone(), now) else { return Ok(()) };
    match engine.require_store()?.put_acknowledged(write).await {
        Ok(()) => Ok(()),
        // Another was faster.
        Err(error) if error.kind() == StoreErrorKind::Fenced => Ok(()),
        Err(error) => Err(Error::store(None, error)),
    }
}
