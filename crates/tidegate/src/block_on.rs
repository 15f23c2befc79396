//! Running a call to its end from code that is not async, on a runtime of Tidegate's own.

use std::sync::{Mutex, PoisonError};

use tokio::runtime::{Builder, Handle, Runtime};

use crate::engine::in_blocking_body;
use crate::error::{Error, Result};

static RUNTIME: Mutex<Option<Runtime>> = Mutex::new(None);

/// Drives `call` to its end: from a sync body on the runtime it belongs to, and from code outside any runtime on one that all such
/// calls of the process share.
pub(crate) fn block_on<T>(call: impl Future<Output = Result<T>>) -> Result<T> {
    match Handle::try_current() {
        Ok(runtime) if in_blocking_body() => runtime.block_on(call),
        Ok(_) => Err(Error::configuration(
            "block_on was called on a thread of an async runtime, which it would hang: await the call instead, or make the \
             calling function a sync task or flow without `inline`",
        )),
        Err(_outside) => handle()?.block_on(call),
    }
}

fn handle() -> Result<Handle> {
    let mut runtime = RUNTIME.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(runtime) = &*runtime {
        return Ok(runtime.handle().clone());
    }
    let made = Builder::new_multi_thread()
        .enable_all()
        .thread_name("tidegate")
        .build()
        .map_err(|error| Error::configuration(format!("no runtime for block_on: {error}")))?;
    let handle = made.handle().clone();
    *runtime = Some(made);
    Ok(handle)
}
