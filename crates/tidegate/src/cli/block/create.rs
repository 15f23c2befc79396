//! `block create`: a block of a type of this program, from its fields. What is secret is not taken from the command line, which every
//! process of the machine may read.

use std::fs;
use std::io::{self, Read as _};
use std::path::PathBuf;

use clap::Args;
use serde_json::{Map, Value};
use tidegate_core::{BlockDocumentQuery, BlockSchema, IfExists};

use crate::block;
use crate::cli::failure::{Done, Failure};
use crate::cli::session::Session;
use crate::cli::values;
use crate::nearest::nearest;

/// Make a block of a type of this program.
///
/// Its fields are given one by one, or as a JSON object in a file or on standard input. What is secret is taken from there only.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  $ tidegate block create weather-service/production --field url=https://api.example.com
  $ tidegate block create slack-webhook/alerts --data - < alerts.json
  $ tidegate block create slack-webhook/alerts --data alerts.json --overwrite")]
pub(in crate::cli) struct Create {
    /// Its type and its name, such as slack-webhook/alerts
    #[arg(value_name = "SLUG/NAME")]
    block: String,
    /// A field: its value is JSON, or the text itself
    #[arg(short, long, value_name = "NAME=VALUE")]
    field: Vec<String>,
    /// The file with the fields as a JSON object; - is standard input
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// Replace the block of that name, if there is one
    #[arg(long)]
    overwrite: bool,
}

impl Create {
    pub(super) async fn run(self, session: &Session) -> Done {
        let (slug, name) = super::parts(&self.block)?;
        let schema = schema(session, slug)?;
        let mut fields = match &self.data {
            Some(path) => read(path)?,
            None => Map::new(),
        };
        for typed in &self.field {
            let (field, value) = field(&schema, typed)?;
            fields.insert(field, value);
        }
        let engine = session.engine_or_new()?;
        let if_exists = if self.overwrite { IfExists::Replace } else { IfExists::Refuse };
        if !self.overwrite {
            let query = BlockDocumentQuery {
                block_type_slug: Some(slug.to_owned()),
                names: vec![name.to_owned()],
                ..BlockDocumentQuery::default()
            };
            if !super::blocks(engine, query).await?.is_empty() {
                let message = format!("there is a block '{}' already", self.block);
                return Err(Failure::new(message).try_next("the same with --overwrite"));
            }
        }
        let id = engine.save_block(&self.block, Value::Object(fields), if_exists).await?;
        session.output().tell(&format!("Saved the block '{}' ({id}).", self.block))
    }
}

/// The schema of a type of this program.
fn schema(session: &Session, slug: &str) -> Done<BlockSchema> {
    let mut types = block::types();
    if let Some(at) = types.iter().position(|(block_type, _)| block_type.slug == slug) {
        return Ok(types.swap_remove(at).1);
    }
    let slugs: Vec<&str> = types.iter().map(|(block_type, _)| &*block_type.slug).collect();
    let near = nearest(slug, slugs.iter().copied());
    if !near.is_empty() {
        return Err(Failure::unknown("type of blocks of this program", slug, &near));
    }
    let known = if slugs.is_empty() {
        "it has none".to_owned()
    } else {
        format!("it has {}", slugs.join(", "))
    };
    let program = session.program();
    Err(Failure::new(format!(
        "`{program}` has no type of blocks called '{slug}' ({known}): blocks are made by a program that has their type in it, with a \
         `main` that returns `tidegate::cli::main()`"
    )))
}

/// The object in a file, or on standard input.
fn read(path: &PathBuf) -> Done<Map<String, Value>> {
    let unread =
        |error: io::Error| Failure::new(format!("{} cannot be read: {error}", path.display()));
    let mut text = zeroize::Zeroizing::new(String::new());
    if path.as_os_str() == "-" {
        io::stdin().lock().read_to_string(&mut text).map_err(unread)?;
    } else {
        *text = fs::read_to_string(path).map_err(unread)?;
    }
    // What serde says has parts of the text in it.
    serde_json::from_str(&text).map_err(|error| {
        Failure::meaningless(format!(
            "{} has no JSON object in it, at line {} column {}",
            path.display(),
            error.line(),
            error.column()
        ))
    })
}

/// A field that was typed.
fn field(schema: &BlockSchema, typed: &str) -> Done<(String, Value)> {
    let (name, value) = values::pair("--field", typed)?;
    let secrets = schema.fields["secret_fields"].as_array();
    let is_secret = secrets
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .any(|path| path.split('.').next() == Some(&name));
    if is_secret {
        return Err(Failure::meaningless(format!(
            "the field `{name}` is secret, and every process of this machine may read the command line: give it as JSON in a file or on \
             standard input"
        ))
        .try_next("the same with --data -"));
    }
    let is_text = schema.fields["properties"][&name]["type"] == "string";
    let text = typed.split_once('=').map(|(_, text)| text).unwrap_or_default();
    Ok((name, if is_text { Value::from(text) } else { value }))
}
