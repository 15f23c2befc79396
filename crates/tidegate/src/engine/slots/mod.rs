//! Slots of concurrency limits: who needs some stands in line, asks the store when it may have them, and lets go of them when it is
//! dropped. Whether a limit has room is decided by the limit, in the core.
//!
//! ```text
//!   take ──> Place in the line of each limit ── first in all, and room as far as is known ──> Store::take_slots ──> Hold
//!     ^                 │                                                                                            │
//!     └─── woken ───────┴── waits: for a release in this process, for time, or where others                       dropped
//!           in order        hold slots for what a look at the store tells <────────── Write::ReleaseSlots <──────────┘
//! ```

mod hold;
mod holders;
mod line;
mod step;
mod tags;

use std::sync::Arc;
use std::time::Duration;

use tidegate_core::{
    ConcurrencyLimit, LeaseId, LimitUse, MissingLimit, RunId, SlotAnswer, SlotMode, SlotRequest,
    SlotRoom, SlotStanding, Store, StoreError, StoreErrorKind, Timestamp,
};
use tokio::time::Instant;

use crate::engine::{Engine, LiveRun};
use crate::names;

pub(crate) use hold::Hold;
use holders::Holders;
use line::{Lines, MayAsk, Place, Priority, Turn, Watch};
pub(super) use step::RunSlots;
use tags::TagLimits;

/// How soon the first in line looks again whether another process has let go of slots: at first, and at last.
const LOOK_AGAIN: (Duration, Duration) = (Duration::from_millis(5), Duration::from_millis(250));

/// How soon it looks whether another process has changed the limit, when all slots are held in this one.
const LOOK_FOR_CHANGES: Duration = Duration::from_secs(1);

/// So long a request gives way to those of other processes that do not come.
const GIVES_WAY_FOR: Duration = Duration::from_secs(3);

/// What an engine knows of slots.
#[derive(Debug, Default)]
pub(super) struct Slots {
    lines: Lines,
    tags: TagLimits,
    holders: Holders,
}

/// Slots that are asked for.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    /// The names of the limits, none of them twice.
    pub(crate) limits: Vec<String>,
    /// How many of each, at least 1.
    pub(crate) slots: u32,
    pub(crate) mode: SlotMode,
    pub(crate) missing: MissingLimit,
    /// The run they are for.
    pub(crate) run: Option<Arc<LiveRun>>,
    /// How long to wait for them.
    pub(crate) timeout: Option<Duration>,
}

impl Wanted {
    fn run_id(&self) -> Option<RunId> {
        self.run.as_ref().map(|run| run.id())
    }

    /// How it stands to requests of other processes.
    fn standing(&self, priority: Priority, gives_way_since: Option<Instant>) -> SlotStanding {
        match (self.timeout, priority) {
            (Some(Duration::ZERO), _) => SlotStanding::Passing,
            (_, Priority::Holder) => SlotStanding::Ahead,
            (_, Priority::InLine) => match gives_way_since {
                Some(since) if since.elapsed() >= GIVES_WAY_FOR => SlotStanding::Ahead,
                Some(_) | None => SlotStanding::InLine,
            },
        }
    }

    /// Whether there is room in these limits, so that whoever is told otherwise gives way.
    fn has_room(&self, limits: &[LimitUse], now: Timestamp) -> bool {
        let room = |used: &LimitUse| used.limit.room(self.slots, used.taken(), now);
        !limits.is_empty() && limits.iter().all(|used| room(used) == SlotRoom::Free)
    }
}

/// What has become of a request.
#[derive(Debug)]
pub(crate) enum Given {
    /// The slots are held, of those limits that exist; these do not.
    Slots(Box<Hold>, Vec<String>),
    /// This limit never has so many.
    Never(ConcurrencyLimit),
    /// These limits do not exist, and must.
    Missing(Vec<String>),
    /// Time gives nothing back under this limit.
    NoDecay(String),
    /// They were not free in time.
    TimedOut(Duration),
}

