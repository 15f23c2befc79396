//! Replays a workflow: each task is a run that waits for those of its parents, and sleeps for its time. When it ran is kept beside the
//! engine, so that what the engine tells can be compared with what happened.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use tidegate::graph::{Graph, Point};
use tidegate::prelude::*;
use tidegate::{ConcurrencyLimit, Durability, Engine, RunHandle, StateType};

use crate::oracle::{self, Span};
use crate::workflow::Workflow;

/// The tag of the tasks that need a slot.
const TAG: &str = "replayed";

/// What runs the tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum On {
    /// Nothing but tokio, which is the floor.
    Tokio,
    /// Tidegate with its records in memory.
    Memory,
    /// Tidegate with its records on disk, each synced before anybody sees what it tells.
    Disk,
}

impl On {
    pub(crate) const ALL: [Self; 3] = [Self::Tokio, Self::Memory, Self::Disk];
}

/// One replay.
pub(crate) struct Play {
    pub(crate) workflow: Arc<Workflow>,
    times: Vec<Duration>,
    pub(crate) slots: Option<usize>,
    spans: Vec<OnceLock<Span>>,
    began: Instant,
}

/// What came of it, after the oracle had nothing against it.
pub(crate) struct Played {
    pub(crate) spans: Vec<Span>,
    /// From the call of the flow to its result.
    pub(crate) makespan: Duration,
}

impl Play {
    fn new(workflow: &Arc<Workflow>, times: &[Duration], slots: Option<usize>) -> Arc<Self> {
        Arc::new(Self {
            workflow: Arc::clone(workflow),
            times: times.to_vec(),
            slots,
            spans: times.iter().map(|_| OnceLock::new()).collect(),
            began: Instant::now(),
        })
    }

    /// What a task does.
    pub(crate) async fn run(&self, task: usize) -> Result<()> {
        let start = self.began.elapsed();
        tokio::time::sleep(self.times[task]).await;
        let span = Span { start, end: self.began.elapsed() };
        let kept = self.spans[task].set(span);
        kept.map_err(|_| format!("task {} ran twice", self.workflow.tasks[task].id).into())
    }

    /// The oracle looks at when the tasks ran.
    fn ended(&self) -> Result<Played> {
        let makespan = self.began.elapsed();
        let spans: Vec<Span> = self.spans.iter().filter_map(|span| span.get().copied()).collect();
        oracle::check_order(&self.workflow, &spans)?;
        if let Some(slots) = self.slots {
            oracle::check_slots(&spans, slots)?;
        }
        Ok(Played { spans, makespan })
    }
}

/// Replays it once.
pub(crate) async fn play(
    workflow: &Arc<Workflow>,
    times: &[Duration],
    slots: Option<usize>,
    on: On,
) -> Result<Played> {
    let builder = Engine::builder().log_level(tidegate::logging::LevelFilter::OFF);
    match on {
        On::Tokio => {
            let play = Play::new(workflow, times, slots);
            crate::bare::replay(&play).await?;
            play.ended()
        }
        On::Memory => {
            let engine = builder.database("sqlite::memory:").open()?;
            play_on(&engine, workflow, times, slots).await
        }
        On::Disk => {
            // On the disk of the build, which is a real one where `/tmp` may not be.
            let program = std::env::current_exe()?;
            let beside = program.parent().ok_or("a program is in a folder")?;
            let folder = tempfile::tempdir_in(beside)?;
            let database = format!("sqlite:{}", folder.path().join("runs.db").display());
            let engine = builder.database(database).durability(Durability::Full).open()?;
            play_on(&engine, workflow, times, slots).await
        }
    }
}

async fn play_on(
    engine: &Engine,
    workflow: &Arc<Workflow>,
    times: &[Duration],
    slots: Option<usize>,
) -> Result<Played> {
    if let Some(slots) = slots {
        let limit = ConcurrencyLimit::for_tag(TAG, u32::try_from(slots)?);
        engine.concurrency_limits().create(limit).await?;
    }
    let play = Play::new(workflow, times, slots);
    engine.run(replay(Arc::clone(&play))).await?;
    let played = play.ended()?;

    let flow_run = engine.runs().flow("replay").limit(1).list().await?.remove(0);
    check_records(workflow, &engine.graph(flow_run.id).await?)?;
    engine.close().await?;
    Ok(played)
}

/// Gives how much it wrote to those that read it.
#[task]
async fn replayed(play: Arc<Play>, task: usize, read: Vec<u64>) -> Result<u64> {
    let tasks = &play.workflow.tasks;
    let parents = tasks[task].parents.iter().filter(|parent| parent.is_read);
    let written: Vec<u64> = parents.map(|parent| tasks[parent.task].bytes).collect();
    if read != written {
        return Err(format!("task {} was given {read:?}, not {written:?}", tasks[task].id).into());
    }
    play.run(task).await?;
    Ok(tasks[task].bytes)
}

#[flow]
async fn replay(play: Arc<Play>) -> Result<()> {
    let tags: &[&str] = if play.slots.is_some() { &[TAG] } else { &[] };
    let mut handles: Vec<RunHandle<u64>> = Vec::with_capacity(play.workflow.tasks.len());
    for (number, task) in play.workflow.tasks.iter().enumerate() {
        let parents = |is_read| -> Vec<&RunHandle<u64>> {
            let parents = task.parents.iter().filter(|parent| parent.is_read == is_read);
            parents.map(|parent| &handles[parent.task]).collect()
        };
        let call =
            replayed::call(Arc::clone(&play), number, parents(true)).wait_for(parents(false));
        let handle = call.named(&task.id).tags(tags.iter().copied()).submit();
        handles.push(handle);
    }
    for handle in &handles {
        handle.await?;
    }
    Ok(())
}

/// The oracle looks at the graph of the flow run, and at when the engine says that its runs ran.
fn check_records(workflow: &Workflow, graph: &Graph) -> Result<()> {
    let tasks = &workflow.tasks;
    let number = |name: &str| tasks.iter().position(|task| task.id == name);
    let numbers: Vec<usize> = graph
        .nodes
        .iter()
        .map(|node| number(&node.name).ok_or(format!("run '{}' is of no task", node.name)))
        .collect::<Result<_, _>>()?;
    let point = |point| match point {
        Point::Node(node) => numbers[node],
        Point::Joint(joint) => tasks.len() + joint,
    };
    let edges: Vec<_> = graph.edges.iter().map(|edge| (point(edge.from), point(edge.to))).collect();
    oracle::check_graph(workflow, &edges)?;

    let mut spans = Vec::new();
    for (node, number) in graph.nodes.iter().zip(&numbers) {
        let completed =
            node.state.as_ref().is_some_and(|state| state.state_type == StateType::Completed);
        let (Some(start), Some(end), true) = (node.start_time, node.end_time, completed) else {
            return Err(format!("run '{}' is not on record as completed", node.name).into());
        };
        let since = |time: tidegate::Timestamp| {
            let began = graph.flow_run.start_time.unwrap_or(start);
            (time - began).to_std().map_err(|error| format!("run '{}': {error}", node.name))
        };
        spans.push((*number, Span { start: since(start)?, end: since(end)? }));
    }
    spans.sort_unstable();
    spans.dedup_by_key(|(number, _)| *number);
    let spans: Vec<Span> = spans.into_iter().map(|(_, span)| span).collect();
    Ok(oracle::check_order(workflow, &spans)?)
}
