//! What can be typed, as clap reads it. Each group of commands is in a file of its own; nothing here does what they do.

use clap::CommandFactory;
use clap::builder::StyledStr;

use super::artifact::Artifact;
use super::block::Block;
use super::completions::Completions;
use super::concurrency_limit::ConcurrencyLimit;
use super::config::Config;
use super::database::Database;
use super::event::Event;
use super::failure::Done;
use super::flow::Flow;
use super::flow_run::FlowRun;
use super::global_concurrency_limit::GlobalConcurrencyLimit;
use super::man::Man;
use super::options::GlobalOptions;
use super::profile::Profile;
#[cfg(feature = "server")]
use super::server::Server;
use super::session::Session;
use super::task_run::TaskRun;
use super::variable::Variable;
use super::version::Version;

/// The name that examples are written with.
const NAME: &str = "tidegate";

const EXAMPLES: &str = "\
Examples:
  $ tidegate flow-run ls --state-type failed     runs that failed, newest first
  $ tidegate flow-run logs brave-otter --tail    the last lines of one
  $ tidegate flow-run inspect brave-otter -o json";

const LONGER: &str = "\
Examples:
  $ tidegate flow-run ls --state-type failed     runs that failed, newest first
  $ tidegate flow-run logs brave-otter --tail    the last lines of one
  $ tidegate flow-run inspect brave-otter -o json

Runs are named by their name, by their id, or by the beginning of an id that no other run has.

Exit codes:
  0  it is done; a run that was waited for completed
  1  it could not be done
  2  what was typed has no meaning
  3  a run that was waited for failed
  4  it crashed
  5  it was cancelled
  6  it was suspended, and waits to be resumed
  130  the process was asked to stop while a flow ran in it

Environment:
  TIDEGATE_DATABASE_URL  the database; sqlite:TIDEGATE_HOME/tidegate.db
  TIDEGATE_HOME          the folder of the default database and of profiles; ~/.tidegate
  TIDEGATE_PROFILE       the profile; the one that `profile use` has made active
  NO_COLOR               no colour
  COLUMNS                how wide tables may be, in the place of the terminal's width";

/// See and steer what flows have done.
///
/// Programs that use Tidegate record what their flows do in a database. This shows what is there, follows runs while they go on, and
/// cancels, resumes and deletes them, in whatever process they run.
#[derive(Debug, clap::Parser)]
#[command(
    name = NAME,
    version,
    after_help = EXAMPLES,
    after_long_help = LONGER,
    subcommand_required = true,
    arg_required_else_help = true,
    max_term_width = 120,
    disable_help_subcommand = true
)]
pub(super) struct CommandLine {
    #[command(subcommand)]
    pub(super) command: Command,
    #[command(flatten)]
    pub(super) options: GlobalOptions,
}

/// The groups.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    #[command(visible_alias = "flows", subcommand)]
    Flow(Flow),
    #[command(visible_alias = "flow-runs", subcommand)]
    FlowRun(FlowRun),
    #[command(visible_alias = "task-runs", subcommand)]
    TaskRun(TaskRun),
    #[command(visible_alias = "artifacts", subcommand)]
    Artifact(Artifact),
    #[command(visible_alias = "blocks", subcommand)]
    Block(Block),
    #[command(visible_alias = "concurrency-limits", subcommand)]
    ConcurrencyLimit(ConcurrencyLimit),
    #[command(visible_aliases = ["global-concurrency-limits", "gcl"], subcommand)]
    GlobalConcurrencyLimit(GlobalConcurrencyLimit),
    #[command(visible_alias = "events", subcommand)]
    Event(Event),
    #[command(visible_alias = "variables", subcommand)]
    Variable(Variable),
    #[command(subcommand)]
    Config(Config),
    #[command(visible_alias = "profiles", subcommand)]
    Profile(Profile),
    #[command(subcommand)]
    Database(Database),
    #[cfg(feature = "server")]
    #[command(subcommand)]
    Server(Server),
    Version(Version),
    Completions(Completions),
    Man(Man),
}

impl Command {
    pub(super) async fn run(self, session: &Session) -> Done {
        match self {
            Self::Flow(flow) => flow.run(session).await,
            Self::FlowRun(flow_run) => flow_run.run(session).await,
            Self::TaskRun(task_run) => task_run.run(session).await,
            Self::Artifact(artifact) => artifact.run(session).await,
            Self::Block(block) => block.run(session).await,
            Self::ConcurrencyLimit(limit) => limit.run(session).await,
            Self::GlobalConcurrencyLimit(limit) => limit.run(session).await,
            Self::Event(event) => event.run(session).await,
            Self::Variable(variable) => variable.run(session).await,
            Self::Config(config) => config.run(session),
            Self::Profile(profile) => profile.run(session),
            Self::Database(database) => database.run(session).await,
            #[cfg(feature = "server")]
            Self::Server(server) => server.run(session).await,
            Self::Version(version) => version.run(session),
            Self::Completions(completions) => completions.run(session),
            Self::Man(man) => man.run(session),
        }
    }
}

/// All of it, for a program of this name: in the examples too.
pub(super) fn named(program: &str) -> clap::Command {
    rename(CommandLine::command().name(program.to_owned()).bin_name(program), program)
}

fn rename(command: clap::Command, program: &str) -> clap::Command {
    if program == NAME {
        return command;
    }
    let renamed = |text: &StyledStr| {
        text.to_string().replace(&format!("$ {NAME} "), &format!("$ {program} "))
    };
    let (short, long) =
        (command.get_after_help().map(renamed), command.get_after_long_help().map(renamed));
    let command = short.into_iter().fold(command, clap::Command::after_help);
    let command = long.into_iter().fold(command, clap::Command::after_long_help);
    command.mut_subcommands(|inner| rename(inner, program))
}
