//! A workflow to replay: its tasks, what each waits for, and how soon it can be done at best. Nothing here runs anything.

use std::collections::BTreeSet;
use std::time::Duration;

/// Tasks that wait for each other.
#[derive(Debug, PartialEq)]
pub(crate) struct Workflow {
    pub(crate) name: String,
    /// Each after its parents.
    pub(crate) tasks: Vec<Task>,
}

/// One of them.
#[derive(Debug, PartialEq)]
pub(crate) struct Task {
    pub(crate) id: String,
    /// How long it took when it was recorded.
    pub(crate) time: Duration,
    /// In the order of the tasks, each once.
    pub(crate) parents: Vec<Parent>,
    /// How much it wrote.
    pub(crate) bytes: u64,
}

/// What a task waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Parent {
    pub(crate) task: usize,
    /// Whether a file goes from one to the other, or nothing but the order is known.
    pub(crate) is_read: bool,
}

impl Workflow {
    pub(crate) fn edges(&self) -> usize {
        self.tasks.iter().map(|task| task.parents.len()).sum()
    }

    /// How long each task takes when the whole, with so many at once, is to take so long at best.
    pub(crate) fn scaled(&self, slots: usize, whole: Duration) -> Vec<Duration> {
        let times: Vec<_> = self.tasks.iter().map(|task| task.time).collect();
        let bound = self.bound(&times, Some(slots));
        let factor = if bound.is_zero() { 0.0 } else { whole.as_secs_f64() / bound.as_secs_f64() };
        times.into_iter().map(|time| time.mul_f64(factor)).collect()
    }

    /// The longest chain of tasks that wait for each other: no number of slots makes it shorter.
    pub(crate) fn critical_path(&self, times: &[Duration]) -> Duration {
        let mut ends: Vec<Duration> = Vec::with_capacity(times.len());
        for (task, time) in self.tasks.iter().zip(times) {
            let ready = task.parents.iter().map(|parent| ends[parent.task]).max();
            ends.push(ready.unwrap_or_default() + *time);
        }
        ends.into_iter().max().unwrap_or_default()
    }

    /// No schedule takes less.
    pub(crate) fn bound(&self, times: &[Duration], slots: Option<usize>) -> Duration {
        let critical_path = self.critical_path(times);
        slots.map_or(critical_path, |slots| critical_path.max(share(times, slots)))
    }

    /// Graham's bound: no schedule takes more that leaves no slot free while a task is ready.
    pub(crate) fn graham(&self, times: &[Duration], slots: Option<usize>) -> Duration {
        let critical_path = self.critical_path(times);
        slots.map_or(critical_path, |slots| {
            share(times, slots) + critical_path.mul_f64(1.0 - 1.0 / slots as f64)
        })
    }

    /// For each task all that must have ended before it starts.
    pub(crate) fn ancestors(&self) -> Vec<BTreeSet<usize>> {
        let mut ancestors: Vec<BTreeSet<usize>> = Vec::with_capacity(self.tasks.len());
        for task in &self.tasks {
            let parents = task.parents.iter().map(|parent| parent.task);
            let before = parents.clone().flat_map(|parent| ancestors[parent].iter().copied());
            ancestors.push(before.chain(parents).collect());
        }
        ancestors
    }
}

/// All work, spread evenly over the slots.
fn share(times: &[Duration], slots: usize) -> Duration {
    times.iter().sum::<Duration>().div_f64(slots as f64)
}
