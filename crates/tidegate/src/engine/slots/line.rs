//! Those of this process who wait for slots: a line for each limit, in which nobody overtakes, and what is known of the limit, so
//! that the store is not asked in vain. Nobody waits here, and nothing here asks.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tidegate_core::{
    ConcurrencyLimit, LeaseId, LimitUse, SlotAnswer, SlotMode, SlotRoom, Taken, Timestamp,
};
use tokio::sync::Notify;

use crate::engine::Engine;

/// The lines, by the names of their limits.
#[derive(Debug, Default)]
pub(super) struct Lines(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    next_ticket: u64,
    lines: HashMap<String, Line>,
}

/// The line of one limit.
#[derive(Debug, Default)]
struct Line {
    /// Those who wait, in the order in which they came.
    waiting: BTreeMap<Ticket, Arc<Notify>>,
    /// How many have asked the store and have no answer yet.
    askers: usize,
    /// For how many slots they have asked.
    asked: u64,
    /// How many slots are held in this process.
    ours: u64,
    /// What the store has told last.
    known: Option<Known>,
}

#[derive(Debug)]
struct Known {
    limit: ConcurrencyLimit,
    /// How many slots are held under other leases than ours.
    elsewhere: u64,
    decaying: Taken,
}

/// Says who comes before whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Ticket {
    /// Whoever holds slots stands in front, and stands in nobody's way there: others may wait for what it holds.
    priority: Priority,
    number: u64,
}

/// Whether somebody holds slots when asking for more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Priority {
    /// It does.
    Holder,
    /// It does not.
    InLine,
}

/// A place in the line of every limit that somebody needs slots of. Dropping it leaves them.
pub(super) struct Place<'a> {
    engine: &'a Engine,
    limits: &'a [String],
    slots: u64,
    ticket: Ticket,
    wake: Arc<Notify>,
    stage: Stage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Waiting,
    Asking,
    Gone,
}

/// When whoever has a place asks the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MayAsk {
    /// Not before something has happened: it was just told that there is no room.
    NotNow,
    /// Once there is room, as far as is known.
    IfRoom,
    /// Without room as well, so that the store keeps in mind that it waits.
    InAnyCase,
}

/// What whoever has a place is to do.
#[derive(Debug)]
pub(super) enum Turn {
    /// Ask the store, and tell the answer.
    Ask,
    /// Wait until woken, or until something that nobody wakes for.
    Wait(Watch),
}

/// What the first in line has to watch for itself.
#[derive(Debug)]
pub(super) enum Watch {
    /// Nothing: it is not the first.
    Nothing,
    /// This time, at which slots will have decayed.
    Time(Timestamp),
    /// Others who may let go of slots in other processes.
    Others,
    /// A change of the limit by another process.
    Changes,
}

impl Lines {
    /// Takes a place at the end of each line.
    pub(super) fn join<'a>(
        &self,
        engine: &'a Engine,
        limits: &'a [String],
        slots: u32,
        priority: Priority,
    ) -> Place<'a> {
        let wake = Arc::new(Notify::new());
        let mut state = self.lock();
        let ticket = Ticket { priority, number: state.next_ticket };
        state.next_ticket += 1;
        for limit in limits {
            let line = state.lines.entry(limit.clone()).or_default();
            line.waiting.insert(ticket, Arc::clone(&wake));
        }
        Place { engine, limits, slots: slots.into(), ticket, wake, stage: Stage::Waiting }
    }

    /// Slots of these limits are held no more; of each it is told whether it decays.
    pub(super) fn released(&self, held: &[(String, bool)], slots: u32) {
        let mut state = self.lock();
        for (limit, decays) in held {
            let Some(line) = state.lines.get_mut(limit) else { continue };
            line.ours = line.ours.saturating_sub(slots.into());
            if *decays {
                // How much of them time had given back already is known to the store.
                line.known = None;
            }
            line.wake_next();
            state.tidy(limit);
        }
    }

    /// What is known of a limit may be wrong from now on.
    pub(super) fn forget(&self, limit: &str) {
        if let Some(line) = self.lock().lines.get_mut(limit) {
            line.known = None;
            line.wake_next();
        }
    }

    /// How many wait for slots of a limit.
    pub(super) fn waiting(&self, limit: &str) -> usize {
        self.lock().lines.get(limit).map_or(0, |line| line.waiting.len())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Forgets a line in which nobody stands, unless slots are held.
    fn tidy(&mut self, limit: &str) {
        if self.lines.get(limit).is_some_and(Line::is_idle) {
            self.lines.remove(limit);
        }
    }
}

impl Line {
    fn is_idle(&self) -> bool {
        self.waiting.is_empty() && self.askers == 0 && self.ours == 0
    }

    /// Wakes those who may be next.
    fn wake_next(&self) {
        self.wake_next_but(None);
    }

    fn wake_next_but(&self, but: Option<Ticket>) {
        for (ticket, wake) in &self.waiting {
            if Some(*ticket) != but {
                wake.notify_one();
            }
            if ticket.priority == Priority::InLine {
                break;
            }
        }
    }

    /// Whether nobody stands in the way of this one.
    fn may_be_next(&self, ticket: Ticket) -> bool {
        let first = || self.waiting.first_key_value().is_some_and(|(first, _)| *first == ticket);
        ticket.priority == Priority::Holder || first()
    }

    /// Whether there is room, as far as is known; none if that is not known.
    fn room(&self, slots: u64, now: Timestamp) -> Option<SlotRoom> {
        let Known { limit, elsewhere, decaying } = self.known.as_ref()?;
        let taken = if limit.decays() {
            decaying.at(now, limit).and(self.asked)
        } else {
            Taken::slots(elsewhere + self.ours + self.asked, now)
        };
        Some(limit.room(u32::try_from(slots).unwrap_or(u32::MAX), taken, now))
    }

