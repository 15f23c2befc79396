//! `variable`: small values by name, which flows read and names of runs say.

use clap::{Args, Subcommand};
use serde_json::Value;
use tidegate_core::{InvalidVariable, VariableRecord};

use super::failure::{Done, Failure};
use super::output::{Column, Sheet, Table};
use super::session::Session;
use super::values::value_of;
use crate::nearest::nearest;
use crate::variable::{Variable as Of, VariableError};

/// See and set variables: small values by name, which flows read
#[derive(Debug, Subcommand)]
pub(super) enum Variable {
    Ls(Ls),
    Get(Named),
    Set(Set),
    #[command(visible_alias = "delete")]
    Unset(Unset),
    Inspect(Inspect),
}

/// List variables by name.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  $ tidegate variable ls
  $ tidegate variable ls --tag weather -o json")]
pub(super) struct Ls {
    /// At most so many
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    limit: u64,
    /// Variables with this tag; said twice, with both
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,
    /// Variables in whose names this occurs
    #[arg(long, value_name = "TEXT")]
    like: Option<String>,
}

/// Write the value of a variable, as JSON: a text with its quotes.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  $ tidegate variable get alert_city")]
pub(super) struct Named {
    /// Its name
    name: String,
}

/// Show a variable with its tags and times.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  $ tidegate variable inspect alert_city -o json")]
pub(super) struct Inspect {
    /// Its name
    name: String,
}

/// Set a variable.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  $ tidegate variable set alert_city Rome
  $ tidegate variable set alert_limits '{\"below\": 0, \"above\": 30}' --tag weather
  $ tidegate variable set alert_city Oslo --overwrite")]
pub(super) struct Set {
    /// Its name: lower-case letters, digits, `-` and `_`
    name: String,
    /// Its value: JSON, or the text itself where it is none
    #[arg(allow_hyphen_values = true)]
    value: String,
    /// A tag; said twice, both
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,
    /// Give one that exists this value and these tags
    #[arg(long)]
    overwrite: bool,
}

/// Delete a variable.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  $ tidegate variable unset alert_city")]
pub(super) struct Unset {
    /// Its name
    name: String,
}

impl Variable {
    pub(super) async fn run(self, session: &Session) -> Done {
        match self {
            Self::Ls(ls) => ls.run(session).await,
            Self::Get(Named { name }) => {
                let found = find(session, &name).await?;
                session.output().json(&found.value)
            }
            Self::Set(set) => set.run(session).await,
            Self::Unset(Unset { name }) => {
                let found = find(session, &name).await?;
                session.confirm(&format!("Delete the variable '{}'?", found.name))?;
                Of::unset(&name).on(session.engine()?).await?;
                session.output().tell(&format!("Deleted the variable '{name}'."))
            }
            Self::Inspect(Inspect { name }) => {
                let found = find(session, &name).await?;
                let output = session.output();
                output.show(&found, || {
                    Sheet::new()
                        .line("Name", &found.name)
                        .line("Id", found.id.to_string())
                        .maybe("Tags", (!found.tags.is_empty()).then(|| found.tags.join(", ")))
                        .line("Created", output.moment(found.created))
                        .line("Updated", output.moment(found.updated))
                        .heading("Value")
                        .text(serde_json::to_string_pretty(&found.value).unwrap_or_default())
                })
            }
        }
    }
}

/// The variable of this name.
async fn find(session: &Session, name: &str) -> Done<VariableRecord> {
    let engine = session.engine()?;
    if let Some(found) = engine.variables().name(name).list().await?.pop() {
        return Ok(found);
    }
    let all = engine.variables().list().await?;
    let near = nearest(name, all.iter().map(|variable| &*variable.name));
    Err(Failure::unknown("variable", name, &near).try_next("{program} variable ls"))
}

impl Ls {
    async fn run(self, session: &Session) -> Done {
        let mut question = session.engine()?.variables().limit(self.limit);
        for tag in self.tag {
            question = question.tag(tag);
        }
        if let Some(like) = self.like {
            question = question.like(like);
        }
        let found = question.list().await?;
        let output = session.output();
        output.list(&found, "There are no variables.", || {
            let columns = [
                Column::new("name"),
                Column::new("value"),
                Column::new("tags").spared(2),
                Column::new("updated").whole().spared(1),
            ];
            found.iter().fold(Table::new(columns), |table, variable| {
                table.row([
                    (&variable.name).into(),
                    shown(&variable.value).into(),
                    variable.tags.join(", ").into(),
                    output.ago(variable.updated).into(),
                ])
            })
        })
    }
}

/// A value in a table, where a long one would hide the others.
fn shown(value: &Value) -> String {
    const MOST: usize = 60;
    let text = value.to_string();
    if text.chars().count() <= MOST {
        return text;
    }
    text.chars().take(MOST - 1).chain(['…']).collect()
}

impl Set {
    async fn run(self, session: &Session) -> Done {
        let Self { name, value, tag, overwrite } = self;
        let call = Of::set(&name, value_of(&value)).tags(tag);
        let call = if overwrite { call.overwrite() } else { call };
        let set = call.on(session.engine_or_new()?).await;
        let variable = set.map_err(|error| match error.downcast_ref() {
            Some(VariableError::Exists { name }) => {
                Failure::new(format!("there is a variable '{name}' already"))
                    .try_next(format!("{{program}} variable set {name} '..' --overwrite"))
            }
            Some(VariableError::Invalid(
                invalid @ (InvalidVariable::Nameless
                | InvalidVariable::Name { .. }
                | InvalidVariable::LongName(_)
                | InvalidVariable::LongValue { .. }),
            )) => Failure::meaningless(invalid.to_string()),
            Some(_) | None => error.into(),
        })?;
        session.output().tell(&format!("Set the variable '{}'.", variable.name))
    }
}
