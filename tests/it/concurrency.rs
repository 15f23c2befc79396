//! Concurrency limits by name: guards that hold slots, lines of those who wait, rate limits, and the limits themselves.

use std::future::IntoFuture;
use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Waker};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::join_all;
use tidegate::prelude::*;
use tidegate::store::Write;
use tidegate::{
    ConcurrencyError, ConcurrencyGuard, ConcurrencyLimit, ConcurrencyLimits, Engine, Error,
    LogLevel, SlotRelease, concurrency, rate_limit,
};
use tokio::time::Instant;

use crate::troubled::Troubled;

fn limits() -> ConcurrencyLimits {
    Engine::current().unwrap().concurrency_limits()
}

async fn create(limit: ConcurrencyLimit) {
    limits().create(limit).await.unwrap();
}

async fn occupied(limit: &str) -> u64 {
    limits().get(limit).await.unwrap().unwrap().occupied
}

async fn waiting(limit: &str) -> usize {
    limits().get(limit).await.unwrap().unwrap().waiting
}

async fn seconds(seconds: f64) {
    tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
}

fn why(error: &Error) -> &ConcurrencyError {
    error.downcast_ref().expect("it is about concurrency limits")
}

/// Whether slots would be given at once.
async fn is_free(limit: &str, slots: u32) -> bool {
    concurrency(limit, slots).timeout(0).await.is_ok()
}

#[tidegate::test(start_paused = true)]
async fn a_guard_holds_slots_until_it_is_dropped() {
    create(ConcurrencyLimit::new("db", 3)).await;
    let two = concurrency("db", 2).await.unwrap();
    assert_eq!(two.limits(), ["db"]);
    assert!(two.is_held());
    assert!(!is_free("db", 2).await);
    let one = concurrency("db", 1).await.unwrap();
    assert_eq!(occupied("db").await, 3);
    drop(two);
    assert_eq!(occupied("db").await, 1);
    drop(one);
    assert!(is_free("db", 3).await);
}

/// CONC-17
#[tidegate::test(start_paused = true)]
async fn a_body_that_fails_or_panics_lets_go_of_its_slots() {
    #[task]
    async fn fails(panics: bool) -> Result<()> {
        let _slot = concurrency("db", 1).await?;
        assert!(!panics, "as it was told to");
        Err("no".into())
    }
    create(ConcurrencyLimit::new("db", 1)).await;
    for panics in [false, true] {
        assert!(fails(panics).await.unwrap_err().is_failed());
        assert_eq!(occupied("db").await, 0);
    }
}

/// TIMEOUT-08
#[tidegate::test(start_paused = true)]
async fn a_body_that_takes_too_long_lets_go_of_its_slots() {
    #[task(timeout_seconds = 1, tags = ["slow"])]
    async fn slow() -> Result<()> {
        let _slot = concurrency("db", 1).await?;
        seconds(5.0).await;
        Ok(())
    }
    create(ConcurrencyLimit::new("db", 1)).await;
    create(ConcurrencyLimit::for_tag("slow", 1)).await;
    assert!(slow().await.unwrap_err().is_timed_out());
    assert_eq!((occupied("db").await, occupied("tag:slow").await), (0, 0));
}

/// CONC-03
#[tidegate::test(start_paused = true)]
async fn more_slots_than_there_are_are_not_waited_for() {
    create(ConcurrencyLimit::new("db", 2)).await;
    let _all = concurrency("db", 2).await.unwrap();
    let error = concurrency("db", 3).await.unwrap_err();
    let expected = ConcurrencyError::TooManySlots { name: "db".into(), slots: 3, has: 2 };
    assert_eq!(why(&error), &expected);
    assert!(error.to_string().contains("which has 2 in all"), "{error}");
    let error = concurrency("db", 0).await.unwrap_err();
    assert_eq!(why(&error), &ConcurrencyError::NoSlots);
}

#[tidegate::test(start_paused = true)]
async fn a_limit_of_zero_lets_nobody_pass_and_says_so() {
    create(ConcurrencyLimit::new("db", 0)).await;
    let error = concurrency("db", 1).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the concurrency limit 'db' is 0, so that nothing under it may begin; raise the limit, and try again"
    );
}

