//! Every public future, dropped at its first wait, then at its second, and so on to its end, on a store in memory and on a file:
//! no run is left as if it went on, no lease and no transaction is left, and nothing hangs.

mod cases;

use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use futures_util::future::BoxFuture;
use tidegate::{Engine, Run, RunId, StateType};
use tokio::sync::Notify;

use crate::child::{Child, block_on};
use crate::proof::{amount, in_memory, say};
use crate::troubled::Troubled;
use cases::{CASES, Case};

/// Whatever takes so long hangs.
const HANGS: Duration = Duration::from_secs(20);

/// With threads at work a future waits more often now and less often then; so it must have ended so often at one number of polls.
const ENDS: usize = 3;

/// Where runs are kept.
#[derive(Clone, Copy, Debug)]
enum Place<'a> {
    Memory,
    File(&'a Path),
}

/// What was done.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    drops: usize,
    polls: usize,
    runs: usize,
}

impl Place<'_> {
    /// An engine, and another that can look at its runs after it was closed.
    fn open(self) -> (Engine, Engine) {
        match self {
            Self::Memory => {
                let (store, engine) = Troubled::engine();
                store.stays_open.store(true, Ordering::Relaxed);
                (engine, Engine::builder().store(store).open().unwrap())
            }
            Self::File(folder) => {
                let url = format!("sqlite:{}", folder.join("tidegate.db").display());
                let open = || Engine::builder().database(&url).open().unwrap();
                (open(), open())
            }
        }
    }
}

/// Tells that a future wants to be polled again.
#[derive(Debug, Default)]
struct Woken(Notify);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.notify_one();
    }
}

/// A future that must not hang.
async fn soon<F: Future>(what: &str, future: F) -> F::Output {
    match tokio::time::timeout(HANGS, future).await {
        Ok(output) => output,
        Err(_elapsed) => panic!("{what} hangs"),
    }
}

/// When a future is dropped that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    /// As soon as it waits.
    AtOnce,
    /// When it could go on.
    Woken,
}

/// Polls a future so many times at most, each time when it wants to be, then drops it; whether it ended. `between` is called after
/// the first time.
async fn poll_at_most(
    what: &str,
    (polls, moment): (usize, Moment),
    between: impl FnOnce(),
    future: BoxFuture<'static, ()>,
) -> bool {
    let woken = Arc::new(Woken::default());
    let waker = Waker::from(Arc::clone(&woken));
    let (mut future, mut between) = (pin!(future), Some(between));
    for poll in 1..=polls {
        if let Poll::Ready(()) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return true;
        }
        if let Some(between) = between.take() {
            between();
        }
        if poll < polls || moment == Moment::Woken {
            soon(what, woken.0.notified()).await;
        }
    }
    false
}

/// Drops the future of a case at each of its waits, each time on another store.
async fn check(case: &Case, in_file: bool, counts: &mut Counts) {
    let mut ends = 0;
    for polls in 0.. {
        assert!(polls < 500, "{} never ended", case.name);
        let mut ended = true;
        for moment in [Moment::AtOnce, Moment::Woken] {
            let folder = in_memory();
            let place = if in_file { Place::File(folder.path()) } else { Place::Memory };
            ended &= drop_after(case, place, (polls, moment), counts).await;
        }
        ends = if ended { ends + 1 } else { 0 };
        if ends == ENDS {
            break;
        }
    }
}

async fn drop_after(
    case: &Case,
    place: Place<'_>,
    (polls, moment): (usize, Moment),
    counts: &mut Counts,
) -> bool {
    let what = format!("{} on {place:?}, dropped after {polls} polls {moment:?},", case.name);
    let (engine, other) = place.open();
    let future = soon(&what, (case.prepare)(engine.clone())).await;
    let ended = poll_at_most(&what, (polls, moment), || {}, future).await;
    counts.drops += 1;
    counts.polls += polls;

    // Nothing stands in the way of another connection, or of other runs where the engine lives on.
    soon(&what, other.sql_transaction(|_| Ok::<_, tidegate::Error>(()))).await.unwrap();
    if case.engine_goes_on {
        soon(&what, engine.flush()).await.unwrap();
        assert_eq!(soon(&what, engine.run(cases::work(1))).await.unwrap(), 1);
    }
    soon(&what, engine.close()).await.unwrap();
    counts.runs += judge(&what, &other, case).await;
    soon(&what, other.close()).await.unwrap();
    ended
}

/// Whether it has left its process, so that nobody owns it until it is resumed.
fn is_suspended(run: &Run) -> bool {
    run.state().unwrap().name == "Suspended" && run.lease.is_none()
}

