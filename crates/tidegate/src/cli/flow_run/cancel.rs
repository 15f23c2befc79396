//! `flow-run cancel`: asks whoever runs a flow run to end it, and ends one that nobody runs.

use clap::Args;
use tidegate_core::RunKind;

use crate::cli::failure::{Done, Failure};
use crate::cli::find;
use crate::cli::session::Session;

/// Cancel a flow run with everything inside it, in whatever process it runs.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  $ tidegate flow-run cancel brave-otter
  $ tidegate flow-run watch brave-otter          to see it end")]
pub(in crate::cli) struct Cancel {
    /// Its name, its id, or the beginning of its id
    #[arg(value_name = "RUN")]
    run: String,
}

impl Cancel {
    pub(super) async fn run(self, session: &Session) -> Done {
        let engine = session.engine()?;
        let run = find::run(engine, RunKind::Flow, &self.run).await?;
        let name = &run.name;
        if let Some(state) = run.state().filter(|state| state.is_terminal()) {
            return Err(Failure::new(format!(
                "flow run '{name}' cannot be cancelled: it has ended as {}",
                state.name
            ))
            .try_next(format!("{{program}} flow-run inspect {name}")));
        }
        engine.cancel(run.id).await?;
        let ended = engine.run_record(run.id).await?.is_some_and(|run| run.is_terminal());
        session.output().tell(&if ended {
            format!("Flow run '{name}' is cancelled.")
        } else {
            format!("Flow run '{name}' is asked to cancel; its process sees it within a second.")
        })
    }
}
