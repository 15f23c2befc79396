//! The futures that are dropped, and what has to be there before them.

#![allow(clippy::async_yields_async, reason = "a case is made first, and polled later")]

use std::future::IntoFuture as _;
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt as _, try_join, try_join_all};
use tidegate::prelude::*;
use tidegate::{
    Engine, Error, FlowCall, Hook, MemoryStorage, Retention, Run, RunId, SqlError, SqlTransaction,
    State, pause_flow_run, receive_input, resume, send_input, step, suspend_flow_run, with_tags,
};

use super::failed;

/// A future, made on an engine.
pub(super) struct Case {
    pub(super) name: &'static str,
    /// Does what comes before, and gives the future.
    pub(super) prepare: fn(Engine) -> BoxFuture<'static, BoxFuture<'static, ()>>,
    /// Whether the engine is as good as new after a drop.
    pub(super) engine_goes_on: bool,
    /// Whether it only looks at runs, so that a drop touches none.
    pub(super) only_watches: bool,
}

/// A future whose drop ends what it runs.
const fn case(
    name: &'static str,
    prepare: fn(Engine) -> BoxFuture<'static, BoxFuture<'static, ()>>,
) -> Case {
    Case { name, prepare, engine_goes_on: true, only_watches: false }
}

/// A future whose drop touches no run.
const fn watching(
    name: &'static str,
    prepare: fn(Engine) -> BoxFuture<'static, BoxFuture<'static, ()>>,
) -> Case {
    Case { name, prepare, engine_goes_on: true, only_watches: true }
}

/// Makes `fn(Engine) -> BoxFuture<BoxFuture<()>>` of what comes before and of the future, which may fail in any way.
macro_rules! future {
    (|$engine:ident| $future:expr) => {
        future!(|$engine| {}, $future)
    };
    (|$engine:ident| $before:block, $future:expr) => {
        |$engine| {
            async move {
                $before;
                async move {
                    let _ = $future.await;
                }
                .boxed()
            }
            .boxed()
        }
    };
    (|$engine:ident| let $name:ident = $before:expr; $future:expr) => {
        |$engine| {
            async move {
                let $name = $before;
                async move {
                    let _ = $future.await;
                }
                .boxed()
            }
            .boxed()
        }
    };
}

const MOMENT: Duration = Duration::from_millis(1);

#[task]
pub(super) async fn work(times: u32) -> u32 {
    for _ in 0..times {
        tokio::task::yield_now().await;
    }
    times
}

#[task]
fn blocking(number: u32) -> u32 {
    std::thread::yield_now();
    number
}

#[task(inline)]
fn inline(number: u32) -> u32 {
    number
}

async fn condition(_: Run, _: State) -> bool {
    tokio::task::yield_now().await;
    true
}

async fn hook(_: Run, _: State) {
    tokio::task::yield_now().await;
}

#[task(retries = 2, retry_delay_seconds = [0.0, 0.001], retry_condition = condition)]
async fn retried() -> Result<u32> {
    tokio::task::yield_now().await;
    match tidegate::runtime::task_run::run_count() {
        3 => Ok(3),
        _ => Err("not yet".into()),
    }
}

#[task(on_running = hook, on_completion = hook, on_failure = hook, retries = 1)]
async fn hooked() -> Result<u32> {
    match tidegate::runtime::task_run::run_count() {
        1 => Err("not yet".into()),
        _ => Ok(2),
    }
}

#[task]
async fn endless() {
    std::future::pending::<()>().await;
}

#[task(transactional)]
fn transactional(tx: &mut SqlTransaction<'_>, number: u32) -> Result<u32, SqlError> {
    tx.execute("CREATE TABLE IF NOT EXISTS numbers (number INTEGER)", ())?;
    tx.execute("INSERT INTO numbers (number) VALUES (?1)", (i64::from(number),))?;
    Ok(number)
}

#[task(transactional, retries = 1)]
fn transactional_retried(tx: &mut SqlTransaction<'_>) -> Result<u32> {
    tx.execute("CREATE TABLE IF NOT EXISTS numbers (number INTEGER)", ())?;
    match tidegate::runtime::task_run::run_count() {
        1 => Err("not yet".into()),
        _ => Ok(2),
    }
}

#[flow]
async fn inner(number: u32) -> Result<u32> {
    Ok(work(1).await? + blocking(number).await?)
}

/// Everything at once.
#[flow]
pub(super) async fn outer() -> Result<u32> {
    let submitted: Vec<_> = (0..3).map(|number| work(number).submit()).collect();
    let subflow = inner(1).submit();
    let (first, second) = try_join(work(2), inner(2)).await?;
    let all = try_join_all(submitted.iter().map(IntoFuture::into_future)).await?;
    let step = step("step").run(|| async { Ok::<_, Error>(7) }).await?;
    let booked = transactional(8).await?;
    Ok(first + second + all.into_iter().sum::<u32>() + subflow.await? + step + booked)
}

