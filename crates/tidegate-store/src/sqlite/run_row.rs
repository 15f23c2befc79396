//! A run as a row of the table `runs`, one row a run. What a state means is not decided here: the row repeats the
//! current state in columns of its own only so that queries find it.

use std::sync::Arc;
use std::time::Duration;

use rusqlite::{CachedStatement, Connection};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tidegate_core::{CallKey, CallPlace, Definition, Run, RunKind, RunPolicy, Timestamp};

use super::row::{RowReader, RowWriter, UnreadableRow};
use super::{leases, states};

/// The columns in the order in which they are written and read. Those before `infrastructure_pid` never change, but for `place`.
macro_rules! columns {
    () => {
        "id, definition, kind, flow_run_id, task_run_id, call_key, place, root_flow_run_id, deployment_id, \
         infrastructure_pid, tags, parameters, policy, created, name, lease, state_type, state_name, state_timestamp, states, run_count, \
         flow_run_run_count, total_run_time, expected_start_time, start_time, end_time, next_scheduled_start_time, \
         checksum"
    };
}

/// Selects runs, for [`read`].
pub(super) const SELECT: &str = concat!("SELECT ", columns!(), " FROM runs");

/// Selects the run of the id `?1`.
pub(super) const SELECT_ONE: &str = concat!("SELECT ", columns!(), " FROM runs WHERE id = ?1");

/// Selects the newest run of the flow or task of the kind `?1`, the name `?2` and the key `?3`.
pub(super) const SELECT_LAST: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM runs WHERE kind = ?1 AND definition IN \
     (SELECT definitions.id FROM definitions WHERE definitions.name = ?2 AND definitions.kind = ?1 AND definitions.key = ?3) \
     ORDER BY created DESC, number DESC LIMIT 1"
);

/// Selects the runs of the flow run `?1` that can be found again.
pub(super) const SELECT_CALLS: &str =
    concat!("SELECT ", columns!(), " FROM runs WHERE flow_run_id = ?1 AND call_key IS NOT NULL");

/// Selects at most `?1` runs that have not ended though their lease has.
pub(super) const SELECT_ORPHANS: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM runs INDEXED BY runs_not_ended WHERE end_time IS NULL AND lease IS NOT NULL \
     AND lease NOT IN (SELECT number FROM leases) LIMIT ?1"
);

const INSERT: &str = concat!(
    "INSERT INTO runs (",
    columns!(),
    ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, \
     ?23, ?24, ?25, ?26, ?27, ?28)"
);

const UPDATE: &str = "UPDATE runs SET place = ?7, infrastructure_pid = ?10, tags = ?11, parameters = ?12, policy = ?13, name = ?15, lease = ?16, state_type = ?17, state_name = ?18, state_timestamp = ?19, \
     states = ?20, run_count = ?21, flow_run_run_count = ?22, total_run_time = ?23, expected_start_time = ?24, \
     start_time = ?25, end_time = ?26, next_scheduled_start_time = ?27, checksum = ?28 WHERE id = ?1";

/// The statement that adds a run.
pub(super) fn insert(connection: &Connection) -> rusqlite::Result<CachedStatement<'_>> {
    connection.prepare_cached(INSERT)
}

/// The statement that brings a run up to date.
pub(super) fn update(connection: &Connection) -> rusqlite::Result<CachedStatement<'_>> {
    connection.prepare_cached(UPDATE)
}

/// Why a run was not written.
#[derive(Debug, thiserror::Error)]
pub(super) enum UnwritableRow {
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
}

/// Executes [`insert`] or [`update`] for this run.
pub(super) fn write(
    statement: &mut CachedStatement<'_>,
    run: &Run,
    definition: i64,
    lease: Option<i64>,
) -> Result<(), UnwritableRow> {
    let tags = json_unless(run.tags.is_empty(), &run.tags)?;
    let parameters = json_unless(run.parameters.is_empty(), &run.parameters)?;
    let policy = policy_json(&run.policy)?;
    let history =
        if run.states.is_empty() { None } else { Some(states::encode(&run.states, run.created)?) };
    let state = run.state();

    let mut row = RowWriter::new(statement);
    row.optional_uuid(Some(run.id.as_uuid()))?;
    row.integer(definition)?;
    row.integer(kind_number(run.kind()))?;
    row.optional_uuid(run.flow_run_id.as_ref().map(|id| id.as_uuid()))?;
    row.optional_uuid(run.task_run_id.as_ref().map(|id| id.as_uuid()))?;
    row.optional_bytes(run.call_key.map(CallKey::to_bytes).as_ref().map(<[u8; 16]>::as_slice))?;
    row.optional_bytes(run.place.as_ref().map(|place| place.to_bytes()).as_deref())?;
    row.optional_uuid(run.root_flow_run_id.as_ref().map(|id| id.as_uuid()))?;
    row.optional_uuid(run.deployment_id.as_ref().map(|id| id.as_uuid()))?;
    row.optional_text(run.infrastructure_pid.as_deref())?;
    row.optional_text(tags.as_deref())?;
    row.optional_text(parameters.as_deref())?;
    row.optional_text(policy.as_deref())?;
    row.optional_time(Some(run.created))?;
    row.text(&run.name)?;
    row.optional_integer(lease)?;
    row.optional_integer(state.map(|state| states::number(state.state_type())))?;
    row.optional_text(state.map(|state| &*state.name))?;
    row.optional_time(state.map(|state| state.timestamp))?;
    row.optional_text(history.as_deref())?;
    row.integer(run.run_count.into())?;
    row.integer(run.flow_run_run_count.into())?;
    row.integer(i64::try_from(run.total_run_time.as_micros()).unwrap_or(i64::MAX))?;
    row.optional_time(run.expected_start_time)?;
    row.optional_time(run.start_time)?;
    row.optional_time(run.end_time)?;
    row.optional_time(run.next_scheduled_start_time)?;
    row.execute()?;
    Ok(())
}

