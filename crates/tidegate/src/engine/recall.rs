//! What an earlier attempt left of a call: a run that completed gives its result without running, and one that did not goes on
//! as the same run. Nothing here decides whether it may.

use std::sync::Arc;

use tidegate_core::graph::Sequence;
use tidegate_core::{
    CallPlace, CompletedCall, LogLevel, RecordedCall, RequestQuery, Run, State, StateResult,
};

use crate::engine::result::restore;
use crate::engine::{Body, Claim, Context, Execution, Plan};
use crate::error::{Error, Result};
use crate::result::{Found, Unreadable};
use crate::transaction::interrupted_rollbacks;

/// How many names of runs that were not met are told.
const NAMES: usize = 5;

/// What is known of a run before it begins.
pub(super) enum Recalled {
    /// Nothing: it is new.
    New,
    /// It completed, with this as its last state.
    Completed(Box<Run>),
    /// It goes on from where it stands.
    Unfinished(Box<Run>),
}

/// Looks for what earlier attempts left of a call.
pub(super) fn recall(outer: &Context, plan: &mut Plan, body: &mut dyn Body) -> Recalled {
    if let Some(run) = plan.taken_up.take() {
        return Recalled::Unfinished(run);
    }
    let Some(key) = plan.call_key else { return Recalled::New };
    let Some(flow) = &outer.flow else { return Recalled::New };
    let found = flow.calls().and_then(|mut calls| calls.take(key));
    match found {
        Some(RecordedCall::Completed(call)) => {
            let CompletedCall { key, number, run_id, name, state_name, ended, result } = *call;
            let mut run = Run::new(plan.definition.record().clone(), name, ended);
            run.id = run_id;
            run.call_key = Some(key);
            run.place = number.map(|number| Box::new(CallPlace::numbered(number)));
            run.states.push(State::completed(ended).named(state_name).with_result(result));
            match restore_recorded(run.state(), body) {
                Ok(()) => Recalled::Completed(Box::new(run)),
                Err(unreadable) => {
                    flow.logger().warning(format_args!(
                        "Task run '{}' {unreadable}; so it runs again",
                        run.name
                    ));
                    Recalled::New
                }
            }
        }
        Some(RecordedCall::Other(run)) if run.has_ended() => Recalled::Unfinished(run),
        Some(RecordedCall::Other(_)) | None => Recalled::New,
    }
}

/// Takes the result of a state that is in the record itself as the value of the body. One in a storage is left to
/// [`Execution::replay`], which may wait.
fn restore_recorded(state: Option<&State>, body: &mut dyn Body) -> Result<(), Unreadable> {
    match state.and_then(|state| state.result.as_ref()) {
        Some(StateResult::Recorded { json }) => restore(&Found::Inline(Arc::clone(json)), body),
        Some(StateResult::Persisted { .. }) if !body.is_recordable() => {
            Err(Unreadable::other_type("nothing that can be read"))
        }
        Some(StateResult::Persisted { .. } | StateResult::Unpersisted) | None => Ok(()),
    }
}

impl Execution {
    /// Gives the recorded result of a run that completed in an earlier attempt.
    pub(super) async fn replay(&mut self, state: State, body: &mut dyn Body) -> Result<()> {
        if let Some(StateResult::Persisted { .. }) = &state.result {
            self.restore_result(&state, body).await?;
        }
        if let Some(logger) = self.live.logger_at(LogLevel::Info) {
            logger.info(format_args!("Found in the record, and not run again: {state}"));
        }
        self.stage_replayed().await
    }

    /// Asks the store what earlier attempts of this flow run left, before its body runs again.
    pub(super) async fn recall_calls(&self) -> Result<()> {
        let engine = self.live.engine();
        let Some(store) = engine.store().filter(|_| self.live.calls().is_some()) else {
            return Ok(());
        };
        let id = self.live.id();
        let lease = self.claim.as_ref().map(Claim::lease);
        let recorded = async {
            let transactions = interrupted_rollbacks(&**store, id, lease, engine.now()).await?;
            if engine.owns_by_lease() {
                // What an owner before this one was asked and did not come to.
                let query = RequestQuery { run_id: Some(id), ..RequestQuery::default() };
                for request in store.requests(query).await? {
                    self.live.control().deliver(request);
                }
            }
            Ok((store.recorded_calls(id).await?, transactions))
        };
        let (recorded, transactions): (Vec<RecordedCall>, _) =
            recorded.await.map_err(|error| Error::store(Some(self.live.label()), error))?;
        let last = recorded.iter().filter_map(RecordedCall::number).max();
        self.live.numbers().begin_attempt(last);
        *self.live.sequence() = Sequence::default();
        if let Some(mut calls) = self.live.calls() {
            calls.begin_attempt(recorded, transactions);
        }
        Ok(())
    }

    /// Says once which runs of earlier attempts were not met by an attempt that went through.
    pub(super) fn warn_of_calls_not_met(&self) {
        let Some(calls) = self.live.calls() else { return };
        let (names, count) = calls.not_met(NAMES);
        if count == 0 {
            return;
        }
        let more = if count > names.len() {
            format!(" and {} more", count - names.len())
        } else {
            String::new()
        };
        let names = names.join("', '");
        drop(calls);
        let noun = if count == 1 {
            "run of an earlier attempt was"
        } else {
            "runs of earlier attempts were"
        };
        self.live.logger().warning(format_args!(
            "{count} {noun} not met again: '{names}'{more}. What is called, or with which arguments, has changed since; they \
             stay in the record as they are"
        ));
    }
}
