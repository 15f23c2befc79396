//! Answering the pause of a flow run: what is given is judged by what the run waits for, and recorded for the one state in which it was
//! asked, so that of an answer and a timeout one is first and the other knows. It never runs anything.

use serde_json::Value;
use tidegate_core::pause::{Part, Question, Unanswerable};
use tidegate_core::{IfExists, Run, StoreErrorKind, Timestamp, Write};

use crate::engine::{Context, Engine, expired};
use crate::error::{Error, Result};
use crate::run_input::Put;

impl Engine {
    /// Records what a run is resumed with, if it fits.
    pub(crate) async fn answer(
        &self,
        question: &Question,
        run: &Run,
        given: Option<Value>,
    ) -> Result<()> {
        let name = &run.name;
        let refused = |why: &str| {
            Err(Error::configuration(format!("flow run '{name}' is not resumed: {why}")))
        };
        let now = self.now();
        let answered = self.input(run.id, &question.key(Part::Response)).await?;
        let schema = self.input(run.id, &question.key(Part::Schema)).await?;
        let value = match question.judge(schema.as_ref(), answered.as_ref(), given, now) {
            Ok(Some(value)) => value,
            Ok(None) => return Ok(()),
            Err(why) => {
                if why == Unanswerable::TooLate && question.is_suspended() {
                    self.expire(run, now).await?;
                }
                return refused(&why.to_string());
            }
        };
        let sender = Context::with(|context| context.flow.as_ref().map(|flow| flow.id())).flatten();
        let input = question.response(run, value, sender, now);
        let put = self.put_input(input, IfExists::Refuse, Some(run.states.len()));
        // One that was answered already, by who did not live to say so, is told too.
        let (put, told) = futures_util::join!(put, self.tell_of_answer(question, run, now));
        told?;
        match put? {
            Put::Done => Ok(()),
            Put::Exists => refused("it has been resumed already"),
            Put::Refused => refused("it has gone on meanwhile"),
        }
    }

    /// Has a paused run look for the answer: at once in this process, within a second in another.
    async fn tell_of_answer(&self, question: &Question, run: &Run, now: Timestamp) -> Result<()> {
        let Some(request) = question.request(run.id, now) else { return Ok(()) };
        match self.roster().find(run.id) {
            Some(live) => live.control().deliver(request),
            None if self.owns_by_lease() => {
                let write = Write::Request(Box::new(request));
                let written = self.require_store()?.put_acknowledged(write).await;
                written.map_err(|error| Error::store(None, error))?;
            }
            None => {}
        }
        Ok(())
    }

    /// Ends a suspended run whose time was up before it was resumed.
    async fn expire(&self, run: &Run, now: Timestamp) -> Result<()> {
        let Some(write) = expired(run.clone(), now) else { return Ok(()) };
        match self.require_store()?.put_acknowledged(write).await {
            Ok(()) => Ok(()),
            // Another was faster.
            Err(error) if error.kind() == StoreErrorKind::Fenced => Ok(()),
            Err(error) => Err(Error::store(None, error)),
        }
    }
}
