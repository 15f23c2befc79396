//! `flow inspect`: what a flow of this program takes.

use clap::Args;
use serde::Serialize;
use serde_json::Value;
use tidegate_core::Parameter;

use super::run;
use crate::cli::failure::Done;
use crate::cli::output::Sheet;
use crate::cli::session::Session;
use crate::definition::Definition;

/// Show a flow of this program: what it does, and which parameters it takes.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  $ tidegate flow inspect pipeline
  $ tidegate flow inspect pipeline -o json")]
pub(in crate::cli) struct Inspect {
    /// Its name
    name: String,
}

#[derive(Serialize)]
struct FlowDetails<'a> {
    name: &'a str,
    key: &'a str,
    version: Option<&'a str>,
    description: Option<&'a str>,
    tags: &'a [String],
    parameters: &'a [Parameter],
    /// Under Prefect's name: the JSON Schema of what it takes.
    parameter_openapi_schema: Value,
}

impl Inspect {
    pub(super) async fn run(self, session: &Session) -> Done {
        let registration = run::find(&self.name)?;
        let flow = registration.definition();
        let details = FlowDetails {
            name: flow.name(),
            key: flow.key(),
            version: flow.version(),
            description: flow.description(),
            tags: flow.tags(),
            parameters: flow.parameters(),
            parameter_openapi_schema: registration.schema(),
        };
        session.output().show(&details, || sheet(flow, session.program()))
    }
}

fn sheet(flow: &Definition, program: &str) -> Sheet {
    let tags = (!flow.tags().is_empty()).then(|| flow.tags().join(", "));
    let mut sheet = Sheet::new()
        .line("Flow", flow.name())
        .line("Key", flow.key())
        .maybe("Version", flow.version())
        .maybe("What", flow.description())
        .maybe("Tags", tags);
    if !flow.parameters().is_empty() {
        sheet = sheet.heading("Parameters");
        for Parameter { name, type_name, default } in flow.parameters() {
            let default = default.as_ref().map_or(String::new(), |value| format!(" = {value}"));
            sheet = sheet.text(format!("{name}: {type_name}{default}"));
        }
    }
    let needed = flow.parameters().iter().filter(|parameter| parameter.default.is_none());
    let needed: String =
        needed.map(|parameter| format!(" --param {}=..", parameter.name)).collect();
    sheet.heading("Run it").text(format!("{program} flow run {}{needed}", flow.name()))
}
