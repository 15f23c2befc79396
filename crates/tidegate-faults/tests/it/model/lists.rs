//! What a store should answer, found in two lists.

use std::sync::Arc;

use tidegate_core::store::suite::samples::at;
use tidegate_core::{Definition, LogQuery, LogRecord, Order, Run, RunId, RunKind, RunQuery};

use super::call::{Filter, Page};
use super::{RUNS, TAGS};

/// What a store holds, in the order in which it was put.
pub(super) struct Model {
    /// The runs that take part, as they are when they are recorded.
    pub(super) cast: Vec<Run>,
    pub(super) runs: Vec<Run>,
    pub(super) lines: Vec<LogRecord>,
}

impl Model {
    pub(super) fn new() -> Self {
        let mut cast: Vec<Run> = Vec::new();
        for n in 0..RUNS {
            let (kind, name) = [(RunKind::Flow, "etl"), (RunKind::Task, "fetch")][n % 2];
            let definition = Arc::new(Definition::new(kind, name));
            // Some were made at the same time.
            let mut run = Run::new(definition, format!("run-{}", n / 2), at(n as i64 % 5));
            run.flow_run_id = cast.get(n / 3).map(|flow| flow.id);
            run.tags = TAGS.iter().take(n % 3).map(ToString::to_string).collect();
            cast.push(run);
        }
        Self { cast, runs: Vec::new(), lines: Vec::new() }
    }

    pub(super) fn id(&self, run: usize) -> RunId {
        self.cast[run].id
    }

    pub(super) fn recorded(&mut self, run: usize) -> Option<&mut Run> {
        let id = self.id(run);
        self.runs.iter_mut().find(|run| run.id == id)
    }

    pub(super) fn query(&self, filter: &Filter) -> RunQuery {
        RunQuery {
            kind: filter.kind,
            definition_name: filter.definition.map(str::to_owned),
            name: filter.name.map(|run| self.cast[run].name.clone()),
            flow_run_id: filter.flow.map(|run| self.id(run)),
            state_types: filter.state_types.clone(),
            state_names: filter.state_name.iter().map(ToString::to_string).collect(),
            tags: filter.tags.iter().map(ToString::to_string).collect(),
            created_after: filter.after.map(at),
            created_before: filter.before.map(at),
            order: if filter.oldest_first { Order::OldestFirst } else { Order::NewestFirst },
            limit: filter.page.0,
            offset: filter.page.1,
            ..RunQuery::default()
        }
    }

    /// The runs that match, of all pages.
    pub(super) fn matching(&self, query: &RunQuery) -> Vec<Run> {
        let matches = |run: &&Run| {
            let state = run.state();
            query.kind.is_none_or(|kind| run.kind() == kind)
                && query.definition_name.as_ref().is_none_or(|name| run.definition.name == *name)
                && query.name.as_ref().is_none_or(|name| run.name == *name)
                && query.flow_run_id.is_none_or(|flow| run.flow_run_id == Some(flow))
                && (query.state_types.is_empty()
                    || state.is_some_and(|state| query.state_types.contains(&state.state_type())))
                && (query.state_names.is_empty()
                    || state.is_some_and(|state| {
                        query.state_names.iter().any(|name| *name == *state.name)
                    }))
                && query.tags.iter().all(|tag| run.tags.contains(tag))
                && query.created_after.is_none_or(|after| run.created >= after)
                && query.created_before.is_none_or(|before| run.created < before)
        };
        let mut runs: Vec<Run> = self.runs.iter().filter(matches).cloned().collect();
        runs.sort_by_key(|run| run.created);
        if query.order == Order::NewestFirst {
            runs.reverse();
        }
        runs
    }

    pub(super) fn lines(&self, query: &LogQuery) -> Vec<LogRecord> {
        let matches = |line: &&LogRecord| {
            query.flow_run_id.is_none_or(|flow| line.flow_run_id == Some(flow))
                && query.task_run_id.is_none_or(|task| line.task_run_id == Some(task))
                && query.at_least.is_none_or(|level| line.level >= level)
        };
        let mut lines: Vec<LogRecord> = self.lines.iter().filter(matches).cloned().collect();
        lines.sort_by_key(|line| line.timestamp);
        if query.newest_first {
            lines.reverse();
        }
        page_of(lines, (query.limit, query.offset))
    }
}

pub(super) fn page_of<T>(all: Vec<T>, (limit, offset): Page) -> Vec<T> {
    let count = |number: u64| usize::try_from(number).unwrap();
    all.into_iter().skip(count(offset)).take(limit.map_or(usize::MAX, count)).collect()
}
