//! Records of a day of a shop that look real, with times in the past: what no program could run while a test waits.

use std::path::Path;
use std::sync::Arc;

use tidegate_core::{
    Clock, Definition, Parameter, Run, RunId, RunKind, State, StateType, Store, Timestamp, Write,
};
use tidegate_store::{Options, Sqlite};

/// What tests look for in it.
pub(super) struct Story {
    /// A flow run that failed.
    pub(super) failed: RunId,
    /// How many flow runs there are.
    pub(super) runs: usize,
}

/// A flow: how often it runs in minutes, how long it takes in seconds, and on what.
struct Habit {
    flow: &'static str,
    about: &'static str,
    minutes: i64,
    seconds: u64,
    tags: &'static [&'static str],
}

const HABITS: [Habit; 5] = [
    Habit {
        flow: "import-orders",
        about: "Brings the orders of the day into the warehouse.",
        minutes: 15,
        seconds: 42,
        tags: &["orders", "warehouse"],
    },
    Habit {
        flow: "sync-stock",
        about: "Tells the shop what is in stock.",
        minutes: 20,
        seconds: 11,
        tags: &["shop"],
    },
    Habit {
        flow: "send-invoices",
        about: "Writes invoices and sends them.",
        minutes: 60,
        seconds: 95,
        tags: &["finance"],
    },
    Habit {
        flow: "refresh-forecast",
        about: "Fits a model of demand for each region.",
        minutes: 180,
        seconds: 640,
        tags: &["forecast", "gpu"],
    },
    Habit {
        flow: "nightly-report",
        about: "Sums up the day for those who sell.",
        minutes: 1440,
        seconds: 210,
        tags: &["finance"],
    },
];

const HOW: [&str; 16] = [
    "amber", "brisk", "calm", "daring", "eager", "fond", "gentle", "hardy", "ivory", "jolly",
    "keen", "lucid", "mellow", "noble", "quiet", "vivid",
];
const WHO: [&str; 16] = [
    "badger", "crane", "dormouse", "egret", "falcon", "gecko", "heron", "ibex", "jackdaw",
    "kestrel", "lynx", "marten", "newt", "otter", "puffin", "wren",
];

/// Numbers that look thrown and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

/// Writes it into the database of this folder.
pub(super) fn write(folder: &Path) -> Story {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let store = Sqlite::open(Options::file(folder.join("tidegate.db"))).unwrap();
        let runs = runs(Clock::system().now());
        let failed =
            runs.iter().rev().find(|run| run.state().unwrap().name == "Failed").unwrap().id;
        let story = Story { failed, runs: runs.len() };
        for run in runs {
            store.put(Write::Begin(Box::new(run))).await.unwrap();
        }
        store.close().await.unwrap();
        story
    })
}

fn runs(now: Timestamp) -> Vec<Run> {
    let (mut dice, mut runs) = (Dice(88_172_645_463_325_252), Vec::new());
    for habit in &HABITS {
        let definition = Arc::new(definition(habit));
        let first = 2 * 1440 / habit.minutes;
        for back in (0..first.max(7)).rev() {
            let ago = back * habit.minutes * 60 + 47 * habit.minutes + 90;
            let start = now - chrono::TimeDelta::seconds(ago);
            runs.push(run(habit, &definition, start, ago, &mut dice));
        }
        let at = now + chrono::TimeDelta::minutes(habit.minutes / 4 + 3);
        runs.push(ahead(&definition, habit, now, State::scheduled(at, now), &mut dice));
    }
    let late = now - chrono::TimeDelta::minutes(9);
    let invoices = Arc::new(definition(&HABITS[2]));
    runs.push(ahead(&invoices, &HABITS[2], now, State::late(late, now), &mut dice));
    runs.sort_by_key(|run| run.created);
    for run in &mut runs {
        run.root_flow_run_id = Some(run.id);
    }
    runs
}

fn definition(habit: &Habit) -> Definition {
    Definition {
        key: format!("shop::{}", habit.flow),
        description: Some(habit.about.to_owned()),
        version: Some("2.13.1".to_owned()),
        tags: habit.tags.iter().map(|tag| (*tag).to_owned()).collect(),
        parameters: vec![Parameter {
            name: "day".to_owned(),
            type_name: "String".to_owned(),
            default: None,
        }],
        ..Definition::new(RunKind::Flow, habit.flow)
    }
}

fn begun(definition: &Arc<Definition>, habit: &Habit, at: Timestamp, dice: &mut Dice) -> Run {
    let name = format!("{}-{}", HOW[dice.below(16) as usize], WHO[dice.below(16) as usize]);
    let mut run = Run::new(Arc::clone(definition), name, at);
    run.tags = habit.tags.iter().map(|tag| (*tag).to_owned()).collect();
    run.parameters.insert("day", at.format("%-d %B").to_string());
    run
}

fn ahead(
    definition: &Arc<Definition>,
    habit: &Habit,
    now: Timestamp,
    state: State,
    dice: &mut Dice,
) -> Run {
    let mut run = begun(definition, habit, now, dice);
    run.next_scheduled_start_time = state.scheduled_time();
    run.expected_start_time = state.scheduled_time();
    run.states.push(state);
    run
}

/// One that has ended. Some seven hours ago the warehouse was down for an hour; otherwise little goes wrong.
fn run(
    habit: &Habit,
    definition: &Arc<Definition>,
    start: Timestamp,
    ago: i64,
    dice: &mut Dice,
) -> Run {
    let mut run = begun(definition, habit, start, dice);
    let millis = habit.seconds * (700 + dice.below(700) + dice.below(2) * dice.below(400));
    let down = (6 * 3600..7 * 3600 + 900).contains(&ago) && habit.minutes < 60;
    let throw = dice.below(100);
    let end = start + chrono::TimeDelta::milliseconds(millis as i64);
    let last = match throw {
        _ if down && throw < 85 => State::failed(end).message(
            "Flow run encountered an exception: the warehouse refused the connection (os error 111)",
        ),
        0 => State::failed(end).message("Flow run encountered an exception: HTTP 503 from the shop"),
        1 if habit.minutes > 15 => {
            State::timed_out(end).message("Flow run exceeded timeout of 60 second(s)")
        }
        2 => State::crashed(end).message("Its process ended without a word."),
        3 => State::cancelled(end),
        _ => State::completed(end),
    };
    let running = State::running(start + chrono::TimeDelta::milliseconds(6));
    run.start_time = Some(running.timestamp);
    run.end_time = Some(end);
    run.run_count = 1;
    run.total_run_time = (end - running.timestamp).to_std().unwrap_or_default();
    run.states = vec![State::pending(start), running, last];
    debug_assert!(run.state().is_some_and(|state| state.state_type() != StateType::Running));
    run
}
