//! What must hold of the database after the kills, given the journal and what the parent was told. It only looks.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use tidegate::transaction::{HookStatus, TransactionState};
use tidegate::{Engine, Run, RunId, RunKind, StateResult, StateType};

use super::journal::{self, Call, Line};
use super::workload::Sum;

/// How much was looked at.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    /// Calls whose value somebody was given.
    pub(crate) acknowledged: usize,
    /// Flow runs, subflows aside.
    pub(crate) flows: usize,
    /// Of these, those that crashed at least once.
    pub(crate) crashed: usize,
    /// Of these, those that crashed once more than they are recovered.
    pub(crate) past_the_limit: usize,
    /// Runs of any kind.
    pub(crate) runs: usize,
    /// Runs whose effect in the database is one transaction with their end.
    pub(crate) booked: usize,
    /// Runs that leave their results to others, or take them.
    pub(crate) cached: usize,
    /// Transactions of tasks, each committed with all of its hooks called.
    pub(crate) transactions: usize,
    /// Bodies that ran again, since their process died before their end was recorded.
    pub(crate) again: usize,
}

impl Counts {
    pub(crate) fn add(&mut self, other: Self) {
        self.acknowledged += other.acknowledged;
        self.flows += other.flows;
        self.crashed += other.crashed;
        self.past_the_limit += other.past_the_limit;
        self.runs += other.runs;
        self.booked += other.booked;
        self.cached += other.cached;
        self.transactions += other.transactions;
        self.again += other.again;
    }
}

/// How often a run was in a state of this name.
fn times(run: &Run, name: &str) -> usize {
    run.states.iter().filter(|state| state.name == name).count()
}

fn is_top(run: &Run) -> bool {
    run.kind() == RunKind::Flow && run.flow_run_id.is_none()
}

fn ensure(holds: bool, what: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what()) }
}

/// Before anything is resumed beyond the limit: only what has reached it has not completed. Gives those runs.
pub(crate) async fn past_the_limit(engine: &Engine) -> Result<Vec<RunId>, String> {
    let runs = engine.runs().flows().list().await.map_err(|error| error.to_string())?;
    let mut past = Vec::new();
    for run in runs.iter().filter(|run| is_top(run)) {
        let state = run.state().unwrap();
        if !run.policy.recover {
            ensure(state.is_completed(), || format!("a flow run did not complete: {run:?}"))?;
            continue;
        }
        let (crashes, recoveries) = (times(run, "Crashed"), times(run, "Rerunning"));
        ensure(recoveries <= 3, || format!("it was recovered too often: {run:?}"))?;
        ensure(crashes <= 4, || format!("it ran again after its last crash: {run:?}"))?;
        if !state.is_completed() {
            ensure(state.state_type() == StateType::Crashed && crashes == 4, || {
                format!("it was not recovered: {run:?}")
            })?;
            past.push(run.id);
        }
    }
    Ok(past)
}

/// After everything has ended.
pub(crate) async fn judge(engine: &Engine, home: &Path, told: &[Line]) -> Result<Counts, String> {
    let runs = engine.runs().list().await.map_err(|error| error.to_string())?;
    let leases = engine.store().unwrap().leases().await.map_err(|error| error.to_string())?;
    ensure(leases.is_empty(), || format!("leases are left: {leases:?}"))?;
    let lines = journal::read(home);
    let found = Found::of(&runs)?;
    let mut counts = Counts { runs: runs.len(), ..Counts::default() };
    all_ended(&runs, &lines, &mut counts)?;
    the_parent_was_told_the_truth(&lines, told)?;
    nothing_acknowledged_ran_again(&lines, &found, &mut counts)?;
    sums_are_of_what_is_recorded(&runs, &found)?;
    transactions_are_committed(engine, &runs, &mut counts).await?;
    counts.cached = runs.iter().filter(|run| run.definition.name == "cached").count();
    the_ledger_agrees(engine, &runs, &found, &mut counts).await?;
    counts.past_the_limit = runs
        .iter()
        .filter(|run| is_top(run) && run.policy.recover)
        .fold(0, |past, run| past + usize::from(times(run, "Crashed") > 3));
    Ok(counts)
}

/// What is recorded of calls.
struct Found<'a> {
    calls: HashMap<Call, &'a Run>,
    flows: HashMap<RunId, &'a Run>,
}

