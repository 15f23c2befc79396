//! Runs and log lines to try a store with. Their times are fixed; only their ids differ from test to test.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use uuid::Uuid;

use crate::graph::{CallPlace, Calls, Seen, Upstream};
use crate::{
    Advance, CacheEntry, CacheKey, Definition, DeploymentId, Holder, Lease, LeaseId, LogLevel,
    LogRecord, Parameter, ResultReference, RetryPolicy, RetryType, Run, RunId, RunKind, State,
    StateData, StateResult, Timestamp, exponential_backoff,
};

/// So many microseconds after a certain moment.
#[must_use]
pub fn at(micros: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + chrono::Duration::microseconds(1_763_935_200_123_456 + micros)
}

/// A run of the task `name`, made at [`at`]`(micros)`, that nothing has happened to.
#[must_use]
pub fn task_run(name: &str, micros: i64) -> Run {
    let definition = Arc::new(Definition::new(RunKind::Task, name));
    Run::new(definition, format!("{name}-1"), at(micros))
}

/// A run of the flow `name`.
#[must_use]
pub fn flow_run(name: &str, micros: i64) -> Run {
    let definition = Arc::new(Definition::new(RunKind::Flow, name));
    Run::new(definition, format!("{name}-1"), at(micros))
}

/// Lets a run enter a state and keeps the books which have to agree with it.
#[must_use]
pub fn entered(mut run: Run, state: State) -> Run {
    run.end_time = (state.is_terminal() || state.is_not_ready()).then_some(state.timestamp);
    run.states.push(state);
    run
}

/// The advance by which `run` enters a state.
#[must_use]
pub fn advance(run: &Run, state: State) -> Advance {
    let known = run.states.len();
    Advance::since(&entered(run.clone(), state), known)
}

/// A run with everything a run can have.
#[must_use]
pub fn full_run() -> Run {
    let definition = Arc::new(Definition {
        kind: RunKind::Flow,
        name: "étl \"daily\"".to_owned(),
        key: "app::etl".to_owned(),
        version: Some("1.2".to_owned()),
        description: Some("Extracts,\nloads.".to_owned()),
        tags: vec!["nightly".to_owned()],
        parameters: vec![
            Parameter {
                name: "day".to_owned(),
                type_name: "NaiveDate".to_owned(),
                default: Some(json!("2025-01-01")),
            },
            Parameter { name: "n".to_owned(), type_name: "u64".to_owned(), default: None },
        ],
    });
    let mut run = Run::new(definition, "noisy-raccoon 🦝", at(0));
    run.flow_run_id = Some(RunId::new());
    run.task_run_id = Some(RunId::new());
    run.root_flow_run_id = Some(RunId::new());
    run.place = Some(Box::new(CallPlace {
        number: 300,
        attempt: 7,
        moment: u32::MAX,
        seen: vec![
            Seen { moment: 1, calls: Calls { first: 0, last: 299 } },
            Seen { moment: 2, calls: Calls { first: 301, last: u32::MAX } },
        ],
        upstream: vec![Upstream::Run(RunId::new()), Upstream::Calls(Calls { first: 5, last: 5 })],
    }));
    run.deployment_id = Some(DeploymentId::from(Uuid::now_v7()));
    run.infrastructure_pid = Some("host:4711".to_owned());
    run.tags = vec!["http".to_owned(), "it's".to_owned(), "nightly".to_owned()];
    run.parameters.insert("lat", 38.9);
    run.parameters.insert("tiny", 5e-324);
    run.parameters.insert("third", 1.0 / 3.0);
    run.parameters.insert("large", u64::MAX);
    run.parameters.insert("least", i64::MIN);
    run.parameters.insert("nested", json!({"list": [1, null, "\u{0}\"'"], "empty": {}}));
    run.policy.retry = RetryPolicy::new(3, exponential_backoff(2), 0.1).expect("a valid policy");
    run.policy.resuming = true;
    run.policy.pause_keys = vec!["a".to_owned()];
    run.policy.retry_type = Some(RetryType::Reschedule);
    run.run_count = 2;
    run.flow_run_run_count = u32::MAX;
    run.total_run_time = Duration::from_micros(86_400_000_001);
    run.expected_start_time = Some(at(1));
    run.start_time = Some(at(2));
    run.next_scheduled_start_time = Some(at(-3));
    for state in every_state() {
        run = entered(run, state);
    }
    run
}

/// States of every type with every kind of data; the last is terminal.
#[must_use]
pub fn every_state() -> Vec<State> {
    let paused = |key: Option<&str>, timeout, reschedule| StateData::Paused {
        timeout,
        reschedule,
        key: key.map(str::to_owned),
    };
    let json = r#"{"path":"results/1","n":0.1}"#.into();
    let reference = ResultReference {
        storage: "/var/lib/results".to_owned(),
        key: "results/1".to_owned(),
        serializer: "compressed/json".to_owned(),
        size: 17,
        digest: "00ff".to_owned(),
    };
    let mut proposed = State::pending(at(12));
    proposed.transition_id = Some(Uuid::now_v7());
    vec![
        State::scheduled(at(1_000_000), at(10)),
        State::late(at(1_000_000), at(11)),
        proposed,
        State::new("Pending", StateData::Pending { scheduled_time: Some(at(99)) }, at(13)),
        State::not_ready(at(13)).message("an upstream run failed"),
        State::running(at(14)),
        State::paused(at(15)),
        State::new("Paused", paused(Some("approve"), Some(at(500)), false), at(16)),
        State::suspended(at(17)).message("until \"someone\" says so\n"),
        State::resuming(at(18), at(18)),
        State::retrying(at(17)),
        State::failed(at(19)).message(""),
        State::new("Failed", StateData::Failed { retriable: Some(false) }, at(20)),
        State::timed_out(at(21)),
        State::awaiting_retry(at(60), at(22)),
        State::cancelling(at(23)),
        State::cancelled(at(24)),
        State::crashed(at(25)).named("Vanished"),
        State::completed(at(26)).with_result(StateResult::Recorded { json }),
        State::completed(at(26))
            .with_result(StateResult::Persisted { reference: reference.into() }),
        State::cached(at(27)).with_result(StateResult::Unpersisted),
    ]
}

/// A lease of another owner each time, which expires at [`at`]`(expires)`.
#[must_use]
pub fn lease(expires: i64) -> Lease {
    let holder = Holder { host: "host/boot".to_owned(), pid: 4711, started: 42 };
    Lease { id: LeaseId::new(), holder, expires: at(expires) }
}

/// One of 256 keys.
#[must_use]
pub fn cache_key(number: u8) -> CacheKey {
    CacheKey::from_bytes([number; 32])
}

/// A result of another run each time, kept under [`cache_key`]`(number)`.
#[must_use]
pub fn cache_entry(number: u8) -> CacheEntry {
    CacheEntry {
        key: cache_key(number),
        run_id: RunId::new(),
        result: StateResult::Recorded { json: r#"{"n":0.1,"text":"a \"b\""}"#.into() },
        created: at(20),
        expires: Some(at(30)),
    }
}

/// A log line of a flow run.
#[must_use]
pub fn log_line(flow_run: RunId, micros: i64, message: &str) -> LogRecord {
    LogRecord {
        flow_run_id: Some(flow_run),
        task_run_id: None,
        timestamp: at(micros),
        level: LogLevel::Info,
        target: "app::etl".to_owned(),
        message: message.to_owned(),
        fields: serde_json::Map::new(),
    }
}
