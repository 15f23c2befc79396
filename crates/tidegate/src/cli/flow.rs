//! `flow`: which flows have run, and what became of their last runs.

use clap::{Args, Subcommand};
use serde::Serialize;
use tidegate_core::{DefinitionRecord, RunKind};

use super::failure::Done;
use super::flow_run;
use super::output::{Column, Table};
use super::record::RunSummary;
use super::session::Session;
use crate::error::Error;

/// See which flows there are.
#[derive(Debug, Subcommand)]
pub(super) enum Flow {
    Ls(Ls),
}

/// List the flows that have run, and the last run of each.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  $ tidegate flow ls
  $ tidegate flow ls -o json")]
pub(super) struct Ls {
    /// At most so many
    #[arg(long, value_name = "COUNT")]
    limit: Option<usize>,
}

#[derive(Serialize)]
struct FlowRecord {
    name: String,
    /// What tells it from others of the name: its path in the program.
    key: String,
    version: Option<String>,
    description: Option<String>,
    tags: Vec<String>,
    last_run: Option<RunSummary>,
}

impl Flow {
    pub(super) async fn run(self, session: &Session) -> Done {
        match self {
            Self::Ls(ls) => ls.run(session).await,
        }
    }
}

impl Ls {
    async fn run(self, session: &Session) -> Done {
        let found = session.engine()?.require_store()?.definitions(RunKind::Flow).await;
        let mut flows = found.map_err(|error| Error::store(None, error))?;
        flows.truncate(self.limit.unwrap_or(usize::MAX));
        let records: Vec<FlowRecord> = flows.iter().map(FlowRecord::of).collect();
        let output = session.output();
        output.list(&records, "No flow has run yet.", || {
            let columns = [
                Column::new("flow"),
                Column::new("version").spared(2),
                Column::new("last run"),
                Column::new("state").whole(),
                Column::new("when").whole().spared(1),
            ];
            flows.iter().fold(Table::new(columns), |table, flow| {
                let last = flow.last_run.as_ref();
                table.row([
                    (&flow.definition.name).into(),
                    flow.definition.version.as_deref().unwrap_or_default().into(),
                    last.map_or("", |run| &run.name).into(),
                    last.map_or_else(|| "".into(), flow_run::state),
                    last.map(|run| flow_run::when(run, output)).unwrap_or_default().into(),
                ])
            })
        })
    }
}

impl FlowRecord {
    fn of(flow: &DefinitionRecord) -> Self {
        let definition = &flow.definition;
        Self {
            name: definition.name.clone(),
            key: definition.key.clone(),
            version: definition.version.clone(),
            description: definition.description.clone(),
            tags: definition.tags.clone(),
            last_run: flow.last_run.as_ref().map(RunSummary::of),
        }
    }
}
