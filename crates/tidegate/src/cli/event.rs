//! `event`: what happens, as it happens, and saying that something has.

use std::collections::BTreeMap;

use clap::{Args, Subcommand};
use futures_util::StreamExt;
use serde_json::Value;
use tidegate_core::{EventRecord, RESOURCE_ID, Resource, Timestamp};

use super::failure::{Done, Failure};
use super::options::time;
use super::output::{Output, Tone, plain};
use super::session::Session;
use super::values;
use crate::event::emit_event;

/// Follow events as they happen, and emit some
#[derive(Debug, Subcommand)]
pub(super) enum Event {
    Stream(Stream),
    Emit(Emit),
}

/// Show events as they happen: the states of runs, and what flows emit.
#[derive(Debug, Args)]
#[command(after_help = "\
With -o json, each event is a JSON object on a line of its own.

Examples:
  $ tidegate event stream
  $ tidegate event stream --prefix prefect.flow-run. -o json
  $ tidegate event stream --since 10m --run-once")]
pub(super) struct Stream {
    /// Events of this name; said twice, of either
    #[arg(long, value_name = "NAME")]
    name: Vec<String>,
    /// Events whose name begins like this; said twice, either
    #[arg(long, value_name = "PREFIX")]
    prefix: Vec<String>,
    /// Events about the resource of this id; said twice, about either
    #[arg(long, value_name = "ID")]
    resource: Vec<String>,
    /// Events from then on, as a time or as how long ago it was; now
    #[arg(long, value_name = "TIME", value_parser = time)]
    since: Option<Timestamp>,
    /// Stop after the first
    #[arg(long)]
    run_once: bool,
}

/// Record that something happened, to something.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  $ tidegate event emit rain.forecast --resource-id city.rome --payload '{\"mm\": 12.5}'
  $ tidegate event emit order.paid -r prefect.resource.id=order.17 -r prefect.resource.name=Ada")]
pub(super) struct Emit {
    /// The name of the event
    event: String,
    /// The id of what it happened to
    #[arg(long, value_name = "ID")]
    resource_id: Option<String>,
    /// A label of what it happened to; said again for each
    #[arg(short, long, value_name = "NAME=VALUE")]
    resource: Vec<String>,
    /// The id of something else that has to do with it; said again for each
    #[arg(long, value_name = "ID")]
    related: Vec<String>,
    /// What else there is to say, as JSON
    #[arg(short, long, value_name = "JSON")]
    payload: Option<String>,
}

impl Event {
    pub(super) async fn run(self, session: &Session) -> Done {
        match self {
            Self::Stream(stream) => stream.run(session).await,
            Self::Emit(emit) => emit.run(session).await,
        }
    }
}

impl Stream {
    async fn run(self, session: &Session) -> Done {
        let mut events = session.engine()?.events();
        for name in self.name {
            events = events.named(name);
        }
        for prefix in self.prefix {
            events = events.prefix(prefix);
        }
        for resource in self.resource {
            events = events.about(resource);
        }
        if let Some(since) = self.since {
            events = events.since(since);
        }
        let output = session.output();
        let mut events = events.follow();
        while let Some(event) = events.next().await {
            let event = event?;
            if output.is_json() {
                output.json_line(&event)?;
            } else {
                output.write(&line(&event, output))?;
            }
            if self.run_once {
                break;
            }
        }
        Ok(())
    }
}

fn line(event: &EventRecord, output: &Output) -> String {
    let name = event.resource.get(tidegate_core::RESOURCE_NAME);
    let about = match name {
        Some(name) => format!("{} ({name})", event.resource.id()),
        None => event.resource.id().to_owned(),
    };
    let time = output.toned(&output.moment(event.occurred), Tone::Quiet);
    let payload =
        if event.payload.is_null() { String::new() } else { format!(" {}", event.payload) };
    format!("{time}  {}  {}{}\n", plain(&event.event), plain(&about), plain(&payload))
}

impl Emit {
    async fn run(self, session: &Session) -> Done {
        let mut labels = BTreeMap::new();
        for label in &self.resource {
            let (name, value) = values::pair("--resource", label)?;
            let value = value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
            labels.insert(name, value);
        }
        let Some(id) = self.resource_id.clone().or_else(|| labels.remove(RESOURCE_ID)) else {
            return Err(Failure::meaningless(
                "an event happens to something, and nothing was named",
            )
            .try_next(format!("{{program}} event emit {} --resource-id order.17", self.event)));
        };
        let payload = match &self.payload {
            Some(text) => values::json("--payload", text)?,
            None => Value::Null,
        };
        let mut event = emit_event(&self.event, id).payload(payload);
        for (name, value) in labels {
            event = event.label(name, value);
        }
        for related in self.related {
            event = event.related(Resource::new(related));
        }
        let id = event.emit(session.engine_or_new()?).await?;
        session.output().tell(&format!("Emitted event '{}' with the id {id}.", self.event))
    }
}
