//! What the processes do that are killed: flows with tasks of every kind, some that fail at first, subflows, and whatever the
//! processes before them left. Each call has a number in its flow run, and each time its body runs it gives another value.

use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::future::{join_all, try_join_all};
use serde::{Deserialize, Serialize};
use tidegate::prelude::*;
use tidegate::runtime::{flow_run, task_run};
use tidegate::{
    Engine, Error, RunHandle, RunId, SqlTransaction, StateType, Transaction, transaction,
};

use super::journal::{self, Call, Line, note, tell};
use crate::proof::dice;

/// What a process is told by its parent.
#[derive(Clone, Debug)]
pub(crate) struct Orders {
    /// The first process of a folder is 0.
    pub(crate) number: u32,
    pub(crate) seed: u64,
    /// Whether it begins nothing new, and ends when all has ended.
    pub(crate) drains: bool,
    /// Flow runs to resume by name, then.
    pub(crate) resumes: Vec<RunId>,
}

impl Orders {
    /// As variables of its environment.
    pub(crate) fn variables(&self) -> [(&'static str, String); 4] {
        let resumes: Vec<_> = self.resumes.iter().map(ToString::to_string).collect();
        [
            ("IT_NUMBER", self.number.to_string()),
            ("IT_SEED", self.seed.to_string()),
            ("IT_DRAINS", self.drains.to_string()),
            ("IT_RESUMES", resumes.join(" ")),
        ]
    }

    fn of_environment() -> Self {
        let read = |name| std::env::var(name).unwrap();
        Self {
            number: read("IT_NUMBER").parse().unwrap(),
            seed: read("IT_SEED").parse().unwrap(),
            drains: read("IT_DRAINS").parse().unwrap(),
            resumes: read("IT_RESUMES").split_whitespace().map(|id| id.parse().unwrap()).collect(),
        }
    }
}

/// The number of this process.
static PROCESS: OnceLock<u32> = OnceLock::new();

fn process() -> u32 {
    *PROCESS.get().unwrap()
}

/// A value that no other execution of a body gives: the process, and a count.
fn fresh() -> u64 {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    (u64::from(process()) << 32) | COUNT.fetch_add(1, Ordering::Relaxed)
}

/// Whether a value was made in this process, and not found in the record.
fn is_of_this_process(value: u64) -> bool {
    value >> 32 == u64::from(process())
}

/// What the body of a task does: something outside the database, before it returns.
fn execute(number: u32) -> u64 {
    let flow = flow_run::id().or_else(task_run::id).unwrap();
    let value = fresh();
    note(&Line::Ran { call: Call { flow, number }, value });
    value
}

#[task]
async fn work(number: u32) -> u64 {
    if number.is_multiple_of(3) {
        tokio::task::yield_now().await;
    }
    execute(number)
}

#[task(retries = 2, retry_delay_seconds = [0.0, 0.003])]
async fn flaky(number: u32) -> Result<u64> {
    if task_run::run_count() == 1 {
        return Err("it fails at first".into());
    }
    Ok(execute(number))
}

#[task]
fn blocking(number: u32) -> u64 {
    execute(number)
}

/// What a process left under its key before its end was recorded is taken from there.
#[task(cache_policy = INPUTS)]
async fn cached(number: u32, flow: String) -> u64 {
    let _ = flow;
    execute(number)
}

/// Part of a transaction of tasks.
#[task(on_commit = committed)]
async fn staged(number: u32) -> u64 {
    execute(number)
}

fn committed(_transaction: Transaction) {}

/// Its row and its end are one transaction.
#[task(transactional)]
fn book(tx: &mut SqlTransaction<'_>, number: u32) -> Result<u64> {
    let value = execute(number);
    let flow = flow_run::id().unwrap().to_string();
    let row = (flow, i64::from(number), value.cast_signed());
    tx.execute("INSERT INTO ledger (flow, number, value) VALUES (?1, ?2, ?3)", row)?;
    Ok(value)
}

/// The value of a flow.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Sum {
    pub(crate) flow: RunId,
    pub(crate) value: u64,
}

#[flow(retries = 1)]
async fn plain(plan: u64) -> Result<Sum> {
    perform(plan, 0, false).await
}

#[flow(recover, retries = 1)]
async fn recovering(plan: u64) -> Result<Sum> {
    perform(plan, 0, true).await
}

#[flow(retries = 1)]
async fn inner(number: u32, plan: u64) -> Result<Sum> {
    let _ = number;
    perform(plan, 1, false).await
}

/// The body of each flow.
async fn perform(plan: u64, depth: u32, recovers: bool) -> Result<Sum> {
    let flow = flow_run::id().unwrap();
    if depth == 0 {
        tell(&Line::Entered { flow, process: process(), recovers });
    }
    let mut dice = dice(plan);
    let steps = match dice.u8(0..8) {
        0 if depth == 0 => dice.u32(30..60),
        _ => dice.u32(1..8),
    };
    let fails_after = dice.bool().then(|| dice.u32(0..steps));
    let (mut value, mut number) = (0_u64, 0);
    for step in 0..steps {
        let kind = dice.u8(0..11);
        let at_once = if kind < 2 { dice.u32(2..5) } else { 1 };
        let calls = number..number + at_once;
        number += at_once;
        let values = match kind {
            0 => {
                let handles: Vec<_> = calls.map(|call| (call, work(call).submit())).collect();
                let waiting = handles.iter().map(|(call, handle)| called(*call, handle));
                try_join_all(waiting).await?
            }
            1 => try_join_all(calls.map(|call| called(call, flaky(call)))).await?,
            2 => vec![called(calls.start, flaky(calls.start)).await?],
            3 => vec![called(calls.start, blocking(calls.start)).await?],
            4 | 5 => vec![called(calls.start, book(calls.start)).await?],
            6 => {
                let call = calls.start;
                let name = format!("step {call}");
                let step = tidegate::step(name).run(|| async { Ok::<_, Error>(execute(call)) });
                vec![called(call, step).await?]
            }
            8 => {
                let call = calls.start;
                vec![called(call, cached(call, flow.to_string())).await?]
            }
            9 => {
                let call = calls.start;
                let together = transaction().run(async |_| staged(call).await);
                vec![called(call, together).await?]
            }
            7 if depth == 0 => {
                let (call, plan) = (calls.start, dice.u64(..));
                vec![called(call, async { Ok(inner(call, plan).await?.value) }).await?]
            }
            _ => vec![called(calls.start, work(calls.start)).await?],
        };
        value = values.into_iter().fold(value, u64::wrapping_add);
        if fails_after == Some(step) && flow_run::run_count() == 1 {
            return Err("the flow fails at first".into());
        }
    }
    Ok(Sum { flow, value })
}

