//! `flow-run ls`: flow runs, newest first. How runs are narrowed down is said here, for task runs too.

use clap::Args;
use tidegate_core::{Run, RunKind, RunQuery, State, StateType, Timestamp};

use crate::cli::failure::Done;
use crate::cli::options::{state_type, time};
use crate::cli::output::{Cell, Column, Output, Table, Tone};
use crate::cli::record::RunSummary;
use crate::cli::session::Session;
use crate::error::Error;

/// List flow runs, newest first.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  $ tidegate flow-run ls --state-type failed --state-type crashed
  $ tidegate flow-run ls --flow-name pipeline --start-time-after 2h
  $ tidegate flow-run ls --limit 100 -o json")]
pub(in crate::cli) struct Ls {
    /// Runs of the flow of this name; said twice, of either
    #[arg(long, value_name = "NAME")]
    flow_name: Vec<String>,
    #[command(flatten)]
    filter: Filter,
}

/// Which runs are listed.
#[derive(Clone, Debug, Args)]
pub(in crate::cli) struct Filter {
    /// At most so many
    #[arg(long, value_name = "COUNT", default_value_t = 15)]
    pub(in crate::cli) limit: u64,
    /// Runs in the state of this name, such as AwaitingRetry; said twice, in either
    #[arg(long, value_name = "STATE")]
    pub(in crate::cli) state: Vec<String>,
    /// Runs in a state of this type, such as FAILED; said twice, of either
    #[arg(long, value_name = "TYPE", value_parser = state_type)]
    pub(in crate::cli) state_type: Vec<StateType>,
    /// Runs with this tag; said twice, with both
    #[arg(long, value_name = "TAG")]
    pub(in crate::cli) tag: Vec<String>,
    /// Runs that started then or later
    ///
    /// A time such as 2026-11-25T16:00:00Z, 2026-11-25 16:00 or 2026-11-25 in the local zone; or how long ago it was, such as 90m.
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(in crate::cli) start_time_after: Option<Timestamp>,
    /// Runs that started before then
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(in crate::cli) start_time_before: Option<Timestamp>,
}

impl Filter {
    fn query(&self, kind: RunKind) -> RunQuery {
        RunQuery {
            kind: Some(kind),
            state_names: self.state.clone(),
            state_types: self.state_type.clone(),
            tags: self.tag.clone(),
            started_after: self.start_time_after,
            started_before: self.start_time_before,
            limit: Some(self.limit),
            ..RunQuery::default()
        }
    }
}

/// The runs of these flows or tasks, or of all if none is named, newest first.
pub(in crate::cli) async fn find(
    session: &Session,
    kind: RunKind,
    names: &[String],
    filter: &Filter,
    narrow: impl Fn(&mut RunQuery),
) -> Done<Vec<Run>> {
    let store = session.engine()?.require_store()?;
    let mut query = filter.query(kind);
    narrow(&mut query);
    let queries = if names.is_empty() {
        vec![query]
    } else {
        let of = |name: &String| RunQuery { definition_name: Some(name.clone()), ..query.clone() };
        names.iter().map(of).collect()
    };
    let mut runs = Vec::new();
    for query in queries {
        runs.extend(store.runs(query).await.map_err(|error| Error::store(None, error))?);
    }
    runs.sort_by_key(|run| std::cmp::Reverse((run.created, run.id)));
    runs.dedup_by_key(|run| run.id);
    runs.truncate(usize::try_from(filter.limit).unwrap_or(usize::MAX));
    Ok(runs)
}

impl Ls {
    pub(super) async fn run(self, session: &Session) -> Done {
        let runs = find(session, RunKind::Flow, &self.flow_name, &self.filter, |_| ()).await?;
        let output = session.output();
        let summaries: Vec<RunSummary> = runs.iter().map(RunSummary::of).collect();
        output.list(&summaries, "No flow runs match.", || {
            let columns = [
                Column::new("id").whole().spared(1),
                Column::new("flow"),
                Column::new("name"),
                Column::new("state").whole(),
                Column::new("when").whole().spared(2),
            ];
            runs.iter().fold(Table::new(columns), |table, run| {
                table.row([
                    run.id.to_string().into(),
                    (&run.definition.name).into(),
                    (&run.name).into(),
                    state(run),
                    when(run, output).into(),
                ])
            })
        })
    }
}

/// The state of a run.
pub(in crate::cli) fn state(run: &Run) -> Cell {
    let of = |state: &State| Cell::toned(&state.name, Tone::of_state(state.state_type()));
    run.state().map_or_else(|| "".into(), of)
}

/// Since when it is in its state.
pub(in crate::cli) fn when(run: &Run, output: &Output) -> String {
    output.ago(run.state().map_or(run.created, |state| state.timestamp))
}
