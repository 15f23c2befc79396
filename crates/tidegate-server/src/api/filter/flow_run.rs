//! Which flow runs are asked for.

use schemars::JsonSchema;
use serde::Deserialize;
use tidegate_core::{RunCondition, RunField, RunId, RunTime, StateType};
use uuid::Uuid;

use super::flow::{Flows, always};
use super::parts::{AnyOf, Between, Named, Nullable, OneOf, Operator, TagFilter};
use crate::api::ids;

/// Prefect's `FlowRunFilter`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct FlowRunFilter {
    pub(crate) operator: Operator,
    pub(crate) id: Option<OneOf<Uuid>>,
    pub(crate) name: Option<Named>,
    pub(crate) tags: Option<TagFilter>,
    pub(crate) deployment_id: Option<Nullable<Uuid>>,
    pub(crate) work_queue_name: Option<Nullable<String>>,
    pub(crate) state: Option<StateFilter>,
    pub(crate) flow_version: Option<AnyOf<String>>,
    pub(crate) start_time: Option<Between>,
    pub(crate) end_time: Option<Between>,
    pub(crate) expected_start_time: Option<Between>,
    pub(crate) next_scheduled_start_time: Option<Between>,
    pub(crate) parent_flow_run_id: Option<Nullable<Uuid>>,
    pub(crate) parent_task_run_id: Option<Nullable<Uuid>>,
    pub(crate) idempotency_key: Option<OneOf<String>>,
    pub(crate) created_by: Option<CreatedBy>,
}

/// The state of a run.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct StateFilter {
    pub(crate) operator: Operator,
    #[serde(rename = "type")]
    pub(crate) state_type: Option<OneOf<StateType>>,
    pub(crate) name: Option<OneOf<String>>,
}

/// Who made a run, which no run here says.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct CreatedBy {
    pub(crate) operator: Operator,
    pub(crate) id_: Option<Vec<Uuid>>,
    pub(crate) type_: Option<Vec<String>>,
    pub(crate) is_null_: Option<bool>,
}

impl StateFilter {
    pub(crate) fn condition(&self) -> Option<RunCondition> {
        let Self { operator, state_type, name } = self;
        operator.join([
            state_type.as_ref().and_then(|asked| asked.condition(RunCondition::StateType)),
            name.as_ref().and_then(|asked| asked.condition(RunCondition::StateName)),
        ])
    }
}

impl FlowRunFilter {
    /// What is asked of a flow run.
    pub(crate) fn condition(&self, known: &Flows) -> Option<RunCondition> {
        let Self {
            operator,
            id,
            name,
            tags,
            deployment_id,
            work_queue_name,
            state,
            flow_version,
            start_time,
            end_time,
            expected_start_time,
            next_scheduled_start_time,
            parent_flow_run_id,
            parent_task_run_id,
            idempotency_key,
            created_by,
        } = self;
        let between = |asked: &Option<Between>, time| asked.as_ref()?.condition(time);
        let of_runs =
            |asked: &Option<Nullable<Uuid>>, make: fn(Vec<RunId>) -> RunCondition, unset| {
                asked.as_ref()?.condition(|ids| make(run_ids(ids)), unset)
            };
        operator.join([
            id.as_ref().and_then(|ids| ids.condition(|ids| RunCondition::Id(run_ids(ids)))),
            name.as_ref()
                .and_then(|name| name.condition(RunCondition::Name, RunCondition::NameLike)),
            tags.as_ref().and_then(tags_of_run),
            deployment_id.as_ref().and_then(|asked| {
                let make = |ids: Vec<Uuid>| {
                    RunCondition::Deployment(ids.into_iter().map(Into::into).collect())
                };
                asked.condition(make, RunField::Deployment)
            }),
            // No run has one here.
            work_queue_name.as_ref().and_then(|asked| {
                let Nullable { operator, any_, is_null_ } = asked;
                operator.join([any_.as_ref().map(|_| always(false)), is_null_.map(always)])
            }),
            state.as_ref().and_then(StateFilter::condition),
            flow_version.as_ref().and_then(|asked| asked.condition(RunCondition::Version)),
            between(start_time, RunTime::Start),
            between(end_time, RunTime::End),
            between(expected_start_time, RunTime::ExpectedStart),
            between(next_scheduled_start_time, RunTime::NextScheduled),
            of_runs(parent_flow_run_id, RunCondition::FlowRun, RunField::FlowRun),
            of_runs(parent_task_run_id, RunCondition::TaskRun, RunField::TaskRun),
            idempotency_key.as_ref().and_then(|keys| keys.condition(|keys| of_keys(known, &keys))),
            created_by.as_ref().and_then(|asked| {
                let of_some = asked.id_.is_some() || asked.type_.is_some();
                asked.operator.join([of_some.then(|| always(false)), asked.is_null_.map(always)])
            }),
        ])
    }
}

/// What is asked of the tags of a run.
pub(super) fn tags_of_run(tags: &TagFilter) -> Option<RunCondition> {
    tags.condition(RunCondition::Tags, RunCondition::AnyTag, RunCondition::Untagged)
}

pub(super) fn run_ids(ids: Vec<Uuid>) -> Vec<RunId> {
    ids.into_iter().map(Into::into).collect()
}

/// A key is part of what an id is made of, so runs of a key are those whose ids are made of it and of the name of a flow.
fn of_keys(known: &Flows, keys: &[String]) -> RunCondition {
    let all = known.names.iter().flat_map(|name| keys.iter().map(move |key| (name, key)));
    RunCondition::Id(all.map(|(name, key)| ids::idempotent_flow_run(name, key)).collect())
}
