//! `flow-run inspect`: all that is recorded of a flow run, its result aside. The sheet is that of task runs too.

use std::time::Duration;

use clap::Args;
use tidegate_core::{Run, RunKind, RunQuery};

use crate::cli::failure::Done;
use crate::cli::find;
use crate::cli::output::{Output, Sheet, Tone, length};
use crate::cli::record::RunDetails;
use crate::cli::session::Session;
use crate::error::Error;

/// Show what is recorded of a flow run: its parameters, its states, and what is inside it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  $ tidegate flow-run inspect brave-otter
  $ tidegate flow-run inspect 0193a1f2 -o json")]
pub(in crate::cli) struct Inspect {
    /// Its name, its id, or the beginning of its id
    #[arg(value_name = "RUN")]
    run: String,
}

impl Inspect {
    pub(super) async fn run(self, session: &Session) -> Done {
        let engine = session.engine()?;
        let run = find::run(engine, RunKind::Flow, &self.run).await?;
        let store = engine.require_store()?;
        let count = async |kind| {
            let query =
                RunQuery { kind: Some(kind), flow_run_id: Some(run.id), ..RunQuery::default() };
            store.count_runs(query).await.map_err(|error| Error::store(None, error))
        };
        let (tasks, subflows) = (count(RunKind::Task).await?, count(RunKind::Flow).await?);
        let output = session.output();
        output.show(&RunDetails::of(&run), || {
            let inside = [(tasks, "task run"), (subflows, "subflow run")]
                .into_iter()
                .filter(|(count, _)| *count > 0)
                .map(|(count, what)| format!("{count} {what}{}", if count == 1 { "" } else { "s" }))
                .collect::<Vec<_>>()
                .join(", ");
            sheet(&run, (!inside.is_empty()).then_some(inside), output)
        })
    }
}

/// What is recorded of a run.
pub(in crate::cli) fn sheet(run: &Run, inside: Option<String>, output: &Output) -> Sheet {
    let of = match run.kind() {
        RunKind::Flow => "Flow",
        RunKind::Task => "Task",
    };
    let mut sheet = Sheet::new()
        .line("Name", &run.name)
        .line("Id", run.id.to_string())
        .line(of, &run.definition.name)
        .maybe("Version", run.definition.version.as_ref());
    if let Some(state) = run.state() {
        sheet = sheet.toned("State", state.to_string(), Tone::of_state(state.state_type()));
    }
    let tags = (!run.tags.is_empty()).then(|| run.tags.join(", "));
    let moment = |time: Option<_>| time.map(|time| output.moment(time));
    let ran = (run.run_count > 0).then(|| length(run.total_run_time));
    let attempts = (run.run_count > 1).then(|| run.run_count.to_string());
    let retries = run.policy.retry.retries();
    let lasted =
        run.start_time.zip(run.end_time).and_then(|(start, end)| (end - start).to_std().ok());
    let lasted = lasted.filter(|lasted| *lasted > run.total_run_time + Duration::from_millis(10));
    sheet = sheet
        .maybe("Tags", tags)
        .maybe("Called in", run.flow_run_id.map(|id| format!("flow run {id}")))
        .maybe("In task run", run.task_run_id.map(|id| id.to_string()))
        .maybe("Inside it", inside)
        .line("Created", output.moment(run.created))
        .maybe("Scheduled", moment(run.next_scheduled_start_time))
        .maybe("Started", moment(run.start_time))
        .maybe("Ended", moment(run.end_time))
        .maybe("Ran for", ran)
        .maybe("Took", lasted.map(length))
        .maybe("Attempts", attempts)
        .maybe("Retries", (retries > 0).then(|| format!("up to {retries}")));
    if !run.parameters.is_empty() {
        sheet = sheet.heading("Parameters");
        for (name, value) in run.parameters.iter() {
            sheet = sheet.text(format!("{name} = {value}"));
        }
    }
    if !run.states.is_empty() {
        sheet = sheet.heading("States");
        for state in &run.states {
            sheet = sheet.text(format!("{}  {state}", output.instant(state.timestamp)));
        }
    }
    sheet
}
