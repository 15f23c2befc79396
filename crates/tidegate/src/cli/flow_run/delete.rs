//! `flow-run delete`: a flow run that has ended goes, with everything inside it. It asks before.

use clap::Args;
use tidegate_core::RunKind;

use crate::cli::failure::{Done, Failure};
use crate::cli::find;
use crate::cli::session::Session;

/// Delete flow runs that have ended, with what is inside them, their logs and their artifacts.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  $ tidegate flow-run delete brave-otter
  $ tidegate flow-run delete brave-otter calm-heron --no-prompt")]
pub(in crate::cli) struct Delete {
    /// Their names, their ids, or the beginnings of their ids
    #[arg(value_name = "RUN", required = true)]
    runs: Vec<String>,
}

impl Delete {
    pub(super) async fn run(self, session: &Session) -> Done {
        let engine = session.engine()?;
        let mut runs = Vec::new();
        for typed in &self.runs {
            let run = find::run(engine, RunKind::Flow, typed).await?;
            let cannot = |why: String| {
                Failure::new(format!("flow run '{}' cannot be deleted: {why}", run.name))
            };
            if let Some(parent) = run.flow_run_id {
                return Err(cannot(format!("it was called in flow run {parent} and goes with it"))
                    .try_next(format!("{{program}} flow-run delete {parent}")));
            }
            if !run.has_ended() {
                return Err(cannot("it has not ended".to_owned())
                    .try_next(format!("{{program}} flow-run cancel {}", run.name)));
            }
            runs.push(run);
        }
        let names: Vec<String> = runs.iter().map(|run| format!("'{}'", run.name)).collect();
        session.confirm(&format!("Delete {} with everything inside?", names.join(", ")))?;
        for run in runs {
            let deleted = engine.delete_run(run.id).await?;
            if engine.run_record(run.id).await?.is_some() {
                return Err(Failure::new(format!(
                    "flow run '{}' cannot be deleted: something inside it has not ended",
                    run.name
                ))
                .try_next(format!("{{program}} flow-run graph {}", run.name)));
            }
            let inside = deleted.saturating_sub(1);
            session.output().tell(&format!(
                "Deleted flow run '{}' and {inside} run{} inside it.",
                run.name,
                if inside == 1 { "" } else { "s" }
            ))?;
        }
        Ok(())
    }
}
