//! `flow-run resume`: answers a pause. A paused run goes on in its own process, a suspended one in this program, which has its code.

use clap::Args;
use serde_json::{Map, Value};
use tidegate_core::{RunKind, State, StateData};

use super::ending::{finish, flattened, of_this_program};
use crate::cli::failure::{Done, Failure};
use crate::cli::find;
use crate::cli::session::Session;
use crate::cli::values;

/// Go on with a flow run that is paused or suspended, with the input that it waits for.
#[derive(Debug, Args)]
#[command(after_help = "\
A paused run goes on in its own process. A suspended one has none: it runs in this program, which must have its flow.

Examples:
  $ tidegate flow-run resume brave-otter
  $ tidegate flow-run resume brave-otter --input approved=true --input by=Ada
  $ tidegate flow-run resume brave-otter --inputs '{\"approved\": true}'")]
pub(in crate::cli) struct Resume {
    /// Its name, its id, or the beginning of its id
    #[arg(value_name = "RUN")]
    run: String,
    /// A field of what it waits for, as JSON or else as text; said again for each
    #[arg(long = "input", value_name = "NAME=VALUE")]
    fields: Vec<String>,
    /// What it waits for, as JSON
    #[arg(long, value_name = "JSON", conflicts_with = "fields")]
    inputs: Option<String>,
}

impl Resume {
    pub(super) async fn run(self, session: &Session) -> Done {
        session.engine_is_there()?;
        let engine = session.engine_to_run_in()?;
        let run = find::run(engine, RunKind::Flow, &self.run).await?;
        let input = self.input()?;
        let mut resume = engine.resume(run.id);
        if let Some(input) = input {
            resume = resume.input(input);
        }
        match run.state() {
            Some(State { data: StateData::Paused { reschedule: false, .. }, .. }) => {
                resume.await?;
                session.output().tell(&format!(
                    "Flow run '{}' is resumed; its process goes on with it.",
                    run.name
                ))
            }
            Some(State { data: StateData::Paused { reschedule: true, .. }, .. }) => {
                of_this_program(&run, "resume")?;
                let ended = engine.run_until_signal(resume).await;
                finish(session, engine, run.id, flattened(ended).map(drop)).await
            }
            state => {
                let name = &run.name;
                let ended = state.is_some_and(|state| state.is_terminal() && !state.is_completed());
                let next = if ended { "retry" } else { "inspect" };
                Err(Failure::new(format!(
                    "flow run '{name}' cannot be resumed: it is {}, and only a run that is paused or suspended can",
                    state.map_or("not under way", |state| &state.name)
                ))
                .try_next(format!("{{program}} flow-run {next} {name}")))
            }
        }
    }

    fn input(&self) -> Done<Option<Value>> {
        if let Some(text) = &self.inputs {
            return values::json("--inputs", text).map(Some);
        }
        let mut fields = Map::new();
        for field in &self.fields {
            let (name, value) = values::pair("--input", field)?;
            fields.insert(name, value);
        }
        Ok((!fields.is_empty()).then_some(Value::Object(fields)))
    }
}
