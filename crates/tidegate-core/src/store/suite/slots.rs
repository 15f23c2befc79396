//! Concurrency limits and their slots: never more are taken than there are, and what is let go of is free.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::join_all;

use super::Subject;
use super::samples::{at, lease};
use crate::{
    ConcurrencyLimit, HoldId, Lease, LeaseId, LimitChange, LimitUse, MissingLimit, RunId,
    SlotAnswer, SlotHolder, SlotMode, SlotRelease, SlotRequest, SlotStanding, Store,
    StoreErrorKind, Taken, Timestamp, Write,
};

async fn change(store: &Arc<dyn Store>, change: LimitChange) -> bool {
    store.change_limit(change, at(0)).await.expect("the store answers")
}

async fn create(store: &Arc<dyn Store>, limits: &[ConcurrencyLimit]) {
    for limit in limits {
        assert!(change(store, LimitChange::Create(limit.clone())).await);
    }
}

async fn take_lease(store: &Arc<dyn Store>) -> Lease {
    let taken = lease(10);
    let write = Write::TakeLease(Box::new(taken.clone()));
    store.put_acknowledged(write).await.expect("the lease is taken");
    taken
}

/// A request for so many slots under no lease.
fn request(limits: &[&str], slots: u32) -> SlotRequest {
    SlotRequest {
        hold: HoldId::new(),
        limits: limits.iter().map(ToString::to_string).collect(),
        slots,
        mode: SlotMode::Held,
        missing: MissingLimit::LeaveOut,
        standing: SlotStanding::InLine,
        run_id: None,
        lease: None,
        now: at(0),
    }
}

async fn ask(store: &Arc<dyn Store>, request: &SlotRequest) -> SlotAnswer {
    store.take_slots(request.clone()).await.expect("the store answers")
}

/// Asks for so many slots; what was taken, if they were.
async fn take(store: &Arc<dyn Store>, limits: &[&str], slots: u32) -> Option<SlotRequest> {
    let request = request(limits, slots);
    match ask(store, &request).await {
        SlotAnswer::Taken { .. } => Some(request),
        SlotAnswer::Full(_) => None,
        other @ (SlotAnswer::Never(_) | SlotAnswer::Missing(_) | SlotAnswer::NoDecay(_)) => {
            panic!("it is taken or full: {other:?}")
        }
    }
}

fn release_at(request: &SlotRequest, now: Timestamp) -> Write {
    let (hold, limits) = (request.hold, request.limits.clone());
    Write::ReleaseSlots(Box::new(SlotRelease { hold, limits, now }))
}

async fn release(store: &Arc<dyn Store>, request: &SlotRequest) {
    store.put_acknowledged(release_at(request, at(0))).await.expect("the release is stored");
}

async fn occupied_at(store: &Arc<dyn Store>, limit: &str, now: Timestamp) -> u64 {
    let found = store.limits(vec![limit.to_owned()]).await.expect("the store answers");
    assert_eq!(found.len(), 1);
    found[0].occupied(now)
}

async fn occupied(store: &Arc<dyn Store>, limit: &str) -> u64 {
    occupied_at(store, limit, at(0)).await
}

async fn holders(store: &Arc<dyn Store>, limit: &str) -> Vec<SlotHolder> {
    store.slot_holders(limit.to_owned()).await.expect("the store answers")
}

/// By name, all of them or those asked for; also when closing the store comes between.
pub async fn a_limit_comes_back_as_it_was_made(subject: &Subject) {
    let mut store = subject.open().await;
    assert_eq!(store.limits(Vec::new()).await.expect("the store answers"), []);
    let api = ConcurrencyLimit::new("api \"é\"", u32::MAX).slot_decay_per_second(0.1);
    let db = ConcurrencyLimit::for_tag("db", 0).inactive();
    create(&store, &[db.clone(), api.clone()]).await;
    if subject.lasts {
        store.close().await.expect("the store closes");
        store = subject.open().await;
    }
    let limits = |names: &[&str]| {
        let names = names.iter().map(ToString::to_string).collect();
        let asked = store.limits(names);
        async move { asked.await.expect("the store answers") }
    };
    let unused = |limit| LimitUse { limit, held: Vec::new(), decaying: Taken::slots(0, at(0)) };
    let (api, db) = (unused(api), unused(db));
    assert_eq!(limits(&[]).await, [api.clone(), db.clone()]);
    assert_eq!(limits(&["tag:db", "nope", "tag:db"]).await, std::slice::from_ref(&db));
    assert_eq!(limits(&["tag:db", "api \"é\""]).await, [api, db]);
}

