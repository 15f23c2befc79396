//! A state that someone outside proposes, judged by the rules and recorded.

use std::borrow::Cow;

use tidegate_core::{
    Advance, FlowView, Policy, Proposal, Rejection, Run, RunId, RunKind, State, StoreErrorKind,
    Timestamp, Verdict, Write, transition,
};

use super::owned;
use crate::error::ApiError;
use crate::state::AppState;

/// How often a proposal is judged anew because others have moved the run meanwhile.
const TRIES: usize = 8;

/// What came of a proposal.
#[derive(Debug)]
pub(crate) struct Moved {
    /// The run as it is now.
    pub(crate) run: Run,
    pub(crate) verdict: Verdict,
    /// Whether it has another state than before.
    pub(crate) written: bool,
}

impl Moved {
    pub(crate) fn rejected(run: Run, rule: &'static str, reason: &str) -> Self {
        let rejection = Rejection { rule, reason: reason.to_owned(), abort: false };
        Self { run, verdict: Verdict::Reject(rejection), written: false }
    }

    /// Says that whoever proposed it is to give up.
    pub(super) fn abort(&mut self) {
        if let Verdict::Reject(rejection) = &mut self.verdict {
            rejection.abort = true;
        }
    }
}

/// Moves a run to a state, if the rules allow it: at once if nobody owns it, by a request to its owner otherwise.
pub(crate) async fn set_state(
    state: &AppState,
    id: RunId,
    propose: impl Fn(Timestamp) -> State,
    force: bool,
) -> Result<Moved, ApiError> {
    let run = read(state, id).await?;
    move_on(state, run, propose, force).await
}

/// As [`set_state`], of a run that was just read. Others may have moved it since.
pub(crate) async fn move_on(
    state: &AppState,
    mut run: Run,
    propose: impl Fn(Timestamp) -> State,
    force: bool,
) -> Result<Moved, ApiError> {
    let mut tries = 0;
    loop {
        let now = state.now();
        if super::is_owned(state, &run) {
            return Box::pin(owned::ask(state, run, &propose(now))).await;
        }
        let before = run.clone();
        let flow_run = match (run.kind(), run.flow_run_id) {
            (RunKind::Task, Some(id)) => state.store().run(id).await?,
            (RunKind::Task | RunKind::Flow, _) => None,
        };
        let flow = match &flow_run {
            Some(flow) => FlowView::Some { state: flow.state(), run_count: flow.run_count },
            None => FlowView::None,
        };
        let policy = if force { Policy::Force } else { Policy::Core };
        let proposal =
            Proposal { policy, flow, roll: random_roll(), ..Proposal::new(propose(now)) };
        let verdict = transition(&mut run, proposal, now);
        if run.states.len() == before.states.len() {
            return Ok(Moved { run, verdict, written: false });
        }
        match state
            .store()
            .put_acknowledged(Write::Advance(Box::new(advance_by(&before, &run))))
            .await
        {
            Ok(()) => return Ok(Moved { run, verdict, written: true }),
            Err(error) if error.kind() == StoreErrorKind::Fenced && tries < TRIES => {
                tries += 1;
                run = read(state, run.id).await?;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

async fn read(state: &AppState, id: RunId) -> Result<Run, ApiError> {
    state.store().run(id).await?.ok_or(ApiError::NotFound("Run"))
}

/// What is to be written of a run that nobody owns and that has moved on.
pub(crate) fn advance_by(before: &Run, after: &Run) -> Advance {
    let mut advance = Advance::since(after, before.states.len());
    advance.lease = None;
    advance.policy = (before.policy != after.policy).then(|| Box::new(after.policy.clone()));
    advance
}

/// A uniformly random number in `0.0..1.0`, for the jitter of delays.
fn random_roll() -> f64 {
    f64::from(RunId::new().as_uuid().as_u128() as u32) / (f64::from(u32::MAX) + 1.0)
}

/// A reason as Prefect's answers carry it.
impl Moved {
    pub(crate) fn reason(&self) -> Option<Cow<'_, str>> {
        match &self.verdict {
            Verdict::Accept | Verdict::Wait(_) => None,
            Verdict::Replace(replacement) => Some(replacement.reason.into()),
            Verdict::Reject(rejection) => Some((&*rejection.reason).into()),
        }
    }
}
