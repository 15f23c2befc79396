//! `completions`: a script by which a shell completes what is typed. It is made from the commands as they are.

use clap::Args;
use clap_complete::Shell;

use super::command;
use super::failure::Done;
use super::session::Session;

/// Write the script by which a shell completes commands.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  $ tidegate completions bash > ~/.local/share/bash-completion/completions/tidegate
  $ tidegate completions zsh > ~/.zfunc/_tidegate
  $ tidegate completions fish > ~/.config/fish/completions/tidegate.fish")]
pub(super) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(super) fn run(self, session: &Session) -> Done {
        let program = session.program();
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut command::named(program), program, &mut script);
        session.output().write(&String::from_utf8_lossy(&script))
    }
}
