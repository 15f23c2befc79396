//! What a rule wants to happen besides the entering of a state, as data. Rules name effects; only `judge` and
//! `transition` carry them out.

use std::borrow::Cow;

use crate::{FlowView, RetryType, Run, State, StateData};

/// One thing that a rule wants to happen when the run enters the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// The state is named Retrying.
    NameRetrying,
    /// The state is named Rerunning.
    NameRerunning,
    /// The state takes over the scheduled time of the one before.
    CopyScheduledTime,
    /// The run count starts anew, and with it the retries.
    ResetRunCount,
    /// The run is no longer resuming, and pauses that have fired may fire again.
    ResetPauses,
    /// The key of the pause is remembered.
    RememberPauseKey,
    /// The run is resuming: its next RUNNING is not counted.
    BeginResuming,
    /// The next attempt comes in its process.
    RetryInProcess,
    /// The next attempt comes by being scheduled again.
    RetryByReschedule,
    /// No further attempt is on its way.
    ClearRetryType,
    /// The run remembers which attempt of its flow run it belongs to.
    FollowFlowRun,
}

impl Effect {
    /// Every effect.
    pub const ALL: [Self; 11] = [
        Self::NameRetrying,
        Self::NameRerunning,
        Self::CopyScheduledTime,
        Self::ResetRunCount,
        Self::ResetPauses,
        Self::RememberPauseKey,
        Self::BeginResuming,
        Self::RetryInProcess,
        Self::RetryByReschedule,
        Self::ClearRetryType,
        Self::FollowFlowRun,
    ];
}

/// A set of effects.
///
/// ```
/// use tidegate_core::{Effect, Effects};
///
/// let effects = Effects::of(&[Effect::ResetPauses, Effect::ClearRetryType]);
/// assert!(effects.contains(Effect::ResetPauses));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Effects(u16);

impl Effects {
    /// None.
    pub const NONE: Self = Self(0);

    /// The set of these effects.
    #[must_use]
    pub const fn of(effects: &[Effect]) -> Self {
        let mut bits = 0;
        let mut index = 0;
        while index < effects.len() {
            bits |= 1 << effects[index] as u16;
            index += 1;
        }
        Self(bits)
    }

    /// Whether `effect` is in the set.
    #[must_use]
    pub const fn contains(self, effect: Effect) -> bool {
        self.0 & (1 << effect as u16) != 0
    }

    /// The effects of the set.
    pub fn iter(self) -> impl Iterator<Item = Effect> {
        Effect::ALL.into_iter().filter(move |effect| self.contains(*effect))
    }

    /// These effects and those.
    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The run count that the run will have before it enters the state.
    pub(super) const fn run_count_of(self, run: &Run) -> u32 {
        if self.contains(Effect::ResetRunCount) { 0 } else { run.run_count }
    }

    /// Carries out what concerns the proposed state.
    pub(super) fn apply_to_state(self, to: &mut State, from: Option<&State>) {
        if self == Self::NONE {
            return;
        }
        for effect in self.iter() {
            match effect {
                Effect::NameRetrying => to.name = Cow::Borrowed("Retrying"),
                Effect::NameRerunning => to.name = Cow::Borrowed("Rerunning"),
                Effect::CopyScheduledTime => {
                    if let StateData::Pending { scheduled_time } = &mut to.data {
                        *scheduled_time = from.and_then(State::scheduled_time);
                    }
                }
                Effect::ResetRunCount
                | Effect::ResetPauses
                | Effect::RememberPauseKey
                | Effect::BeginResuming
                | Effect::RetryInProcess
                | Effect::RetryByReschedule
                | Effect::ClearRetryType
                | Effect::FollowFlowRun => {}
            }
        }
    }

    /// Carries out what concerns the run, which is about to enter `state`.
    pub(super) fn apply_to_run(self, run: &mut Run, state: &State, flow: FlowView<'_>) {
        if self == Self::NONE {
            return;
        }
        for effect in self.iter() {
            match effect {
                Effect::ResetRunCount => run.run_count = 0,
                Effect::ResetPauses => {
                    run.policy.resuming = false;
                    run.policy.pause_keys.clear();
                }
                Effect::RememberPauseKey => {
                    let key = pause_key(state, &run.policy.pause_keys);
                    run.policy.pause_keys.push(key);
                }
                Effect::BeginResuming => run.policy.resuming = true,
                Effect::RetryInProcess => run.policy.retry_type = Some(RetryType::InProcess),
                Effect::RetryByReschedule => run.policy.retry_type = Some(RetryType::Reschedule),
                Effect::ClearRetryType => run.policy.retry_type = None,
                Effect::FollowFlowRun => {
                    if let FlowView::Some { run_count, .. } = flow {
                        run.flow_run_run_count = run_count;
                    }
                }
                Effect::NameRetrying | Effect::NameRerunning | Effect::CopyScheduledTime => {}
            }
        }
    }
}

/// The key of the pause; a pause without one is counted, as pauses in a flow's body are.
fn pause_key(state: &State, known: &[String]) -> String {
    if let StateData::Paused { key: Some(key), .. } = &state.data {
        return key.clone();
    }
    let mut number = known.len() + 1;
    loop {
        let key = number.to_string();
        if !known.contains(&key) {
            return key;
        }
        number += 1;
    }
}
