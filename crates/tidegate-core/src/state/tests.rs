//! States as values: names, types, text forms and stored forms.

use std::time::Duration;

use expect_test::expect;

use crate::{ResultReference, State, StateData, StateResult, StateType, StateTypes, Timestamp};

fn noon() -> Timestamp {
    "2026-01-15T12:00:00Z".parse().unwrap()
}

/// A state of every name that Tidegate gives, and a few with data.
fn states() -> Vec<State> {
    let (now, later) = (noon(), noon() + Duration::from_secs(60));
    let timeout = Some(later);
    let pause = StateData::Paused { timeout, reschedule: true, key: Some("1".into()) };
    let reference = ResultReference {
        storage: "/results".to_owned(),
        key: "k".to_owned(),
        serializer: "json".to_owned(),
        size: 2,
        digest: "0f".to_owned(),
    };
    vec![
        State::scheduled(later, now),
        State::late(later, now),
        State::awaiting_retry(later, now),
        State::awaiting_concurrency_slot(later, now),
        State::resuming(later, now),
        State::pending(now),
        State::not_ready(now),
        State::submitting(now),
        State::new("Pending", StateData::Pending { scheduled_time: Some(later) }, now),
        State::running(now),
        State::retrying(now),
        State::rerunning(now),
        State::completed(now).with_result(StateResult::Unpersisted),
        State::completed(now).with_result(StateResult::Recorded { json: "[1,2]".into() }),
        State::cached(now).with_result(StateResult::Persisted { reference: reference.into() }),
        State::rolled_back(now),
        State::failed(now).message("boom"),
        State::timed_out(now),
        State::panicked(now),
        State::new("Failed", StateData::Failed { retriable: Some(false) }, now),
        State::cancelled(now),
        State::crashed(now),
        State { transition_id: Some(uuid::Uuid::from_u128(7)), ..State::paused(now) },
        State::suspended(now),
        State::new("Suspended", pause, now),
        State::cancelling(now),
    ]
}

/// STATE-01
#[test]
fn the_usual_name_is_the_type() {
    for state_type in StateType::ALL {
        let name = state_type.default_name();
        assert_eq!(name.to_uppercase(), state_type.as_str());
        assert_eq!(name.parse(), Ok(state_type));
        assert_eq!(state_type.to_string().parse(), Ok(state_type));
    }
    let error = "Finished".parse::<StateType>().unwrap_err();
    expect!["`Finished` is not a state type; the types are SCHEDULED, PENDING, RUNNING, COMPLETED, FAILED, CANCELLED, CRASHED, PAUSED and CANCELLING"]
        .assert_eq(&error.to_string());
}

