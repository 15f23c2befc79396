//! Databases: a file of SQLite, and a private server of PostgreSQL.

use expect_test::{Expect, expect};
use tidegate::{Secret, SqlError, SqlRow, SqlValue};

use super::postgres_server::PostgresServer;
use crate::{Database, Driver, SslMode};

/// Rows as text.
fn shown(rows: &[SqlRow], expected: Expect) {
    let rows: String = rows.iter().map(|row| format!("{:?}\n", row.values())).collect();
    expected.assert_eq(&rows);
}

/// What every database does; the marks stand for its parameters.
async fn check(database: &Database, [first, second]: [&str; 2]) {
    database
        .execute("CREATE TABLE rain (city VARCHAR(40) PRIMARY KEY, mm REAL)", ())
        .await
        .unwrap();
    let insert = format!("INSERT INTO rain VALUES ({first}, {second})");
    assert_eq!(database.execute(&insert, ("Oslo", 2.5)).await.unwrap(), 1);
    let many = [("Bergen", Some(7.5)), ("Aarhus; DROP TABLE rain", None)];
    assert_eq!(database.execute_many(&insert, many).await.unwrap(), 2);

    let rows = database.fetch_all("SELECT city, mm FROM rain ORDER BY city", ()).await.unwrap();
    let expected = expect![[r#"
        [Text("Aarhus; DROP TABLE rain"), Null]
        [Text("Bergen"), Real(7.5)]
        [Text("Oslo"), Real(2.5)]
    "#]];
    shown(&rows, expected);
    let wet = format!("SELECT city FROM rain WHERE mm > {first} ORDER BY mm DESC");
    let wet = |limit: f64| (wet.clone(), (limit,));
    let (sql, params) = wet(1.0);
    let row = database.fetch_one(&sql, params).await.unwrap().unwrap();
    assert_eq!(row.get::<String>("city").unwrap(), "Bergen");
    let (sql, params) = wet(99.0);
    assert!(database.fetch_one(&sql, params).await.unwrap().is_none());
    let (sql, params) = wet(1.0);
    assert_eq!(database.fetch_many(&sql, params, 1).await.unwrap().len(), 1);
    assert_eq!(database.fetch_many(&sql, params, 0).await.unwrap().len(), 0);

    // Of many sets of values one is refused, and none is there.
    let error = database.execute_many(&insert, [("Voss", 1.0), ("Oslo", 1.0)]).await.unwrap_err();
    let error = error.downcast_ref::<crate::Error>().unwrap();
    let cause = std::error::Error::source(error).unwrap().downcast_ref::<SqlError>().unwrap();
    assert!(cause.is_constraint(), "{cause}");
    let count = database.fetch_one("SELECT count(*) FROM rain", ()).await.unwrap().unwrap();
    assert_eq!(count.get::<i64>(0).unwrap(), 3);
    let error = database.execute("CREATE TABEL x (y INT)", ()).await.unwrap_err();
    assert_eq!(error.to_string(), "Database: it refused the statement");
}

#[tokio::test]
async fn statements_are_carried_out_by_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::sqlite(folder.path().join("rain.db").display().to_string());
    check(&database, ["?1", "?2"]).await;
    let blob = database.fetch_one("SELECT ?1, ?2", (vec![0_u8, 255], true)).await.unwrap().unwrap();
    assert_eq!(blob.values(), [SqlValue::Blob(vec![0, 255]), SqlValue::Integer(1)]);
    assert!(Database::new(Driver::Sqlite).execute("VACUUM", ()).await.is_err());
}

#[tokio::test]
async fn a_statement_of_sqlite_whose_call_is_dropped_is_interrupted() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::sqlite(folder.path().join("rain.db").display().to_string());
    database.execute("CREATE TABLE n (n)", ()).await.unwrap();
    let endless = "INSERT INTO n WITH RECURSIVE all_of_them(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM all_of_them) SELECT n FROM all_of_them";
    {
        let call = database.execute(endless, ());
        let mut call = std::pin::pin!(call);
        // Once it is under way, nobody else can write.
        let file = rusqlite::Connection::open(folder.path().join("rain.db")).unwrap();
        loop {
            assert!(futures_util::poll!(call.as_mut()).is_pending());
            if file.execute_batch("BEGIN IMMEDIATE; ROLLBACK").is_err() {
                break;
            }
            tokio::task::yield_now().await;
        }
    }
    // Were it still under way, this would have to wait for it in vain.
    database.execute("INSERT INTO n VALUES (1)", ()).await.unwrap();
    let count = database.fetch_one("SELECT count(*) FROM n", ()).await.unwrap().unwrap();
    assert_eq!(count.get::<i64>(0).unwrap(), 1, "it was undone");
}

