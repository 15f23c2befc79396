//! Slots that are held, or may be because the store was asked for them: dropping them lets go of them, whatever came of the question.

use std::fmt;

use tidegate_core::{HoldId, LeaseId, LimitUse, RunId, SlotAnswer, SlotMode, SlotRelease, Write};

use super::Wanted;
use crate::engine::{Claim, Context, Engine};

/// See the module.
pub(crate) struct Hold {
    engine: Engine,
    id: HoldId,
    /// The limits that slots may be held of, or that the store knows to be waited for.
    limits: Vec<String>,
    /// Those that slots are held of for certain, and whether they decay.
    held: Vec<(String, bool)>,
    slots: u32,
    /// The store keeps in mind that they are waited for.
    waits: bool,
    /// The run that is known to hold them.
    holder: Option<RunId>,
    /// Keeps the lease that the slots end with.
    claim: Option<Claim>,
}

impl Hold {
    /// Holds nothing yet.
    pub(super) fn of_nothing(engine: &Engine) -> Self {
        let engine = engine.clone();
        let (limits, held) = (Vec::new(), Vec::new());
        Self {
            engine,
            id: HoldId::new(),
            limits,
            held,
            slots: 0,
            waits: false,
            holder: None,
            claim: None,
        }
    }

    pub(super) fn id(&self) -> HoldId {
        self.id
    }

    /// The lease that what is taken now is held under.
    pub(super) fn claim(&mut self) -> Option<LeaseId> {
        if self.claim.as_ref().is_none_or(|claim| !claim.holds()) {
            // Slots outlive no lease, but a run may ask for them after it was lost; what it writes then is refused.
            self.claim = self.engine.claim(&Context::default());
        }
        self.claim.as_ref().map(Claim::lease)
    }

    /// Its lease has ended; the next is another.
    pub(super) fn lost(&mut self) {
        self.waits = false;
        if let Some(claim) = self.claim.take() {
            claim.lost();
        }
    }

    /// The store is asked for these: the answer may come when nobody waits for it any more.
    pub(super) fn may_hold(&mut self, wanted: &Wanted) {
        self.limits.clone_from(&wanted.limits);
    }

    /// The store has answered. What it gave is told next.
    pub(super) fn is_answered(&mut self, answer: Option<&SlotAnswer>, waits: bool) {
        match answer {
            Some(SlotAnswer::Taken { .. }) => self.waits = false,
            Some(SlotAnswer::Full(_)) => self.waits |= waits,
            Some(SlotAnswer::Never(_) | SlotAnswer::Missing(_) | SlotAnswer::NoDecay(_)) | None => {
            }
        }
        if !self.waits {
            self.limits.clear();
        }
    }

    /// Whether the store keeps in mind that the slots are waited for.
    pub(super) fn waits(&self) -> bool {
        self.waits
    }

    /// So many slots of each of these limits are held now.
    pub(super) fn has_taken(&mut self, limits: Vec<LimitUse>, wanted: &Wanted) {
        if wanted.mode == SlotMode::Decaying {
            return;
        }
        self.slots = wanted.slots;
        let active = limits.into_iter().map(|used| used.limit).filter(|limit| limit.active);
        self.held = active.map(|limit| (limit.decays(), limit.name)).map(|(d, n)| (n, d)).collect();
        self.limits = self.held.iter().map(|(name, _)| name.clone()).collect();
        self.holder = wanted.run_id().filter(|_| !self.limits.is_empty());
        if let Some(run) = self.holder {
            self.engine.0.slots.holders.add(run);
        }
    }

    /// The limits that slots are held of.
    pub(crate) fn limits(&self) -> &[String] {
        &self.limits
    }

    /// Whether the lease that the slots end with has not ended, as far as this process knows.
    pub(crate) fn is_held(&self) -> bool {
        self.claim.as_ref().is_none_or(Claim::holds)
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        if let Some(run) = self.holder {
            self.engine.0.slots.holders.remove(run);
        }
        if self.limits.is_empty() {
            return;
        }
        let limits = std::mem::take(&mut self.limits);
        let release = SlotRelease { hold: self.id, limits, now: self.engine.now() };
        if let Some(store) = self.engine.store() {
            // A drop cannot wait for room. Whoever is woken now asks for the slots after this.
            drop(store.put(Write::ReleaseSlots(Box::new(release))));
        }
        self.engine.0.slots.lines.released(&self.held, self.slots);
    }
}

impl fmt::Debug for Hold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hold")
            .field("limits", &self.limits)
            .field("slots", &self.slots)
            .finish_non_exhaustive()
    }
}
