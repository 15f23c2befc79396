//! Answering runs that are paused. What may be answered is decided in the core; a run that waits in its process goes on there, and a
//! suspended one is left to whoever runs it.

use serde_json::{Value, json};
use tidegate_core::form::Complaint;
use tidegate_core::pause::{Part, Question as Pause, Unanswerable};
use tidegate_core::{
    IfExists, InputQuery, Run, RunId, State, StateData, StateType, StoreErrorKind, Timestamp, Write,
};

use super::{Moved, owned, set_state};
use crate::error::{ApiError, Problem};
use crate::state::AppState;

/// What a run waits for, for those who answer it.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    /// The form to be filled in; none if there is nothing to say but that it goes on.
    pub(crate) schema: Option<Value>,
    /// What is asked for, in words for people.
    pub(crate) description: Option<String>,
    /// Until when it can be answered.
    pub(crate) timeout: Option<Timestamp>,
    /// Whether the run has left its process, so that it goes on only when a program that has its flow takes it up.
    pub(crate) is_suspended: bool,
}

/// What a run waits for; none, if it waits for nobody.
pub(crate) async fn question(state: &AppState, run: &Run) -> Result<Option<Question>, ApiError> {
    let Some(pause) = asks(run) else { return Ok(None) };
    let description = input(state, run.id, &pause, Part::Description).await?;
    let description =
        description.map(|text| text.as_str().map_or_else(|| text.to_string(), str::to_owned));
    Ok(Some(Question {
        schema: input(state, run.id, &pause, Part::Schema).await?,
        description,
        timeout: pause.timeout(),
        is_suspended: pause.is_suspended(),
    }))
}

/// Lets a paused run go on, with the input that it waits for. A run that waits in its process goes on within a second. A suspended one is
/// SCHEDULED, for whoever runs it: the client that made it, or a program that has its flow.
///
/// # Errors
///
/// Of an input that does not fit [`ApiError::Invalid`], with what is wrong by field; [`ApiError::Conflict`] of a run that cannot be answered any more.
pub(crate) async fn resume(
    state: &AppState,
    run: &Run,
    given: Option<Value>,
) -> Result<Moved, ApiError> {
    if let Some(pause) = asks(run) {
        record(state, run, &pause, given).await?;
        if let Some(request) =
            pause.request(run.id, state.now()).filter(|_| super::is_owned(state, run))
        {
            return owned::request(state, run.clone(), request).await;
        }
    } else if run.state().is_none_or(|state| state.state_type() != StateType::Paused) {
        let mut moved =
            Moved::rejected(run.clone(), "pause", "Cannot resume a flow run that is not paused.");
        moved.abort();
        return Ok(moved);
    }
    let leaves =
        matches!(run.state(), Some(State { data: StateData::Paused { reschedule: true, .. }, .. }));
    let propose = move |now: Timestamp| {
        if leaves { State::resuming(now, now) } else { State::running(now) }
    };
    set_state(state, run.id, propose, false).await
}

/// What a run waits for in its present state. One whose process died asks anew when it runs again.
fn asks(run: &Run) -> Option<Pause> {
    Pause::of(run).filter(|pause| pause.is_waited_for() || pause.is_suspended())
}

/// Records the answer before the run moves, so that whoever sees it go on finds it.
async fn record(
    state: &AppState,
    run: &Run,
    pause: &Pause,
    given: Option<Value>,
) -> Result<(), ApiError> {
    let schema = input(state, run.id, pause, Part::Schema).await?;
    let answered = input(state, run.id, pause, Part::Response).await?;
    let now = state.now();
    let value = match pause.judge(schema.as_ref(), answered.as_ref(), given, now) {
        Ok(Some(value)) => value,
        Ok(None) => return Ok(()),
        // The rules end a run whose time was up when it is to go on.
        Err(Unanswerable::TooLate) if !super::is_owned(state, run) => return Ok(()),
        Err(why) => return Err(unanswerable(run, why)),
    };
    let response = Box::new(pause.response(run, value, None, now));
    let write = Write::Input {
        input: response,
        if_exists: IfExists::Refuse,
        after: Some(run.states.len()),
    };
    match state.store().put_acknowledged(write).await {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == StoreErrorKind::Exists => {
            // Who was told of it and has not come to going on is told again.
            if super::is_owned(state, run) {
                return Ok(());
            }
            Err(refused(run, "it has been resumed already"))
        }
        Err(error) if error.kind() == StoreErrorKind::Fenced => {
            Err(refused(run, "it has gone on meanwhile"))
        }
        Err(error) => Err(error.into()),
    }
}

async fn input(
    state: &AppState,
    run: RunId,
    pause: &Pause,
    part: Part,
) -> Result<Option<Value>, ApiError> {
    let query = InputQuery { key: Some(pause.key(part)), ..InputQuery::of(run) };
    Ok(state.store().inputs(query).await?.pop().map(|input| input.value))
}

fn refused(run: &Run, why: &str) -> ApiError {
    ApiError::Conflict(format!("flow run '{}' is not resumed: {why}", run.name))
}

fn unanswerable(run: &Run, why: Unanswerable) -> ApiError {
    match &why {
        Unanswerable::Misfit(complaints) => ApiError::Invalid {
            problems: complaints.iter().map(problem).collect(),
            body: Value::Null,
        },
        Unanswerable::NoInput => {
            ApiError::invalid(&["body", "run_input"], "it waits for no input", "extra_forbidden")
        }
        Unanswerable::TooLate | Unanswerable::AnsweredOtherwise | _ => {
            refused(run, &why.to_string())
        }
    }
}

/// What is wrong with one place of an input, as answers tell it.
fn problem(complaint: &Complaint) -> Problem {
    let places = complaint.at.split('/').skip(1);
    let places = places.map(|place| json!(place.replace("~1", "/").replace("~0", "~")));
    let loc = [json!("body"), json!("run_input")].into_iter().chain(places).collect();
    Problem { loc, msg: complaint.message.clone(), kind: "value_error" }
}