/// CONC-04, CONC-05, CONC-13, LOG-18
#[tidegate::test(start_paused = true)]
async fn a_limit_that_does_not_exist_limits_nothing_and_a_warning_says_so() {
    #[flow]
    async fn guarded(strict: bool) -> Result<Vec<String>> {
        let slots = concurrency(["nope", "db", "nope"], 1);
        let guard = if strict { slots.strict().await? } else { slots.await? };
        Ok(guard.limits().to_vec())
    }
    create(ConcurrencyLimit::new("db", 1)).await;
    assert_eq!(guarded(false).await.unwrap(), ["db"]);
    let warnings = Engine::current().unwrap().logs().at_least(LogLevel::Warning);
    let warnings = warnings.list().await.unwrap();
    assert_eq!(
        warnings.iter().map(|line| &*line.message).collect::<Vec<_>>(),
        ["Concurrency limits ['nope'] do not exist - skipping acquisition."]
    );

    let error = guarded(true).await.unwrap_err();
    assert_eq!(why(&error), &ConcurrencyError::Missing { names: vec!["nope".into()] });
    assert!(error.to_string().contains("'nope'"), "{error}");
    assert_eq!(occupied("db").await, 0);
    assert!(limits().get("nope").await.unwrap().is_none());
}

/// CONC-07
#[tidegate::test(start_paused = true)]
async fn an_inactive_limit_limits_nothing() {
    create(ConcurrencyLimit::new("db", 1).inactive()).await;
    let guard = concurrency("db", 5).strict().await.unwrap();
    assert!(guard.limits().is_empty());
    assert_eq!(occupied("db").await, 0);
}

/// CONC-14
#[tidegate::test(start_paused = true)]
async fn slots_are_waited_for_no_longer_than_is_said() {
    create(ConcurrencyLimit::new("db", 1)).await;
    let _slot = concurrency("db", 1).await.unwrap();
    let started = Instant::now();
    let error = concurrency("db", 1).timeout(0.5).await.unwrap_err();
    assert_eq!(started.elapsed(), Duration::from_millis(500));
    let text = error.to_string();
    assert_eq!(text, "Attempt to acquire concurrency slots of 'db' timed out after 0.5 second(s)");
    assert!(matches!(why(&error), ConcurrencyError::TimedOut { .. }));
    assert_eq!(waiting("db").await, 0);
}

/// CONC-15: a time limit of 0 asks, and does not wait.
#[tidegate::test(start_paused = true)]
async fn who_will_not_wait_gets_slots_that_are_free_and_no_others() {
    create(ConcurrencyLimit::new("db", 1)).await;
    let slot = concurrency("db", 1).timeout(0).await.unwrap();
    let started = Instant::now();
    let error = concurrency("db", 1).timeout(Duration::ZERO).await.unwrap_err();
    assert!(matches!(why(&error), ConcurrencyError::TimedOut { .. }));
    assert_eq!(started.elapsed(), Duration::ZERO);
    drop(slot);
    drop(concurrency("db", 1).timeout("0s").await.unwrap());
}

/// CONC-16
#[tidegate::test]
async fn no_limits_are_no_question() {
    let (store, engine) = Troubled::engine();
    #[flow]
    async fn guarded() -> Result<usize> {
        let names: [&str; 0] = [];
        rate_limit(names, 1).strict().await?;
        Ok(concurrency(names, 1).strict().await?.limits().len())
    }
    assert_eq!(engine.run(guarded()).await.unwrap(), 0);
    assert_eq!(store.asked_for_slots.load(Ordering::Relaxed), 0);
    engine.close().await.unwrap();
}

/// CONC-09
#[tidegate::test(start_paused = true)]
async fn slots_that_were_let_go_of_are_let_go_of_once() {
    create(ConcurrencyLimit::new("db", 2)).await;
    let _other = concurrency("db", 1).await.unwrap();
    let slot = concurrency("db", 1).await.unwrap();
    let engine = Engine::current().unwrap();
    let hold = limits().holders("db").await.unwrap()[1].hold;
    drop(slot);
    for _ in 0..2 {
        let release = SlotRelease { hold, limits: vec!["db".into()], now: Default::default() };
        let store = engine.store().unwrap();
        store.put_acknowledged(Write::ReleaseSlots(Box::new(release))).await.unwrap();
        assert_eq!(occupied("db").await, 1);
    }
}