impl<'a> Found<'a> {
    fn of(runs: &'a [Run]) -> Result<Self, String> {
        let mut calls = HashMap::new();
        for run in runs.iter().filter(|run| !is_top(run)) {
            let call = call_of(run);
            if let Some(other) = calls.insert(call, run) {
                return Err(format!("two runs are of one call: {run:?} {other:?}"));
            }
        }
        let flows = runs.iter().filter(|run| run.kind() == RunKind::Flow);
        Ok(Self { calls, flows: flows.map(|run| (run.id, run)).collect() })
    }
}

/// Which call a run is of, by its argument; a step has its number in its name.
fn call_of(run: &Run) -> Call {
    let argument = run.parameters.get("number").and_then(serde_json::Value::as_u64);
    let number = argument.map_or_else(
        || run.definition.name.strip_prefix("step ").map_or(0, |text| text.parse().unwrap()),
        |argument| argument.try_into().unwrap(),
    );
    Call { flow: run.flow_run_id.unwrap_or(run.id), number }
}

/// The value that a run completed with.
fn value_of(run: &Run) -> Option<u64> {
    let state = run.state().filter(|state| state.is_completed())?;
    let Some(StateResult::Recorded { json }) = &state.result else { return None };
    if run.kind() == RunKind::Flow {
        return Some(serde_json::from_str::<Sum>(json).unwrap().value);
    }
    if run.flow_run_id.is_none() {
        return Some(serde_json::from_str::<(RunId, u64)>(json).unwrap().1);
    }
    Some(serde_json::from_str(json).unwrap())
}

/// Every run has completed, and once; but for tasks outside of flows, which nobody resumes.
fn all_ended(runs: &[Run], lines: &[Line], counts: &mut Counts) -> Result<(), String> {
    let entered: BTreeSet<_> = lines
        .iter()
        .filter_map(|line| if let Line::Entered { flow, .. } = line { Some(*flow) } else { None })
        .collect();
    for run in runs {
        ensure(run.is_terminal(), || format!("it did not end: {run:?}"))?;
        let completed = run.state().is_some_and(|state| state.is_completed());
        let is_lone = run.kind() == RunKind::Task && run.flow_run_id.is_none();
        ensure(completed || is_lone, || format!("it did not complete: {run:?}"))?;
        let completions = times(run, "Completed") + times(run, "Cached");
        ensure(completions == usize::from(completed), || {
            format!("it completed more than once: {run:?}")
        })?;
        if is_top(run) {
            counts.flows += 1;
            counts.crashed += usize::from(times(run, "Crashed") > 0);
            ensure(entered.contains(&run.id), || format!("its body never began: {run:?}"))?;
        }
    }
    for flow in &entered {
        ensure(runs.iter().any(|run| run.id == *flow), || {
            format!("the body of {flow} began, and it is not recorded")
        })?;
    }
    Ok(())
}

/// Each transaction of tasks is committed, and each of its hooks was called.
async fn transactions_are_committed(
    engine: &Engine,
    runs: &[Run],
    counts: &mut Counts,
) -> Result<(), String> {
    for flow in runs.iter().filter(|run| run.kind() == RunKind::Flow) {
        let transactions = engine.store().unwrap().transactions(flow.id).await;
        for transaction in transactions.map_err(|error| error.to_string())? {
            let hooks = transaction.hooks.iter().all(|hook| hook.status == HookStatus::Done);
            ensure(transaction.state == TransactionState::Committed && hooks, || {
                format!("it is not committed, or a hook was not called: {transaction:?}")
            })?;
            counts.transactions += 1;
        }
    }
    Ok(())
}

/// Whatever the parent read is in the journal too.
fn the_parent_was_told_the_truth(lines: &[Line], told: &[Line]) -> Result<(), String> {
    let known: BTreeSet<String> = lines.iter().map(ToString::to_string).collect();
    let unknown = told.iter().find(|line| !known.contains(&line.to_string()));
    unknown.map_or(Ok(()), |line| Err(format!("this is not in the journal: {line}")))
}

