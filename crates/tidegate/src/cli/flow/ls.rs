//! `flow ls`: the flows that have run, with their last runs, and those of this program that have not.

use std::sync::Arc;

use clap::Args;
use serde::Serialize;
use tidegate_core::{DefinitionRecord, RunKind};

use crate::cli::failure::Done;
use crate::cli::flow_run;
use crate::cli::output::{Column, Table};
use crate::cli::record::RunSummary;
use crate::cli::session::Session;
use crate::error::Error;
use crate::registry::{self, Registration};

/// List the flows that have run, with the last run of each, and those of this program.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  $ tidegate flow ls
  $ tidegate flow ls -o json")]
pub(in crate::cli) struct Ls {
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
    /// Whether this program can run it.
    runs_here: bool,
    last_run: Option<RunSummary>,
}

impl Ls {
    pub(super) async fn run(self, session: &Session) -> Done {
        let mut flows = recorded(session).await?;
        for own in registry::registrations().map(Registration::definition) {
            if !flows.iter().any(|flow| flow.definition.key == own.key()) {
                let definition = Arc::clone(own.record());
                flows.push(DefinitionRecord { definition, last_run: None });
            }
        }
        flows.sort_by(|a, b| {
            (&a.definition.name, &a.definition.key).cmp(&(&b.definition.name, &b.definition.key))
        });
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

/// The flows that have run. A program that has flows has none before its first run.
async fn recorded(session: &Session) -> Done<Vec<DefinitionRecord>> {
    if registry::registrations().next().is_some() && session.engine_is_there().is_err() {
        return Ok(Vec::new());
    }
    let found = session.engine()?.require_store()?.definitions(RunKind::Flow).await;
    Ok(found.map_err(|error| Error::store(None, error))?)
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
            runs_here: registry::find(&definition.key).is_some(),
            last_run: flow.last_run.as_ref().map(RunSummary::of),
        }
    }
}
