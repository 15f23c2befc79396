//! Serving the records of an engine from the program that runs its flows: what is seen, and when it stops.

use std::net::TcpStream;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tidegate::prelude::*;
use tidegate::{Engine, RunId, StateType};

use crate::child::{Child, block_on};
use crate::http::ask;
use crate::timeline::timeline;

#[flow]
async fn greet(name: String) -> String {
    format!("Hello, {name}")
}

fn engine_at(home: &Path) -> Engine {
    let path = home.join("tidegate.db");
    Engine::builder().database(format!("sqlite:{}", path.display())).open().unwrap()
}

#[test]
fn the_runs_of_an_engine_are_served_until_its_server_is_stopped() {
    block_on(async {
        let engine = Engine::builder().database("sqlite::memory:").open().unwrap();
        let server = engine.serve("127.0.0.1:0").await.unwrap();
        let address = server.address();
        assert_eq!(server.api_url(), format!("http://{address}/api"));
        engine.run(greet("Ada".into())).await.unwrap();
        let runs = ask(address, "POST /api/flow_runs/filter", "{}").await;
        assert!(runs.contains("COMPLETED") && runs.contains("Ada"), "{runs}");
        assert!(ask(address, "GET /runs", "").await.contains("greet"));
        server.stop().await.unwrap();
        assert!(TcpStream::connect(address).is_err());
        // The engine goes on without it, and can be served again.
        engine.run(greet("Grace".into())).await.unwrap();
        let again = engine.serve("127.0.0.1:0").await.unwrap();
        assert!(ask(again.address(), "GET /runs", "").await.contains("greet"));
        engine.close().await.unwrap();
    });
}

#[test]
fn a_server_stops_when_its_engine_is_closed_or_its_handle_is_dropped() {
    block_on(async {
        let engine = Engine::builder().database("sqlite::memory:").open().unwrap();
        let kept = engine.serve("127.0.0.1:0").await.unwrap();
        let dropped = engine.serve(("127.0.0.1", 0)).await.unwrap();
        let addresses = [kept.address(), dropped.address()];
        drop(dropped);
        engine.close().await.unwrap();
        for address in addresses {
            assert!(TcpStream::connect(address).is_err());
        }
        kept.stopped().await.unwrap();
    });
}

#[test]
fn a_server_that_cannot_listen_is_an_error_that_says_why() {
    block_on(async {
        let engine = Engine::builder().database("sqlite::memory:").open().unwrap();
        let server = engine.serve("127.0.0.1:0").await.unwrap();
        let taken = engine.serve(server.address()).await.unwrap_err();
        assert!(taken.is_configuration() && taken.to_string().contains("is another one running"));
        let open = engine.serve("0.0.0.0:0").await.unwrap_err().to_string();
        assert!(open.contains("give it a password"), "{open}");
        let guarded = engine.serve("0.0.0.0:0").basic_auth("ada:correct-horse").await.unwrap();
        assert!(guarded.url().starts_with("http://127.0.0.1:"));
        let nameless = engine.serve("no port").await.unwrap_err();
        assert!(nameless.is_configuration(), "{nameless}");
        engine.close().await.unwrap();

        let forgets = Engine::builder().without_store().open().unwrap();
        let error = forgets.serve("127.0.0.1:0").await.unwrap_err().to_string();
        assert!(error.contains("keeps no records"), "{error}");
    });
}

#[test]
fn the_settings_of_an_engine_say_whom_its_server_answers() {
    block_on(async {
        let engine = Engine::builder()
            .database("sqlite::memory:")
            .setting("server.auth", "ada:correct-horse")
            .setting("server.allowed_hosts", "tide.example, other.example")
            .setting("server.port", 0)
            .open()
            .unwrap();
        assert!(!format!("{engine:?}").contains("correct-horse"));
        let server = engine.serve(engine.server_address()).await.unwrap();
        let refused = ask(server.address(), "GET /api/version", "").await;
        assert!(refused.starts_with("HTTP/1.1 401"), "{refused}");
        engine.close().await.unwrap();
    });
}

static WEIGHED: AtomicU32 = AtomicU32::new(0);
static SHIPPED: AtomicU32 = AtomicU32::new(0);

#[task]
async fn weigh(crates: u32) -> u32 {
    WEIGHED.fetch_add(1, Ordering::Relaxed);
    crates * 40
}

/// Fails twice.
#[task]
async fn ship(kilograms: u32) -> Result<u32> {
    match SHIPPED.fetch_add(1, Ordering::Relaxed) {
        0 | 1 => Err("there is no ship".into()),
        _ => Ok(kilograms),
    }
}

#[flow]
async fn export(crates: u32) -> Result<u32> {
    ship(weigh(crates).await?).await
}

#[test]
fn a_run_that_failed_is_retried_on_its_page_in_the_program_that_has_its_flow() {
    block_on(async {
        let engine = Engine::builder().database("sqlite::memory:").open().unwrap();
        let server = engine.serve("127.0.0.1:0").await.unwrap();
        let error = engine.run(export(7)).await.unwrap_err();
        let id = error.run_id().unwrap();
        let page = format!("/runs/{id}");
        let shown = ask(server.address(), &format!("GET {page}"), "").await;
        assert!(shown.contains("This program has the flow"), "{shown}");
        let names = ["Failed", "Completed"];
        for (tries, name) in names.into_iter().enumerate() {
            let answer = ask(server.address(), &format!("POST {page}/retry"), "").await;
            assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
            let run = loop {
                let run = engine.run_record(id).await.unwrap().unwrap();
                if run.is_terminal() && run.run_count as usize == tries + 2 {
                    break run;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            };
            assert_eq!(run.state().unwrap().name, name, "{}", timeline(&run));
        }
        assert_eq!(WEIGHED.load(Ordering::Relaxed), 1, "what completed is not made again");
        assert_eq!(engine.result::<u32>(id).await.unwrap(), 280);
        let refused = ask(server.address(), &format!("POST {page}/retry"), "").await;
        assert!(refused.contains("did not complete is retried"), "{refused}");
        engine.close().await.unwrap();
    });
}

/// What a flow waits for that never ends by itself.
#[flow]
async fn hangs() {
    println!("flow run {}", tidegate::runtime::flow_run::id().unwrap());
    std::future::pending::<()>().await;
}

#[test]
fn while_an_engine_serves_the_runs_of_processes_that_die_are_ended() {
    let home = tempfile::tempdir().unwrap();
    let mut process = Child::at(home.path()).start(|| {
        block_on(hangs()).unwrap();
    });
    block_on(async {
        let engine = engine_at(home.path());
        let server = engine.serve("127.0.0.1:0").await.unwrap();
        let printed = process.wait_for("flow run");
        let id: RunId = printed
            .lines()
            .find_map(|line| line.strip_prefix("flow run "))
            .unwrap()
            .parse()
            .unwrap();
        let seen = ask(server.address(), &format!("GET /api/flow_runs/{id}"), "").await;
        assert!(seen.contains("RUNNING"), "{seen}");
        process.signal("KILL");
        let run = loop {
            let run = engine.run_record(id).await.unwrap().unwrap();
            if run.is_terminal() {
                break run;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        };
        assert_eq!(run.state().unwrap().state_type(), StateType::Crashed);
        assert_eq!(timeline(&run), "Pending > Running > Crashed");
        engine.close().await.unwrap();
    });
    process.wait_for_rest();
}