/// Awaits a call, and says which value it gave; to the parent, unless that was in the record.
async fn called(number: u32, call: impl IntoFuture<Output = Result<u64>>) -> Result<u64> {
    let flow = flow_run::id().unwrap();
    let value = call.await?;
    let line = Line::Acknowledged { call: Call { flow, number }, value };
    if is_of_this_process(value) {
        tell(&line)
    } else {
        note(&line)
    }
    Ok(value)
}

fn wrong(what: impl std::fmt::Display) {
    tell(&Line::Wrong(what.to_string()));
}

/// What a process does that only opens the database.
pub(crate) fn open() {
    println!("opening");
    match Engine::current() {
        Ok(_) => println!("open"),
        Err(error) => println!("{error}"),
    }
}

/// What a process does.
pub(crate) fn live() {
    let orders = Orders::of_environment();
    PROCESS.set(orders.number).unwrap();
    journal::open(&PathBuf::from(std::env::var_os("TIDEGATE_HOME").unwrap()));
    let mut runtime = if orders.seed.is_multiple_of(2) {
        tokio::runtime::Builder::new_current_thread()
    } else {
        tokio::runtime::Builder::new_multi_thread()
    };
    let runtime = runtime.worker_threads(2).enable_all().build().unwrap();
    if let Err(error) = runtime.block_on(work_on(&orders)) {
        wrong(error);
    }
}

async fn work_on(orders: &Orders) -> Result<()> {
    let engine = Engine::current()?;
    let mut dice = dice(orders.seed);
    make_ledger(&engine).await?;
    if orders.drains {
        go_on(&engine, usize::MAX).await?;
        join_all(orders.resumes.iter().map(|flow| resumed_run(*flow))).await;
        return engine.close().await;
    }
    let seeds: Vec<_> = (0..dice.u8(1..=3)).map(|_| dice.u64(..)).collect();
    let sessions = seeds.into_iter().map(session);
    let (went_on, _) = tokio::join!(go_on(&engine, dice.usize(1..8)), join_all(sessions));
    went_on
}

async fn make_ledger(engine: &Engine) -> Result<()> {
    engine
        .sql_transaction(|tx| {
            tx.execute(
                "CREATE TABLE IF NOT EXISTS ledger (flow TEXT, number INTEGER, value INTEGER)",
                (),
            )
        })
        .await?;
    Ok(())
}

/// Goes on with what others left: what is marked for it, and of the other flow runs so many.
async fn go_on(engine: &Engine, at_most: usize) -> Result<()> {
    let recovered = engine.recover().await?;
    let recovered = join_all(recovered.into_iter().map(recovered_run));
    let crashed = engine.runs().flow("plain").state(StateType::Crashed).list().await?;
    let resumed = join_all(crashed.into_iter().take(at_most).map(|run| resumed_run(run.id)));
    tokio::join!(recovered, resumed);
    Ok(())
}

async fn recovered_run(handle: RunHandle<()>) {
    let flow = handle.id().unwrap();
    match handle.await {
        Ok(()) => tell(&Line::Completed { flow, value: None }),
        // Another process was faster.
        Err(error) if error.is_fenced() => {}
        Err(error) => wrong(error),
    }
}

async fn resumed_run(flow: RunId) {
    note(&Line::Resumes { flow });
    match tidegate::resume(flow).await {
        Ok(_) => tell(&Line::Completed { flow, value: None }),
        Err(error) if error.is_fenced() => {}
        Err(error) => {
            let text = error.to_string();
            let was_late = ["it has not ended", "it has completed"];
            if !was_late.iter().any(|late| text.contains(late)) {
                wrong(text);
            }
        }
    }
}

/// Runs one thing after the other, until the process is killed.
async fn session(seed: u64) {
    let mut dice = dice(seed);
    loop {
        let plan = dice.u64(..);
        let ended = match dice.u8(0..10) {
            0 => lone().await,
            1..=4 => flow(plain(plan)).await,
            _ => flow(recovering(plan)).await,
        };
        if let Err(error) = ended {
            wrong(error);
        }
        if dice.u8(0..8) == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

async fn flow(call: tidegate::FlowCall<'static, Sum>) -> Result<()> {
    let Sum { flow, value } = call.await?;
    tell(&Line::Completed { flow, value: Some(value) });
    Ok(())
}

/// A task outside of flows.
async fn lone() -> Result<()> {
    #[task]
    async fn alone() -> (RunId, u64) {
        (task_run::id().unwrap(), execute(0))
    }
    let (id, value) = alone().await?;
    tell(&Line::Acknowledged { call: Call { flow: id, number: 0 }, value });
    Ok(())
}
