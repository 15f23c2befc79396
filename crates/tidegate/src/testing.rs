//! Running flows and tasks in tests: each test has an engine of its own with a store in memory.

use std::sync::Arc;

use tidegate_core::Clock;
use tokio::runtime::Builder;

use crate::engine::{Context, Engine};
use crate::settings::{EngineSettings, Settings};

/// How [`#[tidegate::test]`](crate::test) runs a test.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TestOptions {
    /// Whether time stands still but for waiting, so that delays take no time.
    pub start_paused: bool,
    /// How many threads run the test; unset, the one that called it.
    pub worker_threads: Option<usize>,
}

/// Runs a test on a runtime of its own, as [`#[tidegate::test]`](crate::test) does.
///
/// # Panics
///
/// The test panics, or the machine has no room for a runtime.
pub fn run<F: Future>(options: TestOptions, test: F) -> F::Output {
    let mut builder = match options.worker_threads {
        Some(threads) => {
            let mut builder = Builder::new_multi_thread();
            builder.worker_threads(threads);
            builder
        }
        None => Builder::new_current_thread(),
    };
    let runtime = builder
        .enable_all()
        .start_paused(options.start_paused)
        .build()
        .expect("a runtime for the test");
    runtime.block_on(run_async(test))
}

/// Runs a future in which the engine is a new one with a store in memory, on the current runtime.
///
/// # Panics
///
/// A setting in the environment has no meaning.
///
/// # Cancel safety
///
/// As cancel safe as `future`.
pub async fn run_async<F: Future>(future: F) -> F::Output {
    let settings = Settings::of_test(&[]).expect("the settings have a meaning");
    let level = EngineSettings::of(&settings).expect("the settings have a meaning").log_level;
    crate::subscriber::install_captured(level);
    let engine = Engine::builder()
        .with_settings(settings)
        .database("sqlite::memory:")
        .clock(Clock::runtime())
        .open()
        .expect("a store in memory opens");
    let context = Context { engine: Some(engine.clone()), ..Context::default() };
    let output = Arc::new(context).scope(future).await;
    // Nothing of a test is left behind, whatever it forgot.
    engine.close().await.expect("a store in memory closes");
    output
}