    /// What keeps the first from asking: none if nothing does.
    fn obstacle(&self, slots: u64, now: Timestamp) -> Option<Watch> {
        match self.room(slots, now) {
            // One asks, and the others learn from the answer.
            None if self.askers > 0 => Some(Watch::Nothing),
            None | Some(SlotRoom::Free | SlotRoom::Never) => None,
            Some(SlotRoom::Full(Some(time))) => Some(Watch::Time(time)),
            Some(SlotRoom::Full(None)) => Some(self.what_may_make_room()),
        }
    }

    fn what_may_make_room(&self) -> Watch {
        let others = self.known.as_ref().is_none_or(|known| known.elsewhere > 0);
        if others { Watch::Others } else { Watch::Changes }
    }

    fn learn(&mut self, used: &LimitUse, lease: Option<LeaseId>) {
        let elsewhere = used.held.iter().filter(|(holder, _)| *holder != lease);
        let elsewhere = elsewhere.map(|(_, slots)| slots).sum();
        let (limit, decaying) = (used.limit.clone(), used.decaying);
        self.known = Some(Known { limit, elsewhere, decaying });
    }
}

impl Place<'_> {
    pub(super) fn limits(&self) -> &[String] {
        self.limits
    }

    pub(super) fn wake(&self) -> &Arc<Notify> {
        &self.wake
    }

    /// What to do now.
    pub(super) fn turn(&mut self, now: Timestamp, may_ask: MayAsk) -> Turn {
        let mut state = self.engine.0.slots.lines.lock();
        let lines = || self.limits.iter().filter_map(|limit| state.lines.get(limit));
        if !lines().all(|line| line.may_be_next(self.ticket)) {
            return Turn::Wait(Watch::Nothing);
        }
        let obstacle = lines().find_map(|line| line.obstacle(self.slots, now));
        match (may_ask, obstacle) {
            (MayAsk::InAnyCase, _) | (MayAsk::IfRoom, None) => {}
            (MayAsk::IfRoom | MayAsk::NotNow, Some(watch)) => return Turn::Wait(watch),
            (MayAsk::NotNow, None) => return Turn::Wait(Watch::Others),
        }
        for limit in self.limits {
            if let Some(line) = state.lines.get_mut(limit) {
                line.waiting.remove(&self.ticket);
                line.askers += 1;
                line.asked += self.slots;
                line.wake_next();
            }
        }
        self.stage = Stage::Asking;
        Turn::Ask
    }

    /// What the store has answered, when asked under this lease.
    pub(super) fn answered(&mut self, answer: &SlotAnswer, lease: Option<LeaseId>, mode: SlotMode) {
        let mut state = self.engine.0.slots.lines.lock();
        let (limits, taken) = match answer {
            SlotAnswer::Taken { limits, .. } => (&limits[..], true),
            SlotAnswer::Full(limits) => (&limits[..], false),
            SlotAnswer::Never(used) => (std::slice::from_ref(used), false),
            SlotAnswer::Missing(_) | SlotAnswer::NoDecay(_) => (&[][..], false),
        };
        for used in limits {
            let Some(line) = state.lines.get_mut(&used.limit.name) else { continue };
            line.learn(used, lease);
            if taken && used.limit.active && mode == SlotMode::Held {
                line.ours += self.slots;
            }
        }
        self.stop_asking(&mut state);
        if let SlotAnswer::Full(_) = answer {
            for limit in self.limits {
                let line = state.lines.entry(limit.clone()).or_default();
                line.waiting.insert(self.ticket, Arc::clone(&self.wake));
            }
            self.stage = Stage::Waiting;
        }
        self.tell_next(&mut state);
    }

    /// What a look at the store has told, with our lease.
    pub(super) fn seen(&self, limits: &[LimitUse], lease: Option<LeaseId>) {
        let mut state = self.engine.0.slots.lines.lock();
        for limit in self.limits {
            let Some(line) = state.lines.get_mut(limit) else { continue };
            match limits.iter().find(|used| used.limit.name == *limit) {
                Some(used) => line.learn(used, lease),
                None => line.known = None,
            }
        }
    }

    fn stop_asking(&mut self, state: &mut State) {
        for limit in self.limits {
            if let Some(line) = state.lines.get_mut(limit) {
                line.askers -= 1;
                line.asked -= self.slots;
            }
        }
        self.stage = Stage::Gone;
    }

    /// Wakes those who may be next, and forgets lines that nobody needs.
    fn tell_next(&self, state: &mut State) {
        for limit in self.limits {
            if let Some(line) = state.lines.get(limit) {
                // Who was just told that there is no room does not ask again at once.
                line.wake_next_but(Some(self.ticket));
            }
            state.tidy(limit);
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if self.stage == Stage::Gone {
            return;
        }
        let mut state = self.engine.0.slots.lines.lock();
        match self.stage {
            Stage::Waiting => {
                for limit in self.limits {
                    if let Some(line) = state.lines.get_mut(limit) {
                        line.waiting.remove(&self.ticket);
                    }
                }
            }
            Stage::Asking => self.stop_asking(&mut state),
            Stage::Gone => {}
        }
        self.tell_next(&mut state);
    }
}

impl fmt::Debug for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Place")
            .field("limits", &self.limits)
            .field("ticket", &self.ticket)
            .field("stage", &self.stage)
            .finish_non_exhaustive()
    }
}