/// Waits for slots, notes the name when it has them, and holds them for a second.
async fn note(notes: &Mutex<Vec<String>>, name: &str, limits: &[&str], slots: u32) {
    let _slots = concurrency(limits, slots).await.unwrap();
    notes.lock().unwrap().push(name.to_owned());
    seconds(1.0).await;
}

#[tidegate::test(start_paused = true)]
async fn those_who_wait_get_slots_in_the_order_in_which_they_asked() {
    create(ConcurrencyLimit::new("db", 2)).await;
    let notes = Mutex::default();
    let started = Instant::now();
    let names: Vec<_> = (0..10).map(|number| number.to_string()).collect();
    join_all(names.iter().map(|name| note(&notes, name, &["db"], 1))).await;
    assert_eq!(notes.into_inner().unwrap(), names);
    assert_eq!(started.elapsed(), Duration::from_secs(5));
}

#[tidegate::test(start_paused = true)]
async fn a_small_request_does_not_overtake_a_large_one() {
    create(ConcurrencyLimit::new("db", 3)).await;
    let notes = Mutex::default();
    tokio::join!(
        note(&notes, "first", &["db"], 2),
        note(&notes, "large", &["db"], 3),
        note(&notes, "small", &["db"], 1),
    );
    assert_eq!(notes.into_inner().unwrap(), ["first", "large", "small"]);
}

/// Who waits for one of several limits keeps his place in the lines of the others, and holds nothing of them meanwhile.
#[tidegate::test(start_paused = true)]
async fn slots_of_several_limits_are_taken_together() {
    create(ConcurrencyLimit::new("api", 1)).await;
    create(ConcurrencyLimit::new("db", 1)).await;
    let notes = Mutex::default();
    let watch = async {
        seconds(0.5).await;
        assert_eq!((occupied("api").await, occupied("db").await), (0, 1));
        assert_eq!((waiting("api").await, waiting("db").await), (2, 1));
    };
    tokio::join!(
        note(&notes, "db", &["db"], 1),
        note(&notes, "both", &["db", "api"], 1),
        note(&notes, "api", &["api"], 1),
        watch,
    );
    assert_eq!(notes.into_inner().unwrap(), ["db", "both", "api"]);
}

/// Requests that name the same limits in another order do not wait for each other.
#[tidegate::test(start_paused = true)]
async fn requests_for_several_limits_do_not_deadlock() {
    for name in ["a", "b", "c"] {
        create(ConcurrencyLimit::new(name, 1)).await;
    }
    let notes = Mutex::default();
    let sets: [&[&str]; 6] =
        [&["a", "b"], &["b", "c"], &["c", "a"], &["c", "b", "a"], &["b"], &["a", "c"]];
    let all = (0..60).map(|n| note(&notes, "done", sets[n % 6], 1));
    join_all(all).await;
    assert_eq!(notes.into_inner().unwrap().len(), 60);
    for name in ["a", "b", "c"] {
        assert_eq!((occupied(name).await, waiting(name).await), (0, 0));
    }
}

