//! The file format, as snapshots: a change of it is a change of these lines, and needs a migration.

use expect_test::expect;
use rusqlite::Connection;
use tidegate_core::store::suite::samples::{at, entered, full_run, task_run};
use tidegate_core::{State, StateResult, Store, Write};
use tidegate_store::{Options, Sqlite};

async fn database(runs: Vec<tidegate_core::Run>) -> (tempfile::TempDir, Connection) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    let store = Sqlite::open(Options::file(&path)).unwrap();
    for run in runs {
        store.put_acknowledged(Write::Begin(Box::new(run))).await.unwrap();
    }
    store.close().await.unwrap();
    (folder, Connection::open(path).unwrap())
}

fn lines(connection: &Connection, sql: &str) -> String {
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| row.get::<_, Option<String>>(0)).unwrap();
    rows.map(|row| row.unwrap().unwrap_or_else(|| "NULL".to_owned()) + "\n").collect()
}

#[tokio::test]
async fn a_file_is_marked_as_ours_and_has_the_schema_that_is_kept_as_text() {
    let (_folder, connection) = database(Vec::new()).await;
    expect![[r#"
        application_id 1414087749
        user_version 1
    "#]]
    .assert_eq(&lines(
        &connection,
        "SELECT 'application_id ' || application_id FROM pragma_application_id \
         UNION ALL SELECT 'user_version ' || user_version FROM pragma_user_version",
    ));
    let objects = "SELECT '--- ' || name || coalesce(char(10) || sql, '') || char(10) FROM sqlite_schema ORDER BY name";
    assert_eq!(lines(&connection, objects), include_str!("../../migrations/schema.sql"));
}

#[tokio::test]
async fn a_usual_row_is_short() {
    let run = entered(task_run("fetch", 0), State::pending(at(0)));
    let run = entered(run, State::running(at(133)));
    let run = entered(run, State::completed(at(1500)).with_result(StateResult::Unpersisted));
    let (_folder, connection) = database(vec![run]).await;
    expect![[r#"
        NULL | NULL | NULL | Completed | [[1,0],[2,133],[3,1367,{"result":{"kind":"unpersisted"}}]]
    "#]].assert_eq(&lines(
        &connection,
        "SELECT concat_ws(' | ', quote(tags), quote(parameters), quote(policy), state_name, states) FROM runs",
    ));
}

#[tokio::test]
async fn a_full_row_has_everything() {
    let (_folder, connection) = database(vec![full_run()]).await;
    for column in ["infrastructure_pid", "tags", "parameters", "policy"] {
        assert!(!lines(&connection, &format!("SELECT {column} FROM runs")).contains("NULL"));
    }
    expect![[r#"
        {"pause_keys":["a"],"resuming":true,"retry":{"delays":{"exponential":{"base":{"nanos":0,"secs":2}}},"jitter_factor":0.1,"retries":3},"retry_type":"reschedule"}
        [0,10,{"scheduled_time":1763935201123456}]
        [0,1,{"name":"Late","scheduled_time":1763935201123456}]
        [1,1,{"scheduled_time":1763935200123555}]
        [1,0,{"name":"NotReady","message":"an upstream run failed"}]
        [2,1]
        [7,1]
        [7,1,{"timeout":1763935200123956,"key":"approve"}]
        [7,1,{"name":"Suspended","message":"until \"someone\" says so\n","reschedule":true}]
        [0,1,{"name":"Resuming","scheduled_time":1763935200123474}]
        [2,-1,{"name":"Retrying"}]
        [4,2,{"message":""}]
        [4,1,{"retriable":false}]
        [4,1,{"name":"TimedOut"}]
        [0,1,{"name":"AwaitingRetry","scheduled_time":1763935200123516}]
        [8,1]
        [5,1]
        [6,1,{"name":"Vanished"}]
        [3,1,{"value":{"path":"results/1","n":0.1}}]
        [3,0,{"result":{"kind":"persisted","reference":{"storage":"/var/lib/results","key":"results/1","serializer":"compressed/json","size":17,"digest":"00ff"}}}]
        [3,1,{"name":"Cached","result":{"kind":"unpersisted"}}]
    "#]].assert_eq(&lines(
        &connection,
        "SELECT policy FROM runs UNION ALL SELECT value FROM runs, json_each(states) \
         WHERE value NOT LIKE '%transition_id%'",
    ));
}

#[tokio::test]
async fn a_record_that_contradicts_itself_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(Options::file(folder.path().join("runs.db"))).unwrap();
    let mut run = entered(task_run("fetch", 0), State::completed(at(1)));
    run.end_time = None;
    let error = store.put_acknowledged(Write::Begin(Box::new(run))).await.unwrap_err();
    assert!(
        error.to_string().contains("end_time_is_set_if_and_only_if_the_run_has_ended"),
        "{error}"
    );
}
