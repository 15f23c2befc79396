//! What Tidegate costs: each figure is measured beside its floor, in one run, and held against its budget in a table at the
//! end. It never fails a build: figures are for people to read.
//!
//! ```text
//!   cargo bench                       everything, and the table
//!   cargo bench -- --test             everything once, without figures
//!   cargo bench -- awaited            what has `awaited` in its name
//!   TIDEGATE_BENCH_BUILD=1 cargo bench   also builds a user's first crate from nothing
//! ```

mod build;
mod calls;
mod commits;
mod durable;
mod fan_out;
mod figures;
mod floors;
mod limits;
mod processes;
mod setup;
mod summary;

use crate::figures::{Figures, Mode};

fn main() -> tidegate::Result<()> {
    if let Some(child) = processes::Child::from_arguments() {
        return child.run();
    }
    let mut criterion = Figures::criterion();
    let mut figures = Figures::start();
    calls::bench(&mut criterion)?;
    commits::bench(&mut criterion)?;
    durable::bench(&mut criterion, &mut figures)?;
    limits::bench(&mut criterion, &mut figures)?;
    processes::bench(&mut criterion, &mut figures)?;
    fan_out::bench(&mut figures)?;
    build::measure(&mut figures);
    criterion.final_summary();
    if figures.mode != Mode::Once {
        summary::print(&figures);
    }
    Ok(())
}
