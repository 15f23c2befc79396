//! Flows that are recorded on a server: they run, are held back, cancelled from there and resumed as with a database of their own.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tidegate::prelude::*;
use tidegate::{Engine, StateType};
use tidegate_core::{Request, RequestKind, RunQuery, Store, Timestamp, Write};
use tidegate_server::{ApiKey, Config, Scope};
use tidegate_store::{Options, Sqlite};
use tokio::sync::Notify;

use crate::process::Process;
use crate::served::Served;

fn on(url: &str) -> Engine {
    Engine::builder().api_url(url).open().unwrap()
}

#[task]
async fn double(number: u32) -> u32 {
    2 * number
}

#[flow]
async fn sums(numbers: Vec<u32>) -> Result<u32> {
    let mut sum = 0;
    for number in numbers {
        sum += double(number).await?;
    }
    Ok(sum)
}

#[tokio::test]
async fn a_flow_is_recorded_on_the_server_it_is_let_into() {
    let store: Arc<dyn Store> = Arc::new(Sqlite::open(Options::memory()).unwrap());
    let (key, token) = ApiKey::create("flows", Scope::Run).unwrap();
    let (read, read_token) = ApiKey::create("looks", Scope::Read).unwrap();
    let config = Config::new().basic_auth("ada:secret").key(key).key(read);
    let served = Served::over(Arc::clone(&store), config);

    let open = |name: &str, value: &str| {
        Engine::builder().api_url(served.url()).setting(name, value).open()
    };
    for (name, value) in [("api.key", &*read_token), ("api.auth_string", "ada:wrong")] {
        let error = open(name, value).unwrap_err().to_string();
        assert!(error.contains("TIDEGATE_API_KEY"), "{error}");
        assert!(!error.contains(value), "{error}");
    }
    for (name, value) in [("api.key", &*token), ("api.auth_string", "ada:secret")] {
        let engine = open(name, value).unwrap();
        assert_eq!(sums(vec![1, 2, 3]).on(&engine).await.unwrap(), 12);
        engine.close().await.unwrap();
    }
    let runs = store.runs(RunQuery::default()).await.unwrap();
    assert_eq!(runs.len(), 8);
    assert!(runs.iter().all(|run| run.state().unwrap().is_completed()));
    assert!(store.leases().await.unwrap().is_empty(), "each engine has given its lease back");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_is_held_back_until_the_server_is_there_again() {
    static DONE: AtomicU32 = AtomicU32::new(0);
    #[task]
    async fn counted(number: u32) -> u32 {
        DONE.fetch_add(1, Ordering::SeqCst);
        number
    }
    #[flow]
    async fn counts() -> Result<u32> {
        let mut last = 0;
        for number in 0..60 {
            last = counted(number).await?;
        }
        Ok(last)
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    let mut server = Process::on(&path);
    server.start();
    let engine = on(&server.url());
    let flow = counts().on(&engine);
    let trouble = async {
        while DONE.load(Ordering::SeqCst) < 20 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        server.kill();
        // What does not wait for the server would have come to its end by then.
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(DONE.load(Ordering::SeqCst) < 60);
        server.start();
        server
    };
    let (given, server) = tokio::join!(flow.into_future(), trouble);
    assert_eq!(given.unwrap(), 59);
    assert_eq!(DONE.load(Ordering::SeqCst), 60);
    engine.close().await.unwrap();
    drop(server);
    let store = Sqlite::open(Options::file(path)).unwrap();
    let runs = store.runs(RunQuery::default()).await.unwrap();
    assert_eq!(runs.len(), 61);
    for run in runs {
        let types: Vec<_> = run.states.iter().map(|state| state.state_type()).collect();
        assert_eq!(types, [StateType::Pending, StateType::Running, StateType::Completed]);
    }
}

#[tokio::test]
async fn a_run_is_cancelled_from_the_server() {
    static STARTED: Notify = Notify::const_new();
    #[flow]
    async fn endless() {
        STARTED.notify_one();
        std::future::pending::<()>().await;
    }
    let store: Arc<dyn Store> = Arc::new(Sqlite::open(Options::memory()).unwrap());
    let served = Served::over(Arc::clone(&store), Config::new());
    let engine = on(&served.url());
    let cancel = async {
        STARTED.notified().await;
        let run = store.runs(RunQuery::default()).await.unwrap().remove(0);
        let request =
            Request::new(run.id, RequestKind::Cancel, Timestamp::from(std::time::UNIX_EPOCH));
        store.put_acknowledged(Write::Request(Box::new(request))).await.unwrap();
        run.id
    };
    let (given, id) = tokio::join!(async { endless().on(&engine).await }, cancel);
    assert!(given.unwrap_err().is_cancelled());
    engine.close().await.unwrap();
    let run = store.run(id).await.unwrap().unwrap();
    assert_eq!(run.state().unwrap().state_type(), StateType::Cancelled);
}

#[tokio::test]
async fn a_run_that_crashed_is_resumed_by_another_program() {
    static COUNTED: AtomicU32 = AtomicU32::new(0);
    static HANGS: AtomicU32 = AtomicU32::new(1);
    static HANGING: Notify = Notify::const_new();
    #[task]
    async fn once(number: u32) -> u32 {
        COUNTED.fetch_add(1, Ordering::SeqCst);
        number
    }
    #[task]
    async fn hangs() {
        if HANGS.swap(0, Ordering::SeqCst) == 1 {
            HANGING.notify_one();
            std::future::pending::<()>().await;
        }
    }
    #[flow]
    async fn recovers() -> Result<u32> {
        let first = once(20).await?;
        hangs().await?;
        Ok(first + once(22).await?)
    }
    let store: Arc<dyn Store> = Arc::new(Sqlite::open(Options::memory()).unwrap());
    let served = Served::over(Arc::clone(&store), Config::new());
    let first = on(&served.url());
    tokio::select! {
        given = async { recovers().on(&first).await } => panic!("{given:?}"),
        () = HANGING.notified() => {}
    }
    first.close().await.unwrap();
    let flow = RunQuery { kind: Some(tidegate::RunKind::Flow), ..RunQuery::default() };
    let run = store.runs(flow).await.unwrap().remove(0);
    assert_eq!(run.state().unwrap().state_type(), StateType::Crashed);

    let second = on(&served.url());
    let run = second.resume(run.id).await.unwrap();
    second.close().await.unwrap();
    assert!(run.state().unwrap().is_completed(), "{:?}", run.states);
    assert_eq!(COUNTED.load(Ordering::SeqCst), 2, "what was completed does not run again");
}
