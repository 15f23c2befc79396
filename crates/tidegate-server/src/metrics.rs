//! What the server counts, and the text in which Prometheus is told. Runs are counted by the store, not here.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use tidegate_core::{RunKind, RunQuery, StateType};

use crate::error::ApiError;
use crate::state::AppState;

/// Counts since the server was started.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    /// Answers by the first digit of their status.
    answers: [AtomicU64; 6],
    /// Requests that were refused before they reached a route.
    refused: AtomicU64,
    /// Microseconds spent on all answers.
    micros: AtomicU64,
}

impl Counts {
    pub(crate) fn answered(&self, status: u16, micros: u64) {
        let class = usize::from(status / 100).min(self.answers.len() - 1);
        self.answers[class].fetch_add(1, Ordering::Relaxed);
        self.micros.fetch_add(micros, Ordering::Relaxed);
    }

    pub(crate) fn refused(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }
}

/// The type of the text.
pub(crate) const METRICS_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// `GET /metrics`
pub(crate) async fn metrics(State(state): State<AppState>) -> Result<impl IntoResponse, ApiError> {
    let mut text = String::new();
    let begin = |text: &mut String, name: &str, kind: &str, help: &str| {
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
    };
    let runs = "tidegate_runs";
    begin(&mut text, runs, "gauge", "Runs that have not ended, by kind and type of state.");
    for kind in [RunKind::Flow, RunKind::Task] {
        let label = match kind {
            RunKind::Flow => "flow",
            RunKind::Task => "task",
        };
        for state_type in StateType::ALL.into_iter().filter(|each| !each.is_terminal()) {
            let query =
                RunQuery { kind: Some(kind), state_types: vec![state_type], ..RunQuery::default() };
            let count = state.store().count_runs(query).await?;
            let _ = writeln!(text, "{runs}{{kind=\"{label}\",state=\"{state_type}\"}} {count}");
        }
    }
    let answers = "tidegate_http_responses_total";
    begin(&mut text, answers, "counter", "Answers by the class of their status.");
    for (class, count) in state.counts().answers.iter().enumerate().skip(1) {
        let count = count.load(Ordering::Relaxed);
        let _ = writeln!(text, "{answers}{{class=\"{class}xx\"}} {count}");
    }
    let numbers = [
        (
            "tidegate_http_refused_total",
            "counter",
            "Requests of unknown hosts, other origins or unknown callers.",
            state.counts().refused.load(Ordering::Relaxed) as f64,
        ),
        (
            "tidegate_http_seconds_total",
            "counter",
            "Time spent on answers.",
            state.counts().micros.load(Ordering::Relaxed) as f64 / 1e6,
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
