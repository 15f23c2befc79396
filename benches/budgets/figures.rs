//! Figures of this run: criterion's medians, and what was measured beside them. A figure of an earlier run is none.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use criterion::Criterion;
use serde_json::Value;

use crate::setup;

/// How much is measured.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Everything, until the figures are steady.
    Full,
    /// Everything once, to see that it runs: `cargo bench -- --test`.
    Once,
    /// Some benches, by name.
    Some,
}

/// The figures of this run.
pub(crate) struct Figures {
    pub(crate) mode: Mode,
    started: SystemTime,
    others: HashMap<String, f64>,
}

impl Figures {
    #[allow(clippy::disallowed_methods, reason = "compared with the times of files")]
    pub(crate) fn start() -> Self {
        let arguments: Vec<String> = std::env::args().skip(1).collect();
        let mode = if arguments.iter().any(|argument| argument == "--test" || argument == "--list")
        {
            Mode::Once
        } else if arguments.iter().any(|argument| !argument.starts_with('-')) {
            Mode::Some
        } else {
            Mode::Full
        };
        Self { mode, started: SystemTime::now(), others: HashMap::new() }
    }

    /// Where criterion leaves its figures.
    pub(crate) fn criterion() -> Criterion {
        Criterion::default()
            .output_directory(&setup::target().join("criterion"))
            .warm_up_time(Duration::from_millis(500))
            .measurement_time(Duration::from_secs(2))
            .sample_size(30)
            .configure_from_args()
    }

    /// Whether the benches that were asked for by name are these.
    pub(crate) fn is_wanted(&self, name: &str) -> bool {
        std::env::args()
            .skip(1)
            .any(|argument| !argument.starts_with('-') && name.contains(&argument))
    }

    /// Keeps a figure that criterion did not measure.
    pub(crate) fn keep(&mut self, name: &str, figure: f64) {
        self.others.insert(name.to_owned(), figure);
    }

    /// A figure that was kept.
    pub(crate) fn kept(&self, name: &str) -> Option<f64> {
        self.others.get(name).copied()
    }

    /// The median of a bench of this run, in seconds.
    pub(crate) fn median(&self, group: &str, bench: &str) -> Option<f64> {
        let path =
            setup::target().join("criterion").join(group).join(bench).join("new/estimates.json");
        let written = std::fs::metadata(&path).and_then(|file| file.modified()).ok()?;
        if written < self.started {
            return None;
        }
        let estimates: Value = serde_json::from_slice(&std::fs::read(&path).ok()?).ok()?;
        Some(estimates["median"]["point_estimate"].as_f64()? / 1e9)
    }
}
