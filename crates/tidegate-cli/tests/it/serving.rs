//! The server as a command: that it answers until it is asked to stop, beside processes that run flows, and what it says when it cannot.

use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;

use expect_test::expect;
use serde_json::Value;
use tidegate_core::{Clock, Definition, Run, RunKind, State, Store, Write};
use tidegate_store::{Options, Sqlite};

use crate::{Call, check};

/// A server that runs, in a folder of its own.
struct Server {
    child: Child,
    said: BufReader<ChildStdout>,
    address: String,
}

impl Server {
    fn start(call: Call) -> Self {
        let mut call = call;
        call.command.args(["server", "start", "--port", "0", "-o", "json"]);
        let mut child = call.command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        let mut text = String::new();
        while !text.ends_with("}\n") {
            assert!(said.read_line(&mut text).unwrap() > 0, "it has ended: {text}");
        }
        let listening: Value = serde_json::from_str(&text).unwrap();
        let address = listening["address"].as_str().unwrap().to_owned();
        assert_eq!(listening["api_url"], format!("http://{address}/api"));
        Self { child, said, address }
    }

    /// Sends this and reads what is answered.
    fn ask(&self, head: &str, body: &str) -> String {
        self.ask_with(head, "x-nobody: yes", body)
    }

    /// As [`ask`](Self::ask), with a header.
    fn ask_with(&self, head: &str, header: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let length = body.len();
        let request = format!(
            "{head} HTTP/1.1\r\nhost: localhost\r\n{header}\r\nconnection: close\r\ncontent-type: application/json\r\n\
             content-length: {length}\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Asks it to stop, and gives what it still said.
    fn stop(mut self, signal: &str) -> String {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", signal, &pid]).status().unwrap().success());
        assert!(self.child.wait().unwrap().success());
        let mut rest = String::new();
        self.said.read_to_string(&mut rest).unwrap();
        self.child.stderr.take().unwrap().read_to_string(&mut rest).unwrap();
        assert!(TcpStream::connect(&self.address).is_err(), "nobody is let in any more");
        rest
    }
}

#[test]
fn a_server_answers_until_it_is_asked_to_stop() {
    for signal in ["INT", "TERM"] {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(Call::within(folder.path().to_owned(), ""));
        assert!(server.ask("GET /api/health", "").ends_with("true"));
        assert!(server.ask("GET /", "").contains("<html"));
        let (host, port) = server.address.rsplit_once(':').unwrap();
        let status = format!("server status --host {host} --port {port}");
        let (status, output) = Call::within(folder.path().to_owned(), &status).output();
        assert!(output.status.success() && status.contains("answers"), "{status}");
        let said = server.stop(signal);
        assert!(said.contains("It stops when what it is asked is answered"), "{said}");
    }
}

#[test]
fn a_server_shows_what_another_process_runs_on_the_same_database() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(Call::within(folder.path().to_owned(), ""));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let store = Sqlite::open(Options::file(folder.path().join("tidegate.db"))).unwrap();
        let now = Clock::system().now();
        let mut run = Run::new(Arc::new(Definition::new(RunKind::Flow, "slow")), "tortoise", now);
        run.states.push(State::running(now));
        store.put_acknowledged(Write::Begin(Box::new(run.clone()))).await.unwrap();
        let seen = server.ask("POST /api/flow_runs/filter", "{}");
        assert!(seen.contains("\"tortoise\"") && seen.contains("RUNNING"), "{seen}");

        // And the other way round.
        let made = server.ask("POST /api/flows/", r#"{"name": "of a client"}"#);
        assert!(made.starts_with("HTTP/1.1 201"), "{made}");
        let flows = store.definitions(RunKind::Flow).await.unwrap();
        assert!(flows.iter().any(|flow| flow.definition.name == "of a client"));
        store.close().await.unwrap();
    });
    server.stop("TERM");
}

#[test]
fn a_server_with_a_password_asks_for_it_and_tells_it_to_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let call = Call::within(folder.path().to_owned(), "");
    let server = Server::start(call.env("TIDEGATE_SERVER_AUTH", "ada:correct-horse"));
    assert!(server.ask("GET /api/health", "").starts_with("HTTP/1.1 200"));
    assert!(server.ask("GET /api/version", "").starts_with("HTTP/1.1 401"));
    let said = server.stop("TERM");
    assert!(!said.contains("correct-horse"), "{said}");
}