impl Engine {
    /// Takes slots, and waits in line for them. `say` is called once if that takes waiting.
    ///
    /// # Cancel safety
    ///
    /// Dropped, nothing is held; what was taken for a rate limit stays taken.
    pub(crate) async fn take_slots(
        &self,
        wanted: Wanted,
        say: &(dyn Fn() + Sync),
    ) -> Result<Given, StoreError> {
        let nothing = || Box::new(Hold::of_nothing(self));
        if wanted.limits.is_empty() {
            return Ok(Given::Slots(nothing(), Vec::new()));
        }
        let Some(store) = self.store().cloned() else {
            return Ok(match wanted.missing {
                MissingLimit::Refuse => Given::Missing(wanted.limits),
                MissingLimit::LeaveOut => Given::Slots(nothing(), wanted.limits),
            });
        };
        let deadline = wanted.timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        let priority = self.0.slots.holders.priority(wanted.run.as_deref());
        let mut place = self.0.slots.lines.join(self, &wanted.limits, wanted.slots, priority);
        // Dropped before the place, whose end wakes others.
        let mut hold = nothing();
        // Keeps an eye on the owners of other processes, which may die while they hold slots.
        hold.claim();
        let (mut may_ask, mut pause, mut said) = (MayAsk::IfRoom, LOOK_AGAIN.0, false);
        let mut gives_way_since = None;
        loop {
            let watch = match place.turn(self.now(), may_ask) {
                Turn::Ask => {
                    let standing = wanted.standing(priority, gives_way_since);
                    let asked = self.ask(&*store, &wanted, standing, &mut hold).await;
                    let (answer, lease) = match asked {
                        Err(error) if may_ask == MayAsk::InAnyCase => not_kept_in_mind(error)?,
                        asked => asked?,
                    };
                    place.answered(&answer, lease, wanted.mode);
                    match answer {
                        SlotAnswer::Taken { limits, missing } => {
                            hold.has_taken(limits, &wanted);
                            return Ok(Given::Slots(hold, missing));
                        }
                        SlotAnswer::Full(limits) => {
                            gives_way_since = wanted
                                .has_room(&limits, self.now())
                                .then(|| gives_way_since.unwrap_or_else(Instant::now));
                        }
                        SlotAnswer::Never(used) => return Ok(Given::Never(used.limit)),
                        SlotAnswer::Missing(missing) => return Ok(Given::Missing(missing)),
                        SlotAnswer::NoDecay(limit) => return Ok(Given::NoDecay(limit)),
                    }
                    may_ask = MayAsk::NotNow;
                    continue;
                }
                Turn::Wait(watch) => watch,
            };
            if !std::mem::replace(&mut said, true) {
                say();
            }
            let wait = self.wait_for(&watch, pause);
            may_ask = MayAsk::IfRoom;
            match place.wait(wait, deadline).await {
                Waited::Woken => pause = LOOK_AGAIN.0,
                Waited::LongEnough => match watch {
                    Watch::Nothing | Watch::Time(_) => {}
                    Watch::Others if !hold.waits() => {
                        may_ask = MayAsk::InAnyCase;
                        pause = (2 * pause).min(LOOK_AGAIN.1);
                    }
                    Watch::Others | Watch::Changes => {
                        self.look(&*store, &place).await?;
                        pause = (2 * pause).min(LOOK_AGAIN.1);
                    }
                },
                Waited::TooLong => {
                    return Ok(Given::TimedOut(wanted.timeout.unwrap_or_default()));
                }
            }
        }
    }

