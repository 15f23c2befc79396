//! The gate of a flow run: whether what is called in it begins, waits or turns back. It is looked at by those calls, and set by the
//! attempt of the run alone.

use std::sync::atomic::Ordering;

use super::{ASKED, CLOSED, CLOSING, Control, LET_GO};

/// What becomes of a call that would begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) enum Gate {
    /// It begins, as far as the state of the flow run lets it.
    Open,
    /// It waits: the flow run is about to be suspended.
    Closing,
    /// It does not begin any more: the flow run is suspended.
    Closed,
}

impl Control {
    /// What becomes of a call in the run that would begin.
    pub(in crate::engine) fn gate(&self) -> Gate {
        match self.marks.load(Ordering::SeqCst) & (CLOSING | CLOSED) {
            0 => Gate::Open,
            CLOSING => Gate::Closing,
            _ => Gate::Closed,
        }
    }

    /// Sets the gate, and tells those who wait at it.
    pub(in crate::engine) fn set_gate(&self, gate: Gate) {
        match gate {
            Gate::Open => self.unmark(CLOSING | CLOSED),
            Gate::Closing => {
                self.mark(CLOSING);
            }
            Gate::Closed => {
                self.mark(CLOSED);
            }
        }
        self.wake();
    }

    /// Has the attempt of the run see to what there is.
    pub(in crate::engine) fn ask(&self) {
        self.mark(ASKED);
    }

    /// Whether there is something for the attempt to see to.
    pub(in crate::engine) fn is_asked(&self) -> bool {
        self.has(ASKED)
    }

    /// The attempt sees to what there is. To be said before it looks.
    pub(in crate::engine) fn heard(&self) {
        self.unmark(ASKED);
    }

    /// Nobody owns the run any more: what is asked of it from now on is not seen here.
    pub(in crate::engine) fn let_go(&self) {
        self.mark(LET_GO);
    }

    pub(super) fn is_let_go(&self) -> bool {
        self.has(LET_GO)
    }

    fn unmark(&self, marks: u16) {
        self.marks.fetch_and(!marks, Ordering::SeqCst);
    }
}
