//! Tidegate beside its peers: the same work, by turns, in one run on one machine; medians and ratios at the end.
//!
//! ```text
//!   cargo run --release --manifest-path benches/peers/tidegate/Cargo.toml
//! ```
//!
//! dagx runs tasks in memory, as Tidegate does without a store. durare and cloacina record what they do in a SQLite file. Each of
//! these measurements is a process with a new file, and a peer that can sync as Tidegate does is measured with and without.

mod contender;
mod in_memory;
mod recorded;

use contender::Contender;

/// Each is measured so many times, by turns.
const ROUNDS: usize = 5;

/// One line of the comparison: the same work for each of those who can do it.
struct Row {
    name: &'static str,
    /// How many of what is counted.
    count: u64,
    /// What is counted.
    unit: &'static str,
    contenders: Vec<Contender>,
}

fn main() {
    if let Some(seconds) = recorded::run_as_child() {
        println!("{seconds}");
        return;
    }
    contender::build_peers();
    for row in rows() {
        measure(&row);
    }
}

fn rows() -> Vec<Row> {
    vec![
        Row {
            name: "independent tasks at once, in memory",
            count: 100_000,
            unit: "task",
            contenders: vec![
                Contender::here("tidegate, submitted and awaited", in_memory::submitted),
                Contender::here("dagx, added, run and read", in_memory::dagx_independent),
                Contender::here("tokio, spawned and joined", in_memory::spawned),
            ],
        },
        Row {
            name: "a chain of tasks, in memory",
            count: 10_000,
            unit: "task",
            contenders: vec![
                Contender::here("tidegate, awaited", in_memory::awaited),
                Contender::here("dagx, each after the last", in_memory::dagx_chain),
            ],
        },
        Row {
            name: "steps of one workflow, one after another",
            count: 1_000,
            unit: "step",
            contenders: vec![
                Contender::ours("tidegate, full", "steps", "full"),
                Contender::ours("tidegate, process", "steps", "process"),
                Contender::durare("durare, each commit synced", "steps", true),
                Contender::durare("durare, as it comes", "steps", false),
            ],
        },
        Row {
            name: "steps of one workflow, at once",
            count: 10_000,
            unit: "step",
            contenders: vec![
                Contender::ours("tidegate, full", "fan-out", "full"),
                Contender::ours("tidegate, process", "fan-out", "process"),
                Contender::durare("durare, each commit synced", "fan-out", true),
                Contender::durare("durare, as it comes", "fan-out", false),
            ],
        },
        Row {
            name: "workflows of two steps, 32 at once",
            count: 1_000,
            unit: "workflow",
            contenders: vec![
                Contender::ours("tidegate, full", "flows", "full"),
                Contender::ours("tidegate, process", "flows", "process"),
                Contender::durare("durare, each commit synced", "flows", true),
                Contender::durare("durare, as it comes", "flows", false),
                Contender::cloacina("cloacina, as it comes", "flows"),
            ],
        },
    ]
}

/// By turns, so that a slow minute of the machine is one for all.
fn measure(row: &Row) {
    let mut seconds = vec![Vec::new(); row.contenders.len()];
    for _ in 0..ROUNDS {
        for (contender, seconds) in row.contenders.iter().zip(&mut seconds) {
            seconds.push(contender.run(row.count));
        }
    }
    let each: Vec<f64> =
        seconds.into_iter().map(|times| median(times) / row.count as f64).collect();
    println!("\n{}: {}", row.count, row.name);
    println!(
        "| who | time for each {} | a second | to the first |\n| --- | --- | --- | --- |",
        row.unit
    );
    for (contender, time) in row.contenders.iter().zip(&each) {
        println!(
            "| {} | {:.2} us | {:.0} | {:.2}x |",
            contender.name,
            time * 1e6,
            1.0 / time,
            time / each[0]
        );
    }
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
