//! `task-run`: what task runs are recorded, what became of each, and what it logged.

use clap::{Args, Subcommand};
use tidegate_core::{LogQuery, RunKind};

use super::failure::Done;
use super::find;
use super::flow_run::{self, Filter, LogOptions};
use super::output::{Column, Table};
use super::record::{RunDetails, RunSummary};
use super::session::Session;

/// See task runs, what became of them and what they logged
#[derive(Debug, Subcommand)]
pub(super) enum TaskRun {
    Ls(Ls),
    Inspect(Inspect),
    Logs(Logs),
}

/// List task runs, newest first.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  $ tidegate task-run ls --flow-run brave-otter
  $ tidegate task-run ls --task-name fetch_weather --state-type failed")]
pub(super) struct Ls {
    /// Runs of the task of this name; said twice, of either
    #[arg(long, value_name = "NAME")]
    task_name: Vec<String>,
    /// The run of this name
    #[arg(long, value_name = "NAME")]
    task_run_name: Option<String>,
    /// Runs called in this flow run: its name, its id, or the beginning of its id
    #[arg(long, value_name = "RUN")]
    flow_run: Option<String>,
    #[command(flatten)]
    filter: Filter,
}

/// Show what is recorded of a task run: its parameters and its states.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  $ tidegate task-run inspect fetch_weather-817
  $ tidegate task-run inspect fetch_weather-817 -o json")]
pub(super) struct Inspect {
    /// Its name, its id, or the beginning of its id
    #[arg(value_name = "RUN")]
    run: String,
}

/// Show what a task run has logged, oldest first.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  $ tidegate task-run logs fetch_weather-817
  $ tidegate task-run logs fetch_weather-817 --tail -n 50")]
pub(super) struct Logs {
    /// Its name, its id, or the beginning of its id
    #[arg(value_name = "RUN")]
    run: String,
    #[command(flatten)]
    options: LogOptions,
}

impl TaskRun {
    pub(super) async fn run(self, session: &Session) -> Done {
        match self {
            Self::Ls(ls) => ls.run(session).await,
            Self::Inspect(inspect) => inspect.run(session).await,
            Self::Logs(logs) => logs.run(session).await,
        }
    }
}

impl Ls {
    async fn run(self, session: &Session) -> Done {
        let flow_run = match &self.flow_run {
            Some(typed) => Some(find::run(session.engine()?, RunKind::Flow, typed).await?.id),
            None => None,
        };
        let runs = flow_run::find(session, RunKind::Task, &self.task_name, &self.filter, |query| {
            query.name.clone_from(&self.task_run_name);
            query.flow_run_id = flow_run;
        })
        .await?;
        let output = session.output();
        let summaries: Vec<RunSummary> = runs.iter().map(RunSummary::of).collect();
        output.list(&summaries, "No task runs match.", || {
            let columns = [
                Column::new("id").whole().spared(1),
                Column::new("task"),
                Column::new("name"),
                Column::new("state").whole(),
                Column::new("when").whole().spared(2),
            ];
            runs.iter().fold(Table::new(columns), |table, run| {
                table.row([
                    run.id.to_string().into(),
                    (&run.definition.name).into(),
                    (&run.name).into(),
                    flow_run::state(run),
                    flow_run::when(run, output).into(),
                ])
            })
        })
    }
}

impl Inspect {
    async fn run(self, session: &Session) -> Done {
        let run = find::run(session.engine()?, RunKind::Task, &self.run).await?;
        let output = session.output();
        output.show(&RunDetails::of(&run), || flow_run::sheet(&run, None, output))
    }
}

impl Logs {
    async fn run(self, session: &Session) -> Done {
        let run = find::run(session.engine()?, RunKind::Task, &self.run).await?;
        let of = LogQuery { task_run_id: Some(run.id), ..LogQuery::default() };
        self.options.show(session, of).await
    }
}
