//! Which runs an answer lists, in which order: a request becomes one question to the store. Nothing here looks at a run.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use tidegate_core::{
    Order, Run, RunCondition, RunKind, RunQuery, RunSort as Sort, Steps, Tally, TallyQuery,
};

use super::filter::{FlowFilter, FlowRunFilter, Flows, TaskRunFilter};
use crate::error::ApiError;
use crate::state::AppState;

/// What is asked of runs, and of what has to do with them. The fields are those of a request.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct Filters {
    pub(crate) flows: Option<FlowFilter>,
    pub(crate) flow_runs: Option<FlowRunFilter>,
    pub(crate) task_runs: Option<TaskRunFilter>,
    pub(crate) deployments: Option<Value>,
    pub(crate) work_pools: Option<Value>,
    pub(crate) work_pool_queues: Option<Value>,
    pub(crate) work_queues: Option<Value>,
}

/// The order of runs in an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum RunSort {
    #[default]
    IdDesc,
    StartTimeAsc,
    StartTimeDesc,
    ExpectedStartTimeAsc,
    ExpectedStartTimeDesc,
    NameAsc,
    NameDesc,
    NextScheduledStartTimeAsc,
    EndTimeDesc,
}

impl RunSort {
    /// What a store sorts by, and which way.
    fn of_store(self) -> (Sort, Order) {
        match self {
            Self::IdDesc => (Sort::Created, Order::NewestFirst),
            Self::StartTimeAsc => (Sort::Start, Order::OldestFirst),
            Self::StartTimeDesc => (Sort::Start, Order::NewestFirst),
            Self::ExpectedStartTimeAsc => (Sort::ExpectedStart, Order::OldestFirst),
            Self::ExpectedStartTimeDesc => (Sort::ExpectedStart, Order::NewestFirst),
            Self::NameAsc => (Sort::Name, Order::OldestFirst),
            Self::NameDesc => (Sort::Name, Order::NewestFirst),
            Self::NextScheduledStartTimeAsc => (Sort::NextScheduled, Order::OldestFirst),
            Self::EndTimeDesc => (Sort::End, Order::NewestFirst),
        }
    }
}

/// Runs that are asked for.
#[derive(Debug)]
pub(crate) struct Selection {
    kind: RunKind,
    filters: Filters,
}

impl Selection {
    pub(crate) fn new(kind: RunKind, filters: Filters) -> Self {
        Self { kind, filters }
    }

    /// The question to the store; none if there can be no such run.
    pub(crate) async fn query(&self, state: &AppState) -> Result<Option<RunQuery>, ApiError> {
        let Filters { flows, flow_runs, task_runs, .. } = &self.filters;
        let Filters { deployments, work_pools, work_pool_queues, work_queues, .. } = &self.filters;
        // There is nothing of the kind here, so no run has to do with one.
        let foreign = [deployments, work_pools, work_pool_queues, work_queues];
        if foreign.into_iter().flatten().any(|filter| !filter.is_null()) {
            return Ok(None);
        }
        let known = Flows::learn(state, flows.as_ref(), flow_runs.as_ref()).await?;
        let mut query = RunQuery { kind: Some(self.kind), ..RunQuery::default() };
        let flow_run = flow_runs.as_ref().and_then(|asked| asked.condition(&known));
        let task_run = task_runs.as_ref().and_then(TaskRunFilter::condition);
        let conditions = match self.kind {
            RunKind::Flow => {
                // The runs of one flow are what is asked for most, and are found in order.
                query.definition_name = flows.as_ref().and_then(|asked| asked.only_name(&known));
                let flow = match query.definition_name {
                    Some(_) => None,
                    None => flows.as_ref().and_then(|asked| asked.condition(&known)),
                };
                // An empty filter asks that there is a task run, as a full one does.
                let inside = task_runs.as_ref().map(|_| {
                    let inside = task_run.unwrap_or(RunCondition::All(Vec::new()));
                    RunCondition::HasTaskRun(Box::new(inside))
                });
                vec![flow_run, flow, inside]
            }
            RunKind::Task => {
                let flow = flows.as_ref().and_then(|asked| asked.condition(&known));
                let around: Vec<_> = flow_run.into_iter().chain(flow).collect();
                let is_asked = flows.is_some() || flow_runs.is_some();
                vec![task_run, is_asked.then(|| in_flow_run(around))]
            }
        };
        let mut conditions: Vec<_> = conditions.into_iter().flatten().collect();
        query.condition = match conditions.len() {
            0 => None,
            1 => conditions.pop(),
            _ => Some(RunCondition::All(conditions)),
        };
        Ok(Some(query))
    }

    /// Those from `offset` on, at most so many.
    pub(crate) async fn list(
        &self,
        state: &AppState,
        sort: RunSort,
        offset: u64,
        limit: u64,
    ) -> Result<Vec<Run>, ApiError> {
        let Some(query) = self.query(state).await? else { return Ok(Vec::new()) };
        let (sort, order) = sort.of_store();
        let query = RunQuery { sort, order, offset, limit: Some(limit), ..query };
        Ok(state.store().runs(query).await?)
    }

    /// How many there are.
    pub(crate) async fn count(&self, state: &AppState) -> Result<u64, ApiError> {
        match self.query(state).await? {
            Some(query) => Ok(state.store().count_runs(query).await?),
            None => Ok(0),
        }
    }

    /// How many there are in which state, how long they ran and by how long they were late.
    pub(crate) async fn tally(
        &self,
        state: &AppState,
        steps: Option<Steps>,
    ) -> Result<Vec<Tally>, ApiError> {
        let Some(runs) = self.query(state).await? else { return Ok(Vec::new()) };
        let query = TallyQuery { runs, steps, sums: true, now: state.now() };
        Ok(state.store().tally_runs(query).await?)
    }
}

/// That a task run was called in a flow run of which all of these hold. Where only ids are asked for, no flow run need be looked at.
fn in_flow_run(mut around: Vec<RunCondition>) -> RunCondition {
    match &mut around[..] {
        [RunCondition::Id(ids)] => RunCondition::FlowRun(std::mem::take(ids)),
        _ => RunCondition::InFlowRun(Box::new(RunCondition::All(around))),
    }
}
