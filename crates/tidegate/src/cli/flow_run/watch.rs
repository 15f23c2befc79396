//! `flow-run watch`: follows a flow run while it goes on, in whatever process, until it has ended. It looks at the records now and then, and
//! changes nothing but this: it notices when the owner of the run has died.

use std::collections::HashSet;
use std::time::Duration;

use clap::Args;
use serde::Serialize;
use tidegate_core::{LogLevel, LogQuery, LogRecord, Run, RunId, RunKind, State, Timestamp};

use super::ending::sentence;
use super::logs::{Names, drawn};
use crate::cli::failure::{Done, Failure};
use crate::cli::find;
use crate::cli::options::log_level;
use crate::cli::output::{Tone, plain};
use crate::cli::record::{LogLine, StateRecord};
use crate::cli::session::Session;
use crate::duration;
use crate::engine::Engine;
use crate::error::Error;

/// How often it looks.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// After so many looks it is asked whether the owner of the run lives.
const ASK_AFTER: u32 = 4;

/// So many of the newest lines are asked for at each look; more, if all of them are new.
const LINES: u64 = 200;

/// Follow a flow run until it has ended: its states, and what it and its task runs log.
#[derive(Debug, Args)]
#[command(after_help = "\
The exit code says how it ended: 0 completed, 3 failed, 4 crashed, 5 cancelled.

Examples:
  $ tidegate flow-run watch brave-otter
  $ tidegate flow-run watch brave-otter --timeout 10m && echo done")]
pub(in crate::cli) struct Watch {
    /// Its name, its id, or the beginning of its id
    #[arg(value_name = "RUN")]
    run: String,
    /// Give up after so long, such as 90 (seconds) or 10m; the run goes on
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    timeout: Option<Duration>,
    /// Lines of this level or above
    #[arg(long, value_name = "LEVEL", value_parser = log_level)]
    level: Option<LogLevel>,
}

/// What is known of the run, so that only what is new is shown.
struct Watched<'a> {
    session: &'a Session,
    engine: &'a Engine,
    id: RunId,
    level: Option<LogLevel>,
    names: Names,
    lines: HashSet<(Timestamp, Option<RunId>, String)>,
    states: usize,
}

/// What is new, for programs: one JSON object a line.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum News {
    State(StateRecord),
    Log(LogLine),
}

impl Watch {
    pub(super) async fn run(self, session: &Session) -> Done {
        let engine = session.engine()?;
        let run = find::run(engine, RunKind::Flow, &self.run).await?;
        let mut watched = Watched {
            session,
            engine,
            id: run.id,
            level: self.level,
            names: Names::default(),
            lines: HashSet::new(),
            states: 0,
        };
        let limit = self.timeout.unwrap_or(Duration::MAX);
        let Ok(ended) = tokio::time::timeout(limit, watched.until_ended()).await else {
            return Err(Failure::new(format!(
                "flow run '{}' has not ended in time, and goes on",
                run.name
            ))
            .try_next(format!("{{program}} flow-run cancel {}", run.name)));
        };
        let run = ended?;
        if !session.output().is_json() {
            session.output().tell(&sentence(&run))?;
        }
        run.state().map_or(Ok(()), |state| Failure::of_state(state.state_type()))
    }
}

impl Watched<'_> {
    async fn until_ended(&mut self) -> Done<Run> {
        let mut looks = 0;
        loop {
            let run = self.engine.run_record(self.id).await?.ok_or_else(|| {
                Failure::new(format!("flow run {} was deleted while it was watched", self.id))
            })?;
            self.show(&run).await?;
            if run.is_terminal() {
                return Ok(run);
            }
            if looks % ASK_AFTER == 0 {
                self.engine.sweep().await?;
            }
            looks = looks.wrapping_add(1);
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Shows the states and lines that were not shown before, in the order of their times.
    async fn show(&mut self, run: &Run) -> Done {
        let states = run.states.get(self.states..).unwrap_or_default();
        self.states = run.states.len();
        let mut states = states.iter().peekable();
        let lines = self.new_lines().await?;
        for line in lines {
            while let Some(state) = states.next_if(|state| state.timestamp <= line.timestamp) {
                self.show_state(run, state)?;
            }
            self.show_line(line).await?;
        }
        states.try_for_each(|state| self.show_state(run, state))
    }

    async fn new_lines(&mut self) -> Done<Vec<LogRecord>> {
        let mut limit = (!self.lines.is_empty()).then_some(LINES);
        loop {
            let query = LogQuery {
                flow_run_id: Some(self.id),
                at_least: self.level,
                newest_first: true,
                limit,
                ..LogQuery::default()
            };
            let found = self.engine.require_store()?.logs(query).await;
            let mut found = found.map_err(|error| Error::store(None, error))?;
            let asked =
                limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
            let key = |line: &LogRecord| (line.timestamp, line.task_run_id, line.message.clone());
            let all_new = found.iter().all(|line| !self.lines.contains(&key(line)));
            if found.len() == asked && all_new {
                limit = limit.map(|limit| limit * 4);
                continue;
            }
            found.retain(|line| self.lines.insert(key(line)));
            found.reverse();
            return Ok(found);
        }
    }

    fn show_state(&self, run: &Run, state: &State) -> Done {
        let output = self.session.output();
        if output.is_json() {
            return output.json_line(&News::State(StateRecord::of(state)));
        }
        let tone = Tone::of_state(state.state_type());
        let time = output.instant(state.timestamp);
        let word = output.toned("STATE   ", tone);
        let state = output.toned(&plain(&state.to_string()), tone);
        output.write(&format!("{time} | {word}| Flow run '{}' - {state}\n", plain(&run.name)))
    }

    async fn show_line(&mut self, line: LogRecord) -> Done {
        let output = self.session.output();
        if output.is_json() {
            return output.json_line(&News::Log(line.into()));
        }
        let who = self.names.of(self.engine, &line).await?;
        output.write(&drawn(&line, &who, output))
    }
}
