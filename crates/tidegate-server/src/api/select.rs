//! Which records an answer lists, in which order. What a store can be asked is asked of it; the rest is asked of each record that it
//! gives, page by page.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use tidegate_core::{Run, RunId, RunKind, RunQuery};
use uuid::Uuid;

use super::filter::{FlowFilter, FlowRunFilter, OneOf, TaskRunFilter};
use crate::error::ApiError;
use crate::state::AppState;

/// How many records are asked of the store at once.
const PAGE: u64 = 2000;

/// How many runs may be named by their ids before all are looked through.
const NAMED: usize = 400;

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
    fn compare(self, a: &Run, b: &Run) -> Ordering {
        let started = |run: &Run| run.start_time.or(run.expected_start_time);
        let order = match self {
            Self::IdDesc => Ordering::Equal,
            Self::StartTimeAsc => started(a).cmp(&started(b)),
            Self::StartTimeDesc => started(b).cmp(&started(a)),
            Self::ExpectedStartTimeAsc => a.expected_start_time.cmp(&b.expected_start_time),
            Self::ExpectedStartTimeDesc => b.expected_start_time.cmp(&a.expected_start_time),
            Self::NameAsc => a.name.cmp(&b.name),
            Self::NameDesc => b.name.cmp(&a.name),
            Self::NextScheduledStartTimeAsc => {
                a.next_scheduled_start_time.cmp(&b.next_scheduled_start_time)
            }
            Self::EndTimeDesc => b.end_time.cmp(&a.end_time),
        };
        order.then_with(|| b.created.cmp(&a.created)).then_with(|| b.id.cmp(&a.id))
    }
}

/// Runs that are asked for.
#[derive(Debug)]
pub(crate) struct Selection {
    kind: RunKind,
    /// What the store is asked.
    query: RunQuery,
    /// What is asked of each record that it gives.
    filters: Filters,
    /// Whether no record is asked anything.
    exact: bool,
    /// The runs, if they are named.
    ids: Option<Vec<Uuid>>,
    /// Whether there can be none.
    none: bool,
}

impl Selection {
    pub(crate) fn new(kind: RunKind, mut filters: Filters) -> Self {
        let mut query = RunQuery { kind: Some(kind), ..RunQuery::default() };
        let is_asked =
            |filter: &Option<Value>| filter.as_ref().is_some_and(|filter| !filter.is_null());
        // There is nothing of the kind here, so no run has to do with one.
        let none = [
            &filters.deployments,
            &filters.work_pools,
            &filters.work_pool_queues,
            &filters.work_queues,
        ]
        .into_iter()
        .any(is_asked);
        let mut ids = None;
        let exact = match kind {
            RunKind::Flow => {
                let rest = filters.flow_runs.get_or_insert_default();
                if let (true, Some(OneOf { any_: Some(any), .. })) =
                    (rest.operator.is_and(), &rest.id)
                {
                    ids = Some(any.clone());
                }
                rest.ask(&mut query);
                if let Some(flows) = &mut filters.flows
                    && flows.operator.is_and()
                    && let Some(name) = &mut flows.name
                    && let (Some([_]), None) = (name.any_.as_deref(), &name.like_)
                {
                    query.definition_name = name.any_.take().and_then(|mut names| names.pop());
                    flows.name = None;
                }
                *rest == FlowRunFilter::default()
                    && filters.task_runs.is_none()
                    && filters.flows.as_ref().is_none_or(|flows| *flows == FlowFilter::default())
            }
            RunKind::Task => {
                let rest = filters.task_runs.get_or_insert_default();
                if let (true, Some(any)) =
                    (rest.operator.is_and(), rest.id.as_ref().and_then(|id| id.any_.as_ref()))
                {
                    ids = Some(any.clone());
                }
                // A list of the runs of one flow run is what is asked for most.
                if let Some(flow_runs) = &filters.flow_runs
                    && let Some(id) = only_id(flow_runs)
                {
                    query.flow_run_id = Some(id.into());
                    filters.flow_runs = None;
                }
                rest.ask(&mut query);
                *rest == TaskRunFilter::default()
                    && filters.flow_runs.is_none()
                    && filters.flows.is_none()
            }
        };
        let ids = ids.filter(|ids| ids.len() <= NAMED);
        Self { kind, query, filters, exact, ids, none }
    }

