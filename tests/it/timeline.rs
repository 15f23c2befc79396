//! The history of runs as text: `Pending > Running > AwaitingRetry(10s) > Retrying > Completed`. It never judges a history.

use std::fmt::{Debug, Write as _};

use expect_test::Expect;
use tidegate::{Engine, Run, RunKind, State, StateData};

/// The states of a run, oldest first.
pub(crate) fn timeline(run: &Run) -> String {
    run.states.iter().map(step).collect::<Vec<_>>().join(" > ")
}

fn step(state: &State) -> String {
    match &state.data {
        StateData::Scheduled { scheduled_time } => {
            let wait = (*scheduled_time - state.timestamp).to_std().unwrap_or_default();
            let seconds = (wait.as_secs_f64() * 1000.0).round() / 1000.0;
            format!("{}({seconds}s)", state.name)
        }
        StateData::Pending { .. }
        | StateData::Running
        | StateData::Completed
        | StateData::Failed { .. }
        | StateData::Cancelled
        | StateData::Crashed
        | StateData::Paused { .. }
        | StateData::Cancelling => state.name.to_string(),
    }
}

/// Every run of the test's engine, in the order in which they were made; a run inside another is set in.
pub(crate) async fn history() -> String {
    let runs = runs().await;
    let mut text = String::new();
    for run in &runs {
        let kind = match run.kind() {
            RunKind::Flow => "flow",
            RunKind::Task => "task",
        };
        let indent = "  ".repeat(depth(run, &runs));
        let _ = writeln!(text, "{indent}{kind} {}: {}", run.definition.name, timeline(run));
    }
    text
}

fn depth(run: &Run, runs: &[Run]) -> usize {
    let parent = run.task_run_id.or(run.flow_run_id);
    let parent = parent.and_then(|id| runs.iter().find(|run| run.id == id));
    parent.map_or(0, |parent| 1 + depth(parent, runs))
}

/// Every run of the test's engine, in the order in which they were made.
pub(crate) async fn runs() -> Vec<Run> {
    Engine::current().unwrap().runs().oldest_first().list().await.unwrap()
}

/// The one run of this name of a flow or task.
pub(crate) async fn run_of(name: &str) -> Run {
    let mut found = runs().await;
    found.retain(|run| run.definition.name == name);
    assert_eq!(found.len(), 1, "runs of {name}");
    found.remove(0)
}

/// Makes a call, and compares what it gave and the history of all runs.
pub(crate) async fn check<T: Debug>(
    call: impl Future<Output = tidegate::Result<T>>,
    expected: Expect,
) {
    let given = call.await;
    expected.assert_eq(&format!("{}\n{}", outcome(&given), history().await));
}

/// What a call gave: the value, or the state that its error is about and what the user's code said.
pub(crate) fn outcome<T: Debug>(given: &tidegate::Result<T>) -> String {
    match given {
        Ok(value) => format!("Ok({value:?})"),
        Err(error) => match error.state() {
            Some(state) => format!("Err: {state}"),
            None => format!("Err: {error}"),
        },
    }
}
