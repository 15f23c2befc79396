//! Which rules judge what, in which order. What they say is in their own files.

use super::rule::Rule;
use super::{
    Policy, bypass_cancelling_flow_runs_with_no_infra, enforce_cancelling_to_cancelled_transition,
    ensure_only_scheduled_flows_marked_late, handle_flow_terminal_state_transitions,
    handle_pausing_flows, handle_resuming_paused_flows, handle_task_terminal_state_transitions,
    prevent_duplicate_transitions, prevent_pending_transitions, prevent_result_data_loss,
    prevent_running_tasks_from_stopped_flows, rename_reruns, retry_failed_runs, scheduled_time,
    secure_task_concurrency_slots, update_flow_run_tracker_on_tasks,
};
use crate::RunKind;

const FLOW_CORE: &[Rule] = &[
    prevent_duplicate_transitions::RULE,
    handle_flow_terminal_state_transitions::RULE,
    enforce_cancelling_to_cancelled_transition::RULE,
    bypass_cancelling_flow_runs_with_no_infra::RULE,
    prevent_pending_transitions::RULE,
    ensure_only_scheduled_flows_marked_late::RULE,
    handle_pausing_flows::RULE,
    handle_resuming_paused_flows::RULE,
    scheduled_time::COPY_SCHEDULED_TIME,
    scheduled_time::WAIT_FOR_SCHEDULED_TIME,
    retry_failed_runs::RETRY_FAILED_FLOWS,
];

const FLOW_FORCE: &[Rule] =
    &[prevent_result_data_loss::RULE, bypass_cancelling_flow_runs_with_no_infra::RULE];

const FLOW_MARK_LATE: &[Rule] = &[ensure_only_scheduled_flows_marked_late::RULE];

const TASK_CORE: &[Rule] = &[
    handle_task_terminal_state_transitions::RULE,
    prevent_running_tasks_from_stopped_flows::RULE,
    secure_task_concurrency_slots::RULE,
    scheduled_time::COPY_SCHEDULED_TIME,
    scheduled_time::WAIT_FOR_SCHEDULED_TIME,
    retry_failed_runs::RETRY_FAILED_TASKS,
    rename_reruns::RULE,
    update_flow_run_tracker_on_tasks::RULE,
];

/// Whoever orchestrates a task run takes its slots too, before anything is proposed.
const TASK_CLIENT_SIDE: &[Rule] = &[
    handle_task_terminal_state_transitions::RULE,
    prevent_running_tasks_from_stopped_flows::RULE,
    scheduled_time::COPY_SCHEDULED_TIME,
    scheduled_time::WAIT_FOR_SCHEDULED_TIME,
    retry_failed_runs::RETRY_FAILED_TASKS,
    rename_reruns::RULE,
    update_flow_run_tracker_on_tasks::RULE,
];

/// A task run in a queue may outlive its flow run's RUNNING, so that is not asked for; two workers may take one task run,
/// which the rule on PENDING prevents.
const TASK_BACKGROUND: &[Rule] = &[
    prevent_pending_transitions::RULE,
    handle_task_terminal_state_transitions::RULE,
    scheduled_time::COPY_SCHEDULED_TIME,
    scheduled_time::WAIT_FOR_SCHEDULED_TIME,
    retry_failed_runs::RETRY_FAILED_TASKS,
    rename_reruns::RULE,
    update_flow_run_tracker_on_tasks::RULE,
];

const TASK_FORCE: &[Rule] = &[];

/// The rules for proposals of a policy to runs of a kind, in the order in which they are asked.
///
/// A policy made for runs of the other kind means the core rules.
pub(super) const fn rules_for(kind: RunKind, policy: Policy) -> &'static [Rule] {
    match (kind, policy) {
        (RunKind::Flow, Policy::Core | Policy::Background | Policy::ClientSide) => FLOW_CORE,
        (RunKind::Flow, Policy::Force) => FLOW_FORCE,
        (RunKind::Flow, Policy::MarkLate) => FLOW_MARK_LATE,
        (RunKind::Task, Policy::Core | Policy::MarkLate) => TASK_CORE,
        (RunKind::Task, Policy::ClientSide) => TASK_CLIENT_SIDE,
        (RunKind::Task, Policy::Background) => TASK_BACKGROUND,
        (RunKind::Task, Policy::Force) => TASK_FORCE,
    }
}
