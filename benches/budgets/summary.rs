//! The table at the end: every budget of the design, what was measured, and whether it is met.

use std::fmt;

use crate::durable::{FLOWS, FLOWS_AT_ONCE, TASKS};
use crate::figures::Figures;
use crate::limits::WAITERS;

/// What a flow run of two steps waits for: that it runs, its two tasks, and its end.
const COMMITS_A_FLOW: u64 = 4;

/// A figure with its unit.
#[derive(Clone, Copy)]
enum Figure {
    Seconds(f64),
    /// Things a second.
    Rate(f64),
    Bytes(f64),
    Times(f64),
    Count(f64),
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match *self {
            Self::Seconds(seconds) if seconds < 1e-6 => format!("{:.0} ns", seconds * 1e9),
            Self::Seconds(seconds) if seconds < 1e-3 => format!("{:.2} us", seconds * 1e6),
            Self::Seconds(seconds) if seconds < 1.0 => format!("{:.2} ms", seconds * 1e3),
            Self::Seconds(seconds) => format!("{seconds:.1} s"),
            Self::Rate(rate) => format!("{rate:.0} /s"),
            Self::Bytes(bytes) if bytes >= 1e6 => format!("{:.0} MB", bytes / 1e6),
            Self::Bytes(bytes) => format!("{bytes:.0} B"),
            Self::Times(times) => format!("{times:.2} x"),
            Self::Count(count) => format!("{count:.0}"),
        };
        f.pad(&text)
    }
}

impl Figure {
    fn number(self) -> f64 {
        match self {
            Self::Seconds(number)
            | Self::Rate(number)
            | Self::Bytes(number)
            | Self::Times(number)
            | Self::Count(number) => number,
        }
    }
}

/// What a figure is held against.
#[derive(Clone, Copy)]
enum Budget {
    AtMost(Figure),
    AtLeast(Figure),
    /// So many times the floor at most.
    TimesFloor(f64),
    /// For comparison only.
    None,
}

impl Budget {
    fn is_met(self, measured: f64, floor: Option<f64>) -> Option<bool> {
        match self {
            Self::AtMost(limit) => Some(measured <= limit.number()),
            Self::AtLeast(limit) => Some(measured >= limit.number()),
            Self::TimesFloor(times) => floor.map(|floor| measured <= times * floor),
            Self::None => None,
        }
    }
}

impl fmt::Display for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtMost(limit) => f.pad(&format!("<= {limit}")),
            Self::AtLeast(limit) => f.pad(&format!(">= {limit}")),
            Self::TimesFloor(times) => f.pad(&format!("<= {times} x floor")),
            Self::None => f.pad("-"),
        }
    }
}

