//! Which flows are asked for.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::Deserialize;
use tidegate_core::{Definition, RunCondition, RunKind, StoreError};
use uuid::Uuid;

use super::FlowRunFilter;
use super::parts::{Named, OneOf, Operator, TagFilter};
use crate::api::ids;
use crate::flows;
use crate::state::AppState;

/// Prefect's `FlowFilter`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct FlowFilter {
    pub(crate) operator: Operator,
    pub(crate) id: Option<OneOf<Uuid>>,
    pub(crate) deployment: Option<Deployed>,
    pub(crate) name: Option<Named>,
    pub(crate) tags: Option<TagFilter>,
}

/// Whether it has a deployment.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Deployed {
    pub(crate) operator: Operator,
    pub(crate) is_null_: Option<bool>,
}

/// The names of flows, as far as a request needs them: ids are made of names, so names are not read off ids.
#[derive(Debug, Default)]
pub(crate) struct Flows {
    by_id: HashMap<Uuid, String>,
    /// All of them, if keys are asked for.
    pub(super) names: Vec<String>,
}

impl Flows {
    /// Finds the names that these filters need.
    pub(crate) async fn learn(
        state: &AppState,
        flows: Option<&FlowFilter>,
        flow_runs: Option<&FlowRunFilter>,
    ) -> Result<Self, StoreError> {
        let mut known = Self::default();
        if let Some(OneOf { any_, not_any_ }) = flows.and_then(|asked| asked.id.as_ref()) {
            let ids: Vec<Uuid> = any_.iter().chain(not_any_).flatten().copied().collect();
            for id in ids {
                let flow = flows::by_id(state, id).await?;
                known.by_id.extend(flow.map(|flow| (id, flow.name.clone())));
            }
        }
        if flow_runs.is_some_and(|asked| asked.idempotency_key.is_some()) {
            let flows = state.store().definitions(RunKind::Flow).await?;
            known.names = flows.into_iter().map(|flow| flow.definition.name.clone()).collect();
            known.names.dedup();
        }
        Ok(known)
    }

    fn named(&self, ids: Vec<Uuid>) -> RunCondition {
        RunCondition::Definition(ids.iter().filter_map(|id| self.by_id.get(id).cloned()).collect())
    }
}

impl FlowFilter {
    /// Whether this flow is asked for.
    pub(crate) fn matches(&self, flow: &Definition) -> bool {
        let Self { operator, id, deployment, name, tags } = self;
        let conditions = [
            id.as_ref().and_then(|id| {
                let own = ids::flow(&flow.name);
                id.holds(|each| *each == own)
            }),
            // No flow has one here.
            deployment.as_ref().and_then(|deployment| deployment.is_null_),
            name.as_ref().and_then(|name| name.holds(&flow.name)),
            tags.as_ref().and_then(|tags| tags.holds(&flow.tags)),
        ];
        operator.of(&conditions).unwrap_or(true)
    }

    /// What is asked of the flow of a run.
    pub(crate) fn condition(&self, known: &Flows) -> Option<RunCondition> {
        let Self { operator, id, deployment, name, tags } = self;
        operator.join([
            id.as_ref().and_then(|id| id.condition(|ids| known.named(ids))),
            deployment.as_ref().and_then(|asked| asked.is_null_).map(always),
            name.as_ref().and_then(|name| {
                name.condition(RunCondition::Definition, RunCondition::DefinitionLike)
            }),
            tags.as_ref().and_then(|tags| {
                tags.condition(
                    RunCondition::DefinitionTags,
                    RunCondition::AnyDefinitionTag,
                    RunCondition::DefinitionUntagged,
                )
            }),
        ])
    }

    /// The name of the one flow that is asked for, if that is all that is asked.
    pub(crate) fn only_name(&self, known: &Flows) -> Option<String> {
        let RunCondition::Definition(names) = self.condition(known)? else { return None };
        <[String; 1]>::try_from(names).ok().map(|[name]| name)
    }
}

/// What holds of every run, or of none.
pub(super) fn always(holds: bool) -> RunCondition {
    if holds { RunCondition::All(Vec::new()) } else { RunCondition::Any(Vec::new()) }
}
