//! How many runs were in which state, in steps of time or in flow runs, counted by SQLite.

use std::collections::BTreeSet;
use std::time::Duration;

use rusqlite::types::Value;
use rusqlite::{Connection, Row, params_from_iter};
use tidegate_core::{CallCount, RunId, RunTime, StateType, Tally, TallyQuery};

use super::row::UnreadableRow;
use super::run_condition::column;
use super::run_index::{charted, prepare};
use super::run_query::Conditions;

/// How long a run ran, and by how long it started too late, in microseconds; `?` is now. They are [`Run::estimated_run_time`] and
/// [`Run::lateness`] in SQL.
///
/// [`Run::estimated_run_time`]: tidegate_core::Run::estimated_run_time
/// [`Run::lateness`]: tidegate_core::Run::lateness
const SUMS: &str = "sum(total_run_time + CASE WHEN state_type = 2 THEN max(? - state_timestamp, 0) ELSE 0 END), \
    sum(CASE WHEN expected_start_time IS NULL THEN 0 WHEN start_time IS NOT NULL THEN max(start_time - expected_start_time, 0) \
        WHEN state_type IN (3, 4, 5, 6) THEN 0 ELSE max(? - expected_start_time, 0) END)";

/// Counts, by step and state.
pub(super) fn tally(
    connection: &Connection,
    query: &TallyQuery,
) -> Result<Vec<Tally>, UnreadableRow> {
    let mut conditions = Conditions::of(connection, &query.runs)?;
    conditions.always("state_type IS NOT NULL");
    let mut values: Vec<Value> = Vec::new();
    let step = match &query.steps {
        Some(steps) => {
            let column = column(steps.by);
            let start = steps.start.timestamp_micros();
            values.extend([start.into(), steps.micros().into()]);
            conditions.holds(&format!("{column} >= ?"), start);
            conditions.holds(&format!("{column} < ?"), steps.end.timestamp_micros());
            format!("({column} - ?) / ?")
        }
        None => "0".to_owned(),
    };
    let sums = if query.sums {
        values.extend([query.now.timestamp_micros().into(), query.now.timestamp_micros().into()]);
        SUMS
    } else {
        "0, 0"
    };
    let by_creation = query.steps.is_none_or(|steps| steps.by == RunTime::Created);
    let index = if by_creation && !query.sums { charted(&query.runs) } else { "" };
    let filter = conditions.filter();
    values.extend(conditions.values);
    let mut statement = prepare(connection, index, |index| {
        format!(
            "SELECT {step} AS step, state_type, state_name, count(*), {sums} FROM runs{index}{filter} \
             GROUP BY step, state_type, state_name ORDER BY step, state_type, state_name"
        )
    })?;
    let mut rows = statement.query(params_from_iter(values))?;
    let mut tallies = Vec::new();
    while let Some(row) = rows.next()? {
        let micros = |micros: i64| Duration::from_micros(micros.max(0).cast_unsigned());
        tallies.push(Tally {
            step: row.get::<_, i64>(0)?.max(0).cast_unsigned(),
            state_type: state_type(row)?,
            state_name: row.get(2)?,
            runs: row.get::<_, i64>(3)?.max(0).cast_unsigned(),
            run_time: micros(row.get(4)?),
            lateness: micros(row.get(5)?),
        });
    }
    Ok(tallies)
}

/// Counts calls, by flow run and state. All that is asked for stands in the index, so no run is looked at.
pub(super) fn calls(
    connection: &Connection,
    flow_runs: &[RunId],
) -> Result<Vec<CallCount>, UnreadableRow> {
    let mut statement = connection.prepare_cached(
        "SELECT count(*), state_type FROM runs INDEXED BY runs_by_flow_run \
         WHERE flow_run_id = ?1 AND state_type IS NOT NULL GROUP BY state_type ORDER BY state_type",
    )?;
    let flow_runs: BTreeSet<RunId> = flow_runs.iter().copied().collect();
    let mut counts = Vec::new();
    for flow_run_id in flow_runs {
        let mut rows = statement.query([flow_run_id.as_uuid().as_bytes().as_slice()])?;
        while let Some(row) = rows.next()? {
            let calls = row.get::<_, i64>(0)?.max(0).cast_unsigned();
            counts.push(CallCount { flow_run_id, state_type: state_type(row)?, calls });
        }
    }
    Ok(counts)
}

/// The type of a state, which is the second column.
fn state_type(row: &Row<'_>) -> Result<StateType, UnreadableRow> {
    let number: i64 = row.get(1)?;
    let state_type = usize::try_from(number).ok().and_then(|n| StateType::ALL.get(n).copied());
    state_type.ok_or(UnreadableRow::Column(1))
}
