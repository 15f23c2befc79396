//! Questions about runs as SQL. Every value is bound, never written into the text.

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use tidegate_core::{
    DefinitionRecord, Order, RecordedCall, Run, RunId, RunKind, RunQuery, RunSort, StateType,
    Timestamp,
};

use super::definitions::Known;
use super::row::UnreadableRow;
use super::run_index::{charted, prepare, sorted};
use super::run_row::{self, SELECT, SELECT_CALLS, SELECT_LAST, SELECT_ORPHANS, kind_number};
use super::{leases, run_condition, states};

/// The runs that match.
pub(super) fn runs(
    connection: &Connection,
    known: &mut Known,
    query: &RunQuery,
) -> Result<Vec<Run>, UnreadableRow> {
    let mut conditions = Conditions::of(connection, query)?;
    let order = order(query.sort, query.order);
    let filter = conditions.filter();
    let page = conditions.page(query.limit, query.offset);
    let mut statement = prepare(connection, sorted(query), |index| {
        format!("{SELECT}{index}{filter} ORDER BY {order}{page}")
    })?;
    let mut rows = statement.query(params_from_iter(conditions.values))?;
    let (mut runs, mut last) = (Vec::new(), leases::Last::default());
    while let Some(row) = rows.next()? {
        let found = run_row::read(row, |number| known.definition(connection, number))?;
        runs.push(run_row::with_lease(connection, &mut last, found)?);
    }
    Ok(runs)
}

/// The ORDER BY clause, without its words.
fn order(sort: RunSort, order: Order) -> String {
    let direction = match order {
        Order::NewestFirst => "DESC",
        Order::OldestFirst => "ASC",
    };
    let first = match sort {
        RunSort::Created => None,
        RunSort::Start => Some("coalesce(start_time, expected_start_time)"),
        RunSort::ExpectedStart => Some("expected_start_time"),
        RunSort::NextScheduled => Some("next_scheduled_start_time"),
        RunSort::End => Some("end_time"),
        RunSort::Name => Some("name"),
        RunSort::Duration => Some("end_time - start_time"),
    };
    let columns = first.into_iter().chain(["created", "number"]);
    columns.map(|column| format!("{column} {direction}")).collect::<Vec<_>>().join(", ")
}

