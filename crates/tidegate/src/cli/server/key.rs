//! `server key`: who may ask a server, and by what. A key is told when it is made and never again: what is kept is its hash.

use std::time::Duration;

use clap::{Args, Subcommand};
use serde::Serialize;
use tidegate_core::{ApiKeyAnswer, ApiKeyChange, ApiKeyRecord, Clock, KeyScope, Timestamp};
use tidegate_server::ApiKey;

use crate::cli::failure::{Done, Failure};
use crate::cli::output::{Cell, Column, Sheet, Table, Tone};
use crate::cli::session::Session;
use crate::duration;
use crate::error::Error;
use crate::nearest::nearest;

/// Make, list and delete the keys by which callers say who they are
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Key {
    Create(Create),
    Ls(Ls),
    Delete(Delete),
}

/// Make a key, and show it: it is kept nowhere, so it is shown this once.
#[derive(Debug, Args)]
#[command(after_help = "\
A server of the same database takes it within a second, as `Authorization: Bearer KEY`; Prefect's clients send it with PREFECT_API_KEY, and in
a browser it is the password, for any user. Once there is a key, a server asks everyone who they are.

Examples:
  $ tidegate server key create laptop --scope run
  $ tidegate server key create dashboard --scope read --expires 30d")]
pub(in crate::cli) struct Create {
    /// What it is called
    name: String,
    /// What its holder may do: read, run (and read), or admin (everything)
    #[arg(long)]
    scope: KeyScope,
    /// For how long it is good, such as 30d; without it, until it is deleted
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    expires: Option<Duration>,
}

/// List the keys by name: what each is for, and not the keys themselves.
#[derive(Debug, Args)]
pub(in crate::cli) struct Ls {}

/// Delete a key. A server that runs refuses it within a second.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  $ tidegate server key delete laptop")]
pub(in crate::cli) struct Delete {
    /// What it is called
    name: String,
}

#[derive(Serialize)]
struct KeyRecord<'a> {
    name: &'a str,
    scope: KeyScope,
    created: Timestamp,
    expires: Option<Timestamp>,
    /// The key itself, for the one who has just made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
}

impl<'a> KeyRecord<'a> {
    fn of(record: &'a ApiKeyRecord, key: Option<&'a str>) -> Self {
        let ApiKeyRecord { name, scope, created, expires, .. } = record;
        Self { name, scope: *scope, created: *created, expires: *expires, key }
    }
}

impl Key {
    pub(super) async fn run(self, session: &Session) -> Done {
        match self {
            Self::Create(create) => create.run(session).await,
            Self::Ls(Ls {}) => ls(session).await,
            Self::Delete(delete) => delete.run(session).await,
        }
    }
}

impl Create {
    async fn run(self, session: &Session) -> Done {
        let now = Clock::system().now();
        let made = ApiKey::create(&self.name, self.scope.into());
        let (key, token) = made.map_err(|error| Failure::new(error.to_string()))?;
        let record = key.to_record(now).map(|record| ApiKeyRecord {
            expires: self.expires.and_then(|term| expiry(now, term)),
            ..record
        });
        let record =
            record.ok_or_else(|| Failure::new(format!("no key can be called '{}'", self.name)))?;
        let store = session.engine_or_new()?.require_store()?;
        let answer = store.change_api_key(ApiKeyChange::Create(record)).await;
        match answer.map_err(|error| Error::store(None, error))? {
            ApiKeyAnswer::Done(record) => {
                let output = session.output();
                output.show(&KeyRecord::of(&record, Some(&token)), || {
                    Sheet::new()
                        .line("Name", &record.name)
                        .line("Scope", record.scope.as_str())
                        .maybe("Expires", record.expires.map(|time| output.moment(time)))
                        .line("Key", &token)
                })?;
                output.tell("Keep it: it is not shown again.")
            }
            ApiKeyAnswer::Exists => {
                Err(Failure::new(format!("there is a key '{}' already", self.name))
                    .try_next(format!("{{program}} server key delete {}", self.name)))
            }
            ApiKeyAnswer::NotFound => Err(Failure::new("the key was not made")),
        }
    }
}

/// When what is made now is good no more; none if that is never.
fn expiry(now: Timestamp, term: Duration) -> Option<Timestamp> {
    chrono::TimeDelta::from_std(term).ok().and_then(|term| now.checked_add_signed(term))
}

async fn ls(session: &Session) -> Done {
    let keys = keys(session).await?;
    let now = Clock::system().now();
    let records: Vec<KeyRecord<'_>> = keys.iter().map(|key| KeyRecord::of(key, None)).collect();
    let output = session.output();
    output.list(&records, "There are no keys.", || {
        let columns = [
            Column::new("name"),
            Column::new("scope").whole(),
            Column::new("made").whole(),
            Column::new("expires").whole(),
        ];
        keys.iter().fold(Table::new(columns), |table, key| {
            let expires = match key.expires {
                None => "never".into(),
                Some(_) if !key.is_good(now) => Cell::toned("expired", Tone::Heading),
                Some(time) => output.moment(time).into(),
            };
            table.row([
                (&*key.name).into(),
                key.scope.as_str().into(),
                output.ago(key.created).into(),
                expires,
            ])
        })
    })
}

impl Delete {
    async fn run(self, session: &Session) -> Done {
        let name = &self.name;
        let keys = keys(session).await?;
        let unknown = || {
            let near = nearest(name, keys.iter().map(|key| &*key.name));
            Failure::unknown("key", name, &near).try_next("{program} server key ls")
        };
        if !keys.iter().any(|key| key.name == *name) {
            return Err(unknown());
        }
        session.confirm(&format!("Delete the key '{name}'?"))?;
        let store = session.engine()?.require_store()?;
        let answer = store.change_api_key(ApiKeyChange::Delete(name.clone())).await;
        match answer.map_err(|error| Error::store(None, error))? {
            ApiKeyAnswer::Done(_) => session
                .output()
                .tell(&format!("Deleted the key '{name}'; no server takes it a second from now.")),
            ApiKeyAnswer::Exists | ApiKeyAnswer::NotFound => Err(unknown()),
        }
    }
}

async fn keys(session: &Session) -> Done<Vec<ApiKeyRecord>> {
    let keys = session.engine()?.require_store()?.api_keys().await;
    Ok(keys.map_err(|error| Error::store(None, error))?)
}
