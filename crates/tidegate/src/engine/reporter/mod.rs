//! Shows people how far long flow runs have got: as bars on a terminal, or as log lines now and then. One task of each engine looks at what
//! lives; it never touches a run, and runs pay for it with the counts of `tally`.
//!
//! ```text
//!   a flow run begins ──> Engine::report ──> report, one task ── looks, each second or more often ──> Watched
//!                                                ├──> a log line of the flow run, when its Course says that one is due
//!                                                └──> Bars, above which log lines are printed
//! ```

mod course;
mod tally;
mod watched;
mod words;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tidegate_core::{LogLevel, RunId};
use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::engine::{Engine, LiveRun, Nursery, WeakEngine};
use crate::log::{Bar, RunLogger, Shows};
use crate::redact::redact;
use course::Course;
pub(crate) use tally::{Counted, Counts, Ended, Tally};
use watched::Watched;
use words::{note, roughly, sentence};

/// How often it looks where no bar is drawn.
const LOOK: Duration = Duration::from_secs(1);

/// How often bars are drawn.
const DRAW: Duration = Duration::from_millis(125);

/// So long something takes before it has a bar.
const LONG: Duration = Duration::from_secs(1);

/// So many runs were submitted before there is a line about them, or a bar for a subflow.
const MANY: usize = 10;

/// So many bars are drawn at most.
const BARS: usize = 6;

/// A rest is at least so many times as long as the look before it.
const RESTS: u32 = 20;

/// See the module.
pub(super) struct Reporter {
    shared: Arc<Shared>,
    /// Of the one task.
    nursery: Nursery,
}

struct Shared {
    shows: Shows,
    /// Whether the task is there. It ends with the runtime that it was spawned on.
    is_there: AtomicBool,
    /// Whether it waits for something to look at.
    waits: AtomicBool,
    begun: Notify,
}

impl Reporter {
    pub(super) fn new(shows: Shows) -> Self {
        let shared = Shared {
            shows,
            is_there: AtomicBool::new(false),
            waits: AtomicBool::new(false),
            begun: Notify::new(),
        };
        Self { shared: Arc::new(shared), nursery: Nursery::new() }
    }

    /// Shows nothing any more.
    pub(super) async fn stop(&self) {
        self.nursery.stop();
        self.nursery.join().await;
    }
}

/// An engine that is dropped without being closed.
impl Drop for Reporter {
    fn drop(&mut self) {
        self.nursery.stop();
    }
}

impl Engine {
    /// Something has begun that may take long.
    pub(crate) fn report(&self) {
        let shared = &self.0.reporter.shared;
        if let Shows::Nothing = shared.shows {
            return;
        }
        if !shared.is_there.load(Ordering::SeqCst) {
            if Handle::try_current().is_ok() && !shared.is_there.swap(true, Ordering::SeqCst) {
                let report = report(self.downgrade(), There(Arc::clone(shared)));
                self.0.reporter.nursery.spawn(report);
            }
        } else if shared.waits.load(Ordering::SeqCst) {
            shared.begun.notify_one();
        }
    }

    /// A flow run is over: what its caller prints next shall not stand beside its bar.
    pub(super) fn take_bar(&self, live: &LiveRun) {
        if let Shows::Bars(bars) = &self.0.reporter.shared.shows {
            bars.remove(live.id());
        }
    }
}

/// The task is there, until this is dropped.
struct There(Arc<Shared>);

impl Drop for There {
    fn drop(&mut self) {
        if let Shows::Bars(bars) = &self.0.shows {
            bars.show(Vec::new(), 0);
        }
        self.0.is_there.store(false, Ordering::SeqCst);
    }
}

/// What is kept from one look to the next.
#[derive(Default)]
struct Seen {
    /// Of what has not ended.
    courses: HashMap<Option<RunId>, Course>,
    /// What had been counted outside of flow runs when nothing of it was left.
    before: Counts,
}

