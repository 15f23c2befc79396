//! Those who wait for slots under several leases, and who of them gives way. Those under one lease have an order of their own; without
//! this they would hand slots on to each other for as long as they liked. Nothing here takes slots.

use serde::{Deserialize, Serialize};

use chrono::TimeDelta;

use super::{HoldId, SlotRequest};
use crate::{LeaseId, Timestamp};

/// So long those under one lease may hand slots on to each other while somebody waits under another.
const TURN: TimeDelta = TimeDelta::seconds(1);

/// How a request for slots stands to those under other leases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SlotStanding {
    /// It gives way to whoever has waited for longer. If there is no room it waits, and others give way to it.
    InLine,
    /// It takes what is free, because others may wait for what its asker holds. If there is no room it waits as well.
    Ahead,
    /// It gives way, and does not wait.
    Passing,
}

/// Somebody who waits for slots of a limit, because there was no room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotWaiter {
    /// What the slots will be taken as.
    pub hold: HoldId,
    /// The lease under which they will be held.
    pub lease: LeaseId,
    /// Since when.
    pub since: Timestamp,
}

impl SlotRequest {
    /// Whether it gives way to one of those who wait for the same limit: somebody whose turn has come, and before its own.
    #[must_use]
    pub fn gives_way(&self, waiting: &[SlotWaiter]) -> bool {
        let has_waited = |waiter: &&SlotWaiter| waiter.hold == self.hold;
        let ours = waiting.iter().find(has_waited).map(|waiter| (waiter.since, waiter.hold));
        let is_before = |other: &SlotWaiter| {
            Some(other.lease) != self.lease
                && self.now - other.since >= TURN
                && ours.is_none_or(|ours| (other.since, other.hold) < ours)
        };
        self.standing != SlotStanding::Ahead && waiting.iter().any(is_before)
    }

    /// Whether it is kept in mind when there is no room. Under no lease nobody else can be there to give way.
    #[must_use]
    pub fn waits(&self) -> Option<SlotWaiter> {
        let (hold, since) = (self.hold, self.now);
        match self.standing {
            SlotStanding::InLine | SlotStanding::Ahead => {
                self.lease.map(|lease| SlotWaiter { hold, lease, since })
            }
            SlotStanding::Passing => None,
        }
    }
}