#[test]
fn a_port_that_is_taken_is_an_error_that_says_what_to_do() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let (said, output) = Call::new("server start --port").arg(&port).output();
    expect![[r#"
        -- standard error --
        error: another program listens on 127.0.0.1:PORT already; if it is a server of Tidegate, there is no need for a second

          try: tidegate server status --port PORT
               tidegate server start --port 0    for any port that is free
        -- exit code 1 --
    "#]]
    .assert_eq(&said.replace(&port, "PORT"));
    assert_eq!(output.status.code(), Some(1));
    drop(taken);
    let (said, _) = Call::new("server status --port").arg(&port).output();
    assert!(said.contains("no server answers at") && said.contains("try: tidegate server start"));
}

#[test]
fn a_server_that_everyone_could_reach_does_not_start_without_a_password() {
    check(
        "server start --host 0.0.0.0",
        &expect![[r#"
            -- standard error --
            error: the server would answer anyone who can reach 0.0.0.0:4200: give it a password (`TIDEGATE_SERVER_AUTH=user:password`) or a key (`tidegate server key create`), or let it listen on 127.0.0.1
            -- exit code 1 --
        "#]],
    );
    check(
        "server start --host 192.0.2.1",
        &expect![[r#"
            -- standard error --
            error: the server would answer anyone who can reach 192.0.2.1:4200: give it a password (`TIDEGATE_SERVER_AUTH=user:password`) or a key (`tidegate server key create`), or let it listen on 127.0.0.1
            -- exit code 1 --
        "#]],
    );
}

#[test]
fn what_is_mistyped_is_told_with_what_was_meant() {
    check(
        "server start --prot 4300",
        &expect![[r#"
            -- standard error --
            error: unexpected argument '--prot' found

              tip: a similar argument exists: '--port'

            Usage: tidegate server start --port <PORT>

            For more information, try '--help'.
            -- exit code 2 --
        "#]],
    );
    check(
        "server start --host tide",
        &expect![[r#"
            -- standard error --
            error: invalid value 'tide' for '--host <ADDRESS>': it is no address of a machine: write 127.0.0.1 or localhost, or 0.0.0.0 for all addresses of this one

            For more information, try '--help'.
            -- exit code 2 --
        "#]],
    );
    Call::new("server start").env("TIDEGATE_SERVER_PORT", "https").check(&expect![[r#"
        -- standard error --
        error: TIDEGATE_SERVER_PORT is set to `https`, which has no meaning: set it to a number from 0 to 65535
        -- exit code 1 --
    "#]]);
    Call::new("server start").env("TIDEGATE_SERVER_AUTH", "correct-horse").check(&expect![[r#"
        -- standard error --
        error: TIDEGATE_SERVER_AUTH is set to `******`, which has no meaning: set it to user:password
        -- exit code 1 --
    "#]]);
}

#[test]
fn a_file_that_is_no_database_is_not_served_and_not_changed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tidegate.db");
    std::fs::write(&file, "dear diary".repeat(1000)).unwrap();
    Call::within(folder.path().to_owned(), "server start --port 0").check(&expect![[r#"
        -- standard error --
        error: ~/tidegate.db is not an SQLite database, or its header is damaged; nothing was changed: give Tidegate another path, or move the file away
        -- exit code 1 --
    "#]]);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "dear diary".repeat(1000));
}

#[test]
fn a_key_is_made_told_once_listed_and_deleted_while_a_server_runs() {
    let folder = tempfile::tempdir().unwrap();
    let at = |line: &str| Call::within(folder.path().to_owned(), line);
    let server = Server::start(at(""));
    assert!(server.ask("GET /api/version", "").starts_with("HTTP/1.1 200"));
    let (made, _) = at("server key create laptop --scope read --expires 30d -o json").output();
    let made: Value = serde_json::from_str(made.split("-- standard").next().unwrap()).unwrap();
    let token = made["key"].as_str().unwrap().to_owned();
    assert!(token.starts_with("tgk_") && made["scope"] == "read" && made["expires"].is_string());
    let asks = |authorization: &str| server.ask_with("GET /api/version", authorization, "");
    let knows = format!("authorization: Bearer {token}");
    while server.ask("GET /api/version", "").starts_with("HTTP/1.1 200") {}
    assert!(asks(&knows).starts_with("HTTP/1.1 200"));

    let (listed, _) = at("server key ls").output();
    assert!(listed.contains("laptop") && listed.contains("read") && !listed.contains(&token));
    at("server key create laptop --scope run").check(&expect![[r#"
        -- standard error --
        error: there is a key 'laptop' already

          try: tidegate server key delete laptop
        -- exit code 1 --
    "#]]);
    at("server key create lap/top --scope run").check(&expect![[r#"
        -- standard error --
        error: a key has a name of letters, digits, `-`, `_` and `.`; this one is `lap/top`
        -- exit code 1 --
    "#]]);
    at("server key create desk --scope all").check(&expect![[r#"
        -- standard error --
        error: invalid value 'all' for '--scope <SCOPE>': `all` is not the scope of a key; write read, run or admin

        For more information, try '--help'.
        -- exit code 2 --
    "#]]);
    at("server key delete lapotp -y").check(&expect![[r#"
        -- standard error --
        error: there is no key 'lapotp'; did you mean 'laptop'?

          try: tidegate server key ls
        -- exit code 1 --
    "#]]);
    at("server key delete laptop -y").check(&expect![[r#"
        Deleted the key 'laptop'; no server takes it a second from now.
    "#]]);
    while asks(&knows).starts_with("HTTP/1.1 200") {}
    at("server key ls").check(&expect![[r#"
        There are no keys.
    "#]]);
    let said = server.stop("TERM");
    assert!(!said.contains(&token), "{said}");
}