fn postgres(server: &PostgresServer) -> Database {
    let mut database = Database::postgresql("127.0.0.1", "postgres");
    database.port = Some(server.port);
    database.username = Some("ada".into());
    database.password = Some(Secret::new("s3cret".into()));
    database
}

#[tokio::test]
async fn statements_are_carried_out_by_postgresql() {
    let Some(server) = PostgresServer::start() else { return };
    let database = postgres(&server);
    check(&database, ["$1", "$2"]).await;

    let types = "SELECT true, 1::int2, 2::int4, 3::int8, 1.5::float4, 2.5::float8, 'a'::text, 'b'::varchar, 'c'::char(2), \
        '{\"d\": 1}'::json, '{\"e\": 2}'::jsonb, '\\x00ff'::bytea, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid, \
        '2026-11-25'::date, '1999-12-31'::date, '2026-11-25 16:30:00.25'::timestamp, '2026-11-25 16:30:00+02'::timestamptz, NULL::text";
    let row = database.fetch_all(types, ()).await.unwrap();
    shown(
        &row,
        expect![[r#"
        [Integer(1), Integer(1), Integer(2), Integer(3), Real(1.5), Real(2.5), Text("a"), Text("b"), Text("c "), Text("{\"d\": 1}"), Text("{\"e\": 2}"), Blob([0, 255]), Text("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"), Text("2026-11-25"), Text("1999-12-31"), Text("2026-11-25T16:30:00.250"), Text("2026-11-25T14:30:00Z"), Null]
    "#]],
    );
    let numbers = "SELECT unnest(ARRAY[0, 1, -1, 12345678.9, 0.0001, -0.05, 10000, 1e20, 123.4500, 'NaN', 0.00000001234]::numeric[])::numeric";
    let rows = database.fetch_all(numbers, ()).await.unwrap();
    shown(
        &rows,
        expect![[r#"
        [Text("0")]
        [Text("1")]
        [Text("-1")]
        [Text("12345678.9")]
        [Text("0.0001")]
        [Text("-0.05")]
        [Text("10000")]
        [Text("100000000000000000000")]
        [Text("123.4500")]
        [Text("NaN")]
        [Text("0.00000001234")]
    "#]],
    );
    let error = database.fetch_all("SELECT '1 day'::interval AS span", ()).await.unwrap_err();
    let error = error.downcast_ref::<crate::Error>().unwrap();
    let cause = std::error::Error::source(error).unwrap().to_string();
    assert!(cause.contains("column `span` is of the type interval; cast it"), "{cause}");

    // A value is read as the type that the statement asks for.
    let given = "SELECT $1::int4 + 1, $2::bool, $3::timestamptz, $4::numeric, $5::bytea, $6::jsonb, $7::text";
    let params: [SqlValue; 7] = [
        41.into(),
        true.into(),
        "2026-11-25T16:30:00Z".into(),
        1.5.into(),
        vec![0_u8, 255].into(),
        "{\"a\":1}".into(),
        SqlValue::Null,
    ];
    shown(
        &database.fetch_all(given, params).await.unwrap(),
        expect![[r#"
        [Integer(42), Integer(1), Text("2026-11-25T16:30:00Z"), Text("1.5"), Blob([0, 255]), Text("{\"a\": 1}"), Null]
    "#]],
    );
}

#[tokio::test]
async fn a_connection_to_postgresql_is_encrypted_when_it_is_to_be() {
    let Some(server) = PostgresServer::start() else { return };
    let mut database = postgres(&server);
    let encrypted = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    let row = database.fetch_one(encrypted, ()).await.unwrap().unwrap();
    assert_eq!(row.values(), [SqlValue::Integer(0)], "it does not leave this machine");

    database.sslmode = Some(SslMode::Require);
    let error = database.fetch_one(encrypted, ()).await.unwrap_err();
    assert!(error.to_string().contains("cannot be spoken with"), "nobody vouches for it: {error}");

    database.host = Some("localhost".into());
    database.sslrootcert = Some(server.certificate());
    let row = database.fetch_one(encrypted, ()).await.unwrap().unwrap();
    assert_eq!(row.values(), [SqlValue::Integer(1)]);

    database.password = Some(Secret::new("wr0ng".into()));
    let error = database.fetch_one(encrypted, ()).await.unwrap_err();
    assert!(error.to_string().contains("password authentication failed"), "{error}");
    assert!(!format!("{error:?}").contains("wr0ng"));
}