/// STATE-02, STATE-06: the type shows only when it differs from the name.
#[test]
fn states_read_like_this() {
    let text: Vec<_> = states().iter().map(State::to_string).collect();
    expect![[r#"
        Scheduled()
        Late(type=SCHEDULED)
        AwaitingRetry(type=SCHEDULED)
        AwaitingConcurrencySlot(type=SCHEDULED)
        Resuming(type=SCHEDULED)
        Pending()
        NotReady(type=PENDING)
        Submitting(type=PENDING)
        Pending()
        Running()
        Retrying(type=RUNNING)
        Rerunning(type=RUNNING)
        Completed()
        Completed()
        Cached(type=COMPLETED)
        RolledBack(type=COMPLETED)
        Failed('boom')
        TimedOut(type=FAILED)
        Panicked(type=FAILED)
        Failed()
        Cancelled()
        Crashed()
        Paused()
        Suspended(type=PAUSED)
        Suspended(type=PAUSED)
        Cancelling()"#]]
    .assert_eq(&text.join("\n"));
}

/// STATE-06
#[test]
fn a_message_shows_in_the_text() {
    let now = noon();
    assert_eq!(State::completed(now).message("hi").to_string(), "Completed('hi')");
    assert_eq!(State::timed_out(now).message("m").to_string(), "TimedOut('m', type=FAILED)");
}

/// STATE-07
#[test]
fn the_debug_form_is_prefects() {
    let failed = State::failed(noon()).message("m");
    assert_eq!(format!("{failed:?}"), "Failed(message='m', type=FAILED, result=None)");
}

#[test]
fn the_debug_form_does_not_show_a_result() {
    let result = StateResult::Recorded { json: "\"secret\"".into() };
    let completed = State::completed(noon()).with_result(result);
    assert_eq!(
        format!("{completed:?}"),
        "Completed(message=None, type=COMPLETED, result=recorded)"
    );
    assert_eq!(format!("{:?}", completed.result), "Some(Recorded(8 bytes))");
}

/// STATE-09
#[test]
fn four_types_are_terminal() {
    let terminal: Vec<_> = StateTypes::TERMINAL.iter().map(StateType::as_str).collect();
    assert_eq!(terminal, ["COMPLETED", "FAILED", "CANCELLED", "CRASHED"]);
    for state_type in StateType::ALL {
        assert_eq!(state_type.is_terminal(), StateTypes::TERMINAL.contains(state_type));
        assert_ne!(state_type.is_terminal(), StateTypes::TERMINAL.not().contains(state_type));
    }
}

#[test]
fn a_set_of_types_holds_what_it_was_made_of() {
    assert_eq!(StateTypes::ALL.iter().count(), 9);
    assert_eq!(StateTypes::NONE.iter().count(), 0);
    assert_eq!(StateTypes::of(&StateType::ALL), StateTypes::ALL);
}

#[test]
fn states_are_stored_like_this() {
    let lines: Vec<_> =
        states().iter().map(|state| serde_json::to_string(state).unwrap()).collect();
    expect![[r#"
        {"name":"Scheduled","timestamp":"2026-01-15T12:00:00Z","type":"SCHEDULED","scheduled_time":"2026-01-15T12:01:00Z"}
        {"name":"Late","timestamp":"2026-01-15T12:00:00Z","type":"SCHEDULED","scheduled_time":"2026-01-15T12:01:00Z"}
        {"name":"AwaitingRetry","timestamp":"2026-01-15T12:00:00Z","type":"SCHEDULED","scheduled_time":"2026-01-15T12:01:00Z"}
        {"name":"AwaitingConcurrencySlot","timestamp":"2026-01-15T12:00:00Z","type":"SCHEDULED","scheduled_time":"2026-01-15T12:01:00Z"}
        {"name":"Resuming","timestamp":"2026-01-15T12:00:00Z","type":"SCHEDULED","scheduled_time":"2026-01-15T12:01:00Z"}
        {"name":"Pending","timestamp":"2026-01-15T12:00:00Z","type":"PENDING"}
        {"name":"NotReady","timestamp":"2026-01-15T12:00:00Z","type":"PENDING"}
        {"name":"Submitting","timestamp":"2026-01-15T12:00:00Z","type":"PENDING"}
        {"name":"Pending","timestamp":"2026-01-15T12:00:00Z","type":"PENDING","scheduled_time":"2026-01-15T12:01:00Z"}
        {"name":"Running","timestamp":"2026-01-15T12:00:00Z","type":"RUNNING"}
        {"name":"Retrying","timestamp":"2026-01-15T12:00:00Z","type":"RUNNING"}
        {"name":"Rerunning","timestamp":"2026-01-15T12:00:00Z","type":"RUNNING"}
        {"name":"Completed","timestamp":"2026-01-15T12:00:00Z","type":"COMPLETED","result":{"kind":"unpersisted"}}
        {"name":"Completed","timestamp":"2026-01-15T12:00:00Z","type":"COMPLETED","result":{"kind":"recorded","json":"[1,2]"}}
        {"name":"Cached","timestamp":"2026-01-15T12:00:00Z","type":"COMPLETED","result":{"kind":"persisted","reference":{"storage":"/results","key":"k","serializer":"json","size":2,"digest":"0f"}}}
        {"name":"RolledBack","timestamp":"2026-01-15T12:00:00Z","type":"COMPLETED"}
        {"name":"Failed","timestamp":"2026-01-15T12:00:00Z","message":"boom","type":"FAILED"}
        {"name":"TimedOut","timestamp":"2026-01-15T12:00:00Z","type":"FAILED"}
        {"name":"Panicked","timestamp":"2026-01-15T12:00:00Z","type":"FAILED"}
        {"name":"Failed","timestamp":"2026-01-15T12:00:00Z","type":"FAILED","retriable":false}
        {"name":"Cancelled","timestamp":"2026-01-15T12:00:00Z","type":"CANCELLED"}
        {"name":"Crashed","timestamp":"2026-01-15T12:00:00Z","type":"CRASHED"}
        {"name":"Paused","timestamp":"2026-01-15T12:00:00Z","type":"PAUSED","reschedule":false,"transition_id":"00000000-0000-0000-0000-000000000007"}
        {"name":"Suspended","timestamp":"2026-01-15T12:00:00Z","type":"PAUSED","reschedule":true}
        {"name":"Suspended","timestamp":"2026-01-15T12:00:00Z","type":"PAUSED","timeout":"2026-01-15T12:01:00Z","reschedule":true,"key":"1"}
        {"name":"Cancelling","timestamp":"2026-01-15T12:00:00Z","type":"CANCELLING"}"#]].assert_eq(&lines.join("\n"));
    for (line, state) in lines.iter().zip(states()) {
        assert_eq!(serde_json::from_str::<State>(line).unwrap(), state);
    }
}