    /// Those from `offset` on, at most so many.
    pub(crate) async fn list(
        &self,
        state: &AppState,
        sort: RunSort,
        offset: u64,
        limit: u64,
    ) -> Result<Vec<Run>, ApiError> {
        if limit == 0 || self.none {
            return Ok(Vec::new());
        }
        let all_before = usize::try_from(offset.saturating_add(limit)).unwrap_or(usize::MAX);
        let mut found = Vec::new();
        if self.ids.is_none() && sort == RunSort::IdDesc && self.exact {
            let query = RunQuery { limit: Some(limit), offset, ..self.query.clone() };
            return Ok(state.store().runs(query).await?);
        }
        let room = all_before.saturating_mul(2).max(PAGE as usize);
        self.each(state, |run| {
            found.push(run);
            if sort == RunSort::IdDesc {
                return found.len() < all_before;
            }
            if found.len() > room {
                found.sort_by(|a, b| sort.compare(a, b));
                found.truncate(all_before);
            }
            true
        })
        .await?;
        if sort != RunSort::IdDesc || self.ids.is_some() {
            found.sort_by(|a, b| sort.compare(a, b));
        }
        let skipped = usize::try_from(offset).unwrap_or(usize::MAX);
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        Ok(found.into_iter().skip(skipped).take(limit).collect())
    }

    /// How many there are.
    pub(crate) async fn count(&self, state: &AppState) -> Result<u64, ApiError> {
        if self.none {
            return Ok(0);
        }
        if self.exact && self.ids.is_none() {
            return Ok(state.store().count_runs(self.query.clone()).await?);
        }
        let mut count = 0;
        self.each(state, |_| {
            count += 1;
            true
        })
        .await?;
        Ok(count)
    }

    /// Hands each to `take`, newest first unless they are named, until that wants no more.
    pub(crate) async fn each(
        &self,
        state: &AppState,
        mut take: impl FnMut(Run) -> bool,
    ) -> Result<(), ApiError> {
        if self.none {
            return Ok(());
        }
        let mut related = Related::default();
        related.learn_task_runs(state, self).await?;
        if let Some(ids) = &self.ids {
            let ids: HashSet<Uuid> = ids.iter().copied().collect();
            for id in ids {
                let Some(run) = state.store().run(id.into()).await? else { continue };
                if run.kind() == self.kind
                    && self.asked_of_store(&run)
                    && related.matches(state, self, &run).await?
                    && !take(run)
                {
                    return Ok(());
                }
            }
            return Ok(());
        }
        let mut offset = 0;
        loop {
            let query = RunQuery { limit: Some(PAGE), offset, ..self.query.clone() };
            let page = state.store().runs(query).await?;
            let last = (page.len() as u64) < PAGE;
            offset += page.len() as u64;
            for run in page {
                if related.matches(state, self, &run).await? && !take(run) {
                    return Ok(());
                }
            }
            if last {
                return Ok(());
            }
        }
    }

    /// What the store is asked where runs are not named, asked of one that is.
    fn asked_of_store(&self, run: &Run) -> bool {
        let query = &self.query;
        let state_type = run.state().map(tidegate_core::State::state_type);
        let state_name = run.state().map(|state| &*state.name);
        query.definition_name.as_ref().is_none_or(|name| *name == run.definition.name)
            && query.name.as_ref().is_none_or(|name| *name == run.name)
            && query.flow_run_id.is_none_or(|id| run.flow_run_id == Some(id))
            && (query.state_types.is_empty()
                || state_type.is_some_and(|own| query.state_types.contains(&own)))
            && (query.state_names.is_empty()
                || state_name.is_some_and(|own| query.state_names.iter().any(|name| name == own)))
            && query.tags.iter().all(|tag| run.tags.contains(tag))
    }
}

