//! A database whose records are the same each time: a flow run that completed, with two task runs and log lines, one that failed, one that
//! waits, and one of another flow.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tidegate_core::{
    ArtifactRecord, ArtifactType, Definition, LogLevel, LogRecord, Parameter, RetryPolicy, Run,
    RunId, RunKind, State, Store, Timestamp, Write,
};
use tidegate_store::{Options, Sqlite};
use uuid::Uuid;

/// So many seconds after midnight of 4 March 2025.
fn at(seconds: f64) -> Timestamp {
    let millis = (seconds * 1000.0) as i64;
    Timestamp::from_timestamp_millis(1_741_046_400_000 + millis).unwrap()
}

/// The id of a number.
pub(crate) fn id(number: u8) -> RunId {
    Uuid::parse_str(&format!("0195{number:02x}00-0000-7000-8000-0000000000{number:02x}"))
        .unwrap()
        .into()
}

fn definition(kind: RunKind, name: &str) -> Definition {
    Definition { key: format!("weather::{name}"), ..Definition::new(kind, name) }
}

fn run(number: u8, definition: &Definition, name: &str, states: Vec<State>) -> Run {
    let created = states.first().unwrap().timestamp;
    let mut run = Run::new(Arc::new(definition.clone()), name, created);
    run.id = id(number);
    let last = states.last().unwrap();
    run.end_time = last.is_terminal().then_some(last.timestamp);
    let starts = |state: &&State| state.state_type() == tidegate_core::StateType::Running;
    run.start_time = states.iter().find(starts).map(|state| state.timestamp);
    run.run_count = states.iter().filter(starts).count() as u32;
    run.total_run_time = Duration::from_millis(u64::from(run.run_count) * 750);
    run.root_flow_run_id = (run.kind() == RunKind::Flow).then_some(run.id);
    run.states = states;
    run
}

fn inside(mut run: Run, flow_run: u8) -> Run {
    run.flow_run_id = Some(id(flow_run));
    run.root_flow_run_id = Some(id(flow_run));
    run
}

fn line(flow: u8, task: Option<u8>, seconds: f64, level: LogLevel, message: &str) -> LogRecord {
    LogRecord {
        flow_run_id: Some(id(flow)),
        task_run_id: task.map(id),
        timestamp: at(seconds),
        level,
        target: "weather".to_owned(),
        message: message.to_owned(),
        fields: serde_json::Map::new(),
    }
}

fn runs() -> Vec<Run> {
    let pipeline = Definition {
        version: Some("1.2".to_owned()),
        description: Some("Fetches and saves a forecast.".to_owned()),
        tags: vec!["nightly".to_owned()],
        parameters: vec![Parameter {
            name: "lat".to_owned(),
            type_name: "f64".to_owned(),
            default: Some(38.9.into()),
        }],
        ..definition(RunKind::Flow, "pipeline")
    };
    let report = definition(RunKind::Flow, "monthly-report-of-every-station");
    let fetch = definition(RunKind::Task, "fetch_weather");
    let save = definition(RunKind::Task, "save_weather");
    let pending_at = |seconds| State::pending(at(seconds));
    let completed = |from: f64| {
        vec![pending_at(from), State::running(at(from + 0.1)), State::completed(at(from + 1.0))]
    };

    let mut first = run(1, &pipeline, "brave-otter", completed(0.0));
    first.tags = vec!["nightly".to_owned()];
    first.parameters.insert("lat", 38.9);
    let mut fetched = inside(
        run(
            2,
            &fetch,
            "fetch_weather-002",
            vec![
                pending_at(0.1),
                State::running(at(0.2)),
                State::awaiting_retry(at(0.5), at(0.3)).message("timed out"),
                State::retrying(at(0.5)),
                State::completed(at(0.7)),
            ],
        ),
        1,
    );
    fetched.policy.retry = RetryPolicy::new(3, tidegate_core::exponential_backoff(1), 0.0).unwrap();
    let saved = inside(run(3, &save, "save_weather-003", completed(0.7)), 1);
    let failed = vec![
        pending_at(60.0),
        State::running(at(60.1)),
        State::failed(at(61.0)).message("the disk is full"),
    ];
    let failed = run(4, &pipeline, "brave-otters", failed);
    let waiting = run(5, &report, "calm-heron", vec![State::scheduled(at(7200.0), at(120.0))]);
    let twins =
        [6, 7].map(|number| run(number, &report, "twin", completed(f64::from(number) * 60.0)));
    [first, fetched, saved, failed, waiting].into_iter().chain(twins).collect()
}

/// Writes it.
pub(crate) fn write(path: &Path) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let store = Sqlite::open(Options::file(path)).unwrap();
        for run in runs() {
            store.put_acknowledged(Write::Begin(Box::new(run))).await.unwrap();
        }
        store.put_logs(vec![
            line(1, None, 0.1, LogLevel::Debug, "Beginning."),
            line(1, Some(2), 0.3, LogLevel::Warning, "No answer: the connection timed out"),
            line(1, Some(2), 0.7, LogLevel::Info, "20.1 degrees"),
            line(1, None, 1.0, LogLevel::Info, "Finished in state Completed()"),
            line(4, None, 61.0, LogLevel::Error, "the disk is full\x1b[2J"),
        ]);
        for (number, percent) in [(1, 20.0), (2, 80.0)] {
            let artifact = ArtifactRecord {
                id: Uuid::from_u128(number).into(),
                key: Some("daily-report".to_owned()),
                artifact_type: ArtifactType::Progress,
                data: percent.into(),
                description: Some("How far the import is.".to_owned()),
                flow_run_id: Some(id(1)),
                task_run_id: None,
                created: at(number as f64),
                updated: at(number as f64),
            };
            store.put_acknowledged(Write::Artifact(Box::new(artifact))).await.unwrap();
        }
        store.close().await.unwrap();
    });
}