/// The second time nothing is changed.
pub async fn a_name_has_one_limit(subject: &Subject) {
    let store = subject.open().await;
    create(&store, &[ConcurrencyLimit::new("db", 2)]).await;
    assert!(!change(&store, LimitChange::Create(ConcurrencyLimit::new("db", 9))).await);
    let found = store.limits(Vec::new()).await.expect("the store answers");
    assert_eq!(found.iter().map(|found| found.limit.limit).collect::<Vec<_>>(), [2]);
}

/// Nor is it made thereby.
pub async fn a_limit_that_does_not_exist_is_not_changed(subject: &Subject) {
    let store = subject.open().await;
    assert!(!change(&store, LimitChange::Update(ConcurrencyLimit::new("db", 9))).await);
    assert!(!change(&store, LimitChange::Delete("db".to_owned())).await);
    assert_eq!(store.limits(Vec::new()).await.expect("the store answers"), []);
}

/// Whether it is raised, lowered, or made to decay.
pub async fn a_changed_limit_keeps_what_is_taken(subject: &Subject) {
    let store = subject.open().await;
    create(&store, &[ConcurrencyLimit::new("db", 3)]).await;
    let held = take(&store, &["db"], 3).await.expect("there is room");
    assert!(change(&store, LimitChange::Update(ConcurrencyLimit::new("db", 4))).await);
    let other = take(&store, &["db"], 1).await.expect("there is room");
    assert!(change(&store, LimitChange::Update(ConcurrencyLimit::new("db", 1))).await);
    assert_eq!(occupied(&store, "db").await, 4);
    release(&store, &held).await;
    assert!(take(&store, &["db"], 1).await.is_none());

    let decaying = ConcurrencyLimit::new("db", 1).slot_decay_per_second(1.0);
    assert!(change(&store, LimitChange::Update(decaying)).await);
    assert_eq!(occupied(&store, "db").await, 1);
    assert_eq!(occupied_at(&store, "db", at(2_000_000)).await, 0);
    assert!(change(&store, LimitChange::Update(ConcurrencyLimit::new("db", 1))).await);
    assert_eq!(occupied_at(&store, "db", at(2_000_000)).await, 1);
    release(&store, &other).await;
    assert!(take(&store, &["db"], 1).await.is_some());
}

/// One that is made again under its name is empty, and what is let go of late frees nothing of it.
pub async fn a_deleted_limit_is_held_by_nobody(subject: &Subject) {
    let store = subject.open().await;
    create(&store, &[ConcurrencyLimit::new("db", 1)]).await;
    let held = take(&store, &["db"], 1).await.expect("there is room");
    assert!(change(&store, LimitChange::Delete("db".to_owned())).await);
    assert_eq!(holders(&store, "db").await, []);
    create(&store, &[ConcurrencyLimit::new("db", 1)]).await;
    assert_eq!(occupied(&store, "db").await, 0);
    let again = take(&store, &["db"], 1).await.expect("there is room");
    release(&store, &held).await;
    assert_eq!(occupied(&store, "db").await, 1);
    release(&store, &again).await;
    assert_eq!(occupied(&store, "db").await, 0);
}

/// A request that is larger than what is left takes nothing.
pub async fn slots_are_taken_until_none_is_left(subject: &Subject) {
    let store = subject.open().await;
    create(&store, &[ConcurrencyLimit::new("db", 3)]).await;
    let first = request(&["db"], 2);
    let SlotAnswer::Taken { limits, missing } = ask(&store, &first).await else {
        panic!("there is room")
    };
    assert_eq!((limits[0].occupied(at(0)), missing), (2, Vec::new()));
    let SlotAnswer::Full(limits) = ask(&store, &request(&["db"], 2)).await else {
        panic!("there is no room")
    };
    assert_eq!(limits[0].held, [(None, 2)]);
    assert!(take(&store, &["db"], 1).await.is_some());
    assert!(take(&store, &["db"], 1).await.is_none());
    assert_eq!(occupied(&store, "db").await, 3);
}

/// Releasing them twice is fine, and frees nothing of others.
pub async fn slots_that_were_released_are_free(subject: &Subject) {
    let store = subject.open().await;
    create(&store, &[ConcurrencyLimit::new("db", 2)]).await;
    let first = take(&store, &["db"], 1).await.expect("there is room");
    let second = take(&store, &["db"], 1).await.expect("there is room");
    for _ in 0..3 {
        release(&store, &first).await;
        assert_eq!(occupied(&store, "db").await, 1);
    }
    release(&store, &request(&["db", "nope"], 1)).await;
    assert_eq!(holders(&store, "db").await.len(), 1);
    release(&store, &second).await;
    assert_eq!(occupied(&store, "db").await, 0);
}