/// Looks again and again, as long as there is an engine.
async fn report(engine: WeakEngine, there: There) {
    let shared = &there.0;
    let began = Instant::now();
    let mut seen = Seen::default();
    loop {
        let looked = Instant::now();
        let rest = {
            let Some(engine) = engine.upgrade() else { return };
            shared.look(&engine, began.elapsed(), &mut seen)
        };
        if let Some(rest) = rest {
            tokio::time::sleep(rest.max(looked.elapsed() * RESTS)).await;
            continue;
        }
        shared.waits.store(true, Ordering::SeqCst);
        // Asked after that is said: whoever begins something then sees it, or is seen.
        let waits = engine.upgrade().is_some_and(|engine| engine.has_nothing_to_watch());
        if waits {
            shared.begun.notified().await;
        }
        shared.waits.store(false, Ordering::SeqCst);
    }
}

impl Shared {
    /// Shows what there is to see, and says when to look again; none when there is nothing.
    fn look(&self, engine: &Engine, now: Duration, seen: &mut Seen) -> Option<Duration> {
        let watched = engine.watched(&mut seen.before);
        let mut known = std::mem::take(&mut seen.courses);
        for each in watched.iter().filter(|each| each.remaining() > 0) {
            let course = known.remove(&each.key());
            let course = course.unwrap_or_else(|| Course::begin(now, each.counts));
            seen.courses.insert(each.key(), course);
        }
        let rest = match &self.shows {
            Shows::Nothing => return None,
            Shows::Lines => {
                for each in &watched {
                    if let Some(course) = seen.courses.get_mut(&each.key()) {
                        say(each, course, now);
                    }
                }
                LOOK
            }
            Shows::Bars(bars) => {
                let course = |each: &Watched| seen.courses.get(&each.key());
                let long: Vec<_> =
                    watched.iter().filter(|each| is_long(each, course(each), now)).collect();
                let shown = long.iter().take(BARS).map(|each| bar(each, course(each), now));
                bars.show(shown.collect(), long.len().saturating_sub(BARS));
                if long.is_empty() { LOOK / 4 } else { DRAW }
            }
        };
        (!watched.is_empty()).then_some(rest)
    }
}

/// Says in a line how far it has got, if it is many runs and time for that.
fn say(watched: &Watched, course: &mut Course, now: Duration) {
    if watched.counts.submitted < MANY || !course.is_due(now) {
        return;
    }
    let logger = match &watched.live {
        Some(live) => live.logger_at(LogLevel::Info),
        None => Some(RunLogger::outside()),
    };
    if let Some(logger) = logger {
        logger.info(sentence(watched.counts, course.left(now, watched.counts)));
    }
}

/// How long it has taken; a flow run says itself when it began.
fn age(watched: &Watched, course: Option<&Course>, now: Duration) -> Duration {
    match &watched.live {
        Some(_) => watched.age,
        None => course.map_or(Duration::ZERO, |course| course.elapsed(now)),
    }
}

/// Whether it takes so long that it has a bar. A subflow has one if it submits much itself.
fn is_long(watched: &Watched, course: Option<&Course>, now: Duration) -> bool {
    let is_many = watched.counts.submitted >= MANY && watched.remaining() > 0;
    age(watched, course, now) >= LONG && (watched.is_top || is_many)
}

/// The bar that shows how far it has got.
fn bar(watched: &Watched, course: Option<&Course>, now: Duration) -> Bar {
    let (counts, age) = (watched.counts, age(watched, course, now));
    let of = match &watched.live {
        Some(live) => redact(&live.speaker().to_string()).into_owned(),
        None => "Outside of flow runs".to_owned(),
    };
    let is_paused = watched.live.as_ref().is_some_and(|live| live.is_paused());
    let note = match counts.submitted {
        _ if is_paused => format!("paused; {}", roughly(age)),
        0 => roughly(age),
        _ => note(counts, age, course.and_then(|course| course.left(now, counts))),
    };
    let done = (counts.submitted > 0).then_some((counts.ended, counts.submitted));
    Bar { key: watched.key(), of, done, note }
}
