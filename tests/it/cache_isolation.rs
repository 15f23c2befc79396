//! Who computes when several would compute the same: under SERIALIZABLE one does, in one process and in many, and nobody waits for
//! one who is gone.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use expect_test::expect;
use futures_util::future::join_all;
use tidegate::prelude::*;
use tidegate::{RunKind, TaskCall};

use crate::child::{Child, block_on};
use crate::timeline::{check, runs};

const SECOND: Duration = Duration::from_secs(1);

/// How the task runs ended, sorted: `63 Cached, 1 Completed`.
async fn ends() -> String {
    let mut names: Vec<String> = Vec::new();
    for run in runs().await.into_iter().filter(|run| run.kind() == RunKind::Task) {
        names.push(run.state().unwrap().name.to_string());
    }
    names.sort();
    let groups = names.chunk_by(|one, next| one == next);
    groups.map(|group| format!("{} {}", group.len(), group[0])).collect::<Vec<_>>().join(", ")
}

/// Takes a second, in which all others come to wait; the clock stands still meanwhile.
#[task(cache_policy = INPUTS.isolation(IsolationLevel::Serializable))]
async fn slow(x: u32) -> u32 {
    tokio::time::sleep(SECOND).await;
    x
}

#[tidegate::test(start_paused = true)]
async fn of_64_callers_of_one_key_one_computes() {
    for given in join_all((0..64).map(|_| slow(1))).await {
        assert_eq!(given.unwrap(), 1);
    }
    assert_eq!(ends().await, "63 Cached, 1 Completed");
}

#[tidegate::test(worker_threads = 4)]
async fn of_64_callers_on_many_threads_one_computes() {
    let handles: Vec<_> = (0..64).map(|_| slow(2).submit()).collect();
    for handle in handles {
        assert_eq!(handle.await.unwrap(), 2);
    }
    assert_eq!(ends().await, "63 Cached, 1 Completed");
}

#[tidegate::test(start_paused = true)]
async fn callers_of_other_keys_do_not_wait() {
    let started = tokio::time::Instant::now();
    join_all((0..16).map(slow)).await;
    assert_eq!(started.elapsed(), SECOND);
    assert_eq!(ends().await, "16 Completed");
}

#[tidegate::test(start_paused = true)]
async fn without_isolation_each_computes_what_it_does_not_find() {
    #[task(cache_policy = INPUTS)]
    async fn fetch(x: u32) -> u32 {
        tokio::time::sleep(SECOND).await;
        x
    }
    join_all((0..4).map(|_| fetch(1))).await;
    fetch(1).await.unwrap();
    assert_eq!(ends().await, "1 Cached, 4 Completed");
}

#[tidegate::test(start_paused = true)]
async fn when_the_one_fails_another_computes() {
    static BODIES: AtomicU32 = AtomicU32::new(0);
    #[task(cache_policy = INPUTS.isolation(IsolationLevel::Serializable))]
    async fn fails_first(x: u32) -> Result<u32> {
        tokio::time::sleep(SECOND).await;
        match BODIES.fetch_add(1, Ordering::Relaxed) {
            0 => Err("no".into()),
            _ => Ok(x),
        }
    }
    let given = join_all((0..16).map(|_| fails_first(1))).await;
    assert_eq!(given.iter().filter(|given| given.is_err()).count(), 1);
    assert_eq!(ends().await, "14 Cached, 1 Completed, 1 Failed");
}

#[tidegate::test(start_paused = true)]
async fn the_one_keeps_its_turn_while_it_tries_again() {
    #[task(cache_policy = INPUTS.isolation(IsolationLevel::Serializable), retries = 1, retry_delay_seconds = 60)]
    async fn flaky(x: u32) -> Result<u32> {
        if tidegate::runtime::task_run::run_count() < 2 {
            return Err("no".into());
        }
        Ok(x)
    }
    join_all((0..16).map(|_| flaky(1))).await;
    assert_eq!(ends().await, "15 Cached, 1 Completed");
}

/// A call that waits, polled and then dropped.
async fn cancelled(call: TaskCall<'_, u32>) {
    tokio::time::timeout(SECOND / 2, call).await.unwrap_err();
}

