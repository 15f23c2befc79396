//! `artifact`: what runs have left for people to look at. Tables and texts are shown as they are recorded.

use clap::{Args, Subcommand};
use tidegate_core::{ArtifactId, ArtifactQuery, ArtifactRecord};

use super::failure::{Done, Failure};
use super::output::{Cell, Column, Output, Sheet, Table};
use super::session::Session;
use crate::error::Error;
use crate::nearest::nearest;

/// See and delete what runs have left for people to look at
#[derive(Debug, Subcommand)]
pub(super) enum Artifact {
    Ls(Ls),
    Inspect(Inspect),
    Delete(Delete),
}

/// List artifacts, newest first: of each key the latest.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  $ tidegate artifact ls
  $ tidegate artifact ls --all --limit 20")]
pub(super) struct Ls {
    /// At most so many
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    limit: u64,
    /// Every version of each, and those without a key
    #[arg(short, long)]
    all: bool,
}

/// Show the versions of an artifact, newest first.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  $ tidegate artifact inspect daily-report --limit 1
  $ tidegate artifact inspect daily-report -o json")]
pub(super) struct Inspect {
    /// Its key
    key: String,
    /// At most so many versions
    #[arg(long, value_name = "COUNT", default_value_t = 10)]
    limit: u64,
}

/// Delete every version of an artifact, or one by its id.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  $ tidegate artifact delete daily-report
  $ tidegate artifact delete --id 0193a1f2-7c11-7abc-8def-0123456789ab")]
pub(super) struct Delete {
    /// Its key
    #[arg(required_unless_present = "id", conflicts_with = "id")]
    key: Option<String>,
    /// The id of one version
    #[arg(long, value_name = "ID")]
    id: Option<ArtifactId>,
}

impl Artifact {
    pub(super) async fn run(self, session: &Session) -> Done {
        match self {
            Self::Ls(ls) => ls.run(session).await,
            Self::Inspect(inspect) => inspect.run(session).await,
            Self::Delete(delete) => delete.run(session).await,
        }
    }
}

async fn ask(session: &Session, query: ArtifactQuery) -> Done<Vec<ArtifactRecord>> {
    let found = session.engine()?.require_store()?.artifacts(query).await;
    Ok(found.map_err(|error| Error::store(None, error))?)
}

/// The versions of an artifact, of which there is one at least.
async fn versions(session: &Session, key: &str, limit: Option<u64>) -> Done<Vec<ArtifactRecord>> {
    let of_key = ArtifactQuery { key: Some(key.to_owned()), limit, ..ArtifactQuery::default() };
    let found = ask(session, of_key).await?;
    if !found.is_empty() {
        return Ok(found);
    }
    let all = ask(session, ArtifactQuery { latest: true, ..ArtifactQuery::default() }).await?;
    let near = nearest(key, all.iter().filter_map(|artifact| artifact.key.as_deref()));
    Err(Failure::unknown("artifact", key, &near).try_next("{program} artifact ls"))
}

impl Ls {
    async fn run(self, session: &Session) -> Done {
        let query = ArtifactQuery {
            latest: !self.all,
            limit: Some(self.limit),
            ..ArtifactQuery::default()
        };
        let found = ask(session, query).await?;
        let output = session.output();
        output.list(&found, "There are no artifacts.", || {
            let columns = [
                Column::new("id").whole().spared(1),
                Column::new("key"),
                Column::new("type").whole(),
                Column::new("description").spared(2),
                Column::new("updated").whole().spared(3),
            ];
            found.iter().fold(Table::new(columns), |table, artifact| {
                table.row([
                    artifact.id.to_string().into(),
                    artifact.key.as_deref().unwrap_or_default().into(),
                    artifact.artifact_type.as_str().into(),
                    Cell::from(artifact.description.as_deref().unwrap_or_default()),
                    output.ago(artifact.updated).into(),
                ])
            })
        })
    }
}

impl Inspect {
    async fn run(self, session: &Session) -> Done {
        let found = versions(session, &self.key, Some(self.limit)).await?;
        let output = session.output();
        if output.is_json() {
            return output.json(&found);
        }
        let sheets: Vec<String> =
            found.iter().map(|artifact| sheet(artifact, output).draw(output)).collect();
        output.write(&sheets.join("\n"))
    }
}

fn sheet(artifact: &ArtifactRecord, output: &Output) -> Sheet {
    let text = artifact.data.as_str().map(ToOwned::to_owned);
    let data =
        text.unwrap_or_else(|| serde_json::to_string_pretty(&artifact.data).unwrap_or_default());
    Sheet::new()
        .maybe("Key", artifact.key.as_ref())
        .line("Id", artifact.id.to_string())
        .line("Type", artifact.artifact_type.as_str())
        .maybe("Description", artifact.description.as_ref())
        .maybe("Flow run", artifact.flow_run_id.map(|id| id.to_string()))
        .maybe("Task run", artifact.task_run_id.map(|id| id.to_string()))
        .line("Created", output.moment(artifact.created))
        .line("Updated", output.moment(artifact.updated))
        .heading("Data")
        .text(data)
}

impl Delete {
    async fn run(self, session: &Session) -> Done {
        let engine = session.engine()?;
        let ids = match (&self.key, self.id) {
            (Some(key), _) => {
                let found = versions(session, key, None).await?;
                session
                    .confirm(&format!("Delete {} of artifact '{key}'?", counted(found.len())))?;
                found.into_iter().map(|artifact| artifact.id).collect()
            }
            (None, Some(id)) => {
                session.confirm(&format!("Delete artifact {id}?"))?;
                vec![id]
            }
            (None, None) => Vec::new(),
        };
        let mut deleted = 0;
        for id in &ids {
            deleted += usize::from(engine.delete_artifact(*id).await?);
        }
        if deleted == 0 {
            let id = self.id.map(|id| id.to_string()).unwrap_or_default();
            return Err(
                Failure::unknown("artifact", &id, &[]).try_next("{program} artifact ls --all")
            );
        }
        session.output().tell(&format!("Deleted {}.", counted(deleted)))
    }
}

fn counted(versions: usize) -> String {
    format!("{versions} version{}", if versions == 1 { "" } else { "s" })
}
