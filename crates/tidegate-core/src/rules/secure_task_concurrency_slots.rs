//! A task run needs a slot of every limit on its tags before it runs. Who has slots, and who waits for them, is told by the proposal.

use super::rule::{Decision, From, Move, Rule};
use crate::{SlotsView, StateType, StateTypes};

pub(super) const RULE: Rule = Rule {
    name: "secure_task_concurrency_slots",
    from: From::Anything,
    to: StateTypes::of(&[StateType::Running]),
    decide,
};

fn decide(proposed: &Move<'_>) -> Decision {
    match proposed.slots {
        SlotsView::Taken => Decision::PASS,
        SlotsView::Full { until } => Decision::Wait(until),
        SlotsView::Closed { limit } => Decision::Abort(format!(
            "The concurrency limit '{limit}' is 0, so that no task run under it may begin; raise the limit, and run it again."
        )),
    }
}
