//! Every probed cell of Prefect, walked. What is not compared is counted by name, so that nothing can drop out unseen.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::Duration;

use chrono::TimeDelta;
use expect_test::expect;
use uuid::Uuid;

use super::cells::{self, Cell, StateNote, usual_type};
use super::differences::DIFFERENCES;
use super::{new_run, noon, seconds};
use crate::{
    Delays, FlowView, Proposal, RetryPolicy, RetryType, Run, RunKind, SlotsView, State, StateData,
    StateResult, StateType, Timestamp, Verdict, transition,
};

const CELLS: &str = include_str!("../../../../../tests/data/transitions.txt");

/// Circumstances that only rules to come look at, and why cells that have them are not compared yet.
const SKIPPED: [(&str, &str); 4] = [
    ("client", "what a client of some version may do is decided by rules to come"),
    ("lease", "the lease on a deployment's slot is kept by rules to come"),
    ("deployment limit", "the limit on the runs of a deployment is kept by rules to come"),
    ("cache", "cached results are looked up by rules to come"),
];

/// Outcome columns that rules do not write: slots are taken and given back by whoever proposes.
const UNCOMPARED_COLUMNS: [&str; 2] = ["slots", "tracking"];

/// A limit without room is asked again after so many seconds, which Prefect draws from 0 to 30.
const ASKED_AGAIN: i64 = 7;

pub(super) type Outcome = BTreeMap<&'static str, String>;

