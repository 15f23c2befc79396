//! The table of what was replayed: how long it took, beside what no schedule and what no greedy schedule can do.

use std::time::Duration;

use crate::oracle;
use crate::play::{On, Played};
use crate::workflow::Workflow;

/// Prints what the columns are.
#[allow(clippy::print_stdout, reason = "the result of `cargo bench`")]
pub(crate) fn head(replays: usize) {
    println!(
        "\nReplays of workflows, the median of {replays} each. The bound is what no schedule of these times goes below,
max(critical path, work / slots); Graham's is what none exceeds that leaves no slot free while a task is ready and itself
takes no time. The ratio is of makespan and bound, with all that timers and the machine add, as on tokio alone. Late is
how long after its parents had ended and a slot was free a task began, on average.\n"
    );
    println!(
        "| workflow | tasks | edges | slots | on | critical path | bound | Graham | makespan | ratio | late a task |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
}

/// Prints the row of a replay.
#[allow(clippy::print_stdout, reason = "the result of `cargo bench`")]
pub(crate) fn row(
    workflow: &Workflow,
    times: &[Duration],
    slots: Option<usize>,
    on: On,
    played: &Played,
) {
    let bound = workflow.bound(times, slots);
    let tasks = workflow.tasks.len();
    let late = oracle::lateness(workflow, &played.spans, slots).as_secs_f64() / tasks as f64;
    println!(
        "| {} | {tasks} | {} | {} | {} | {} | {} | {} | {} | {:.3} | {:.0} us |",
        workflow.name,
        workflow.edges(),
        slots.map_or("-".to_owned(), |slots| slots.to_string()),
        match on {
            On::Tokio => "tokio",
            On::Memory => "memory",
            On::Disk => "disk, full",
        },
        milliseconds(workflow.critical_path(times)),
        milliseconds(bound),
        milliseconds(workflow.graham(times, slots)),
        milliseconds(played.makespan),
        played.makespan.as_secs_f64() / bound.as_secs_f64(),
        late * 1e6,
    );
}

fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}