/// The newest definition of each flow, or of each task, and its newest run.
pub(super) fn definitions(
    connection: &Connection,
    known: &mut Known,
    kind: RunKind,
) -> Result<Vec<DefinitionRecord>, UnreadableRow> {
    let kind = kind_number(kind);
    let mut newest = connection.prepare_cached(
        "SELECT max(id) FROM definitions WHERE kind = ?1 GROUP BY name, key ORDER BY name, key",
    )?;
    let newest: Vec<i64> = newest.query_map([kind], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut last = connection.prepare_cached(SELECT_LAST)?;
    let mut definitions = Vec::with_capacity(newest.len());
    let mut lease = leases::Last::default();
    for number in newest {
        let definition = known.definition(connection, number)?;
        let mut rows = last.query((kind, &definition.name, &definition.key))?;
        let last_run = match rows.next()? {
            Some(row) => {
                let found = run_row::read(row, |number| known.definition(connection, number))?;
                Some(run_row::with_lease(connection, &mut lease, found)?)
            }
            None => None,
        };
        definitions.push(DefinitionRecord { definition, last_run });
    }
    Ok(definitions)
}

/// The calls of a flow run that can be found again.
pub(super) fn recorded_calls(
    connection: &Connection,
    known: &mut Known,
    flow_run: RunId,
) -> Result<Vec<RecordedCall>, UnreadableRow> {
    let mut statement = connection.prepare_cached(SELECT_CALLS)?;
    let mut rows = statement.query([flow_run.as_uuid().as_bytes().as_slice()])?;
    let (mut calls, mut last) = (Vec::new(), leases::Last::default());
    while let Some(row) = rows.next()? {
        let found = run_row::read(row, |number| known.definition(connection, number))?;
        calls.extend(RecordedCall::of(run_row::with_lease(connection, &mut last, found)?));
    }
    Ok(calls)
}

/// Runs that have not ended though their lease has.
pub(super) fn orphans(
    connection: &Connection,
    known: &mut Known,
    limit: u64,
) -> Result<Vec<Run>, UnreadableRow> {
    let mut statement = connection.prepare_cached(SELECT_ORPHANS)?;
    let mut rows = statement.query([i64::try_from(limit).unwrap_or(i64::MAX)])?;
    let mut runs = Vec::new();
    while let Some(row) = rows.next()? {
        runs.push(run_row::read(row, |number| known.definition(connection, number))?.run);
    }
    Ok(runs)
}

/// How many runs match.
pub(super) fn count(connection: &Connection, query: &RunQuery) -> rusqlite::Result<u64> {
    let conditions = Conditions::of(connection, query)?;
    let filter = conditions.filter();
    let mut statement = prepare(connection, charted(query), |index| {
        format!("SELECT count(*) FROM runs{index}{filter}")
    })?;
    let count: i64 = statement.query_row(params_from_iter(conditions.values), |row| row.get(0))?;
    Ok(count.cast_unsigned())
}

/// The numbers of the definitions of a name.
fn definition_numbers(connection: &Connection, name: &str) -> rusqlite::Result<Vec<i64>> {
    let mut statement = connection.prepare_cached("SELECT id FROM definitions WHERE name = ?1")?;
    statement.query_map([name], |row| row.get(0))?.collect()
}

/// Conditions that must all hold, and the values of their parameters.
#[derive(Debug, Default)]
pub(super) struct Conditions {
    clauses: Vec<String>,
    pub(super) values: Vec<Value>,
}

impl Conditions {
    /// What a question asks of a row of `runs`.
    pub(super) fn of(connection: &Connection, query: &RunQuery) -> rusqlite::Result<Self> {
        let RunQuery {
            kind,
            definition_name,
            name,
            ids,
            flow_run_id,
            state_types,
            state_names,
            tags,
            created_after,
            created_before,
            started_after,
            started_before,
            condition,
            sort: _,
            order: _,
            limit: _,
            offset: _,
        } = query;
        let mut conditions = Self::default();
        if let Some(kind) = kind {
            // In the words of the indexes of flow runs alone, which a parameter would hide.
            conditions.always(match kind {
                RunKind::Flow => "kind = 0",
                RunKind::Task => "kind = 1",
            });
        }
        if let Some(name) = definition_name {
            let numbers = definition_numbers(connection, name)?;
            match &numbers[..] {
                // Of one definition the runs are found in order.
                [number] => conditions.holds("definition = ?", *number),
                [] => conditions.always("0"),
                several => {
                    conditions.is_one_of("definition", several.iter().map(|each| (*each).into()));
                }
            }
        }
        if let Some(name) = name {
            conditions.holds("name = ?", name.clone());
        }
        if let Some((first, last)) = ids {
            conditions.holds("id >= ?", first.as_uuid().as_bytes().to_vec());
            conditions.holds("id <= ?", last.as_uuid().as_bytes().to_vec());
        }
        if let Some(id) = flow_run_id {
            conditions.holds("flow_run_id = ?", id.as_uuid().as_bytes().to_vec());
        }
        conditions
            .is_one_of("state_type", state_types.iter().map(|each| states::number(*each).into()));
        if !state_types.is_empty() && !state_types.contains(&StateType::Completed) {
            // Says in the words of the index `runs_not_completed` that it will do.
            conditions.clauses.push("state_type <> 3".to_owned());
        }
        conditions.is_one_of("state_name", state_names.iter().map(|each| each.clone().into()));
        for tag in tags {
            conditions
                .holds("EXISTS (SELECT 1 FROM json_each(runs.tags) WHERE value = ?)", tag.clone());
        }
        let micros = |time: &Timestamp| time.timestamp_micros();
        if let Some(after) = created_after {
            conditions.holds("created >= ?", micros(after));
        }
        if let Some(before) = created_before {
            conditions.holds("created < ?", micros(before));
        }
        if let Some(after) = started_after {
            conditions.holds("start_time >= ?", micros(after));
        }
        if let Some(before) = started_before {
            conditions.holds("start_time < ?", micros(before));
        }
        if let Some(condition) = condition {
            let written = run_condition::write(condition);
            conditions.clauses.push(written.text);
            conditions.values.extend(written.values);
        }
        Ok(conditions)
    }

    /// Adds a condition with one parameter.
    pub(super) fn holds(&mut self, clause: &str, value: impl Into<Value>) {
        self.clauses.push(clause.to_owned());
        self.values.push(value.into());
    }

    /// Adds to the last condition, with one more parameter.
    pub(super) fn continues(&mut self, clause: &str, value: impl Into<Value>) {
        if let Some(last) = self.clauses.last_mut() {
            last.push_str(clause);
            self.values.push(value.into());
        }
    }

    /// Adds a condition without parameters.
    pub(super) fn always(&mut self, clause: &str) {
        self.clauses.push(clause.to_owned());
    }

    /// Adds the condition that a column has one of these values, unless there are none.
    pub(super) fn is_one_of(&mut self, column: &str, values: impl Iterator<Item = Value>) {
        let before = self.values.len();
        self.values.extend(values);
        let count = self.values.len() - before;
        if count > 0 {
            self.clauses.push(format!("{column} IN ({})", vec!["?"; count].join(", ")));
        }
    }

    /// The WHERE clause.
    pub(super) fn filter(&self) -> String {
        if self.clauses.is_empty() {
            return String::new();
        }
        format!(" WHERE {}", self.clauses.join(" AND "))
    }

    /// The LIMIT clause, which comes last.
    pub(super) fn page(&mut self, limit: Option<u64>, offset: u64) -> &'static str {
        let bounded = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        self.values.push(limit.map_or(-1, bounded).into());
        self.values.push(bounded(offset).into());
        " LIMIT ? OFFSET ?"
    }
}
