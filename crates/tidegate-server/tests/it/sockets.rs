//! What comes over sockets: events and log lines as they happen, to whoever may see them, in Prefect's protocol.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tidegate_core::{
    Clock, Definition, LogLevel, LogRecord, Run, RunId, RunKind, State, Store, Write,
};
use tidegate_server::{ApiKey, Config, Scope, Server};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_util::sync::CancellationToken;

use crate::asking::store;

/// How long anything may take that comes in the end.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server that runs until it is dropped.
struct Running {
    address: std::net::SocketAddr,
    stop: CancellationToken,
    running: JoinSet<()>,
}

async fn serve(store: Arc<dyn Store>, config: Config) -> Running {
    let config = config.address(([127, 0, 0, 1], 0).into());
    let server = Server::bind(store, config).await.unwrap();
    let (address, stop) = (server.address(), CancellationToken::new());
    let until = stop.clone();
    let mut running = JoinSet::new();
    running.spawn(async move { server.run(until).await.unwrap() });
    Running { address, stop, running }
}

type Socket = WebSocketStream<TcpStream>;

impl Running {
    /// Opens a socket with these headers.
    async fn open(&self, path: &str, headers: &[(&'static str, &str)]) -> Result<Socket, Error> {
        let stream = TcpStream::connect(self.address).await.unwrap();
        let mut request = format!("ws://{}{path}", self.address).into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        tokio_tungstenite::client_async(request, stream).await.map(|(socket, _)| socket)
    }

    /// Opens one as Prefect's clients do, and says who it is and what it wants to see.
    async fn watch(&self, path: &str, token: &str, filter: Value) -> Socket {
        let protocol = [("sec-websocket-protocol", "prefect")];
        let mut socket = self.open(path, &protocol).await.unwrap();
        say(&mut socket, json!({"type": "auth", "token": token})).await;
        assert_eq!(heard(&mut socket).await, json!({"type": "auth_success"}));
        say(&mut socket, json!({"type": "filter", "filter": filter})).await;
        socket
    }
}

async fn say(socket: &mut Socket, message: Value) {
    socket.send(Message::text(message.to_string())).await.unwrap();
}

async fn next(socket: &mut Socket) -> Option<Message> {
    tokio::time::timeout(PATIENCE, socket.next()).await.unwrap().and_then(Result::ok)
}

/// The next message that says something.
async fn heard(socket: &mut Socket) -> Value {
    loop {
        match next(socket).await {
            Some(Message::Text(text)) => return serde_json::from_str(&text).unwrap(),
            Some(Message::Ping(_) | Message::Pong(_)) => {}
            other => panic!("{other:?}"),
        }
    }
}

/// Why a socket was closed.
async fn closed(socket: &mut Socket) -> (u16, String) {
    loop {
        match next(socket).await {
            Some(Message::Close(Some(frame))) => {
                return (frame.code.into(), frame.reason.to_string());
            }
            Some(Message::Ping(_) | Message::Pong(_) | Message::Text(_)) => {}
            other => panic!("{other:?}"),
        }
    }
}

fn flow_run(name: &str) -> Run {
    let now = Clock::system().now();
    let mut run = Run::new(Arc::new(Definition::new(RunKind::Flow, name)), name, now);
    run.states.push(State::running(now));
    run
}

fn line(run: RunId, message: &str) -> LogRecord {
    LogRecord {
        flow_run_id: Some(run),
        task_run_id: None,
        timestamp: Clock::system().now(),
        level: LogLevel::Info,
        target: "tides".to_owned(),
        message: message.to_owned(),
        fields: serde_json::Map::new(),
    }
}

#[tokio::test]
async fn events_come_from_a_while_ago_on_and_then_as_they_happen_each_once() {
    let store = store();
    let before = flow_run("before");
    store.put_acknowledged(Write::Begin(Box::new(before.clone()))).await.unwrap();
    let server = serve(Arc::clone(&store), Config::new()).await;
    let since = before.created - chrono::TimeDelta::minutes(1);
    let filter = json!({
        "occurred": {"since": since, "until": since + chrono::TimeDelta::days(365)},
        "event": {"prefix": ["prefect.flow-run."]},
    });
    let mut socket = server.watch("/api/events/out", "", filter).await;
    let told = heard(&mut socket).await;
    assert_eq!(told["type"], "event");
    assert_eq!(told["event"]["event"], "prefect.flow-run.Running");
    let resource = format!("prefect.flow-run.{}", before.id);
    assert_eq!(told["event"]["resource"]["prefect.resource.id"], resource);
    for name in ["one", "two", "three"] {
        let run = flow_run(name);
        store.put_acknowledged(Write::Begin(Box::new(run.clone()))).await.unwrap();
        let told = heard(&mut socket).await;
        assert_eq!(told["event"]["resource"]["prefect.resource.name"], name);
    }
}

#[tokio::test]
async fn what_happened_before_is_not_told_to_who_does_not_want_it() {
    let store = store();
    store.put_acknowledged(Write::Begin(Box::new(flow_run("before")))).await.unwrap();
    let server = serve(Arc::clone(&store), Config::new()).await;
    let protocol = [("sec-websocket-protocol", "prefect")];
    let mut socket = server.open("/api/events/out", &protocol).await.unwrap();
    say(&mut socket, json!({"type": "auth", "token": null})).await;
    heard(&mut socket).await;
    say(&mut socket, json!({"type": "filter", "filter": {}, "backfill": false})).await;
    // A ping is answered once what was said before it was heard.
    socket.send(Message::Ping(Vec::new().into())).await.unwrap();
    assert!(matches!(next(&mut socket).await, Some(Message::Pong(_))));
    store.put_acknowledged(Write::Begin(Box::new(flow_run("after")))).await.unwrap();
    let told = heard(&mut socket).await;
    assert_eq!(told["event"]["resource"]["prefect.resource.name"], "after");
}

#[tokio::test]
async fn log_lines_come_as_they_are_stored_whoever_stores_them() {
    let store = store();
    let run = RunId::new();
    store.put_logs(vec![line(run, "before")]);
    store.flush().await.unwrap();
    let server = serve(Arc::clone(&store), Config::new()).await;
    let filter = json!({"flow_run_id": {"any_": [run]}, "level": {"ge_": 20}});
    let mut socket = server.watch("/api/logs/out", "", filter).await;
    store.put_logs(vec![line(RunId::new(), "another run's"), line(run, "first")]);
    store.put_logs((0..1200).map(|n| line(run, &n.to_string())).collect());
    store.flush().await.unwrap();
    let told = heard(&mut socket).await;
    assert_eq!((&told["type"], &told["log"]["message"]), (&json!("log"), &json!("first")));
    for n in 0..1200 {
        assert_eq!(heard(&mut socket).await["log"]["message"], n.to_string());
    }
}

#[tokio::test]
async fn who_may_not_look_is_shown_nothing_over_a_socket() {
    let (key, token) = ApiKey::create("reader", Scope::Read).unwrap();
    let server = serve(store(), Config::new().basic_auth("admin:horse").key(key)).await;
    let protocol = ("sec-websocket-protocol", "prefect");
    for path in ["/api/events/out", "/api/logs/out", "/api/events/in"] {
        let mut socket = server.open(path, &[protocol]).await.unwrap();
        say(&mut socket, json!({"type": "auth", "token": "admin:donkey"})).await;
        assert_eq!(closed(&mut socket).await, (1008, "Invalid token".to_owned()));
        let mut socket = server.open(path, &[protocol]).await.unwrap();
        say(&mut socket, json!({"type": "filter", "filter": {}})).await;
        assert_eq!(closed(&mut socket).await, (1008, "Expected 'auth' message".to_owned()));
        // Without the protocol nobody says who they are.
        let mut socket = server.open(path, &[]).await.unwrap();
        assert_eq!(closed(&mut socket).await.0, 1008);
        let other = ("origin", "http://evil.example");
        assert!(server.open(path, &[protocol, other]).await.is_err());
        let host = ("host", "evil.example");
        assert!(server.open(path, &[protocol, host]).await.is_err());
    }
    let mut socket = server.open("/api/events/in", &[protocol]).await.unwrap();
    say(&mut socket, json!({"type": "auth", "token": token})).await;
    heard(&mut socket).await;
    assert_eq!(closed(&mut socket).await.0, 1008);
    let mut socket = server.watch("/api/logs/out", &token, json!({"sight": "none"})).await;
    let (code, why) = closed(&mut socket).await;
    assert!(code == 1002 && why.starts_with("Invalid filter"), "{code} {why}");
}

#[tokio::test]
async fn a_server_that_stops_tells_those_who_watch() {
    let server = serve(store(), Config::new()).await;
    let mut events = server.watch("/api/events/out", "", json!({})).await;
    let mut logs = server.watch("/api/logs/out", "", json!({})).await;
    let mut silent = server.open("/api/logs/out", &[]).await.unwrap();
    server.stop.cancel();
    assert_eq!(closed(&mut events).await, (1001, "the server stops".to_owned()));
    assert_eq!(closed(&mut logs).await, (1001, "the server stops".to_owned()));
    closed(&mut silent).await;
    tokio::time::timeout(PATIENCE, server.running.join_all()).await.unwrap();
}