/// However soon one follows on the other, and whether or not anyone waits for the release.
pub async fn slots_that_were_just_released_are_free(subject: &Subject) {
    let store = subject.open().await;
    create(&store, &[ConcurrencyLimit::new("db", 1)]).await;
    for _ in 0..50 {
        let held = take(&store, &["db"], 1).await.expect("there is room");
        drop(store.put(release_at(&held, at(0))));
    }
}

/// A full one keeps the others from being taken.
pub async fn slots_of_several_limits_are_taken_together_or_not_at_all(subject: &Subject) {
    let store = subject.open().await;
    create(&store, &[ConcurrencyLimit::new("api", 5), ConcurrencyLimit::new("db", 1)]).await;
    let both = take(&store, &["db", "api", "db"], 1).await.expect("there is room");
    assert!(take(&store, &["api", "db"], 1).await.is_none());
    assert_eq!((occupied(&store, "api").await, occupied(&store, "db").await), (1, 1));
    release(&store, &both).await;
    assert_eq!((occupied(&store, "api").await, occupied(&store, "db").await), (0, 0));
}

/// Or refuse the request, if that is asked for.
pub async fn limits_that_do_not_exist_are_left_out(subject: &Subject) {
    let store = subject.open().await;
    create(&store, &[ConcurrencyLimit::new("db", 1)]).await;
    let strict = SlotRequest { missing: MissingLimit::Refuse, ..request(&["nope", "db"], 1) };
    assert_eq!(ask(&store, &strict).await, SlotAnswer::Missing(vec!["nope".to_owned()]));
    assert_eq!(occupied(&store, "db").await, 0);
    let SlotAnswer::Taken { limits, missing } = ask(&store, &request(&["nope", "db"], 1)).await
    else {
        panic!("there is room")
    };
    assert_eq!((limits.len(), missing), (1, vec!["nope".to_owned()]));
    assert_eq!(occupied(&store, "db").await, 1);
}

/// And lets more pass than it has slots.
pub async fn an_inactive_limit_counts_nobody(subject: &Subject) {
    let store = subject.open().await;
    create(&store, &[ConcurrencyLimit::new("db", 1).inactive()]).await;
    let passed = take(&store, &["db"], 9).await.expect("it limits nothing");
    assert_eq!(occupied(&store, "db").await, 0);
    assert!(change(&store, LimitChange::Update(ConcurrencyLimit::new("db", 1))).await);
    assert!(take(&store, &["db"], 1).await.is_some());
    release(&store, &passed).await;
    assert_eq!(occupied(&store, "db").await, 1);
}

/// Also while others hold some.
pub async fn more_slots_than_there_are_are_never_taken(subject: &Subject) {
    let store = subject.open().await;
    create(&store, &[ConcurrencyLimit::new("db", 2), ConcurrencyLimit::new("none", 0)]).await;
    for (limit, slots) in [("db", 3), ("none", 1)] {
        let SlotAnswer::Never(used) = ask(&store, &request(&[limit], slots)).await else {
            panic!("it never has so many")
        };
        assert_eq!(used.limit.name, limit);
    }
    assert!(take(&store, &["db"], 2).await.is_some());
    assert!(matches!(ask(&store, &request(&["db"], 3)).await, SlotAnswer::Never(_)));
}

/// Whether it is given back by its owner, or ended because that is dead. What others hold stays held.
pub async fn slots_end_with_their_lease(subject: &Subject) {
    let store = subject.open().await;
    create(&store, &[ConcurrencyLimit::new("api", 9), ConcurrencyLimit::new("db", 3)]).await;
    let [released, ended, lives] =
        [take_lease(&store).await, take_lease(&store).await, take_lease(&store).await];
    for lease in [&released, &ended, &lives] {
        let request = SlotRequest { lease: Some(lease.id), ..request(&["api", "db"], 1) };
        assert!(matches!(ask(&store, &request).await, SlotAnswer::Taken { .. }));
    }
    assert!(take(&store, &["db"], 1).await.is_none());
    let write = Write::ReleaseLease(released.id);
    store.put_acknowledged(write).await.expect("the lease is released");
    assert_eq!((occupied(&store, "api").await, occupied(&store, "db").await), (2, 2));
    assert!(store.end_lease(ended.id, ended.expires).await.expect("the store answers"));
    assert_eq!((occupied(&store, "api").await, occupied(&store, "db").await), (1, 1));
    let left: Vec<_> = holders(&store, "db").await.iter().map(|holder| holder.lease).collect();
    assert_eq!(left, [Some(lives.id)]);
    assert!(take(&store, &["db"], 2).await.is_some());
}

