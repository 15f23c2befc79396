//! What the server counts, and the text in which Prometheus is told. Runs are counted by the store, not here.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use axum::extract::State;
use axum::http::Method;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use tidegate_core::{RunKind, RunQuery, StateType};

use crate::error::ApiError;
use crate::state::AppState;

/// Counts since the server was started.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    /// Requests that were refused before they reached a route.
    refused: AtomicU64,
    /// Answers by method, route and status. There are no more of them than routes and statuses, since what has no route counts as one.
    answers: Mutex<BTreeMap<Answered, Times>>,
}

/// What an answer was to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Answered {
    route: String,
    method: &'static str,
    status: u16,
}

/// How long answers took, by the bounds of [`SECONDS`].
#[derive(Clone, Copy, Debug, Default)]
struct Times {
    within: [u64; SECONDS.len()],
    count: u64,
    micros: u64,
}

/// The bounds of the histogram, in seconds.
const SECONDS: [f64; 9] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.25, 1.0, 5.0];

/// The methods that routes have. Others are counted as one.
const METHODS: [&str; 6] = ["GET", "POST", "PATCH", "PUT", "DELETE", "HEAD"];

impl Counts {
    /// An answer was given; `route` is the path of its route as the table has it, if it has one.
    pub(crate) fn answered(&self, method: &Method, route: Option<&str>, status: u16, micros: u64) {
        let known = METHODS.into_iter().find(|each| *each == method.as_str());
        let answered = Answered {
            route: route.unwrap_or("none").to_owned(),
            method: known.unwrap_or("other"),
            status,
        };
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let times = answers.entry(answered).or_default();
        times.count += 1;
        times.micros += micros;
        for (within, bound) in times.within.iter_mut().zip(SECONDS) {
            *within += u64::from(micros as f64 <= bound * 1e6);
        }
    }

    pub(crate) fn refused(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    /// Writes how many answers there were and how long they took.
    fn tell(&self, text: &mut String) {
        let name = "tidegate_http_request_duration_seconds";
        begin(text, name, "histogram", "How long answers took, by route, method and status.");
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for (Answered { route, method, status }, times) in answers {
            let route = escaped(&route);
            let labels = format!("route=\"{route}\",method=\"{method}\",status=\"{status}\"");
            for (bound, within) in SECONDS.iter().zip(times.within) {
                let _ = writeln!(text, "{name}_bucket{{{labels},le=\"{bound}\"}} {within}");
            }
            let Times { count, micros, .. } = times;
            let _ = writeln!(text, "{name}_bucket{{{labels},le=\"+Inf\"}} {count}");
            let _ = writeln!(text, "{name}_sum{{{labels}}} {}", micros as f64 / 1e6);
            let _ = writeln!(text, "{name}_count{{{labels}}} {count}");
        }
    }
}

/// Says what comes next.
fn begin(text: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

/// The value of a label, in which some characters have a backslash before them.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

/// The type of the text.
pub(crate) const METRICS_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// `GET /metrics`
pub(crate) async fn metrics(State(state): State<AppState>) -> Result<impl IntoResponse, ApiError> {
    let mut text = String::new();
    let runs = "tidegate_runs";
    begin(&mut text, runs, "gauge", "Runs by kind and type of state.");
    for (kind, label) in [(RunKind::Flow, "flow"), (RunKind::Task, "task")] {
        let query = RunQuery { kind: Some(kind), ..RunQuery::default() };
        let mut rest = state.store().count_runs(query.clone()).await?;
        for state_type in StateType::ALL.into_iter().filter(|each| *each != StateType::Completed) {
            let query = RunQuery { state_types: vec![state_type], ..query.clone() };
            let count = state.store().count_runs(query).await?;
            rest = rest.saturating_sub(count);
            let _ = writeln!(text, "{runs}{{kind=\"{label}\",state=\"{state_type}\"}} {count}");
        }
        // Most runs have completed: they are what is left of all, so that nobody counts them one by one.
        let completed = StateType::Completed;
        let _ = writeln!(text, "{runs}{{kind=\"{label}\",state=\"{completed}\"}} {rest}");
    }
    state.counts().tell(&mut text);
    let numbers = [
        (
            "tidegate_http_refused_total",
            "counter",
            "Requests of unknown hosts, other origins or unknown callers.",
            state.counts().refused.load(Ordering::Relaxed) as f64,
        ),
        (
            "tidegate_dropped_log_lines_total",
            "counter",
            "Log lines that came faster than they could be stored.",
            state.store().dropped_logs() as f64,
        ),
        (
            "tidegate_uptime_seconds",
            "gauge",
            "Since the server was started.",
            (state.now() - state.started()).num_milliseconds() as f64 / 1e3,
        ),
    ];
    for (name, kind, help, value) in numbers {
        begin(&mut text, name, kind, help);
        let _ = writeln!(text, "{name} {value}");
    }
    Ok(([(CONTENT_TYPE, METRICS_TYPE)], text))
}
