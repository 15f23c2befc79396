//! What can only be seen from outside: the first flow of a fresh process, and the memory of a flow of a million tasks. The
//! bench program starts itself as that process.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use criterion::Criterion;
use tidegate::{Durability, Engine};

use crate::figures::{Figures, Mode};
use crate::setup::{
    Durable, Logs, engine_without_store, folder, keep_busy, no_op, runtime, submit_all, two_steps,
};

/// So many tasks of a large flow are under way at a time.
const AT_ONCE: usize = 1000;

/// What a process started by the bench does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Errand {
    /// Ends at once: what any process costs.
    Nothing,
    /// Runs a first flow, with the defaults of the library.
    FirstFlow,
    /// Runs one flow of so many tasks, a thousand at a time.
    KeepBusy(u64),
    /// Runs one flow of so many tasks, all submitted before the first is awaited.
    SubmitAll(u64),
    /// Holds the handles of a map over so many numbers, and drops them.
    HoldMapped(u64),
}

impl Errand {
    const MARK: &str = "--errand";

    fn arguments(self) -> [String; 3] {
        let (name, tasks) = match self {
            Self::Nothing => ("nothing", 0),
            Self::FirstFlow => ("first-flow", 0),
            Self::KeepBusy(tasks) => ("keep-busy", tasks),
            Self::SubmitAll(tasks) => ("submit-all", tasks),
            Self::HoldMapped(tasks) => ("hold-mapped", tasks),
        };
        [Self::MARK.to_owned(), name.to_owned(), tasks.to_string()]
    }

    fn from_arguments(arguments: &[String]) -> Option<Self> {
        let [mark, name, tasks] = arguments else { return None };
        if mark != Self::MARK {
            return None;
        }
        let tasks = tasks.parse().ok()?;
        match name.as_str() {
            "nothing" => Some(Self::Nothing),
            "first-flow" => Some(Self::FirstFlow),
            "keep-busy" => Some(Self::KeepBusy(tasks)),
            "submit-all" => Some(Self::SubmitAll(tasks)),
            "hold-mapped" => Some(Self::HoldMapped(tasks)),
            _ => None,
        }
    }
}

/// This process, when the bench has started it.
pub(crate) struct Child {
    errand: Errand,
    database: PathBuf,
}

impl Child {
    pub(crate) fn from_arguments() -> Option<Self> {
        let mut arguments: Vec<String> = std::env::args().skip(1).collect();
        let database = arguments.pop()?;
        Some(Self { errand: Errand::from_arguments(&arguments)?, database: database.into() })
    }

    pub(crate) fn run(&self) -> tidegate::Result<()> {
        if self.errand == Errand::Nothing {
            return Ok(());
        }
        runtime().block_on(async {
            if let Errand::HoldMapped(tasks) = self.errand {
                return hold_mapped(tasks).await;
            }
            let engine = open(&self.database)?;
            let started = Instant::now();
            match self.errand {
                Errand::Nothing | Errand::HoldMapped(_) => {}
                Errand::FirstFlow => drop(engine.run(two_steps(1)).await?),
                Errand::KeepBusy(tasks) => engine.run(keep_busy(tasks, AT_ONCE)).await?,
                Errand::SubmitAll(tasks) => engine.run(submit_all(tasks)).await?,
            }
            report(started.elapsed());
            engine.close().await
        })
    }
}

fn open(database: &Path) -> tidegate::Result<Engine> {
    Engine::builder()
        .database(format!("sqlite:{}", database.display()))
        .log_level(tidegate::logging::LevelFilter::OFF)
        .open()
}

/// Maps without a store, whose memory is another matter. Reports what is held more than before while all handles are there; and what the
/// same map adds to that when they were dropped, since an allocator keeps what it is given back.
async fn hold_mapped(tasks: u64) -> tidegate::Result<()> {
    let engine = engine_without_store()?;
    engine.run(submit_all(1000)).await?;
    let before = memory("VmRSS:");
    let handles = no_op::each(0..tasks).on(&engine).submit();
    handles.wait().await;
    let held = memory("VmRSS:").saturating_sub(before);
    drop(handles);
    let handles = no_op::each(0..tasks).on(&engine).submit();
    handles.wait().await;
    let added = memory("VmRSS:").saturating_sub(before + held);
    drop(handles);
    tell(held as f64, added as f64);
    engine.close().await
}

/// Seconds, and the most memory this process has had, in bytes; the memory is 0 where the system does not tell.
fn report(elapsed: Duration) {
    tell(elapsed.as_secs_f64(), memory("VmHWM:") as f64);
}

#[allow(clippy::print_stdout, reason = "read by the process that started this one")]
fn tell(first: f64, second: f64) {
    println!("{first} {second}");
}

/// The memory of this process by this name, in bytes; 0 where the system does not tell.
fn memory(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kilobytes = status
        .lines()
        .find_map(|line| line.strip_prefix(name)?.trim().strip_suffix(" kB")?.parse().ok())
        .unwrap_or(0_u64);
    kilobytes * 1024
}

/// Runs an errand in a process of its own; what it reported.
pub(crate) fn send(errand: Errand, database: &Path) -> (f64, f64) {
    let program = std::env::current_exe().expect("a program knows where it is");
    let output = Command::new(program)
        .args(errand.arguments())
        .arg(database)
        .output()
        .expect("the program can be started");
    assert!(output.status.success(), "{errand:?}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout);
    let mut numbers = text.split_whitespace().map(|number| number.parse().unwrap_or(0.0));
    (numbers.next().unwrap_or(0.0), numbers.next().unwrap_or(0.0))
}

pub(crate) fn bench(criterion: &mut Criterion, figures: &mut Figures) -> tidegate::Result<()> {
    first_flow(criterion)?;
    let (small, large) = match figures.mode {
        Mode::Full => (100_000, 1_000_000),
        Mode::Once => (100, 1_000),
        Mode::Some => return Ok(()),
    };
    for (name, tasks) in [("small", small), ("large", large)] {
        let folder = folder();
        let (seconds, bytes) = send(Errand::KeepBusy(tasks), &folder.path().join("runs.db"));
        figures.keep(&format!("{name} flow seconds a task"), seconds / tasks as f64);
        figures.keep(&format!("{name} flow bytes"), bytes);
    }
    let folder = folder();
    let (_, bytes) = send(Errand::SubmitAll(large), &folder.path().join("runs.db"));
    figures.keep("submitted flow bytes", bytes);
    Ok(())
}

fn first_flow(criterion: &mut Criterion) -> tidegate::Result<()> {
    // The file exists, with runs in it.
    let durable = Durable::open(Durability::Full, Logs::Off)?;
    let runtime = runtime();
    runtime.block_on(durable.engine.run(submit_all(1000)))?;
    let database = durable.database();
    runtime.block_on(durable.engine.close())?;

    let mut group = criterion.benchmark_group("first flow");
    group.sample_size(20);
    group.bench_function("process that does nothing", |bencher| {
        bencher.iter(|| send(Errand::Nothing, &database));
    });
    group.bench_function("process with a flow", |bencher| {
        bencher.iter(|| send(Errand::FirstFlow, &database));
    });
    group.finish();
    Ok(())
}