#[tidegate::test(start_paused = true)]
async fn who_gives_up_waiting_leaves_nothing_behind() {
    let waiting = async {
        tokio::task::yield_now().await;
        cancelled(slow(1)).await;
    };
    let ((), given, second) = tokio::join!(waiting, slow(1), async {
        tokio::time::sleep(SECOND / 4).await;
        slow(1).await
    });
    assert_eq!((given.unwrap(), second.unwrap(), slow(1).await.unwrap()), (1, 1, 1));
    assert_eq!(ends().await, "2 Cached, 1 Completed, 1 Crashed");
}

#[tidegate::test(start_paused = true)]
async fn when_the_one_is_cancelled_another_computes() {
    let (_, given) = tokio::join!(cancelled(slow(1)), slow(1));
    assert_eq!(given.unwrap(), 1);
    assert_eq!(slow(1).await.unwrap(), 1);
    assert_eq!(ends().await, "1 Cached, 1 Completed, 1 Crashed");
}

#[tidegate::test(start_paused = true)]
async fn what_is_called_in_a_computation_does_not_wait_for_it() {
    #[task(cache_policy = TASK_SOURCE.isolation(IsolationLevel::Serializable))]
    async fn factorial(x: u32) -> Result<u32> {
        // The same key whatever x is.
        Ok(if x == 0 { 1 } else { x * factorial(x - 1).await? })
    }
    check(
        factorial(3),
        expect![[r#"
        Ok(6)
        task factorial: Pending > Running > Completed
          task factorial: Pending > Running > Completed
            task factorial: Pending > Running > Completed
              task factorial: Pending > Running > Completed
    "#]],
    )
    .await;
}

#[tidegate::test(start_paused = true)]
async fn who_refreshes_has_a_turn_too() {
    let refreshes = (0..4).map(|_| slow(1).refresh_cache(true));
    let started = tokio::time::Instant::now();
    join_all(refreshes).await;
    assert_eq!(started.elapsed(), 4 * SECOND);
    slow(1).await.unwrap();
    assert_eq!(ends().await, "1 Cached, 4 Completed");
}

/// Prints a line for whoever started this process.
fn say(line: &str) {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").unwrap();
    out.flush().unwrap();
}

/// Goes on once there is such a file.
async fn wait_for_file(path: &Path) {
    while !path.exists() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Computes once somebody has made the file `go`, in the folder of the database.
#[task(cache_policy = INPUTS.isolation(IsolationLevel::Serializable))]
async fn computed_by_one(x: u32) -> u32 {
    say("body");
    let home = std::env::var_os("TIDEGATE_HOME").unwrap();
    wait_for_file(&Path::new(&home).join("go")).await;
    x
}

/// Makes sixteen calls at once, and tells how they ended.
fn call_many() {
    block_on(async {
        let handles: Vec<_> = (0..16).map(|_| computed_by_one(5).submit()).collect();
        say("called");
        for handle in handles {
            assert_eq!(handle.await.unwrap(), 5);
        }
        println!("{}", ends().await);
        tidegate::Engine::current().unwrap().close().await.unwrap();
    });
}

#[test]
fn of_64_callers_in_4_processes_one_computes() {
    let home = tempfile::tempdir().unwrap();
    let mut children: Vec<_> = (0..4)
        .map(|_| {
            Child::at(home.path()).start(|| {
                call_many();
            })
        })
        .collect();
    let mut printed: String = children.iter_mut().map(|child| child.wait_for("called")).collect();
    std::fs::write(home.path().join("go"), "").unwrap();
    for child in children {
        let left = child.wait_for_rest();
        assert!(left.success, "{}", left.stderr);
        printed += &left.stdout;
    }
    assert_eq!(printed.matches("body").count(), 1, "{printed}");
}

#[test]
fn when_the_process_that_computes_is_killed_another_computes() {
    let home = tempfile::tempdir().unwrap();
    let mut first = Child::at(home.path()).start(|| {
        call_many();
    });
    first.wait_for("body");
    let mut second = Child::at(home.path()).start(|| {
        call_many();
    });
    second.wait_for("called");
    first.signal("KILL");
    second.wait_for("body");
    std::fs::write(home.path().join("go"), "").unwrap();
    let left = second.wait_for_rest();
    assert!(left.success, "{}", left.stderr);
    assert!(left.stdout.contains(" Cached, 1 Completed"), "{}", left.stdout);
}
