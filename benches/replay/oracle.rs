//! What a replay must have done, told from the workflow alone: no task began before its parents ended, no more ran at once than there
//! were slots, and the graph on record is that of the workflow.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::workflow::Workflow;

/// When a task ran, since the replay began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Span {
    pub(crate) start: Duration,
    pub(crate) end: Duration,
}

/// No task began before its parents ended.
pub(crate) fn check_order(workflow: &Workflow, spans: &[Span]) -> Result<(), String> {
    if spans.len() != workflow.tasks.len() {
        return Err(format!("{} of {} tasks ran", spans.len(), workflow.tasks.len()));
    }
    for (task, span) in workflow.tasks.iter().zip(spans) {
        if span.end < span.start {
            return Err(format!("task {} ended before it began", task.id));
        }
        for parent in &task.parents {
            let end = spans[parent.task].end;
            if span.start < end {
                let parent = &workflow.tasks[parent.task].id;
                let early = end - span.start;
                return Err(format!(
                    "task {} began {early:?} before its parent {parent} ended",
                    task.id
                ));
            }
        }
    }
    Ok(())
}

/// No more tasks ran at once than this.
pub(crate) fn check_slots(spans: &[Span], slots: usize) -> Result<(), String> {
    // Of what happens in the same moment, ends come first.
    let mut moments: Vec<(Duration, bool)> =
        spans.iter().flat_map(|span| [(span.start, true), (span.end, false)]).collect();
    moments.sort_unstable();
    let mut running = 0_usize;
    for (moment, is_start) in moments {
        if is_start {
            running += 1;
        } else {
            running = running.saturating_sub(1);
        }
        if running > slots {
            return Err(format!("{running} tasks ran at {moment:?}, and there were {slots} slots"));
        }
    }
    Ok(())
}

/// From these edges follows what follows from those of the workflow, and nothing else. Numbers that are no task are joints.
pub(crate) fn check_graph(workflow: &Workflow, edges: &[(usize, usize)]) -> Result<(), String> {
    let points = edges.iter().map(|(from, to)| from.max(to) + 1).max().unwrap_or_default();
    let mut before = vec![Vec::new(); points.max(workflow.tasks.len())];
    for (from, to) in edges {
        before[*to].push(*from);
    }
    for (task, expected) in workflow.ancestors().into_iter().enumerate() {
        let (mut reached, mut to_visit) = (BTreeSet::new(), before[task].clone());
        while let Some(point) = to_visit.pop() {
            if reached.insert(point) {
                to_visit.extend(&before[point]);
            }
        }
        reached.retain(|point| *point < workflow.tasks.len());
        if let Some(wrong) = reached.symmetric_difference(&expected).next() {
            let (task, other) = (&workflow.tasks[task].id, &workflow.tasks[*wrong].id);
            return Err(if expected.contains(wrong) {
                format!("the graph does not tell that task {task} came after {other}")
            } else {
                format!(
                    "the graph tells that task {task} came after {other}, which it did not wait for"
                )
            });
        }
    }
    Ok(())
}

/// What each start came late, taken together: after the last of its parents ended, and after there was a slot for it.
pub(crate) fn lateness(workflow: &Workflow, spans: &[Span], slots: Option<usize>) -> Duration {
    let mut ends: Vec<Duration> = spans.iter().map(|span| span.end).collect();
    ends.sort_unstable();
    let mut by_start: Vec<usize> = (0..spans.len()).collect();
    by_start.sort_unstable_by_key(|task| spans[*task]);
    let late = by_start.into_iter().enumerate().map(|(started, task)| {
        let parents = workflow.tasks[task].parents.iter();
        let ready = parents.map(|parent| spans[parent.task].end).max().unwrap_or_default();
        // When so many have started before, the slot is the one that the first of those to end leaves.
        let freed = slots.and_then(|slots| started.checked_sub(slots));
        let freed = freed.map_or(Duration::ZERO, |end| ends[end]);
        spans[task].start.saturating_sub(ready.max(freed))
    });
    late.sum()
}
