//! Calling the user's hooks and retry conditions. Whatever they do, the state of the run stays what it is.

use std::sync::Arc;

use tidegate_core::{Run, RunKind, State, StateType};

use crate::engine::panics::Panic;
use crate::engine::{Context, Execution, LiveRun};
use crate::hook::{Hook, RetryCondition};
use crate::options::Options;

impl Execution {
    /// Calls the hooks for a state type that the run has just entered.
    pub(super) async fn call_hooks(&self, entered: StateType) {
        if !hooks_for(&self.options, entered).is_empty() && self.live.engine().dry_run().is_none() {
            // Boxed, as is all that most runs never do: it keeps the future of a run small.
            let hooks = hooks_for(&self.options, entered);
            Box::pin(call(&self.live, Arc::clone(&self.context), hooks)).await;
        }
    }

    /// Calls the hooks for the state in which the run ended.
    pub(super) async fn call_end_hooks(&self) {
        let Some(entered) = self.live.record().state().map(State::state_type) else { return };
        if hooks_for(&self.options, entered).is_empty() || self.told_of_cancellation {
            return;
        }
        self.call_hooks(entered).await;
        // Nothing that is awaited comes after these lines, so they are stored now.
        if self.live.flow().is_none()
            && let Err(error) = Box::pin(self.live.engine().flush()).await
        {
            self.live.logger().error(format_args!("{error}"));
        }
    }
}

pub(super) fn hooks_for(options: &Options, entered: StateType) -> &[Hook] {
    match entered {
        StateType::Running => &options.on_running,
        StateType::Completed => &options.on_completion,
        StateType::Failed => &options.on_failure,
        StateType::Cancelled | StateType::Cancelling => &options.on_cancellation,
        StateType::Crashed => &options.on_crashed,
        StateType::Scheduled | StateType::Pending | StateType::Paused => &[],
    }
}

pub(super) async fn call(live: &LiveRun, context: Arc<Context>, hooks: &[Hook]) {
    let Some(state) = live.state() else { return };
    let logger = live.logger();
    for hook in hooks {
        let name = hook.name();
        logger.info(format_args!(
            "Running hook '{name}' in response to entering state '{}'",
            state.name
        ));
        let run = live.record().clone();
        let call = Arc::clone(&context).scope(async { hook.call(run, state.clone()).await });
        match Panic::catch(call).await {
            Ok(Ok(())) => logger.info(format_args!("Hook '{name}' finished running successfully")),
            Ok(Err(error)) => logger.error(format_args!(
                "An error was encountered while running hook '{name}': {}",
                error.root_text()
            )),
            Err(panic) => logger.error(format_args!(
                "An error was encountered while running hook '{name}': {panic}"
            )),
        }
    }
}

/// Asks the user's condition whether a failed attempt may be followed by another. A condition that panics says no.
pub(super) async fn may_retry(
    live: &LiveRun,
    context: Arc<Context>,
    condition: &RetryCondition,
    run: Run,
    proposed: &State,
) -> bool {
    let asked = context.scope(async { condition.call(run, proposed.clone()).await });
    match Panic::catch(asked).await {
        Ok(answer) => answer,
        Err(panic) => {
            let noun = match live.kind() {
                RunKind::Flow => "flow",
                RunKind::Task => "task",
            };
            live.logger().error(format_args!(
                "An error was encountered while running the retry condition '{}' of {noun} '{}': {panic}",
                condition.name(),
                live.definition().name(),
            ));
            false
        }
    }
}
