//! `flow-run logs`: what a flow run and its task runs have logged. How lines look is said here, for all commands that show them.

use std::collections::HashMap;

use clap::Args;
use tidegate_core::{LogLevel, LogQuery, LogRecord, RunId, RunKind};

use crate::cli::failure::Done;
use crate::cli::find;
use crate::cli::options::log_level;
use crate::cli::output::{Output, Tone, plain};
use crate::cli::record::LogLine;
use crate::cli::session::Session;
use crate::engine::Engine;
use crate::error::Error;

/// Show what a flow run and its task runs have logged, oldest first.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  $ tidegate flow-run logs brave-otter
  $ tidegate flow-run logs brave-otter --tail -n 50
  $ tidegate flow-run logs brave-otter --level warning")]
pub(in crate::cli) struct Logs {
    /// Its name, its id, or the beginning of its id
    #[arg(value_name = "RUN")]
    run: String,
    #[command(flatten)]
    options: LogOptions,
}

/// Which lines are shown.
#[derive(Clone, Debug, Args)]
pub(in crate::cli) struct LogOptions {
    /// The first 20 lines only
    #[arg(long, conflicts_with = "tail")]
    head: bool,
    /// The last 20 lines only
    #[arg(short, long)]
    tail: bool,
    /// So many lines instead of 20, with --head or --tail
    #[arg(short, long, value_name = "COUNT", default_value_t = 20, hide_default_value = true)]
    num_logs: u64,
    /// Newest first
    #[arg(short, long)]
    reverse: bool,
    /// Lines of this level or above: trace, debug, info, warning, error or critical
    #[arg(long, value_name = "LEVEL", value_parser = log_level)]
    level: Option<LogLevel>,
}

impl Logs {
    pub(super) async fn run(self, session: &Session) -> Done {
        let run = find::run(session.engine()?, RunKind::Flow, &self.run).await?;
        let of = LogQuery { flow_run_id: Some(run.id), ..LogQuery::default() };
        self.options.show(session, of).await
    }
}

impl LogOptions {
    /// Shows these lines of those that are asked for.
    pub(in crate::cli) async fn show(self, session: &Session, of: LogQuery) -> Done {
        let engine = session.engine()?;
        let query = LogQuery {
            at_least: self.level,
            newest_first: self.tail || (self.reverse && !self.head),
            limit: (self.head || self.tail).then_some(self.num_logs),
            ..of
        };
        let found_newest_first = query.newest_first;
        let found = engine.require_store()?.logs(query).await;
        let mut lines = found.map_err(|error| Error::store(None, error))?;
        if found_newest_first != self.reverse {
            lines.reverse();
        }
        let output = session.output();
        if output.is_json() {
            let lines: Vec<LogLine> = lines.into_iter().map(LogLine::from).collect();
            return output.json(&lines);
        }
        let mut names = Names::default();
        let mut text = String::new();
        for line in &lines {
            let who = names.of(engine, line).await?;
            text.push_str(&drawn(line, &who, output));
        }
        output.write(&text)
    }
}

/// A line as the console shows it, with the day.
pub(in crate::cli) fn drawn(line: &LogRecord, who: &str, output: &Output) -> String {
    let level = format!("{:<8}", line.level.as_str());
    let level = Tone::of_level(line.level).map_or(level.clone(), |tone| output.toned(&level, tone));
    let time = output.instant(line.timestamp);
    format!("{time} | {level}| {who} - {}\n", plain(&line.message))
}

/// What runs are called, each looked up once.
#[derive(Debug, Default)]
pub(in crate::cli) struct Names(HashMap<RunId, String>);

impl Names {
    /// Who has logged a line.
    pub(in crate::cli) async fn of(&mut self, engine: &Engine, line: &LogRecord) -> Done<String> {
        let Some((id, what)) = line
            .task_run_id
            .map(|id| (id, "Task run"))
            .or(line.flow_run_id.map(|id| (id, "Flow run")))
        else {
            return Ok(line.target.clone());
        };
        if let Some(name) = self.0.get(&id) {
            return Ok(name.clone());
        }
        let name = match engine.run_record(id).await? {
            Some(run) => format!("{what} '{}'", plain(&run.name)),
            None => format!("{what} {id}"),
        };
        self.0.insert(id, name.clone());
        Ok(name)
    }
}
