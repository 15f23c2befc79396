//! The state that a returned value asks for. A `State` is taken as it is; a handle, or a collection of nothing but states or
//! handles, is summed up as Prefect does; any other value means COMPLETED.

use std::collections::VecDeque;

use tidegate_core::{State, StateType, Timestamp};

use crate::call::RunHandle;

/// A value that stands for a run: a state, or a handle.
pub trait StandsForState {
    #[doc(hidden)]
    fn as_state(&self) -> Option<State>;
}

impl StandsForState for State {
    fn as_state(&self) -> Option<State> {
        Some(self.clone())
    }
}

impl<T: Send> StandsForState for RunHandle<T> {
    fn as_state(&self) -> Option<State> {
        self.state()
    }
}

/// A returned value that says in which state its run ends.
pub trait FinalState {
    #[doc(hidden)]
    fn final_state(&self) -> Option<State>;
}

impl FinalState for State {
    fn final_state(&self) -> Option<State> {
        Some(self.clone())
    }
}

impl<T: Send> FinalState for RunHandle<T> {
    fn final_state(&self) -> Option<State> {
        sum_up([self.as_state()])
    }
}

macro_rules! collections {
    ($(($($generics:tt)*) $type:ty;)*) => {
        $(impl<S: StandsForState $($generics)*> FinalState for $type {
            fn final_state(&self) -> Option<State> {
                sum_up(self.iter().map(StandsForState::as_state))
            }
        })*
    };
}

collections! {
    () Vec<S>;
    () VecDeque<S>;
    (, const N: usize) [S; N];
}

macro_rules! tuples {
    ($(($($name:ident $index:tt),+);)*) => {
        $(impl<$($name: StandsForState),+> FinalState for ($($name,)+) {
            fn final_state(&self) -> Option<State> {
                sum_up([$(self.$index.as_state()),+])
            }
        })*
    };
}

tuples! {
    (A 0);
    (A 0, B 1);
    (A 0, B 1, C 2);
    (A 0, B 1, C 2, D 3);
    (A 0, B 1, C 2, D 3, E 4);
    (A 0, B 1, C 2, D 3, E 4, F 5);
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6);
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
}

/// One state for several, as Prefect's `return_value_to_state` has it: all COMPLETED is COMPLETED, any CANCELLED is
/// CANCELLED, any PAUSED is PAUSED, and anything else is FAILED. An empty collection is a value like any other.
fn sum_up(states: impl IntoIterator<Item = Option<State>>) -> Option<State> {
    // A run that was not even described never completed.
    let types: Vec<Option<StateType>> =
        states.into_iter().map(|state| state.map(|state| state.state_type())).collect();
    if types.is_empty() {
        return None;
    }
    let count = |wanted: &[StateType]| {
        types.iter().flatten().filter(|state_type| wanted.contains(state_type)).count()
    };
    let total = types.len();
    // The engine stamps the state when it is proposed.
    let now = Timestamp::UNIX_EPOCH;
    let (cancelled, paused) = (count(&[StateType::Cancelled]), count(&[StateType::Paused]));
    let failed = count(&[StateType::Failed, StateType::Crashed]);
    let final_count = types.iter().flatten().filter(|state_type| state_type.is_terminal()).count();
    Some(if count(&[StateType::Completed]) == total {
        State::completed(now).message("All states completed.")
    } else if cancelled > 0 {
        State::cancelled(now).message(format!("{cancelled}/{total} states cancelled."))
    } else if paused > 0 {
        State::paused(now).message(format!("{paused}/{total} states paused."))
    } else if failed > 0 {
        State::failed(now).message(format!("{failed}/{total} states failed."))
    } else {
        State::failed(now).message(format!("{}/{total} states are not final.", total - final_count))
    })
}
