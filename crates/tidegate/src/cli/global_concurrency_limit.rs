//! `global-concurrency-limit`: limits that code asks for by name, with `concurrency` and `rate_limit`.

use clap::{Args, Subcommand};
use tidegate_core::ConcurrencyLimit as Limit;

use super::failure::{Done, Failure};
use super::limits::{self, LimitRecord};
use super::output::{Column, Table};
use super::session::Session;

/// The group, for what is typed next.
const GROUP: &str = "global-concurrency-limit";

/// Limit how much goes on at once in all programs, by names that their code asks for
#[derive(Debug, Subcommand)]
pub(super) enum GlobalConcurrencyLimit {
    Ls(Ls),
    Inspect(Named),
    Create(Create),
    Update(Update),
    /// Let a limit limit again
    Enable(Named),
    /// Let everybody pass a limit, until it is enabled again
    Disable(Named),
    Delete(Named),
}

/// List the limits.
#[derive(Debug, Args)]
pub(super) struct Ls {
    /// At most so many
    #[arg(long, value_name = "COUNT")]
    limit: Option<usize>,
}

/// The limit of a name
#[derive(Debug, Args)]
pub(super) struct Named {
    /// Its name
    name: String,
}

/// Make a limit.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  $ tidegate gcl create database --limit 5
  $ tidegate gcl create api --limit 10 --slot-decay-per-second 0.5")]
pub(super) struct Create {
    /// Its name
    name: String,
    /// How many slots there are
    #[arg(short, long, value_name = "COUNT")]
    limit: u32,
    /// How many slots time gives back each second, for limits on a rate
    #[arg(long, value_name = "SLOTS", default_value_t = 0.0, hide_default_value = true)]
    slot_decay_per_second: f64,
    /// Let everybody pass it until it is enabled
    #[arg(long)]
    disable: bool,
}

/// Change a limit. What is not said stays as it is.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  $ tidegate gcl update database --limit 10")]
pub(super) struct Update {
    /// Its name
    name: String,
    /// How many slots there are
    #[arg(short, long, value_name = "COUNT")]
    limit: Option<u32>,
    /// How many slots time gives back each second
    #[arg(long, value_name = "SLOTS")]
    slot_decay_per_second: Option<f64>,
    /// Let it limit
    #[arg(long, conflicts_with = "disable")]
    enable: bool,
    /// Let everybody pass it
    #[arg(long)]
    disable: bool,
}

impl GlobalConcurrencyLimit {
    pub(super) async fn run(self, session: &Session) -> Done {
        match self {
            Self::Ls(ls) => ls.run(session).await,
            Self::Inspect(Named { name }) => {
                let engine = session.engine()?;
                let found = limits::find(engine, &name, &name, GROUP).await?;
                limits::inspect(session, engine, &found).await
            }
            Self::Create(create) => create.run(session).await,
            Self::Update(update) => update.run(session).await,
            Self::Enable(Named { name }) => {
                change(session, &name, |limit| Limit { active: true, ..limit }).await
            }
            Self::Disable(Named { name }) => {
                change(session, &name, |limit| Limit { active: false, ..limit }).await
            }
            Self::Delete(Named { name }) => {
                let engine = session.engine()?;
                limits::find(engine, &name, &name, GROUP).await?;
                limits::delete(session, engine, &name, &format!("'{name}'")).await
            }
        }
    }
}

async fn change(session: &Session, name: &str, change: impl FnOnce(Limit) -> Limit) -> Done {
    let engine = session.engine()?;
    let found = limits::find(engine, name, name, GROUP).await?;
    let limit = change(found.limit);
    let told = described(&limit);
    engine.concurrency_limits().update(limit).await?;
    session.output().tell(&told)
}

fn described(limit: &Limit) -> String {
    let state = if limit.active { "" } else { ", and lets everybody pass until it is enabled" };
    let decay = limit.slot_decay_per_second;
    let decay = if decay > 0.0 {
        format!(", of which time gives back {decay} a second")
    } else {
        String::new()
    };
    format!("The concurrency limit '{}' has {} slot(s){decay}{state}.", limit.name, limit.limit)
}

impl Create {
    async fn run(self, session: &Session) -> Done {
        let limit =
            Limit::new(&*self.name, self.limit).slot_decay_per_second(self.slot_decay_per_second);
        let limit = if self.disable { limit.inactive() } else { limit };
        let limits = session.engine_or_new()?.concurrency_limits();
        if limits.get(&self.name).await?.is_some() {
            return Err(Failure::new(format!(
                "there is a concurrency limit called '{}' already",
                self.name
            ))
            .try_next(format!("{{program}} {GROUP} update {} --limit {}", self.name, self.limit)));
        }
        let told = described(&limit);
        limits.create(limit).await?;
        session.output().tell(&told)
    }
}

impl Update {
    async fn run(self, session: &Session) -> Done {
        let Self { name, limit: slots, slot_decay_per_second: decay, enable, disable } = self;
        change(session, &name, |limit| Limit {
            limit: slots.unwrap_or(limit.limit),
            slot_decay_per_second: decay.unwrap_or(limit.slot_decay_per_second),
            active: enable || (limit.active && !disable),
            ..limit
        })
        .await
    }
}

impl Ls {
    async fn run(self, session: &Session) -> Done {
        let all = session.engine()?.concurrency_limits().list().await?;
        let records: Vec<LimitRecord> =
            all.iter().map(LimitRecord::of).take(self.limit.unwrap_or(usize::MAX)).collect();
        session.output().list(&records, "There are no concurrency limits.", || {
            let columns = [
                Column::new("name"),
                Column::new("limit").whole().right(),
                Column::new("taken").whole().right(),
                Column::new("decay").whole().right().spared(1),
                Column::new("active").whole(),
            ];
            records.iter().fold(Table::new(columns), |table, limit| {
                table.row([
                    (&limit.name).into(),
                    limit.limit.to_string().into(),
                    limit.active_slots.to_string().into(),
                    limit.slot_decay_per_second.to_string().into(),
                    if limit.active { "yes" } else { "no" }.into(),
                ])
            })
        })
    }
}
