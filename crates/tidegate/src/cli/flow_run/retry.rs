//! `flow-run retry`: a flow run that failed, crashed or was cancelled runs again in this program, which has its code.

use clap::Args;
use tidegate_core::RunKind;

use super::ending::{finish, flattened, of_this_program};
use crate::cli::failure::{Done, Failure};
use crate::cli::find;
use crate::cli::session::Session;

/// Run a flow run again that failed, crashed or was cancelled. What completed in it does not run again.
#[derive(Debug, Args)]
#[command(after_help = "\
It runs in this program, so this program must have its flow: one that calls `tidegate::cli::main()`.

Examples:
  $ tidegate flow-run retry brave-otter")]
pub(in crate::cli) struct Retry {
    /// Its name, its id, or the beginning of its id
    #[arg(value_name = "RUN")]
    run: String,
}

impl Retry {
    pub(super) async fn run(self, session: &Session) -> Done {
        session.engine_is_there()?;
        let engine = session.engine_to_run_in()?;
        let run = find::run(engine, RunKind::Flow, &self.run).await?;
        if let Some(state) =
            run.state().filter(|state| state.is_completed() || !state.is_terminal())
        {
            let name = &run.name;
            let next = if state.is_completed() { "inspect" } else { "watch" };
            return Err(Failure::new(format!(
                "flow run '{name}' cannot be retried: it is {}, and only a run that failed, crashed or was cancelled can",
                state.name
            ))
            .try_next(format!("{{program}} flow-run {next} {name}")));
        }
        of_this_program(&run, "retry")?;
        let ended = engine.run_until_signal(engine.resume(run.id)).await;
        finish(session, engine, run.id, flattened(ended).map(drop)).await
    }
}
