//! Whether there is room, as tables.

use super::*;
use crate::LeaseId;

fn at(millis: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + TimeDelta::milliseconds(1_763_935_200_000 + millis)
}

fn used(limit: ConcurrencyLimit, held: &[u64], decaying: Taken) -> LimitUse {
    LimitUse { limit, held: held.iter().map(|slots| (None, *slots)).collect(), decaying }
}

#[test]
fn a_limit_has_room_until_all_slots_are_taken() {
    let limit = ConcurrencyLimit::new("db", 3);
    let table = [
        (1, 0, SlotRoom::Free),
        (3, 0, SlotRoom::Free),
        (1, 2, SlotRoom::Free),
        (2, 2, SlotRoom::Full(None)),
        (1, 3, SlotRoom::Full(None)),
        // It was lowered while they were held.
        (1, 7, SlotRoom::Full(None)),
        (4, 0, SlotRoom::Never),
    ];
    for (wanted, taken, expected) in table {
        let room = limit.room(wanted, Taken::slots(taken, at(0)), at(1000));
        assert_eq!(room, expected, "{wanted} beside {taken}");
    }
}

/// ORCH-25
#[test]
fn a_limit_of_zero_never_has_room() {
    let room = ConcurrencyLimit::new("db", 0).room(1, Taken::slots(0, at(0)), at(0));
    assert_eq!(room, SlotRoom::Never);
}

/// CONC-07
#[test]
fn an_inactive_limit_lets_everybody_pass() {
    let limit = ConcurrencyLimit::new("db", 1).inactive();
    assert_eq!(limit.room(5, Taken::slots(9, at(0)), at(0)), SlotRoom::Free);
}

/// CONC-11
#[test]
fn slots_decay() {
    let limit = ConcurrencyLimit::new("api", 2).slot_decay_per_second(1.0);
    let taken = Taken::slots(2, at(0));
    assert_eq!(limit.room(1, taken, at(0)), SlotRoom::Full(Some(at(1000))));
    assert_eq!(limit.room(2, taken, at(500)), SlotRoom::Full(Some(at(2000))));
    assert_eq!(limit.room(1, taken, at(999)), SlotRoom::Full(Some(at(1000))));
    assert_eq!(limit.room(1, taken, at(1000)), SlotRoom::Free);
    assert_eq!(limit.room(2, taken, at(9000)), SlotRoom::Free);
    let whole = |millis| used(limit.clone(), &[], taken).occupied(at(millis));
    assert_eq!([0, 1, 1200, 2000, 5000].map(whole), [2, 2, 1, 0, 0]);
}

/// What was left over of a slot is not lost when the next is taken, as it is in Prefect (CONC-12).
#[test]
fn no_time_of_decay_is_lost() {
    let limit = ConcurrencyLimit::new("api", 1).slot_decay_per_second(2.0);
    let (mut taken, mut now) = (Taken::slots(0, at(0)), at(0));
    for round in 0..100 {
        if let SlotRoom::Full(Some(time)) = limit.room(1, taken, now) {
            now = time;
        }
        assert_eq!(limit.room(1, taken, now), SlotRoom::Free);
        taken = taken.at(now, &limit).and(1);
        assert_eq!(now, at(500 * round));
    }
}

#[test]
fn slots_that_are_let_go_of_early_give_no_more_back_than_is_left() {
    let limit = ConcurrencyLimit::new("api", 5).slot_decay_per_second(1.0);
    let first = Taken::slots(2, at(0));
    let both = first.at(at(1500), &limit).and(2);
    assert_eq!(both.micros, 2_500_000);
    let left = both.at(at(1750), &limit).without(first.at(at(1750), &limit));
    assert_eq!(left.micros, 2_000_000, "what the others took is still taken, all of it");
    let later = both.at(at(3000), &limit);
    assert_eq!(later.without(first.at(at(3000), &limit)), later);
}

#[test]
fn a_clock_that_is_behind_gives_nothing_back() {
    let limit = ConcurrencyLimit::new("api", 2).slot_decay_per_second(1.0);
    let taken = Taken::slots(2, at(1000));
    assert_eq!(taken.at(at(0), &limit), taken);
    assert_eq!(limit.room(1, taken, at(0)), SlotRoom::Full(Some(at(1000))));
}