#[flow(
    retries = 1,
    retry_delay_seconds = 0.001,
    on_running = hook,
    on_completion = hook,
    on_failure = hook,
    on_crashed = hook
)]
async fn flow_retried() -> Result<u32> {
    let given = work(1).await? + retried().await?;
    match tidegate::runtime::flow_run::run_count() {
        1 => Err("not yet".into()),
        _ => Ok(given),
    }
}

/// Fails once, so that it can be resumed.
#[flow]
async fn resumable() -> Result<u32> {
    let given = work(1).await?;
    match tidegate::runtime::flow_run::run_count() {
        1 => Err("not yet".into()),
        _ => Ok(given + inner(3).await?),
    }
}

/// Is dropped at first, so that it can be recovered.
#[flow(recover)]
async fn recoverable() -> Result<u32> {
    let given = work(1).await?;
    if tidegate::runtime::flow_run::run_count() == 1 {
        std::future::pending::<()>().await;
    }
    Ok(given + work(2).await?)
}

#[flow]
pub(super) async fn submits_endless() {
    let _never = endless().submit();
    endless().await.unwrap();
}

/// Is cancelled in the middle, with what it has submitted.
#[flow(on_cancellation = [hook])]
async fn cancels_itself() -> Result<()> {
    let _never = endless().submit();
    work(1).await?;
    tidegate::cancel(own_id()?).await?;
    std::future::pending().await
}