/// The id of the one flow run that a filter asks for, if that is all it asks.
fn only_id(filter: &FlowRunFilter) -> Option<Uuid> {
    let Some(OneOf { any_: Some(ids), not_any_: None }) = &filter.id else { return None };
    let [id] = ids[..] else { return None };
    let rest = FlowRunFilter { id: None, ..filter.clone() };
    (rest == FlowRunFilter::default()).then_some(id)
}

/// What has been found out about runs that others have to do with.
#[derive(Debug, Default)]
struct Related {
    /// Whether flow runs are asked for.
    flow_runs: HashMap<RunId, bool>,
    /// The flow runs of the task runs that are asked for.
    with_task_runs: Option<HashSet<RunId>>,
}

impl Related {
    /// Which flow runs have task runs that are asked for.
    async fn learn_task_runs(
        &mut self,
        state: &AppState,
        selection: &Selection,
    ) -> Result<(), ApiError> {
        let (RunKind::Flow, Some(asked)) = (selection.kind, &selection.filters.task_runs) else {
            return Ok(());
        };
        let filters = Filters { task_runs: Some(asked.clone()), ..Filters::default() };
        let mut flow_runs = HashSet::new();
        let task_runs = Selection::new(RunKind::Task, filters);
        Box::pin(task_runs.each(state, |run| {
            flow_runs.extend(run.flow_run_id);
            true
        }))
        .await?;
        self.with_task_runs = Some(flow_runs);
        Ok(())
    }

    async fn matches(
        &mut self,
        state: &AppState,
        selection: &Selection,
        run: &Run,
    ) -> Result<bool, ApiError> {
        if selection.exact {
            return Ok(true);
        }
        let filters = &selection.filters;
        match selection.kind {
            RunKind::Flow => {
                let itself = filters.flow_runs.as_ref().is_none_or(|asked| asked.matches(run));
                let flow =
                    filters.flows.as_ref().is_none_or(|asked| asked.matches(&run.definition));
                let task_runs =
                    self.with_task_runs.as_ref().is_none_or(|with| with.contains(&run.id));
                Ok(itself && flow && task_runs)
            }
            RunKind::Task => {
                let asked = filters.task_runs.as_ref();
                let is_subflow = match asked.and_then(|asked| asked.subflow_runs.as_ref()) {
                    Some(_) => stands_for_subflow(state, run).await?,
                    None => false,
                };
                Ok(asked.is_none_or(|asked| asked.matches(run, is_subflow))
                    && self.flow_run_matches(state, filters, run.flow_run_id).await?)
            }
        }
    }

    async fn flow_run_matches(
        &mut self,
        state: &AppState,
        filters: &Filters,
        id: Option<RunId>,
    ) -> Result<bool, ApiError> {
        if filters.flow_runs.is_none() && filters.flows.is_none() {
            return Ok(true);
        }
        let Some(id) = id else { return Ok(false) };
        if let Some(known) = self.flow_runs.get(&id) {
            return Ok(*known);
        }
        let flow_run = state.store().run(id).await?;
        let matches = flow_run.is_some_and(|run| {
            filters.flow_runs.as_ref().is_none_or(|asked| asked.matches(&run))
                && filters.flows.as_ref().is_none_or(|asked| asked.matches(&run.definition))
        });
        self.flow_runs.insert(id, matches);
        Ok(matches)
    }
}

/// Whether a task run stands for a subflow run that was called in it.
async fn stands_for_subflow(state: &AppState, run: &Run) -> Result<bool, ApiError> {
    let Some(flow_run_id) = run.flow_run_id else { return Ok(false) };
    let query = RunQuery {
        kind: Some(RunKind::Flow),
        flow_run_id: Some(flow_run_id),
        ..RunQuery::default()
    };
    let subflows = state.store().runs(query).await?;
    Ok(subflows.iter().any(|subflow| subflow.task_run_id == Some(run.id)))
}
