//! How a run ends that nobody runs, by its record alone: it is cancelled, or was suspended for too long. Whether nobody does is for others
//! to say.

use tidegate_core::{
    Advance, Proposal, Run, State, StateData, StateType, Timestamp, Verdict, Write, transition,
};

/// Whether a run in this state is CANCELLING before it is CANCELLED: something of it is, or was, under way.
pub(in crate::engine) fn winds_down(run: &Run) -> bool {
    matches!(run.state().map(State::state_type), Some(StateType::Running | StateType::Paused))
}

/// The write by which a run that nobody runs is cancelled, if the rules allow it.
pub(crate) fn cancelled(mut run: Run, now: Timestamp, message: &str) -> Option<Write> {
    let (known, policy) = (run.states.len(), run.policy.clone());
    run.lease = None;
    if winds_down(&run) {
        enter(&mut run, State::cancelling(now), message);
    }
    let is_cancelled = run.state().is_some_and(|state| state.state_type() == StateType::Cancelled)
        || enter(&mut run, State::cancelled(now), message);
    if !is_cancelled {
        return None;
    }
    let mut advance = Advance::since(&run, known);
    advance.policy = (run.policy != policy).then(|| Box::new(run.policy.clone()));
    Some(Write::Advance(Box::new(advance)))
}

/// The write by which a suspended run fails whose time is up.
pub(crate) fn expired(mut run: Run, now: Timestamp) -> Option<Write> {
    let Some(State {
        data: StateData::Paused { timeout: Some(timeout), reschedule: true, .. },
        ..
    }) = run.state()
    else {
        return None;
    };
    if *timeout >= now {
        return None;
    }
    let known = run.states.len();
    run.lease = None;
    // The rules put its failure in the place of going on.
    let _ = transition(&mut run, Proposal::new(State::running(now)), now);
    run.is_terminal().then(|| Write::Advance(Box::new(Advance::since(&run, known))))
}

/// Proposes a state; whether the run has entered it, or what the rules put in its place.
fn enter(run: &mut Run, state: State, message: &str) -> bool {
    let now = state.timestamp;
    let proposal = Proposal::new(state.message(message.to_owned()));
    matches!(transition(run, proposal, now), Verdict::Accept | Verdict::Replace(_))
}