/// Pauses, and is answered by the other half of its body.
#[flow]
async fn pauses() -> Result<u32> {
    let id = own_id()?;
    let answering = async {
        while resume(id).input(1).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    let pausing = pause_flow_run().wait_for_input::<u32>();
    let (given, ()) = tokio::join!(pausing, answering);
    given
}

/// Is suspended in the middle of something.
#[flow]
async fn suspends() -> Result<u32> {
    let submitted = work(3).submit();
    let given = suspend_flow_run().wait_for_input::<u32>().await?;
    Ok(given + submitted.await?)
}

/// Is suspended from outside.
#[flow]
async fn is_suspended() -> Result<u32> {
    tidegate::suspend(own_id()?).await?;
    work(2).await
}

/// Sends an input to itself, and receives it.
#[flow]
async fn sends() -> Result<Option<u32>> {
    send_input(3, own_id()?).await?;
    receive_input().next().await
}

fn own_id() -> Result<RunId> {
    tidegate::runtime::flow_run::id().ok_or_else(|| Error::msg("it has an id"))
}

async fn crash(call: FlowCall<'static, u32>) {
    assert!(tokio::time::timeout(10 * MOMENT, call).await.is_err());
}

pub(super) const CASES: &[Case] = &[
    case("a task", future!(|engine| work(2).on(&engine))),
    case("a blocking task", future!(|engine| blocking(2).on(&engine))),
    case("an inline task", future!(|engine| inline(2).on(&engine))),
    case("a retried task", future!(|engine| retried().on(&engine))),
    case("a task with hooks", future!(|engine| hooked().on(&engine))),
    case("a task past its time", future!(|engine| endless().timeout(MOMENT).on(&engine))),
    case("a task in time", future!(|engine| work(2).timeout(100 * MOMENT).on(&engine))),
    case("a task and its last hook", {
        future!(|engine| work(1).on_completion(Hook::new("hook", hook)).on(&engine))
    }),
    case("a task whose result is stored", {
        future!(|engine| work(1).result_storage(MemoryStorage::new()).on(&engine))
    }),
    case("a task whose result was stored before", {
        future!(|engine| let storage = {
            let storage = MemoryStorage::new();
            let call = work(1).result_storage(storage.clone()).result_storage_key("key");
            call.on(&engine).await.unwrap();
            storage
        }; work(1).result_storage(storage).result_storage_key("key").on(&engine))
    }),
    case("a transactional task", future!(|engine| transactional(2).on(&engine))),
    case("a transactional task in time", {
        future!(|engine| transactional(2).timeout(100 * MOMENT).on(&engine))
    }),
    case("a retried transactional task", future!(|engine| transactional_retried().on(&engine))),
    case("a step", {
        future!(|engine| step("step")
            .retries(1)
            .run(|| async {
                tokio::task::yield_now().await;
                Ok::<_, Error>(1)
            })
            .on(&engine))
    }),
    case("Engine::run of a task", future!(|engine| engine.run(work(2)))),
    case("Engine::run of a flow", future!(|engine| engine.run(outer()))),
    case("a flow", future!(|engine| outer().on(&engine))),
    case("a flow with tags", future!(|engine| with_tags(["tag"], outer().on(&engine)))),
    case("a small flow", future!(|engine| inner(1).on(&engine))),
    case("a retried flow with hooks", future!(|engine| flow_retried().on(&engine))),
    case("a flow past its time", future!(|engine| submits_endless().timeout(MOMENT).on(&engine))),
    case("a flow in a run carried elsewhere", {
        future!(|engine| tidegate::runtime::in_current_run(outer().on(&engine)))
    }),
    case("a flow that is cancelled", future!(|engine| cancels_itself().on(&engine))),
    case("a flow that pauses", future!(|engine| pauses().on(&engine))),
    case("a flow that suspends itself", future!(|engine| suspends().on(&engine))),
    case("a flow that is suspended", future!(|engine| is_suspended().on(&engine))),
    case("a flow that receives an input", future!(|engine| sends().on(&engine))),
    case("resume of a suspended run", {
        future!(|engine| let id = failed(engine.run(suspends())).await; engine.resume(id).input(1))
    }),
    case("FlowCall::resume", {
        future!(|engine| let id = failed(engine.run(resumable())).await;
            resumable().on(&engine).resume(id))
    }),
    case("Engine::resume", {
        future!(|engine| let id = failed(engine.run(resumable())).await; engine.resume(id))
    }),
    case("resume", {
        future!(|engine| let id = failed(engine.run(resumable())).await;
            engine.run_until_signal(resume(id)))
    }),
    case("Engine::recover", {
        future!(|engine| { crash(recoverable().on(&engine)).await }, engine.recover())
    }),
    case("Engine::recover, and what it goes on with", {
        future!(|engine| { crash(recoverable().on(&engine)).await }, async {
            for handle in engine.recover().await.unwrap() {
                handle.wait().await;
            }
        })
    }),
    case("Engine::run_until_signal", future!(|engine| engine.run_until_signal(outer()))),
    watching("a handle", future!(|engine| let handle = inner(1).on(&engine).submit(); handle)),
    watching("a handle, by reference", {
        future!(|engine| let handle = inner(1).on(&engine).submit(); (&handle).into_future())
    }),
    watching("RunHandle::wait", {
        future!(|engine| let handle = transactional(1).on(&engine).submit(); handle.wait())
    }),
    watching("Engine::flush", {
        future!(|engine| { drop(outer().on(&engine).submit()) }, engine.flush())
    }),
    Case {
        name: "Engine::close",
        prepare: future!(|engine| { drop(outer().on(&engine).submit()) }, engine.close()),
        engine_goes_on: false,
        only_watches: true,
    },
    watching("Runs::list", {
        future!(
            |engine| {
                engine.run(outer()).await.unwrap();
            },
            engine.runs().list()
        )
    }),
    watching("Runs::count", {
        future!(
            |engine| {
                engine.run(outer()).await.unwrap();
            },
            engine.runs().count()
        )
    }),
    watching("Logs::list", {
        future!(
            |engine| {
                engine.run(outer()).await.unwrap();
            },
            engine.logs().list()
        )
    }),
    watching("Engine::run_record", {
        future!(|engine| let id = finished(&engine).await; engine.run_record(id))
    }),
    watching("Engine::result", {
        future!(|engine| let id = finished(&engine).await; engine.result::<u32>(id))
    }),
    watching("Engine::sql_transaction", {
        future!(|engine| engine.sql_transaction(|tx| {
            tx.execute("CREATE TABLE IF NOT EXISTS numbers (number INTEGER)", ())?;
            tx.query_value::<i64>("SELECT count(*) FROM numbers", ())
        }))
    }),
    watching("Engine::vacuum", {
        future!(
            |engine| {
                engine.run(outer()).await.unwrap();
            },
            engine.vacuum()
        )
    }),
    watching("Engine::backup", {
        future!(|engine| let folder = {
            engine.run(outer()).await.unwrap();
            crate::proof::in_memory()
        }; async move {
            engine.backup(folder.path().join("copy.db")).await.unwrap();
        })
    }),
    watching("Engine::apply_retention", {
        future!(
            |engine| {
                engine.run(outer()).await.unwrap();
            },
            {
                // An engine of its own on the same store, since the settings are not those of the others.
                let builder = Engine::builder().store(engine.store().unwrap().clone());
                let keeping = builder.retention(Retention::default().count(1)).open().unwrap();
                async move { keeping.apply_retention().await }
            }
        )
    }),
];

async fn finished(engine: &Engine) -> RunId {
    let handle = work(1).on(engine).submit();
    handle.wait().await;
    handle.id().unwrap()
}