    /// Asks the store for slots, under another lease once if the first has ended.
    async fn ask(
        &self,
        store: &dyn Store,
        wanted: &Wanted,
        standing: SlotStanding,
        hold: &mut Hold,
    ) -> Result<(SlotAnswer, Option<LeaseId>), StoreError> {
        let mut again = true;
        loop {
            let lease = hold.claim();
            hold.may_hold(wanted);
            let request = SlotRequest {
                hold: hold.id(),
                limits: wanted.limits.clone(),
                slots: wanted.slots,
                mode: wanted.mode,
                missing: wanted.missing,
                standing,
                run_id: wanted.run_id(),
                lease,
                now: self.now(),
            };
            let waits = request.waits().is_some();
            let answer = store.take_slots(request).await;
            hold.is_answered(answer.as_ref().ok(), waits);
            match answer {
                Err(error) if error.kind() == StoreErrorKind::LeaseEnded && again => {
                    again = false;
                    hold.lost();
                }
                Err(error) => return Err(error),
                Ok(answer) => return Ok((answer, lease)),
            }
        }
    }

    /// Looks at what is taken of the limits that a place is first in line of. That it cannot be told now is no reason to give up.
    async fn look(&self, store: &dyn Store, place: &Place<'_>) -> Result<(), StoreError> {
        match store.limits(place.limits().to_vec()).await {
            Ok(limits) => place.seen(&limits, self.lease()),
            Err(error) if error.kind() == StoreErrorKind::Closed => return Err(error),
            Err(error) => tracing::debug!(target: "tidegate::engine", "{error}"),
        }
        Ok(())
    }

    /// How long to wait before something is done though nobody wakes; none if that is never.
    fn wait_for(&self, watch: &Watch, pause: Duration) -> Option<Duration> {
        let shared = self.store().is_some_and(|store| store.info().shared);
        let changes = shared.then_some(LOOK_FOR_CHANGES);
        match watch {
            Watch::Nothing => None,
            Watch::Time(time) => {
                let time = self.until(*time);
                Some(changes.map_or(time, |changes| changes.min(time)))
            }
            // Those who wait in several processes do not look all at once.
            Watch::Others => Some(pause.mul_f64(0.75 + 0.5 * names::roll())),
            Watch::Changes => changes,
        }
    }

    /// A limit was made, changed or deleted in this process.
    pub(crate) fn limit_has_changed(&self, name: &str, limit: Option<&ConcurrencyLimit>) {
        self.0.slots.tags.changed(name, limit);
        self.0.slots.lines.forget(name);
    }

    /// How many wait in this process for slots of a limit.
    pub(crate) fn waiting_for(&self, limit: &str) -> usize {
        self.0.slots.lines.waiting(limit)
    }
}

/// That the store cannot keep in mind who waits is no reason to wait no more.
fn not_kept_in_mind(error: StoreError) -> Result<(SlotAnswer, Option<LeaseId>), StoreError> {
    if error.kind() == StoreErrorKind::Closed {
        return Err(error);
    }
    tracing::debug!(target: "tidegate::engine", "{error}");
    Ok((SlotAnswer::Full(Vec::new()), None))
}

/// Why a wait has ended.
enum Waited {
    Woken,
    LongEnough,
    /// The deadline has passed.
    TooLong,
}

impl Place<'_> {
    /// Waits until it is woken, for so long, or until the deadline.
    async fn wait(&self, wait: Option<Duration>, deadline: Option<Instant>) -> Waited {
        let wake = Arc::clone(self.wake());
        let now = Instant::now();
        let until = wait.and_then(|wait| now.checked_add(wait));
        let (until, at_end) = match (until, deadline) {
            (Some(until), Some(deadline)) if until < deadline => (until, Waited::LongEnough),
            (_, Some(deadline)) => (deadline, Waited::TooLong),
            (Some(until), None) => (until, Waited::LongEnough),
            (None, None) => {
                wake.notified().await;
                return Waited::Woken;
            }
        };
        match tokio::time::timeout_at(until, wake.notified()).await {
            Ok(()) => Waited::Woken,
            Err(_elapsed) => at_end,
        }
    }
}