/// The store is asked once for each guard, and never looked at: nobody polls.
#[tidegate::test]
async fn a_thousand_waiters_on_a_limit_of_ten_ask_the_store_once_each() {
    let (store, engine) = Troubled::engine();
    static INSIDE: AtomicU32 = AtomicU32::new(0);
    static MOST: AtomicU32 = AtomicU32::new(0);

    async fn hold(number: u32, order: Arc<Mutex<Vec<u32>>>) -> Result<()> {
        let _slot = concurrency("db", 1).await?;
        order.lock().unwrap().push(number);
        MOST.fetch_max(INSIDE.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        tokio::task::yield_now().await;
        INSIDE.fetch_sub(1, Ordering::SeqCst);
        Ok(())
    }
    #[flow]
    async fn crowd() -> Result<Vec<u32>> {
        let order = Arc::new(Mutex::default());
        let all = (0..1000).map(|number| hold(number, Arc::clone(&order)));
        for held in join_all(all).await {
            held?;
        }
        Ok(order.lock().unwrap().clone())
    }
    engine.concurrency_limits().create(ConcurrencyLimit::new("db", 10)).await.unwrap();
    let order = engine.run(crowd()).await.unwrap();
    assert_eq!(order, (0..1000).collect::<Vec<_>>());
    assert_eq!(MOST.load(Ordering::SeqCst), 10);
    assert_eq!(store.asked_for_slots.load(Ordering::Relaxed), 1000);
    assert_eq!(store.asked_for_limits.load(Ordering::Relaxed), 0);
    engine.close().await.unwrap();
}

#[tidegate::test(worker_threads = 4)]
async fn a_limit_is_never_exceeded_on_many_threads() {
    static INSIDE: AtomicU32 = AtomicU32::new(0);
    #[task]
    async fn hold(slots: u32) -> Result<()> {
        for _ in 0..20 {
            let slot = concurrency("db", slots).await?;
            assert!(INSIDE.fetch_add(slots, Ordering::SeqCst) + slots <= 5);
            tokio::task::yield_now().await;
            INSIDE.fetch_sub(slots, Ordering::SeqCst);
            drop(slot);
        }
        Ok(())
    }
    #[flow]
    async fn crowd() -> Result<()> {
        let handles: Vec<_> = (0..60).map(|number| hold(1 + number % 3).submit()).collect();
        for handle in handles {
            handle.await?;
        }
        Ok(())
    }
    create(ConcurrencyLimit::new("db", 5)).await;
    crowd().await.unwrap();
    assert_eq!((occupied("db").await, waiting("db").await), (0, 0));
}

/// Polls a future at most so often, then drops it; says whether it ended.
async fn poll_at_most<F: Future>(polls: u32, future: F) -> bool {
    let mut future = pin!(future);
    for _ in 0..polls {
        if future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready() {
            return true;
        }
        tokio::task::yield_now().await;
    }
    false
}

/// In memory and in a file, where answers come later; free and full.
#[tidegate::test]
async fn a_request_that_is_dropped_at_any_point_holds_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = format!("sqlite:{}", folder.path().join("runs.db").display());
    for url in ["sqlite::memory:", &file] {
        let engine = Engine::builder().database(url).open().unwrap();
        let limits = engine.concurrency_limits();
        limits.create(ConcurrencyLimit::new("db", 2)).await.unwrap();
        #[flow]
        async fn guarded() -> Result<()> {
            let _slots = concurrency(["db", "nope"], 1).await?;
            tokio::task::yield_now().await;
            Ok(())
        }
        #[flow]
        async fn holds(polls: u32) -> Result<()> {
            let _slots = concurrency("db", 2).await?;
            let waits = concurrency("db", 1).into_future();
            assert!(!poll_at_most(polls, waits).await, "it is full");
            Ok(())
        }
        let mut polls = 0;
        while !poll_at_most(polls, engine.run(guarded())).await {
            // In a file the answers come after some hundred polls.
            polls += 1 + polls / 8;
            assert_eq!(limits.holders("db").await.unwrap(), []);
            engine.run(holds(polls % 20)).await.unwrap();
            let now = limits.get("db").await.unwrap().unwrap();
            assert_eq!((now.occupied, now.waiting), (0, 0), "after {polls} polls");
        }
        assert!(polls > 1);
        assert_eq!(limits.holders("db").await.unwrap(), []);
        engine.close().await.unwrap();
    }
}

#[tidegate::test(start_paused = true)]
async fn who_is_dropped_in_line_does_not_hold_up_the_others() {
    create(ConcurrencyLimit::new("db", 1)).await;
    let slot = concurrency("db", 1).await.unwrap();
    let mut first = concurrency("db", 1).into_future();
    assert!((&mut first).now_or_never().is_none());
    let mut second = concurrency("db", 1).into_future();
    assert!((&mut second).now_or_never().is_none());
    drop(slot);
    // The first was woken, and is dropped before it does anything.
    drop(first);
    drop(second.await.unwrap());
}

/// Waits for slots until told; the answer of the wait, and how long it took.
async fn meanwhile(
    wanted: u32,
    change: impl Future<Output = ()>,
) -> (Result<ConcurrencyGuard>, Duration) {
    let started = Instant::now();
    let wait = async {
        let given = concurrency("db", wanted).await;
        (given, started.elapsed())
    };
    let change = async {
        seconds(7.0).await;
        change.await;
    };
    tokio::join!(wait, change).0
}

