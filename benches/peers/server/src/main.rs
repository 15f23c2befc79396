//! Tidegate's server beside a real Prefect server: the same requests from the same client, by turns, in one run on one machine.
//!
//! ```text
//!   cargo run --release --manifest-path benches/peers/server/Cargo.toml
//! ```
//!
//! Prefect 3.8.3 is run by the Python that `TIDEGATE_TEST_PREFECT_PYTHON` names, or by one that is made for it; without Python its
//! columns are empty. It has its defaults: SQLite in WAL mode with `synchronous = NORMAL`, which syncs at a checkpoint and not at a
//! commit, and its services beside. Tidegate is measured as it comes, with a sync at each commit (`full`), and at the level that says
//! as much as Prefect's does (`process`). A client, a server and the disk share the processors.

mod client;
mod floors;
mod load;
mod peer;
mod process;
mod python;
mod reads;
mod report;
mod served;
mod writes;

use std::time::Duration;

use load::median;
use peer::{Kind, Peer};
use report::{Table, shown, time};
use writes::{Rates, Work};

/// Each is measured so many times, by turns.
const ROUNDS: usize = 3;

/// For so long each time.
const TIME: Duration = Duration::from_secs(1);

/// So many clients at once.
const CLIENTS: [usize; 2] = [1, 32];

fn main() {
    if served::as_child() {
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime starts").block_on(compare());
}

async fn compare() {
    let prefect = python::find_or_make().map(Kind::Prefect);
    if prefect.is_none() {
        println!("skipped: there is no Python in which Prefect can be installed");
    }
    compare_writes(prefect.as_ref()).await;
    compare_reads(prefect.as_ref()).await;
}

async fn compare_writes(prefect: Option<&Kind>) {
    let ours = [Kind::Floor, Kind::Tidegate("full"), Kind::Tidegate("process")];
    let mut peers = Vec::new();
    for kind in ours.iter().chain(prefect) {
        eprintln!("starting {}", kind.name());
        peers.push(Peer::start(kind).await);
    }
    let mut rates: Vec<Rates> = peers.iter().map(|_| Rates::default()).collect();
    let (mut synced, mut committed) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        eprintln!("writing, {} of {ROUNDS}", round + 1);
        synced.push(floors::synced(300));
        committed.push(floors::committed(300));
        for clients in CLIENTS {
            for (peer, rates) in peers.iter().zip(&mut rates) {
                writes::measure(peer, round, clients, TIME, rates).await;
            }
        }
    }
    println!(
        "floors: one fdatasync of 4 KiB {}, one commit of SQLite alone {}",
        time(Some(median(synced))),
        time(Some(median(committed)))
    );
    let mut columns: Vec<String> = peers.iter().map(|peer| peer.kind.name()).collect();
    columns.push("full to Prefect".to_owned());
    let mut table = Table::new("written a second", &columns);
    for work in Work::ALL {
        for clients in CLIENTS {
            let of = |rates: &Rates| rates.each.get(&(work, clients)).cloned().map(median);
            let figures: Vec<Option<f64>> = rates.iter().map(of).collect();
            let texts: Vec<String> = figures.iter().map(|figure| shown(*figure, "")).collect();
            let ratio = figures.get(3).copied().flatten().zip(figures[1]);
            let ratio = ratio.map(|(theirs, ours)| ours / theirs);
            table.row(&format!("{}, {clients} at once", work.name()), &texts, ratio);
        }
    }
    table.print();
    for (peer, rates) in peers.iter().zip(&rates).filter(|(_, rates)| rates.refused > 0) {
        println!(
            "\n{} answered {} of these requests with 503; they are not counted.",
            peer.kind.name(),
            rates.refused
        );
    }
}

async fn compare_reads(prefect: Option<&Kind>) {
    let ours = Kind::Tidegate("full");
    let kinds: Vec<&Kind> = std::iter::once(&ours).chain(prefect).collect();
    let mut columns: Vec<String> = kinds.iter().map(|kind| kind.name()).collect();
    columns.push("Prefect to Tidegate".to_owned());
    let (mut pages, mut others) = (Vec::new(), Vec::new());
    let mut names = Vec::new();
    for kind in kinds {
        let (of_pages, of_rest) = one_reader(kind, prefect, &mut names).await;
        pages.push(of_pages);
        others.push(of_rest);
    }
    let ratio = |figures: &[Option<f64>]| match figures {
        [Some(ours), Some(theirs)] if *ours > 0.0 => Some(theirs / ours),
        _ => None,
    };
    let mut table = Table::new("read, one after the other", &columns);
    for (row, name) in names.iter().enumerate() {
        let figures: Vec<Option<f64>> = pages.iter().map(|times| Some(times[row])).collect();
        let texts: Vec<String> = figures.iter().map(|figure| time(*figure)).collect();
        table.row(name, &texts, ratio(&figures));
    }
    table.print();
    let mut table = Table::new("besides", &columns);
    for (row, (name, unit)) in BESIDES.iter().enumerate() {
        let figures: Vec<Option<f64>> = others.iter().map(|figures| figures[row]).collect();
        let show = |figure: &Option<f64>| match *unit {
            "s" => time(*figure),
            unit => shown(*figure, unit),
        };
        let texts: Vec<String> = figures.iter().map(show).collect();
        table.row(name, &texts, ratio(&figures));
    }
    table.print();
}

/// What is measured of a server beside its pages, with the unit.
const BESIDES: [(&str, &str); 8] = [
    ("from the start to the first answer, with no database yet", "s"),
    ("from the start to the first answer, with a database", "s"),
    ("memory when started", " MiB"),
    ("memory after 11,500 runs were made and read", " MiB"),
    ("of a processor while nobody asks", " %"),
    ("11,502 runs made one after the other", "s"),
    ("a flow of Prefect's client, 100 tasks", "s"),
    ("the same with the start of Python", "s"),
];

/// The pages and the rest of one server.
async fn one_reader(
    kind: &Kind,
    prefect: Option<&Kind>,
    names: &mut Vec<&'static str>,
) -> (Vec<f64>, Vec<Option<f64>>) {
    eprintln!("starting {}", kind.name());
    let peer = Peer::start(kind).await;
    let first = peer.started_in;
    let mut again = Vec::new();
    let mut peer = peer;
    for _ in 0..ROUNDS {
        peer = peer.restart().await;
        again.push(peer.started_in);
    }
    let idle = process::idle_share(peer.process(), 3 * TIME).await;
    let memory = process::resident(peer.process());
    eprintln!("making 11,502 runs on {}", kind.name());
    let seeded = reads::seed(&peer).await;
    reads::check(&peer, &seeded).await;
    eprintln!("reading from {}", kind.name());
    *names = reads::pages(&seeded).into_iter().map(|(name, _)| name).collect();
    let pages = reads::measure(&peer, &seeded, TIME).await;
    let loaded = process::resident(peer.process());
    let mut flows = Vec::new();
    if let Some(Kind::Prefect(python)) = prefect {
        eprintln!("running flows against {}", kind.name());
        flows.extend((0..ROUNDS).map(|_| python::flow(python, peer.address)));
    }
    let of_flows = |part: fn(&(f64, f64)) -> f64| {
        (!flows.is_empty()).then(|| median(flows.iter().map(part).collect()))
    };
    let rest = vec![
        Some(first),
        Some(median(again)),
        memory,
        loaded,
        idle.map(|share| 100.0 * share),
        Some(seeded.seconds),
        of_flows(|(flow, _)| *flow),
        of_flows(|(_, whole)| *whole),
    ];
    (pages, rest)
}