#[test]
fn every_cell_of_prefect_is_met_or_is_a_named_difference() {
    let cells = cells::read(CELLS);
    let mut counts = BTreeMap::<String, usize>::new();
    let mut problems = String::new();
    for cell in &cells {
        if let Some((_, reason)) = SKIPPED.iter().find(|(name, _)| has(cell, name)) {
            *counts.entry(format!("skipped: {reason}")).or_default() += 1;
            continue;
        }
        let mut expected = prefect_outcome(cell);
        let claims: Vec<_> = DIFFERENCES.iter().filter(|d| (d.applies)(cell)).collect();
        let counted = match claims[..] {
            [] => "compared equal".to_owned(),
            [difference] => {
                let unchanged = expected.clone();
                (difference.instead)(cell, &mut expected);
                if expected == unchanged {
                    writeln!(problems, "{}: `{}` changes nothing", cell.text, difference.name)
                        .unwrap();
                }
                format!("differs: {}", difference.name)
            }
            _ => panic!("{}: two differences claim it", cell.text),
        };
        *counts.entry(counted).or_default() += 1;
        let actual = tidegate_outcome(cell);
        if actual != expected {
            writeln!(problems, "{}\n  expected {expected:?}\n  actual   {actual:?}", cell.text)
                .unwrap();
        }
    }
    assert!(problems.is_empty(), "{} lines of trouble:\n{problems}", problems.lines().count());

    let mut report = format!("{:4} cells\n", cells.len());
    for (what, count) in counts {
        writeln!(report, "{count:4} {what}").unwrap();
    }
    expect![[r#"
        9391 cells
        7929 compared equal
          11 differs: a blocking pause can be cancelled
          26 differs: a pause past its timeout ends as proposed
          22 differs: a pause past its timeout is not resuming
          69 differs: a paused run that ends is not resuming
          71 differs: a paused run that keeps its state is not resuming
          21 differs: a resumed run goes on with its attempt
          95 differs: a run that is not ready has ended
          35 differs: a suspended run without a deployment can end
         280 skipped: cached results are looked up by rules to come
          20 skipped: the lease on a deployment's slot is kept by rules to come
         411 skipped: the limit on the runs of a deployment is kept by rules to come
         401 skipped: what a client of some version may do is decided by rules to come
    "#]]
    .assert_eq(&report);
}

#[test]
fn no_cell_is_lost_or_doubled() {
    let cells = cells::read(CELLS);
    assert_eq!(cells.len(), 9391);
    let distinct: BTreeSet<_> = cells.iter().map(|cell| &cell.text).collect();
    assert_eq!(distinct.len(), cells.len());
}

#[test]
fn every_difference_is_hit_and_explained() {
    let cells = cells::read(CELLS);
    for difference in DIFFERENCES {
        assert!(!difference.reason.is_empty());
        assert!(
            cells.iter().any(|cell| (difference.applies)(cell)),
            "no cell shows `{}`",
            difference.name,
        );
    }
}

fn has(cell: &Cell<'_>, circumstance: &str) -> bool {
    match circumstance {
        "deployment limit" => cell.kind == RunKind::Flow && cell.is_set("limit"),
        other => cell.is_set(other),
    }
}

fn prefect_outcome(cell: &Cell<'_>) -> Outcome {
    const COLUMNS: [&str; 15] = [
        "status",
        "state",
        "delay",
        "sched",
        "written",
        "run_count",
        "start",
        "end",
        "expected",
        "next",
        "total",
        "resuming",
        "pause_keys",
        "retry_type",
        "by",
    ];
    for column in cell.outcome.keys() {
        assert!(
            COLUMNS.contains(column) || UNCOMPARED_COLUMNS.contains(column),
            "column {column} is compared",
        );
    }
    let mut outcome: Outcome = COLUMNS
        .into_iter()
        .filter_map(|column| Some((column, (*cell.outcome.get(column)?).to_owned())))
        .collect();
    if let Some(delay) = outcome.get_mut("delay").filter(|delay| *delay == "0-30") {
        *delay = ASKED_AGAIN.to_string();
    }
    // A rule that only renames shows in the name of the state.
    if outcome.get("by").is_some_and(|by| by.ends_with(":rename")) {
        outcome.remove("by");
    }
    outcome
}

fn tidegate_outcome(cell: &Cell<'_>) -> Outcome {
    let now = noon();
    let mut run = initial_run(cell);
    let before = run.clone();
    let flow_state = parent_flow_state(cell);
    let state_of_flow = match cell.circumstances.get("parent_flow") {
        None | Some(&"none") => FlowView::None,
        Some(_) => FlowView::Some {
            state: flow_state.as_ref(),
            run_count: if cell.is_set("flow_retry") { 2 } else { 1 },
        },
    };
    let mut state = noted_state(&cell.to, now, 600, "proposed");
    match cell.circumstances.get("transition_id") {
        Some(&"same") => state.transition_id = Some(Uuid::from_u128(1)),
        Some(_) => state.transition_id = Some(Uuid::from_u128(2)),
        None => {}
    }
    let slots = match cell.circumstances.get("limit") {
        None | Some(&("v1_free" | "v2_free")) => SlotsView::Taken,
        Some(&("v1_full" | "v2_full")) => SlotsView::Full { until: now + seconds(ASKED_AGAIN) },
        Some(&("v1_zero" | "v2_zero")) => SlotsView::Closed { limit: "tag:sample" },
        Some(other) => panic!("unknown limit {other}"),
    };
    let flow = state_of_flow;
    let proposal = Proposal { state, policy: cell.policy, flow, slots, roll: 0.5 };
    let verdict = transition(&mut run, proposal, now);
    describe(&before, &run, verdict, now)
}

fn initial_run(cell: &Cell<'_>) -> Run {
    let now = noon();
    let mut run = new_run(cell.kind);
    if cell.is_set("deployment") {
        run.deployment_id = Some(Uuid::from_u128(7).into());
    }
    if cell.is_set("subflow") {
        run.flow_run_id = Some(crate::RunId::new());
    }
    if cell.is_set("infra_pid") {
        run.infrastructure_pid = Some("4711".into());
    }
    let number = |name| cell.circumstances.get(name).map_or(0, |number| number.parse().unwrap());
    run.run_count = number("run_count");
    let delays = cell.circumstances.get("retry_delay").map_or(Delays::None, |text| {
        Delays::List(text.split('/').map(|s| Duration::from_secs(s.parse().unwrap())).collect())
    });
    run.policy.retry = RetryPolicy::new(number("retries"), delays, 0.0).unwrap();
    run.policy.resuming = cell.is_set("resuming");
    if cell.to.fields.get("key") == Some(&"repeated") {
        run.policy.pause_keys.push("repeated".into());
    }
    run.flow_run_run_count = run.run_count.min(1);
    if let Some(from) = &cell.from {
        let mut state = noted_state(from, now - seconds(60), 0, "initial");
        state.transition_id = cell.is_set("transition_id").then(|| Uuid::from_u128(1));
        run.expected_start_time = Some(now - seconds(61));
        run.start_time = (run.run_count > 0 || state.is_terminal()).then(|| now - seconds(62));
        run.end_time = state.is_terminal().then(|| now - seconds(60));
        if state.state_type() == StateType::Scheduled {
            run.next_scheduled_start_time = state.scheduled_time();
        }
        run.states.push(state);
    }
    run
}

fn parent_flow_state(cell: &Cell<'_>) -> Option<State> {
    let (state_type, name) = cell.circumstances.get("parent_flow")?.split_once(':')?;
    let state_type = state_type.parse().unwrap();
    let note = StateNote { state_type, name, fields: BTreeMap::new() };
    Some(noted_state(&note, noon() - seconds(60), 600, "parent"))
}

fn noted_state(
    note: &StateNote<'_>,
    timestamp: Timestamp,
    usual_schedule: i64,
    result: &str,
) -> State {
    let at = |text: &str| {
        noon()
            + match text {
                // Two clocks are never read at the same microsecond.
                "past" if usual_schedule > 0 => seconds(-120) + TimeDelta::microseconds(1),
                "past" => seconds(-120),
                "future" => seconds(300),
                other => panic!("unknown time {other}"),
            }
    };
    let flag = |name| note.fields.get(name) == Some(&"1");
    let scheduled_time = note.fields.get("sched").map(|text| at(text));
    let data = match note.state_type {
        StateType::Scheduled => StateData::Scheduled {
            scheduled_time: scheduled_time.unwrap_or_else(|| match usual_schedule {
                0 => at("past"),
                offset => noon() + seconds(offset),
            }),
        },
        StateType::Pending => StateData::Pending { scheduled_time },
        StateType::Running => StateData::Running,
        StateType::Completed => StateData::Completed,
        StateType::Failed => StateData::Failed {
            retriable: note.fields.get("retriable").map(|text| text.parse().unwrap()),
        },
        StateType::Cancelled => StateData::Cancelled,
        StateType::Crashed => StateData::Crashed,
        StateType::Paused => StateData::Paused {
            timeout: note.fields.get("timeout").map(|text| at(text)),
            reschedule: flag("reschedule"),
            key: match note.fields.get("key") {
                None | Some(&"none") => None,
                Some(key) => Some((*key).to_owned()),
            },
        },
        StateType::Cancelling => StateData::Cancelling,
    };
    let mut state = State::new("", data, timestamp).named(note.name.to_owned());
    state.result = note.fields.get("data").map(|data| match *data {
        "persisted" => StateResult::Recorded { json: result.to_string().into() },
        "unpersisted" => StateResult::Unpersisted,
        other => panic!("unknown data {other}"),
    });
    state
}

/// What happened to a run, in the columns of the file.
fn describe(before: &Run, after: &Run, verdict: Verdict, now: Timestamp) -> Outcome {
    let mut outcome = Outcome::new();
    let mut set = |column, value: &str| {
        if !value.is_empty() {
            outcome.insert(column, value.to_owned());
        }
    };
    let status = match &verdict {
        Verdict::Accept => "ACCEPT",
        Verdict::Replace(_) => "REJECT",
        Verdict::Reject(rejection) if rejection.abort => "ABORT",
        Verdict::Reject(_) => "REJECT",
        Verdict::Wait(_) => "WAIT",
    };
    set("status", status);
    match &verdict {
        Verdict::Accept => {}
        Verdict::Replace(replacement) => set("by", &camel_case(replacement.rule)),
        Verdict::Reject(rejection) => set("by", &camel_case(rejection.rule)),
        Verdict::Wait(until) => {
            let delay = (*until - now).num_seconds();
            let is_slot = delay == ASKED_AGAIN;
            set("by", if is_slot { "SecureTaskConcurrencySlots" } else { "WaitForScheduledTime" });
            set("delay", &delay.to_string());
        }
    }
    set("state", &after.state().map_or("-".to_owned(), short_form));
    if after.states.len() > before.states.len() {
        set("written", "1");
        if let Some(State { data: StateData::Scheduled { scheduled_time }, .. }) = after.state() {
            let offset = (*scheduled_time - now).num_seconds();
            set("sched", &if offset < 0 { "past".to_owned() } else { offset.to_string() });
        }
    } else {
        assert_eq!(before, after, "a run that keeps its state is not touched");
    }
    let delta = i64::from(after.run_count) - i64::from(before.run_count);
    set("run_count", &if delta == 0 { String::new() } else { delta.to_string() });
    set("start", change(before.start_time, after.start_time));
    set("end", change(before.end_time, after.end_time));
    set("expected", change(before.expected_start_time, after.expected_start_time));
    set("next", change(before.next_scheduled_start_time, after.next_scheduled_start_time));
    let ran = after.total_run_time > before.total_run_time;
    set("total", if ran { "increased" } else { "" });
    if after.kind() == RunKind::Flow {
        let resuming = match (before.policy.resuming, after.policy.resuming) {
            (false, true) => "1",
            (true, false) => "0",
            (true, true) | (false, false) => "",
        };
        set("resuming", resuming);
        let keys = after.policy.pause_keys.len() as i64 - before.policy.pause_keys.len() as i64;
        set(
            "pause_keys",
            match keys {
                0 => "",
                1 => "+1",
                _ => "cleared",
            },
        );
        set(
            "retry_type",
            match after.policy.retry_type {
                Some(RetryType::InProcess) => "in_process",
                Some(RetryType::Reschedule) => "reschedule",
                None => "",
            },
        );
    }
    outcome
}

fn change(before: Option<Timestamp>, after: Option<Timestamp>) -> &'static str {
    match (before, after) {
        (None, Some(_)) => "set",
        (Some(_), None) => "cleared",
        (Some(before), Some(after)) if before != after => "changed",
        (Some(_), Some(_)) | (None, None) => "",
    }
}

fn short_form(state: &State) -> String {
    let state_type = state.state_type();
    if state.name != "Custom" && usual_type(&state.name) == state_type {
        return state.name.to_string();
    }
    format!("{state_type}:{}", state.name)
}

fn camel_case(name: &str) -> String {
    let mut words = name.split('_').map(str::to_owned).collect::<Vec<_>>();
    for word in &mut words {
        word[..1].make_ascii_uppercase();
    }
    words.concat()
}