/// A run with the numbers that its row has in the place of ids.
#[derive(Debug)]
pub(super) struct Numbered {
    pub(super) run: Run,
    pub(super) definition: i64,
    pub(super) lease: Option<i64>,
}

/// The run of a row of [`SELECT`]; `definition_of` finds a definition by its number. The run's lease is left to who has the
/// number: most leases have ended.
pub(super) fn read(
    row: &rusqlite::Row<'_>,
    definition_of: impl FnOnce(i64) -> Result<Arc<Definition>, UnreadableRow>,
) -> Result<Numbered, UnreadableRow> {
    let mut row = RowReader::new(row);
    let id = row.optional_uuid()?.ok_or(UnreadableRow::Column(0))?;
    let definition = row.integer()?;
    let kind = row.integer()?;
    let flow_run_id = row.optional_uuid()?;
    let task_run_id = row.optional_uuid()?;
    let call_key = row.optional_bytes()?.map(CallKey::from_bytes);
    let place = row.optional_blob()?.map(CallPlace::from_bytes).transpose()?.map(Box::new);
    let root_flow_run_id = row.optional_uuid()?;
    let deployment_id = row.optional_uuid()?;
    let infrastructure_pid = row.optional_text()?.map(str::to_owned);
    let tags = row.optional_text()?;
    let parameters = row.optional_text()?;
    let policy = row.optional_text()?;
    let created: Timestamp = row.time()?;
    let name = row.text()?.to_owned();
    let lease = row.optional_integer()?;
    let (_, _, _) = (row.optional_integer()?, row.optional_text()?, row.optional_time()?);
    let history = row.optional_text()?;
    let run_count = row.small()?;
    let flow_run_run_count = row.small()?;
    let total_run_time = Duration::from_micros(row.small()?);
    let expected_start_time = row.optional_time()?;
    let start_time = row.optional_time()?;
    let end_time = row.optional_time()?;
    let next_scheduled_start_time = row.optional_time()?;
    row.finish()?;

    let number = definition;
    let definition = definition_of(number)?;
    if kind != kind_number(definition.kind) {
        return Err(UnreadableRow::Column(2));
    }
    let run = Run {
        id,
        definition,
        name,
        flow_run_id,
        task_run_id,
        call_key,
        place,
        lease: None,
        root_flow_run_id,
        deployment_id,
        infrastructure_pid,
        tags: from_json(tags)?,
        parameters: from_json(parameters)?,
        policy: from_json(policy)?,
        created,
        states: history.map(|text| states::decode(text, created)).transpose()?.unwrap_or_default(),
        run_count,
        flow_run_run_count,
        total_run_time,
        expected_start_time,
        start_time,
        end_time,
        next_scheduled_start_time,
    };
    Ok(Numbered { run, definition: number, lease })
}

/// The run with its lease, if that has not ended.
pub(super) fn with_lease(
    connection: &Connection,
    last: &mut leases::Last,
    Numbered { mut run, lease, .. }: Numbered,
) -> Result<Run, UnreadableRow> {
    if let Some(number) = lease {
        run.lease = last.id(connection, number)?;
    }
    Ok(run)
}

/// The number of a kind, as stored.
pub(super) const fn kind_number(kind: RunKind) -> i64 {
    match kind {
        RunKind::Flow => 0,
        RunKind::Task => 1,
    }
}

/// The JSON of `value`, and NULL for one that is empty.
pub(super) fn json_unless(
    empty: bool,
    value: &impl Serialize,
) -> Result<Option<String>, serde_json::Error> {
    if empty { Ok(None) } else { serde_json::to_string(value).map(Some) }
}

/// What [`json_unless`] wrote.
pub(super) fn from_json<T: Default + DeserializeOwned>(
    text: Option<&str>,
) -> Result<T, serde_json::Error> {
    text.map_or_else(|| Ok(T::default()), serde_json::from_str)
}

/// The policy without what is as in the default policy, which reading fills in again.
fn policy_json(policy: &RunPolicy) -> Result<Option<String>, serde_json::Error> {
    let default = RunPolicy::default();
    if *policy == default {
        return Ok(None);
    }
    let mut value = serde_json::to_value(policy)?;
    leave_out(&mut value, &serde_json::to_value(&default)?);
    serde_json::to_string(&value).map(Some)
}

fn leave_out(value: &mut Value, default: &Value) {
    if let (Value::Object(value), Value::Object(default)) = (value, default) {
        value.retain(|key, entry| default.get(key) != Some(entry));
        if let (Some(Value::Object(retry)), Some(Value::Object(default))) =
            (value.get_mut("retry"), default.get("retry"))
        {
            retry.retain(|key, entry| default.get(key) != Some(entry));
        }
    }
}
