//! The shapes in which stores speak with each other over HTTP. Another shape is another [`Greeting::PROTOCOL`].

use expect_test::{Expect, expect};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::*;
use crate::{Definition, Holder, LogLevel, RequestKind, State, VariableKey, VariableUpdate};
use std::sync::Arc;

fn id<T: From<Uuid>>(number: u128) -> T {
    Uuid::from_u128(number).into()
}

fn at(micros: i64) -> Timestamp {
    Timestamp::from_timestamp_micros(1_700_000_000_000_000 + micros).unwrap()
}

/// It is written like this, and reads as what is written the same way.
fn check<T: Serialize + DeserializeOwned>(values: &[T], expected: Expect) {
    let mut text = String::new();
    for value in values {
        let json = serde_json::to_string(value).unwrap();
        let back: T = serde_json::from_str(&json).unwrap();
        assert_eq!(serde_json::to_string(&back).unwrap(), json);
        text.push_str(&json);
        text.push('\n');
    }
    expected.assert_eq(&text);
}

#[test]
fn a_batch_is_written_like_this() {
    let mut run = Run::new(Arc::new(Definition::new(RunKind::Flow, "etl")), "quiet-eel", at(0));
    run.id = id(1);
    run.states.push(State::pending(at(0)));
    let mut advance = Advance::since(&run, 1);
    advance.states.push(State::running(at(1)));
    let holder = Holder { host: "here".into(), pid: 7, started: 8 };
    let update = VariableUpdate { value: Some(serde_json::Value::Null), ..Default::default() };
    let request = Request { id: id(4), run_id: id(1), kind: RequestKind::Cancel, at: at(4) };
    let line = LogRecord {
        flow_run_id: Some(id(1)),
        task_run_id: None,
        timestamp: at(5),
        level: LogLevel::Info,
        target: "app".into(),
        message: "hello".into(),
        fields: serde_json::Map::new(),
    };
    let changes = vec![
        Change::Write(Write::Begin(Box::new(run))),
        Change::Write(Write::Advance(Box::new(advance))),
        Change::Write(Write::TakeLease(Box::new(Lease { id: id(2), holder, expires: at(2) }))),
        Change::Write(Write::RenewLease { id: id(2), expires: at(3) }),
        Change::Write(Write::Unlock { key: CacheKey::from_bytes([1; 32]), lease: id(2) }),
        Change::Write(Write::Request(Box::new(request))),
        Change::EndLease { id: id(2), expires: at(3) },
        Change::DeleteArtifact(id(3)),
        Change::Variable(VariableChange::Update {
            key: VariableKey::Name("city".into()),
            update,
            now: at(6),
        }),
        Change::DeleteRuns { expired: Expired::default(), at_most: 9 },
    ];
    check(
        &changes,
        expect![[r#"
        {"write":{"begin":{"id":"00000000-0000-0000-0000-000000000001","definition":{"kind":"flow","name":"etl","key":"etl","version":null,"description":null,"tags":[],"parameters":[]},"name":"quiet-eel","flow_run_id":null,"task_run_id":null,"call_key":null,"place":null,"lease":null,"root_flow_run_id":null,"deployment_id":null,"infrastructure_pid":null,"tags":[],"parameters":{},"policy":{"retry":{"retries":0,"delays":"none","jitter_factor":0.0},"resuming":false,"recover":false,"restartable":false,"pause_keys":[],"retry_type":null},"created":"2023-11-14T22:13:20Z","states":[{"name":"Pending","timestamp":"2023-11-14T22:13:20Z","type":"PENDING"}],"run_count":0,"flow_run_run_count":0,"total_run_time":{"secs":0,"nanos":0},"expected_start_time":null,"start_time":null,"end_time":null,"next_scheduled_start_time":null}}}
        {"write":{"advance":{"run_id":"00000000-0000-0000-0000-000000000001","lease":null,"release":false,"after":1,"states":[{"name":"Running","timestamp":"2023-11-14T22:13:20.000001Z","type":"RUNNING"}],"name":null,"parameters":null,"place":null,"policy":null,"tags":null,"infrastructure_pid":null,"run_count":0,"flow_run_run_count":0,"total_run_time":{"secs":0,"nanos":0},"expected_start_time":null,"start_time":null,"end_time":null,"next_scheduled_start_time":null}}}
        {"write":{"take_lease":{"id":"00000000-0000-0000-0000-000000000002","holder":{"host":"here","pid":7,"started":8},"expires":"2023-11-14T22:13:20.000002Z"}}}
        {"write":{"renew_lease":{"id":"00000000-0000-0000-0000-000000000002","expires":"2023-11-14T22:13:20.000003Z"}}}
        {"write":{"unlock":{"key":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"lease":"00000000-0000-0000-0000-000000000002"}}}
        {"write":{"request":{"id":"00000000-0000-0000-0000-000000000004","run_id":"00000000-0000-0000-0000-000000000001","kind":{"request":"cancel"},"at":"2023-11-14T22:13:20.000004Z"}}}
        {"end_lease":{"id":"00000000-0000-0000-0000-000000000002","expires":"2023-11-14T22:13:20.000003Z"}}
        {"delete_artifact":"00000000-0000-0000-0000-000000000003"}
        {"variable":{"update":{"key":{"name":"city"},"update":{"name":null,"value":null,"tags":null},"now":"2023-11-14T22:13:20.000006Z"}}}
        {"delete_runs":{"expired":{"ended_before":null,"beyond_newest":null,"run":null,"ended_lately":null},"at_most":9}}
    "#]],
    );
    check(
        &[Batch { client: id(5), number: 6, changes: Vec::new(), logs: vec![line] }],
        expect![[r#"
            {"client":"00000000-0000-0000-0000-000000000005","number":6,"changes":[],"logs":[{"flow_run_id":"00000000-0000-0000-0000-000000000001","task_run_id":null,"timestamp":"2023-11-14T22:13:20.000005Z","level":"INFO","target":"app","message":"hello","fields":{}}]}
        "#]],
    );
}

#[test]
fn what_came_of_a_batch_is_written_like_this() {
    let refused = StoreError::new(StoreErrorKind::LeaseEnded, "its lease has ended");
    check(
        &[
            BatchAnswer::Applied(vec![
                (0, Err(refused)),
                (3, Ok(Changed::Was(true))),
                (4, Ok(Changed::Variable(VariableAnswer::NotFound))),
                (5, Ok(Changed::Deleted(Deleted::default()))),
            ]),
            BatchAnswer::OutOfTurn { last: 4 },
        ],
        expect![[r#"
            {"applied":[[0,{"Err":{"kind":"lease_ended","message":"its lease has ended"}}],[3,{"Ok":{"was":true}}],[4,{"Ok":{"variable":"not_found"}}],[5,{"Ok":{"deleted":{"runs":0,"log_lines":0,"results":[],"more":false}}}]]}
            {"out_of_turn":{"last":4}}
        "#]],
    );
}

#[test]
fn questions_are_written_like_this() {
    check(
        &[
            Question::Run(id(1)),
            Question::Leases,
            Question::Inputs(InputQuery::of(id(1))),
            Question::Limits(vec!["gpu".into()]),
        ],
        expect![[r#"
            {"run":"00000000-0000-0000-0000-000000000001"}
            "leases"
            {"inputs":{"flow_run_id":"00000000-0000-0000-0000-000000000001","key":null,"prefix":null,"limit":null,"offset":0}}
            {"limits":["gpu"]}
        "#]],
    );
    let short: Question = serde_json::from_str(r#"{"runs":{"limit":3}}"#).unwrap();
    let query = RunQuery { limit: Some(3), ..RunQuery::default() };
    assert_eq!(short, Question::Runs(Box::new(query)), "what is not said is not asked");
    check(
        &[Greeting::new(StoreInfo::new("memory", 1, false))],
        expect![[r#"
        {"protocol":1,"info":{"location":"memory","schema_version":1,"shared":false}}
    "#]],
    );
}
