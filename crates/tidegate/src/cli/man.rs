//! `man`: the manual pages, one for each command, made from their help.

use std::fs;
use std::path::PathBuf;

use clap::Args;

use super::command;
use super::failure::{Done, Failure};
use super::session::Session;

/// Write the manual pages into a folder.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  $ tidegate man ~/.local/share/man/man1")]
pub(super) struct Man {
    /// The folder, which is made if it is not there
    folder: PathBuf,
}

impl Man {
    pub(super) fn run(self, session: &Session) -> Done {
        let folder = &self.folder;
        let unwritten = |error: std::io::Error| {
            Failure::new(format!("the pages cannot be written to {}: {error}", folder.display()))
        };
        fs::create_dir_all(folder).map_err(unwritten)?;
        let command = command::named(session.program()).disable_help_subcommand(true);
        clap_mangen::generate_to(command, folder).map_err(unwritten)?;
        let pages = fs::read_dir(folder).map_err(unwritten)?.count();
        session.output().tell(&format!("There are {pages} pages in {}.", folder.display()))
    }
}
