//! What one caller has seen while it makes calls: the moments of its calls, and what is still to be told of them. It keeps what it must
//! and no more: a caller of a million calls holds what it has seen since the last.

use super::place::{Calls, Seen};

/// The calls and results of one caller, in the order in which its code makes and sees them. See `place`.
#[derive(Debug, Default)]
pub struct Sequence {
    moment: u32,
    /// Results seen since the last call was made.
    fresh: Vec<u32>,
    /// What moments have added that no run has told yet.
    untold: Vec<Seen>,
}

impl Sequence {
    /// The caller's code has seen the result of this call.
    pub fn saw(&mut self, number: u32) {
        self.fresh.push(number);
    }

    /// A call is made: gives its moment.
    pub fn call(&mut self) -> u32 {
        if !self.fresh.is_empty() {
            self.moment = self.moment.saturating_add(1);
            let moment = self.moment;
            if self.fresh.len() > 1 {
                self.fresh.sort_unstable();
                self.fresh.dedup();
            }
            let calls = Calls::gather(self.fresh.drain(..));
            self.untold.extend(calls.map(|calls| Seen { moment, calls }));
        }
        self.moment
    }

    /// What the run that is recorded next has to tell.
    pub fn tell(&mut self) -> Vec<Seen> {
        std::mem::take(&mut self.untold)
    }
}
