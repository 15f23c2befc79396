//! Replays of real workflows: tasks, dependencies and times that were recorded on clusters, scaled down. Each is checked by an oracle,
//! and its time is told beside what no schedule can go below. Figures fail nothing; a task that began too early does.
//!
//! ```text
//!   cargo bench --bench replay                   every workflow, and the table
//!   cargo bench --bench replay -- --test         every workflow once, in little time
//!   cargo bench --bench replay -- seismology     what has `seismology` in its name
//!   TIDEGATE_WFINSTANCES=folder cargo bench      where the workflows are: WfCommons instances of WfFormat 1.5, as
//!                                                `*.json`; or else `../shared/data/wfinstances/` beside the repository
//! ```

mod bare;
mod generated;
mod instance;
mod oracle;
mod play;
mod report;
mod workflow;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tidegate::Result;

use crate::play::On;
use crate::workflow::Workflow;

/// So many tasks at once, where they are counted.
const SLOTS: usize = 8;

/// Where the workflows are, if nothing else is said; from the root of the repository.
const FOLDER: &str = "../shared/data/wfinstances/";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--list") {
        return Ok(());
    }
    let is_test = arguments.iter().any(|argument| argument == "--test");
    // How long a workflow takes at best on its slots, and how often it is replayed.
    let (whole, replays) = if is_test { (50, 1) } else { (1000, 3) };

    let mut workflows = workflows()?;
    let wanted: Vec<_> = arguments.iter().filter(|argument| !argument.starts_with('-')).collect();
    workflows.retain(|workflow| {
        wanted.is_empty() || wanted.iter().any(|part| workflow.name.contains(part.as_str()))
    });
    if workflows.is_empty() {
        return Ok(());
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    report::head(replays);
    for workflow in workflows.into_iter().map(Arc::new) {
        let times = workflow.scaled(SLOTS, Duration::from_millis(whole));
        for slots in [None, Some(SLOTS)] {
            for on in On::ALL {
                let replay = |_| {
                    let played = runtime.block_on(play::play(&workflow, &times, slots, on));
                    played.map_err(|error| {
                        format!("replay of {} on {on:?}, slots {slots:?}: {error}", workflow.name)
                    })
                };
                let mut played = (0..replays).map(replay).collect::<Result<Vec<_>, _>>()?;
                played.sort_by_key(|played| played.makespan);
                report::row(&workflow, &times, slots, on, &played[replays / 2]);
            }
        }
    }
    Ok(())
}

/// What is to be replayed: what was recorded, or else what is made up.
#[allow(clippy::print_stdout, reason = "the result of `cargo bench`")]
fn workflows() -> Result<Vec<Workflow>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let said = std::env::var_os("TIDEGATE_WFINSTANCES").map(PathBuf::from);
    let folder = root.join(said.unwrap_or_else(|| FOLDER.into()));
    let recorded = instance::read_folder(&folder)?;
    if recorded.is_empty() {
        println!(
            "There are no recorded workflows in {}, so one is made up. Set TIDEGATE_WFINSTANCES to a folder of WfCommons instances.",
            folder.display()
        );
        return Ok(vec![generated::workflow(1)]);
    }
    Ok(recorded)
}