/// What was acknowledged is recorded with the value that was given, and its body did not run after that.
fn nothing_acknowledged_ran_again(
    lines: &[Line],
    found: &Found<'_>,
    counts: &mut Counts,
) -> Result<(), String> {
    let mut acknowledged: BTreeMap<Call, u64> = BTreeMap::new();
    let mut completed: BTreeSet<RunId> = BTreeSet::new();
    let mut ran: BTreeMap<Call, Vec<u64>> = BTreeMap::new();
    for line in lines {
        match line {
            Line::Ran { call, value } => {
                ensure(!acknowledged.contains_key(call), || {
                    format!("{call:?} was acknowledged, and ran again as {value}")
                })?;
                ran.entry(*call).or_default().push(*value);
            }
            Line::Acknowledged { call, value } => {
                let given = acknowledged.entry(*call).or_insert(*value);
                ensure(given == value, || format!("{call:?} gave {given} and then {value}"))?;
            }
            Line::Completed { flow, value } => {
                completed.insert(*flow);
                let recorded = found.flows.get(flow).and_then(|run| value_of(run));
                ensure(
                    recorded.is_some() && value.is_none_or(|value| recorded == Some(value)),
                    || format!("{line} was told, and recorded is {recorded:?}"),
                )?;
            }
            Line::Entered { flow, .. } => ensure(!completed.contains(flow), || {
                format!("{flow} was completed, and its body ran again")
            })?,
            Line::Resumes { .. } => {}
            Line::Wrong(what) => return Err(what.clone()),
        }
    }
    for (call, value) in &acknowledged {
        let recorded = found.calls.get(call).and_then(|run| value_of(run));
        ensure(recorded == Some(*value), || {
            format!("{call:?} was acknowledged with {value}, and recorded is {recorded:?}")
        })?;
    }
    for (call, run) in &found.calls {
        if run.kind() == RunKind::Flow {
            continue;
        }
        let bodies = ran.get(call).map_or(&[][..], Vec::as_slice);
        let recorded = value_of(run);
        ensure(recorded.is_none_or(|value| bodies.contains(&value)), || {
            format!("{call:?} is recorded with {recorded:?}, which no body gave: {bodies:?}")
        })?;
        counts.again += bodies.len().saturating_sub(1);
        let crashed = found.flows.get(&call.flow).is_none_or(|flow| times(flow, "Crashed") > 0);
        ensure(crashed || bodies.len() == 1, || {
            format!("{call:?} ran {} times in a flow run that never crashed", bodies.len())
        })?;
    }
    counts.acknowledged = acknowledged.len() + completed.len();
    Ok(())
}

/// The value of each flow is made of the values of its calls, whichever attempts they are of.
fn sums_are_of_what_is_recorded(runs: &[Run], found: &Found<'_>) -> Result<(), String> {
    let mut sums: HashMap<RunId, u64> = HashMap::new();
    for run in runs {
        if let (Some(flow), Some(value)) = (run.flow_run_id, value_of(run)) {
            let sum = sums.entry(flow).or_default();
            *sum = sum.wrapping_add(value);
        }
    }
    for (id, run) in &found.flows {
        let (sum, value) = (sums.get(id).copied().unwrap_or_default(), value_of(run));
        ensure(value == Some(sum), || format!("its calls make {sum}, it gave {value:?}: {run:?}"))?;
    }
    Ok(())
}

/// Each row of the ledger is of a completed run, and of each there is one.
async fn the_ledger_agrees(
    engine: &Engine,
    runs: &[Run],
    found: &Found<'_>,
    counts: &mut Counts,
) -> Result<(), String> {
    let rows = engine
        .sql_transaction(|tx| {
            let rows = tx.query("SELECT flow, number, value FROM ledger", ())?;
            let read = |row: &tidegate::SqlRow| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
            rows.iter().map(read).collect::<Result<Vec<(String, i64, i64)>, tidegate::SqlError>>()
        })
        .await
        .map_err(|error| error.to_string())?;
    let mut booked = BTreeSet::new();
    for (flow, number, value) in rows {
        let call = Call { flow: flow.parse().unwrap(), number: number.try_into().unwrap() };
        let recorded = found.calls.get(&call).and_then(|run| value_of(run));
        ensure(recorded == Some(value.cast_unsigned()), || {
            format!("{call:?} is in the ledger with {value}, and recorded is {recorded:?}")
        })?;
        ensure(booked.insert(call), || format!("{call:?} is in the ledger twice"))?;
    }
    let runs = runs.iter().filter(|run| run.definition.name == "book").count();
    ensure(runs == booked.len(), || format!("{runs} runs, and {} rows", booked.len()))?;
    counts.booked = runs;
    Ok(())
}