struct Row {
    what: &'static str,
    measured: Option<Figure>,
    floor: Option<(&'static str, Figure)>,
    budget: Budget,
}

/// Prints the table. A row that this run has not measured is left out.
#[allow(clippy::print_stdout, reason = "the result of `cargo bench`")]
pub(crate) fn print(figures: &Figures) {
    let rows: Vec<Row> = rows(figures).into_iter().filter(|row| row.measured.is_some()).collect();
    if rows.is_empty() {
        return;
    }
    println!("\nMedians of this run. Log lines are off, except where the row says otherwise.\n");
    println!("| what | measured | floor | ratio | budget | met |");
    println!("| --- | --- | --- | --- | --- | --- |");
    for Row { what, measured, floor, budget } in rows {
        let Some(measured) = measured else { continue };
        let floor_number = floor.map(|(_, figure)| figure.number());
        let ratio = floor_number
            .map_or("-".to_owned(), |floor| format!("{:.2}", measured.number() / floor));
        let floor = floor.map_or("-".to_owned(), |(name, figure)| format!("{figure} {name}"));
        let met = match budget.is_met(measured.number(), floor_number) {
            Some(true) => "yes",
            Some(false) => "NO",
            None => "-",
        };
        println!("| {what} | {measured} | {floor} | {ratio} | {budget} | {met} |");
    }
    println!();
}

fn rows(figures: &Figures) -> Vec<Row> {
    use Budget::{AtLeast, AtMost, None as NoBudget, TimesFloor};
    use Figure::{Bytes, Count, Rate, Seconds, Times};

    let seconds = |group: &str, bench: &str| figures.median(group, bench).map(Seconds);
    let rate = |group: &str, bench: &str, count: u64| {
        figures.median(group, bench).map(|seconds| Rate(count as f64 / seconds))
    };
    let floor = |name: &'static str, figure: Option<Figure>| figure.map(|figure| (name, figure));
    let kept = |name: &str| figures.kept(name);
    let row = |what, measured, floor, budget| Row { what, measured, floor, budget };

    let raw_rows = |durability: &str| {
        floor("raw SQLite rows", rate(&format!("concurrent {durability}"), "raw SQLite", TASKS))
    };
    let raw_row = |durability: &str| {
        floor("raw SQLite row", seconds(&format!("sequential {durability}"), "raw SQLite"))
    };
    let syncs_a_flow = figures
        .median("sequential full", "append and sync 4 KiB")
        .map(|sync| Rate((FLOWS_AT_ONCE / COMMITS_A_FLOW) as f64 / sync));
    let linear = kept("large flow seconds a task")
        .zip(kept("small flow seconds a task"))
        .map(|(large, small)| Times(large / small));

    let mut rows = vec![
        row(
            "awaited task, no store",
            seconds("awaited", "task"),
            floor("boxed future", seconds("awaited", "bare boxed future")),
            AtMost(Seconds(2e-6)),
        ),
        row("awaited flow, no store", seconds("awaited", "flow"), None, NoBudget),
        row(
            "submitted task, no store, one at a time",
            seconds("submitted one at a time", "task"),
            floor("spawn and join", seconds("submitted one at a time", "tokio spawn and join")),
            TimesFloor(3.0),
        ),
        row(
            "submitted task, no store, 1,000 at once",
            seconds("submitted", "task"),
            floor("spawn and join", seconds("submitted", "tokio spawn and join")),
            TimesFloor(3.0),
        ),
        row(
            "durable tasks, concurrent, full",
            rate("concurrent full", "tasks", TASKS),
            raw_rows("full"),
            AtLeast(Rate(50_000.0)),
        ),
        row(
            "  the same with log lines stored",
            rate("concurrent full with logs", "tasks", TASKS),
            None,
            NoBudget,
        ),
        row(
            "  file size of a run",
            kept("bytes a run full").map(Bytes),
            None,
            AtMost(Bytes(400.0)),
        ),
        row(
            "durable tasks, concurrent, process",
            rate("concurrent process", "tasks", TASKS),
            raw_rows("process"),
            NoBudget,
        ),
        row(
            "durable tasks, concurrent, none",
            rate("concurrent none", "tasks", TASKS),
            raw_rows("none"),
            NoBudget,
        ),
        row(
            "durable task, sequential, full",
            kept("task beside a sync").map(Seconds),
            floor("4 KiB and fdatasync", kept("sync beside a task").map(Seconds)),
            TimesFloor(1.3),
        ),
        row("  beside SQLite", seconds("sequential full", "task"), raw_row("full"), NoBudget),
        row(
            "durable task, sequential, process",
            seconds("sequential process", "task"),
            raw_row("process"),
            AtMost(Seconds(40e-6)),
        ),
        row(
            "  the same, cached",
            seconds("sequential process", "cached task"),
            raw_row("process"),
            NoBudget,
        ),
        row(
            "durable task, sequential, none",
            seconds("sequential none", "task"),
            raw_row("none"),
            NoBudget,
        ),
        row(
            "flows of two steps, 32 at once, full",
            rate("flows full", "two steps, 32 at once", FLOWS),
            floor("if each commit took one fdatasync", syncs_a_flow),
            AtLeast(Rate(10_000.0)),
        ),
        row(
            "flows of two steps, 32 at once, process",
            rate("flows process", "two steps, 32 at once", FLOWS),
            None,
            NoBudget,
        ),
        row(
            "slot of a concurrency limit, full",
            seconds("slot of a limit", "full"),
            floor("4 KiB and fdatasync", seconds("sequential full", "append and sync 4 KiB")),
            NoBudget,
        ),
        row(
            "slot of a concurrency limit, process",
            seconds("slot of a limit", "process"),
            raw_row("process"),
            NoBudget,
        ),
        row(
            "1,000 tasks on a limit of 10, full",
            rate("limits", "crowd", WAITERS),
            floor("without a limit", rate("limits", "crowd without a limit", WAITERS)),
            NoBudget,
        ),
        row(
            "  processor time while they wait, a second",
            kept("waiting for their own").map(Seconds),
            None,
            AtMost(Seconds(10e-3)),
        ),
        row(
            "  the same, while another process holds the slots",
            kept("waiting for another").map(Seconds),
            None,
            AtMost(Seconds(10e-3)),
        ),
        row(
            "first flow of a process, existing file",
            seconds("first flow", "process with a flow"),
            floor("empty process", seconds("first flow", "process that does nothing")),
            AtMost(Seconds(15e-3)),
        ),
        row(
            "flow of 1,000,000 tasks, 1,000 at once: memory",
            kept("large flow bytes").map(Bytes),
            None,
            AtMost(Bytes(500e6)),
        ),
        row("  time of a task beside that of 100,000", linear, None, AtMost(Times(1.2))),
        row(
            "  memory when all are submitted at once",
            kept("submitted flow bytes").map(Bytes),
            None,
            NoBudget,
        ),
    ];
    for (what, name, budget, durable, rate) in [
        (
            "100,000 tasks submitted at once, no store",
            "submitted",
            TimesFloor(3.0),
            "  the same, full",
            AtLeast(Rate(50_000.0)),
        ),
        (
            "map over 1,000,000 numbers, no store",
            "mapped",
            TimesFloor(3.0),
            "  the same, full",
            AtLeast(Rate(50_000.0)),
        ),
        (
            "10,000 flows of two steps at once, no store",
            "flows",
            NoBudget,
            "  the same, full",
            AtLeast(Rate(10_000.0)),
        ),
    ] {
        let spawned = kept(&format!("fan-out {name} floor")).map(Seconds);
        let each = kept(&format!("fan-out {name}")).map(Seconds);
        rows.push(row(what, each, floor("spawn and join", spawned), budget));
        let durable_rate = kept(&format!("fan-out {name} durable")).map(Rate);
        rows.push(row(durable, durable_rate, None, rate));
    }
    let (held, added) = (kept("fan-out bytes held"), kept("fan-out bytes added"));
    rows.push(row("memory of a mapped run whose handle is held", held.map(Bytes), None, NoBudget));
    let what = "  what another adds, when that was dropped";
    rows.push(row(what, added.map(Bytes), None, NoBudget));
    for (what, durability, batch) in [
        ("store commit of 1 run, full", "full", 1),
        ("store commit of 1,000 runs, full", "full", 1000),
        ("store commit of 1 run, process", "process", 1),
        ("store commit of 1,000 runs, process", "process", 1000),
    ] {
        let group = format!("commit {durability}");
        let raw = floor("raw SQLite", seconds(&group, &format!("raw SQLite/{batch}")));
        rows.push(row(what, seconds(&group, &format!("store/{batch}")), raw, NoBudget));
    }
    rows.push(row(
        "first build of hello world",
        kept("build seconds").map(Seconds),
        None,
        AtMost(Seconds(60.0)),
    ));
    rows.push(row("  crates", kept("crates").map(Count), None, AtMost(Count(80.0))));
    rows
}
