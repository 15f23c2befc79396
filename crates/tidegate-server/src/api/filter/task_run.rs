//! Which task runs are asked for.

use schemars::JsonSchema;
use serde::Deserialize;
use tidegate_core::{RunCondition, RunField, RunTime};
use uuid::Uuid;

use super::flow_run::{StateFilter, run_ids, tags_of_run};
use super::parts::{AnyOf, Between, Named, Operator, TagFilter, is_or_not};

/// Prefect's `TaskRunFilter`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct TaskRunFilter {
    pub(crate) operator: Operator,
    pub(crate) id: Option<AnyOf<Uuid>>,
    pub(crate) name: Option<Named>,
    pub(crate) tags: Option<TagFilter>,
    pub(crate) state: Option<StateFilter>,
    pub(crate) start_time: Option<Between>,
    pub(crate) end_time: Option<Between>,
    pub(crate) expected_start_time: Option<Between>,
    pub(crate) subflow_runs: Option<Subflows>,
    pub(crate) flow_run_id: Option<OfFlowRun>,
}

/// Whether it stands for a subflow run.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Subflows {
    pub(crate) exists_: Option<bool>,
}

/// The flow run it was called in.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct OfFlowRun {
    pub(crate) operator: Operator,
    pub(crate) any_: Option<Vec<Uuid>>,
    pub(crate) is_null_: Option<bool>,
}

impl OfFlowRun {
    fn condition(&self) -> Option<RunCondition> {
        let any = self.any_.clone().map(|ids| RunCondition::FlowRun(run_ids(ids)));
        let unset = RunCondition::Unset(RunField::FlowRun);
        let null = match (self.is_null_, &any) {
            (Some(true), _) => Some(unset),
            (Some(false), None) => Some(is_or_not(false, unset)),
            (Some(false), Some(_)) | (None, _) => None,
        };
        self.operator.join([any, null])
    }
}

impl TaskRunFilter {
    /// What is asked of a task run.
    pub(crate) fn condition(&self) -> Option<RunCondition> {
        let Self {
            operator,
            id,
            name,
            tags,
            state,
            start_time,
            end_time,
            expected_start_time,
            subflow_runs,
            flow_run_id,
        } = self;
        let between = |asked: &Option<Between>, time| asked.as_ref()?.condition(time);
        operator.join([
            id.as_ref().and_then(|ids| ids.condition(|ids| RunCondition::Id(run_ids(ids)))),
            name.as_ref()
                .and_then(|name| name.condition(RunCondition::Name, RunCondition::NameLike)),
            tags.as_ref().and_then(tags_of_run),
            state.as_ref().and_then(StateFilter::condition),
            between(start_time, RunTime::Start),
            between(end_time, RunTime::End),
            between(expected_start_time, RunTime::ExpectedStart),
            subflow_runs
                .as_ref()
                .and_then(|asked| asked.exists_)
                .map(|exists| is_or_not(exists, RunCondition::HasSubflow)),
            flow_run_id.as_ref().and_then(OfFlowRun::condition),
        ])
    }
}