/// Nor under one that never was.
pub async fn slots_are_not_taken_under_an_ended_lease(subject: &Subject) {
    let store = subject.open().await;
    create(&store, &[ConcurrencyLimit::new("db", 1)]).await;
    let ended = take_lease(&store).await;
    assert!(store.end_lease(ended.id, ended.expires).await.expect("the store answers"));
    for lease in [ended.id, LeaseId::new()] {
        let request = SlotRequest { lease: Some(lease), ..request(&["db"], 1) };
        let error = store.take_slots(request).await.expect_err("the lease has ended");
        assert_eq!(error.kind(), StoreErrorKind::LeaseEnded);
    }
    assert_eq!(occupied(&store, "db").await, 0);
}

/// A second is a million microseconds.
pub async fn slots_that_decay_are_given_back_by_time(subject: &Subject) {
    let store = subject.open().await;
    create(&store, &[ConcurrencyLimit::new("api", 2).slot_decay_per_second(1.0)]).await;
    let now =
        |micros| SlotRequest { mode: SlotMode::Decaying, now: at(micros), ..request(&["api"], 1) };
    let taken = |answer| matches!(answer, SlotAnswer::Taken { .. });
    assert!(taken(ask(&store, &now(0)).await));
    assert!(taken(ask(&store, &now(0)).await));
    assert!(!taken(ask(&store, &now(999_999)).await));
    assert_eq!(occupied_at(&store, "api", at(1_200_000)).await, 1);
    assert!(taken(ask(&store, &now(1_000_000)).await));
    assert!(!taken(ask(&store, &now(1_500_000)).await));
    assert!(taken(ask(&store, &now(2_000_000)).await));
    assert_eq!(holders(&store, "api").await, []);
    assert_eq!(occupied_at(&store, "api", at(4_000_000)).await, 0);
}

/// Of a limit that does not decay time gives nothing back, so nothing is taken of it for good.
pub async fn slots_of_a_limit_that_does_not_decay_are_not_left_to_time(subject: &Subject) {
    let store = subject.open().await;
    create(&store, &[ConcurrencyLimit::new("db", 1)]).await;
    let request = SlotRequest { mode: SlotMode::Decaying, ..request(&["db"], 1) };
    assert_eq!(ask(&store, &request).await, SlotAnswer::NoDecay("db".to_owned()));
    assert_eq!(occupied(&store, "db").await, 0);
}

/// What is held of a limit that decays is free when it is let go of, and earlier if time has given it back.
pub async fn held_slots_decay_too(subject: &Subject) {
    let store = subject.open().await;
    create(&store, &[ConcurrencyLimit::new("api", 2).slot_decay_per_second(1.0)]).await;
    let held = take(&store, &["api"], 2).await.expect("there is room");
    assert_eq!(holders(&store, "api").await.len(), 1);
    assert_eq!(occupied_at(&store, "api", at(1_000_000)).await, 1);
    let later = SlotRequest { now: at(1_000_000), ..request(&["api"], 1) };
    assert!(matches!(ask(&store, &later).await, SlotAnswer::Taken { .. }));
    let write = release_at(&held, at(1_500_000));
    store.put_acknowledged(write).await.expect("the release is stored");
    assert_eq!(occupied_at(&store, "api", at(1_500_000)).await, 1, "half a slot was left of them");
}

/// Which run, how many, since when, and under which lease; the longest first.
pub async fn who_holds_slots_is_told(subject: &Subject) {
    let store = subject.open().await;
    create(&store, &[ConcurrencyLimit::new("api", 9), ConcurrencyLimit::new("db", 9)]).await;
    let owner = take_lease(&store).await;
    let run_id = Some(RunId::new());
    let late = SlotRequest { run_id, lease: Some(owner.id), now: at(7), ..request(&["db"], 2) };
    let early = SlotRequest { now: at(5), ..request(&["db", "api"], 1) };
    for request in [&late, &early] {
        assert!(matches!(ask(&store, request).await, SlotAnswer::Taken { .. }));
    }
    let holder = |request: &SlotRequest| SlotHolder {
        hold: request.hold,
        slots: request.slots.into(),
        run_id: request.run_id,
        since: request.now,
        lease: request.lease,
    };
    assert_eq!(holders(&store, "db").await, [holder(&early), holder(&late)]);
    assert_eq!(holders(&store, "api").await, [holder(&early)]);
    assert_eq!(holders(&store, "nope").await, []);
    let mut held = store.limits(vec!["db".to_owned()]).await.expect("the store answers");
    held[0].held.sort_unstable();
    assert_eq!(held[0].held, [(None, 1), (Some(owner.id), 2)]);
}

