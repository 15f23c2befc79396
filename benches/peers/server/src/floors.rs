//! What the disk, SQLite and axum can do by themselves on this machine, now. No figure of a server means much without these beside it.

use std::fs::File;
use std::io::Write;
use std::net::SocketAddr;
use std::time::Instant;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::post;
use rusqlite::{Connection, params};

/// About what the row of a run is.
const ROW: [u8; 300] = [7; 300];

/// About as long as the answer to the making of a flow run.
const ANSWER_BYTES: usize = 1_500;

/// How many seconds each of so many `fdatasync` takes, after 4 KiB were appended.
pub(crate) fn synced(count: u32) -> f64 {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let mut file = File::create(folder.path().join("blocks")).expect("the folder can be written");
    let started = Instant::now();
    for _ in 0..count {
        file.write_all(&[7; 4096]).expect("the disk has room");
        file.sync_data().expect("the disk works");
    }
    started.elapsed().as_secs_f64() / f64::from(count)
}

/// How many seconds each of so many commits of one row takes, with a sync each.
pub(crate) fn committed(count: u32) -> f64 {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let connection = Connection::open(folder.path().join("raw.db")).expect("SQLite opens a file");
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             CREATE TABLE rows (id BLOB PRIMARY KEY, content BLOB NOT NULL) WITHOUT ROWID",
        )
        .expect("SQLite makes a table");
    let mut insert =
        connection.prepare("INSERT INTO rows VALUES (?1, ?2)").expect("the statement is right");
    let started = Instant::now();
    for number in 0..count {
        let id = u128::from(number).to_be_bytes();
        insert.execute(params![id, ROW]).expect("the disk has room");
    }
    started.elapsed().as_secs_f64() / f64::from(count)
}

/// Serves routes that read what they are sent and answer always the same.
pub(crate) async fn serve(address: SocketAddr) {
    let body: &'static str = Box::leak(format!("\"{}\"", "x".repeat(ANSWER_BYTES)).into());
    let answer =
        move |_read: axum::body::Bytes| async move { ([(CONTENT_TYPE, "application/json")], body) };
    let router = Router::new()
        .route("/api/health", axum::routing::get(|| async { "true" }))
        .route("/api/flow_runs/", post(answer));
    let listener = tokio::net::TcpListener::bind(address).await.expect("the port is free");
    axum::serve(listener, router).await.expect("it serves");
}
