//! `block type` and `block register`: which types of blocks are recorded, and what their blocks look like.

use clap::{Args, Subcommand};
use serde_json::Value;
use tidegate_core::{BlockSchema, BlockType};

use super::record::TypeRecord;
use crate::block;
use crate::cli::failure::{Done, Failure};
use crate::cli::output::{Column, Output, Sheet, Table};
use crate::cli::session::Session;
use crate::engine::Engine;
use crate::nearest::nearest;

/// See and delete types of blocks
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Type {
    Ls(Ls),
    Inspect(Inspect),
    Delete(Delete),
}

/// List the types that are recorded.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  $ tidegate block type ls")]
pub(in crate::cli) struct Ls {
    /// At most so many
    #[arg(long, value_name = "COUNT")]
    limit: Option<usize>,
}

/// Show a type: what it is for, and which fields its blocks have.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  $ tidegate block type inspect slack-webhook
  $ tidegate block type inspect slack-webhook -o json")]
pub(in crate::cli) struct Inspect {
    /// Its slug
    slug: String,
}

/// Delete a type with all its blocks. The types of libraries are protected.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  $ tidegate block type delete weather-service")]
pub(in crate::cli) struct Delete {
    /// Its slug
    slug: String,
}

/// Record the types of this program, as saving a block does with its own.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  $ tidegate block register")]
pub(in crate::cli) struct Register {}

impl Type {
    pub(super) async fn run(self, session: &Session) -> Done {
        match self {
            Self::Ls(ls) => ls.run(session).await,
            Self::Inspect(inspect) => inspect.run(session).await,
            Self::Delete(delete) => delete.run(session).await,
        }
    }
}

impl Ls {
    async fn run(self, session: &Session) -> Done {
        let mut types = session.engine()?.block_types().await?;
        types.truncate(self.limit.unwrap_or(usize::MAX));
        session.output().list(&types, "No types of blocks are recorded.", || {
            let columns =
                [Column::new("slug"), Column::new("name"), Column::new("description").spared(1)];
            types.iter().fold(Table::new(columns), |table, block_type| {
                table.row([
                    (&block_type.slug).into(),
                    (&block_type.name).into(),
                    block_type.description.as_deref().unwrap_or_default().into(),
                ])
            })
        })
    }
}

impl Inspect {
    async fn run(self, session: &Session) -> Done {
        let engine = session.engine()?;
        let block_type = find(engine, &self.slug).await?;
        let schemas = engine.block_schemas(&block_type).await?;
        let record = TypeRecord { block_type, schema: schemas.into_iter().next() };
        let output = session.output();
        output.show(&record, || sheet(&record.block_type, record.schema.as_ref(), output))
    }
}

impl Delete {
    async fn run(self, session: &Session) -> Done {
        let engine = session.engine()?;
        let block_type = find(engine, &self.slug).await?;
        let blocks = engine.blocks().of_type(&*self.slug).with_anonymous().list().await?;
        let counted = format!("{} block{}", blocks.len(), if blocks.len() == 1 { "" } else { "s" });
        if !block_type.is_protected {
            session.confirm(&format!("Delete the type '{}' and its {counted}?", self.slug))?;
        }
        engine.delete_block_type(&self.slug).await?;
        session.output().tell(&format!("Deleted the type '{}' and its {counted}.", self.slug))
    }
}

impl Register {
    pub(super) async fn run(self, session: &Session) -> Done {
        if block::types().is_empty() {
            return Err(Failure::new(format!(
                "`{}` has no types of blocks: types are recorded by a program that has them in it, with a `main` that returns \
                 `tidegate::cli::main()`, or when a block is first saved",
                session.program()
            )));
        }
        let slugs = session.engine_or_new()?.register_block_types().await?;
        session.output().tell(&format!("Recorded {}.", slugs.join(", ")))
    }
}

async fn find(engine: &Engine, slug: &str) -> Done<BlockType> {
    let mut types = engine.block_types().await?;
    if let Some(at) = types.iter().position(|block_type| block_type.slug == slug) {
        return Ok(types.swap_remove(at));
    }
    let near = nearest(slug, types.iter().map(|block_type| &*block_type.slug));
    Err(Failure::unknown("type of blocks", slug, &near).try_next("{program} block type ls"))
}

fn sheet(block_type: &BlockType, schema: Option<&BlockSchema>, output: &Output) -> Sheet {
    let capabilities = schema.map(|schema| schema.capabilities.join(", "));
    let sheet = Sheet::new()
        .line("Name", &block_type.name)
        .line("Slug", &block_type.slug)
        .line("Id", block_type.id.to_string())
        .maybe("Description", block_type.description.as_ref())
        .maybe("Documentation", block_type.documentation_url.as_ref())
        .maybe("Protected", block_type.is_protected.then_some("yes"))
        .maybe("Can", capabilities.filter(|capabilities| !capabilities.is_empty()))
        .maybe("Version", schema.map(|schema| &schema.version))
        .line("Created", output.moment(block_type.created));
    let Some(schema) = schema else { return sheet };
    let sheet = sheet.heading("Fields");
    fields(&schema.fields).into_iter().fold(sheet, Sheet::text)
}

/// A line for each field of a schema.
fn fields(schema: &Value) -> Vec<String> {
    let listed = |list: &str| {
        schema.get(list).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
    };
    let properties = schema.get("properties").and_then(Value::as_object);
    let line = |(name, field): (&String, &Value)| {
        let optional = if listed("required").any(|each| each == name) { "" } else { " (optional)" };
        let is_secret = listed("secret_fields").any(|path| path.split('.').next() == Some(name));
        let secret = if is_secret { " (secret)" } else { "" };
        let about =
            field.get("description").and_then(Value::as_str).and_then(|it| it.lines().next());
        let about = about.map(|about| format!(": {about}")).unwrap_or_default();
        format!("{name}{optional}{secret}{about}")
    };
    properties.into_iter().flatten().map(line).collect()
}
