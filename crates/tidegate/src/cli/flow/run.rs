//! `flow run`: a flow of this program runs, with parameters that are checked before a run of it is made.

use clap::Args;
use serde_json::Value;
use tidegate_core::Parameters;

use crate::cli::failure::{Done, Failure};
use crate::cli::flow_run::finish;
use crate::cli::session::Session;
use crate::cli::values;
use crate::error::Error;
use crate::nearest::nearest;
use crate::registry::{self, Registration};

/// Run a flow of this program, and wait until it has ended.
#[derive(Debug, Args)]
#[command(after_help = "\
The exit code says how it ended: 0 completed, 3 failed, 4 crashed, 5 cancelled, 6 suspended.

Examples:
  $ tidegate flow run pipeline --param lat=38.9 --param lon=-77.0
  $ tidegate flow run pipeline --params '{\"lat\": 38.9}' --name nightly --tag manual
  $ tidegate flow inspect pipeline               which parameters it takes")]
pub(in crate::cli) struct Run {
    /// Its name
    flow: String,
    /// A parameter: JSON, or else a text; said again for each
    #[arg(short, long = "param", value_name = "NAME=VALUE")]
    parameters: Vec<String>,
    /// Parameters, as one JSON object
    #[arg(long, value_name = "JSON")]
    params: Option<String>,
    /// What the run is called
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// A tag of the run; said again for each
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,
}

/// The flow of this program that is meant: by its name, or by its key where several have the name.
pub(super) fn find(typed: &str) -> Done<&'static Registration> {
    let all: Vec<&Registration> = registry::registrations().collect();
    if all.is_empty() {
        return Err(Failure::new(format!(
            "this program has no flows, so it cannot run '{typed}'; flows are in programs of your own: let the `main` of one be \
             `tidegate::cli::main()`"
        ))
        .try_next(format!("cargo run -- flow run {typed}    in the folder of that program")));
    }
    let named = |by: fn(&'static crate::definition::Definition) -> &'static str| {
        all.iter().copied().filter(|entry| by(entry.definition()) == typed).collect::<Vec<_>>()
    };
    let mut found = named(|definition| definition.key());
    if found.is_empty() {
        found = named(|definition| definition.name());
    }
    match found.as_slice() {
        [only] => Ok(only),
        [] => {
            let near = nearest(typed, all.iter().map(|entry| entry.definition().name()));
            Err(Failure::unknown("flow in this program", typed, &near)
                .try_next("{program} flow ls"))
        }
        several => {
            let failure =
                Failure::new(format!("several flows are called '{typed}'; give the key of one"));
            Err(several.iter().fold(failure, |failure, entry| {
                failure.try_next(format!("{{program}} flow run {}", entry.definition().key()))
            }))
        }
    }
}

impl Run {
    pub(super) async fn run(self, session: &Session) -> Done {
        let flow = find(&self.flow)?;
        let parameters = self.parameters()?;
        let call = flow.call(&parameters).map_err(|invalid| {
            let problems = invalid.problems().iter().map(|problem| format!("\n  {problem}"));
            Failure::meaningless(format!(
                "flow '{}' cannot run with these parameters:{}",
                flow.definition().name(),
                problems.collect::<String>()
            ))
            .try_next(format!("{{program}} flow inspect {}", self.flow))
        })?;
        let engine = session.engine_to_run_in()?;
        let call = call.on(engine);
        let call = self.name.into_iter().fold(call, |call, name| call.named(name));
        let call = if self.tag.is_empty() { call } else { call.tags(self.tag) };
        let handle = call.submit();
        let id = handle.id();
        let ended = engine.run_until_signal(handle).await.unwrap_or_else(Err::<(), Error>);
        match id {
            Some(id) => finish(session, engine, id, ended).await,
            None => Ok(ended?),
        }
    }

    /// What was given, in one object.
    fn parameters(&self) -> Done<Parameters> {
        let mut parameters = match self.params.as_deref().map(|text| values::json("--params", text))
        {
            None => Parameters::default(),
            Some(Ok(Value::Object(fields))) => Parameters::from(fields),
            Some(Ok(_)) => {
                return Err(Failure::meaningless(
                    "--params takes a JSON object, such as '{\"lat\": 38.9}'",
                ));
            }
            Some(Err(failure)) => return Err(failure),
        };
        for parameter in &self.parameters {
            let (name, value) = values::pair("--param", parameter)?;
            parameters.insert(name, value);
        }
        Ok(parameters)
    }
}
