//! A task run remembers which attempt of its flow run it belongs to.

use super::rule::{Decision, From, Rule};
use crate::{Effect, StateType, StateTypes};

pub(super) const RULE: Rule = Rule {
    name: "update_flow_run_tracker_on_tasks",
    from: From::Anything,
    to: StateTypes::of(&[StateType::Running]),
    decide: |_| Decision::pass_with(&[Effect::FollowFlowRun]),
};
