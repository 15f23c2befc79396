//! Which index answers a question about flow runs, where SQLite by itself would take another: it believes that few runs are of one kind.
//! What is answered does not depend on it.

use rusqlite::{CachedStatement, Connection};
use tidegate_core::{RunCondition, RunKind, RunQuery, RunSort, RunTime};

/// The statement that `sql` makes with an index, or without one where SQLite cannot use it: where it finds out by itself that no run can
/// match, it looks at none, and takes being told of an index for a mistake.
pub(super) fn prepare<'a>(
    connection: &'a Connection,
    index: &str,
    sql: impl Fn(&str) -> String,
) -> rusqlite::Result<CachedStatement<'a>> {
    match connection.prepare_cached(&sql(index)) {
        Err(_) if !index.is_empty() => connection.prepare_cached(&sql("")),
        prepared => prepared,
    }
}

/// The index in whose order flow runs are asked for. SQLite believes that few runs are of one kind, and would sort all of them; only a
/// question that names runs is answered faster by others.
pub(super) fn sorted(query: &RunQuery) -> &'static str {
    let named = query.ids.is_some()
        || query.definition_name.is_some()
        || query.flow_run_id.is_some()
        || query.condition.as_ref().is_some_and(names_runs);
    if named || query.kind != Some(RunKind::Flow) || query.limit.is_none() {
        return "";
    }
    match query.sort {
        RunSort::Start => " INDEXED BY flow_runs_by_start",
        RunSort::ExpectedStart => " INDEXED BY flow_runs_by_expected_start",
        RunSort::Created
        | RunSort::NextScheduled
        | RunSort::End
        | RunSort::Name
        | RunSort::Duration => "",
    }
}

/// The index that flow runs are counted in, if all that is asked of them stands in it; then no run is looked at. SQLite would rather look
/// at all flow runs of a time.
pub(super) fn charted(query: &RunQuery) -> &'static str {
    let RunQuery { kind, definition_name, name, ids, flow_run_id, tags, condition, .. } = query;
    let others = definition_name.is_some()
        || name.is_some()
        || ids.is_some()
        || flow_run_id.is_some()
        || !tags.is_empty()
        || query.started_after.is_some()
        || query.started_before.is_some();
    if others || *kind != Some(RunKind::Flow) || !condition.as_ref().is_none_or(is_charted) {
        return "";
    }
    " INDEXED BY flow_runs_by_state"
}

/// Whether a condition asks only for what stands in that index.
fn is_charted(condition: &RunCondition) -> bool {
    match condition {
        RunCondition::All(all) | RunCondition::Any(all) => all.iter().all(is_charted),
        RunCondition::Not(one) => is_charted(one),
        RunCondition::StateType(_) | RunCondition::StateName(_) => true,
        RunCondition::Since(time, _) | RunCondition::Until(time, _) => *time == RunTime::Created,
        RunCondition::Id(_)
        | RunCondition::Name(_)
        | RunCondition::NameLike(_)
        | RunCondition::Definition(_)
        | RunCondition::DefinitionLike(_)
        | RunCondition::Version(_)
        | RunCondition::DefinitionTags(_)
        | RunCondition::AnyDefinitionTag(_)
        | RunCondition::DefinitionUntagged
        | RunCondition::Tags(_)
        | RunCondition::AnyTag(_)
        | RunCondition::Untagged
        | RunCondition::Deployment(_)
        | RunCondition::FlowRun(_)
        | RunCondition::TaskRun(_)
        | RunCondition::Unset(_)
        | RunCondition::InFlowRun(_)
        | RunCondition::HasTaskRun(_)
        | RunCondition::HasSubflow => false,
    }
}

/// Whether a condition holds of few runs because it names them, or those they were called in.
fn names_runs(condition: &RunCondition) -> bool {
    match condition {
        RunCondition::All(all) => all.iter().any(names_runs),
        RunCondition::Id(_) | RunCondition::FlowRun(_) | RunCondition::TaskRun(_) => true,
        RunCondition::Any(_)
        | RunCondition::Not(_)
        | RunCondition::Name(_)
        | RunCondition::NameLike(_)
        | RunCondition::Definition(_)
        | RunCondition::DefinitionLike(_)
        | RunCondition::Version(_)
        | RunCondition::DefinitionTags(_)
        | RunCondition::AnyDefinitionTag(_)
        | RunCondition::DefinitionUntagged
        | RunCondition::StateType(_)
        | RunCondition::StateName(_)
        | RunCondition::Tags(_)
        | RunCondition::AnyTag(_)
        | RunCondition::Untagged
        | RunCondition::Deployment(_)
        | RunCondition::Since(..)
        | RunCondition::Until(..)
        | RunCondition::Unset(_)
        | RunCondition::InFlowRun(_)
        | RunCondition::HasTaskRun(_)
        | RunCondition::HasSubflow => false,
    }
}
