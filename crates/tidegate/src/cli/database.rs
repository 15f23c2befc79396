//! `database`: how large the database is, a copy of it, room given back, and its schema. What makes a copy whole is the business of the store.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde::Serialize;
use tidegate_core::{RunKind, RunQuery, StateTypes};
use tidegate_store::Location;

use super::failure::{Done, Failure};
use super::output::Sheet;
use super::session::Session;
use crate::error::Error;

/// See, copy and tidy the database
#[derive(Debug, Subcommand)]
pub(super) enum Database {
    Status(Status),
    Backup(Backup),
    Vacuum(Vacuum),
    Migrate(Migrate),
}

/// Show where the database is, how large it is, and what is in it.
#[derive(Debug, Args)]
pub(super) struct Status {}

/// Write a copy of the database into a new file, while flows go on.
#[derive(Debug, Args)]
#[command(after_help = "\
The copy is a database itself: it can be looked at with --database, and takes the place of one that was lost.

Examples:
  $ tidegate database backup monday.db
  $ tidegate flow-run ls --database sqlite:monday.db")]
pub(super) struct Backup {
    /// The file
    path: PathBuf,
    /// Put the copy in the place of a file that is there, when it is complete
    #[arg(long)]
    replace: bool,
}

/// Give the room that deleted runs have left back to the file system, while flows go on.
#[derive(Debug, Args)]
pub(super) struct Vacuum {}

/// Make the database if it is not there, and bring an older one up to date.
#[derive(Debug, Args)]
pub(super) struct Migrate {}

#[derive(Serialize)]
struct DatabaseStatus {
    location: String,
    schema_version: u32,
    bytes: Option<u64>,
    log_bytes: Option<u64>,
    flow_runs: u64,
    task_runs: u64,
    /// Runs that have not ended.
    under_way: u64,
    /// Engines that own runs, or will, in whatever process.
    engines: usize,
}

impl Database {
    pub(super) async fn run(self, session: &Session) -> Done {
        match self {
            Self::Status(Status {}) => status(session).await,
            Self::Backup(backup) => backup.run(session).await,
            Self::Vacuum(Vacuum {}) => {
                let bytes = session.engine()?.vacuum().await?;
                session.output().tell(&format!("{} given back to the file system.", size(bytes)))
            }
            Self::Migrate(Migrate {}) => {
                let info = session.engine_or_new()?.require_store()?.info();
                session.output().tell(&format!(
                    "The database {} is up to date: its schema has version {}.",
                    info.location, info.schema_version
                ))
            }
        }
    }
}

async fn status(session: &Session) -> Done {
    let store = session.engine()?.require_store()?;
    let count =
        async |query| store.count_runs(query).await.map_err(|error| Error::store(None, error));
    let of = |kind| RunQuery { kind: Some(kind), ..RunQuery::default() };
    let not_ended: Vec<_> = StateTypes::TERMINAL.not().iter().collect();
    let under_way = RunQuery { state_types: not_ended, ..RunQuery::default() };
    let info = store.info();
    let bytes = |ending: &str| match session.location() {
        Ok(Location::File(path)) => {
            let mut file = path.into_os_string();
            file.push(ending);
            std::fs::metadata(file).ok().map(|file| file.len())
        }
        Ok(Location::Memory) | Err(_) => None,
    };
    let leases = store.leases().await.map_err(|error| Error::store(None, error))?;
    let status = DatabaseStatus {
        location: info.location,
        schema_version: info.schema_version,
        bytes: bytes(""),
        log_bytes: bytes("-wal"),
        flow_runs: count(of(RunKind::Flow)).await?,
        task_runs: count(of(RunKind::Task)).await?,
        under_way: count(under_way).await?,
        engines: leases.len(),
    };
    session.output().show(&status, || {
        Sheet::new()
            .line("Database", &status.location)
            .line("Schema", format!("version {}", status.schema_version))
            .maybe("Size", status.bytes.map(size))
            .maybe("Log", status.log_bytes.map(size))
            .line("Flow runs", status.flow_runs.to_string())
            .line("Task runs", status.task_runs.to_string())
            .line("Under way", status.under_way.to_string())
            .line("Engines", status.engines.to_string())
    })
}

impl Backup {
    async fn run(self, session: &Session) -> Done {
        let path = self.path.display();
        if !self.replace && self.path.exists() {
            return Err(Failure::new(format!("there is a file {path} already"))
                .try_next(format!("{{program}} database backup {path} --replace")));
        }
        let backup = session.engine()?.backup(&self.path);
        let backup = if self.replace { backup.replace_existing() } else { backup };
        backup.await?;
        session.output().tell(&format!("The copy is {path}."))
    }
}

/// `812 B`, `4.2 MiB`.
fn size(bytes: u64) -> String {
    let units = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut size = bytes as f64 / 1024.0;
    let mut unit = 0;
    while size >= 1024.0 && unit + 1 < units.len() {
        size /= 1024.0;
        unit += 1;
    }
    format!("{size:.1} {}", units[unit])
}
