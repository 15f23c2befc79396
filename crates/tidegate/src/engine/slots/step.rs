//! The step in the life of a task run that takes its slots, before it runs. Flow runs take none.

use std::mem;
use std::sync::Arc;

use tidegate_core::{LogLevel, MissingLimit, RunKind, SlotMode, SlotsView};

use super::{Given, Hold, Wanted};
use crate::engine::Execution;
use crate::error::{Error, Result};

/// The slots of a run.
#[derive(Debug, Default)]
pub(in crate::engine) enum RunSlots {
    /// It needs none, or has none at the time.
    #[default]
    None,
    /// It has those it needs.
    Held(#[allow(dead_code, reason = "dropped to let go of them")] Box<Hold>),
    /// This limit lets nobody pass.
    Closed(String),
}

impl RunSlots {
    /// What the rules are told.
    pub(in crate::engine) fn view(&self) -> SlotsView<'_> {
        match self {
            Self::None | Self::Held(_) => SlotsView::Taken,
            Self::Closed(limit) => SlotsView::Closed { limit },
        }
    }
}

impl Execution {
    /// Takes a slot of every limit on the tags of a task run, and waits in line until there are some. They are let go of when the run
    /// leaves RUNNING.
    pub(in crate::engine) async fn take_slots(&mut self) -> Result<()> {
        if self.live.kind() == RunKind::Task && !self.live.record().tags.is_empty() {
            Box::pin(self.take_slots_of_tags()).await?;
        }
        Ok(())
    }

    async fn take_slots_of_tags(&mut self) -> Result<()> {
        let engine = self.live.engine().clone();
        let tags = self.live.record().tags.clone();
        let failed = |error| Error::store(Some(self.live.label()), error);
        let limits = engine.limits_on(&tags).await.map_err(failed)?;
        if limits.is_empty() {
            return Ok(());
        }
        let say = || {
            if let Some(logger) = self.live.logger_at(LogLevel::Debug) {
                logger.debug(format_args!("Waiting for a slot of '{}'", limits.join("', '")));
            }
        };
        let wanted = Wanted {
            limits: limits.clone(),
            slots: 1,
            mode: SlotMode::Held,
            missing: MissingLimit::LeaveOut,
            run: Some(Arc::clone(&self.live)),
            timeout: None,
        };
        self.slots = match self.lending(engine.take_slots(wanted, &say)).await.map_err(failed)? {
            Given::Slots(hold, _deleted) => RunSlots::Held(hold),
            Given::Never(limit) => RunSlots::Closed(limit.name),
            Given::Missing(_) | Given::NoDecay(_) | Given::TimedOut(_) => {
                unreachable!("limits that are missing are left out, and there is no time limit")
            }
        };
        Ok(())
    }

    /// Lets go of the slots, because the run does not run at the time.
    pub(in crate::engine) fn release_slots(&mut self) {
        drop(mem::take(&mut self.slots));
    }
}