#[test]
fn a_decay_that_takes_ages_is_waited_for_without_a_panic() {
    let limit = ConcurrencyLimit::new("api", 1).slot_decay_per_second(f64::MIN_POSITIVE);
    assert_eq!(limit.room(1, Taken::slots(1, at(0)), at(0)), SlotRoom::Full(None));
    let limit = ConcurrencyLimit::new("api", 1).slot_decay_per_second(f64::MAX);
    let taken = Taken::slots(u64::MAX, at(0));
    assert_eq!(limit.room(1, taken, at(1)), SlotRoom::Free);
}

#[test]
fn slots_under_all_leases_count() {
    let used = used(ConcurrencyLimit::new("db", 9), &[1, 2, 3], Taken::slots(0, at(0)));
    assert_eq!(used.occupied(at(0)), 6);
}

/// CONC-02
#[test]
fn names_and_numbers_that_no_limit_has_are_refused() {
    let check = |limit: ConcurrencyLimit| limit.check().map_err(|error| error.to_string());
    assert!(check(ConcurrencyLimit::new("db", 0)).is_ok());
    assert!(check(ConcurrencyLimit::new("tag:a b:c", 1)).is_ok());
    assert!(check(ConcurrencyLimit::new("", 1)).unwrap_err().contains("empty"));
    assert!(check(ConcurrencyLimit::new("a/b", 1)).unwrap_err().ends_with("leave out the `/`"));
    for decay in [-1.0, f64::NAN, f64::INFINITY] {
        let error = check(ConcurrencyLimit::new("db", 1).slot_decay_per_second(decay)).unwrap_err();
        assert!(error.contains("'db'"), "{error}");
    }
}

/// CONC-24: a limit on a tag is a limit like any other, whose name says so.
#[test]
fn a_limit_on_a_tag_is_known_by_its_name() {
    let limit = ConcurrencyLimit::for_tag("http", 1);
    assert_eq!(limit.name, "tag:http");
    assert_eq!(ConcurrencyLimit::tag_of_name(&limit.name), Some("http"));
    assert_eq!(ConcurrencyLimit::tag_of_name("http"), None);
}

/// Seconds since a request began to wait, under its own lease and under another; whether it gives way when it asks.
#[test]
fn a_request_gives_way_to_those_of_other_leases_whose_turn_has_come() {
    let [ours, theirs] = [LeaseId::new(), LeaseId::new()];
    let [our_hold, their_hold, another_hold] = [HoldId::new(), HoldId::new(), HoldId::new()];
    let gives_way = |standing, waiting: &[(LeaseId, HoldId, i64)]| {
        let now = at(0);
        let waiter = |&(lease, hold, ago): &(LeaseId, HoldId, i64)| SlotWaiter {
            hold,
            lease,
            since: now - TimeDelta::milliseconds(ago),
        };
        let waiting: Vec<_> = waiting.iter().map(waiter).collect();
        let request = SlotRequest {
            hold: our_hold,
            limits: Vec::new(),
            slots: 1,
            mode: SlotMode::Held,
            missing: MissingLimit::LeaveOut,
            standing,
            run_id: None,
            lease: Some(ours),
            now,
        };
        request.gives_way(&waiting)
    };
    let in_line = |waiting: &[_]| gives_way(SlotStanding::InLine, waiting);
    assert!(!in_line(&[]));
    assert!(!in_line(&[(theirs, their_hold, 999)]), "its turn has not come");
    assert!(in_line(&[(theirs, their_hold, 1000)]));
    assert!(!in_line(&[(ours, another_hold, 5000)]), "in a process there is a line");
    assert!(in_line(&[(ours, our_hold, 2000), (theirs, their_hold, 3000)]));
    assert!(!in_line(&[(ours, our_hold, 3000), (theirs, their_hold, 2000)]));
    let late = [(theirs, their_hold, 5000)];
    assert!(!gives_way(SlotStanding::Ahead, &late));
    assert!(gives_way(SlotStanding::Passing, &late));
}