#[tidegate::test(start_paused = true)]
async fn a_limit_that_is_raised_deactivated_or_deleted_lets_those_pass_who_wait() {
    create(ConcurrencyLimit::new("db", 1)).await;
    let _slot = concurrency("db", 1).await.unwrap();
    let raise = async { limits().update(ConcurrencyLimit::new("db", 2)).await.unwrap() };
    let (given, took) = meanwhile(1, raise).await;
    assert_eq!((given.unwrap().limits(), took.as_secs()), (&["db".to_owned()][..], 7));

    limits().set(ConcurrencyLimit::new("db", 1)).await.unwrap();
    let rest = async { limits().set(ConcurrencyLimit::new("db", 1).inactive()).await.unwrap() };
    let (given, took) = meanwhile(1, rest).await;
    assert!(given.unwrap().limits().is_empty());
    assert_eq!(took.as_secs(), 7);

    limits().set(ConcurrencyLimit::new("db", 1)).await.unwrap();
    let delete = async { assert!(limits().delete("db").await.unwrap()) };
    let (given, took) = meanwhile(1, delete).await;
    assert!(given.unwrap().limits().is_empty());
    assert_eq!(took.as_secs(), 7);
    assert!(!limits().delete("db").await.unwrap());
}

#[tidegate::test(start_paused = true)]
async fn a_limit_that_is_lowered_turns_away_who_can_never_pass() {
    create(ConcurrencyLimit::new("db", 2)).await;
    let _slot = concurrency("db", 1).await.unwrap();
    let lower = async { limits().update(ConcurrencyLimit::new("db", 1)).await.unwrap() };
    let (given, took) = meanwhile(2, lower).await;
    let error = given.unwrap_err();
    assert_eq!(
        why(&error),
        &ConcurrencyError::TooManySlots { name: "db".into(), slots: 2, has: 1 }
    );
    assert_eq!(took.as_secs(), 7);
}

/// CONC-01, CONC-02
#[tidegate::test(start_paused = true)]
async fn limits_are_made_changed_listed_and_deleted() {
    let db = ConcurrencyLimit::new("db", 2);
    create(db.clone()).await;
    let error = limits().create(db.clone()).await.unwrap_err();
    assert_eq!(why(&error), &ConcurrencyError::Exists { name: "db".into() });
    let error = limits().update(ConcurrencyLimit::new("api", 1)).await.unwrap_err();
    assert_eq!(why(&error), &ConcurrencyError::NotFound { name: "api".into() });
    for wrong in [
        ConcurrencyLimit::new("", 1),
        ConcurrencyLimit::new("a/b", 1),
        ConcurrencyLimit::new("api", 1).slot_decay_per_second(-0.5),
    ] {
        let error = limits().create(wrong).await.unwrap_err();
        assert!(matches!(why(&error), ConcurrencyError::Invalid(_)), "{error}");
    }
    let api = ConcurrencyLimit::new("api", 0).slot_decay_per_second(0.5);
    limits().set(api.clone()).await.unwrap();
    limits().set(ConcurrencyLimit::new("db", 5)).await.unwrap();
    let list = limits().list().await.unwrap();
    let list: Vec<_> = list.into_iter().map(|state| (state.limit, state.occupied)).collect();
    assert_eq!(list, [(api, 0), (ConcurrencyLimit::new("db", 5), 0)]);
    assert!(limits().delete("api").await.unwrap());
    assert!(limits().get("api").await.unwrap().is_none());
}

#[tidegate::test(start_paused = true)]
async fn who_holds_slots_is_told() {
    #[task]
    async fn holds() -> Result<()> {
        let _slots = concurrency("db", 2).await?;
        let holders = limits().holders("db").await?;
        let run = tidegate::runtime::task_run::id();
        assert_eq!(holders.iter().map(|h| (h.slots, h.run_id)).collect::<Vec<_>>(), [(2, run)]);
        Ok(())
    }
    create(ConcurrencyLimit::new("db", 3)).await;
    holds().await.unwrap();
    let _outside = concurrency("db", 1).await.unwrap();
    seconds(3.0).await;
    let _later = concurrency("db", 1).await.unwrap();
    let holders = limits().holders("db").await.unwrap();
    assert_eq!(holders.iter().map(|holder| holder.run_id).collect::<Vec<_>>(), [None, None]);
    assert_eq!((holders[1].since - holders[0].since).num_seconds(), 3);
}

