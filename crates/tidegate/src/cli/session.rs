//! One call of the command: what was said with it, its output, and the engine, which is opened when it is first asked for, so that what
//! needs none is quick. It never decides what is shown.

use std::io::{self, BufRead as _, IsTerminal, Write as _};
use std::path::Path;
use std::sync::OnceLock;

use tidegate_core::{Clock, LogLevel};
use tidegate_store::Location;

use super::failure::{Done, Failure};
use super::options::GlobalOptions;
use super::output::Output;
use crate::engine::Engine;
use crate::error::Error;
use crate::settings::{EngineSettings, Settings};

/// See the module.
#[derive(Debug)]
pub(super) struct Session {
    program: String,
    options: GlobalOptions,
    output: Output,
    engine: OnceLock<Engine>,
}

/// What the engine prints of what happens in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Console {
    /// Warnings, beside the answer of a command.
    Warnings,
    /// What the settings say: flows run in it.
    AsSet,
}

impl Session {
    pub(super) fn new(program: String, options: GlobalOptions) -> Self {
        let output = Output::new(&options, Clock::system().now());
        Self { program, options, output, engine: OnceLock::new() }
    }

    /// What the program is called.
    pub(super) fn program(&self) -> &str {
        &self.program
    }

    pub(super) fn output(&self) -> &Output {
        &self.output
    }

    /// The engine of a database that is there.
    pub(super) fn engine(&self) -> Done<&Engine> {
        self.engine_is_there()?;
        self.open(Console::Warnings)
    }

    /// Fails where there is no database.
    pub(super) fn engine_is_there(&self) -> Done {
        if self.engine.get().is_some() { Ok(()) } else { self.is_there() }
    }

    /// The engine of a database that is made if it is not there.
    pub(super) fn engine_or_new(&self) -> Done<&Engine> {
        self.open(Console::Warnings)
    }

    /// The engine that flows of this program run in.
    pub(super) fn engine_to_run_in(&self) -> Done<&Engine> {
        self.open(Console::AsSet)
    }

    /// The URL of the database, or of the server that records are kept on instead.
    pub(super) fn database_url(&self) -> Done<String> {
        match &self.options.database {
            Some(url) => Ok(url.clone()),
            None => {
                let settings = EngineSettings::of(&Settings::load()?)?;
                Ok(settings.api_url.unwrap_or(settings.database_url))
            }
        }
    }

    /// Where the database is.
    pub(super) fn location(&self) -> Done<Location> {
        let url = self.database_url()?;
        url.parse().map_err(|error| Error::store(None, error).into())
    }

    /// Whoever asks something of a database that is not there has probably named the wrong one.
    fn is_there(&self) -> Done {
        if is_server(&self.database_url()?) {
            return Ok(());
        }
        let Location::File(path) = self.location()? else { return Ok(()) };
        if path.exists() {
            return Ok(());
        }
        Err(no_database(&path))
    }

    /// The engine of a server: of the database, also where the settings name a server, which is most likely this one.
    #[cfg(feature = "server")]
    pub(super) fn engine_to_serve(&self) -> Done<&Engine> {
        if self.options.database.is_some() || self.engine.get().is_some() {
            return self.open(Console::AsSet);
        }
        let settings = EngineSettings::of(&Settings::load()?)?;
        let engine = Engine::builder().database(settings.database_url).open()?;
        Ok(self.engine.get_or_init(|| engine))
    }

    fn open(&self, console: Console) -> Done<&Engine> {
        if let Some(engine) = self.engine.get() {
            return Ok(engine);
        }
        let mut builder = Engine::builder();
        if let Some(url) = &self.options.database {
            builder = builder.database(url.clone());
        }
        if console == Console::Warnings {
            builder = builder.log_level(LogLevel::Warning.into());
        }
        let engine = builder.open()?;
        Ok(self.engine.get_or_init(|| engine))
    }

    /// Lets go of what was opened.
    pub(super) async fn close(&self) -> Done {
        match self.engine.get() {
            Some(engine) => Ok(engine.close().await?),
            None => Ok(()),
        }
    }

    /// Asks whether something is to be done that cannot be undone. Fails if it is not, or where nobody can be asked.
    pub(super) fn confirm(&self, question: &str) -> Done {
        if self.options.no_prompt {
            return Ok(());
        }
        if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            return Err(Failure::new(format!(
                "nothing was done, because nobody could be asked: {question}"
            ))
            .try_next("the same with --no-prompt (-y), which answers yes"));
        }
        let mut terminal = io::stderr();
        write!(terminal, "{question} [y/N] ")?;
        terminal.flush()?;
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer)?;
        match &*answer.trim().to_lowercase() {
            "y" | "yes" => Ok(()),
            _ => Err(Failure::new("nothing was done")),
        }
    }
}

/// Whether a URL names a server rather than a database.
fn is_server(url: &str) -> bool {
    url.starts_with("http://") || url.starts_with("https://")
}

fn no_database(path: &Path) -> Failure {
    Failure::new(format!(
        "there is no database at {}: a program makes it when it runs its first flow, and TIDEGATE_DATABASE_URL or --database says \
         where another is",
        path.display()
    ))
    .try_next("{program} database migrate    to make an empty one there")
}