/// Runs that look as if they went on.
async fn unfinished(engine: &Engine) -> Vec<Run> {
    let question = [StateType::Scheduled, StateType::Pending, StateType::Running]
        .into_iter()
        .chain([StateType::Paused, StateType::Cancelling])
        .fold(engine.runs(), |runs, state_type| runs.state(state_type));
    let mut runs = question.list().await.unwrap();
    runs.retain(|run| !is_suspended(run));
    runs
}

/// There is no lease, every run has ended, and none that completed or crashed has lost its books; how many there are.
async fn judge(what: &str, engine: &Engine, case: &Case) -> usize {
    let left = unfinished(engine).await;
    assert!(left.is_empty(), "{what} leaves {left:?}");
    let leases = engine.store().unwrap().leases().await.unwrap();
    assert!(leases.is_empty(), "{what} leaves {leases:?}");
    let runs = engine.runs().list().await.unwrap();
    for run in &runs {
        let ended = run.states.iter().filter(|state| state.is_completed()).count();
        assert!(ended <= 1, "{what} has completed a run twice: {run:?}");
        let has_ended = run.end_time.is_some() || is_suspended(run);
        assert!(has_ended, "{what} leaves a run without its end: {run:?}");
    }
    if case.only_watches {
        let lost = runs.iter().find(|run| !run.state().unwrap().is_completed());
        assert!(lost.is_none(), "{what} has touched a run: {lost:?}");
    }
    runs.len()
}

/// The id of a run that failed.
async fn failed(call: impl Future<Output = tidegate::Result<u32>>) -> RunId {
    call.await.unwrap_err().run_id().unwrap()
}

/// Drops every future on every kind of store, so often; `runtime` is what the test says of its own.
async fn check_all(runtime: &str, times: usize) {
    let mut totals = [Counts::default(); 2];
    for case in CASES {
        for _ in 0..times {
            check(case, false, &mut totals[0]).await;
            check(case, true, &mut totals[1]).await;
        }
    }
    let [memory, file] = totals;
    say(&format!(
        "drops: {} futures on {runtime}, dropped {} times in memory and {} times on a file, after {} polls in all, {} runs looked \
         at; none left under way, no lease, no transaction",
        CASES.len(),
        memory.drops,
        file.drops,
        memory.polls + file.polls,
        memory.runs + file.runs,
    ));
    assert!(CASES.len() >= 40 && memory.drops >= 400 * times && file.drops >= 500 * times);
}

#[tidegate::test]
async fn every_public_future_dropped_at_any_wait_leaves_nothing_under_way() {
    check_all("one thread", amount(1, 20)).await;
}

#[tidegate::test(worker_threads = 2)]
async fn every_public_future_dropped_at_any_wait_beside_other_threads_leaves_nothing_under_way() {
    check_all("two threads", amount(1, 20)).await;
}

/// `run_until_signal` is dropped at each wait after the process was asked to stop.
#[test]
fn a_program_that_was_asked_to_stop_and_is_dropped_at_any_wait_leaves_nothing_under_way() {
    let left = Child::new().env("TIDEGATE_SHUTDOWN_GRACE_SECONDS", "0.02").run(|| {
        let ask_to_stop = || {
            let pid = std::process::id().to_string();
            let status = std::process::Command::new("kill").args(["-TERM", &pid]).status();
            assert!(status.unwrap().success());
        };
        let home = std::env::var("TIDEGATE_HOME").unwrap();
        block_on(async {
            let (mut drops, mut runs, mut ends) = (0, 0, 0);
            let ends_wanted = ENDS * amount(5, 50);
            // From the first wait on again whenever it has ended.
            let mut polls = 0;
            while ends < ends_wanted {
                polls += 1;
                let (engine, other) = Place::File(home.as_ref()).open();
                let asked = engine.clone();
                let program = Box::pin(async move {
                    let program = async {
                        drop(cases::outer().submit());
                        cases::submits_endless().await.unwrap();
                    };
                    let error = asked.run_until_signal(program).await.unwrap_err();
                    assert!(error.is_interrupted());
                });
                let moment = if drops % 2 == 0 { Moment::AtOnce } else { Moment::Woken };
                let what = format!("the program, dropped after {polls} polls,");
                let ended = poll_at_most(&what, (polls, moment), ask_to_stop, program).await;
                drops += 1;
                soon(&what, engine.close()).await.unwrap();
                runs = judge(&what, &other, &CASES[0]).await;
                soon(&what, other.close()).await.unwrap();
                if ended {
                    (ends, polls) = (ends + 1, 0);
                }
            }
            println!("dropped {drops} times, {runs} runs");
        });
    });
    assert!(left.success, "{}{}", left.stdout, left.stderr);
    say(&format!("drops after a signal: {}", left.stdout.trim()));
    let drops: usize = left.stdout.split(' ').nth(1).unwrap().parse().unwrap();
    assert!(drops >= 50, "{}", left.stdout);
}