/// CONC-10
#[tidegate::test(start_paused = true)]
async fn a_limit_that_does_not_decay_limits_no_rate() {
    create(ConcurrencyLimit::new("db", 2)).await;
    let error = rate_limit("db", 1).await.unwrap_err();
    assert_eq!(why(&error), &ConcurrencyError::NoDecay { name: "db".into() });
    assert!(error.to_string().contains("slot_decay_per_second"), "{error}");
    assert_eq!(occupied("db").await, 0);
}

/// CONC-11
#[tidegate::test(start_paused = true)]
async fn slots_of_a_rate_limit_are_given_back_by_time() {
    create(ConcurrencyLimit::new("api", 2).slot_decay_per_second(1.0)).await;
    let ask = || async { rate_limit("api", 1).timeout(0).await.is_ok() };
    assert_eq!([ask().await, ask().await, ask().await], [true, true, false]);
    assert_eq!(occupied("api").await, 2);
    seconds(1.2).await;
    assert_eq!(occupied("api").await, 1);
    assert_eq!([ask().await, ask().await], [true, false]);
    // What is held decays as well.
    seconds(10.0).await;
    let _held = concurrency("api", 2).await.unwrap();
    assert!(!ask().await);
    seconds(1.0).await;
    assert!(ask().await);
}

/// CONC-12: exactly, because no part of a slot's decay is lost.
#[tidegate::test(start_paused = true)]
async fn calls_under_a_rate_limit_are_spaced_evenly() {
    create(ConcurrencyLimit::new("api", 1).slot_decay_per_second(2.0)).await;
    let started = Instant::now();
    let mut times = Vec::new();
    for _ in 0..6 {
        rate_limit("api", 1).await.unwrap();
        times.push(started.elapsed().as_millis());
    }
    assert_eq!(times, [0, 500, 1000, 1500, 2000, 2500]);
}

#[tidegate::test(start_paused = true)]
async fn those_who_wait_for_a_rate_limit_get_their_turn_in_order() {
    create(ConcurrencyLimit::new("api", 3).slot_decay_per_second(1.0)).await;
    let (order, started) = (Mutex::new(Vec::new()), Instant::now());
    join_all((0..8).map(|number| {
        let order = &order;
        async move {
            rate_limit("api", 1).await.unwrap();
            order.lock().unwrap().push((number, started.elapsed().as_secs()));
        }
    }))
    .await;
    let expected = [(0, 0), (1, 0), (2, 0), (3, 1), (4, 2), (5, 3), (6, 4), (7, 5)];
    assert_eq!(order.into_inner().unwrap(), expected);
}

#[tidegate::test]
async fn a_sync_body_waits_for_slots_too() {
    #[task]
    fn guarded() -> Result<Vec<String>> {
        let guard = concurrency("db", 1).block_on()?;
        rate_limit("api", 1).block_on()?;
        Ok(guard.limits().to_vec())
    }
    create(ConcurrencyLimit::new("db", 1)).await;
    create(ConcurrencyLimit::new("api", 1).slot_decay_per_second(1.0)).await;
    assert_eq!(guarded().await.unwrap(), ["db"]);
    assert_eq!((occupied("db").await, occupied("api").await), (0, 1));
    let error = concurrency("db", 1).block_on().unwrap_err();
    assert!(error.is_configuration(), "{error}");
}

/// It would wait for the store, which waits for the body.
#[tidegate::test]
async fn a_transactional_body_takes_no_slots() {
    #[task(transactional)]
    fn guarded(_tx: &mut tidegate::SqlTransaction<'_>) -> Result<()> {
        concurrency("db", 1).block_on().map(drop)
    }
    create(ConcurrencyLimit::new("db", 1)).await;
    let error = guarded().await.unwrap_err().to_string();
    assert!(
        error.contains("'concurrency' cannot be called inside a transactional task"),
        "{error}"
    );
}

#[tidegate::test]
async fn an_engine_without_a_store_knows_no_limits() {
    #[flow]
    async fn guarded() -> Result<()> {
        drop(concurrency("db", 1).await?);
        rate_limit("api", 1).await?;
        let error = concurrency("db", 1).strict().await.unwrap_err();
        assert_eq!(why(&error), &ConcurrencyError::Missing { names: vec!["db".into()] });
        Ok(())
    }
    let engine = Engine::builder().without_store().open().unwrap();
    engine.run(guarded()).await.unwrap();
    assert!(engine.concurrency_limits().list().await.unwrap_err().is_configuration());
}
