//! `version`: what this program is, and which database it would open. It opens none.

use clap::Args;
use serde::Serialize;

use super::failure::Done;
use super::output::Sheet;
use super::session::Session;

/// Show the version, and which database is used.
#[derive(Debug, Args)]
pub(super) struct Version {}

#[derive(Serialize)]
struct Versions {
    version: &'static str,
    program: String,
    database: String,
    system: String,
}

impl Version {
    pub(super) fn run(self, session: &Session) -> Done {
        let Self {} = self;
        let versions = Versions {
            version: env!("CARGO_PKG_VERSION"),
            program: session.program().to_owned(),
            database: session.database_url()?,
            system: format!("{}/{}", std::env::consts::OS, std::env::consts::ARCH),
        };
        session.output().show(&versions, || {
            Sheet::new()
                .line("Tidegate", versions.version)
                .line("Program", &versions.program)
                .line("Database", &versions.database)
                .line("System", &versions.system)
        })
    }
}
