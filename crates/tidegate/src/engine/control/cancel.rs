//! Cancelling runs: in this process at once, elsewhere through a request that the owner of the run sees within a second.

use std::sync::Arc;

use super::Roster;
use crate::engine::LiveRun;

/// What is said of a run that was cancelled by itself.
pub(crate) const ASKED_TO_CANCEL: &str = "It was asked to cancel.";

impl LiveRun {
    /// Whether it, or a run around it that has not ended, was asked to cancel.
    pub(crate) fn is_called_off(&self) -> bool {
        self.is_called_off_itself() || self.is_called_off_above()
    }

    fn is_called_off_itself(&self) -> bool {
        // What the hooks of a cancelled run call is not cancelled with it.
        self.control().is_called_off() && !self.record().is_terminal()
    }

    fn is_called_off_above(&self) -> bool {
        let mut next = self.around();
        while let Some(each) = next {
            if each.is_called_off_itself() {
                return true;
            }
            next = each.around();
        }
        false
    }

    /// Waits until it, or a run around it, is asked to cancel.
    pub(crate) async fn called_off(&self) {
        self.control().until(|_| self.is_called_off().then_some(())).await;
    }

    /// Asks it to cancel, with everything inside it; whether it sees that: it has not ended, and was not let go of.
    pub(crate) fn cancel(&self) -> bool {
        if self.record().is_terminal() {
            return false;
        }
        self.control().cancel();
        self.call_off_inside();
        // Asked for after it is marked: whoever lets go of it then sees one or the other.
        !self.control().is_let_go()
    }

    /// Asks all of them to cancel, with everything inside them; whether one of them has not ended. The tasks of one flow run are told
    /// together, since there may be very many.
    pub(crate) fn cancel_all(runs: &[Arc<Self>]) -> bool {
        let open: Vec<_> = runs.iter().filter(|run| !run.record().is_terminal()).collect();
        for run in &open {
            run.control().cancel();
        }
        let mut told: Option<&Roster> = None;
        for run in &open {
            if told.is_none_or(|told| !std::ptr::eq(told, run.inside())) {
                run.call_off_inside();
                told = Some(run.inside());
            }
        }
        !open.is_empty()
    }

    /// Where that is found which was called inside it: of a task run, among what its flow run has called.
    fn inside(&self) -> &Roster {
        self.called().unwrap_or_else(|| self.roster())
    }

    /// Tells what was called inside it and waits for something.
    pub(in crate::engine) fn call_off_inside(&self) {
        let mut inside = self.inside().all();
        while let Some(each) = inside.pop() {
            if each.is_called_off_above() {
                each.control().cancel_from_above();
            }
            inside.extend(each.called().map(Roster::all).unwrap_or_default());
        }
    }

    /// Why it is cancelled, for people.
    pub(in crate::engine) fn why_called_off(&self) -> String {
        let mut next = Some(self);
        while let Some(each) = next.filter(|each| !each.control().is_cancelled()) {
            next = each.around().map(|around| &**around);
        }
        match next {
            Some(each) if each.id() != self.id() => {
                format!("{} was asked to cancel.", each.label())
            }
            Some(_) | None => ASKED_TO_CANCEL.to_owned(),
        }
    }
}