/// Whoever asks.
pub async fn of_many_who_take_slots_no_more_are_given_than_there_are(subject: &Subject) {
    let store = subject.open().await;
    create(&store, &[ConcurrencyLimit::new("db", 7)]).await;
    for round in 1..=3 {
        let taken = join_all((0..50).map(|_| take(&store, &["db"], 2))).await;
        let taken: Vec<_> = taken.into_iter().flatten().collect();
        assert_eq!(taken.len(), 3, "round {round}");
        assert_eq!(occupied(&store, "db").await, 6);
        join_all(taken.iter().map(|taken| release(&store, taken))).await;
    }
}

/// Whether they were taken before or after nobody waited any more.
pub async fn slots_that_nobody_waits_for_any_more_can_be_released(subject: &Subject) {
    let store = subject.open().await;
    create(&store, &[ConcurrencyLimit::new("db", 50)]).await;
    for round in 0..50 {
        let request = request(&["db"], 1);
        let mut asked = store.take_slots(request.clone());
        if round % 2 == 1 {
            let _ = (&mut asked).now_or_never();
        }
        drop(asked);
        drop(store.put(release_at(&request, at(0))));
    }
    assert_eq!(occupied(&store, "db").await, 0);
    assert_eq!(holders(&store, "db").await, []);
}

/// After a second, and not before: until then those under one lease may hand slots on to each other. Nobody gives way to those under its own.
pub async fn whoever_has_waited_under_another_lease_is_given_way_to(subject: &Subject) {
    let store = subject.open().await;
    create(&store, &[ConcurrencyLimit::new("db", 1)]).await;
    let [ours, theirs] = [take_lease(&store).await, take_lease(&store).await];
    let of = |lease: &Lease| SlotRequest { lease: Some(lease.id), ..request(&["db"], 1) };
    let gets = async |request: &SlotRequest, seconds: i64| {
        let request = SlotRequest { now: at(seconds * 1_000_000), ..request.clone() };
        match ask(&store, &request).await {
            SlotAnswer::Taken { .. } => true,
            SlotAnswer::Full(_) => false,
            other @ (SlotAnswer::Never(_) | SlotAnswer::Missing(_) | SlotAnswer::NoDecay(_)) => {
                panic!("it is taken or full: {other:?}")
            }
        }
    };
    let [first, second, third] = [of(&ours), of(&ours), of(&ours)];
    let [waits, waits_too] = [of(&theirs), of(&theirs)];
    assert!(gets(&first, 0).await);
    assert!(!gets(&waits, 1).await);
    release(&store, &first).await;
    assert!(gets(&second, 1).await);
    release(&store, &second).await;
    let ahead = SlotRequest { standing: SlotStanding::Ahead, ..of(&ours) };
    assert!(gets(&ahead, 5).await, "others may wait for what it holds");
    release(&store, &ahead).await;
    assert!(!gets(&third, 5).await, "it is the turn of the other");
    assert!(!gets(&waits_too, 6).await, "it has not waited");
    assert!(gets(&waits, 7).await);
    release(&store, &waits).await;
    assert!(gets(&third, 8).await, "it has waited the longest now");
}

/// Or that never meant to wait, or whose slots were taken.
pub async fn nobody_gives_way_to_a_request_that_was_given_up(subject: &Subject) {
    let store = subject.open().await;
    create(&store, &[ConcurrencyLimit::new("db", 1)]).await;
    let [ours, theirs, dies] =
        [take_lease(&store).await, take_lease(&store).await, take_lease(&store).await];
    let of = |lease: &Lease| SlotRequest { lease: Some(lease.id), ..request(&["db"], 1) };
    let held = of(&ours);
    assert!(matches!(ask(&store, &held).await, SlotAnswer::Taken { .. }));
    let passes = SlotRequest { standing: SlotStanding::Passing, ..of(&theirs) };
    let (given_up, dead, taken) = (of(&theirs), of(&dies), of(&theirs));
    for request in [&passes, &given_up, &dead, &taken] {
        assert!(matches!(ask(&store, request).await, SlotAnswer::Full(_)));
    }
    release(&store, &given_up).await;
    assert!(store.end_lease(dies.id, dies.expires).await.expect("the store answers"));
    release(&store, &held).await;
    assert!(matches!(ask(&store, &taken).await, SlotAnswer::Taken { .. }));
    release(&store, &taken).await;
    let late = SlotRequest { now: at(9_000_000), ..of(&ours) };
    assert!(matches!(ask(&store, &late).await, SlotAnswer::Taken { .. }));
}
