//! `concurrency-limit`: limits on how many task runs with a tag go on at once.

use clap::{Args, Subcommand};
use tidegate_core::ConcurrencyLimit as Limit;

use super::failure::Done;
use super::limits::{self, LimitRecord};
use super::output::{Column, Table};
use super::session::Session;

/// The group, for what is typed next.
const GROUP: &str = "concurrency-limit";

/// Limit how many task runs with a tag go on at once
#[derive(Debug, Subcommand)]
pub(super) enum ConcurrencyLimit {
    Create(Create),
    Inspect(Tagged),
    Ls(Ls),
    /// Free every slot that is held of the limit on a tag
    ///
    /// For slots that are held by mistake: those of a process that has died are freed by themselves.
    Reset(Tagged),
    Delete(Tagged),
}

/// Limit how many task runs with a tag go on at once, or change that limit.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  $ tidegate concurrency-limit create http 10
  $ tidegate concurrency-limit create http 0     nothing with the tag begins")]
pub(super) struct Create {
    /// The tag
    tag: String,
    /// How many at once
    #[arg(value_name = "LIMIT")]
    concurrency_limit: u32,
}

/// List the limits on tags.
#[derive(Debug, Args)]
pub(super) struct Ls {
    /// At most so many
    #[arg(long, value_name = "COUNT")]
    limit: Option<usize>,
}

/// The limit on a tag
#[derive(Debug, Args)]
pub(super) struct Tagged {
    /// The tag
    tag: String,
}

impl ConcurrencyLimit {
    pub(super) async fn run(self, session: &Session) -> Done {
        match self {
            Self::Create(create) => create.run(session).await,
            Self::Ls(ls) => ls.run(session).await,
            Self::Inspect(Tagged { tag }) => {
                let engine = session.engine()?;
                let found = limits::find(engine, &Limit::name_for_tag(&tag), &tag, GROUP).await?;
                limits::inspect(session, engine, &found).await
            }
            Self::Reset(Tagged { tag }) => {
                let engine = session.engine()?;
                let name = Limit::name_for_tag(&tag);
                limits::find(engine, &name, &tag, GROUP).await?;
                session.confirm(&format!("Free every slot of the limit on the tag '{tag}'?"))?;
                let freed = limits::free(engine, &name).await?;
                session.output().tell(&format!("Freed {freed} slot(s) of the limit on '{tag}'."))
            }
            Self::Delete(Tagged { tag }) => {
                let engine = session.engine()?;
                let name = Limit::name_for_tag(&tag);
                limits::find(engine, &name, &tag, GROUP).await?;
                limits::delete(session, engine, &name, &format!("on the tag '{tag}'")).await
            }
        }
    }
}

impl Create {
    async fn run(self, session: &Session) -> Done {
        let Self { tag, concurrency_limit } = self;
        let limits = session.engine_or_new()?.concurrency_limits();
        limits.set(Limit::for_tag(&tag, concurrency_limit)).await?;
        session.output().tell(&format!(
            "At most {concurrency_limit} task run(s) with the tag '{tag}' go on at once."
        ))
    }
}

impl Ls {
    async fn run(self, session: &Session) -> Done {
        let all = session.engine()?.concurrency_limits().list().await?;
        let records: Vec<LimitRecord> = all
            .iter()
            .map(LimitRecord::of)
            .filter(|limit| limit.tag.is_some())
            .take(self.limit.unwrap_or(usize::MAX))
            .collect();
        session.output().list(&records, "There are no limits on tags.", || {
            let columns = [
                Column::new("tag"),
                Column::new("limit").whole().right(),
                Column::new("taken").whole().right(),
                Column::new("active").whole(),
            ];
            records.iter().fold(Table::new(columns), |table, limit| {
                table.row([
                    limit.tag.as_deref().unwrap_or_default().into(),
                    limit.limit.to_string().into(),
                    limit.active_slots.to_string().into(),
                    if limit.active { "yes" } else { "no" }.into(),
                ])
            })
        })
    }
}
